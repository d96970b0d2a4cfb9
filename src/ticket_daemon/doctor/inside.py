"""What the doctor looks at when the daemon itself is asked: its own state is passed in, not fetched over HTTP.

It runs in a thread with its own event loop, so that a slow disk or a silent printer delays no ticket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from ticket_daemon.doctor import examine
from ticket_daemon.doctor.finding import Finding
from ticket_daemon.doctor.surroundings import Surroundings
from ticket_daemon.printers import Destination, Snapshot
from ticket_daemon.settings.config import Settings


class Inside(Surroundings):
    """The daemon's own view."""

    def __init__(
        self,
        settings: Settings,
        destinations: tuple[Destination, ...],
        url: str,
        health: Mapping[str, Any],
        states: Mapping[str, str],
        held: int,
        snapshot: Snapshot,
    ) -> None:
        super().__init__(settings, destinations, url)
        self._health = health
        self._states = states
        self._held = held
        self._snapshot = snapshot

    async def health(self) -> Mapping[str, Any] | None:
        return self._health

    async def states(self) -> Mapping[str, str]:
        return self._states

    async def held(self) -> int:
        return self._held


async def examine_inside(around: Inside) -> list[Finding]:
    """`examine`, without the daemon waiting for anything."""
    return await asyncio.to_thread(lambda: asyncio.run(examine(around)))
