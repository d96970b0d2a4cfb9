"""The step to schema 7: the log of changes that schemas 5 and 6 had (`redo`) goes into the tables.

Nothing here changes any more: it reads what those versions left, and writes the columns of schema 7. The log stood
above SQLite's own, so that no other program could read a job, and gained no more than a tenth in tickets per second.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Final

import msgspec
from msgspec import Struct

from ticket_daemon.queue.states import FINAL, JobEvent, JobState, after

#: What the rows of an earlier lap tell is in the tables, or again in the first row of this one.
_LOG: Final = "SELECT changes FROM redo WHERE lap = (SELECT max(lap) FROM redo) ORDER BY n"
_INSERT: Final = """
    INSERT INTO jobs (
        seq, id, destination, state, digest, submitted_at, updated_at, started_at, expires_at, attempts, copies, code,
        reason, reprint_of, remote, format, origin, journal, document, data
    )
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, x'', x'')
"""


_COLUMNS: Final = (
    "ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL DEFAULT ''",  # a digest that names the client it came from
    "ALTER TABLE jobs ADD COLUMN queued_at INTEGER",  # when it was last released or moved
    "ALTER TABLE jobs ADD COLUMN simulated INTEGER NOT NULL DEFAULT 0",  # 1: for a printer that only draws
    # Each copy but the first; empty: as data; NULL: data has all copies.
    "ALTER TABLE tickets ADD COLUMN further BLOB",
)


class _New(Struct, frozen=True):
    id: str
    destination: str
    digest: bytes
    document: bytes
    data: bytes
    submitted_at: int
    expires_at: int | None = None
    reprint_of: str | None = None
    copies: int = 1
    remote: bool = False
    format: str = "document"
    origin: str = ""


class _Job(Struct):
    seq: int
    state: JobState
    updated_at: int
    attempts: int = 0
    started_at: int | None = None
    reason: dict[str, Any] | None = None


class _Put(Struct, frozen=True, array_like=True, tag=0):
    seq: int
    new: _New


class _Start(Struct, frozen=True, array_like=True, tag=1):
    seq: int
    at: int


class _Move(Struct, frozen=True, array_like=True, tag=2):
    seq: int
    event: JobEvent
    at: int
    reason: dict[str, Any] | None


class _Keep(Struct, frozen=True, array_like=True, tag=3):
    job: _Job
    new: _New
    journal: str


class _Record(Struct):
    job: _Job
    new: _New
    journal: str = ""


_decode: Final = msgspec.msgpack.Decoder(list[_Put | _Start | _Move | _Keep]).decode


def without_log(db: sqlite3.Connection) -> None:
    """Take the step. Raises sqlite3.DatabaseError where the log tells nonsense."""
    for statement in _COLUMNS:
        db.execute(statement)
    records: dict[int, _Record] = {}
    try:
        for (changes,) in db.execute(_LOG):
            for change in _decode(changes):
                _replay(records, change)
        for record in records.values():
            _write(db, record)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, msgspec.MsgspecError) as fault:
        raise sqlite3.DatabaseError(f"redo: {fault}") from fault
    db.execute("DROP TABLE redo")


def _replay(records: dict[int, _Record], change: _Put | _Start | _Move | _Keep) -> None:
    match change:
        case _Put(seq, new):
            records[seq] = _Record(_Job(seq, JobState.QUEUED, new.submitted_at), new)
        case _Keep(job, new, journal):
            records[job.seq] = _Record(job, new, journal)
        case _Start(seq, at):
            _change(records[seq], JobEvent.START, at, None)
            records[seq].job.attempts += 1
            records[seq].job.started_at = at
        case _Move(seq, event, at, reason):
            _change(records[seq], event, at, reason)


def _change(record: _Record, event: JobEvent, at: int, reason: dict[str, Any] | None) -> None:
    job = record.job
    job.state, job.updated_at, job.reason = after(job.state, event), at, reason
    record.journal += f"{at} {job.state} {reason['code']}\n" if reason else f"{at} {job.state}\n"


def _write(db: sqlite3.Connection, record: _Record) -> None:
    job, new = record.job, record.new
    reason = job.reason
    values = (
        job.seq, new.id, new.destination, job.state, new.digest, new.submitted_at, job.updated_at, job.started_at,
        new.expires_at, job.attempts, new.copies, reason["code"] if reason else None,
        msgspec.json.encode(reason).decode() if reason else None, new.reprint_of, new.remote, new.format, new.origin,
        record.journal,
    )  # fmt: skip
    db.execute(_INSERT, values)
    db.execute("INSERT INTO tickets (seq, document, data) VALUES (?, ?, ?)", (job.seq, new.document, new.data))
    if job.state not in FINAL:
        db.execute("INSERT INTO unfinished (seq) VALUES (?)", (job.seq,))
