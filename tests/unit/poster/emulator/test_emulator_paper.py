"""Cuts, pieces, the drawer, sounds and bytes that nobody knows."""

from __future__ import annotations

import pytest

from ticket_daemon.poster.emulator import (
    Beep,
    Cut,
    DrawerKick,
    Ignored,
    PaperSplit,
    Printer,
    UnknownBytes,
    draw,
)
from ticket_daemon.poster.emulator.roll import MAX_PIECE_DOTS, MAX_PIECES
from ticket_daemon.poster.profile.model import Profile

PROFILE = Profile("Test 80mm")


@pytest.mark.parametrize(
    ("command", "mode", "feed"),
    [
        (b"\x1dV\x00", "full", 0), (b"\x1dV\x30", "full", 0), (b"\x1dV\x01", "partial", 0), (b"\x1dV1", "partial", 0),
        (b"\x1dVA\x20", "full", 32), (b"\x1dVB\x20", "partial", 32), (b"\x1bi", "partial", 0), (b"\x1bm", "partial", 0),
    ],
)  # fmt: skip
def test_every_cut_parts_the_paper(command: bytes, mode: str, feed: int) -> None:
    paper = draw(b"a\n" + command + b"b\n", PROFILE)
    assert paper.events == (Cut(mode, 30 + feed),)
    assert [piece.height for piece in paper.pieces] == [30 + feed, 30]


def test_a_cut_in_the_middle_of_a_line_is_ignored() -> None:
    assert draw(b"a\x1dV\x00\n", PROFILE).events == (
        Ignored("GS V – select cut mode and cut paper", 1, "not_at_line_start"),
    )


def test_a_printer_without_a_cutter_only_feeds() -> None:
    paper = draw(b"a\n\x1dVA\x20", Profile("Plain", cutter="none"))
    assert paper.height == 62
    assert paper.events == (Ignored("GS V – select cut mode and cut paper", 2, "unsupported"),)


def test_what_stands_between_head_and_blade_stays_on_the_next_piece() -> None:
    profile = Profile("Real", cutter_distance=100)
    paper = draw(b"first\nlast\n\x1dV\x00next\n\x1dV\x42\x00", profile)
    first, second = paper.pieces
    assert (first.height, first.items) == (60, ())
    assert [(item.text, item.y) for item in second.items] == [("first", 40), ("last", 70), ("next", 100)]


def test_gs_v_66_feeds_past_the_blade_first() -> None:
    profile = Profile("Real", cutter_distance=100)
    first, second = draw(b"first\nlast\n\x1dV\x42\x05next\n\x1dV\x42\x00", profile).pieces
    assert [item.text for item in first.items] == ["first", "last"]
    assert [(item.text, item.y) for item in second.items] == [("next", 100)]
    assert first.height == 100 + 60 + 5


def test_tickets_are_one_per_cut_and_the_rest_is_in_progress() -> None:
    printer = Printer(PROFILE)
    printer.feed(b"one\n\x1dV\x00two\n\x1dV\x01three\n")
    assert [ticket.text for ticket in printer.tickets] == [["one"], ["two"]]
    assert printer.paper.text == ["three"]


def test_spans_name_the_bytes_of_each_ticket() -> None:
    data = b"one\n\x1dV\x00two\n\x1dV\x01three\n"
    printer = Printer(PROFILE)
    printer.feed(data)
    assert [data[slice(*ticket.span)] for ticket in printer.tickets] == [b"one\n\x1dV\x00", b"two\n\x1dV\x01"]


def test_take_hands_out_each_job_once() -> None:
    printer = Printer(PROFILE)
    printer.feed(b"one\n\x1dV\x00two\n")
    first = printer.take()
    printer.feed(b"three\n")
    second = printer.take()
    assert first is not None
    assert second is not None
    assert second.text == ["three"]
    assert first.text == ["one", "two"]
    assert printer.take() is None


def test_take_does_not_mix_jobs_whose_bytes_were_not_looked_at_yet() -> None:
    printer = Printer(PROFILE)
    papers = []
    for job in range(20):
        question = b"\x1dr\x01" if job % 3 == 0 else b""
        assert printer.feed(b"job %d\n\x1dV\x00" % job + question) == (b"\0" if question else b"")
        papers.append(printer.take())
    assert [paper.text for paper in papers if paper is not None] == [[f"job {job}"] for job in range(20)]


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (b"\x1bp\x00\x19\x32", DrawerKick(0, 50, 100)), (b"\x1bp\x01\x19\x32", DrawerKick(1, 50, 100)),
        (b"\x1bp1\x64\x0a", DrawerKick(1, 200, 200)), (b"\x10\x14\x01\x00\x02", DrawerKick(0, 200, 200)),
        (b"\x1bB\x03\x02", Beep(3, 200)), (b"\x1b(A\x04\x000\x31\x05\x02", Beep(5, 200)),
        (b"\x1b(A\x05\x00ad\x02\x01\x03", Beep(2, 100, 300)),
    ],
)  # fmt: skip
def test_drawer_and_buzzer(command: bytes, event: object) -> None:
    assert draw(command, PROFILE).events == (event,)


def test_unknown_bytes_are_told_with_their_offset_side_by_side_as_one() -> None:
    paper = draw(b"ab\n\x01\x02\x03cd\n\x1b\x7fef\n", PROFILE)
    assert paper.events == (UnknownBytes(3, b"\x01\x02\x03"), UnknownBytes(9, b"\x1b\x7f"))
    assert paper.text == ["ab", "cd", "ef"]


def test_a_command_cut_off_by_the_end_is_told() -> None:
    assert draw(b"a\n\x1dv0\x00\x10\x00", PROFILE).events == (UnknownBytes(2, b"\x1dv0\x00\x10\x00"),)


@pytest.mark.parametrize("command", [b"\x18", b"\x1b\x0c", b"\x1bT\x00", b"\x1d$\x10\x00"])
def test_page_modes_commands_outside_of_it_are_told_as_unsupported(command: bytes) -> None:
    (event,) = draw(command, PROFILE).events
    assert isinstance(event, Ignored)
    assert event.reason == "unsupported"


def test_a_deselected_printer_ignores_everything_but_real_time_commands() -> None:
    printer = Printer(PROFILE)
    assert printer.feed(b"a\n\x1b=\x02b\n\x1dr\x01\x10\x04\x01\x1b=\x01c\n") == b"\x12"
    assert printer.paper.text == ["a", "c"]


def test_a_piece_past_five_metres_goes_on_in_the_next() -> None:
    paper = draw(b"\x1b3\xff" + b"\x1bd\xff" * 6 + b"end\n", PROFILE)
    assert paper.pieces[0].height == MAX_PIECE_DOTS
    assert paper.events == (PaperSplit(MAX_PIECE_DOTS),)
    assert paper.text == ["end"]


def test_old_tickets_are_let_go() -> None:
    printer = Printer(PROFILE)
    for ticket in range(MAX_PIECES + 50):
        printer.feed(b"%d\n\x1dV\x00" % ticket)
    assert len(printer.tickets) == MAX_PIECES
    assert printer.tickets[-1].text == [str(MAX_PIECES + 49)]
