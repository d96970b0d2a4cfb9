"""The shop's end of the fleet: what goes over each connection to the server, and how the link is.

It knows what begins on a connection and that it is told again what the server did not store; it does not know what a
ticket is or how a job ends. It promises that everything begins anew on a new connection so that nothing depends on what
the last one had heard, that tickets come also from a server that stores nothing of what it is told, and that no trouble
with the server reaches the shop's own work.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from ticket_daemon.errors import FleetError
from ticket_daemon.fleet import letters, names
from ticket_daemon.fleet.connection import Access, is_in_the_clear, is_open_to_others, said, shown
from ticket_daemon.fleet.consumer import ServerClock, look
from ticket_daemon.fleet.desk import Desk
from ticket_daemon.fleet.fetching import fetch
from ticket_daemon.fleet.intake import Intake
from ticket_daemon.fleet.link import Link, Pauses, Redial
from ticket_daemon.fleet.outbox import Outbox
from ticket_daemon.fleet.presence import Presence
from ticket_daemon.tasks import first_of

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from ticket_daemon.printers import Destinations
    from ticket_daemon.queue import Queue
    from ticket_daemon.settings.config import FleetSettings
    from ticket_daemon.verbs import Verbs

log = logging.getLogger(__name__)

#: A shop's pauses (`link.Pauses`): there are ten thousand of them.
PAUSES_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
#: How long a stopping daemon takes to say that it goes.
GOODBYE_S: Final = 1.0


def join(
    settings: FleetSettings,
    verbs: Verbs,
    queue: Queue,
    destinations: Destinations,
    clock: Callable[[], int],
    refused: Callable[[str], None],
) -> ShopLink:
    """A shop's link, and what it needs, listening to the queue and the printers; `run` connects it."""
    store, lang = settings.store, verbs.settings.server.lang
    outbox = Outbox(queue, store, lang)
    presence = Presence(store, queue, destinations, clock, clock())
    queue.listen(outbox.job_changed)
    queue.listen(presence.job_changed)
    destinations.listen(presence.printer_changed)
    access = Access(settings.url, settings.credentials, settings.ca)
    if is_in_the_clear(access):
        log.warning("fleet_in_the_clear", extra={"server": shown(access.url)})
    if is_open_to_others(access.credentials):
        log.warning("fleet_credentials_open", extra={"file": access.credentials})
    redial = Redial(access, f"ticket-daemon {store}", Pauses(PAUSES_S), names.inbox(store))
    desk = Desk(store, Intake(verbs, queue, clock), outbox.ring, refused)
    return ShopLink(redial, store, desk, outbox, presence, lang)


class LinkState(NamedTuple):
    """How the link to the server is; `detail` says why it is not."""

    connected: bool
    server: str
    detail: str = ""


class ShopLink:
    """Keeps one shop in touch with the fleet's server."""

    def __init__(self, redial: Redial, store: str, desk: Desk, outbox: Outbox, presence: Presence, lang: str) -> None:
        self._redial = redial
        self._store = store
        self._desk = desk
        self._outbox = outbox
        self._presence = presence
        self._lang = lang
        self._js: JetStreamContext | None = None  #: while there is a connection
        self.state = LinkState(False, redial.server)

    @property
    def tickets(self) -> int:
        """Taken since the start."""
        return self._desk.tickets

    async def run(self) -> None:
        """Be connected, until cancelled. Raises nothing for what the server or the way to it does."""
        await self._redial.run(self._over, self._lost)

    def _lost(self, why: Exception | None) -> None:
        detail = why.text(self._lang) if isinstance(why, FleetError) else said(why) if why is not None else ""
        if self.state.connected or detail != self.state.detail:
            log.warning("fleet_disconnected", extra={"server": self.state.server, "detail": detail})
        self.state = self.state._replace(connected=False, detail=detail)

    async def _over(self, link: Link) -> None:
        """What is done on one connection."""
        publish = partial(letters.publish, link.js)
        look_again = partial(look, link.client, self._store)
        await look_again()  # there is no connection worth the name where there is no consumer
        clock = ServerClock(look_again)

        async def take(ticket: Msg) -> float | None:
            return await self._desk.take(ticket, clock, publish)

        async def put(body: bytes) -> None:
            await link.js.publish(names.shop(self._store), body, timeout=letters.STORED_S)

        self._js = link.js
        self.state = self.state._replace(connected=True, detail="")
        log.info("fleet_connected", extra={"server": self.state.server, "store": self._store})
        try:
            await first_of(
                fetch(link.js, self._store, look_again, take),
                self._telling(lambda: self._outbox.run(publish)),
                self._telling(lambda: self._presence.run(put)),
            )
        finally:
            self._js = None

    async def _telling(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` anew whenever the server does not store what it says: tickets come and print all the same."""
        told = ""
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - the edge of the fleet; a lost link is noticed elsewhere
                if (detail := said(error)) != told:
                    log.warning("fleet_not_stored", extra={"server": self.state.server, "detail": detail})
                told = detail
            await asyncio.sleep(letters.NOT_STORED_S)

    async def close(self) -> None:
        """Say that the shop goes, if anybody listens; within GOODBYE_S."""
        if self._js is not None:
            with contextlib.suppress(Exception):  # it will be seen by its silence
                headers = {"KV-Operation": "DEL"}  # as a key-value client deletes a key (ADR-8)
                await asyncio.wait_for(self._js.publish(names.shop(self._store), b"", headers=headers), GOODBYE_S)
