"""Page mode, characters of the sender's own, macros, and commands whose parameters are no text."""

from __future__ import annotations

import pytest

from ticket_daemon.poster.emulator import Ignored, NotPrinted, Paper, SymbolPrinted, draw
from ticket_daemon.poster.emulator.items import Picture, Text
from ticket_daemon.poster.escpos import characters as c
from ticket_daemon.poster.escpos import definitions, graphics, memory, page
from ticket_daemon.poster.escpos.base import Command
from ticket_daemon.poster.escpos.mechanics import MacroMark, MacroRun
from ticket_daemon.poster.profile.model import Profile

PROFILE = Profile("Any", dots=384, code_pages={"PC437": 0})
QR = b"\x1d(k\x03\x001C\x04\x1d(k\x08\x001P0hello\x1d(k\x03\x001Q0"


def drawn(*parts: Command | bytes) -> Paper:
    return draw(b"".join(part if isinstance(part, bytes) else part.encode() for part in parts), PROFILE)


def texts(paper: Paper) -> list[tuple[str, int, int]]:
    return [(item.text, item.x, item.y) for piece in paper.pieces for item in piece.items if isinstance(item, Text)]


# --- page mode ---


def test_text_stands_where_the_page_has_it() -> None:
    paper = drawn(
        page.PageMode(), page.PageArea(0, 0, 577, 321), page.PageDirection(0),
        page.AbsoluteY(48), c.AbsolutePosition(65), b"NAME",
        page.AbsoluteY(96), c.AbsolutePosition(65), b"PRICE 9.99", page.FormFeed(),
    )  # fmt: skip
    assert paper.text == ["NAME", "PRICE 9.99"]
    assert texts(paper) == [("NAME", 65, 27), ("PRICE 9.99", 65, 75)]  # feet at 48 and 96: the 21st dot of 24
    assert paper.height == 321
    assert paper.events == ()


def test_what_is_further_down_may_come_first() -> None:
    paper = drawn(page.PageMode(), page.AbsoluteY(90), b"low", page.AbsoluteY(30), b"high", page.FormFeed(), b"after\n")
    assert paper.text == ["high", "low", "after"]


def test_lines_follow_each_other_and_break_at_the_areas_edge() -> None:
    paper = drawn(page.PageMode(), page.PageArea(24, 0, 48, 200), b"abcdef\ng", page.FormFeed())
    assert paper.text == ["abcd", "ef", "g"]
    assert [(x, y) for _, x, y in texts(paper)] == [(24, 0), (24, 30), (24, 60)]


@pytest.mark.parametrize(
    ("direction", "places"),
    [
        (0, [(0, 0), (0, 30)]),
        (1, [(0, 188), (30, 188)]),  # from the lower left upwards
        (2, [(188, 176), (188, 146)]),  # upside down from the lower right
        (3, [(176, 0), (146, 0)]),  # from the upper right downwards
    ],
)
def test_four_directions_begin_in_four_corners(direction: int, places: list[tuple[int, int]]) -> None:
    paper = drawn(
        page.PageMode(), page.PageArea(0, 0, 200, 200), page.PageDirection(direction), b"a\nb", page.FormFeed()
    )
    assert sorted(paper.text) == ["a", "b"]
    assert [(x, y) for _, x, y in texts(paper)] == places


def test_upright_text_is_read_as_its_line() -> None:
    paper = drawn(page.PageMode(), page.PageDirection(3), b"TOP ", c.Emphasis(1), b"DOWN", page.FormFeed())
    assert paper.text == ["TOP DOWN"]
    assert [x for _, x, _ in texts(paper)] == [360] * 8
    assert [y for _, _, y in texts(paper)] == [12 * place for place in range(8)]


def test_symbols_and_pictures_stand_on_the_page() -> None:
    strip = graphics.BitImage(33, 10, b"\xff" * 30)
    paper = drawn(page.PageMode(), page.AbsoluteY(150), c.AbsolutePosition(100), QR, strip, page.FormFeed())
    items = [item for piece in paper.pieces for item in piece.items]
    assert all(isinstance(item, Picture) for item in items)
    assert [(item.x, item.y + item.height) for item in items] == [(100, 150), (100 + items[0].width, 150)]
    assert [type(event) for event in paper.events] == [SymbolPrinted]


def test_a_page_is_printed_as_often_as_asked_or_dropped() -> None:
    twice = drawn(page.PageMode(), b"a", page.PrintPage(), page.PrintPage(), page.StandardMode(), b"b\n")
    assert twice.text == ["a", "a", "b"]
    assert drawn(page.PageMode(), b"a", page.StandardMode(), b"b\n").text == ["b"]
    assert drawn(page.PageMode(), b"a", c.Initialize(), b"b\n").text == ["b"]
    assert drawn(page.PageMode(), b"a", page.Cancel(), b"b", page.FormFeed()).text == ["b"]


