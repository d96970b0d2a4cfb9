"""How the server sees a shop: its consumer at one moment, and by that the server's clock.

It knows how that is asked and answered; it does not know tickets. It promises that a ticket's age is measured by one
clock alone, the server's, which also said when the ticket was published: a shop's own may be wrong by hours, and a
ticket with a time to live would then expire as it comes, or print long after nobody wants it.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from ticket_daemon.errors import FleetUnavailable
from ticket_daemon.fleet import names

if TYPE_CHECKING:
    from nats.aio.client import Client

#: How long the server may take to answer.
ANSWER_S: Final = 10.0
#: How long what was learnt of the server's clock is relied on: either machine's clock may be set, or stand still.
RELIED_ON_S: Final = 60.0


class Looked(Struct, frozen=True):
    """A consumer: how many tickets were sent and not heard of yet, how many ever (again counts), when the last one.

    `highest` is the number in the stream that nothing has been sent beyond.
    """

    under_way: int = 0
    sent: int = 0
    sent_at_ms: int | None = None
    highest: int = 0


class _Delivered(Struct, frozen=True):
    consumer_seq: int = 0
    stream_seq: int = 0
    last_active: datetime.datetime | None = None


class _Answer(Struct, frozen=True):
    """What is used of a ConsumerInfo (docs.nats.io, "JetStream wire API")."""

    num_ack_pending: int = 0
    delivered: _Delivered = _Delivered()
    error: dict[str, object] | None = None


_decode: Final = msgspec.json.Decoder(_Answer).decode


async def look(client: Client, store: str) -> Looked:
    """How a store's consumer is. Whoever runs the server makes it; raises FleetUnavailable where there is none."""
    from nats.errors import NoRespondersError

    # A shop that is in an account of its own asks under another name than in a server that nobody parted.
    for subject in (names.own_consumer(store), names.consumer_info(store)):
        with contextlib.suppress(NoRespondersError):
            told = _decode((await client.request(subject, timeout=ANSWER_S)).data)
            if told.error is None:
                last = told.delivered.last_active
                sent_at = round(last.timestamp() * 1000) if last is not None else None
                delivered = told.delivered
                return Looked(told.num_ack_pending, delivered.consumer_seq, sent_at, delivered.stream_seq)
    raise FleetUnavailable("fleet.no_streams", store=store)


class ServerClock:
    """The server's clock, by when it says to have sent the last ticket. Asked while one is in hand."""

    def __init__(self, look: Callable[[], Awaitable[Looked]], now: Callable[[], float] | None = None) -> None:
        self._look = look
        self._now = now or asyncio.get_running_loop().time  #: s, never set
        self._ahead_ms: int | None = None  #: how far the server's clock is ahead of `now`
        self._until = 0.0

    async def age_ms(self, published_ms: int) -> int | None:
        """How long ago that was; None where the server does not say what it needs. Raises what `look` raises."""
        age = self._age(published_ms)
        if age is None or age < 0 or self._now() >= self._until:
            arrived = self._now()
            sent_at = (await self._look()).sent_at_ms
            self._ahead_ms = None if sent_at is None else sent_at - round(arrived * 1000)
            self._until = arrived + RELIED_ON_S
            age = self._age(published_ms)
        return None if age is None else max(0, age)

    def _age(self, published_ms: int) -> int | None:
        return None if self._ahead_ms is None else round(self._now() * 1000) + self._ahead_ms - published_ms
