"""A line to the NATS server that comes back: one connection after the other, for a backend.

It knows when a connection is gone and how long to wait before the next; it does not know what is said over it. It
promises that a question asked over a connection that went is never left hanging, that what must be there on each
connection (`prepare`) is there before anybody is given it, and that the pauses grow and differ between backends.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ticket_daemon.errors import FleetError, FleetRefused, FleetUnavailable
from ticket_daemon.fleet.connection import Access, connect, leave
from ticket_daemon.tasks import end

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

log = logging.getLogger(__name__)

#: Seconds before each further try to connect, the last one again and again; each is drawn from half of it to one and
#: a half, so that the processes of one backend do not come back at the same moment.
PAUSES_S: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)

_NOT_ALLOWED: Final = "permissions violation"

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]


class Lost(Exception):
    """The connection went before the answer came."""


class Closed(Exception):
    """The line was given up by its owner."""


class Link:
    """One connection. `gone` is done once it has ended."""

    def __init__(self, gone: asyncio.Future[None]) -> None:
        self.gone = gone
        self.client: Client
        self.js: JetStreamContext

    def lost(self) -> None:
        """It has ended."""
        if not self.gone.done():
            self.gone.set_result(None)

    async def api(self, question: Coroutine[Any, Any, T]) -> T:
        """A question to JetStream. Raises FleetUnavailable, FleetRefused, Lost; NotFoundError is left to the asker."""
        import nats.errors
        from nats.js.errors import APIError, NotFoundError, ServiceUnavailableError

        try:
            return await self.ask(question)
        except NotFoundError:
            raise
        except (ServiceUnavailableError, nats.errors.NoRespondersError):
            raise FleetUnavailable("fleet.not_set_up") from None
        except APIError as error:
            raise FleetRefused("fleet.denied", detail=error.description) from None
        except nats.errors.TimeoutError:
            self.check_allowed("$JS.")
            raise FleetUnavailable("fleet.silent") from None

    def check_allowed(self, subject: str) -> None:
        """Raises FleetRefused when the server said that we may not use it: it says so beside, and answers nothing."""
        said = str(self.client.last_error or "")
        if _NOT_ALLOWED in said.lower() and subject in said:
            raise FleetRefused("fleet.denied", detail=said)

    async def ask(self, question: Coroutine[Any, Any, T]) -> T:
        """Its answer. Raises Lost when the connection goes meanwhile, and what the question raises."""
        import nats.errors

        asked = asyncio.ensure_future(question)
        try:
            await asyncio.wait((asked, self.gone), return_when=asyncio.FIRST_COMPLETED)
            # The library cancels what waits on a connection that it closes: nobody cancelled us.
            if not asked.done() or asked.cancelled():
                raise Lost
            return asked.result()
        except (nats.errors.ConnectionClosedError, nats.errors.ConnectionDrainingError, ConnectionError):
            self.lost()
            raise Lost from None
        finally:
            if not asked.done():
                asked.cancel()
                await asyncio.wait((asked,))


class Line:
    """Keeps a connection. `prepare` makes ready what every connection needs, and may raise Lost."""

    def __init__(
        self,
        access: Access,
        called: str,
        prepare: Callable[[Link], Coroutine[Any, Any, None]],
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._access = access
        self._called = called
        self._prepare = prepare
        self._sleep = sleep
        self._chance = chance
        self._coming: asyncio.Future[Link] | None = None
        self._running: asyncio.Task[None] | None = None
        #: Beside the cancellation: Python 3.11's `wait_for`, which the library uses, may swallow one.
        self._closing = False

    async def open(self) -> None:
        """Connect for the first time. Raises FleetUnavailable, FleetRefused: then nothing is kept."""
        try:
            link = await self._connect()
        except Lost:
            raise FleetUnavailable("fleet.lost") from None
        self._coming = asyncio.get_running_loop().create_future()
        self._coming.set_result(link)
        self._running = asyncio.create_task(self._keep(link))

    async def close(self) -> None:
        """Give it up; whoever waits for a connection gets Closed."""
        if self._running is None or self._coming is None:
            return
        self._closing = True
        with contextlib.suppress(Closed):
            await end(self._running)
        coming, self._coming = self._coming, None
        if coming.done():
            link = coming.result()
            link.lost()
            await leave(link.client)
        else:
            _fail(coming, Closed())

    async def pause(self, tries: int) -> None:
        """Wait before something is tried again, the longer the more often it was."""
        await self._sleep(PAUSES_S[min(tries, len(PAUSES_S) - 1)] * (0.5 + self._chance()))

    async def link(self) -> Link:
        """The connection, as soon as there is one. Raises FleetRefused when a try is refused, and Closed."""
        while self._coming is not None:
            link = await asyncio.shield(self._coming)
            if not link.gone.done():
                return link
            await asyncio.sleep(0)  # `_keep` hears of it in this turn of the loop or the next
        raise Closed

    async def _keep(self, link: Link) -> None:
        loop = asyncio.get_running_loop()
        while not self._closing:
            await asyncio.wait((link.gone,))
            self._coming = loop.create_future()
            await leave(link.client)
            log.info("fleet_line_lost")
            link = await self._again()
            log.info("fleet_line_back")
            self._coming.set_result(link)

    async def _again(self) -> Link:
        tries = 0
        while not self._closing:
            await self.pause(tries)
            tries += 1
            try:
                return await self._connect()
            except FleetRefused as refusal:  # waiting does not help, somebody has to act: whoever waits is told
                assert self._coming is not None
                told, self._coming = self._coming, asyncio.get_running_loop().create_future()
                _fail(told, refusal)
            except (FleetError, Lost):
                continue
        raise Closed

    async def _connect(self) -> Link:
        link = Link(asyncio.get_running_loop().create_future())
        link.client = await connect(self._access, self._called, lost=link.lost)
        link.js = link.client.jetstream()
        try:
            await self._prepare(link)
        except BaseException:
            await leave(link.client)
            raise
        return link


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    """End it with an error that nobody need hear."""
    future.set_exception(error)
    future.exception()
