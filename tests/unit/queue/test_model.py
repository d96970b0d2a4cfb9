"""The queue against a small model of it: whatever is asked in whatever order, both say the same.

The model is a dozen lines of lists and dictionaries. A crash is a copy of the files as they are, opened as a new queue.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ticket_daemon.errors import IdConflict, NotCancellable, QueueFull, UnknownJob
from ticket_daemon.queue import Job, JobEvent, JobState, NewJob, Queue, Reason
from ticket_daemon.queue.states import FINAL, TRANSITIONS

S, E = JobState, JobEvent
T = TypeVar("T")

CAPACITY = 4
DESTINATIONS = ("caja", "cocina")
IDS = tuple("abcdefgh")
#: What a worker may say of the job it prints, and of one that has not begun.
ENDS = (E.CONFIRM, E.SEND, E.SPOOL, E.FAIL, E.EXPIRE, E.HOLD, E.RETRY)
REFUSALS = (E.FAIL, E.EXPIRE, E.HOLD)

destinations, ids, digests = st.sampled_from(DESTINATIONS), st.sampled_from(IDS), st.sampled_from([b"x", b"y"])


@dataclass
class Known:
    """A job as the model has it."""

    number: int
    destination: str
    digest: bytes
    state: JobState = S.QUEUED
    changed: int = 0
    doubted: bool = False  #: held in doubt once: something of it may be on paper
    moved: bool = False


class QueueModel(RuleBasedStateMachine):
    """Rules do the same to both; invariants compare them."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="queue-model-"))
        self.now = 1_000_000
        self.runs = 0
        self.accepted = 0
        self.jobs: dict[str, Known] = {}
        self.data: dict[str, bytes] = {}
        self.waiting: dict[str, list[str]] = {name: [] for name in DESTINATIONS}
        self.told: dict[str, JobState] = {}  #: what listeners heard last
        self.queue = self.opened()

    # --- life ---

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def opened(self) -> Queue:
        queue = Queue(self.folder / f"{self.runs}.db", CAPACITY, lambda: self.now, total=CAPACITY)
        self.doubtful = self.do(queue.open())
        queue.listen(self.hear)
        return queue

    def hear(self, job: Job) -> None:
        before = self.told.get(job.id, S.QUEUED)
        assert before is job.state or job.state in {after for (s, _), after in TRANSITIONS.items() if s is before}
        self.told[job.id] = job.state

    def teardown(self) -> None:
        self.do(self.queue.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    # --- the model's own small steps ---

    def move(self, job_id: str, event: JobEvent) -> None:
        job = self.jobs[job_id]
        lane = self.waiting[job.destination]
        job.state, job.changed = TRANSITIONS[job.state, event], self.now
        if job_id in lane:
            lane.remove(job_id)
        if event is E.RETRY:
            lane.insert(0, job_id)
        elif event is E.RELEASE:
            lane.append(job_id)

    def in_state(self, *states: JobState, destination: str | None = None) -> list[str]:
        return [i for i, job in self.jobs.items() if job.state in states and destination in (None, job.destination)]

    # --- rules ---

    @rule(job_id=ids, destination=destinations, digest=digests)
    def submit(self, job_id: str, destination: str, digest: bytes) -> None:
        new = NewJob(job_id, destination, digest, b"{}", job_id.encode(), self.now)
        known = self.jobs.get(job_id)
        full = len(self.in_state(S.QUEUED, S.PRINTING)) >= CAPACITY
        may_be_sent_again = known is not None and known.state in (S.FAILED, S.EXPIRED)
        if full and may_be_sent_again:
            with pytest.raises(QueueFull):
                self.do(self.queue.submit(new))
        elif known is not None and known.digest != digest:
            with pytest.raises(IdConflict):
                self.do(self.queue.submit(new))
        elif known is not None and may_be_sent_again and not known.doubted:
            ahead = len(self.in_state(S.QUEUED, S.PRINTING, destination=destination))
            answer = self.do(self.queue.submit(new))
            assert (answer.resent, answer.duplicate, answer.position) == (True, False, ahead + 1)
            known.destination, known.moved = destination, False
            known.state, known.changed = S.QUEUED, self.now
            self.data[job_id] = job_id.encode()
            self.waiting[destination].append(job_id)
        elif known is not None:
            answer = self.do(self.queue.submit(new))
            assert answer.duplicate
            assert (answer.job.state, answer.job.destination) == (known.state, known.destination)
        elif full:
            with pytest.raises(QueueFull):
                self.do(self.queue.submit(new))
        else:
            ahead = len(self.in_state(S.QUEUED, S.PRINTING, destination=destination))
            answer = self.do(self.queue.submit(new))
            assert not answer.duplicate
            assert answer.position == ahead + 1
            self.accepted += 1
            self.jobs[job_id] = Known(self.accepted, destination, digest, changed=self.now)
            self.data[job_id] = job_id.encode()
            self.waiting[destination].append(job_id)

    @rule(destination=destinations)
    def start(self, destination: str) -> None:
        head = self.queue.head(destination)
        if head is None or self.queue.is_printing(destination):
            return
        begun = self.do(self.queue.start(head))
        assert begun is not None
        assert begun.data == self.data[head.id]
        self.move(head.id, E.START)

    @precondition(lambda self: self.in_state(S.PRINTING))
    @rule(data=st.data(), event=st.sampled_from(ENDS))
    def finish(self, data: st.DataObject, event: JobEvent) -> None:
        self.conclude(data.draw(st.sampled_from(self.in_state(S.PRINTING))), event)

    @precondition(lambda self: any(self.waiting.values()))
    @rule(data=st.data(), event=st.sampled_from(REFUSALS))
    def refuse_the_head(self, data: st.DataObject, event: JobEvent) -> None:
        lane = data.draw(st.sampled_from([lane for lane in self.waiting.values() if lane]))
        self.conclude(lane[0], event)

    @precondition(lambda self: self.in_state(S.HELD))
    @rule(data=st.data())
    def confirm_late(self, data: st.DataObject) -> None:
        self.conclude(data.draw(st.sampled_from(self.in_state(S.HELD))), E.CONFIRM)

    def conclude(self, job_id: str, event: JobEvent) -> None:
        job = self.do(self.queue.find(job_id))
        assert job is not None

        async def conclude(job: Job) -> Job | None:
            return await self.queue.finish(job, event, Reason("unknown_outcome", "job.unknown_outcome"))

        self.jobs[job_id].doubted |= event is E.HOLD
        moved = self.do(conclude(job))
        self.move(job_id, event)
        assert moved is not None
        assert moved.state is self.jobs[job_id].state

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), event=st.sampled_from(list(JobEvent)))
    def what_the_table_forbids_does_nothing(self, data: st.DataObject, event: JobEvent) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.jobs)))
        if (self.jobs[job_id].state, event) in TRANSITIONS or event in (E.START, E.MOVE, E.RESEND):
            return
        job = self.do(self.queue.find(job_id))
        assert job is not None

        async def conclude(job: Job) -> Job | None:
            return await self.queue.finish(job, event)

        assert self.do(conclude(job)) is None

    @rule(job_id=ids)
    def cancel(self, job_id: str) -> None:
        self.steer(job_id, E.CANCEL, (S.QUEUED, S.HELD), self.queue.cancel(job_id))

    @rule(job_id=ids)
    def hold(self, job_id: str) -> None:
        self.steer(job_id, E.HOLD, (S.QUEUED,), self.queue.hold(job_id))

    @rule(job_id=ids)
    def release(self, job_id: str) -> None:
        self.steer(job_id, E.RELEASE, (S.HELD,), self.queue.release(job_id, job_id.encode()))

    def steer(
        self, job_id: str, event: JobEvent, allowed: tuple[JobState, ...], work: Coroutine[Any, Any, Job]
    ) -> None:
        known = self.jobs.get(job_id)
        if known is None or known.state not in allowed:
            with pytest.raises(UnknownJob if known is None else NotCancellable):
                self.do(work)
            return
        moved = self.do(work)
        self.move(job_id, event)
        if event is E.RELEASE:
            self.data[job_id] = job_id.encode()
        assert moved.state is known.state

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), there=destinations)
    def reroute(self, data: st.DataObject, there: str) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.jobs)))
        known = self.jobs[job_id]
        job = self.do(self.queue.find(job_id))
        assert job is not None
        moved = self.do(self.queue.reroute(job, there, b"moved " + job_id.encode()))
        if known.state is not S.QUEUED or known.moved or known.doubted:
            assert moved is None
            return
        assert moved is not None
        assert (moved.destination, moved.moved_from, moved.state) == (there, known.destination, S.QUEUED)
        self.waiting[known.destination].remove(job_id)
        self.waiting[there].append(job_id)
        known.destination, known.moved, known.changed = there, True, self.now
        self.data[job_id] = b"moved " + job_id.encode()

    @rule()
    def crash(self) -> None:
        before, self.runs = self.folder / f"{self.runs}.db", self.runs + 1
        for suffix in ("", "-wal"):
            if (source := before.with_name(before.name + suffix)).exists():
                shutil.copyfile(source, self.folder / f"{self.runs}.db{suffix}")
        self.do(self.queue.close())
        self.told.clear()
        printing = self.in_state(S.PRINTING)
        self.told = {job_id: job.state for job_id, job in self.jobs.items()}
        self.queue = self.opened()
        assert sorted(job.id for job in self.doubtful) == sorted(printing)
        for job_id in printing:
            self.move(job_id, E.HOLD)
            self.jobs[job_id].doubted = True
            self.told[job_id] = S.HELD
        for lane in self.waiting.values():
            lane.sort(key=lambda job_id: self.jobs[job_id].number)

    @rule(seconds=st.integers(-5, 20))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds * 1000

    @rule(age=st.integers(0, 20))
    def prune(self, age: int) -> None:
        limit = self.now - age * 1000
        gone = [i for i, job in self.jobs.items() if job.state in FINAL and job.changed < limit]
        assert self.do(self.queue.prune(limit)) == len(gone)
        for job_id in gone:
            del self.jobs[job_id]
            self.told.pop(job_id, None)

    # --- what always holds ---

    @invariant()
    def they_agree(self) -> None:
        assert self.queue.current == len(self.in_state(S.QUEUED, S.PRINTING))
        for name, lane in self.waiting.items():
            head = self.queue.head(name)
            assert (head.id if head else None) == (lane[0] if lane else None)
            assert self.queue.waiting(name) == len(lane)
            assert self.queue.is_printing(name) == bool(self.in_state(S.PRINTING, destination=name))

    @invariant()
    def nothing_is_lost(self) -> None:
        recent = self.do(self.queue.recent(100))
        assert {job.id: job.state for job in recent} == {job_id: job.state for job_id, job in self.jobs.items()}
        assert [self.jobs[job.id].number for job in recent] == sorted(
            (job.number for job in self.jobs.values()), reverse=True
        )
        for job_id, known in self.jobs.items():
            found = self.do(self.queue.find(job_id))
            assert found is not None
            assert (found.state, found.destination) == (known.state, known.destination)


TestQueueAgainstItsModel = QueueModel.TestCase
TestQueueAgainstItsModel.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
