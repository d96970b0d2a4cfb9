"""What the printer sends back, and what it does when it is in trouble."""

from __future__ import annotations

from typing import Any

import pytest

from ticket_daemon.poster.emulator import Overrun, Printer
from ticket_daemon.poster.profile.model import Profile

PROFILE = Profile("TM-T88V", vendor="EPSON")
PROCESS_ID = b"\x1d(H\x06\x0000abcd"
PRINTED = b"\x37\x22abcd\x00"


def printer(**conditions: Any) -> Printer:
    made = Printer(PROFILE)
    made.set_condition(**conditions)
    return made


@pytest.mark.parametrize(
    ("conditions", "answers"),
    [
        ({}, b"\x12\x12\x12\x12"),
        ({"drawer_open": True}, b"\x16\x12\x12\x12"),
        ({"offline": True}, b"\x1a\x12\x12\x12"),
        ({"cover_open": True}, b"\x1a\x16\x12\x12"),
        ({"paper_out": True}, b"\x1a\x32\x12\x72"),
        ({"paper_near_end": True}, b"\x12\x12\x12\x1e"),
        ({"paper_out": True, "paper_near_end": True}, b"\x1a\x32\x12\x7e"),
        ({"error": "cutter"}, b"\x1a\x52\x1a\x12"),
        ({"error": "unrecoverable"}, b"\x1a\x52\x32\x12"),
        ({"error": "overheated"}, b"\x1a\x52\x52\x12"),
        ({"error": "recoverable"}, b"\x1a\x52\x16\x12"),
    ],
)
def test_real_time_status_is_answered_at_once_whatever_the_condition(
    conditions: dict[str, Any], answers: bytes
) -> None:
    assert printer(**conditions).feed(b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04") == answers


def test_real_time_status_is_answered_inside_another_commands_data() -> None:
    made = printer()
    assert made.feed(b"\x1dv0\x00\x08\x00\x40\x00" + b"\x00" * 100) == b""
    assert made.feed(b"\x10\x04\x01") == b"\x12"


@pytest.mark.parametrize(
    ("conditions", "paper", "drawer"),
    [({}, 0x00, 0x00), ({"paper_near_end": True}, 0x03, 0x00), ({"drawer_open": True}, 0x00, 0x01)],
)
def test_gs_r_is_answered_in_its_turn(conditions: dict[str, Any], paper: int, drawer: int) -> None:
    assert printer(**conditions).feed(b"text\n\x1dr\x01\x1dr2") == bytes((paper, drawer))


def test_queued_questions_wait_while_the_printer_is_stopped() -> None:
    made = printer(cover_open=True)
    assert made.feed(b"text\n\x1dr\x01" + PROCESS_ID) == b""
    assert made.buffered == 5 + 3 + len(PROCESS_ID)
    assert made.set_condition(cover_open=False) == b"\x00" + PRINTED
    assert made.buffered == 0
    assert made.paper.text == ["text"]


def test_process_id_comes_back_when_everything_before_it_is_printed() -> None:
    assert printer().feed(b"text\n" + PROCESS_ID) == PRINTED
    assert printer().feed(b"\x1d(H\x06\x0000ab\x01d") == b""


@pytest.mark.parametrize(
    ("n", "answer"),
    [
        (1, b"\x20"), (49, b"\x20"), (2, b"\x02"), (3, b"\x01"), (65, b"\x5f1.0\x00"), (66, b"\x5fEPSON\x00"),
        (67, b"\x5fTM-T88V\x00"), (68, b"\x5fEMULATED\x00"), (69, b"\x5f\x00"), (99, b""),
    ],
)  # fmt: skip
def test_gs_i_says_who_it_is(n: int, answer: bytes) -> None:
    assert printer().feed(b"\x1dI" + bytes((n,))) == answer


def test_asb_sends_four_bytes_now_and_at_every_change_it_watches() -> None:
    made = printer()
    assert made.feed(b"\x1da\xff") == b"\x10\x00\x00\x00"
    assert made.set_condition(drawer_open=True) == b"\x14\x00\x00\x00"
    assert made.set_condition(cover_open=True) == b"\x3c\x00\x00\x00"
    assert made.set_condition(cover_open=False, paper_out=True) == b"\x1c\x00\x0c\x00"
    assert made.set_condition(paper_out=False, error="cutter") == b"\x1c\x08\x00\x00"
    assert made.set_condition(error="") == b"\x14\x00\x00\x00"
    assert made.set_condition(error="") == b""


def test_asb_is_silent_about_what_was_not_asked_and_off_at_zero() -> None:
    made = printer()
    made.feed(b"\x1da\x08")
    assert made.set_condition(drawer_open=True) == b""
    assert made.set_condition(paper_near_end=True) == b"\x14\x00\x03\x00"
    assert made.feed(b"\x1da\x00") == b""
    assert made.set_condition(paper_near_end=False) == b""


def test_a_condition_set_as_an_attribute_is_told_with_the_next_answer() -> None:
    made = printer()
    made.feed(b"\x1da\xff")
    made.paper_out = True
    assert made.paper_out
    assert made.feed(b"") == b"\x18\x00\x0c\x00"


def test_every_condition_is_an_attribute() -> None:
    made = printer()
    made.paper_near_end = made.cover_open = made.offline = made.drawer_open = True
    made.error = "cutter"
    assert (made.paper_near_end, made.cover_open, made.offline, made.drawer_open) == (True,) * 4
    assert made.error == made.conditions.error == "cutter"


def test_the_paper_runs_out_at_the_line_that_was_said_and_printing_goes_on_after() -> None:
    made = Printer(PROFILE, out_of_paper_after_lines=2)
    made.feed(b"\x1da\xff")
    told = made.feed(b"one\ntwo\nthree\n\x1dV\x00" + PROCESS_ID)
    assert told == b"\x18\x00\x0c\x00"
    assert made.paper.text == ["one", "two"]
    assert made.feed(b"\x10\x04\x04") == b"\x72"
    assert made.set_condition(paper_out=False) == b"\x10\x00\x00\x00" + PRINTED
    assert made.tickets[0].text == ["one", "two", "three"]


def test_a_stopped_printers_buffer_is_bounded_and_what_is_lost_is_told() -> None:
    made = Printer(PROFILE, buffer_bytes=100)
    made.set_condition(paper_out=True)
    made.feed(b"x" * 90)
    assert made.room == 10
    made.feed(b"y" * 30)
    assert (made.buffered, made.room) == (100, 0)
    made.paper_out = False
    assert made.room == 100
    assert made.paper.events == (Overrun(20),)


def test_a_recoverable_error_ends_by_dle_enq_and_2_drops_what_waited() -> None:
    going_on, dropping = printer(error="cutter"), printer(error="cutter")
    for made in (going_on, dropping):
        made.feed(b"waiting\n" + PROCESS_ID)
    assert going_on.feed(b"\x10\x05\x01") == PRINTED
    assert going_on.paper.text == ["waiting"]
    assert dropping.feed(b"\x10\x05\x02") == b""
    assert dropping.paper.text == []
    assert not dropping.conditions.stopped


def test_dle_enq_does_not_close_a_cover() -> None:
    made = printer(cover_open=True)
    made.feed(b"kept\n\x10\x05\x02\x10\x05\x01")
    assert made.cover_open
    made.cover_open = False
    assert made.paper.text == ["kept"]


def test_clearing_the_buffers_discards_process_ids() -> None:
    made = printer(offline=True)
    made.feed(b"gone\n" + PROCESS_ID)
    assert made.feed(b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08") == b"\x37\x25\x00"
    assert made.set_condition(offline=False) == b""
    assert made.paper.text == []
