"""Freeze the queue's schema as a dump that the tests open for ever after: run it when a release has a new one.

    .venv/bin/python tools/freeze_schema.py

writes `tests/unit/queue/schemas/N.sql`: the database as a daemon leaves it that is killed, with a job in every state.
A dump of a schema that was released is never written again.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Final

from ticket_daemon.queue import Job, JobEvent, NewJob, Queue, Reason
from ticket_daemon.queue.schema import MIGRATIONS

FOLDER: Final = Path(__file__).resolve().parents[1] / "tests" / "unit" / "queue" / "schemas"
BEGIN_MS: Final = 1_768_000_000_000


async def fill(path: Path, killed: Path) -> None:
    """One job in each state, and what else a row may have; `killed` is the database as it is before it is closed."""
    clock = itertools.count(BEGIN_MS, 1000)
    queue = Queue(path, 100, lambda: next(clock))
    await queue.open()

    async def put(name: str, destination: str = "caja", **more: object) -> Job:
        digest, data = b"digest-" + name.encode(), b"\x1b@" + name.encode() + b"\n"
        new = NewJob(name, destination, digest, b'{"commands":[]}', data, next(clock), **more)  # type: ignore[arg-type]
        return (await queue.submit(new)).job

    async def printed(name: str, event: JobEvent, reason: Reason | None = None) -> None:
        await queue.start(await put(name))
        job = await queue.find(name)
        assert job is not None
        await queue.finish(job, event, reason)

    moving = await put("was-queued-2", "barra", expires_at=2 * BEGIN_MS)
    await queue.reroute(moving, "cocina", b"\x1b@was-queued-2\n")
    await printed("was-sent", JobEvent.SEND)
    await printed("was-confirmed", JobEvent.CONFIRM)
    await printed("was-spooled", JobEvent.SPOOL)
    await printed("was-failed", JobEvent.FAIL, Reason("printer_offline", "printer.gone", {"name": "caja"}))
    await queue.finish(await put("was-expired", expires_at=BEGIN_MS), JobEvent.EXPIRE, Reason("expired", "job.expired"))
    await put("was-cancelled")
    await queue.cancel("was-cancelled")
    await queue.start(await put("was-printing"))
    await put("was-queued-1")
    await put("was-held", reprint_of="was-sent", copies=2, further=b"", owner="0123456789abcdef", simulated=True)
    await queue.hold("was-held")
    for part in path.parent.glob(f"{path.name}*"):
        shutil.copyfile(part, part.with_name(part.name.replace(path.name, killed.name)))
    await queue.close()


def main() -> int:
    file = FOLDER / f"{len(MIGRATIONS)}.sql"
    if file.exists() and sys.argv[1:] != ["--unreleased"]:
        print(f"{file} is there already; a schema never released may be frozen again with --unreleased")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        killed = Path(folder) / "killed.db"
        asyncio.run(fill(Path(folder) / "queue.db", killed))
        with contextlib.closing(sqlite3.connect(killed)) as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            text = "\n".join([*db.iterdump(), f"PRAGMA user_version = {version};", ""])
    file.write_text(text, "utf-8")
    print(f"{file} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
