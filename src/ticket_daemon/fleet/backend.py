"""The backend's end: print in shops that it cannot reach, hear what became of it, see how the shops are.

It knows what a backend may ask; tickets under way, the bucket and connections are `sending`'s, `directory`'s and
`line`'s. It promises that a ticket is published under one id until the server has it, that a wait goes on over lost
connections, and that several processes may use it at once without hearing less for it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Self, TypeVar

from ticket_daemon.client.outcome import Outcome, Source, outcome, refused
from ticket_daemon.fleet import directory, names, news, sending, streams
from ticket_daemon.fleet.connection import Access
from ticket_daemon.fleet.directory import Gone
from ticket_daemon.fleet.line import PAUSES_S, Line
from ticket_daemon.fleet.link import Link, Lost, Pauses, Redial, Sleep
from ticket_daemon.fleet.news import Event
from ticket_daemon.fleet.reading import follow
from ticket_daemon.fleet.sending import LOOK_S
from ticket_daemon.fleet.shapes import Shop
from ticket_daemon.fleet.ticket import ticket
from ticket_daemon.wire import answers

T = TypeVar("T")


class Fleet:
    """`async with Fleet("tls://nats.example.com:4222", "backend.nk") as fleet: …`

    Entering connects: FleetUnavailable and FleetRefused are raised there. A connection that is lost later is made
    anew for as long as it takes, and every call waits for it: bound them by `timeout` or with asyncio's own means.
    Only a server that does not let us in any more ends what waits, with FleetRefused.
    """

    def __init__(
        self,
        url: str,
        credentials: str = "",
        ca: str = "",
        *,
        called: str = "backend",
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        look_s: float = LOOK_S,
    ) -> None:
        """`credentials`, `ca`: files as in a shop's configuration; `called`: what the server lists us as.

        `look_s`: how often the stream is asked for a result of which nothing was heard.
        """
        redial = Redial(Access(url, credentials, ca), called, Pauses(PAUSES_S, sleep, chance))
        self._line = Line(redial, self._prepare)
        self._counter = sending.Counter(self._line, chance, look_s)

    async def _prepare(self, link: Link) -> None:
        await self._counter.listen(link)

    async def __aenter__(self) -> Self:
        await self._line.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._line.close()

    async def set_up(self, replicas: int = 1, results_bytes: int | None = None) -> None:
        """Make what all stores share, each stream kept by so many servers, or bring it up to date.

        `results_bytes`: how many bytes of results are kept at most, the oldest go first; None leaves it as it is.
        """
        await self._asked(lambda link: link.api(streams.make(link.js, replicas, results_bytes)))

    async def admit(self, store: str, replicas: int = 1) -> None:
        """Have tickets taken for a store from now on. Raises ValueError for a name that cannot be."""
        if not names.STORE.fullmatch(store):
            raise ValueError(store)
        await self._asked(lambda link: link.api(streams.admit(link.js, store, replicas)))

    # --- tickets ---

    async def print(
        self,
        store: str,
        printer: str,
        document: Source,
        id: str | None = None,
        ttl_s: float | None = None,
        copies: int = 1,
        timeout: float | None = None,
    ) -> Outcome:
        """Print a document in a shop; what became of it. `printer` "": the document's model or the shop's default.

        `id` is the ticket's identity in that shop: the same one is never printed twice. `ttl_s`: seconds from now
        after which it must not print any more. `timeout`: seconds to wait at most. A ticket that is held for a person
        ends the waiting.
        Raises Refused with the shop's code, QueueFull when too many wait for that printer, TooLarge, NoResult
        when the time is over (its `accepted` says whether the server has the ticket), FleetUnavailable,
        FleetRefused, ValueError for a store's name that cannot be, DocumentError for what is no document.
        """
        return await self._counter.print(ticket(store, printer, document, id, ttl_s, copies), timeout)

    async def publish(
        self,
        store: str,
        printer: str,
        document: Source,
        id: str | None = None,
        ttl_s: float | None = None,
        copies: int = 1,
        timeout: float | None = None,
    ) -> str:
        """Hand a document over; its id, as soon as the server has stored it. Else as `print`."""
        made = ticket(store, printer, document, id, ttl_s, copies)
        await self._counter.publish(made, timeout)
        return made.id

    async def history(self, store: str, id: str) -> tuple[Event, ...]:
        """What a shop said under an id in the last days, oldest first."""
        return await self._asked(lambda link: news.history(link, store, id))

    async def result(self, store: str, id: str) -> Outcome | None:
        """How a job stood when last heard of; None where nothing is known of it.

        Raises Refused where all that the shop said is that it does not take a ticket of that id.
        """
        known: Outcome | None = None
        refusal: answers.Error | None = None
        for said in await self.history(store, id):
            if isinstance(said.news, answers.Error):
                refusal = said.news
            else:
                known = outcome(said.news)
        if known is None and refusal is not None:
            raise refused(refusal)
        return known

    async def events(self, store: str = "*", after: int | None = None) -> AsyncIterator[Event]:
        """What shops say of their jobs, as it comes; `after`: what came behind the event of that `number`.

        Each once, in the order in which the server stored them, over lost connections too.
        """
        async for stored in follow(self._line, names.RESULTS, names.results_of(store), after):
            for one in news.events((stored,)):
                yield one

    # --- shops ---

    async def shops(self) -> list[Shop]:
        """Those that are there, by name."""
        return await self._asked(directory.shops)

    async def shop(self, store: str) -> Shop | None:
        """One of them; None when it is not there."""
        found = await self._asked(lambda link: directory.shops(link, store))
        return found[0] if found else None

    async def stores(self) -> list[str]:
        """Those that tickets are taken for, by name, whether they are there or not."""
        return await self._asked(directory.stores)

    async def waiting(self, store: str) -> int:
        """Tickets that the server keeps for a store, which has not taken them yet."""
        return await self._asked(lambda link: directory.waiting(link, store))

    async def watch_shops(self, store: str = "*") -> AsyncIterator[Shop | Gone]:
        """At first every shop that is there, then each as it says how it is, and those that go."""
        async for change in directory.Watch(self._line, store).run():
            yield change

    async def _asked(self, question: Callable[[Link], Awaitable[T]]) -> T:
        """The answer to what changes nothing when it is asked twice."""
        while True:
            link = await self._line.link()
            try:
                return await question(link)
            except Lost:
                continue
