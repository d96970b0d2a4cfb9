"""A line to the NATS server that comes back, for whoever asks over it what he asks: a backend.

It knows who waits for a connection; it does not know how one is made again (`link`). It promises that what must be
there on each connection (`prepare`) is there before anybody is given it, and that a server that does not let us in is
told to whoever waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from ticket_daemon.errors import FleetRefused, FleetUnavailable
from ticket_daemon.fleet.link import Link, Redial
from ticket_daemon.tasks import end

log = logging.getLogger(__name__)

#: A backend's pauses (`link.Pauses`): its processes are few.
PAUSES_S: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)


class Closed(Exception):
    """The line was given up by its owner."""


class Line:
    """Keeps a connection. `prepare` makes ready what every connection needs, and may raise Lost."""

    def __init__(self, redial: Redial, prepare: Callable[[Link], Coroutine[Any, Any, None]]) -> None:
        self._redial = redial
        self._prepare = prepare
        self._coming: asyncio.Future[Link] | None = None
        self._running: asyncio.Task[None] | None = None
        self._is_open = False

    async def open(self) -> None:
        """Connect for the first time. Raises FleetUnavailable, FleetRefused: then nothing is kept."""
        self._coming = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(self._redial.run(self._over, self._lost))
        try:
            await self.link()
        except BaseException:
            await self.close()
            raise
        self._is_open = True

    async def close(self) -> None:
        """Give it up; whoever waits for a connection gets Closed."""
        coming, self._coming = self._coming, None
        if coming is not None and not coming.done():
            _fail(coming, Closed())
        if self._running is not None:
            await end(self._running)

    async def pause(self, tries: int) -> None:
        """Wait before something is tried again, the longer the more often it was."""
        await self._redial.pauses.wait(tries)

    async def link(self) -> Link:
        """The connection, as soon as there is one. Raises FleetRefused when a try is refused, and Closed."""
        while self._coming is not None:
            link = await asyncio.shield(self._coming)
            if not link.gone.done():
                return link
            await asyncio.sleep(0)  # `_over` hears of it in one of the loop's next turns
        raise Closed

    async def _over(self, link: Link) -> None:
        await self._prepare(link)
        assert self._coming is not None
        self._coming.set_result(link)
        if self._is_open:
            log.info("fleet_line_back")
        try:
            await asyncio.wait((link.gone,))
        finally:
            link.lost()  # also where it is given up: nobody is to ask over it any more
            if self._coming is not None:
                self._coming = asyncio.get_running_loop().create_future()
                log.info("fleet_line_lost")

    def _lost(self, why: Exception | None) -> None:
        """Tell whoever waits what waiting does not help against; before it was open, anything."""
        if self._coming is not None and (isinstance(why, FleetRefused) or not self._is_open):
            told, self._coming = self._coming, asyncio.get_running_loop().create_future()
            _fail(told, why or FleetUnavailable("fleet.lost"))


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    """End it with an error that nobody need hear."""
    future.set_exception(error)
    future.exception()
