"""IPP messages: these bytes, and these bytes read back; and that no bytes bring the reader down."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.transport import ipp
from ticket_daemon.transport.cups import present_reasons, reasons_in_our_words
from ticket_daemon.transport.ipp import IppFault, Operation, Response, Tag

URI = "ipp://localhost:631/printers/Caja"


def test_a_request_is_written_as_rfc_8010_says() -> None:
    wanted = [(Tag.KEYWORD, "requested-attributes", word) for word in ("a", "bc")]
    assert ipp.request(Operation.GET_PRINTER_ATTRIBUTES, URI, wanted, number=7) == (
        b"\x02\x00\x00\x0b\x00\x00\x00\x07\x01"
        b"\x47\x00\x12attributes-charset\x00\x05utf-8"
        b"\x48\x00\x1battributes-natural-language\x00\x02en"
        b"\x45\x00\x0bprinter-uri\x00\x21" + URI.encode() + b"\x42\x00\x14requesting-user-name\x00\x0dticket-daemon"
        b"\x44\x00\x14requested-attributes\x00\x01a\x44\x00\x00\x00\x02bc"
        b"\x03"
    )


def test_what_belongs_to_the_job_is_in_a_group_of_its_own() -> None:
    message = ipp.request(Operation.PRINT_JOB, URI, job=[(Tag.KEYWORD, "job-sheets", "none")])
    assert message.endswith(b"\x02\x44\x00\x0ajob-sheets\x00\x04none\x03")


def test_an_answer_is_read() -> None:
    message = (
        b"\x02\x00\x00\x00\x00\x00\x00\x01\x01\x47\x00\x12attributes-charset\x00\x05utf-8\x04"
        b"\x23\x00\x0dprinter-state\x00\x04\x00\x00\x00\x05"
        b"\x44\x00\x15printer-state-reasons\x00\x06paused\x44\x00\x00\x00\x0bmedia-empty"
        b"\x22\x00\x19printer-is-accepting-jobs\x00\x01\x00"
        b"\x13\x00\x04time\x00\x00\x03the document"
    )
    answer = ipp.read(message)
    assert answer.is_well
    assert answer.number("printer-state") == 5
    assert answer.words("printer-state-reasons") == ("paused", "media-empty")
    assert answer.attributes["printer-is-accepting-jobs"] == [False]
    assert answer.number("time") is None


def test_of_several_printers_the_first_is_meant() -> None:
    state = b"\x23\x00\x05state\x00\x04\x00\x00\x00"
    answer = ipp.read(b"\x02\x00\x00\x00\x00\x00\x00\x01\x04" + state + b"\x03\x04" + state + b"\x05\x03")
    assert answer.attributes == {"state": [3]}
    assert answer.each == ({"state": [3]}, {"state": [5]})


def test_the_server_itself_is_asked_without_a_printers_address() -> None:
    message = ipp.request(Operation.CUPS_GET_PRINTERS, "", ipp.wanted(("printer-name", "device-uri")))
    assert message[2:4] == b"\x40\x02"
    assert b"printer-uri" not in message
    assert message.endswith(b"\x44\x00\x14requested-attributes\x00\x0cprinter-name\x44\x00\x00\x00\x0adevice-uri\x03")


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_a_fault(data: bytes) -> None:
    with contextlib.suppress(IppFault):
        ipp.read(data)


@given(st.data())
def test_any_damage_to_an_answer_is_an_answer_or_a_fault(data: st.DataObject) -> None:
    message = bytearray(ipp.request(Operation.PRINT_JOB, URI, job=[(Tag.KEYWORD, "job-sheets", "none")]))
    at = data.draw(st.integers(0, len(message) - 1))
    message[at] = data.draw(st.integers(0, 255))
    del message[data.draw(st.integers(0, len(message))) :]
    with contextlib.suppress(IppFault):
        ipp.read(bytes(message))


@pytest.mark.parametrize(
    ("words", "ours"),
    [
        (["none"], ()),
        (["media-empty-error", "media-empty"], ("media-empty",)),
        (["door-open-report", "interlock-open"], ("cover-open",)),
        (["media-low-warning"], ("media-low",)),
        (["offline-report"], ("offline",)),
        (["com.example-cutter-jammed-error"], ("error",)),
        (["connecting-to-device", "cups-waiting-for-job-completed", "toner-low-report"], ()),
    ],
)
def test_reasons_in_our_words(words: list[str], ours: tuple[str, ...]) -> None:
    assert reasons_in_our_words(words) == ours


@pytest.mark.parametrize(
    ("state", "accepts", "words", "ours"),
    [
        (3, True, ["none"], ()),
        (3, True, ["media-empty-error", "media-low-report"], ("media-low",)),
        (5, True, ["paused"], ("paused",)),
        (5, True, ["none"], ("paused",)),
        (5, True, ["media-empty-error", "paused"], ("media-empty", "paused")),
        (5, True, ["media-low-report"], ("media-low", "paused")),
        (3, False, ["none"], ("paused",)),
        (3, False, ["media-empty-error", "media-low-report"], ("media-low", "paused")),
    ],
)
def test_between_jobs_only_what_stops_the_queue_counts(
    state: int, accepts: bool, words: list[str], ours: tuple[str, ...]
) -> None:
    answer = Response(
        0,
        {"printer-state": [state], "printer-is-accepting-jobs": [accepts], "printer-state-reasons": list(words)},
    )
    assert present_reasons(answer) == ours
