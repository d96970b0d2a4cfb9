"""Jobs in SQLite: the only place that knows SQL.

It knows tables and statements; it does not know threads, printers or clients. It promises that a state changes only as
the transition table allows, inside the transaction of whoever calls, and that the schema is the newest after `open`.

What happens to every ticket happens in the memtable, and a transaction writes one row of its log. Before anything else
is done to jobs, and whenever there are many, they go into the tables (`_flush`); who only reads finds them where they
are. What a killed daemon left of the log is played again by `open`.

Why these pragmas: WAL because a commit is one append and one sync; synchronous=FULL because an ack is a promise that a
power cut does not break; locking_mode=EXCLUSIVE because the daemon owns the file, which saves a dozen system calls a
commit and keeps a second daemon out.
"""

from __future__ import annotations

import contextlib
import heapq
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from ticket_daemon.queue.job import Job, NewJob, Payload, Reason
from ticket_daemon.queue.memtable import MAX_BYTES, NOTHING, MemTable, Record
from ticket_daemon.queue.schema import MIGRATIONS
from ticket_daemon.queue.states import FINAL, JobEvent, JobState, after, before

BUSY_TIMEOUT_S: Final = 2.0
#: Files up to so many pages (of 4 kB) are checked whole at start: about a quarter of a second.
CHECKED_PAGES: Final = 20_000
#: Where a full WAL is written back; 1,000 pages is SQLite's own default, named here because commits pay for it.
CHECKPOINT_PAGES: Final = 1000

_COLUMNS: Final = (
    "seq, id, destination, state, submitted_at, updated_at, attempts, started_at, expires_at, code, reason, "
    "reprint_of, moved_from, remote, origin"
)
#: In the journal: the job waits for another destination from here on.
MOVED: Final = "moved"
_INSERT: Final = """
    INSERT INTO jobs (
        seq, id, destination, state, digest, submitted_at, updated_at, started_at, expires_at, attempts, copies, code,
        reason, reprint_of, remote, format, origin, journal, document, data
    )
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, x'', x'')
"""
_INSERT_TICKET: Final = "INSERT INTO tickets (seq, document, data) VALUES (?, ?, ?)"
_INSERT_UNFINISHED: Final = "INSERT INTO unfinished (seq) VALUES (?)"
_BY_SEQ: Final = f"SELECT {_COLUMNS} FROM jobs WHERE seq = ?"  # noqa: S608 - constants only
_ADOPT: Final = f"UPDATE jobs SET remote = 1 WHERE id = ? RETURNING {_COLUMNS}"  # noqa: S608 - constants only
_BY_ID: Final = f"SELECT {_COLUMNS}, digest FROM jobs WHERE id = ?"  # noqa: S608 - constants only
_UNFINISHED: Final = f"""
    SELECT {_COLUMNS} FROM unfinished JOIN jobs USING (seq) ORDER BY seq
"""  # noqa: S608 - constants only
# What happens to many tickets is written without RETURNING: each use of that costs SQLite a temporary B-tree and a copy
# of the pages it changes, more than reading the row again (measured: 16 against 7 µs).
_START: Final = """
    UPDATE jobs SET state = 'printing', attempts = attempts + 1, started_at = ?1, updated_at = ?1, code = NULL,
        reason = NULL, journal = journal || ?1 || ' printing' || char(10)
    WHERE seq = ?2 AND state = 'queued' AND destination = ifnull(?3, destination)
"""
_DATA: Final = "SELECT data FROM tickets WHERE seq = ?"
#: One statement per event: it names the states the event may happen in, so no row changes against the table.
_MOVES: Final[dict[JobEvent, str]] = {
    event: f"""
    UPDATE jobs SET state = '{following}', updated_at = ?1, code = ?2, reason = ?3,
        journal = journal || ?1 || ' {following}' || ifnull(' ' || ?2, '') || char(10)
    WHERE seq = ?4 AND ({" OR ".join(f"state = '{state}'" for state in sorted(before(event)))})
    """  # noqa: S608 - constants only
    for event in JobEvent
    if event not in (JobEvent.START, JobEvent.MOVE)
    for following in {after(state, event) for state in before(event)}
}
#: What was held in doubt and then released may be on paper in part: it stays. `updated_at` tells whether anything has
#: happened to the job since its bytes for the other printer were made.
_REROUTE: Final = f"""
    UPDATE jobs SET destination = ?1, moved_from = destination, updated_at = ?2,
        journal = journal || ?2 || ' queued {MOVED} ' || ?3 || char(10)
    WHERE seq = ?4 AND state = 'queued' AND destination = ?5 AND updated_at = ?6 AND moved_from IS NULL
        AND instr(journal, ' held unknown_outcome') = 0
    RETURNING {_COLUMNS}
"""  # noqa: S608 - constants only
_STRETCH: Final = """
    SELECT max(seq), max(submitted_at) FROM (SELECT seq, submitted_at FROM jobs WHERE seq > ? ORDER BY seq LIMIT ?)
"""
_PRUNED: Final = "seq > ?1 AND seq <= ?2 AND state NOT IN ('queued', 'printing', 'held') AND updated_at < ?3"
_PRUNE_TICKETS: Final = f"DELETE FROM tickets WHERE seq IN (SELECT seq FROM jobs WHERE {_PRUNED})"  # noqa: S608 - constants
_PRUNE: Final = f"DELETE FROM jobs WHERE {_PRUNED}"  # noqa: S608 - constants only
#: Those that had ended before `tickets` was there have theirs in `jobs`.
_PAYLOAD: Final = """
    SELECT ifnull(tickets.document, jobs.document), ifnull(tickets.data, jobs.data), copies, format
    FROM jobs LEFT JOIN tickets USING (seq) WHERE id = ?
"""
#: What the rows of an earlier lap tell is in the tables, or again in the first row of this one.
_LOG: Final = "SELECT n, lap, changes FROM redo WHERE lap = (SELECT max(lap) FROM redo) ORDER BY n"
_LOG_ROW: Final = "INSERT OR REPLACE INTO redo (n, lap, changes) VALUES (?, ?, ?)"
_RECENT: Final = f"SELECT {_COLUMNS} FROM jobs ORDER BY seq DESC LIMIT ?"  # noqa: S608 - constants only


