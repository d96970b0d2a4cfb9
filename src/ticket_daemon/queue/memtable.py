"""The jobs of the last moment in memory, and what is written of them meanwhile: a log of changes.

It knows jobs, how they stand and what was done to them since the last `flush`; it does not know SQL or the disk. It
promises that its log, played again from the start, makes the same jobs; that `undo` leaves no trace of a transaction;
and that a change a job's state does not allow is refused.

A ticket changes three times within milliseconds. Written to the tables each time, it costs eight statements and as many
pages; here a transaction is one row of the log, and a job goes into the tables once, with many others (a log-structured
merge tree has these two parts and calls them so).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from ticket_daemon.queue.job import Job, NewJob, Reason, changed
from ticket_daemon.queue.states import TRANSITIONS, JobEvent, JobState

#: Jobs, or bytes of tickets, after which they go into the tables: some milliseconds' work, and what a start may have to
#: do again after a crash.
MAX_JOBS: Final = 128
MAX_BYTES: Final = 1024 * 1024
#: Of those, what may stay when the others go: jobs that are under way, and are about to change again.
KEPT_JOBS: Final = MAX_JOBS // 2
KEPT_BYTES: Final = MAX_BYTES // 4


class Record(NamedTuple):
    """A job as it stands, what came in, and its journal: one line a change (ms, state, code)."""

    job: Job
    new: NewJob
    journal: str


class Put(Struct, frozen=True, array_like=True, tag=0):
    """A job was accepted."""

    seq: int
    new: NewJob


class Start(Struct, frozen=True, array_like=True, tag=1):
    """A job begins to print."""

    seq: int
    at: int


class Move(Struct, frozen=True, array_like=True, tag=2):
    """Something else happened to a job."""

    seq: int
    event: JobEvent
    at: int
    reason: Reason | None


class Keep(Struct, frozen=True, array_like=True, tag=3):
    """How a job stood when the others went into the tables."""

    job: Job
    new: NewJob
    journal: str


Change = Put | Start | Move | Keep

_encode: Final = msgspec.msgpack.Encoder().encode
#: The log of a transaction that has changed nothing.
NOTHING: Final = _encode([])
_decode: Final = msgspec.msgpack.Decoder(list[Change]).decode


class MemTable:
    """The jobs since the last flush."""

    def __init__(self) -> None:
        self._records: dict[int, Record] = {}
        self._seqs: dict[str, int] = {}
        self._bytes = 0
        self._changes: list[Change] = []  #: of this transaction
        self._before: dict[int, Record | None] = {}  #: what this transaction has changed, as it was

    @property
    def is_full(self) -> bool:
        """Whether it is time to write the jobs into the tables."""
        return len(self._records) >= MAX_JOBS or self._bytes >= MAX_BYTES

    def __len__(self) -> int:
        return len(self._records)

    def get(self, seq: int) -> Record | None:
        """The job of that number, if it is here."""
        return self._records.get(seq)

    def find(self, job_id: str) -> Record | None:
        """The job with that id, if it is here."""
        seq = self._seqs.get(job_id)
        return None if seq is None else self._records[seq]

    def records(self) -> Iterable[Record]:
        """All of them, in the order of acceptance."""
        return self._records.values()

    def under_way(self) -> MemTable:
        """The jobs that have not ended, as a table whose log makes them; none of them where they are many."""
        rest = MemTable()
        for record in self._records.values():
            if not record.job.is_final:
                rest._keep(Keep(*record))
        if len(rest) > KEPT_JOBS or rest._bytes > KEPT_BYTES:
            return MemTable()
        return rest

    # --- changes ---

    def _keep(self, kept: Keep) -> None:
        self._add(Record(kept.job, kept.new, kept.journal), kept)

    def _add(self, record: Record, change: Change) -> None:
        self._before.setdefault(record.job.seq, None)
        self._records[record.job.seq] = record
        self._seqs[record.new.id] = record.job.seq
        self._bytes += record.new.size
        self._changes.append(change)

    def put(self, seq: int, new: NewJob) -> Job:
        """A job that is accepted."""
        job = Job(
            seq, new.id, new.destination, JobState.QUEUED, new.submitted_at, new.submitted_at,
            expires_at=new.expires_at, reprint_of=new.reprint_of, remote=new.remote, origin=new.origin,
        )  # fmt: skip
        self._add(Record(job, new, ""), Put(seq, new))
        return job

    def start(self, record: Record, at: int) -> Job | None:
        """A job begins to print; None when it does not wait."""
        job = record.job
        if job.state is not JobState.QUEUED:
            return None
        self._changes.append(Start(job.seq, at))
        started = changed(
            job, state=JobState.PRINTING, attempts=job.attempts + 1, started_at=at, updated_at=at, reason=None
        )
        return self._replace(record, started, f"{at} printing\n")

    def move(self, record: Record, event: JobEvent, at: int, reason: Reason | None) -> Job | None:
        """`event` happens to a job; None when its state does not allow it."""
        job = record.job
        following = TRANSITIONS.get((job.state, event))
        if following is None:
            return None
        self._changes.append(Move(job.seq, event, at, reason))
        line = f"{at} {following} {reason.code}\n" if reason else f"{at} {following}\n"
        return self._replace(record, changed(job, state=following, updated_at=at, reason=reason), line)

    def _replace(self, record: Record, job: Job, line: str) -> Job:
        self._before.setdefault(job.seq, record)
        self._records[job.seq] = Record(job, record.new, record.journal + line)
        return job

    # --- transactions ---

    def log(self) -> bytes | None:
        """What this transaction has changed, for `replay`; None when nothing."""
        return _encode(self._changes) if self._changes else None

    def committed(self) -> None:
        """The transaction is on disk."""
        if self._changes:
            self._changes = []
            self._before = {}

    def undo(self) -> None:
        """The transaction has failed: everything is as it was before."""
        for seq, record in self._before.items():
            gone = self._records[seq]
            if record is not None:
                self._records[seq] = record
                continue
            del self._records[seq], self._seqs[gone.new.id]
            self._bytes -= gone.new.size
        self.committed()

    def replay(self, log: bytes) -> None:
        """Change what was changed in a transaction of an earlier run.

        Raises ValueError where that cannot be, and where `log` is none whatever decoding it raises.
        """
        for change in _decode(log):
            if isinstance(change, Put):
                self.put(change.seq, change.new)
                continue
            if isinstance(change, Keep):
                self._keep(change)
                continue
            record = self._records.get(change.seq)
            if record is None:
                raise ValueError(f"job {change.seq} is not there")
            done = (
                self.start(record, change.at)
                if isinstance(change, Start)
                else self.move(record, change.event, change.at, change.reason)
            )
            if done is None:
                raise ValueError(f"job {change.seq} is {record.job.state}")
        self.committed()
