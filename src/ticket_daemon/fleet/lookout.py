"""Follows the NATS server and tells a board what it hears: how shops are, and what becomes of tickets.

It knows the bucket, the events and the library; it does not know what a board makes of them or who looks. It promises
that a server that is lost is tried again without end, that nothing is called silent while we hear nothing ourselves,
and that it changes nothing there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from ticket_daemon import presenters, wire
from ticket_daemon.errors import FleetError, FleetUnavailable
from ticket_daemon.fleet import directory, link, names, shapes
from ticket_daemon.fleet.board import Board, SeenJob
from ticket_daemon.fleet.connection import Access, said, shown
from ticket_daemon.fleet.link import Lost, Pauses, Redial
from ticket_daemon.fleet.streams import THERE_S
from ticket_daemon.tasks import first_of

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js.kv import KeyValue

log = logging.getLogger(__name__)

#: The page's pauses (`link.Pauses`): somebody looks at it.
PAUSES_S: Final = (0.5, 1.0, 2.0, 5.0)
#: Seconds between two looks at who has fallen silent.
SWEEP_S: Final = 1.0
#: Bytes of an entry that are read: a shop with a hundred printers and everything held needs a third of it.
MAX_ENTRY: Final = 64 * 1024
#: Changes of jobs, and refusals; a `result` says nothing that the last change did not.
_decode_event: Final = msgspec.json.Decoder(wire.JobNews | wire.Error | wire.Result).decode


class Link(Struct, frozen=True):
    """How it stands with the NATS server, and since when; `why` in each language where it is not connected."""

    state: str = "connecting"  #: connecting, connected, lost
    server: str = ""
    since: float = 0.0
    es: str = ""
    en: str = ""


class Lookout:
    """Keeps `board` up to date and calls `changed` after each piece of news. `clock`: seconds since 1970, no jumps."""

    def __init__(self, access: Access, board: Board, clock: Callable[[], float], changed: Callable[[], None]) -> None:
        self._access = access
        self._board = board
        self._clock = clock
        self._changed = changed
        self.link = Link(server=shown(access.url), since=clock())

    async def run(self) -> None:
        """Until cancelled."""
        await Redial(self._access, "ticket-daemon fleet dashboard", Pauses(PAUSES_S)).run(self._listen, self._lost)

    def _lost(self, why: Exception | None) -> None:
        problem = why or FleetUnavailable("fleet.lost")
        if not isinstance(problem, FleetError):  # what the library raised
            problem = FleetUnavailable("fleet.unreachable", url=self.link.server, detail=said(problem))
        since = self._clock() if self.link.state == "connected" else self.link.since
        self.link = Link("lost", self.link.server, since, problem.text("es"), problem.text("en"))
        self._changed()

    async def _listen(self, link: link.Link) -> None:
        from nats.js.errors import NotFoundError

        try:
            bucket = await link.js.key_value(names.SHOPS)
            self._board.there_s = (await bucket.status()).ttl or THERE_S
        except NotFoundError:
            raise FleetUnavailable("fleet.no_bucket", url=self.link.server, bucket=names.SHOPS) from None
        await link.client.subscribe(names.results_of("*"), cb=self._event)
        watcher = await bucket.watchall()
        self._board.resumed(self._clock())
        self.link = Link("connected", self.link.server, self._clock())
        self._changed()
        await self._meet(link)
        await first_of(self._read(watcher), self._sweep())

    async def _meet(self, link: link.Link) -> None:
        """Shops that are silent now have no entry; that they exist, the streams of their tickets tell."""
        try:
            for store in await directory.stores(link):
                self._board.known(store)
            self._changed()
        except FleetError as error:
            # Who looks may not be allowed to ask this: then those shops are not seen until they speak.
            log.info("fleet_shops_unasked", extra={"detail": error.text()})
        except Lost:
            return

    async def _read(self, watcher: KeyValue.KeyWatcher) -> None:
        """The bucket: first what is there, then each change."""
        old = True
        async for entry in watcher:
            if entry is None:  # all that was there has come
                old = False
            elif entry.operation is not None:
                self._board.ended(entry.key)
            else:
                self._entry(entry, old=old)
            self._changed()

    def _entry(self, entry: KeyValue.Entry, *, old: bool) -> None:
        said = entry.value or b""
        try:
            shop = shapes.decode(said) if len(said) <= MAX_ENTRY else None
        except msgspec.MsgspecError:
            shop = None
        if shop is None or shop.store != entry.key:  # a shop speaks for itself alone
            log.warning("fleet_entry_unreadable", extra={"store": entry.key, "bytes": len(said)})
            return
        now = self._clock()
        self._board.said(shop, now, age=now - _created(entry) if old else 0.0)

    async def _event(self, message: Msg) -> None:
        try:
            store, job_id = names.job(message.subject)
            event = _decode_event(message.data)
        except (ValueError, msgspec.MsgspecError):  # of a later version, or nothing of ours
            return
        if isinstance(event, wire.JobNews):
            text, code = event.message or "", event.code or ""
            self._board.happened(store, SeenJob(job_id, event.state, event.printer, code, event.updated_at, text))
        elif isinstance(event, wire.Error):
            at = presenters.rfc3339(round(self._clock() * 1000))
            self._board.happened(store, SeenJob(job_id, "refused", code=event.code, at=at, text=event.message))
        self._changed()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            self._board.passed(self._clock())
            self._changed()


def _created(entry: Any) -> float:
    """When the server stored an entry, in seconds since 1970. The library says int and gives a datetime."""
    created: float = entry.created.timestamp()
    return created
