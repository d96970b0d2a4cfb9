"""Threads for one device that no event loop can wait for: one to write, one to read.

It knows when they are to end; it does not know what they do. It promises that closing waits for them no longer than it
says, and that what is asked of closed threads raises RuntimeError.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

CLOSE_S: Final = 2.0
T = TypeVar("T")


class Threads:
    """`closing` is for the work to look at, now and then."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(2, name)
        self.closing = False

    async def do(self, work: Callable[..., T], *arguments: Any) -> T:
        """The result of `work(*arguments)`, done in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)

    async def close(self, wake: Callable[[], None] = lambda: None) -> None:
        """End them; `wake` is called when they know that they are to. One that hangs in a driver is left behind."""
        self.closing = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        wake()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await asyncio.to_thread(self._pool.shutdown)
