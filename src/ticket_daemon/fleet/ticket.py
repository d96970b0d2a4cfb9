"""One ticket on its way: what is published of it, and what that a shop says is its end.

It knows tickets and what is heard of them; it does not know connections or streams. It promises that a ticket has one
message id however often it has to be published, and that only what was said of this very ticket ends it, also where its
id was used for another before.

What was heard live is enough for a ticket whose id was made up here: nobody else has that id. Where the caller gave
the id, another ticket may have had it, and its result says nothing of ours. So the streams are asked: once the ticket
has left its stream the shop has seen it, and either refused it, naming its message id, or it is the job of that id.
"""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from ticket_daemon.client.outcome import Outcome, Source, outcome, raw, refused
from ticket_daemon.errors import Refused
from ticket_daemon.fleet import names
from ticket_daemon.fleet.news import Event
from ticket_daemon.wire import MAX_ID, answers, requests

_DIGEST_BYTES: Final = 16


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
