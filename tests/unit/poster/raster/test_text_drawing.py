"""Lines drawn from fonts: size, place, direction, and the naming of what no font has."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticket_daemon.poster.clusters import columns
from ticket_daemon.poster.profile.model import CharacterCell
from ticket_daemon.poster.raster.bitmap import Bitmap
from ticket_daemon.poster.raster.fonts import FontBook, system_fonts
from ticket_daemon.poster.raster.text import draw_text

A = CharacterCell(12, 24)
B = CharacterCell(9, 17)
BARE = FontBook(())

SCRIPTS = {
    "arabic": "قهوة عربية",
    "hebrew": "שלום עולם",
    "thai": "กาแฟเย็น น้ำ",
    "devanagari": "नमस्ते दुनिया",
    "chinese": "咖啡拿铁",
    "japanese": "日本語のレシート",
    "korean": "한국어 영수증",
    "emoji": "😀 ☕ ❤️ 👨‍👩‍👧",
}


def has_fonts(text: str) -> bool:
    return not draw_text(text, cell=A, max_width=576).missing


def pixels(bitmap: Bitmap) -> list[str]:
    rows = (bitmap.rows(y, 1) for y in range(bitmap.height))
    return ["".join(f"{byte:08b}" for byte in row)[: bitmap.width] for row in rows]


def part(bitmap: Bitmap, first: int, last: int) -> list[str]:
    """Columns of font A from `first` up to `last`."""
    return [row[first * 12 : last * 12] for row in pixels(bitmap)]


def ink(bitmap: Bitmap) -> int:
    return sum(row.count("1") for row in pixels(bitmap))


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS.keys())
@pytest.mark.parametrize("size", [(1, 1), (2, 2), (2, 1), (1, 3)])
@pytest.mark.parametrize("cell", [A, B])
def test_a_line_is_as_wide_as_its_columns_and_one_cell_high(
    text: str, size: tuple[int, int], cell: CharacterCell
) -> None:
    drawn = draw_text(text, cell=cell, size=size, max_width=4096)
    assert drawn.bitmap.width == columns(text) * cell.width * size[0]
    assert drawn.bitmap.height == cell.height * size[1]
    assert len(drawn.bitmap.data) == drawn.bitmap.stride * drawn.bitmap.height
    assert ink(drawn.bitmap) > 0


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_the_systems_fonts_draw_every_script(text: str) -> None:
    if system_fonts().face(text[0]) is None:
        pytest.skip("no font for it: apt install fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji")
    assert draw_text(text, cell=A, max_width=576).missing == ""


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=12), st.sampled_from([(1, 1), (3, 1)]), st.booleans(), st.integers(1, 200))
def test_any_text_is_drawn_or_named_within_the_width(
    text: str, size: tuple[int, int], bold: bool, max_width: int
) -> None:
    drawn = draw_text(text, cell=B, size=size, bold=bold, underline=2, max_width=max_width, fonts=BARE)
    assert 1 <= drawn.bitmap.width <= max_width
    assert drawn.bitmap.height == 17 * size[1]
    assert len(drawn.bitmap.data) == drawn.bitmap.stride * drawn.bitmap.height
    assert len(set(drawn.missing)) == len(drawn.missing)


def test_what_lies_right_of_the_width_is_white() -> None:
    drawn = draw_text("█████", cell=B, inverse=True, max_width=43)
    assert drawn.bitmap.width == 43
    padded = draw_text("█", cell=B, max_width=576).bitmap
    assert all(padded.rows(y, 1)[1] & 0x7F == 0 for y in range(padded.height))


# --- a bare machine ---


def test_without_fonts_latin_greek_and_cyrillic_are_drawn_the_same() -> None:
    text = "Café Ñandú ¿1,50 €? Ωμέγα Кофе ─┼"
    bare = draw_text(text, cell=A, max_width=576, fonts=BARE)
    assert bare.missing == ""
    assert bare.bitmap == draw_text(text, cell=A, max_width=576).bitmap


def test_without_fonts_what_is_missing_is_named_once_and_drawn_as_a_box() -> None:
    drawn = draw_text("咖啡咖 a", cell=A, max_width=576, fonts=BARE)
    assert drawn.missing == "咖啡"
    boxes = part(drawn.bitmap, 0, 2)
    assert boxes == part(drawn.bitmap, 2, 4)
    assert any("1" * 16 in row for row in boxes)
    assert part(drawn.bitmap, 7, 8) == pixels(draw_text("a", cell=A, max_width=576).bitmap)


def test_joiners_and_selectors_are_never_missing() -> None:
    drawn = draw_text("a\u200d\ufe0f\u2068b\u2069", cell=A, max_width=576, fonts=BARE)
    assert drawn.missing == ""
    assert drawn.bitmap == draw_text("ab", cell=A, max_width=576).bitmap


# --- columns and directions ---


def test_each_character_stands_in_its_own_columns() -> None:
    drawn = draw_text("咖 15", cell=A, max_width=576).bitmap
    assert part(drawn, 3, 4) == pixels(draw_text("1", cell=A, max_width=576).bitmap)
    assert part(drawn, 4, 5) == pixels(draw_text("5", cell=A, max_width=576).bitmap)


@pytest.mark.skipif(not has_fonts("שלום"), reason="no Hebrew font: apt install fonts-noto-core")
class TestRightToLeft:
    def test_the_first_letter_stands_at_the_right(self) -> None:
        assert part(draw_text("א 7", cell=A, max_width=576).bitmap, 0, 1) == glyph("7")

    def test_numbers_keep_their_order(self) -> None:
        drawn = draw_text("שלום 123", cell=A, max_width=576).bitmap
        assert [part(drawn, i, i + 1) for i in range(3)] == [glyph(c) for c in "123"]

    def test_brackets_are_mirrored(self) -> None:
        drawn = draw_text("(א)", cell=A, max_width=576).bitmap
        assert part(drawn, 0, 1) == glyph("(")
        assert part(drawn, 2, 3) == glyph(")")

    def test_latin_in_it_reads_left_to_right(self) -> None:
        drawn = draw_text("א abc", cell=A, max_width=576).bitmap
        assert [part(drawn, i, i + 1) for i in range(3)] == [glyph(c) for c in "abc"]

    def test_isolates_keep_a_tables_cells_in_their_columns(self) -> None:
        drawn = draw_text("\u2068שלום\u2069   \u20682\u2069  \u206815\u2069", cell=A, max_width=576).bitmap
        assert part(drawn, 7, 8) == glyph("2")
        assert part(drawn, 10, 12) == pixels(draw_text("15", cell=A, max_width=576).bitmap)
        assert part(drawn, 4, 7) == part(draw_text("   ", cell=A, max_width=576).bitmap, 0, 3)


@pytest.mark.skipif(not has_fonts("قهوة"), reason="no Arabic font: apt install fonts-noto-core")
def test_arabic_letters_join() -> None:
    joined = draw_text("ببب", cell=A, max_width=576).bitmap
    apart = draw_text("ب\u200cب\u200cب", cell=A, max_width=576).bitmap
    assert joined != apart
    assert joined.width == apart.width


def glyph(char: str) -> list[str]:
    return pixels(draw_text(char, cell=A, max_width=576).bitmap)


# --- styles ---


def test_double_size_of_a_bundled_letter_is_every_dot_twice() -> None:
    once, twice = glyph("ñ"), pixels(draw_text("ñ", cell=A, size=(2, 2), max_width=576).bitmap)
    assert twice == ["".join(dot * 2 for dot in row) for row in once for _ in range(2)]


def test_bold_strikes_again_one_dot_to_the_right() -> None:
    plain, bold = glyph("l"), pixels(draw_text("l", cell=A, bold=True, max_width=576).bitmap)
    expected = [f"{int(row, 2) | int(row, 2) >> 1:012b}" for row in plain]
    assert bold == expected


def test_underline_and_inverse() -> None:
    assert pixels(draw_text("a b", cell=A, underline=2, max_width=576).bitmap)[-2:] == ["1" * 36] * 2
    assert pixels(draw_text("a b", cell=A, underline=1, max_width=576).bitmap)[-2] != "1" * 36
    inverse = pixels(draw_text("a", cell=A, inverse=True, max_width=576).bitmap)
    assert inverse == [row.translate(str.maketrans("01", "10")) for row in glyph("a")]


def test_the_same_text_gives_the_same_dots() -> None:
    first = draw_text("咖啡 قهوة", cell=A, max_width=576)
    assert draw_text("咖啡 قهوة", cell=A, max_width=576, fonts=FontBook(())).bitmap.width == first.bitmap.width
    assert draw_text("咖啡 قهوة", cell=A, max_width=576) == first


def test_letters_and_marks_written_apart_are_drawn_together() -> None:
    assert draw_text("e\u0301", cell=A, max_width=576) == draw_text("é", cell=A, max_width=576)


# --- every script at every size, with no font at all ---

STYLES = st.fixed_dictionaries({"bold": st.booleans(), "underline": st.integers(0, 2), "inverse": st.booleans()})


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([*SCRIPTS.values(), "नमस्ते", "안녕", "\u0e31"]),
    st.tuples(st.integers(1, 8), st.integers(1, 8)),
    STYLES,
    st.sampled_from([A, B, CharacterCell(8, 16), CharacterCell(5, 9), CharacterCell(12, 12)]),
    st.integers(1, 832),
)
def test_every_script_at_every_size_prints_with_a_box_where_there_is_no_font(
    text: str, size: tuple[int, int], style: dict[str, Any], cell: CharacterCell, max_width: int
) -> None:
    drawn = draw_text(text, cell=cell, size=size, max_width=max_width, fonts=BARE, **style)
    assert 1 <= drawn.bitmap.width <= max_width
    assert drawn.bitmap.height == cell.height * size[1]
    assert bool(drawn.missing) == (text != SCRIPTS["hebrew"])  # whose letters are bundled


@pytest.mark.parametrize("height", range(1, 9))
@pytest.mark.parametrize("width", range(1, 9))
def test_a_box_has_four_sides_and_white_between_them(width: int, height: int) -> None:
    box = pixels(draw_text("ก", cell=A, size=(width, height), max_width=576, fonts=BARE).bitmap)
    middle = box[len(box) // 2].strip("0")
    assert middle[0] == middle[-1] == "1"
    assert "0" in middle
    assert any("1" * 6 in row for row in box[: len(box) // 3])
    assert any("1" * 6 in row for row in box[-len(box) // 3 :])


# --- marks that have no character of their own with their letter ---

MARKED = ("ẹ\u0301", "ọ\u0300", "ị\u0300", "ė\u0303", "į\u0303", "ṣ\u0301", "ụ\u0301")


@pytest.mark.skipif(system_fonts().face("ẹ\u0301", "marked") is None, reason="apt install fonts-noto-core")
@pytest.mark.parametrize("cluster", MARKED)
def test_a_mark_stands_over_its_letter_not_beside_it(cluster: str) -> None:
    size = (4, 4)
    whole = pixels(draw_text(cluster, cell=A, size=size, max_width=576).bitmap)
    middles = []
    for rows in (whole[: len(whole) // 3], whole[len(whole) // 3 :]):  # the mark, the letter
        places = [x for row in rows for x, dot in enumerate(row) if dot == "1"]
        assert places
        middles.append((min(places) + max(places)) / 2)
    assert abs(middles[0] - middles[1]) <= 12 * size[0] / 5
