"""From a ticket that came from afar to what is answered to the server: taken, later, or never.

It knows messages and the verbs; it does not know connections, streams or how an answer travels. It promises that a
ticket is called taken only once it is on the shop's own disk, that the same one again is one job whose news is told
again, and that what can never print gets an error with its reason instead of coming back for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

from ticket_daemon import presenters, wire
from ticket_daemon.errors import MessageError, TicketDaemonError, UnknownType
from ticket_daemon.fleet import names
from ticket_daemon.queue import Queue
from ticket_daemon.verbs import Order, Verbs

log = logging.getLogger(__name__)

#: Seconds until a ticket comes again that was refused for a reason that passes and did not say when.
LATER_S = 2.0


class Incoming(NamedTuple):
    """A message of the stream of tickets. `number`: its place there; `published_ms`: since 1970, the server's clock.

    `age_ms`: how long ago that was, by the same clock; None where that cannot be known.
    """

    subject: str
    body: bytes
    number: int
    published_ms: int
    age_ms: int | None = None


class Taken(NamedTuple):
    """It is on disk."""

    job_id: str


class Later(NamedTuple):
    """Not now: send it again after so many seconds."""

    delay_s: float
    code: str


class Never(NamedTuple):
    """It cannot print; `error` is for whoever sent it."""

    job_id: str
    error: wire.Error


Verdict = Taken | Later | Never


class Intake:
    """Takes tickets from afar into the queue."""

    def __init__(self, verbs: Verbs, queue: Queue, clock: Callable[[], int]) -> None:
        self._verbs = verbs
        self._queue = queue
        self._clock = clock
        self._lang = verbs.settings.server.lang

    async def take(self, incoming: Incoming) -> Verdict:
        """What is to become of a message. Raises nothing for what is in it."""
        try:
            order = self._order(incoming)
        except MessageError as refused:
            return self._never(wire.request_id(incoming.body) or made_up_id(incoming), refused)
        assert order.id is not None
        try:
            offered = await self._verbs.submit(order)
            if offered.accepted.duplicate:  # whoever sends it again has not heard what became of it
                await self._queue.adopt(order.id)
        except TicketDaemonError as refused:
            if refused.retryable:
                return Later(float(refused.parameters.get("retry_after_s", LATER_S)), refused.code)
            return self._never(order.id, refused)
        except Exception:  # the edge of a message: whoever sent it is told, and the next ones come
            log.exception("remote_ticket_failed", extra={"job": order.id})
            return self._never(order.id, TicketDaemonError("server.internal"))
        return Taken(order.id)

    def _order(self, incoming: Incoming) -> Order:
        request = wire.parse(incoming.body)
        if not isinstance(request, wire.TicketRequest):
            raise UnknownType("message.unknown_type", got=type(request).__struct_config__.tag, known="ticket")
        try:
            printer = names.printer(incoming.subject)
        except ValueError:
            raise MessageError("fleet.bad_subject", subject=incoming.subject) from None
        if printer and request.printer and printer != request.printer:
            raise MessageError("fleet.two_printers", path="printer", subject=printer, message=request.printer)
        return Order(
            request.document,  # type: ignore[arg-type]  # parse has seen to it that there is one
            request.id or made_up_id(incoming),
            printer or request.printer,
            request.ttl_s,
            request.copies,
            # By the shop's clock, which is the one that a time to live is measured by from here on.
            asked_at=incoming.published_ms if incoming.age_ms is None else self._clock() - incoming.age_ms,
            remote=True,
        )

    def _never(self, job_id: str, refused: TicketDaemonError) -> Never:
        return Never(job_id, presenters.error(refused, self._lang, job_id))


def made_up_id(incoming: Incoming) -> str:
    """An id for a ticket that brought none: the same each time the message comes, and no other message's."""
    return f"nats-{incoming.published_ms}-{incoming.number}"
