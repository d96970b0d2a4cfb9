"""Tickets on their way: handed to the server once, and followed until the shop has said what became of them.

It knows who waits for which ticket, and when to ask the streams because something may have been missed; what ends a
ticket is `ticket`'s, how one gets to the server `handing`'s, and connections are `line`'s. It promises that a wait goes
on over lost connections, and that thousands that wait ask the streams a few at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ticket_daemon.client.outcome import Outcome
from ticket_daemon.errors import FleetUnavailable, NoResult, Refused
from ticket_daemon.fleet import names
from ticket_daemon.fleet.handing import STORED_S, hand_over, hand_over_if_lost, has_left
from ticket_daemon.fleet.line import Closed, Line
from ticket_daemon.fleet.link import Link, Lost
from ticket_daemon.fleet.news import event, history
from ticket_daemon.fleet.ticket import Sending, Ticket

if TYPE_CHECKING:
    from nats.aio.msg import Msg

#: How often the streams are asked though nothing was heard: what comes live is not kept for a listener who missed it.
LOOK_S: Final = 60.0
#: The first pause after the shop spoke of an id that may be another ticket's; the next ones are longer and longer.
SOON_S: Final = 0.2
#: Streams asked at once: after a lost connection everybody wants to know.
LOOKS_AT_ONCE: Final = 32


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
                await hand_over(self._line, sending)
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
                await hand_over(self._line, sending)
        except (TimeoutError, Closed):
            raise NoResult(sent.id, sending.accepted) from None

    # --- what became of it ---

    async def _end(self, sending: Sending) -> Outcome:
        """Wait for its end. Raises Refused, FleetRefused."""
        link, patience = await self._line.link(), self._look_s
        if sending.was_there:  # it may have ended long ago
            patience = await self._look(link, sending, patience)
        while sending.end is None:
            waited = patience * (0.5 + self._chance())
            await asyncio.wait((sending.rung, link.gone), timeout=waited, return_when=asyncio.FIRST_COMPLETED)
            link = await self._line.link()
            patience = await self._look(link, sending, patience)
        if isinstance(sending.end, Refused):
            raise sending.end
        return sending.end

    async def _look(self, link: Link, sending: Sending, patience: float) -> float:
        """Ask the streams, unless it has ended; the seconds until they are asked again. Raises FleetRefused."""
        if sending.end is not None:
            return patience
        patience = min(2 * patience, self._look_s)
        if sending.rung.done():
            sending.rung = asyncio.get_running_loop().create_future()
            patience = SOON_S
        try:
            async with self._looks:
                await self._ask(link, sending)
        except (Lost, FleetUnavailable):
            return min(patience, STORED_S)
        return patience

    async def _ask(self, link: Link, sending: Sending) -> None:
        if not sending.ticket.is_new and not await has_left(link, sending):
            return
        told = await history(link, sending.ticket.store, sending.ticket.id)
        sending.judge(told)
        if not told and sending.end is None:
            await hand_over_if_lost(link, sending)
