"""A line of text that no code page can print, as raster bands.

It knows spans of text and how they sit side by side; it does not know code pages or documents. It promises a line as
high as its tallest span, spans on one baseline, and the names of the characters that no font could draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ticket_daemon.poster.document.model import SIZES
from ticket_daemon.poster.profile.model import CharacterCell, Profile
from ticket_daemon.poster.raster.bitmap import Bitmap
from ticket_daemon.poster.raster.text import draw_text
from ticket_daemon.poster.render.graphics import bitmap_bytes, feed

if TYPE_CHECKING:
    from ticket_daemon.poster.render.writer import Span


#: Rows below which an ideograph is a blot.
_LEAST_ROWS = 16


def drawn_line(spans: Sequence[Span], profile: Profile) -> tuple[bytes, str]:
    """The bytes that print `spans` as one drawn line (alignment is the caller's), and what could not be drawn."""
    drawn = []
    room = profile.dots
    for text, style in spans:
        if not text or room <= 0:
            continue
        piece = draw_text(
            text,
            cell=_cell(profile, style.font),
            size=SIZES[style.size],
            bold=style.bold,
            underline=int(str(style.underline)[0]),
            inverse=style.inverse,
            max_width=room,
        )
        drawn.append(piece)
        room -= piece.bitmap.width
    line = _beside([piece.bitmap for piece in drawn])
    data = bitmap_bytes(line, profile)
    if (below := profile.line_spacing - line.height * profile.row_dots) > 0:  # lines stand as far apart as printed ones
        data += feed(below, profile)
    return data, "".join(dict.fromkeys("".join(piece.missing for piece in drawn)))


def _cell(profile: Profile, font: str) -> CharacterCell:
    """The cell to draw in: as wide as a printed character, and high enough for a letter to be read."""
    cell = profile.cell(font)
    return CharacterCell(cell.width, max(cell.height // profile.row_dots, min(cell.height, _LEAST_ROWS)))


def _beside(pieces: Sequence[Bitmap]) -> Bitmap:
    """The pieces from left to right, their feet on one line."""
    if len(pieces) == 1:
        return pieces[0]
    width, height = sum(p.width for p in pieces), max(p.height for p in pieces)
    stride = (width + 7) // 8
    rows = [0] * height
    left = 0
    for piece in pieces:
        top, shift = height - piece.height, stride * 8 - left - piece.stride * 8
        for y in range(piece.height):
            bits = int.from_bytes(piece.rows(y, 1), "big")
            rows[top + y] |= bits << shift if shift >= 0 else bits >> -shift
        left += piece.width
    return Bitmap(width, height, b"".join(row.to_bytes(stride, "big") for row in rows))
