"""Characters as dots: each in a cell of the printer's size.

It knows how to fit the bundled cells (`raster.cells`) into a printer's cell, and whom to ask for what they lack; it
does not know styles. It promises exactly the cell's size for every character. What the bundled cells lack is drawn
from the system's fonts, and what those lack is a box with its code point: a preview must not hide what came.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from ticket_daemon.poster.profile.model import CharacterCell
from ticket_daemon.poster.raster.cells import CellFont, cell_fonts

#: Hexadecimal digits of 3 by 5 dots, one octal digit a row.
_DIGITS: Final = dict(
    zip(
        "0123456789ABCDEF",
        "75557 26227 71747 71717 55711 74717 74757 71111 75757 75717 75755 65656 74447 65556 74747 74744".split(),  # noqa: SIM905
        strict=True,
    )
)
#: Box drawing and blocks reach the cell's borders, so that their lines meet.
_JOINING: Final = frozenset(map(chr, range(0x2500, 0x25A0)))
_BLANK_CATEGORIES: Final = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))


def is_blank(character: str) -> bool:
    """Whether nothing is to be drawn."""
    return unicodedata.category(character) in _BLANK_CATEGORIES


@lru_cache(maxsize=4096)
def cell(character: str, width: int, height: int) -> tuple[int, ...]:
    """The rows of a character in a cell of `width` by `height` dots, as whole numbers of `width` bits."""
    font = _font(width, height)
    rows = font.rows.get(character)
    if rows is None:
        return _from_system(character, width, height) or _box(character, width, height)
    stride = (font.width + 7) // 8
    starts = range(0, font.height * stride, stride)
    bits = [int.from_bytes(rows[at : at + stride], "big") >> (stride * 8 - font.width) for at in starts]
    if character in _JOINING:
        return _stretched(bits, font.width, width, height)
    return _fitted(bits, font.width, width, height)


def _font(width: int, height: int) -> CellFont:
    """The largest bundled font that the cell has room for."""
    fonts = cell_fonts()
    return next((font for font in fonts if font.width <= width and font.height <= height), fonts[-1])


def _stretched(rows: list[int], from_width: int, width: int, height: int) -> tuple[int, ...]:
    across = [from_width - 1 - x * from_width // width for x in range(width)]
    picked = [rows[y * len(rows) // height] for y in range(height)]
    return tuple(sum((row >> bit & 1) << (width - 1 - x) for x, bit in enumerate(across)) for row in picked)


def _fitted(rows: list[int], from_width: int, width: int, height: int) -> tuple[int, ...]:
    """Enlarged by a whole number, then centred in the cell; cut off where the cell is too small."""
    times = max(1, min(width // from_width, height // len(rows)))
    if times > 1:
        rows = [_wider(row, from_width, times) for row in rows for _ in range(times)]
    right = width - from_width * times - (width - from_width * times) // 2
    above = max(0, (height - len(rows)) // 2)
    below = max(0, height - len(rows) - above)
    full = (1 << width) - 1
    kept = ((row << right if right >= 0 else row >> -right) & full for row in rows[:height])
    return (0,) * above + tuple(kept) + (0,) * below


def _wider(row: int, width: int, times: int) -> int:
    return int("".join(bit * times for bit in f"{row:0{width}b}"), 2)


def _from_system(character: str, width: int, height: int) -> tuple[int, ...] | None:
    """The character from a font of the system, or None where no font has it."""
    from ticket_daemon.poster.raster.text import draw_text

    wide = unicodedata.east_asian_width(character) in "WF"
    drawn = draw_text(character, cell=CharacterCell(max(1, width // 2 if wide else width), height), max_width=width)
    bitmap = drawn.bitmap
    if drawn.missing or bitmap.height != height or bitmap.width > width:
        return None
    shift = bitmap.stride * 8 - bitmap.width
    rows = (int.from_bytes(bitmap.rows(y, 1), "big") >> shift for y in range(height))
    return tuple(row << (width - bitmap.width) for row in rows)


def _box(character: str, width: int, height: int) -> tuple[int, ...]:
    """A frame with the code point inside, two digits a row."""
    dots = [[0] * width for _ in range(height)]
    right, bottom = width - 2, height - 2
    for x in range(1, width - 1):
        dots[1][x] = dots[bottom][x] = 1
    for y in range(1, height - 1):
        dots[y][1] = dots[y][right] = 1
    code = f"{ord(character):04X}"
    code = code.zfill(len(code) + len(code) % 2)
    pairs = [code[at : at + 2] for at in range(0, len(code), 2)]
    top = max(2, (height - 6 * len(pairs) + 1) // 2)
    for line, pair in enumerate(pairs):
        for place, digit in enumerate(pair):
            _dot_digit(dots, digit, (width - 7) // 2 + 4 * place, top + 6 * line)
    return tuple(int("".join(map(str, row)), 2) for row in dots)


def _dot_digit(dots: list[list[int]], digit: str, left: int, top: int) -> None:
    for y, row in enumerate(_DIGITS[digit], top):
        for x in range(3):
            if int(row) >> (2 - x) & 1 and 0 <= y < len(dots) and 0 <= left + x < len(dots[0]):
                dots[y][left + x] = 1
