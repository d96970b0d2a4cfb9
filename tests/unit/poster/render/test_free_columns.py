"""Free cells on paper: where their first and last dots stand, whatever their direction and size."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ticket_daemon.poster.emulator import draw
from ticket_daemon.poster.profile.model import CharacterCell, Profile
from ticket_daemon.poster.raster.text import draw_text
from ticket_daemon.poster.render import render_ticket
from ticket_daemon.poster.render.free_columns import _shares

PROFILE = Profile("80mm", code_pages={"WPC1252": 16}, cutter="none")
HEBREW, ARABIC = "שלום", "المجموع"
needs_fonts = pytest.mark.skipif(
    bool(draw_text(HEBREW + ARABIC, cell=CharacterCell(12, 24), max_width=576).missing),
    reason="apt install fonts-noto-core",
)


def ink(*cells: dict[str, Any]) -> tuple[int, int]:
    """The first and last column of dots with ink."""
    commands = [{"type": "columns", "data": {"cells": list(cells), "spacing": 1}}]
    made = render_ticket({"version": "1.1", "profile": {"model": "x"}, "commands": commands}, PROFILE)
    bitmap = draw(made.data, PROFILE).bitmap()
    picture = Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.data, "raw", "1;I").convert("L")
    box = picture.point(lambda value: 255 - value).getbbox()
    assert box is not None
    return box[0], box[2]


@needs_fonts
@pytest.mark.parametrize("text", [HEBREW, ARABIC, f"{ARABIC}: 7714"])
@pytest.mark.parametrize("size", ["1x1", "2x2"])
def test_right_to_left_cells_end_where_they_are_aligned(text: str, size: str) -> None:
    style = {"size": size}
    first, last = ink({"text": " ", "width": 10}, {"text": text, "align": "right", "style": style})
    assert 560 < last <= 576
    assert first > 240
    first, last = ink({"text": text, "width": 24, "align": "left", "style": style}, {"text": " "})
    assert last <= 24 * 12
    first, last = ink({"text": " ", "width": 23}, {"text": text, "width": 24, "align": "center", "style": style})
    assert first > 24 * 12


def test_what_a_size_leaves_over_stands_before_a_cell_on_the_right() -> None:
    _, wide = ink({"text": "a", "width": 20}, {"text": "M", "align": "right", "style": {"size": "2x2"}})  # 27 columns
    _, plain = ink({"text": "a", "width": 20}, {"text": "M", "align": "right"})
    assert 0 <= plain - wide <= 2


# --- a price is never split ---


@given(
    st.lists(st.tuples(st.sampled_from(["Total a pagar", "Café", "x", "Descuento"]), st.booleans()), max_size=2),
    st.sampled_from(["$1,234.56", "9.50", "MXN 12,345.00", "-1.00"]),
    st.sampled_from(["1x1", "2x2", "2x1"]),
)
def test_a_price_stays_on_one_line_where_the_paper_has_room_for_every_word(
    names: list[tuple[str, bool]], price: str, size: str
) -> None:
    cells = [{"text": name, "style": {"size": size if large else "1x1"}} for name, large in names]
    cells.append({"text": price, "align": "right", "style": {"size": size}})
    wide = [2 if cell["style"]["size"][0] == "2" else 1 for cell in cells]  # type: ignore[index]
    needed = sum(max(map(len, str(cell["text"]).split())) * w for cell, w in zip(cells, wide, strict=True))
    lines = lines_of(cells)
    if needed + len(cells) - 1 <= 32:
        assert any(price.split()[-1] in line for line in lines), lines


def lines_of(cells: list[dict[str, object]]) -> list[str]:
    wire = {"version": "1.1", "profile": {"model": "Generic 58mm"}, "commands": [
        {"type": "columns", "data": {"cells": cells}}]}  # fmt: skip
    made = render_ticket(wire)
    return draw(made.data, made.profile).text


def test_what_is_needed_is_taken_from_those_that_have_more() -> None:
    assert _shares([10, 18], 31) == [13, 18]
    assert _shares([1, 1, 1], 32) == [10, 11, 11]
    assert _shares([40, 9], 31) == [22, 9]  # not enough for both: the long word is cut
    assert _shares([], 5) == []


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), st.integers(8, 60))
def test_shares_fill_the_room_and_leave_nobody_without(needed: list[int], room: int) -> None:
    shares = _shares(needed, room)
    assert sum(shares) == room
    assert min(shares) >= 1
    if sum(needed) <= room:
        assert all(share >= need for share, need in zip(shares, needed, strict=True))