def test_a_page_that_is_never_printed_is_told() -> None:
    paper = drawn(page.PageMode(), b"lost\nwords")
    assert paper.events == (NotPrinted("lost\nwords"),)


@pytest.mark.parametrize("bad", [page.PageArea(0, 0, 0, 10), page.PageArea(400, 0, 10, 10), page.PageDirection(9)])
def test_what_is_out_of_range_changes_nothing(bad: Command) -> None:
    paper = drawn(page.PageMode(), bad, b"a", page.FormFeed())
    assert texts(paper) == [("a", 0, 0)]
    assert [type(event) for event in paper.events] == [Ignored]


# --- characters of the sender's own ---

BLOCK = definitions.DefineCharacters(3, 0x41, 0x41, (b"\xff" * 36,))
USE, LEAVE = definitions.UseDefined(1), definitions.UseDefined(0)


def ink(paper: Paper) -> int:
    return int.from_bytes(paper.bitmap().data, "big").bit_count()


def test_own_characters_are_drawn_and_read_as_their_codes() -> None:
    paper = drawn(BLOCK, USE, b"AAA\n")
    assert paper.text == ["AAA"]
    assert paper.events == ()
    assert ink(paper) == 3 * 12 * 24


@pytest.mark.parametrize(
    "undone", [LEAVE.encode(), definitions.CancelDefined(0x41).encode(), b"\x1b@", b"\x1bM\x01", b""]
)
def test_own_characters_are_used_when_they_are_on_in_their_font_only(undone: bytes) -> None:
    plain = ink(drawn(undone, b"A\n"))
    drawn_now = ink(drawn(BLOCK, USE, undone, b"A\n"))
    assert (drawn_now == plain) is bool(undone)


def test_own_characters_take_sizes_and_styles() -> None:
    assert ink(drawn(BLOCK, USE, b"\x1d!\x11A\n")) == 4 * 12 * 24
    assert ink(drawn(BLOCK, USE, b"\x1dB\x01A\n")) == 0


def test_the_dots_of_own_characters_are_no_text() -> None:
    dots = b"\x00\x18\x00\x1f\xff\x00\x1bp\x00<\x00A"
    assert drawn(b"\x1b%\x01", definitions.DefineCharacters(3, 0x41, 0x41, (dots,)), b"A\n").text == ["A"]


# --- macros ---


def test_a_macro_is_done_again() -> None:
    paper = drawn(MacroMark(), b"a\n", MacroMark(), MacroRun(2, 0, 0))
    assert paper.text == ["a", "a", "a"]  # while it is defined, too


def test_a_macro_may_hold_esc_at() -> None:
    assert drawn(MacroMark(), c.Initialize(), b"a\n", MacroMark(), MacroRun(1, 0, 0)).text == ["a", "a"]


@pytest.mark.parametrize(
    "data", [MacroRun(3, 0, 0).encode(), MacroMark().encode() + b"a\n" + MacroRun(3, 0, 0).encode()]
)
def test_where_no_macro_is_defined_nothing_is_done(data: bytes) -> None:
    paper = drawn(data)
    assert len(paper.text) <= 1
    assert [event.reason for event in paper.events if isinstance(event, Ignored)] == ["nothing_stored"]


def test_macros_cannot_be_asked_for_without_end() -> None:
    paper = drawn(MacroMark(), b"\n" * 2000, MacroMark(), *[MacroRun(255, 0, 0)] * 100)
    assert len(paper.text) < 60_000


# --- parameters are no text ---


@pytest.mark.parametrize(
    "command",
    [
        page.PageArea(0x4141, 0x4141, 0x4141, 0x4141), page.AbsoluteY(0x4141), page.RelativeY(0x4141),
        page.PageDirection(0x41), c.ReverseLines(0x41), c.KanjiSpacing(0x41, 0x41), c.LineStart(0x41),
        definitions.DefineKanji(0x41, 0x41, b"A" * 72), definitions.CancelKanji(0x41, 0x41),
        memory.WriteMemory(0x41, 0x41414141, b"AAA"), memory.ReadMemory(0x41, 0x41414141, 0x4141),
        memory.ResetCounter(0x41, 0x4141), graphics.TallImage(0x41, 2, 2, b"AAAA"),
    ],
    ids=lambda command: type(command).__name__,
)  # fmt: skip
def test_parameters_are_never_printed(command: Command) -> None:
    assert drawn(command, b"B\n").text == ["B"]


@pytest.mark.parametrize("again", [page.PrintPage(), page.Cancel()])
def test_a_full_page_cannot_be_asked_for_without_end(again: Command) -> None:
    full = [page.AbsoluteY(20).encode() + c.AbsolutePosition(2 * place % 300).encode() + b"a" for place in range(4000)]
    elsewhere = page.PageArea(0, 1000, 100, 100)
    paper = drawn(page.PageMode(), *full, elsewhere, *[again] * 3000)
    assert [event.reason for event in paper.events if isinstance(event, Ignored)].count("bad_parameters") > 2000
