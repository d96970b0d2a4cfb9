"""Raw bytes as tickets and answers: what is asked is answered and taken out, everything else goes on untouched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.frontends.raw.intake import Answer, Intake, Ticket, TooLong, conditions
from ticket_daemon.poster.emulator.conditions import Conditions
from ticket_daemon.poster.escpos.status import Response
from ticket_daemon.poster.profile.catalogue import generic

LIMIT = 1 << 20
WELL = Conditions()
QUESTIONS = (
    b"\x10\x04\x01", b"\x10\x04\x04", b"\x1dr\x01", b"\x1dr\x02", b"\x1dI\x42", b"\x1da\xff", b"\x1da\x00",
    b"\x1bv", b"\x1bu\x00", b"\x10\x05\x02",
)  # fmt: skip


def heard(*pieces: bytes, now: Conditions = WELL) -> tuple[bytes, bytes]:
    """(the ticket, all answers) of bytes that come in these pieces."""
    intake = Intake(generic(80), LIMIT)
    answers, bodies = b"", b""
    for piece in pieces:
        for event in intake.feed(piece, now):
            if isinstance(event, Answer):
                answers += event.data
            else:
                bodies += event.body
    return bodies + intake.finish(), answers


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_and_taken_out_of_the_ticket(question: bytes) -> None:
    ticket, _ = heard(b"\x1b@Hola\n" + question + b"\x1dV\x00")
    assert ticket == b"\x1b@Hola\n\x1dV\x00"


def test_answers_tell_the_real_printers_condition() -> None:
    out = conditions(("media-empty",), is_stopped=True)
    assert heard(b"\x10\x04\x04", now=out)[1] == b"\x72"
    assert heard(b"\x10\x04\x04")[1] == b"\x12"
    assert heard(b"\x10\x04\x01", now=conditions(("offline",), is_stopped=True))[1] == b"\x1a"
    assert heard(b"\x10\x04\x02", now=conditions(("cover-open",), is_stopped=True))[1] == b"\x16"
    assert heard(b"\x1dr\x01", now=conditions(("media-low",), is_stopped=False))[1] == b"\x03"


def test_a_client_that_watches_hears_each_change_once() -> None:
    intake = Intake(generic(80), LIMIT)
    assert [event.data for event in intake.feed(b"\x1da\xff", WELL) if isinstance(event, Answer)] == [WELL.asb()]
    out = conditions(("media-empty",), is_stopped=True)
    assert intake.printer_changed(out) == out.asb()
    assert intake.printer_changed(out) == b""


def test_a_question_for_the_end_of_printing_ends_the_ticket() -> None:
    intake = Intake(generic(80), LIMIT)
    events = list(intake.feed(b"Hola\n" + Response.process_id(b"0001").encode() + b"more", WELL))
    assert events == [Ticket(b"Hola\n", b"\x37\x220001\x00")]
    assert intake.finish() == b"more"


def test_a_cut_is_a_hint_until_something_follows() -> None:
    intake = Intake(generic(80), LIMIT)
    list(intake.feed(b"Hola\n\x1dV\x42\x00", WELL))
    assert intake.ends_in_cut
    list(intake.feed(b"more", WELL))
    assert not intake.ends_in_cut


def test_a_ticket_over_the_limit_is_refused() -> None:
    with pytest.raises(TooLong):
        list(Intake(generic(80), 10).feed(b"x" * 11, WELL))


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_bytes_of_a_printer_without_escpos_go_on_unread(pieces: list[bytes]) -> None:
    intake = Intake(generic(80), LIMIT, is_read=False)
    for piece in pieces:
        assert list(intake.feed(piece, WELL)) == []
    assert intake.finish() == b"".join(pieces)


COMMANDS = (
    b"Hola",
    b"\n",
    b"\x1b@",
    b"\x1bE\x01",
    b"\x1dv0\x00\x01\x00\x02\x00\x10\x04",
    b"\x1dV\x00",
    b"\xff\x80",
    b"\x1b\x7f\x10",
)


@given(st.lists(st.sampled_from((*COMMANDS, *QUESTIONS)), max_size=12), st.data())
def test_what_is_not_asked_goes_on_byte_for_byte_however_it_is_cut_into_pieces(
    parts: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(parts)
    at = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    pieces = [stream[a:b] for a, b in zip([0, *at], [*at, len(stream)], strict=True)]
    whole, in_pieces = heard(stream), heard(*pieces)
    assert in_pieces == whole
    if not any(part in QUESTIONS for part in parts):
        assert whole == (stream, b"")


@given(st.binary(max_size=400))
def test_no_bytes_at_all_break_the_intake(stream: bytes) -> None:
    ticket, _ = heard(stream)
    assert len(ticket) <= len(stream)
