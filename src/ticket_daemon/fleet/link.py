"""One connection to the NATS server after the other: what a shop, a backend and the fleet's page have in common.

It knows when a connection is gone and how long to wait before the next; it does not know what is said over it. It
promises that everything begins anew on each, that a question asked over one that went is never left hanging, that the
pauses grow and differ between those who wait, and that no trouble with the server or the way to it ends the trying.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from ticket_daemon.errors import FleetError, FleetRefused, FleetUnavailable
from ticket_daemon.fleet.connection import Access, connect, ended, leave, shown
from ticket_daemon.tasks import first_of

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

log = logging.getLogger(__name__)

#: A connection that held so long was a good one: the pauses begin anew after it.
GOOD_S: Final = 30.0

_NOT_ALLOWED: Final = "permissions violation"

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]


class Lost(Exception):
    """The connection went before the answer came."""


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


class Pauses:
    """Seconds before each further try, the last of them again and again.

    Each is drawn from half of it to one and a half, so that ten thousand do not come back at the same moment.
    """

    def __init__(
        self, lengths_s: Sequence[float], sleep: Sleep = asyncio.sleep, chance: Callable[[], float] = random.random
    ) -> None:
        self._lengths_s = lengths_s
        self._sleep = sleep
        self._chance = chance

    async def wait(self, tries: int) -> None:
        """Wait before something is tried again that was tried so often."""
        await self._sleep(self._lengths_s[min(tries, len(self._lengths_s) - 1)] * (0.5 + self._chance()))


class Redial:
    """Connects again and again, as whom the server lists as `called` and answers under `inbox`."""

    def __init__(self, access: Access, called: str, pauses: Pauses, inbox: str = "_INBOX") -> None:
        self._access = access
        self._called = called
        self._inbox = inbox
        self.pauses = pauses
        self.server = shown(access.url)

    async def run(
        self, over: Callable[[Link], Coroutine[Any, Any, None]], lost: Callable[[Exception | None], None]
    ) -> NoReturn:
        """Do `over` on each connection, until cancelled. `over` is ended where the connection ends, and ends it.

        `lost` hears after each why there is none: what was raised, or None where it simply went.
        """
        tries = 0
        while True:
            why, good = await self._once(over)
            lost(why)
            tries = 0 if good else tries
            await self.pauses.wait(tries)
            tries += 1

    async def _once(self, over: Callable[[Link], Coroutine[Any, Any, None]]) -> tuple[Exception | None, bool]:
        """One connection's life: what ended it, and whether it was a good one."""
        loop = asyncio.get_running_loop()
        link = Link(loop.create_future())
        begun = None
        try:
            link.client = await connect(self._access, self._called, self._inbox, lost=link.lost)
            begun = loop.time()
            link.js = link.client.jetstream()
            await first_of(asyncio.wait((link.gone,)), ended(link.client), over(link))
            why: Exception | None = None
        except Lost:
            why = None
        except FleetError as error:
            why = error
        except Exception as error:
            log.debug("fleet_link_failed", exc_info=True)
            why = error
        finally:
            link.lost()
            if begun is not None:
                await leave(link.client)
        return why, begun is not None and loop.time() - begun > GOOD_S
