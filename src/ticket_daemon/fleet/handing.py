"""Handing a ticket over to the NATS server, until it says that it is stored.

It knows what the server answers to a publication and what its refusals mean; it does not know what becomes of a ticket
after that. It promises that a ticket which is published again is the same message, and that who sent it hears whether
the server has it, has it not, or may have it.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from ticket_daemon.errors import FleetUnavailable, QueueFull, TooLarge
from ticket_daemon.fleet import names, streams
from ticket_daemon.fleet.line import Line
from ticket_daemon.fleet.link import Link, Lost
from ticket_daemon.fleet.ticket import Sending

if TYPE_CHECKING:
    from nats.js.api import PubAck

#: How long the server may take to say that it has stored a ticket; then it is published again.
STORED_S: Final = 5.0
#: What the server says when a stream takes no more (JSStreamStoreFailed); why stands in its description.
_NOT_STORED: Final = 10077
_FULL_FOR_PRINTER: Final = "per subject"
#: Seconds after which it is worth while to come again with a ticket for a printer of which too many wait.
_FULL_RETRY_S: Final = 30


async def hand_over(line: Line, sending: Sending) -> None:
    """Publish until the server says that it is stored. Raises QueueFull, TooLarge, FleetUnavailable, -Refused."""
    from nats.js.errors import NoStreamResponseError

    tries, mended = 0, False
    while sending.end is None:  # the shop's word is as good as the server's
        link = await line.link()
        try:
            ack = await _published(link, sending)
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
            await _check_admitted(link, sending.ticket.store)
            await line.pause(tries)
            tries += 1
            continue
        if ack is not None:
            sending.stored(ack.seq)
            sending.was_there = bool(ack.duplicate)
            return


async def hand_over_if_lost(link: Link, sending: Sending) -> None:
    """Publish again what has left its stream without a word from the shop.

    A server whose power was cut may have lost what it had taken: it writes to its disk now and then. Where it is
    the shop's word that is still under way, the server or the shop knows the ticket, and nothing is printed twice.
    """
    from nats.js.errors import NoStreamResponseError

    if not await has_left(link, sending):
        return
    with contextlib.suppress(NoStreamResponseError):  # the next look tries again
        if (ack := await _published(link, sending)) is not None:
            sending.stored(ack.seq)


async def has_left(link: Link, sending: Sending) -> bool:
    """Whether the shop has taken it out of its stream."""
    from nats.js.errors import NotFoundError

    try:
        found = await link.api(link.js.get_msg(names.stream(sending.ticket.store), seq=sending.number))
    except NotFoundError:
        return True
    return (found.headers or {}).get(names.MESSAGE_ID) != sending.ticket.message_id


async def _published(link: Link, sending: Sending) -> PubAck | None:
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


async def _check_admitted(link: Link, store: str) -> None:
    """Raises FleetUnavailable where no stream takes the store's tickets; else it is between two leaders."""
    from nats.js.errors import NotFoundError

    with contextlib.suppress(Lost):
        try:
            await link.api(link.js.stream_info(names.stream(store)))
        except NotFoundError:
            raise FleetUnavailable("fleet.not_admitted", store=store) from None
