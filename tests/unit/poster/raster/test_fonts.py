"""Font files: which characters they have, and which one is taken."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.poster.raster.cells import cell_font, cell_fonts
from ticket_daemon.poster.raster.fonts import Coverage, FontBook, read_face, script_of, system_fonts


def sfnt(cmap: bytes, *, tag: bytes = b"") -> bytes:
    """A font file of a cmap table and, for its name only, one more."""
    names = [b"cmap", *([tag] if tag else [])]
    start = 12 + 16 * len(names)
    records = b"".join(struct.pack(">4sLLL", name, 0, start, len(cmap)) for name in names)
    return struct.pack(">LHHHH", 0x10000, len(names), 0, 0, 0) + records + cmap


def format12(*groups: tuple[int, int, int]) -> bytes:
    body = b"".join(struct.pack(">LLL", *group) for group in groups)
    table = struct.pack(">HHLLL", 12, 0, 16 + len(body), 0, len(groups)) + body
    return struct.pack(">HHHHL", 0, 1, 3, 10, 12) + table


def format4(segments: list[tuple[int, int, int, list[int]]]) -> bytes:
    """Segments of (first, last, delta, glyph numbers or none)."""
    segments = [*segments, (0xFFFF, 0xFFFF, 1, [])]
    count = len(segments)
    glyphs: list[int] = []
    offsets = []
    for place, (_, _, _, numbers) in enumerate(segments):
        offsets.append(2 * (count - place + len(glyphs)) if numbers else 0)
        glyphs += numbers
    words = [4, 16 + 8 * count + 2 * len(glyphs), 0, 2 * count, 0, 0, 0]
    words += [last for _, last, _, _ in segments] + [0] + [first for first, *_ in segments]
    words += [delta & 0xFFFF for _, _, delta, _ in segments] + offsets + glyphs
    return struct.pack(">HHHHL", 0, 1, 3, 1, 12) + struct.pack(f">{len(words)}H", *words)


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_format_12_gives_its_groups(tmp_path: Path) -> None:
    face = read_face(
        written(tmp_path, "a.ttf", sfnt(format12((0x41, 0x43, 5), (0x1F600, 0x1F600, 9), (0x61, 0x62, 0))))
    )
    assert face is not None
    assert [c for c in "@ABCDab😀😁" if face.has(c)] == ["A", "B", "C", "b", "😀"]


def test_format_4_leaves_out_glyph_zero(tmp_path: Path) -> None:
    cmap = format4([(0x41, 0x44, -0x42, []), (0x61, 0x63, 0, [7, 0, 8]), (0x100, 0x101, 3, [])])
    face = read_face(written(tmp_path, "a.ttf", sfnt(cmap)))
    assert face is not None
    assert [chr(p) for p in range(0x200) if face.has(chr(p))] == ["A", "C", "D", "a", "c", "Ā", "ā"]


def test_a_colour_font_is_told_by_its_table(tmp_path: Path) -> None:
    face = read_face(written(tmp_path, "a.ttf", sfnt(format12((0x41, 0x43, 5)), tag=b"CBDT")))
    assert face is not None
    assert face.colour > 0


@pytest.mark.parametrize(
    "data", [b"", b"ttcf", b"\0\1\0\0", b"hello, this is no font at all", sfnt(b"\0\0\0\1"), sfnt(b"\0\0\0\0")]
)
def test_what_is_no_font_is_passed_over(tmp_path: Path, data: bytes) -> None:
    assert read_face(written(tmp_path, "a.ttf", data)) is None
    written(tmp_path, "dejavusans.ttf", data)
    assert FontBook([tmp_path]).face("★") is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_font_or_none(data: bytes) -> None:
    import io

    class Memory:
        def open(self, _mode: str) -> io.BytesIO:
            return io.BytesIO(data)

    face = read_face(Memory())  # type: ignore[arg-type]
    assert face is None or not face.has("😀") or len(data) > 28


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 20))), st.integers(0, 330))
def test_coverage_is_the_union_of_its_ranges(spans: list[tuple[int, int]], point: int) -> None:
    ranges = [(first, first + length) for first, length in spans]
    assert (point in Coverage(ranges)) == any(first <= point <= last for first, last in ranges)


def test_file_names_are_found_in_any_case_and_below_folders(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    written(tmp_path / "deep" / "er", "DEJAVUSANS.TTF", sfnt(format12((0x2605, 0x2605, 1))))
    face = FontBook([tmp_path / "nowhere", tmp_path]).face("★")
    assert face is not None
    assert face.path.name == "DEJAVUSANS.TTF"


def test_a_face_with_the_whole_cluster_goes_before_an_earlier_one_without(tmp_path: Path) -> None:
    written(tmp_path, "NotoSansHebrew-Regular.ttf", sfnt(format12((0x5D0, 0x5D0, 1))))
    written(tmp_path, "DejaVuSans.ttf", sfnt(format12((0x5D0, 0x5D0, 1), (0x5B8, 0x5B8, 2))))
    book = FontBook([tmp_path])
    plain, pointed = book.face("א"), book.face("אָ")
    assert plain is not None
    assert pointed is not None
    assert plain.path.name == "NotoSansHebrew-Regular.ttf"
    assert pointed.path.name == "DejaVuSans.ttf"


def test_a_script_without_a_list_is_found_among_noto_fonts(tmp_path: Path) -> None:
    written(tmp_path, "NotoSansCoptic-Regular.ttf", sfnt(format12((0x102E0, 0x102FB, 1))))
    assert FontBook([tmp_path]).face("\U000102e1") is not None


def test_joiners_need_no_glyph(tmp_path: Path) -> None:
    written(tmp_path, "DejaVuSans.ttf", sfnt(format12((0x2764, 0x2764, 1))))
    face = FontBook([tmp_path]).face("❤\ufe0f")
    assert face is not None
    assert face.has("❤\ufe0f\u200d")


@pytest.mark.parametrize(
    ("char", "script"),
    [("A", "latin"), ("я", "latin"), ("م", "arabic"), ("א", "hebrew"), ("ก", "thai"), ("क", "devanagari"),
     ("か", "japanese"), ("한", "korean"), ("漢", "han"), ("😀", "emoji"), ("☕", "emoji"), ("\U0010fffd", "latin")],
)  # fmt: skip
def test_scripts_by_block(char: str, script: str) -> None:
    assert script_of(char).name == script


def test_the_systems_fonts_open_and_draw() -> None:
    face = system_fonts().face("★")
    if face is None:
        pytest.skip("no fonts here: apt install fonts-noto-core")
    assert face.font(20).getlength("★") > 0


# --- the bundled cells ---


@pytest.mark.parametrize(
    ("height", "expected"), [(24, (12, 24)), (48, (12, 24)), (17, (8, 16)), (23, (8, 16)), (9, (8, 16))]
)
def test_the_largest_cells_that_fit(height: int, expected: tuple[int, int]) -> None:
    font = cell_font(height)
    assert (font.width, font.height) == expected


def test_every_cell_has_whole_rows_and_latin_is_there() -> None:
    for font in cell_fonts():
        assert all(len(rows) == (font.width + 7) // 8 * font.height for rows in font.rows.values())
        assert all(font.glyph(char) for char in "AZaz09ñÑáü¿¡€ÇçßœΩЖя─█")
        assert font.glyph("咖") is None
