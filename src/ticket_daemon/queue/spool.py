"""The queue as the rest of the program sees it: jobs by destination, in order, safely on disk.

It knows jobs, their order and how many may wait; it does not know SQL, sockets or printers. It promises that a job is
accepted only after its commit, that jobs of one destination come out in the order they were accepted, that the
acceptance is announced before any worker can see the job, and that a full queue refuses at once.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import msgspec

from ticket_daemon.errors import (
    IdConflict,
    NotCancellable,
    QueueFull,
    ShuttingDown,
    StorageFull,
    StorageUnavailable,
    TicketDaemonError,
    UnknownJob,
)
from ticket_daemon.queue.commits import Committer
from ticket_daemon.queue.job import Job, NewJob, Payload, Reason, expired
from ticket_daemon.queue.lane import Lane
from ticket_daemon.queue.states import JobEvent, JobState, before
from ticket_daemon.queue.store import Change, Entry, Inserted, Started, Store

log = logging.getLogger(__name__)

#: What a client is told to wait when the queue is full: about the time of one or two tickets on paper.
RETRY_AFTER_S: Final = 2
#: Jobs that may wait over all destinations, unless the configuration says otherwise.
TOTAL: Final = 1000
#: Jobs with more than so many bytes are written aside: no one waits for another's long ticket.
HEAVY_BYTES: Final = 64 * 1024
#: Bytes that the queue keeps on disk before it takes no more tickets, and that the disk must have left for all else.
KEPT_BYTES: Final = 2 << 30
RESERVE_BYTES: Final = 16 << 20
#: Jobs looked at in one transaction of pruning.
PRUNE_ROWS: Final = 1000

T = TypeVar("T")
R = TypeVar("R")
Clock = Callable[[], int]
Listener = Callable[[Job], None]


class Accepted(NamedTuple):
    """A job that is safely in the queue. `position` counts from 1 in its destination's queue; 0 when it has ended.

    `current` of the `capacity` places of its destination are taken. `resent`: the id had failed or expired before.
    """

    job: Job
    duplicate: bool
    position: int
    current: int
    capacity: int
    resent: bool = False


Answer = Callable[[Accepted | TicketDaemonError], None]


class Queue:
    """Durable jobs, first in first out per destination. Used from one event loop."""

    def __init__(self, path: Path | str, capacity: int, clock: Clock, total: int = 0) -> None:
        self.capacity = capacity  #: places of each destination
        self.total = max(capacity, total or TOTAL)  #: places over all of them
        self._clock = clock  #: ms since 1970
        self._commits = Committer(path)
        self._lanes: dict[str, Lane] = {}
        self._unfinished: dict[str, Job] = {}
        #: Places taken of each destination: queued, printing, or on their way to the disk.
        self._taken: Counter[str] = Counter()
        self._listeners: dict[JobState, list[Listener]] = {state: [] for state in JobState}
        self._closing = False
        self._folder = Path(path).parent
        self._kept = 0  #: bytes on disk when last measured, and what has been accepted since
        self._free = RESERVE_BYTES + KEPT_BYTES  #: bytes that the disk had left

    async def open(self) -> list[Job]:
        """Open the database; the jobs that were being printed when the last run ended, now held.

        Those whose time is over have expired before any worker sees them. Raises StorageUnavailable; StorageFull when
        the disk has no room: nothing is accepted then, and it may be called again.
        """
        now = self._clock()
        jobs, doubtful = self._commits.open(lambda store: _recover(store, now))
        for job in jobs:
            self._unfinished[job.id] = job
            if job.state is JobState.QUEUED:
                self._taken[job.destination] += 1
                self._lane(job.destination).append(job)
        return doubtful

    async def close(self) -> None:
        """Accept nothing more, commit what is under way, close the database."""
        self._closing = True
        await self._commits.close()

    def listen(self, listener: Listener, states: Collection[JobState] = tuple(JobState)) -> None:
        """Have `listener(job)` called in the event loop after each committed change that led to one of these states."""
        for state in states:
            self._listeners[state].append(listener)

    # --- figures ---

    @property
    def current(self) -> int:
        """Jobs accepted and not yet ended, held ones apart."""
        return self._taken.total()

    def taken(self, destination: str) -> int:
        """Places of a destination that are taken: what waits for it, prints, or is on its way to the disk."""
        return self._taken[destination]

    def places(self, destinations: int) -> int:
        """How many jobs so many destinations can have waiting, all together."""
        return min(self.total, self.capacity * max(1, destinations))

    def _is_full(self, destination: str) -> bool:
        return self._taken[destination] >= self.capacity or self.current >= self.total

    @property
    def trouble(self) -> str | None:
        """What the storage fails of, or None."""
        return self._commits.trouble

    @property
    def unfinished(self) -> Mapping[tuple[str, JobState], int]:
        """How many jobs have not ended, by destination and state."""
        return Counter((job.destination, job.state) for job in self._unfinished.values())

    def time_commits(self, heard: Callable[[float], None]) -> None:
        """Have `heard(seconds)` called for each transaction, by the thread that commits it; one at a time."""
        self._commits.timed = heard

    def lane(self, destination: str) -> tuple[Job, ...]:
        """The jobs that wait for that destination, in their order."""
        lane = self._lanes.get(destination)
        return tuple(lane.jobs) if lane else ()

    def overdue(self) -> list[Job]:
        """The jobs that wait and whose time is over: they must not print any more."""
        now = self._clock()
        waiting = (job for lane in self._lanes.values() for job in lane.jobs)
        return [job for job in waiting if job.expires_at is not None and job.expires_at <= now]

    def expire(self, job: Job, reasons: Collection[str]) -> asyncio.Future[Job | None]:
        """Commit that a waiting job's time is over; None when it has begun meanwhile.

        `reasons` keep its printer from printing; without any it waited for others.
        """
        return self.finish(job, JobEvent.EXPIRE, expired(reasons), only=JobState.QUEUED)

    def waiting(self, destination: str) -> int:
        """Jobs that wait for that destination."""
        lane = self._lanes.get(destination)
        return len(lane.jobs) if lane else 0

    # --- accepting ---

    def offer(self, new: NewJob, done: Answer) -> None:
        """Commit a job; `done` is called with what became of it before any worker can see it.

        Refused with QueueFull (at once), IdConflict, StorageUnavailable or ShuttingDown. A full queue still answers
        for the jobs it has: the same id again is no new job.
        """
        if self._closing:
            done(ShuttingDown("server.shutting_down"))
        elif (not self._is_full(new.destination) and self._has_room(new)) or new.id in self._unfinished:
            self._insert(new, done)
        else:
            self._commits.submit(lambda store: store.find(new.id), functools.partial(self._when_full, new, done))

    def _has_room(self, new: NewJob) -> bool:
        return self._kept + new.size <= KEPT_BYTES and self._free - new.size >= RESERVE_BYTES

    async def measure(self) -> int:
        """Look how much is kept on disk, and what it has left; the bytes kept. Raises StorageUnavailable."""
        self._free = (await asyncio.to_thread(shutil.disk_usage, self._folder)).free
        self._kept = await self._commits.run(Store.size)
        return self._kept

    def _when_full(self, new: NewJob, done: Answer, known: Job | None, error: StorageUnavailable | None) -> None:
        if known is not None and known.state not in before(JobEvent.RESEND):
            self._insert(new, done)
        elif error is None and not self._has_room(new):
            mib = KEPT_BYTES >> 20
            done(StorageFull("storage.no_room", kept=self._kept >> 20, bound=mib, free=self._free >> 20))
        else:
            done(error or QueueFull("queue.full", printer=new.destination, retry_after_s=RETRY_AFTER_S))

    def _insert(self, new: NewJob, done: Answer) -> None:
        self._kept += new.size
        self._free -= new.size
        self._taken[new.destination] += 1  # from here on, so that a burst cannot overfill the queue

        def committed(inserted: Inserted, error: StorageUnavailable | None) -> None:
            try:
                accepted = self._admit(inserted, error, new)
            except (StorageUnavailable, IdConflict) as refused:
                done(refused)
                return
            try:
                done(accepted)
            finally:
                if not accepted.duplicate:
                    self._lane(new.destination).append(accepted.job)
                    self._tell(accepted.job)

        heavy = new.size > HEAVY_BYTES
        self._commits.submit(lambda store: store.insert(new), committed, heavy=heavy)

    async def submit(self, new: NewJob) -> Accepted:
        """`offer` for those who wait; raises what `offer` refuses with."""
        outcome: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()

        def done(answer: Accepted | TicketDaemonError) -> None:
            if outcome.cancelled():
                return
            if isinstance(answer, Accepted):
                outcome.set_result(answer)
            else:
                outcome.set_exception(answer)

        self.offer(new, done)
        return await outcome

    def _admit(self, inserted: Inserted, error: StorageUnavailable | None, new: NewJob) -> Accepted:
        if error is not None or not inserted.is_new:
            self._taken[new.destination] -= 1
        if error is not None:
            raise error
        if not inserted.same:
            raise IdConflict("job.id_conflict", id=new.id)
        job = inserted.job
        if inserted.is_new:
            self._unfinished[job.id] = job
            position = self._lane(job.destination).ahead + 1
            return Accepted(job, False, position, self.taken(job.destination), self.capacity, inserted.resent)
        return self._known(job)

    def _known(self, job: Job) -> Accepted:
        lane = self._lanes.get(job.destination)
        position = lane.position(job) if lane and not job.is_settled else 0
        return Accepted(job, True, position, self.taken(job.destination), self.capacity)

    # --- printing ---

    def head(self, destination: str) -> Job | None:
        """The job at the head of a destination's queue, if one waits."""
        lane = self._lanes.get(destination)
        return lane.jobs[0] if lane and lane.jobs else None

    def is_printing(self, destination: str) -> bool:
        """Whether a job of that destination has begun and not ended."""
        lane = self._lanes.get(destination)
        return bool(lane and lane.printing)

    def bell(self, destination: str) -> asyncio.Event:
        """Rings (is set) when a job comes for that destination; whoever waits at it clears it first."""
        return self._lane(destination).bell

    async def start(self, job: Job) -> Started | None:
        """Commit that `job` (the head of its queue) begins to print; None when it was cancelled or moved meanwhile."""
        now = self._clock()
        return await self._commit(lambda store: store.start(job.seq, now, job.destination), self._started)

    def _started(self, started: Started) -> Started:
        job = started.job
        lane = self._lane(job.destination)
        lane.remove(job)
        lane.printing.add(job.seq)
        self._unfinished[job.id] = job
        self._tell(job)
        return started

    def finish(
        self,
        job: Job,
        event: JobEvent,
        reason: Reason | None = None,
        only: JobState | None = None,
        data: bytes | None = None,
        further: bytes | None = None,
    ) -> asyncio.Future[Job | None]:
        """Commit what became of a job (`only` from that state, if given); listeners hear of it after the commit.

        `data` (and `further`, see `NewJob`) are other bytes for it to print. Need not be awaited: operations take
        effect in the order given.
        """
        now = self._clock()

        def move(store: Store) -> Job | None:
            if only is not None and store.state(job.seq) is not only:
                return None
            moved = store.move(job.seq, event, now, reason)
            if moved is not None and data is not None:
                store.replace_data(job.seq, data, further)
            return moved

        return self._commit(move, lambda moved: self._moved(moved, event))

    def _commit(
        self, operation: Callable[[Store], T | None], effect: Callable[[T], R], *, heavy: bool = False
    ) -> asyncio.Future[R | None]:
        """Have `operation` committed; what `effect` makes of its result, or None where it came to nothing.

        `effect` comes with the commit, not when whoever waits wakes: a person may steer in between.
        """
        outcome: asyncio.Future[R | None] = asyncio.get_running_loop().create_future()

        def committed(result: T | None, error: StorageUnavailable | None) -> None:
            made = None if result is None else effect(result)
            if outcome.cancelled():
                return
            if error is not None:
                outcome.set_exception(error)
            else:
                outcome.set_result(made)

        self._commits.submit(operation, committed, heavy=heavy)
        return outcome

    def _moved(self, job: Job, event: JobEvent) -> Job:
        lane = self._lane(job.destination)
        lane.printing.discard(job.seq)
        if event is JobEvent.RELEASE:
            self._taken[job.destination] += 1
            lane.append(job)
        elif event is JobEvent.RETRY:
            lane.put_first(job)
        else:
            self._taken[job.destination] -= self._unfinished[job.id].state is not JobState.HELD
            lane.remove(job)
        if job.is_final:
            self._unfinished.pop(job.id, None)
        else:
            self._unfinished[job.id] = job
        self._tell(job)
        return job

    async def reroute(self, job: Job, destination: str, data: bytes, further: bytes | None = None) -> Job | None:
        """Commit that `job`, which waits, waits for another destination with these bytes, as the last there.

        None, and nothing has changed, when anything happened to it since, when it has moved before, or when a person
        released it after something of it may have been printed. Raises StorageUnavailable.
        """
        now = self._clock()
        heavy = len(data) > HEAVY_BYTES

        def move(store: Store) -> Job | None:
            return store.reroute(job, destination, data, now, further)

        return await self._commit(move, self._rerouted, heavy=heavy)

    def _rerouted(self, job: Job) -> Job:
        assert job.moved_from is not None
        self._lane(job.moved_from).remove(job)
        self._taken[job.moved_from] -= 1
        self._taken[job.destination] += 1
        self._unfinished[job.id] = job
        self._tell(job)  # before the other worker can see it, as with a job that is accepted
        self._lane(job.destination).append(job)
        return job

    # --- for those far away ---

    async def adopt(self, job_id: str) -> Job | None:
        """Put how a job stands into the outbox, and each change from now on: somebody far away asked for it too."""
        adopted: Callable[[Job], Job] = self._adopted
        return await self._commit(lambda store: store.adopt(job_id), adopted)

    def _adopted(self, job: Job) -> Job:
        if job.id in self._unfinished:
            self._unfinished[job.id] = job
            self._lane(job.destination).replace(job)
        return job

    async def outbox(self, limit: int) -> list[Change]:
        """The oldest changes of remote jobs that `sent` has not been said of, in their order."""
        changes: list[Change] = []
        while not changes and (rows := await self._commits.run(lambda store: store.outbox(limit))):
            for n, mark, job in rows:
                try:
                    changes.append(Change(n, mark, msgspec.json.decode(job, type=Job)))
                except msgspec.MsgspecError as fault:  # it must not keep all the others from being told
                    log.error("outbox_unreadable", extra={"number": n, "detail": str(fault)})
            if not changes:
                await self.sent(rows[-1][0])
        return changes

    async def sent(self, last: int) -> None:
        """The outbox up to number `last` has arrived where it is to go."""
        await self._commits.run(lambda store: store.sent(last))

    async def note(self, job: Job, code: str) -> None:
        """A line in the history of a job that goes on waiting. Raises StorageUnavailable."""
        now = self._clock()
        await self._commits.run(lambda store: store.note(job.seq, now, code))

    # --- asking and steering ---

    async def find(self, job_id: str) -> Job | None:
        """The job with that id, as it stands now."""
        return self._unfinished.get(job_id) or await self._commits.run(lambda store: store.find(job_id))

    async def payload(self, job_id: str) -> Payload | None:
        """What a job prints."""
        return await self._commits.run(lambda store: store.payload(job_id))

    async def recent(self, limit: int) -> list[Job]:
        """The newest jobs, newest first."""
        return await self._commits.run(lambda store: store.recent(limit), heavy=True)

    def pending(self, limit: int) -> list[Job]:
        """The first `limit` jobs that have not ended: those that print, that wait (in their order), that are held."""
        waiting = [self._unfinished.get(job.id, job) for lane in self._lanes.values() for job in lane.jobs]
        places = {job.seq for job in waiting}
        others = sorted((job for job in self._unfinished.values() if job.seq not in places), key=lambda job: job.seq)
        printing = [job for job in others if job.state is not JobState.HELD]
        held = [job for job in others if job.state is JobState.HELD]
        return (printing + waiting + held)[:limit]

    def held(self) -> list[Job]:
        """The jobs that wait for a person, the oldest first."""
        held = [job for job in self._unfinished.values() if job.state is JobState.HELD]
        return sorted(held, key=lambda job: job.updated_at)

    async def cancel(self, job_id: str) -> Job:
        """End a job that has not begun, or that is held. Raises UnknownJob, NotCancellable."""
        return await self._steer(job_id, JobEvent.CANCEL, Reason("cancelled", "job.cancelled"))

    async def hold(self, job_id: str) -> Job:
        """Keep a waiting job back until it is released. Raises UnknownJob, NotCancellable."""
        # Only the worker may hold what prints: released, it would come out a second time.
        return await self._steer(job_id, JobEvent.HOLD, Reason("held", "job.held"), only=JobState.QUEUED)

    async def release(self, job_id: str, data: bytes, further: bytes | None = None) -> Job:
        """Let a held job go on, with these bytes (see `NewJob`). Raises UnknownJob, NotCancellable."""
        return await self._steer(job_id, JobEvent.RELEASE, data=data, further=further)

    async def hold_strangers(self, destinations: Collection[str]) -> list[Job]:
        """Hold the jobs that wait for none of these destinations: nobody would ever print them. Returns them."""
        strangers = [job for name, lane in self._lanes.items() if name not in destinations for job in lane.jobs]
        moves = [self.hold_stranger(job) for job in strangers]
        return [moved for moved in await asyncio.gather(*moves) if moved is not None]

    def hold_stranger(self, job: Job) -> asyncio.Future[Job | None]:
        """Hold a job that waits for a destination nobody has; one that has begun is its worker's."""
        reason = Reason("unknown_printer", "printer.gone", {"name": job.destination})
        return self.finish(job, JobEvent.HOLD, reason, only=JobState.QUEUED)

    @property
    def awaited(self) -> set[str]:
        """The names of the destinations that jobs wait for."""
        return {name for name, lane in self._lanes.items() if lane.jobs}

    async def _known_job(self, job_id: str) -> Job:
        job = await self.find(job_id)
        if job is None:
            raise UnknownJob("job.unknown", id=job_id)
        return job

    async def _steer(
        self,
        job_id: str,
        event: JobEvent,
        reason: Reason | None = None,
        only: JobState | None = None,
        data: bytes | None = None,
        further: bytes | None = None,
    ) -> Job:
        moved = await self.finish(await self._known_job(job_id), event, reason, only, data, further)
        if moved is None:
            raise NotCancellable("job.wrong_state", id=job_id)
        return moved

    async def journal(self, job_id: str) -> list[Entry]:
        """What became of a job, from acceptance on."""
        return await self._commits.run(lambda store: store.journal(job_id))

    async def prune(self, older_than: int) -> int:
        """Forget finished jobs last changed before `older_than` (ms since 1970), some at a time; how many went."""
        total, last, more = 0, 0, True
        while more:
            stretch = functools.partial(Store.prune, older_than=older_than, after=last, limit=PRUNE_ROWS)
            gone, last, more = await self._commits.run(stretch, heavy=True)
            total += gone
        return total

    # --- inside ---

    def _lane(self, destination: str) -> Lane:
        lane = self._lanes.get(destination)
        if lane is None:
            lane = self._lanes[destination] = Lane()
        return lane

    def _tell(self, job: Job) -> None:
        for listener in self._listeners[job.state]:
            try:
                listener(job)
            except Exception:  # one listener's mistake must not cost the others, or who waits for the commit, the news
                log.exception("listener_failed", extra={"job": job.id})


def _recover(store: Store, now: int) -> tuple[list[Job], list[Job]]:
    """The unfinished jobs, and those among them that were being printed: what came out of them is not known."""
    jobs, doubtful = [], []
    for job in list(store.unfinished()):
        if job.state is JobState.QUEUED and job.expires_at is not None and job.expires_at <= now:
            store.move(job.seq, JobEvent.EXPIRE, now, expired(key="job.expired_service"))
            continue
        if job.state is JobState.PRINTING:
            job = store.move(job.seq, JobEvent.HOLD, now, Reason("unknown_outcome", "job.unknown_outcome")) or job
            doubtful.append(job)
        jobs.append(job)
    return jobs, doubtful
