"""Pictures and symbols onto the roll: what stands alone on its own lines, whatever the line spacing.

It knows justification, clipping and the text under bars; it does not know commands. It promises what printers promise:
a symbol wider than the area is not printed at all, a picture wider than the area loses its right.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from ticket_daemon.poster.emulator.events import SymbolPrinted, SymbolRefused
from ticket_daemon.poster.emulator.items import Item, Look, Picture, Text, flipped, moved
from ticket_daemon.poster.emulator.line import Line
from ticket_daemon.poster.emulator.matrix_symbols import Symbol
from ticket_daemon.poster.emulator.page import Page
from ticket_daemon.poster.emulator.roll import Roll
from ticket_daemon.poster.emulator.symbologies import Bars
from ticket_daemon.poster.raster.bitmap import Bitmap

#: Dots between bars and the characters under or over them.
HRI_GAP = 4


class BarSettings(Struct):
    """GS h, GS w, GS H, GS f, as ESC @ leaves them."""

    height: int = 162
    module: int = 3
    position: int = 0  #: bit 0 above, bit 1 below
    font: int = 0


class Press:
    """Puts pictures and symbols down and feeds as much paper as they need."""

    def __init__(self, roll: Roll | Page, line: Line) -> None:
        self._roll = roll
        self._line = line

    def picture(self, picture: Picture) -> None:
        picture = self._clipped(picture)
        if picture.width and picture.height:
            self._roll.put_block([moved(picture, self._line.indent(picture.width), 0)], picture.height)

    def _clipped(self, picture: Picture) -> Picture:
        """Without what lies right of the area. One feed bounds the height as well."""
        room = self._line.width // picture.scale_x
        bitmap = picture.bitmap
        if picture.by_columns and bitmap.height > room:
            return replace(picture, bitmap=Bitmap(bitmap.width, room, bitmap.rows(0, room)))
        if not picture.by_columns and bitmap.width > room:
            stride = (room + 7) // 8
            starts = range(0, len(bitmap.data), bitmap.stride)
            data = b"".join(bitmap.data[start : start + stride] for start in starts)
            return replace(picture, bitmap=Bitmap(room, bitmap.height, data))
        return picture

    def barcode(self, kind: str, bars: Bars, settings: BarSettings, look: Look) -> None:
        """Bars with their text. `look` is the text's."""
        width = sum(bars.widths)
        if width > self._line.width:
            self._roll.note(SymbolRefused(kind, bars.data, "too_wide"))
            return
        hri = bars.hri[: self._line.width // look.advance]
        left = self._line.indent(max(width, len(hri) * look.advance))
        room = max(0, len(hri) * look.advance - width) // 2
        items: list[Item] = []
        y = 0
        text = Text(max(0, (width - len(hri) * look.advance) // 2), 0, hri, look)
        if settings.position & 1 and hri:
            items.append(text)
            y += look.height + HRI_GAP
        items.append(Picture(room, y, _row(bars.widths), 1, settings.height))
        y += settings.height
        if settings.position & 2 and hri:
            y += HRI_GAP
            items.append(moved(text, 0, y))
            y += look.height
        self._roll.note(SymbolPrinted(kind, bars.data))
        if settings.position:
            self._roll.read(hri)
        self._down(items, left, max(width, text.width), y)

    def symbol(self, symbol: Symbol) -> None:
        picture = Picture(0, 0, symbol.modules, symbol.scale_x, symbol.scale_y)
        if picture.width > self._line.width:
            self._roll.note(SymbolRefused(symbol.kind, symbol.data, "too_wide"))
            return
        self._roll.note(SymbolPrinted(symbol.kind, symbol.data))
        self._down([picture], self._line.indent(picture.width), picture.width, picture.height)

    def _down(self, items: list[Item], left: int, width: int, height: int) -> None:
        turned = (flipped(item, width, height) if self._line.upside_down else item for item in items)
        self._roll.put_block([moved(item, left, 0) for item in turned], height)


def _row(widths: tuple[int, ...]) -> Bitmap:
    """Bars and spaces as one row of dots."""
    bits = "".join(("1" if place % 2 == 0 else "0") * width for place, width in enumerate(widths))
    stride = (len(bits) + 7) // 8
    return Bitmap(len(bits), 1, int(bits.ljust(stride * 8, "0"), 2).to_bytes(stride, "big"))
