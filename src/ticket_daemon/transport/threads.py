"""Threads for one device that no event loop can wait for: each piece of work has one of its own while it lasts.

It knows when they are to end; it does not know what they do. It promises that closing waits for them no longer than it
says, that what is asked of closed threads raises RuntimeError, and that one which hangs in a driver keeps neither the
daemon nor its process from ending.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

CLOSE_S: Final = 2.0
T = TypeVar("T")


class Threads:
    """`closing` is for the work to look at, now and then."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._running: set[asyncio.Future[Any]] = set()
        self.closing = False

    async def do(self, work: Callable[..., T], *arguments: Any) -> T:
        """The result of `work(*arguments)`, done in a thread. Cancelled, the work goes on until it ends by itself."""
        if self.closing:
            raise RuntimeError("closed")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._running.add(done)
        done.add_done_callback(self._ended)

        def tell(result: Callable[[Any], None], value: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has gone meanwhile: nobody waits
                loop.call_soon_threadsafe(result, value)

        def run() -> None:
            try:
                value = work(*arguments)
            except Exception as error:  # noqa: BLE001 - whatever it is, who waits is told
                tell(done.set_exception, error)
            else:
                tell(done.set_result, value)

        # A daemon's thread, as Python calls it: those of an executor are waited for when the process ends.
        threading.Thread(target=run, name=self._name, daemon=True).start()
        return await asyncio.shield(done)

    def _ended(self, done: asyncio.Future[Any]) -> None:
        self._running.discard(done)
        done.exception()  # looked at, should nobody wait any more

    async def close(self, wake: Callable[[], None] = lambda: None) -> None:
        """End them; `wake` is called when they know that they are to. One that hangs in a driver is left behind."""
        self.closing = True
        wake()
        if self._running:
            await asyncio.wait(tuple(self._running), timeout=CLOSE_S)
