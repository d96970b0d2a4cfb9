"""The picture of the paper: dots, edges, notes, size and speed-keeping habits."""

from __future__ import annotations

import io
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from PIL import Image

from ticket_daemon.poster.emulator import Paper, Printer, draw
from ticket_daemon.poster.profile.model import Profile

PROFILE = Profile("80mm", code_pages={"PC437": 0, "PC866": 17, "PC737": 14})


def picture(paper: Paper) -> Image.Image:
    return Image.open(io.BytesIO(paper.png()))


def art(data: bytes, width: int, height: int) -> list[str]:
    """The paper's left upper dots as text."""
    bitmap = draw(data, PROFILE).bitmap()
    return [
        f"{int.from_bytes(bitmap.rows(y, 1), 'big'):0{bitmap.stride * 8}b}"[:width].replace("0", ".").replace("1", "#")
        for y in range(height)
    ]


def test_a_letter_is_drawn_dot_by_dot() -> None:
    assert art(b"L\n", 12, 24) == [
        "............",
        "............",
        "............",
        "............",
        *[".##........."] * 14,
        ".##########.",
        "............",
        "............",
        "............",
        "............",
        "............",
    ]


def test_bold_widens_every_stroke_by_a_dot() -> None:
    assert art(b"\x1bE\x01L\n", 12, 5)[4] == ".###........"


def test_sizes_repeat_dots() -> None:
    once, twice = art(b"R\n", 12, 24), art(b"\x1d!\x11R\n", 24, 48)
    assert twice == ["".join(dot * 2 for dot in row) for row in once for _ in range(2)]


def test_inverse_turns_every_dot_of_the_cell() -> None:
    plain, inverse = art(b"R\n", 12, 24), art(b"\x1dB\x01R\n", 12, 24)
    assert inverse == [row.translate({ord("."): "#", ord("#"): "."}) for row in plain]
    assert art(b"\x1dB\x01 \n", 12, 24) == ["#" * 12] * 24


@pytest.mark.parametrize(("n", "rows"), [(1, 1), (2, 2)])
def test_underline_is_one_or_two_dots_under_blanks_too(n: int, rows: int) -> None:
    drawn = art(b"\x1b-" + bytes((n,)) + b"  \n", 24, 24)
    assert drawn == ["." * 24] * (24 - rows) + ["#" * 24] * rows


def test_upside_down_is_the_line_turned_by_180_degrees() -> None:
    assert art(b"\x1b{\x01RL\n", 24, 24) == [row[::-1] for row in reversed(art(b"RL\n", 24, 24))]


def test_rotation_is_by_90_degrees_clockwise() -> None:
    plain = art(b"R\n", 12, 24)
    assert art(b"\x1bV\x01R\n", 24, 12) == ["".join(row[x] for row in reversed(plain)) for x in range(12)]


def test_line_drawing_joins_from_cell_to_cell() -> None:
    assert any(row == "#" * 36 for row in art(b"\xc4\xc4\xc4\n", 36, 24))
    assert all("#" in row for row in art(b"\x1b3\x18\xb3\n\xb3\n", 12, 48))


@pytest.mark.parametrize("page", ["PC437", "PC850", "PC852", "PC858", "PC860", "PC866", "PC737", "WPC1252", "WPC1251"])
def test_every_character_of_the_common_pages_is_in_the_bundled_cells(page: str) -> None:
    from ticket_daemon.poster.profile.code_pages import UNDEFINED, code_page
    from ticket_daemon.poster.raster.cells import cell_fonts

    upper = {char for char in code_page(page).upper if char not in (UNDEFINED, "\xa0")}
    for font in cell_fonts():
        assert upper - set(font.rows) <= {"\u02cb", "\u20af"}


def test_what_no_font_has_is_a_box_not_a_blank() -> None:
    from ticket_daemon.poster.emulator.cells import cell

    for character in ("\U0010fffd", "\ufffd", "\ue123"):
        assert any(cell(character, 12, 24))
        assert any(cell(character, 9, 17))


@pytest.mark.parametrize("size", [(9, 17), (12, 24), (8, 16), (24, 24), (18, 36), (5, 9), (9, 24), (10, 24)])
def test_a_cell_of_any_size_is_filled_exactly(size: tuple[int, int]) -> None:
    from ticket_daemon.poster.emulator.cells import cell

    for character in ("A", "g", "│", "█", "日", "\ufffd"):
        rows = cell(character, *size)
        assert len(rows) == size[1]
        assert all(0 <= row < 1 << size[0] for row in rows)


def test_the_picture_is_a_small_palette_png_with_borders() -> None:
    image = picture(draw(b"receipt\n" * 40 + b"\x1dV\x00", PROFILE))
    assert image.mode == "P"
    assert image.width > 640
    assert len(draw(b"receipt\n" * 40, PROFILE).png()) < 20_000


def test_full_and_partial_cuts_and_torn_ends_look_different() -> None:
    full, partial, torn = (draw(b"a\n\n" + end + b"b\n\n", PROFILE).png() for end in (b"\x1dV\x00", b"\x1dV\x01", b""))
    assert len({full, partial, torn}) == 3


def test_notes_widen_the_picture_only_where_something_happened() -> None:
    plain = picture(draw(b"a\n", PROFILE)).width
    for command in (b"\x1bp\x00\x19\x32", b"\x1bB\x03\x01", b"\x01\x02", b"\x1dk\x43\x0212"):
        assert picture(draw(b"a\n" + command, PROFILE)).width > plain


def test_blank_paper_can_be_drawn() -> None:
    for data in (b"", b"\x1bi", b"\x1dV\x00\x1dV\x01\x1dV\x00", b"\x1bp\x00\x01\x01"):
        assert picture(draw(data, PROFILE)).height > 0


def test_the_same_bytes_make_the_same_picture() -> None:
    assert draw(b"same\n", PROFILE).png() == draw(b"same\n", PROFILE).png()


def test_svg_is_well_formed_and_reads_as_its_text() -> None:
    root = ElementTree.fromstring(draw(b"<a & b>\n\x1bE\x01two\n", PROFILE).svg())
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == "<a & b>\ntwo\n"


def test_a_narrow_paper_has_the_papers_width() -> None:
    narrow = draw(b"a\n", Profile("58mm", paper_mm=58, dots=384))
    assert narrow.width == 384
    assert 464 <= picture(narrow).width <= 500


def test_nothing_heavy_is_loaded_before_somebody_looks() -> None:
    code = (
        "import sys; from ticket_daemon.poster.emulator import Printer\n"
        "from ticket_daemon.poster.profile.model import Profile\n"
        "p = Printer(Profile('x')); p.feed(b'hello\\n\\x1dr\\x01\\x1dV\\x00'); p.tickets[0].text\n"
        "print([m for m in ('PIL', 'segno', 'zxingcpp') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_a_printer_can_be_looked_at_while_it_prints() -> None:
    printer = Printer(PROFILE)
    printer.feed(b"one\n")
    first = printer.paper.png()
    printer.feed(b"two\n")
    assert printer.paper.png() != first
    assert printer.paper.text == ["one", "two"]
