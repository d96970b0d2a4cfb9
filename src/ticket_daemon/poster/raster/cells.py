"""The bundled letters: two fonts of cells, 12x24 and 8x16 dots, with Latin, Greek, Cyrillic and line drawing.

It knows the data file's form; it does not know lines or styles. It promises the same dots on every machine, and that
it says None for a character it does not have.

The letters are "Receipt Cells", made from Terminus Font by tools/make_emulator_font.py (SIL Open Font License 1.1; the
licence stands beside the file). The file: zlib over, for each font, `width height count` (three little-endian 16-bit
numbers), `count` code points in ascending order (16 bit), then `count` glyphs of `height` rows of whole bytes.
"""

from __future__ import annotations

import functools
import struct
import zlib
from collections.abc import Mapping
from importlib import resources
from typing import NamedTuple

from ticket_daemon.poster.raster.bitmap import Bitmap

_DATA = "emulator/data/receipt_cells.bin"


class CellFont(NamedTuple):
    """One font: every glyph is `width` by `height` dots."""

    width: int
    height: int
    rows: Mapping[str, bytes]

    def glyph(self, char: str) -> Bitmap | None:
        """The dots of `char`, or None."""
        rows = self.rows.get(char)
        return None if rows is None else Bitmap(self.width, self.height, rows)


@functools.cache
def cell_fonts() -> tuple[CellFont, ...]:
    """The fonts there are, the largest first."""
    data = zlib.decompress(resources.files("ticket_daemon.poster").joinpath(_DATA).read_bytes())
    fonts, offset = [], 0
    while offset < len(data):
        width, height, count = struct.unpack_from("<3H", data, offset)
        points = struct.unpack_from(f"<{count}H", data, offset + 6)
        start, size = offset + 6 + 2 * count, (width + 7) // 8 * height
        rows = {chr(point): data[start + i * size : start + (i + 1) * size] for i, point in enumerate(points)}
        fonts.append(CellFont(width, height, rows))
        offset = start + count * size
    return tuple(sorted(fonts, key=lambda font: -font.height))


def cell_font(height: int) -> CellFont:
    """The largest font that is not higher than a cell of `height` dots; the smallest where none is."""
    fonts = cell_fonts()
    return next((font for font in fonts if font.height <= height), fonts[-1])
