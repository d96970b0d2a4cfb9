"""Free cells on paper: where their first and last dots stand, whatever their direction and size."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from ticket_daemon.poster.emulator import draw
from ticket_daemon.poster.profile.model import CharacterCell, Profile
from ticket_daemon.poster.raster.text import draw_text
from ticket_daemon.poster.render import render_ticket

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
