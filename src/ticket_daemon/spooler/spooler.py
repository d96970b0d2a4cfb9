"""All workers and their life: start, take other destinations while printing goes on, drain, stop.

It knows which destination has which worker; it does not know what a worker does, or clients. It promises that one
destination never has two workers at a time, that a change of destinations touches only the workers it concerns, and
that what waits for a destination which is gone is held, with the reason.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from ticket_daemon import tasks
from ticket_daemon.errors import StorageUnavailable
from ticket_daemon.formats import Formats
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.printers import Destination, Destinations
from ticket_daemon.queue import Job, JobEvent, JobState, Queue, Reason
from ticket_daemon.spooler.stand_in import StandIn
from ticket_daemon.spooler.worker import Clock, Sleep, Worker
from ticket_daemon.transport import Link, make_link

log = logging.getLogger(__name__)

#: How often waiting jobs are looked over for some whose time is over: who asked is told then, not when they come first.
EXPIRY_S: Final = 1.0
#: How long a job in hand may take when the daemon stops; the whole stop is promised within 10 s.
DRAIN_S: Final = 7.0
#: How long a job in hand may take when its destination is changed or removed: a long ticket on a slow printer is out
#: by then. One that stands still (no paper) is held after it, so that the jobs behind it reach the new printer.
RETIRE_S: Final = 60.0


class Change(Struct, frozen=True):
    """What another set of destinations means for the one before: names."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


