"""One destination's jobs in their order.

It knows who waits, who has begun and who is to be woken; it does not know the disk or other destinations.
"""

from __future__ import annotations

import asyncio
from collections import deque

from ticket_daemon.queue.job import Job


class Lane:
    """One destination's jobs in order: those that wait, and whether one is printing."""

    def __init__(self) -> None:
        self.jobs: deque[Job] = deque()
        self.printing: set[int] = set()  #: the `seq` of what has begun; the next may be marked before the last is out
        self.bell = asyncio.Event()

    @property
    def ahead(self) -> int:
        return len(self.jobs) + len(self.printing)

    def append(self, job: Job) -> None:
        self.jobs.append(job)
        self.bell.set()

    def put_first(self, job: Job) -> None:
        self.jobs.appendleft(job)
        self.bell.set()

    def remove(self, job: Job) -> bool:
        for index, waiting in enumerate(self.jobs):
            if waiting.seq == job.seq:
                del self.jobs[index]
                return True
        return False

    def replace(self, job: Job) -> None:
        """`job` as it stands now, in its place."""
        for index, waiting in enumerate(self.jobs):
            if waiting.seq == job.seq:
                self.jobs[index] = job

    def position(self, job: Job) -> int:
        """From 1; the one that prints is the first."""
        for index, waiting in enumerate(self.jobs):
            if waiting.seq == job.seq:
                return index + 1 + len(self.printing)
        return 1
