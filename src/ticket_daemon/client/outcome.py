"""What callers pass in and get back: documents in any form, and what became of a ticket."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec
from msgspec import Struct

from ticket_daemon.errors import DocumentError, Refused
from ticket_daemon.wire import answers

#: States of which `success` is said.
PRINTED: Final = frozenset(("confirmed", "sent", "spooled"))
#: States that nothing follows.
FINAL: Final = PRINTED | {"failed", "expired", "cancelled"}
HELD: Final = "held"
#: Refusals that pass: the same ticket is sent again.
PASSING: Final = frozenset(("queue_full", "rate_limited", "shutting_down"))
#: Seconds before each further try to connect, the last one again and again.
PAUSES_S: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
#: Seconds until a passing refusal that does not say how long.
PASSES_IN_S: Final = 1.0


class Written(Protocol):
    """A ticket that can write itself down, as `ticket_daemon.poster.Ticket` can."""

    def json(self) -> str:
        """The document's JSON."""


#: A ticket, its JSON, a decoded JSON object, or a `Document`.
Source = Written | str | bytes | Mapping[str, Any] | Struct


class Content(Struct, frozen=True):
    """A ticket that is no document: `format` is html, text, pdf, picture or printer; the last three are bytes."""

    format: str
    data: str | bytes


def body(document: Source | Content) -> dict[str, Any]:
    """The fields of a message that hold what is to be printed. Raises DocumentError."""
    if not isinstance(document, Content):
        return {"document": raw(document)}
    data = document.data if isinstance(document.data, str) else base64.b64encode(document.data).decode()
    return {"format": document.format, "content": data}


def raw(document: Source) -> msgspec.Raw:
    """The document's JSON. Raises DocumentError for a text that is none, and from a Ticket with a fault."""
    if isinstance(document, str | bytes):
        try:
            msgspec.json.decode(document)  # inside a message it would spoil that, and nobody could say whose it was
        except (msgspec.DecodeError, UnicodeError) as fault:
            raise DocumentError("json.invalid", category="JSON", detail=str(fault)) from None
        return msgspec.Raw(document)
    if isinstance(document, Mapping | Struct):
        return msgspec.Raw(msgspec.json.encode(document))
    return msgspec.Raw(document.json().encode())


class Outcome(Struct, frozen=True):
    """What became of a ticket. `code` says why it did not print, `text` says it for people in the daemon's language.

    `printer` is where it came out or would have, `moved_from` the one it was accepted for where another stood in.
    """

    id: str
    state: str
    printer: str
    text: str
    code: str | None = None
    moved_from: str | None = None

    @property
    def is_printed(self) -> bool:
        """Whether it is on paper, as far as can be known: confirmed, sent or spooled."""
        return self.state in PRINTED

    @property
    def is_final(self) -> bool:
        """False of a ticket that is held: a person looks at the paper, then reprints, releases or cancels it."""
        return self.state in FINAL


def outcome(answer: answers.Result | answers.JobAnswer) -> Outcome:
    """From what the daemon said."""
    text = answer.message or ""
    return Outcome(answer.job_id, answer.state, answer.printer, text, answer.code, answer.moved_from)


def refused(answer: answers.Error) -> Refused:
    """The daemon's refusal as an error."""
    return Refused(
        answer.code, answer.message, path=answer.path, retry_after_s=answer.retry_after_s, job_id=answer.job_id
    )