class NewerSchema(Exception):
    """The database was written by a later version of the program."""


class Inserted(NamedTuple):
    """The job under the id asked for; `is_new` false when the id was there before, `same` when so was the content."""

    job: Job
    is_new: bool
    same: bool


class Started(NamedTuple):
    """A job that is marked as printing, and the bytes to print."""

    job: Job
    data: bytes


class Pruned(NamedTuple):
    """What was forgotten of a stretch of jobs: how many, its last job, and whether old ones may stand behind it."""

    gone: int
    last: int
    more: bool


class Entry(NamedTuple):
    """One change in a job's life: when (ms since 1970), to which state, and why; of a move, from where to where."""

    at: int
    state: JobState
    code: str | None
    moved: tuple[str, str] | None = None


class Change(NamedTuple):
    """A change that somebody far away is to hear of: its number in the outbox, and the job as it stood after it.

    `mark` is a name for the change that nobody can guess, the same however often it is told.
    """

    n: int
    mark: str
    job: Job


class Store:
    """One connection, used by one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._young = MemTable()  #: the jobs that are not in the tables yet
        self._lap = 0  #: how often the log has begun anew over rows of the lap before
        self._n = 0  #: its last row
        #: What this transaction has written to the tables, and how far the log was before.
        self._flushed: tuple[MemTable, int, int] | None = None
        self._next = 1  #: the number of the next job
        self._rows = 0  #: rows ever changed, when the transaction was begun

    @classmethod
    def open(cls, path: Path | str) -> Store:
        """Open or create the database and bring its schema up to date.

        Raises sqlite3.DatabaseError when the file is no database any more, sqlite3.OperationalError when it cannot be
        had, NewerSchema when a later version of the program wrote it.
        """
        db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            store = cls(db)
            store._check()
            store._migrate()
            store._replay()
            for _ in store.unfinished():  # what the daemon needs first; also read where the file is not checked whole
                pass
        except BaseException:
            db.close()
            raise
        return store

    def _check(self) -> None:
        """Look the whole file over where that is quick; a large one is trusted until a page proves it wrong."""
        (pages,) = self._db.execute("PRAGMA page_count").fetchone()
        if pages <= CHECKED_PAGES:
            (verdict,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)

    def close(self) -> None:
        """Close the connection; the WAL is written back, and what is in memory goes into the tables.

        Where the disk does not take it, it stays in the log, and the next start sees to it.
        """
        with contextlib.suppress(sqlite3.Error):
            self.rollback()  # of a transaction that failed so badly that it could not be ended then
            self._flush_alone()
        self._db.close()

    def _migrate(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise NewerSchema(f"schema {version}; this program knows {len(MIGRATIONS)}")
        for step, script in enumerate(MIGRATIONS[version:], version + 1):
            self._db.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {step}; COMMIT;")

    def _replay(self) -> None:
        """Take up the log that a killed daemon left."""
        try:
            for n, lap, changes in self._db.execute(_LOG).fetchall():
                self._young.replay(changes)
                self._n, self._lap = n, lap
            self._flush_alone()  # a number that is too large for the tables is nonsense as well
        except (ValueError, TypeError, OverflowError, RecursionError, msgspec.MsgspecError) as fault:
            raise sqlite3.DatabaseError(f"redo: {fault}") from fault
        (last,) = self._db.execute("SELECT max(seq) FROM jobs").fetchone()
        self._next = (last or 0) + 1

    # --- transactions ---

    def begin(self) -> None:
        """Of SQLite's transactions none is begun before something is written (`_write`): most are a row of the log,
        and a statement by itself is a transaction."""
        self.rollback()  # of one that failed so badly that it could not be ended then
        self._rows = self._db.total_changes

    def commit(self) -> bool:
        """Make what was done since `begin` last; whether that changed a row."""
        if self._young.is_full:
            self._flush(self._young.under_way())
        if changes := self._young.log():
            self._n += 1
            self._db.execute(_LOG_ROW, (self._n, self._lap, changes))
        if self._db.in_transaction:
            self._db.execute("COMMIT")
        self._young.committed()
        self._flushed = None
        return self._db.total_changes > self._rows

    def touch(self) -> None:
        """Write a row of the log that changes nothing: whether the disk takes it is the question."""
        self._n += 1
        self._write(_LOG_ROW, (self._n, self._lap, NOTHING))

    def rollback(self) -> None:
        if self._flushed is not None:
            (self._young, self._lap, self._n), self._flushed = self._flushed, None
        self._young.undo()
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def _write(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        return self._db.execute(statement, values)

    def _flush(self, rest: MemTable | None = None) -> None:
        """Write the jobs in memory into the tables, but for the `rest`."""
        young = self._young
        if not young:
            return
        if self._flushed is None:
            self._flushed = young, self._lap, self._n
        if rest:  # its log is of the next lap and takes the place of the last one's: no page changes hands
            self._lap += 1
        else:
            self._write("DELETE FROM redo")
            rest = MemTable()
        records = [record for record in young.records() if rest.get(record.job.seq) is None]
        for record in records:
            self._write(_INSERT, _row(record))
        self._db.executemany(_INSERT_TICKET, ((job.seq, new.document, new.data) for job, new, _ in records))
        self._db.executemany(_INSERT_UNFINISHED, ((job.seq,) for job, _, _ in records if not job.is_final))
        self._young = rest
        self._n = 0

    def _flush_alone(self) -> None:
        if self._young:
            self.begin()
            self._flush()
            self.commit()

    # --- writing ---

    def insert(self, new: NewJob) -> Inserted:
        """Put a job in, or find the one that has its id."""
        known = self._young.find(new.id)
        if known is not None:
            return Inserted(known.job, False, known.new.digest == new.digest)
        found = self._db.execute(_BY_ID, (new.id,)).fetchone()
        if found is not None:
            *row, digest = found
            return Inserted(_job(row), False, digest == new.digest)
        seq, self._next = self._next, self._next + 1
        job = self._young.put(seq, new)
        if new.size >= MAX_BYTES:  # not to be written twice
            self._flush()
        return Inserted(self._posted(job), True, True)

    def start(self, seq: int, now: int, destination: str | None = None) -> Started | None:
        """Mark a queued job as printing and return it with its bytes; None when it is not queued (there) any more."""
        young = self._young.get(seq)
        if young is not None:
            elsewhere = destination is not None and young.job.destination != destination
            started = None if elsewhere else self._young.start(young, now)
            return Started(self._posted(started), young.new.data) if started else None
        if not self._write(_START, (now, seq, destination)).rowcount:
            return None
        (data,) = self._db.execute(_DATA, (seq,)).fetchone()
        return Started(self._posted(self._by_seq(seq)), data)

    def move(self, seq: int, event: JobEvent, now: int, reason: Reason | None = None) -> Job | None:
        """Make `event` happen to a job; None when its state does not allow it."""
        young = self._young.get(seq)
        if young is not None:
            moved = self._young.move(young, event, now, reason)
            return self._posted(moved) if moved else None
        text = msgspec.json.encode(reason).decode() if reason else None
        if not self._write(_MOVES[event], (now, reason.code if reason else None, text, seq)).rowcount:
            return None
        job = self._by_seq(seq)
        if job.is_final:
            self._write("DELETE FROM unfinished WHERE seq = ?", (seq,))
        return self._posted(job)

    def _by_seq(self, seq: int) -> Job:
        return _job(self._db.execute(_BY_SEQ, (seq,)).fetchone())

    def reroute(self, job: Job, destination: str, data: bytes, now: int) -> Job | None:
        """Have a job wait for another destination with other bytes.

        None when anything happened to it since `job` was read, when it moved before, or may have printed in part.
        """
        self._flush()
        way = msgspec.json.encode((job.destination, destination)).decode()
        values = (destination, now, way, job.seq, job.destination, job.updated_at)
        row = self._write(_REROUTE, values).fetchone()
        if row is None:
            return None
        self.replace_data(job.seq, data)
        return self._posted(_job(row))

    def note(self, seq: int, now: int, code: str) -> None:
        """A line in the journal of a job that goes on waiting."""
        self._flush()
        line = f"{now} {JobState.QUEUED} {code}\n"
        self._write("UPDATE jobs SET journal = journal || ? WHERE seq = ? AND state = 'queued'", (line, seq))

    def replace_data(self, seq: int, data: bytes) -> None:
        """Other bytes for a job that waits: what a person lets go on leaves the drawer shut."""
        self._flush()
        self._write("UPDATE tickets SET data = ? WHERE seq = ?", (data, seq))

    def adopt(self, job_id: str) -> Job | None:
        """Put how a job stands into the outbox, and each of its changes from now on; None when there is no such job."""
        self._flush()
        row = self._write(_ADOPT, (job_id,)).fetchone()
        return self._posted(_job(row)) if row else None

    def _posted(self, job: Job) -> Job:
        """`job`, in the outbox where somebody far away waits for it: in the transaction that changed it."""
        if job.remote:
            self._write("INSERT INTO outbox (job) VALUES (?)", (msgspec.json.encode(job),))
        return job

    def sent(self, last: int) -> None:
        """What stands in the outbox up to number `last` has arrived."""
        self._write("DELETE FROM outbox WHERE n <= ?", (last,))

    def prune(self, older_than: int, after: int, limit: int) -> Pruned:
        """Forget those of the `limit` jobs behind `after` that are finished and last changed before `older_than`.

        A stretch at a time, so that nobody waits long for a million jobs to be looked at.
        """
        self._flush()
        last, newest = self._db.execute(_STRETCH, (after, limit)).fetchone()
        if last is None:
            return Pruned(0, after, False)
        self._write(_PRUNE_TICKETS, (after, last, older_than))
        gone = self._write(_PRUNE, (after, last, older_than)).rowcount
        return Pruned(gone, last, newest < older_than)

    # --- reading ---

    def find(self, job_id: str) -> Job | None:
        """The job with that id."""
        young = self._young.find(job_id)
        if young is not None:
            return young.job
        row = self._db.execute(_BY_ID, (job_id,)).fetchone()
        return _job(row[:-1]) if row else None

    def state(self, seq: int) -> JobState | None:
        """How a job stands; None when there is no such job."""
        young = self._young.get(seq)
        if young is not None:
            return young.job.state
        row = self._db.execute("SELECT state FROM jobs WHERE seq = ?", (seq,)).fetchone()
        return JobState(row[0]) if row else None

    def payload(self, job_id: str) -> Payload | None:
        """What a job prints."""
        young = self._young.find(job_id)
        if young is not None:
            return Payload(young.new.document, young.new.data, young.new.copies, young.new.format)
        row = self._db.execute(_PAYLOAD, (job_id,)).fetchone()
        return Payload(*row) if row else None

    def journal(self, job_id: str) -> list[Entry]:
        """What became of a job, from acceptance on; [] when there is no such job."""
        young = self._young.find(job_id)
        if young is not None:
            return _history(young.job.submitted_at, young.journal)
        row = self._db.execute("SELECT submitted_at, journal FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return _history(*row) if row else []

    def unfinished(self) -> Iterator[Job]:
        """Every job that has not ended, in order of acceptance."""
        young = (record.job for record in self._young.records() if not record.job.is_final)
        return heapq.merge(map(_job, self._db.execute(_UNFINISHED)), young, key=_place)

    def outbox(self, limit: int) -> list[tuple[int, str, bytes]]:
        """The oldest changes that have not arrived, in their order: number, mark, and the job as JSON."""
        return self._db.execute("SELECT n, mark, job FROM outbox ORDER BY n LIMIT ?", (limit,)).fetchall()

    def recent(self, limit: int) -> list[Job]:
        """The newest jobs, newest first."""
        young = [record.job for record in self._young.records()]
        rows = [_job(row) for row in self._db.execute(_RECENT, (limit,))]
        return sorted(young + rows, key=_place, reverse=True)[:limit]


def _row(record: Record) -> tuple[object, ...]:
    job, new, journal = record
    reason = job.reason
    return (
        job.seq, job.id, job.destination, job.state, new.digest, job.submitted_at, job.updated_at, job.started_at,
        job.expires_at, job.attempts, new.copies, reason.code if reason else None,
        msgspec.json.encode(reason).decode() if reason else None, job.reprint_of, job.remote, new.format, job.origin,
        journal,
    )  # fmt: skip


def _place(job: Job) -> int:
    return job.seq


def _history(submitted_at: int, journal: str) -> list[Entry]:
    return [Entry(submitted_at, JobState.QUEUED, None), *map(_entry, journal.splitlines())]


def _entry(line: str) -> Entry:
    """A line of the journal: ms, state, code, and of a move the two names as JSON (which has no line ends)."""
    at, state, *rest = line.split(" ", 3)
    moved = msgspec.json.decode(rest[1], type=tuple[str, str]) if len(rest) > 1 else None
    return Entry(int(at), JobState(state), rest[0] if rest else None, moved)


def _job(row: Any) -> Job:
    (
        seq, job_id, destination, state, submitted, updated, attempts, started, expires, _code, reason, reprint_of,
        moved_from, remote, origin,
    ) = row  # fmt: skip
    return Job(
        seq, job_id, destination, JobState(state), submitted, updated, attempts, started, expires,
        msgspec.json.decode(reason, type=Reason) if reason else None, reprint_of, moved_from,
        bool(remote), origin,
    )  # fmt: skip


assert {"queued", "printing", "held"} == set(JobState) - FINAL  # the SQL above names them
assert before(JobEvent.MOVE) == {"queued"}  # and here
