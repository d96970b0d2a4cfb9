"""The shop's end of the fleet: one connection after the other to the server, and what goes over each.

It knows the server's streams and in which order things are said; it does not know what a ticket is or how a job ends.
It promises that a ticket is acknowledged only when the queue has it, that everything begins anew on a new connection
so that nothing depends on what the last one had heard, that tickets come also from a server that stores nothing of what
it is told, and that no trouble with the server reaches the shop's own work.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from ticket_daemon import tasks, wire
from ticket_daemon.errors import FleetError
from ticket_daemon.fleet import names
from ticket_daemon.fleet.connection import Access, connect, ended, is_in_the_clear, is_open_to_others, leave, shown
from ticket_daemon.fleet.consumer import ServerClock, look
from ticket_daemon.fleet.fetching import fetch
from ticket_daemon.fleet.intake import Incoming, Intake, Later, Never, Taken
from ticket_daemon.fleet.outbox import Letter, Outbox
from ticket_daemon.fleet.presence import Presence

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from ticket_daemon.config import FleetSettings
    from ticket_daemon.printers import Destinations
    from ticket_daemon.queue import Queue
    from ticket_daemon.verbs import Verbs

log = logging.getLogger(__name__)

#: How long the server may take to say that it has stored something.
STORED_S: Final = 10.0
#: Seconds before each further try to connect, the last one again and again; each is drawn from half of it to one and
#: a half, so that ten thousand shops do not come back at the same moment.
PAUSES_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
#: A connection that held so long was a good one: the pauses begin anew after it.
GOOD_S: Final = 30.0
#: Seconds until the server is told again what it did not store.
NOT_STORED_S: Final = 5.0
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
    lang = verbs.settings.server.lang
    outbox = Outbox(queue, settings.store, lang)
    presence = Presence(settings.store, queue, destinations, clock, clock())
    queue.listen(outbox.job_changed)
    queue.listen(presence.job_changed)
    destinations.listen(presence.printer_changed)
    access = Access(settings.url, settings.credentials, settings.ca)
    if is_in_the_clear(access):
        log.warning("fleet_in_the_clear", extra={"server": shown(access.url)})
    if is_open_to_others(access.credentials):
        log.warning("fleet_credentials_open", extra={"file": access.credentials})
    return ShopLink(access, settings.store, Intake(verbs, queue, clock), outbox, presence, lang, refused)


class LinkState(NamedTuple):
    """How the link to the server is; `detail` says why it is not."""

    connected: bool
    server: str
    detail: str = ""


class ShopLink:
    """Keeps one shop in touch with the fleet's server."""

    def __init__(
        self,
        access: Access,
        store: str,
        intake: Intake,
        outbox: Outbox,
        presence: Presence,
        lang: str,
        refused: Callable[[str], None] = lambda code: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._access = access
        self._store = store
        self._intake = intake
        self._outbox = outbox
        self._presence = presence
        self._lang = lang
        self._refused = refused
        self._sleep = sleep
        self._chance = chance
        self._js: JetStreamContext | None = None
        self.tickets = 0  #: taken since the start
        self.state = LinkState(False, shown(access.url))

    async def run(self) -> None:
        """Be connected, until cancelled. Raises nothing for what the server or the way to it does."""
        loop = asyncio.get_running_loop()
        tries = 0
        while True:
            begun = loop.time()
            try:
                await self._connection()
                self._lost("")
            except FleetError as error:
                self._lost(error.text(self._lang))
            except Exception as error:  # the edge of the fleet: whatever the library raises, the shop goes on
                log.debug("fleet_link_failed", exc_info=True)
                self._lost(str(error) or type(error).__name__)
            tries = 0 if loop.time() - begun > GOOD_S else tries + 1
            pause = PAUSES_S[min(tries, len(PAUSES_S)) - 1] if tries else PAUSES_S[0]
            await self._sleep(pause * (0.5 + self._chance()))

    def _lost(self, detail: str) -> None:
        if self.state.connected or detail != self.state.detail:
            log.warning("fleet_disconnected", extra={"server": self.state.server, "detail": detail})
        self.state = self.state._replace(connected=False, detail=detail)

    async def _connection(self) -> None:
        """One connection's life. Returns when it is lost."""
        lost = asyncio.Event()
        client = await connect(self._access, f"ticket-daemon {self._store}", names.inbox(self._store), lost.set)
        try:
            self._js = client.jetstream(timeout=STORED_S)
            looked = await look(client, self._store)
            clock = ServerClock(lambda: look(client, self._store))
            self.state = self.state._replace(connected=True, detail="")
            log.info("fleet_connected", extra={"server": self.state.server, "store": self._store})
            await tasks.first_of(
                lost.wait(),
                ended(client),
                fetch(self._js, self._store, looked, lambda ticket: self._take(ticket, clock), self._sleep),
                self._telling(lambda: self._outbox.run(self._publish)),
                self._telling(lambda: self._presence.run(self._put)),
            )
        finally:
            self._js = None
            await leave(client)

    async def _telling(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` anew whenever the server does not store what it says: tickets come and print all the same."""
        told = ""
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - the edge of the fleet; a lost link is noticed elsewhere
                told = self._not_stored(error, told)
            await self._sleep(NOT_STORED_S)

    def _not_stored(self, error: Exception, told: str = "") -> str:
        """Say what the server answered, unless that was `told` last."""
        detail = str(error) or type(error).__name__
        if detail != told:
            log.warning("fleet_not_stored", extra={"server": self.state.server, "detail": detail})
        return detail

    async def close(self) -> None:
        """Say that the shop goes, if anybody listens; within GOODBYE_S."""
        if self._js is not None:
            with contextlib.suppress(Exception):  # it will be seen by its silence
                headers = {"KV-Operation": "DEL"}  # as a key-value client deletes a key (ADR-8)
                await asyncio.wait_for(self._js.publish(names.shop(self._store), b"", headers=headers), GOODBYE_S)

    # --- tickets ---

    async def _take(self, message: Msg, clock: ServerClock) -> float | None:
        """Acknowledge a ticket, put it off or end it; the seconds it is put off for."""
        place = message.metadata
        published_ms = round(place.timestamp.timestamp() * 1000)
        age_ms = await clock.age_ms(published_ms)
        verdict = await self._intake.take(
            Incoming(message.subject, message.data, place.sequence.stream, published_ms, age_ms)
        )
        match verdict:
            case Taken():
                self.tickets += 1
                self._outbox.ring()
                await message.ack()
            case Later(delay_s, code):
                log.info("remote_ticket_later", extra={"code": code, "delay_s": delay_s})
                await message.nak(delay=delay_s)
                return delay_s
            case Never(job_id, error):
                try:
                    await self._publish([self._refusal(job_id, error, message)])
                except Exception as failure:  # noqa: BLE001 - the edge of the fleet
                    self._not_stored(failure)  # the ticket comes again until it is; those behind it do not wait
                    await message.nak(delay=NOT_STORED_S)
                else:
                    self._refused(error.code)
                    log.warning("remote_ticket_refused", extra={"job": job_id, "code": error.code})
                    await message.term()
        return None

    def _refusal(self, job_id: str, error: wire.Error, message: Msg) -> Letter:
        refused = (message.headers or {}).get(names.MESSAGE_ID, "")
        headers = {names.MESSAGE_ID: secrets.token_hex()}  # told again if the ticket comes again: that does no harm
        if refused:
            headers[names.REFUSED] = refused
        return Letter(names.result(self._store, job_id), wire.encode(error), headers)

    # --- publishing ---

    async def _publish(self, letters: list[Letter]) -> None:
        """Have letters stored, in their order; raises when the server may not have stored all of them."""
        assert self._js is not None
        stored = []
        for letter in letters:
            headers = dict(letter.headers)
            stored.append(await self._js.publish_async(letter.subject, letter.body, headers=headers))
        done, waiting = await asyncio.wait(stored, timeout=STORED_S)
        failures = [failure for future in done if (failure := future.exception()) is not None]
        if failures:
            raise failures[0]
        if waiting:
            raise TimeoutError(f"{len(waiting)} of {len(stored)} not stored after {STORED_S:.0f} s")

    async def _put(self, body: bytes) -> None:
        assert self._js is not None
        await self._js.publish(names.shop(self._store), body)
