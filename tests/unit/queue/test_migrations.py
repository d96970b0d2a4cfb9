"""An upgrade keeps the queue: databases of every schema there ever was are opened by this program; a newer one is not.

`schemas/N.sql` is such a database as a dump, with a job in every state (`tools/freeze_schema.py` makes it).
"""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ticket_daemon.errors import StorageUnavailable
from ticket_daemon.queue import JobState, NewJob, Queue
from ticket_daemon.queue.schema import MIGRATIONS

FOLDER = Path(__file__).parent / "schemas"
VERSIONS = range(1, len(MIGRATIONS) + 1)
BEGIN_MS = 1_768_000_000_000


def restore(version: int, path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript((FOLDER / f"{version}.sql").read_text("utf-8"))


def shape(path: Path) -> dict[str, Any]:
    """Tables with their columns, and indexes with theirs: what counts of a schema."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        names = db.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
        shown = {}
        for kind, name in names:
            columns = db.execute(f"PRAGMA {'table_xinfo' if kind == 'table' else 'index_xinfo'}({name})").fetchall()
            shown[f"{kind} {name}"] = sorted((row[1:] for row in columns), key=repr)
        return shown


def test_every_schema_is_frozen() -> None:
    frozen = sorted(int(file.stem) for file in FOLDER.glob("*.sql"))
    assert frozen == list(VERSIONS), "tools/freeze_schema.py writes the one that is missing"


@pytest.mark.parametrize("version", VERSIONS)
def test_released_step_was_not_edited_afterwards(version: int, tmp_path: Path) -> None:
    restore(version, tmp_path / "frozen.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "made.db")) as db:
        for step in MIGRATIONS[:version]:
            step(db) if callable(step) else db.executescript(step)
    assert shape(tmp_path / "made.db") == shape(tmp_path / "frozen.db")


@pytest.mark.parametrize("version", VERSIONS)
async def test_upgrade_keeps_every_job_with_all_there_is_to_it(version: int, tmp_path: Path) -> None:
    path = tmp_path / "queue.db"
    restore(version, path)
    queue = Queue(path, 100, lambda: BEGIN_MS + 86_400_000)
    doubtful = await queue.open()
    assert [job.id for job in doubtful] == ["was-printing"]
    assert queue.current == 2
    head = queue.head("caja")
    assert head is not None
    assert head.id == "was-queued-1"
    jobs = {job.id: job for job in await queue.recent(100)}
    expected = {f"was-{state}": state for state in JobState if state not in (JobState.QUEUED, JobState.PRINTING)}
    expected |= {"was-queued-1": JobState.QUEUED, "was-queued-2": JobState.QUEUED, "was-printing": JobState.HELD}
    assert {name: job.state for name, job in jobs.items()} == expected
    failed = jobs["was-failed"].reason
    assert failed is not None
    assert (failed.code, failed.parameters) == ("printer_offline", {"name": "caja"})
    assert jobs["was-held"].reprint_of == "was-sent"
    assert jobs["was-queued-2"].expires_at == 2 * BEGIN_MS
    for name in jobs:
        payload = await queue.payload(name)
        assert payload is not None
        assert (payload.document, payload.data) == (b'{"commands":[]}', b"\x1b@" + name.encode() + b"\n")
    assert [entry.state for entry in await queue.journal("was-sent")] == ["queued", "printing", "sent"]
    again = await queue.submit(NewJob("was-sent", "caja", b"digest-was-sent", b"", b"", BEGIN_MS))
    assert again.duplicate
    await queue.submit(NewJob("new", "caja", b"n", b"{}", b"new", BEGIN_MS))
    await queue.close()
    fresh = Queue(tmp_path / "fresh.db", 1, lambda: 1)
    await fresh.open()
    await fresh.close()
    assert shape(path) == shape(tmp_path / "fresh.db")


async def test_downgrade_is_refused_and_touches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "queue.db"
    restore(1, path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = path.read_bytes()
    queue = Queue(path, 1, lambda: 1)
    with pytest.raises(StorageUnavailable) as caught:
        await queue.open()
    await queue.close()
    assert caught.value.key == "storage.newer"
    assert "later version" in caught.value.text("en")
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM jobs").fetchone() == (10,)
    assert path.read_bytes()[100:] == before[100:]
    assert not list(tmp_path.glob("*damaged*"))


def test_daemon_of_an_older_version_says_so_and_leaves(tmp_path: Path) -> None:
    restore(1, tmp_path / "queue.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "queue.db")) as db:
        db.execute("PRAGMA user_version = 99")
    command = [
        sys.executable,
        "-m",
        "ticket_daemon",
        "run",
        "--env",
        "test",
        "--port",
        "0",
        "--data-dir",
        str(tmp_path),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert str(tmp_path / "queue.db") in ended.stderr
    assert "99" in ended.stderr
    assert "Traceback" not in ended.stderr
