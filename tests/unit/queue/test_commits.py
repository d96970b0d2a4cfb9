"""Who commits: the event loop while the disk is quick, the thread for a while after it was not."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ticket_daemon.errors import StorageUnavailable
from ticket_daemon.queue import commits
from ticket_daemon.queue.commits import Committer
from ticket_daemon.queue.store import Store

SLOW_S, FIRST_S = 0.02, 0.2


@pytest.fixture
async def committer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Committer]:
    monkeypatch.setattr(commits, "FIRST_ASIDE_S", FIRST_S)
    monkeypatch.setattr(commits, "LAST_ASIDE_S", 4 * FIRST_S)
    made = Committer(tmp_path / "queue.db")
    made.open(lambda _: None)
    yield made
    await made.close()


async def is_by_the_loop(committer: Committer, took_s: float = 0.0) -> bool:
    """Whether the event loop itself runs an operation that takes so long."""

    def operation(_: Store) -> bool:
        time.sleep(took_s)
        return threading.current_thread() is threading.main_thread()

    return await committer.run(operation)


async def test_loop_commits_while_the_disk_is_quick(committer: Committer) -> None:
    assert await is_by_the_loop(committer)


async def test_one_slow_moment_gives_the_work_to_the_thread_for_a_short_time(committer: Committer) -> None:
    assert await is_by_the_loop(committer, 2 * SLOW_S)
    assert not await is_by_the_loop(committer)
    await asyncio.sleep(1.5 * FIRST_S)
    assert await is_by_the_loop(committer)


async def test_slow_again_is_aside_for_longer_and_forgotten_when_all_was_well_for_long(committer: Committer) -> None:
    assert await is_by_the_loop(committer, 2 * SLOW_S)
    await asyncio.sleep(1.5 * FIRST_S)
    assert await is_by_the_loop(committer, 2 * SLOW_S)
    await asyncio.sleep(1.5 * FIRST_S)
    assert not await is_by_the_loop(committer)
    await asyncio.sleep(6 * FIRST_S)
    assert await is_by_the_loop(committer, 2 * SLOW_S)
    await asyncio.sleep(1.5 * FIRST_S)
    assert await is_by_the_loop(committer)


async def test_what_is_heavy_is_never_the_loops(committer: Committer) -> None:
    def operation(_: Store) -> bool:
        return threading.current_thread() is threading.main_thread()

    assert not await committer.run(operation, heavy=True)


async def test_who_asks_while_it_closes_is_refused_and_runs_nothing_beside_the_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, close = threading.Event(), Store.close

    def close_slowly(store: Store) -> None:
        answered.wait(10)
        close(store)

    monkeypatch.setattr(Store, "close", close_slowly)
    committer = Committer(tmp_path / "queue.db")
    committer.open(lambda _: None)
    closing = asyncio.create_task(committer.close())
    await asyncio.sleep(0)
    run: list[Store] = []
    with pytest.raises(StorageUnavailable):
        await committer.run(run.append)
    answered.set()
    await closing
    assert run == []
