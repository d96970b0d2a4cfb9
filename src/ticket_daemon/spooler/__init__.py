"""A worker per destination, and their life: start, drain, stop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from typing import Final

from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.printers import Destination, Destinations
from ticket_daemon.queue import Job, Queue
from ticket_daemon.spooler.worker import Clock, Sleep, Worker
from ticket_daemon.transport import Link, make_link

log = logging.getLogger(__name__)

#: How long a job in hand may take when the daemon stops; the whole stop is promised within 10 s.
DRAIN_S: Final = 7.0


class Spooler:
    """All workers."""

    def __init__(self, destinations: Destinations, queue: Queue, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
        self._workers: dict[str, Worker] = {}
        for destination in destinations:
            link = _link(destination)
            ways = link.ways or (destination.profile.status if destination.profile else ())
            self._workers[destination.name] = Worker(
                destination, destinations, link, ways, queue, clock, time.monotonic, sleep
            )
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, doubtful: Iterable[Job] = ()) -> None:
        """Begin to print. Of `doubtful` jobs (of an earlier run) a printer may yet say that they are out."""
        for job in doubtful:
            if job.destination in self._workers:
                self._workers[job.destination].doubt(job)
        for name, worker in self._workers.items():
            task = asyncio.create_task(worker.run(), name=f"worker {name}")
            task.add_done_callback(_report_crash)
            self._tasks.add(task)

    def link(self, name: str) -> Link | None:
        """The link of a destination."""
        worker = self._workers.get(name)
        return worker.link if worker else None

    @property
    def is_running(self) -> bool:
        """Whether every worker is at work."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks)

    async def stop(self) -> None:
        """Finish the jobs in hand, keep the rest; what does not finish in time is given up and held."""
        for worker in self._workers.values():
            worker.stop()
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=DRAIN_S)
        for task in late:
            log.warning("worker_cut_short", extra={"task": task.get_name()})
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _link(destination: Destination) -> Link:
    return make_link(destination.settings.uri, destination.profile or generic(80))


def _report_crash(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("worker_crashed", extra={"task": task.get_name()}, exc_info=error)


__all__ = ["Spooler", "Worker"]
