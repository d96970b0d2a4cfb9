"""A shop's part in the fleet, from its daemon's start to its stop.

It knows when the link begins and ends and what is told of it on the shop's machine; it does not know what goes over it.
It promises that a shop without a server in its configuration loads nothing of the fleet, and that a server that hangs
takes next to nothing of a stop's time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from ticket_daemon import tasks, wire

if TYPE_CHECKING:
    from ticket_daemon.fleet.shop import ShopLink
    from ticket_daemon.printers import Destinations
    from ticket_daemon.queue import Queue
    from ticket_daemon.settings.config import FleetSettings
    from ticket_daemon.verbs import Verbs

#: How long a lost connection to the fleet's server may keep a stop from going on; nothing is taken meanwhile.
LEAVE_S: Final = 1.5


class Figures(NamedTuple):
    """Whether the link stands, and how many tickets came over it."""

    connected: bool
    tickets: int


class Membership:
    """The part that `settings` name, if they name one."""

    def __init__(self, settings: FleetSettings) -> None:
        self._settings = settings
        self._link: ShopLink | None = None
        self._running: asyncio.Task[None] | None = None

    def join(
        self,
        verbs: Verbs,
        queue: Queue,
        destinations: Destinations,
        clock: Callable[[], int],
        refused: Callable[[str], None],
    ) -> None:
        """Take tickets from the fleet's server from now on; `refused` hears the code of each refusal."""
        if self._settings.url:
            from ticket_daemon.fleet.shop import join  # the library is loaded by its first connection

            self._link = join(self._settings, verbs, queue, destinations, clock, refused)
            self._running = asyncio.create_task(self._link.run(), name="fleet")

    async def leave(self) -> None:
        """Say that the shop goes, and take nothing more. Safe where it never joined."""
        if self._link is not None and self._running is not None:
            await self._link.close()
            await asyncio.wait({asyncio.create_task(tasks.end(self._running))}, timeout=LEAVE_S)

    def health(self) -> wire.FleetHealth | None:
        """How the link is, for `/health`; None for a shop by itself."""
        if self._link is None:
            return None
        state = self._link.state
        status = "connected" if state.connected else "disconnected"
        return wire.FleetHealth(status, self._settings.store, state.server, state.detail)

    def figures(self) -> Figures | None:
        """The same in figures."""
        return None if self._link is None else Figures(self._link.state.connected, self._link.tickets)
