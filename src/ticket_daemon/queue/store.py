"""Jobs in SQLite: the only place that knows SQL. A state changes only as the transition table allows.

Why these pragmas: WAL because a commit is one append and one sync; synchronous=FULL because an ack is a promise that a
power cut does not break; locking_mode=EXCLUSIVE because the daemon owns the file, which saves a dozen system calls a
commit and keeps a second daemon out.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from ticket_daemon.queue.job import Job, NewJob, Payload, Reason, printed
from ticket_daemon.queue.schema import MIGRATIONS
from ticket_daemon.queue.states import FINAL, JobEvent, JobState, after, before

BUSY_TIMEOUT_S: Final = 2.0
#: Files up to so many pages (of 4 kB) are checked whole at start: about a quarter of a second.
CHECKED_PAGES: Final = 20_000
#: Where a full WAL is written back; 1,000 pages is SQLite's own default, named here because commits pay for it.
CHECKPOINT_PAGES: Final = 1000

_COLUMNS: Final = (
    "seq, id, destination, state, submitted_at, updated_at, attempts, started_at, expires_at, code, reason, "
    "reprint_of, moved_from, remote, origin, owner, queued_at, simulated"
)
#: In the journal: the job waits for another destination from here on.
MOVED: Final = "moved"
_INSERT: Final = """
    INSERT INTO jobs (
        id, destination, state, digest, submitted_at, updated_at, expires_at, copies, reprint_of, remote, format,
        origin, owner, simulated, document, data
    )
    VALUES (?1, ?2, 'queued', ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, x'', x'')
"""
_INSERT_TICKET: Final = "INSERT INTO tickets (seq, document, data, further) VALUES (?, ?, ?, ?)"
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
    WHERE seq = ?2 AND state = 'queued' AND destination = ifnull(?3, destination) AND ifnull(expires_at > ?1, 1)
"""
_PRINTED: Final = "SELECT tickets.data, copies, further FROM tickets JOIN jobs USING (seq) WHERE seq = ?"
#: One statement per event: it names the states the event may happen in, so no row changes against the table.
_MOVES: Final[dict[JobEvent, str]] = {
    event: f"""
    UPDATE jobs SET state = '{following}', updated_at = ?1, code = ?2, reason = ?3,
        queued_at = {"?1" if event is JobEvent.RELEASE else "queued_at"},
        journal = journal || ?1 || ' {following}' || ifnull(' ' || ?2, '') || char(10)
    WHERE seq = ?4 AND ({" OR ".join(f"state = '{state}'" for state in sorted(before(event)))})
    """  # noqa: S608 - constants only
    for event in JobEvent
    if event not in (JobEvent.START, JobEvent.MOVE, JobEvent.RESEND)
    for following in {after(state, event) for state in before(event)}
}
#: In the journal: its sender sent it again.
RESENT: Final = "resent"
#: A shop's server is told once how each of its tickets ended: it sends another one instead.
_RESEND: Final = f"""
    UPDATE jobs SET state = 'queued', destination = ?1, moved_from = NULL, updated_at = ?2, queued_at = ?2,
        expires_at = ?3, copies = ?4, format = ?5, origin = ?6, owner = ?7, simulated = ?8, code = NULL, reason = NULL,
        journal = journal || ?2 || ' queued {RESENT}' || char(10)
    WHERE seq = ?9 AND (state = 'failed' OR state = 'expired') AND remote = 0
        AND instr(journal, ' held unknown_outcome') = 0
"""  # noqa: S608 - constants only
#: What was held in doubt and then released may be on paper in part: it stays. `updated_at` tells whether anything has
#: happened to the job since its bytes for the other printer were made.
_REROUTE: Final = f"""
    UPDATE jobs SET destination = ?1, moved_from = destination, updated_at = ?2, queued_at = ?2,
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
    SELECT ifnull(tickets.document, jobs.document), ifnull(tickets.data, jobs.data), copies, format, further
    FROM jobs LEFT JOIN tickets USING (seq) WHERE id = ?
"""
_RECENT: Final = f"SELECT {_COLUMNS} FROM jobs ORDER BY seq DESC LIMIT ?"  # noqa: S608 - constants only


class NewerSchema(Exception):
    """The database was written by a later version of the program."""


