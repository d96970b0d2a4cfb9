"""`virtual://name`: the built-in printer, which draws the paper that a real one would print.

It knows the emulator; it does not know jobs or pages. It promises what a real two-way printer does: bytes are parsed
as they come, questions are answered, and what was printed since the last look is there to be taken.
"""

from __future__ import annotations

import asyncio

from ticket_daemon.poster.emulator import Paper, Printer
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.transport.base import Capabilities, Link


class VirtualLink(Link):
    """A link to an emulated printer in this process."""

    capabilities = Capabilities("exclusive", True, "printer", "printer")
    two_way = True
    ways = ("dle_eot", "process_id")

    def __init__(self, name: str, profile: Profile) -> None:
        self.port = f"virtual://{name}"
        self.printer = Printer(profile)
        self._open = False
        self._answers = bytearray()
        self._answered = asyncio.Event()

    @property
    def is_open(self) -> bool:
        return self._open

    async def open(self) -> None:
        self._open = True

    async def write(self, data: bytes) -> None:
        if answer := self.printer.feed(data):
            self._answers += answer
            self._answered.set()

    async def read(self) -> bytes:
        while not self._answers:
            self._answered.clear()
            await self._answered.wait()
        answer = bytes(self._answers)
        self._answers.clear()
        return answer

    def take_paper(self) -> Paper | None:
        """What was printed since the last call; None when nothing was."""
        return self.printer.take()

    async def close(self) -> None:
        self._open = False
