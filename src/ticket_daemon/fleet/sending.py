"""Tickets on their way: handed to the server once, and followed until the shop has said what became of them.

It knows tickets, what is heard of them and what the streams say when something may have been missed; it does not know
how connections are made (`line`). It promises that a ticket is published under one message id however often it has to
be published, and that only what was said of this very ticket ends it, also where its id was used for another before.

What was heard live is enough for a ticket whose id was made up here: nobody else has that id. Where the caller gave
the id, another ticket may have had it, and its result says nothing of ours. So the streams are asked: once the ticket
has left its stream the shop has seen it, and either refused it, naming its message id, or it is the job of that id.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from msgspec import Struct

from ticket_daemon.client.outcome import Outcome, Source, outcome, raw, refused
from ticket_daemon.errors import FleetUnavailable, NoResult, QueueFull, Refused, TooLarge
from ticket_daemon.fleet import names, streams
from ticket_daemon.fleet.line import Closed, Line
from ticket_daemon.fleet.link import Link, Lost
from ticket_daemon.fleet.reading import Stored, everything
from ticket_daemon.wire import MAX_ID, answers, requests

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js.api import PubAck

#: How long the server may take to say that it has stored a ticket; then it is published again.
STORED_S: Final = 5.0
#: How often the streams are asked though nothing was heard: what comes live is not kept for a listener who missed it.
LOOK_S: Final = 60.0
#: The first pause after the shop spoke of an id that may be another ticket's; the next ones are longer and longer.
SOON_S: Final = 0.2
#: Streams asked at once: after a lost connection everybody wants to know.
LOOKS_AT_ONCE: Final = 32
#: What the server says when a stream takes no more (JSStreamStoreFailed); why stands in its description.
_NOT_STORED: Final = 10077
_FULL_FOR_PRINTER: Final = "per subject"
#: Seconds after which it is worth while to come again with a ticket for a printer of which too many wait.
_FULL_RETRY_S: Final = 30
_DIGEST_BYTES: Final = 16


class Event(Struct, frozen=True):
    """What a shop said: a job changed (`JobNews`), its `Result`, or the `Error` that refused a ticket.

    `number` is its place in the stream. `refused` is, of an error, the message id of the ticket that was refused.
    """

    store: str
    id: str
    news: answers.JobNews | answers.Result | answers.Error
    number: int
    refused: str = ""


_news: Final = msgspec.json.Decoder(answers.JobNews | answers.Result | answers.Error)


def event(subject: str, body: bytes, headers: Mapping[str, str], number: int = 0) -> Event | None:
    """From a message of the stream of results; None for what a later version says and this one does not know."""
    try:
        store, job_id = names.job(subject)
        return Event(store, job_id, _news.decode(body), number, headers.get(names.REFUSED, ""))
    except (ValueError, msgspec.MsgspecError):
        return None


def events(stored: Iterable[Stored]) -> tuple[Event, ...]:
    """The same from messages that were read."""
    found = (event(one.subject, one.body, one.headers, one.number) for one in stored)
    return tuple(one for one in found if one is not None)


class Ticket(NamedTuple):
    """A ticket as it is published. `is_new`: its id was made up for it, so nobody else has it."""

    store: str
    id: str
    printer: str
    body: bytes
    message_id: str
    is_new: bool


def ticket(store: str, printer: str, document: Source, id: str | None, ttl_s: float | None, copies: int) -> Ticket:
    """Make it. Raises ValueError for a store or id that cannot be, DocumentError for what is no document."""
    if not names.STORE.fullmatch(store):
        raise ValueError(store)
    if id is not None and not 0 < len(id) <= MAX_ID:
        raise ValueError(id)
    made = id or str(uuid.uuid4())
    request = requests.TicketRequest(
        id=made, document=raw(document), printer=printer or None, ttl_s=ttl_s, copies=copies
    )  # fmt: skip
    body = msgspec.json.encode(request)
    digest = hashlib.blake2b(body, digest_size=_DIGEST_BYTES).hexdigest()
    return Ticket(store, made, printer, body, f"{store}.{names.part(made)}.{digest}", id is None)


class Sending:
    """One ticket on its way, for as long as somebody waits. `rung` is done when the shop has said something."""

    def __init__(self, sent: Ticket) -> None:
        self.ticket = sent
        self.accepted: bool | None = False  #: whether the server has it; None where that is not known
        self.number = 0  #: its place in the stream of tickets
        self.was_there = False  #: the server had this very message before
        self.end: Outcome | Refused | None = None
        self.rung: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def stored(self, number: int) -> None:
        """The server has it, under that number."""
        self.accepted, self.number = True, number

    def hear(self, said: Event) -> None:
        """Something was said under its id."""
        match said.news:
            case answers.Error() if said.refused == self.ticket.message_id:
                self.end = refused(said.news)
            case answers.Result() if self.ticket.is_new:
                self.end = outcome(said.news)
            case answers.Result():
                pass  # perhaps another ticket's: the streams are asked
            case _:
                return
        if not self.rung.done():
            self.rung.set_result(None)

    def judge(self, history: Iterable[Event]) -> None:
        """All that was ever said under its id, once the shop has seen it."""
        last: Event | None = None
        for said in history:
            if isinstance(said.news, answers.Error):
                if said.refused == self.ticket.message_id:
                    self.end = refused(said.news)
            else:
                last = said
        if self.end is None and last is not None and isinstance(last.news, answers.Result):
            self.end = outcome(last.news)


class Counter:
    """Where tickets are handed over and results come in, whatever connection there is."""

    def __init__(self, line: Line, chance: Callable[[], float], look_s: float) -> None:
        self._line = line
        self._chance = chance
        self._look_s = look_s
        self._sending: dict[str, list[Sending]] = {}
        self._looks = asyncio.Semaphore(LOOKS_AT_ONCE)

    async def listen(self, link: Link) -> None:
        """Hear of every ticket over this connection: one subscription, since there may be thousands of tickets."""
        await link.ask(link.client.subscribe(names.results_of("*"), cb=self._heard))

    async def _heard(self, message: Msg) -> None:
        waiting = self._sending.get(message.subject)
        if waiting and (said := event(message.subject, message.data, message.headers or {})) is not None:
            for sending in waiting:
                sending.hear(said)

    async def print(self, sent: Ticket, timeout: float | None) -> Outcome:
        """Hand it over and wait for its end."""
        sending = Sending(sent)
        subject = names.result(sent.store, sent.id)
        self._sending.setdefault(subject, []).append(sending)  # before it is published: a shop may be quick
        try:
            async with asyncio.timeout(timeout):
                await self._hand_over(sending)
                return await self._end(sending)
        except (TimeoutError, Closed):
            raise NoResult(sent.id, sending.accepted) from None
        finally:
            self._sending[subject].remove(sending)
            if not self._sending[subject]:
                del self._sending[subject]

    async def publish(self, sent: Ticket, timeout: float | None) -> None:
        """Hand it over."""
        sending = Sending(sent)
        try:
            async with asyncio.timeout(timeout):
                await self._hand_over(sending)
        except (TimeoutError, Closed):
            raise NoResult(sent.id, sending.accepted) from None

    # --- to the server ---

    async def _hand_over(self, sending: Sending) -> None:
        """Publish until the server says that it is stored. Raises QueueFull, TooLarge, FleetUnavailable, -Refused."""
        from nats.js.errors import NoStreamResponseError

        tries, mended = 0, False
        while sending.end is None:  # the shop's word is as good as the server's
            link = await self._line.link()
            try:
                ack = await self._published(link, sending)
            except Lost:
                continue
            except QueueFull:
                if mended:
                    raise
                mended = True  # a server that was killed may count what the shop took long ago
                with contextlib.suppress(Lost):
                    await link.api(streams.mend(link.js, sending.ticket.store))
                continue
            except NoStreamResponseError:
                await self._check_admitted(link, sending.ticket.store)
                await self._line.pause(tries)
                tries += 1
                continue
            if ack is not None:
                sending.stored(ack.seq)
                sending.was_there = bool(ack.duplicate)
                return

    async def _published(self, link: Link, sending: Sending) -> PubAck | None:
        """The server's receipt; None when it gave none in its time."""
        import nats.errors
        from nats.js.errors import APIError

        sent = sending.ticket
        subject = names.ticket(sent.store, sent.printer)
        sending.accepted = None
        try:
            headers = {names.MESSAGE_ID: sent.message_id}
            return await link.ask(link.js.publish(subject, sent.body, timeout=STORED_S, headers=headers))
        except nats.errors.MaxPayloadError:
            sending.accepted = False
            raise TooLarge("fleet.too_large", bytes=len(sent.body), limit=link.client.max_payload) from None
        except nats.errors.TimeoutError:
            link.check_allowed(subject)
            return None
        except APIError as error:
            if error.err_code == _NOT_STORED and _FULL_FOR_PRINTER in (error.description or ""):
                raise QueueFull(
                    "fleet.full", store=sent.store, printer=sent.printer or "-", retry_after_s=_FULL_RETRY_S
                ) from None  # fmt: skip
            raise FleetUnavailable("fleet.not_stored", detail=error.description) from None

    async def _check_admitted(self, link: Link, store: str) -> None:
        """Raises FleetUnavailable where no stream takes the store's tickets; else it is between two leaders."""
        from nats.js.errors import NotFoundError

        with contextlib.suppress(Lost):
            try:
                await link.api(link.js.stream_info(names.stream(store)))
            except NotFoundError:
                raise FleetUnavailable("fleet.not_admitted", store=store) from None

    # --- what became of it ---

    async def _end(self, sending: Sending) -> Outcome:
        """Wait for its end. Raises Refused, FleetRefused."""
        link, look, patience = await self._line.link(), sending.was_there, self._look_s
        while True:
            if look and sending.end is None:
                patience = SOON_S if sending.rung.done() else min(2 * patience, self._look_s)
                if not await self._look(link, sending):
                    patience = min(patience, STORED_S)
            if isinstance(sending.end, Refused):
                raise sending.end
            if sending.end is not None:
                return sending.end
            waited = patience * (0.5 + self._chance())
            await asyncio.wait((sending.rung, link.gone), timeout=waited, return_when=asyncio.FIRST_COMPLETED)
            link, look = await self._line.link(), True

    async def _look(self, link: Link, sending: Sending) -> bool:
        """Ask the streams; whether they answered. Raises FleetRefused."""
        if sending.rung.done():
            sending.rung = asyncio.get_running_loop().create_future()
        try:
            async with self._looks:
                if not sending.ticket.is_new and not await self._has_left(link, sending):
                    return True
                told = await history(link, sending.ticket.store, sending.ticket.id)
                sending.judge(told)
                if not told and sending.end is None:
                    await self._hand_over_if_lost(link, sending)
        except (Lost, FleetUnavailable):
            return False
        return True

    async def _hand_over_if_lost(self, link: Link, sending: Sending) -> None:
        """Publish again what has left its stream without a word from the shop.

        A server whose power was cut may have lost what it had taken: it writes to its disk now and then. Where it is
        the shop's word that is still under way, the server or the shop knows the ticket, and nothing is printed twice.
        """
        from nats.js.errors import NoStreamResponseError

        if not await self._has_left(link, sending):
            return
        with contextlib.suppress(NoStreamResponseError):  # the next look tries again
            if (ack := await self._published(link, sending)) is not None:
                sending.stored(ack.seq)

    async def _has_left(self, link: Link, sending: Sending) -> bool:
        """Whether the shop has taken it out of its stream."""
        from nats.js.errors import NotFoundError

        try:
            found = await link.api(link.js.get_msg(names.stream(sending.ticket.store), seq=sending.number))
        except NotFoundError:
            return True
        return (found.headers or {}).get(names.MESSAGE_ID) != sending.ticket.message_id


async def history(link: Link, store: str, job_id: str) -> tuple[Event, ...]:
    """All that was said under an id, oldest first. Raises FleetUnavailable, FleetRefused, Lost."""
    return events(await everything(link, names.RESULTS, names.result(store, job_id)))
