"""Many ask at once: what the queue keeps in memory is what is on disk when all of them have their answers."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from pathlib import Path

import pytest

from ticket_daemon.errors import NotCancellable, QueueFull, UnknownJob
from ticket_daemon.queue import Job, JobEvent, JobState, NewJob, Queue

DESTINATIONS = ("caja", "cocina")
CLIENTS, STEPS, CAPACITY = 6, 60, 12
ENDS = (JobEvent.CONFIRM, JobEvent.SEND, JobEvent.FAIL, JobEvent.HOLD, JobEvent.RETRY)


class Crowd:
    """People who submit, cancel, hold and release at random, and a worker for each destination."""

    def __init__(self, queue: Queue, chance: random.Random) -> None:
        self.queue = queue
        self.chance = chance
        self.ids: list[str] = []
        self.acked: set[str] = set()
        self.allowed: Counter[str] = (
            Counter()
        )  #: how often each may begin: once, and once for each time it is let go on
        self.begun: Counter[str] = Counter()
        self.heard: dict[str, JobState] = {}
        self.closing = False
        queue.listen(self.hear)

    def hear(self, job: Job) -> None:
        if job.state is JobState.QUEUED:  # accepted, released or put back
            self.allowed[job.id] += 1
        self.heard[job.id] = job.state

    async def person(self, name: str) -> None:
        for step in range(STEPS):
            with contextlib.suppress(NotCancellable, QueueFull, UnknownJob):
                await self.something(f"{name}-{step}")
            if self.chance.random() < 0.3:
                await asyncio.sleep(0)

    async def something(self, job_id: str) -> None:
        what = self.chance.random()
        if what < 0.4 or not self.ids:
            self.ids.append(job_id)
            await self.queue.submit(NewJob(job_id, self.chance.choice(DESTINATIONS), b"", b"{}", job_id.encode(), 1))
            self.acked.add(job_id)
            return
        other = self.chance.choice(self.ids[-8:])
        if what < 0.55:
            await self.queue.cancel(other)
        elif what < 0.8:
            await self.queue.hold(other)
        else:
            await self.queue.release(other, other.encode())

    async def worker(self, destination: str) -> None:
        while not self.closing:
            job = self.queue.head(destination)
            if job is None:
                await asyncio.sleep(0)
                continue
            begun = await self.queue.start(job)
            if begun is None:
                continue
            assert begun.data == job.id.encode()
            self.begun[job.id] += 1
            for _ in range(self.chance.randint(0, 3)):
                await asyncio.sleep(0)
            moved = self.queue.finish(job, self.chance.choice(ENDS))
            if self.chance.random() < 0.5:
                assert await moved is not None, "somebody else moved a job that prints"


@pytest.mark.parametrize("seed", range(12))
async def test_memory_and_disk_agree_after_a_rush(tmp_path: Path, seed: int) -> None:
    queue = Queue(tmp_path / "queue.db", CAPACITY, lambda: 1)
    await queue.open()
    crowd = Crowd(queue, random.Random(seed))
    workers = [asyncio.create_task(crowd.worker(name)) for name in DESTINATIONS]
    await asyncio.gather(*(crowd.person(f"p{n}") for n in range(CLIENTS)))
    crowd.closing = True
    await asyncio.gather(*workers)
    kept = {job.id: job for job in await queue.recent(10_000)}  # in its turn: after everything that was asked before
    waiting = {name: queue.waiting(name) for name in DESTINATIONS}
    unfinished = Counter((job.destination, job.state) for job in kept.values())
    assert crowd.acked == kept.keys()
    assert {job_id: job.state for job_id, job in kept.items()} == crowd.heard
    assert waiting == {name: unfinished[name, JobState.QUEUED] for name in DESTINATIONS}
    assert queue.current == sum(
        unfinished[name, s] for name in DESTINATIONS for s in (JobState.QUEUED, JobState.PRINTING)
    )
    assert all(crowd.begun[job_id] <= crowd.allowed[job_id] for job_id in kept)
    await queue.close()