class Inserted(NamedTuple):
    """The job under the id asked for; `is_new` when it is to be printed, `same` when the content is that of the id.

    `resent`: it had failed or expired, with certainly nothing printed, and is to be printed after all.
    """

    job: Job
    is_new: bool
    same: bool
    resent: bool = False


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
        self._wrote = False  #: in this transaction

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
        """Close the connection; what is not committed is gone, and the WAL is written back."""
        with contextlib.suppress(sqlite3.Error):
            self.rollback()  # of a transaction that failed so badly that it could not be ended then
        self._db.close()

    def _migrate(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise NewerSchema(f"schema {version}; this program knows {len(MIGRATIONS)}")
        for number, step in enumerate(MIGRATIONS[version:], version + 1):
            if callable(step):
                self._db.execute("BEGIN IMMEDIATE")
                step(self._db)
                self._db.execute(f"PRAGMA user_version = {number}")
                self._db.execute("COMMIT")
            else:
                self._db.executescript(f"BEGIN IMMEDIATE; {step}; PRAGMA user_version = {number}; COMMIT;")

    # --- transactions ---

    def begin(self) -> None:
        """SQLite's transaction begins when something is written (`_write`): who only reads needs none."""
        self.rollback()  # of one that failed so badly that it could not be ended then

    def commit(self) -> bool:
        """Make what was done since `begin` last; whether anything was written."""
        wrote, self._wrote = self._wrote, False
        if self._db.in_transaction:
            self._db.execute("COMMIT")
        return wrote

    def touch(self) -> None:
        """Write what is there already: whether the disk takes it is the question."""
        self._write(f"PRAGMA user_version = {len(MIGRATIONS)}")
        self._wrote = True

    def rollback(self) -> None:
        self._wrote = False
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def _write(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        cursor = self._db.execute(statement, values)
        self._wrote |= cursor.rowcount > 0
        return cursor

    # --- writing ---

    def insert(self, new: NewJob) -> Inserted:
        """Put a job in, or find the one that has its id."""
        found = self._db.execute(_BY_ID, (new.id,)).fetchone()
        if found is not None:
            *row, digest = found
            known, same = _job(row), digest == new.digest
            if same and not new.remote and known.state in before(JobEvent.RESEND) and self._resend(known.seq, new):
                return Inserted(self._by_seq(known.seq), True, True, True)
            return Inserted(known, False, same)
        values = (
            new.id, new.destination, new.digest, new.submitted_at, new.expires_at, new.copies, new.reprint_of,
            new.remote, new.format, new.origin, new.owner, new.simulated,
        )  # fmt: skip
        seq = self._write(_INSERT, values).lastrowid
        assert seq is not None
        self._write(_INSERT_TICKET, (seq, new.document, new.data, new.further))
        self._write(_INSERT_UNFINISHED, (seq,))
        job = Job(
            seq, new.id, new.destination, JobState.QUEUED, new.submitted_at, new.submitted_at,
            expires_at=new.expires_at, reprint_of=new.reprint_of, remote=new.remote, origin=new.origin,
            owner=new.owner, simulated=new.simulated,
        )  # fmt: skip
        return Inserted(self._posted(job), True, True)

    def _resend(self, seq: int, new: NewJob) -> bool:
        values = (
            new.destination, new.submitted_at, new.expires_at, new.copies, new.format, new.origin, new.owner,
            new.simulated, seq,
        )  # fmt: skip
        if not self._write(_RESEND, values).rowcount:
            return False
        ticket = (seq, new.document, new.data, new.further)
        self._write("INSERT OR REPLACE INTO tickets (seq, document, data, further) VALUES (?, ?, ?, ?)", ticket)
        self._write(_INSERT_UNFINISHED, (seq,))
        return True

    def start(self, seq: int, now: int, destination: str | None = None) -> Started | None:
        """Mark a queued job as printing and return it with its bytes.

        None when it is not queued (there) any more, or its time is over.
        """
        if not self._write(_START, (now, seq, destination)).rowcount:
            return None
        data, copies, further = self._db.execute(_PRINTED, (seq,)).fetchone()
        return Started(self._posted(self._by_seq(seq)), printed(data, copies, further))

    def move(self, seq: int, event: JobEvent, now: int, reason: Reason | None = None) -> Job | None:
        """Make `event` happen to a job; None when its state does not allow it."""
        text = msgspec.json.encode(reason).decode() if reason else None
        if not self._write(_MOVES[event], (now, reason.code if reason else None, text, seq)).rowcount:
            return None
        job = self._by_seq(seq)
        if job.is_final:
            self._write("DELETE FROM unfinished WHERE seq = ?", (seq,))
        return self._posted(job)

    def _by_seq(self, seq: int) -> Job:
        return _job(self._db.execute(_BY_SEQ, (seq,)).fetchone())

    def reroute(self, job: Job, destination: str, data: bytes, now: int, further: bytes | None = None) -> Job | None:
        """Have a job wait for another destination with other bytes.

        None when anything happened to it since `job` was read, when it moved before, or may have printed in part.
        """
        way = msgspec.json.encode((job.destination, destination)).decode()
        values = (destination, now, way, job.seq, job.destination, job.updated_at)
        row = self._write(_REROUTE, values).fetchone()
        if row is None:
            return None
        self.replace_data(job.seq, data, further)
        return self._posted(_job(row))

    def note(self, seq: int, now: int, code: str) -> None:
        """A line in the journal of a job that goes on waiting."""
        line = f"{now} {JobState.QUEUED} {code}\n"
        self._write("UPDATE jobs SET journal = journal || ? WHERE seq = ? AND state = 'queued'", (line, seq))

    def replace_data(self, seq: int, data: bytes, further: bytes | None = None) -> None:
        """Other bytes for a job that waits: what a person lets go on leaves the drawer shut."""
        self._write("UPDATE tickets SET data = ?, further = ? WHERE seq = ?", (data, further, seq))

    def adopt(self, job_id: str) -> Job | None:
        """Put how a job stands into the outbox, and each of its changes from now on; None when there is no such job."""
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
        last, newest = self._db.execute(_STRETCH, (after, limit)).fetchone()
        if last is None:
            return Pruned(0, after, False)
        self._write(_PRUNE_TICKETS, (after, last, older_than))
        gone = self._write(_PRUNE, (after, last, older_than)).rowcount
        return Pruned(gone, last, newest < older_than)

    # --- reading ---

    def size(self) -> int:
        """Bytes of the database that hold something."""
        (pages,) = self._db.execute("PRAGMA page_count").fetchone()
        (free,) = self._db.execute("PRAGMA freelist_count").fetchone()
        (each,) = self._db.execute("PRAGMA page_size").fetchone()
        return int((pages - free) * each)

    def find(self, job_id: str) -> Job | None:
        """The job with that id."""
        row = self._db.execute(_BY_ID, (job_id,)).fetchone()
        return _job(row[:-1]) if row else None

    def state(self, seq: int) -> JobState | None:
        """How a job stands; None when there is no such job."""
        row = self._db.execute("SELECT state FROM jobs WHERE seq = ?", (seq,)).fetchone()
        return JobState(row[0]) if row else None

    def payload(self, job_id: str) -> Payload | None:
        """What a job prints."""
        row = self._db.execute(_PAYLOAD, (job_id,)).fetchone()
        return Payload(*row) if row else None

    def journal(self, job_id: str) -> list[Entry]:
        """What became of a job, from acceptance on; [] when there is no such job."""
        row = self._db.execute("SELECT submitted_at, journal FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return _history(*row) if row else []

    def unfinished(self) -> Iterator[Job]:
        """Every job that has not ended, in order of acceptance."""
        return map(_job, self._db.execute(_UNFINISHED))

    def outbox(self, limit: int) -> list[tuple[int, str, bytes]]:
        """The oldest changes that have not arrived, in their order: number, mark, and the job as JSON."""
        return self._db.execute("SELECT n, mark, job FROM outbox ORDER BY n LIMIT ?", (limit,)).fetchall()

    def recent(self, limit: int) -> list[Job]:
        """The newest jobs, newest first."""
        return [_job(row) for row in self._db.execute(_RECENT, (limit,))]


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
        moved_from, remote, origin, owner, queued, simulated,
    ) = row  # fmt: skip
    return Job(
        seq, job_id, destination, JobState(state), submitted, updated, attempts, started, expires,
        msgspec.json.decode(reason, type=Reason) if reason else None, reprint_of, moved_from,
        bool(remote), origin, owner, queued, bool(simulated),
    )  # fmt: skip


assert {"queued", "printing", "held"} == set(JobState) - FINAL  # the SQL above names them
assert before(JobEvent.MOVE) == {"queued"}  # and here
