"""So many at once, so many waiting, and no more: for what costs a processor time.

It knows how many are in and how many wait; it does not know what they do. It promises that whoever comes when the line
is full is told at once to come back, and that nobody's place is lost however he leaves.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Final

from ticket_daemon.errors import RateLimited

#: Seconds after which somebody turned away may come back.
RETRY_S: Final = 2


class Turnstile:
    """`async with turnstile:` lets `at_once` through, makes `waiting` wait and raises RateLimited for others."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._here = 0

    async def __aenter__(self) -> None:
        if self._here >= self._room:
            raise RateLimited("message.busy", retry_after_s=RETRY_S)
        self._here += 1
        try:
            await self._free.acquire()
        except BaseException:
            self._here -= 1
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._here -= 1
        self._free.release()
