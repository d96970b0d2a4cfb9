"""What waits for the fleet's server: published in order, struck off, and not published again for the disk's sake."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ticket_daemon.errors import StorageUnavailable
from ticket_daemon.fleet import names, outbox
from ticket_daemon.fleet.outbox import Letter, Outbox
from ticket_daemon.queue import NewJob, Queue

PATIENCE_S = 20.0


@contextlib.asynccontextmanager
async def a_queue(folder: Path, jobs: int) -> AsyncIterator[Queue]:
    queue = Queue(folder / "queue.db", 100, lambda: 1)
    await queue.open()
    try:
        for n in range(jobs):
            await queue.submit(NewJob(f"n{n}", "caja", b"d", b"{}", b"x", 1, remote=True))
        yield queue
    finally:
        await queue.close()


async def nothing_can_be_struck_off(queue: Queue, *, can: bool = False) -> None:
    """As where the disk has room to read and none to write."""
    sql = "DROP TRIGGER full" if can else (
        "CREATE TRIGGER full BEFORE DELETE ON outbox BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END"
    )  # fmt: skip
    await queue._commits.run(lambda store: store._db.execute(sql))


async def test_what_the_server_has_is_not_published_again_while_the_disk_does_not_let_it_be_struck_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LOOK_S", 0.001)
    published: list[str] = []
    tries = 0

    async def publish(letters: list[Letter]) -> None:
        published.extend(names.job(letter.subject)[1] for letter in letters)

    async with a_queue(tmp_path, 3) as queue:
        sent = queue.sent

        async def counted(last: int) -> None:
            nonlocal tries
            tries += 1
            await sent(last)

        monkeypatch.setattr(queue, "sent", counted)
        await nothing_can_be_struck_off(queue)
        telling = asyncio.create_task(Outbox(queue, "lima", "en").run(publish))
        async with asyncio.timeout(PATIENCE_S):
            while tries < 5:
                await asyncio.sleep(0)
            assert len(published) == 3
            with pytest.raises(StorageUnavailable):
                await sent(1)
            await nothing_can_be_struck_off(queue, can=True)
            await queue.submit(NewJob("n3", "caja", b"d", b"{}", b"x", 1, remote=True))
            while await queue.outbox(1):
                await asyncio.sleep(0)
        telling.cancel()
        assert published == ["n0", "n1", "n2", "n3"]
