"""The envelopes of ePOS-Print: what a client asks, and the codes and status bits that it is answered with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from ticket_daemon.errors import TicketDaemonError
from ticket_daemon.formats.epos.xml import EPOS, SOAP, Element, parse, to_bytes
from ticket_daemon.printers.destination import PrinterStatus
from ticket_daemon.queue import Job, JobState

#: What nearly every client calls the printer at the address.
LOCAL: Final = "local_printer"
#: Characters of a device's name and of a job's id that are taken.
MAX_NAME: Final = 200
#: Digits of a timeout that are read.
_MAX_DIGITS: Final = 9

# Bits of `status`.
NO_RESPONSE: Final = 0x1
PRINTED: Final = 0x2
DRAWER_SHUT: Final = 0x4
_ALWAYS: Final = 0x10  #: set in every status that a printer sends; a client takes 0 and 1 for none
_OFFLINE: Final = 0x8
_BITS: Final[Mapping[str, int]] = {
    "cover-open": 0x20 | _OFFLINE,
    "media-empty": 0x80000 | 0x20000 | _OFFLINE,
    "media-low": 0x20000,
    "media-jam": 0x400 | _OFFLINE,
    "error": 0x400 | _OFFLINE,
    "paused": _OFFLINE,
}
#: Why a printer did not print; the first reason that stands is told.
_TROUBLE: Final[Mapping[str, str]] = {
    "offline": "EX_BADPORT",
    "cover-open": "EPTR_COVER_OPEN",
    "media-empty": "EPTR_REC_EMPTY",
    "media-jam": "EPTR_MECHANICAL",
    "error": "EPTR_MECHANICAL",
}
_NOT_YET: Final = {JobState.QUEUED: "JobSpooling", JobState.PRINTING: "Printing"}
#: A refusal's code -> theirs; PrintSystemError for the rest.
_REFUSALS: Final[Mapping[str, str]] = {
    "invalid_document": "SchemaError",
    "unknown_printer": "DeviceNotFound",
    "unauthorized": "DeviceNotFound",
    "unknown_job": "JobNotFound",
    "queue_full": "EX_SPOOLER",
    "storage_unavailable": "EX_SPOOLER",
    "rate_limited": "TooManyRequests",
    "too_large": "RequestEntityTooLarge",
    "too_slow": "EX_TIMEOUT",
}


class Asked(NamedTuple):
    """One request. `document` is None where nothing is to be printed: a question about a job or the printer."""

    device: str
    timeout_ms: int | None
    job_id: str
    document: bytes | None


class Answer(NamedTuple):
    """What is answered."""

    success: bool
    code: str
    status: int


def read(body: bytes, query: Mapping[str, str]) -> Asked:
    """A request: the envelope's header goes over the address. Raises DocumentError."""
    root = parse(body)
    given = dict(query)
    header = root.find(SOAP, "Header")
    parameter = header.find(EPOS, "parameter") if header is not None else None
    if parameter is not None:
        given |= {child.name: child.text.strip() for child in parameter.children}
    timeout = given.get("timeout", "")
    return Asked(
        device=given.get("devid", "")[:MAX_NAME] or LOCAL,
        timeout_ms=int(timeout) if timeout.isascii() and timeout.isdigit() and len(timeout) <= _MAX_DIGITS else None,
        job_id=given.get("printjobid", "")[:MAX_NAME],
        document=_document(root),
    )


def _document(root: Element) -> bytes | None:
    found = root.find(EPOS, "epos-print")
    if found is None:
        return to_bytes(Element("none", {}))  # the format says what is wrong with it
    return to_bytes(found) if found.children or found.text.strip() else None


def write(answer: Answer, asked: Asked | None = None) -> bytes:
    """An answer as its envelope; one that concerns a job of the client's names it."""
    header = ""
    if asked is not None and asked.job_id:
        device, job = escape(asked.device), escape(asked.job_id)
        header = (
            f"<s:Header><parameter xmlns={quoteattr(EPOS)}><devid>{device}</devid>"
            f"<printjobid>{job}</printjobid></parameter></s:Header>"
        )
    success = "true" if answer.success else "false"
    response = f'<response xmlns={quoteattr(EPOS)} success="{success}" code="{answer.code}" status="{answer.status}"'
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s={quoteattr(SOAP)}>{header}'
        f'<s:Body>{response} battery="0"/></s:Body></s:Envelope>'
    ).encode()


def status_bits(now: PrinterStatus, *, printed: bool = False) -> int:
    """How a printer is."""
    if "offline" in now.reasons:
        return NO_RESPONSE
    bits = _ALWAYS | (PRINTED if printed else 0) | (0 if "drawer-open" in now.reasons else DRAWER_SHUT)
    for reason in now.reasons:
        bits |= _BITS.get(reason, 0)
    return bits


def of_printer(now: PrinterStatus) -> Answer:
    """The answer to "how is the printer?": a success where nothing keeps it from printing."""
    code = _trouble(now)
    return Answer(not code, code, status_bits(now))


def of_job(job: Job, now: PrinterStatus) -> Answer:
    """What became of a job, as far as it is known."""
    if job.is_printed:
        return Answer(success=True, code="", status=status_bits(now, printed=True))
    otherwise = "EX_BADPORT" if job.state is JobState.FAILED else "EX_TIMEOUT"
    code = _NOT_YET.get(job.state) or _trouble(now) or otherwise
    return Answer(success=False, code=code, status=status_bits(now))


def _trouble(now: PrinterStatus) -> str:
    return next((code for reason, code in _TROUBLE.items() if reason in now.reasons), "")


def of_accepted(now: PrinterStatus) -> Answer:
    """The answer of a shop that wants it as soon as the ticket is on disk."""
    return Answer(success=True, code="", status=status_bits(now))


def of_refusal(problem: TicketDaemonError, now: PrinterStatus | None = None) -> Answer:
    """Why nothing was printed."""
    bits = status_bits(now) if now is not None else NO_RESPONSE
    return Answer(success=False, code=_REFUSALS.get(problem.code, "PrintSystemError"), status=bits)
