"""Threads for a device: results, errors, closing, and one that hangs."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ticket_daemon.transport import threads
from ticket_daemon.transport.threads import Threads


async def test_what_is_done_comes_back_and_so_do_errors() -> None:
    working = Threads("device")
    assert await working.do(lambda a, b: a + b, 1, 2) == 3
    with pytest.raises(ZeroDivisionError):
        await working.do(lambda: 1 / 0)
    await working.close()
    with pytest.raises(RuntimeError):
        await working.do(lambda: 1)


async def test_closing_waits_for_work_that_looks_whether_it_is_to_end() -> None:
    working, ended = Threads("device"), threading.Event()
    going = threading.Event()

    def work() -> None:
        going.set()
        while not working.closing:
            threading.Event().wait(0.01)
        ended.set()

    task = asyncio.create_task(working.do(work))
    await asyncio.to_thread(going.wait, 10)
    await working.close()
    assert ended.is_set()
    await task


async def test_work_nobody_waits_for_any_more_ends_without_a_word() -> None:
    working, go = Threads("device"), threading.Event()

    def fails() -> None:
        go.wait(10)
        raise OSError("late")

    task = asyncio.create_task(working.do(fails))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    go.set()
    await working.close()


async def test_one_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "CLOSE_S", 0.05)
    working, hangs = Threads("device"), threading.Event()
    task = asyncio.create_task(working.do(hangs.wait))
    await asyncio.sleep(0)
    await working.close()
    assert not task.done()
    hangs.set()
    assert await task
