"""Who is there: the shops in the bucket, as a backend sees them.

It knows that a shop says so again and again and is forgotten by the server when it does not; it does not know how
connections are made. It promises that a shop that went, or was forgotten, is told as gone once, also where that
happened while there was no connection.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

import msgspec
from msgspec import Struct

from ticket_daemon.errors import FleetUnavailable
from ticket_daemon.fleet import names
from ticket_daemon.fleet.line import Line
from ticket_daemon.fleet.link import Link, Lost
from ticket_daemon.fleet.reading import Reader, Stored, everything, reading, stream_info
from ticket_daemon.fleet.shapes import Shop, decode
from ticket_daemon.fleet.streams import THERE_S

#: The stream behind the bucket.
_STREAM: Final = f"KV_{names.SHOPS}"
#: A key-value client's word for a key that was taken out (ADR-8).
_DELETED: Final = "KV-Operation"
#: A shop whose time is over is asked for again so often, until the server has forgotten it.
AGAIN_S: Final = 0.5


NAMES_S: Final = 10.0
_STREAM_NAMES: Final = "$JS.API.STREAM.NAMES"


class _Names(Struct):
    """A page of names of streams."""

    total: int = 0
    streams: tuple[str, ...] | None = None


_names: Final = msgspec.json.Decoder(_Names)


class Gone(Struct, frozen=True):
    """A shop that is not there any more: it said so, or has said nothing for too long."""

    store: str


def shop(stored: Stored) -> Shop | None:
    """What a message of the bucket says; None for a shop that went, and for what cannot be read."""
    if _DELETED in stored.headers:
        return None
    try:
        return decode(stored.body)
    except msgspec.MsgspecError:
        return None


def _store(message: Stored) -> str:
    return message.subject.rpartition(".")[2]


async def shops(link: Link, store: str = "*") -> list[Shop]:
    """Those that are there, by name. Raises FleetUnavailable, FleetRefused, Lost."""
    found = map(shop, await everything(link, _STREAM, names.shop(store), last_only=True))
    return sorted((one for one in found if one is not None), key=lambda one: one.store)


async def stores(link: Link) -> list[str]:
    """Those that have a stream, whether they are there or not, by name. Raises FleetUnavailable, FleetRefused, Lost."""
    found: list[str] = []
    while True:
        asked = msgspec.json.encode({"subject": names.tickets_of("*"), "offset": len(found)})
        message = await link.api(link.client.request(_STREAM_NAMES, asked, timeout=NAMES_S))
        answer = _names.decode(message.data)
        found += answer.streams or ()
        if not answer.streams or len(found) >= answer.total:
            return sorted(filter(None, map(names.store_of, found)))


async def waiting(link: Link, store: str) -> int:
    """Tickets that the server keeps for a store, which has not taken them yet. Raises as `stores`."""
    return (await stream_info(link, names.stream(store))).state.messages


class Watch:
    """Tells each change in the bucket, over one connection after the other."""

    def __init__(self, line: Line, store: str, clock: Callable[[], float] = time.time) -> None:
        self._line = line
        self._subject = names.shop(store)
        self._clock = clock
        self._there: dict[str, tuple[int, float]] = {}  #: store -> the number of its last message, when it is due

    async def run(self) -> AsyncIterator[Shop | Gone]:
        """Shops as they say how they are, and those that go. Raises what `reading.follow` raises."""
        from nats.js.api import ConsumerConfig, DeliverPolicy

        begun, tries = False, 0
        while True:
            link = await self._line.link()
            config = ConsumerConfig(deliver_policy=DeliverPolicy.LAST_PER_SUBJECT)
            try:
                forgotten_s = (await stream_info(link, _STREAM)).config.max_age or THERE_S
                async with reading(link, _STREAM, self._subject, config) as reader:
                    begun, tries = True, 0
                    async for change in self._changes(link, reader, forgotten_s):
                        yield change
            except Lost:
                continue
            except FleetUnavailable:
                if not begun:
                    raise
                await self._line.pause(tries)
                tries += 1

    async def _changes(self, link: Link, reader: Reader, forgotten_s: float) -> AsyncIterator[Shop | Gone]:
        missing = set(self._there)
        while (message := await reader.catch_up()) is not None:
            missing.discard(_store(message))
            if (change := self._take(message, forgotten_s)) is not None:
                yield change
        for store in missing:
            del self._there[store]
            yield Gone(store)
        while True:
            if (message := await reader.next(self._until_due())) is None:
                async for gone in self._overdue(link):
                    yield gone
            elif (change := self._take(message, forgotten_s)) is not None:
                yield change

    def _take(self, message: Stored, forgotten_s: float) -> Shop | Gone | None:
        """What a message tells that was not told before."""
        store = _store(message)
        number, _ = self._there.get(store, (0, 0.0))
        said = shop(message)
        if said is None:
            return Gone(store) if self._there.pop(store, None) else None
        age = min(max(self._clock() - message.at.timestamp(), 0.0), forgotten_s)
        self._there[store] = (message.number, asyncio.get_running_loop().time() + forgotten_s - age)
        return said if message.number != number else None

    def _until_due(self) -> float | None:
        if not self._there:
            return None
        return max(min(due for _, due in self._there.values()) - asyncio.get_running_loop().time(), 0.0)

    async def _overdue(self, link: Link) -> AsyncIterator[Gone]:
        """Those whose time is over and that the server has forgotten too: our clock may be another than its."""
        now = asyncio.get_running_loop().time()
        for store, (number, due) in tuple(self._there.items()):
            if due > now:
                continue
            if await everything(link, _STREAM, names.shop(store), last_only=True):
                self._there[store] = (number, now + AGAIN_S)
            else:
                del self._there[store]
                yield Gone(store)
