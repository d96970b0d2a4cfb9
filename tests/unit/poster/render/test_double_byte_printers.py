"""Printers that print Hangul or ideographs by their own font: text where their set has it, drawn lines elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ticket_daemon.poster import render_ticket
from ticket_daemon.poster.emulator import draw
from ticket_daemon.poster.escpos import parse
from ticket_daemon.poster.escpos.graphics import RasterImage
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render import Rendered

KOREA = find("Generic 80mm Korea")
assert KOREA is not None
SETS = {"euc_kr": "합계 불고기", "gb18030": "合计番茄牛肉面", "big5": "合計牛肉麵", "shift_jis": "合計ラーメン"}
SYLLABLES = st.integers(0, 2349).map(lambda n: bytes((0xB0 + n // 94, 0xA1 + n % 94)).decode("euc_kr"))


def rendered(*texts: Any, profile: Profile = KOREA) -> Rendered:
    commands = [{"type": "text", "data": {"content": content}} for content in texts]
    return render_ticket({"version": "1.0", "profile": {"model": profile.name}, "commands": commands}, profile)


def is_drawn(ticket: Rendered) -> bool:
    return any(isinstance(parsed.command, RasterImage) for parsed in parse(ticket.data))


@pytest.mark.parametrize("name", SETS)
def test_each_set_prints_as_text(name: Any) -> None:
    assert KOREA is not None
    ticket = rendered(f"2 x {SETS[name]} 9.00", "ñandú", profile=replace(KOREA, double_byte=name))
    assert draw(ticket.data, ticket.profile).text == [f"2 x {SETS[name]} 9.00", "ñandú"]
    assert not is_drawn(ticket)
    assert ticket.warnings == ()


def test_the_mode_is_entered_once_and_left_for_other_letters() -> None:
    data = rendered("가 a", "b", "나", "é").data
    assert data.removeprefix(b"\x1b@\x1c.\x1bt\x10\x1bR\x00") == (b"\x1c&\xb0\xa1 a\nb\n\xb3\xaa\n\x1c.\x1bt\x10\xe9\n")


@given(st.lists(st.one_of(SYLLABLES, st.sampled_from("a1 é€ñ·±₩\\")), min_size=1, max_size=20).map("".join))
def test_what_is_printed_is_what_was_asked(line: str) -> None:
    ticket = rendered(line)
    if not is_drawn(ticket):
        assert draw(ticket.data, ticket.profile).text == [line.rstrip()]


@given(st.lists(SYLLABLES, min_size=1, max_size=60).map("".join))
def test_syllables_take_two_columns_and_fill_the_line(words: str) -> None:
    text = draw(rendered(words).data, KOREA).text
    assert all(len(line) <= 24 for line in text)
    assert "".join(text) == words


@pytest.mark.parametrize("style", [{"font": "B"}, {"underline": "1pt"}])
def test_styles_that_the_printers_own_font_does_not_take_are_drawn(style: dict[str, Any]) -> None:
    assert is_drawn(rendered({"text": "가", "content_style": style}))
    assert not is_drawn(rendered({"text": "가", "content_style": {"bold": True, "size": "2x2"}}))


def test_a_syllable_that_the_set_lacks_is_drawn() -> None:
    assert is_drawn(rendered("똠"))  # in Unicode and not in KS X 1001


def test_a_printer_that_says_nothing_has_ideographs_drawn() -> None:
    china = find("Generic 80mm")
    assert china is not None
    assert is_drawn(rendered("合计", profile=china))


def test_the_won_sign_takes_one_column() -> None:
    ticket = rendered("합계 ₩38,000 \\\\")
    assert not is_drawn(ticket)
    assert draw(ticket.data, ticket.profile).text == ["합계 ₩38,000 \\\\"]
