"""Where a shop's tickets come in: each is offered to the queue, and the server is told what became of that.

It knows how a message is acknowledged, put off and ended; it does not know what a ticket is (`intake`) or whose turn
it is (`fetching`). It promises that a ticket is acknowledged only when the queue has it, and that one which can never
print leaves the server only when its sender can read why.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from ticket_daemon import wire
from ticket_daemon.fleet import letters, names
from ticket_daemon.fleet.connection import said
from ticket_daemon.fleet.consumer import ServerClock
from ticket_daemon.fleet.intake import Incoming, Intake, Later, Never, Taken
from ticket_daemon.fleet.letters import Letter, Publish

if TYPE_CHECKING:
    from nats.aio.msg import Msg

log = logging.getLogger(__name__)


class Desk:
    """Takes one store's tickets. `taken` hears of each that is in the queue, `refused` the code of each refusal."""

    def __init__(self, store: str, intake: Intake, taken: Callable[[], None], refused: Callable[[str], None]) -> None:
        self._store = store
        self._intake = intake
        self._taken = taken
        self._refused = refused
        self.tickets = 0  #: taken since the start

    async def take(self, message: Msg, clock: ServerClock, publish: Publish) -> float | None:
        """Acknowledge a ticket, put it off or end it; the seconds it is put off for."""
        place = message.metadata
        published_ms = round(place.timestamp.timestamp() * 1000)
        age_ms = await clock.age_ms(published_ms)
        incoming = Incoming(message.subject, message.data, place.sequence.stream, published_ms, age_ms)
        match await self._intake.take(incoming):
            case Taken():
                self.tickets += 1
                self._taken()
                await message.ack()
            case Later(delay_s, code):
                log.info("remote_ticket_later", extra={"code": code, "delay_s": delay_s})
                await message.nak(delay=delay_s)
                return delay_s
            case Never(job_id, error):
                return await self._refuse(message, job_id, error, publish)
        return None

    async def _refuse(self, message: Msg, job_id: str, error: wire.Error, publish: Publish) -> float | None:
        try:
            await publish([self._refusal(message, job_id, error)])
        except Exception as failure:  # noqa: BLE001 - the edge of the fleet
            log.warning("fleet_not_stored", extra={"store": self._store, "detail": said(failure)})
            await message.nak(delay=letters.NOT_STORED_S)
            return None  # the ticket comes again until it is; those behind it do not wait
        self._refused(error.code)
        log.warning("remote_ticket_refused", extra={"job": job_id, "code": error.code})
        await message.term()
        return None

    def _refusal(self, message: Msg, job_id: str, error: wire.Error) -> Letter:
        refused = (message.headers or {}).get(names.MESSAGE_ID, "")
        headers = {names.MESSAGE_ID: secrets.token_hex()}  # told again if the ticket comes again: that does no harm
        if refused:
            headers[names.REFUSED] = refused
        return Letter(names.result(self._store, job_id), wire.encode(error), headers)
