"""What shops say of tickets, as a backend reads it from the stream of results.

It knows which messages there are and whose; it does not know who waits for them. It promises that what a later version
says, and nobody here understands, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec import Struct

from ticket_daemon.fleet import names
from ticket_daemon.fleet.link import Link
from ticket_daemon.fleet.reading import Stored, everything
from ticket_daemon.wire import answers


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


async def history(link: Link, store: str, job_id: str) -> tuple[Event, ...]:
    """All that was said under an id, oldest first. Raises FleetUnavailable, FleetRefused, Lost."""
    return events(await everything(link, names.RESULTS, names.result(store, job_id)))
