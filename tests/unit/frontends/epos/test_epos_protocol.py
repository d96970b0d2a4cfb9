"""ePOS-Print's envelopes: codes and status bits say what the printer said, whatever a client sends."""

from __future__ import annotations

import contextlib
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.errors import (
    DocumentError,
    QueueFull,
    RateLimited,
    TicketDaemonError,
    TooLarge,
    UnknownJob,
    UnknownPrinter,
)
from ticket_daemon.formats.epos.xml import EPOS, SOAP
from ticket_daemon.frontends.epos import protocol
from ticket_daemon.frontends.epos.protocol import Answer, Asked
from ticket_daemon.printers.destination import PrinterStatus
from ticket_daemon.queue import Job, JobState

EMPTY = f'<epos-print xmlns="{EPOS}"/>'
PRINT = f'<epos-print xmlns="{EPOS}"><text>x</text></epos-print>'
PARAMETER = (
    f'<parameter xmlns="{EPOS}"><devid>caja</devid><timeout>3000</timeout><printjobid>A1</printjobid></parameter>'
)


def envelope(inside: str, header: str = "", prefix: str = "s", declaration: str = "") -> bytes:
    head = f"<{prefix}:Header>{header}</{prefix}:Header>" if header else ""
    return (
        f'{declaration}<{prefix}:Envelope xmlns:{prefix}="{SOAP}">{head}'
        f"<{prefix}:Body>{inside}</{prefix}:Body></{prefix}:Envelope>"
    ).encode()


@pytest.mark.parametrize("prefix", ["s", "soapenv", "SOAP-ENV"])
@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0" encoding="utf-8"?>'])
def test_a_request_is_read_by_namespace_whatever_the_prefix(prefix: str, declaration: str) -> None:
    asked = protocol.read(envelope(PRINT, PARAMETER, prefix, declaration), {"devid": "other", "timeout": "1"})
    assert asked[:3] == ("caja", 3000, "A1")
    assert asked.document is not None
    assert b"<text>x</text>" in asked.document


def test_without_a_header_the_address_counts() -> None:
    assert protocol.read(envelope(EMPTY), {"devid": "local_printer", "timeout": "5000"}) == Asked(
        "local_printer", 5000, "", None
    )
    assert protocol.read(envelope(EMPTY), {"timeout": "soon"}) == Asked("local_printer", None, "", None)


def test_a_body_without_an_envelope_is_read_too() -> None:
    assert protocol.read(PRINT.encode(), {}).document is not None


def test_an_answer_has_every_attribute_and_names_the_clients_job() -> None:
    said = ElementTree.fromstring(protocol.write(Answer(True, "", 22), Asked("ca<ja", None, "A&1", None)))
    response = said.find(f".//{{{EPOS}}}response")
    assert response is not None
    assert response.attrib == {"success": "true", "code": "", "status": "22", "battery": "0"}
    assert said.findtext(f".//{{{EPOS}}}printjobid") == "A&1"
    assert said.findtext(f".//{{{EPOS}}}devid") == "ca<ja"


@pytest.mark.parametrize(
    ("reasons", "code", "bits"),
    [
        ((), "EX_TIMEOUT", 0x14),
        (("cover-open",), "EPTR_COVER_OPEN", 0x14 | 0x20 | 0x8),
        (("media-empty",), "EPTR_REC_EMPTY", 0x14 | 0xA0000 | 0x8),
        (("media-jam",), "EPTR_MECHANICAL", 0x14 | 0x400 | 0x8),
        (("error",), "EPTR_MECHANICAL", 0x14 | 0x400 | 0x8),
        (("media-low",), "EX_TIMEOUT", 0x14 | 0x20000),
        (("drawer-open",), "EX_TIMEOUT", 0x10),
        (("paused",), "EX_TIMEOUT", 0x14 | 0x8),
        (("offline",), "EX_BADPORT", 0x1),
    ],
)
def test_a_ticket_that_did_not_begin_says_why(reasons: tuple[str, ...], code: str, bits: int) -> None:
    now = PrinterStatus(reasons=reasons, known=True)
    assert protocol.of_job(job(JobState.EXPIRED), now) == Answer(False, code, bits)


@pytest.mark.parametrize("state", [JobState.CONFIRMED, JobState.SENT, JobState.SPOOLED])
def test_success_is_said_of_printed_jobs_with_the_bit_for_printed(state: JobState) -> None:
    assert protocol.of_job(job(state), PrinterStatus()) == Answer(True, "", 0x16)
    assert protocol.of_job(job(state), PrinterStatus(reasons=("media-low",))) == Answer(True, "", 0x20016)


@pytest.mark.parametrize("state", sorted(set(JobState) - {JobState.CONFIRMED, JobState.SENT, JobState.SPOOLED}))
def test_success_is_said_of_no_other(state: JobState) -> None:
    said = protocol.of_job(job(state), PrinterStatus())
    assert not said.success
    assert said.code == {"queued": "JobSpooling", "printing": "Printing", "failed": "EX_BADPORT"}.get(
        state, "EX_TIMEOUT"
    )


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (DocumentError("epos.no_size"), "SchemaError"),
        (UnknownPrinter("printer.none"), "DeviceNotFound"),
        (UnknownJob("job.unknown", id="x"), "JobNotFound"),
        (QueueFull("queue.full"), "EX_SPOOLER"),
        (RateLimited("message.rate_limited", retry_after_s=1, limit=1), "TooManyRequests"),
        (TooLarge("message.too_large", limit=1), "RequestEntityTooLarge"),
        (TicketDaemonError("server.internal"), "PrintSystemError"),
    ],
)
def test_a_refusal_has_the_protocols_own_word(problem: TicketDaemonError, code: str) -> None:
    assert protocol.of_refusal(problem) == Answer(False, code, 1)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(DocumentError):
        protocol.read(body, {})


def job(state: JobState) -> Job:
    return Job(1, "x", "caja", state, 0, 0)