class Spooler:
    """All workers."""

    def __init__(
        self,
        destinations: Destinations,
        queue: Queue,
        formats: Formats,
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
        *,
        allow_raw: bool | None = True,
    ) -> None:
        self._allow_raw = allow_raw
        self._destinations = destinations
        self._queue = queue
        self._formats = formats
        self._clock = clock
        self._sleep = sleep
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._retiring: dict[str, asyncio.Task[None]] = {}
        self._expiring: asyncio.Task[None] | None = None
        self._started = False
        self._stopping = False
        self._workers = {destination.name: self._worker(destination) for destination in destinations}

    # --- life ---

    def start(self, doubtful: Iterable[Job] = ()) -> None:
        """Begin to print. Of `doubtful` jobs (of an earlier run) a printer may yet say that they are out."""
        self._started = True
        self._queue.listen(self._refuse_strangers, (JobState.QUEUED,))
        self.doubt(doubtful)
        for destination in self._destinations:
            self._hold_old(destination)
        for name in self._workers:
            self._begin(name)
        self._expiring = asyncio.create_task(self._expire(), name="expire")

    def _hold_old(self, destination: Destination) -> None:
        """Ask a person about what has waited too long while nothing ran: no burst of old paper at the start."""
        settings = destination.settings
        if settings.on_failure != "hold" or settings.fallback:
            return
        for job in self._queue.lane(destination.name):
            waited_s = (self._clock() - job.waits_since) / 1000
            if waited_s >= settings.retry_s:
                reason = Reason("held", "job.waited", {"minutes": max(1, round(waited_s / 60))})
                self._queue.finish(job, JobEvent.HOLD, reason, only=JobState.QUEUED).add_done_callback(_looked_at)

    async def _expire(self) -> None:
        """Tell of jobs behind a printer that does not print, whose time is over."""
        while True:
            await self._sleep(EXPIRY_S)
            with contextlib.suppress(StorageUnavailable):  # the queue has said so; they are looked at again
                for job in self._queue.overdue():
                    destination = self._destinations.get(job.destination)
                    await self._queue.expire(job, destination.stopped_by if destination else ())

    def doubt(self, jobs: Iterable[Job]) -> None:
        """Of these jobs of an earlier run nobody knows what came out; a printer may yet say so."""
        for job in jobs:
            if job.destination in self._workers:
                self._workers[job.destination].doubt(job)

    async def stop(self) -> None:
        """Finish the jobs in hand, keep the rest; what does not finish in time is given up and held."""
        self._stopping = True
        if self._expiring is not None:
            await tasks.end(self._expiring)
        for worker in self._workers.values():
            worker.stop()
        working = {*self._tasks.values(), *self._retiring.values()}
        if not working:
            return
        _, late = await asyncio.wait(working, timeout=DRAIN_S)
        for task in late:
            log.warning("worker_cut_short", extra={"task": task.get_name()})
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def rest(self) -> None:
        """The machine is about to sleep: begin nothing."""
        for worker in self._workers.values():
            worker.rest()

    def wake(self) -> None:
        """It is awake: go on, over links that are opened anew."""
        for worker in self._workers.values():
            worker.wake()

    # --- questions ---

    def link(self, name: str) -> Link | None:
        """The link of a destination."""
        worker = self._workers.get(name)
        return worker.link if worker else None

    @property
    def is_running(self) -> bool:
        """Whether every worker is at work."""
        return self._started and not any(task.done() for task in self._tasks.values())

    # --- other destinations ---

    async def apply(self, wanted: Sequence[Destination]) -> Change:
        """Print for these destinations and no others from now on.

        Workers whose way to the printer stays the same are not touched. One that changes finishes the job in hand
        before its successor begins; what waits for a destination that is gone is held.
        """
        before = {destination.name: destination for destination in self._destinations}
        wanted = (*wanted, *self._unconfigured(wanted))
        now, changed = [], []
        for destination in wanted:
            known = before.get(destination.name)
            if known is not None and _same_way(known, destination):
                self._adopt(known, destination)
                now.append(known)
                continue
            if known is not None:
                changed.append(destination.name)
            now.append(destination)
        names = {destination.name for destination in now}
        change = Change(
            added=tuple(destination.name for destination in now if destination.name not in before),
            removed=tuple(name for name in before if name not in names),
            changed=tuple(changed),
        )
        self._destinations.replace(now)
        for name in (*change.removed, *change.changed):
            self._retire(name)
        for name in change.added:
            self._engage(name)
        await self._queue.hold_strangers(names)
        return change

    def add(self, destination: Destination) -> None:
        """One more destination, beside those there are; nothing where there is one of that name."""
        if self._destinations.get(destination.name) is not None:
            return
        self._destinations.replace((*self._destinations, destination))
        self._engage(destination.name)

    def _unconfigured(self, wanted: Sequence[Destination]) -> list[Destination]:
        """Installed printers that tickets have named: they stay, unless the configuration now has the name."""
        names = {destination.name.casefold() for destination in wanted}
        return [d for d in self._destinations if not d.is_configured and d.name.casefold() not in names]

    def _adopt(self, known: Destination, wanted: Destination) -> None:
        worker = self._workers.get(known.name)
        known.is_configured = wanted.is_configured
        if worker is not None and worker.destination is known:
            worker.adopt(wanted.settings)
        else:  # its worker has yet to begin, and will begin with these
            known.settings = wanted.settings

    def _engage(self, name: str) -> None:
        """A worker for a new destination; where one of that name still finishes its job, after that."""
        destination = next((d for d in self._destinations if d.name == name), None)
        if destination is None or name in self._retiring:
            return
        self._workers[name] = self._worker(destination)
        if self._started and not self._stopping:
            self._begin(name)

    def _retire(self, name: str) -> None:
        if name in self._workers and name not in self._retiring:
            task = asyncio.create_task(self._replaced(name, self._workers.pop(name)), name=f"worker {name} (last job)")
            task.add_done_callback(_report_crash)
            self._retiring[name] = task

    async def _replaced(self, name: str, worker: Worker) -> None:
        """Let a worker finish its job, then begin with what the destination of that name is by now, if there is one."""
        worker.stop()
        task = self._tasks.pop(name, None)
        try:
            if task is not None:
                await _ended(task, RETIRE_S)
        finally:
            del self._retiring[name]
        self._engage(name)
        if successor := self._workers.get(name):
            for job in worker.doubtful:
                successor.doubt(job)

    def _refuse_strangers(self, job: Job) -> None:
        """A job that came, or came back, for a destination that was removed meanwhile is held."""
        if job.destination not in self._destinations:
            self._queue.hold_stranger(job).add_done_callback(_looked_at)

    # --- inside ---

    def _worker(self, destination: Destination) -> Worker:
        link = make_link(destination.settings.uri, destination.profile or generic(80))
        ways = link.ways or (destination.profile.status if destination.profile else ())
        stand_in = StandIn(destination, self._destinations, self._queue, self._formats, allow_raw=self._allow_raw)
        return Worker(
            destination, self._destinations, link, ways, self._queue, stand_in, self._clock, time.monotonic, self._sleep
        )

    def _begin(self, name: str) -> None:
        task = asyncio.create_task(self._workers[name].run(), name=f"worker {name}")
        task.add_done_callback(_report_crash)
        self._tasks[name] = task


#: What may change of a destination without its worker noticing more than that.
_PATIENCE: Final = ("default", "retry_s", "on_failure", "fallback")


def _same_way(one: Destination, other: Destination) -> bool:
    """Whether bytes take the same way and mean the same to the printer."""
    patience = {name: getattr(other.settings, name) for name in _PATIENCE}
    return msgspec.structs.replace(one.settings, **patience) == other.settings and one.configured == other.configured


async def _ended(task: asyncio.Task[None], seconds: float) -> None:
    """Until `task` is done, at most so long; then it is cut short. When cancelled, so is the task."""
    try:
        _, late = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
    if late:
        log.warning("worker_cut_short", extra={"task": task.get_name()})
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _looked_at(future: asyncio.Future[Job | None]) -> None:
    """The storage's trouble has been logged where it arose; the job waits and is held at the next start."""
    if not future.cancelled():
        future.exception()


def _report_crash(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("worker_crashed", extra={"task": task.get_name()}, exc_info=error)
