"""Ending tasks: whose cancellation is whose."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from ticket_daemon import tasks
from ticket_daemon.tasks import end


async def stubborn(begun: asyncio.Event, let_go: asyncio.Event) -> None:
    begun.set()
    try:
        await asyncio.Event().wait()
    finally:
        await let_go.wait()


async def test_an_ended_task_has_ended() -> None:
    task = asyncio.create_task(asyncio.Event().wait())
    await end(task)
    assert task.cancelled()


async def test_who_is_cancelled_while_it_waits_for_another_is_cancelled() -> None:
    begun, let_go = asyncio.Event(), asyncio.Event()
    other = asyncio.create_task(stubborn(begun, let_go))
    await begun.wait()
    waiting = asyncio.create_task(end(other))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    let_go.set()
    with contextlib.suppress(asyncio.CancelledError):
        await other


async def test_what_a_task_ended_with_is_told() -> None:
    async def fails() -> None:
        raise ValueError("no")

    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="no"):
        await end(task)


async def test_task_whose_library_swallows_a_cancellation_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AGAIN_S", 0.01)
    told = 0

    async def hard_of_hearing() -> None:
        nonlocal told
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                told += 1
                if told > 1:
                    raise

    task = asyncio.create_task(hard_of_hearing())
    await asyncio.sleep(0)
    await end(task)
    assert (told, task.cancelled()) == (2, True)
