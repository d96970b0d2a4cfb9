"""Fetching a shop's tickets, one at a time, so that they are taken in the order they were published in.

It knows the consumer at the server, what it sends again and when; it does not know what is in a ticket (it is given a
`take`). It promises that nothing overtakes a ticket that has to come again: neither one that was put off, nor one that
was under way when the last connection broke, nor one that the server has sent into that connection since, believing it
to be there. What was under way then is looked after for STRAGGLERS_S.

Why the shop keeps the order and not the server: a consumer that lets only one ticket be under way would do it, but a
nats-server 2.9 that was killed may remember a ticket as under way that it has deleted, and that one place is then taken
for good.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from ticket_daemon.errors import FleetUnavailable
from ticket_daemon.fleet import names
from ticket_daemon.fleet.consumer import Looked
from ticket_daemon.fleet.streams import REDELIVER_S

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

#: How long one request for a ticket stands at the server; it is made again then, in case the server forgot it.
ASK_S: Final = 20.0
#: A request that comes back empty sooner than this was not heard.
AT_ONCE_S: Final = 1.0
#: The server's clock is looked at now and then: a ticket comes again somewhat later than it is due.
MARGIN_S: Final = 0.5
#: How long after a connection began those of earlier ones are waited for: a server that was itself killed takes up to
#: a second and a half longer, and may for ever remember one that it has deleted.
STRAGGLERS_S: Final = 2 * (REDELIVER_S + MARGIN_S)
#: How soon one is sent again that came before its turn.
NOT_YET_S: Final = 0.2

#: Acknowledges a ticket, puts it off (the seconds until it comes again are returned) or ends it.
Take = Callable[["Msg"], Awaitable[float | None]]


class Turns:
    """Whose turn it is: by their numbers, those that were put off before all behind them. Pure; times in s.

    So the consumer was when it was `looked` at, `now`.
    """

    def __init__(self, looked: Looked | None = None, now: float = 0.0) -> None:
        looked = looked or Looked()
        self._put_off: dict[int, float] = {}  #: number -> when it is given up, if it never comes again
        self._sent = looked.sent
        self._alone_from = now + ASK_S  #: no request of an earlier connection stands at the server any more
        self._highest = looked.highest  #: of earlier connections
        self._stragglers_until = now + STRAGGLERS_S if looked.under_way else now

    def is_next(self, sent: int, now: float) -> bool:
        """Whether the `sent`-th that the server sends follows the last one here; else that went somewhere else."""
        is_next, self._sent = sent == self._sent + 1, sent
        return is_next or now > self._alone_from

    def put_off(self, number: int, now: float, delay: float) -> None:
        """A ticket comes again after `delay`. One that does not was taken out of the stream by somebody."""
        self._put_off[number] = now + delay + 2 * (REDELIVER_S + MARGIN_S)

    def may_be_taken(self, number: int, now: float) -> bool:
        """Whether no ticket before this one is still to come."""
        self._put_off.pop(number, None)
        self._put_off = {put_off: until for put_off, until in self._put_off.items() if until > now}
        return not any(put_off < number for put_off in self._put_off)

    def may_have_stragglers(self, number: int, now: float) -> bool:
        """Whether tickets that were under way on an earlier connection may be still to come, before this one."""
        return number > self._highest and now < self._stragglers_until

    def looked(self, under_way: int) -> bool:
        """Whether, of so many under way, all are known here: the one in hand, and those that were put off."""
        if under_way > 1 + len(self._put_off):
            return False
        self._stragglers_until = 0.0
        return True


async def fetch(js: JetStreamContext, store: str, look: Callable[[], Awaitable[Looked]], take: Take) -> None:
    """Fetch tickets and `take` them until cancelled; `look` tells how the consumer is.

    Raises FleetUnavailable when the server does not know the consumer, and what nats-py raises when the link breaks.
    """
    clock = asyncio.get_running_loop().time
    looked = await look()
    turns = Turns(looked, clock())
    if looked.under_way:
        await asyncio.sleep(REDELIVER_S + MARGIN_S)  # then the server sends those first
    consumer = await js.pull_subscribe_bind(consumer=names.consumer(store), stream=names.stream(store))
    while True:
        asked = clock()
        try:
            # One at a time and without heartbeats: the server lets a shop have one answer to each request.
            (message,) = await consumer.fetch(1, timeout=ASK_S)
        except TimeoutError:
            if clock() - asked < AT_ONCE_S:
                raise FleetUnavailable("fleet.no_streams", store=store) from None
            continue  # no ticket in all that time
        number, sent = message.metadata.sequence.stream, message.metadata.sequence.consumer
        delay: float | None
        if not turns.is_next(sent, clock()):
            delay = REDELIVER_S + MARGIN_S  # then the server sends again what nobody there has heard
            await message.nak(delay=delay)
        elif not turns.may_be_taken(number, clock()) or (
            turns.may_have_stragglers(number, clock()) and not turns.looked((await look()).under_way)
        ):
            delay = NOT_YET_S
            await message.nak(delay=delay)
        else:
            delay = await take(message)
        if delay is not None:
            turns.put_off(number, clock(), delay)
            await asyncio.sleep(delay)
