"""A machine without any font: every script prints, as boxes that are named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.poster.profile.model import CharacterCell
from ticket_daemon.poster.raster.fonts import FontBook
from ticket_daemon.poster.raster.text import draw_text

NO_FONTS = FontBook([])
SCRIPTS = (
    "สวัสดี", "नमस्ते", "안녕", "👨‍👩‍👧", "你好", "こんにちは", "مرحبا", "שלום", "Здравствуйте", "γειά",
    "ñandú €", "☕️", "1️⃣", "🇲🇽",
    "က္ခ", "ខ្មែរ", "ພາສາ", "தமிழ்", "\u0301\u0302", "\U0010ffff",
)  # fmt: skip
CELLS = (CharacterCell(12, 24), CharacterCell(9, 17), CharacterCell(9, 9), CharacterCell(7, 9))


@pytest.mark.parametrize("text", SCRIPTS)
def test_every_script_at_every_size_is_drawn_without_a_font(text: str) -> None:
    for cell in CELLS:
        for width in range(1, 9):
            for height in range(1, 9):
                drawn = draw_text(text, cell=cell, size=(width, height), max_width=4096, fonts=NO_FONTS)
                assert drawn.bitmap.height == cell.height * height


@given(
    text=st.text(st.sampled_from("".join(SCRIPTS)), max_size=12),
    cell=st.sampled_from(CELLS),
    size=st.tuples(st.integers(1, 8), st.integers(1, 8)),
    bold=st.booleans(),
    underline=st.integers(0, 2),
    inverse=st.booleans(),
    max_width=st.integers(1, 832),
)
def test_nothing_is_too_narrow_or_too_small_to_be_drawn(
    text: str,
    cell: CharacterCell,
    size: tuple[int, int],
    bold: bool,
    underline: int,
    inverse: bool,
    max_width: int,
) -> None:
    drawn = draw_text(
        text, cell=cell, size=size, bold=bold, underline=underline, inverse=inverse, max_width=max_width, fonts=NO_FONTS
    )
    assert drawn.bitmap.width <= max_width
