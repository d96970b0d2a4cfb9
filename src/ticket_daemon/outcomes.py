"""Waiting for what becomes of a job, however many wait for however many jobs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from ticket_daemon.queue import Job, Queue
from ticket_daemon.queue.states import SETTLED


class Outcomes:
    """Hands each job that ends, or is held, to whoever waits for it."""

    def __init__(self, queue: Queue) -> None:
        self._waiting: dict[str, set[asyncio.Future[Job]]] = {}
        queue.listen(self._settled, tuple(SETTLED))

    @contextlib.contextmanager
    def of(self, job_id: str) -> Iterator[asyncio.Future[Job]]:
        """The job of that id once it is settled. Enter before the job is offered, or its end may be missed."""
        future: asyncio.Future[Job] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(job_id, set())
        waiting.add(future)
        try:
            yield future
        finally:
            waiting.discard(future)
            if not waiting and self._waiting.get(job_id) is waiting:
                del self._waiting[job_id]

    def _settled(self, job: Job) -> None:
        for future in self._waiting.get(job.id, ()):
            if not future.done():
                future.set_result(job)
