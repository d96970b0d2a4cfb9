"""The database's shape, as the list of steps that lead to it.

A step is never edited once released: another is added. `PRAGMA user_version` counts the steps taken. Each index costs
every commit a page, so what the daemon does at start has a table of its own and what it does once an hour has nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

from ticket_daemon.queue.redo import without_log

MIGRATIONS: Final[tuple[str | Callable[[sqlite3.Connection], None], ...]] = (
    """
    CREATE TABLE jobs (
        seq          INTEGER PRIMARY KEY,               -- the order of acceptance
        id           TEXT NOT NULL UNIQUE,
        destination  TEXT NOT NULL,
        state        TEXT NOT NULL,
        digest       BLOB NOT NULL,                     -- of what was asked, to tell an id's second use
        submitted_at INTEGER NOT NULL,                  -- ms since 1970, as all times
        updated_at   INTEGER NOT NULL,
        started_at   INTEGER,
        expires_at   INTEGER,
        attempts     INTEGER NOT NULL DEFAULT 0,
        copies       INTEGER NOT NULL DEFAULT 1,
        code         TEXT,                              -- why it stands as it does
        reason       TEXT,                              -- JSON: catalogue key and parameters
        reprint_of   TEXT,
        journal      TEXT NOT NULL DEFAULT '',          -- one line a change: ms, state, code
        document     BLOB NOT NULL,                     -- canonical JSON
        data         BLOB NOT NULL                      -- the printer's bytes, last because they may be long
    );
    CREATE INDEX jobs_unfinished ON jobs (seq) WHERE state IN ('queued', 'printing', 'held');
    """,
    """
    ALTER TABLE jobs ADD COLUMN moved_from TEXT;            -- the destination it was accepted for, if not this one
    """,
    """
    ALTER TABLE jobs ADD COLUMN remote INTEGER NOT NULL DEFAULT 0;  -- 1: each of its changes goes into the outbox
    CREATE TABLE outbox (
        n    INTEGER PRIMARY KEY AUTOINCREMENT,             -- the order of the changes; no number comes twice
        mark TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),  -- by which its receiver knows it; cannot be guessed
        job  BLOB NOT NULL                                  -- JSON: the job as it stood after the change
    );
    """,
    # How a job stands is written three times, what it prints once: apart, a change does not write the ticket again, and
    # a page holds many jobs. Tickets of jobs that had ended stay in `jobs`, as copying all of them would take minutes;
    # in newer rows those two columns are empty. The index gives way to a table because each UPDATE paid for it with two
    # temporary B-trees (SQLite's way of checking `IN` in an index's condition), also where its answer was the same.
    """
    CREATE TABLE tickets (
        seq      INTEGER PRIMARY KEY,                       -- the job's
        document BLOB NOT NULL,                             -- canonical JSON
        data     BLOB NOT NULL                              -- the printer's bytes, last because they may be long
    );
    CREATE TABLE unfinished (
        seq      INTEGER PRIMARY KEY                        -- a job that is queued, printing or held
    );
    INSERT INTO unfinished SELECT seq FROM jobs WHERE state IN ('queued', 'printing', 'held');
    INSERT INTO tickets SELECT seq, document, data FROM jobs WHERE seq IN (SELECT seq FROM unfinished);
    DROP INDEX jobs_unfinished;
    """,
    # What happened in one transaction, until the jobs it happened to are written to `jobs` with many others.
    """
    CREATE TABLE redo (
        n       INTEGER PRIMARY KEY,                        -- the order of the transactions in a lap
        lap     INTEGER NOT NULL,                           -- the last one counts: rows are written over, lap after lap
        changes BLOB NOT NULL                               -- MessagePack: the changes in their order
    );
    """,
    """
    ALTER TABLE jobs ADD COLUMN format TEXT NOT NULL DEFAULT 'document';  -- of the body, which stands as document
    ALTER TABLE jobs ADD COLUMN origin TEXT NOT NULL DEFAULT '';  -- the frontend and the site or program it came from
    """,
    without_log,
)
