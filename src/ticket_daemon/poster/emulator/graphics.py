"""Pictures out of commands: raster and column bit images, stored graphics, downloaded and NV images.

It knows the bytes of each image command; it does not know where a picture goes. It promises that a picture never
holds more than the bytes that came, whatever size they claim.
"""

from __future__ import annotations

from typing import Final

from ticket_daemon.poster.emulator.items import Picture
from ticket_daemon.poster.escpos.graphics import BitImage
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.raster.bitmap import Bitmap

_SCALES: Final = {0: (1, 1), 1: (2, 1), 2: (1, 2), 3: (2, 2)}
#: ESC * m: bytes of a column, dots across and down of one dot, on heads of 180 to 203 dpi. Source: H6000 84, TOSH 549.
_STRIPS: Final = {0: (1, 2, 3), 1: (1, 1, 3), 32: (3, 2, 1), 33: (3, 1, 1)}
#: Of heads of pins, by m: dots across of one dot. Source: TM-U220A 59.
_PIN_STRIPS: Final = {0: 2, 1: 1}
_STORE_RASTER, _STORE_COLUMNS = 112, 113
_PRINT: Final = frozenset((2, 50))
#: Functions of GS ( L with key codes: define and print, NV and downloaded. Source: Epson reference, GS ( L.
_DEFINE: Final = {67: "nv", 83: "download"}
_RECALL: Final = {69: "nv", 85: "download"}
#: Pictures kept in the printer's memory at once, and the bytes they may hold.
_MAX_KEPT_BYTES: Final = 4 << 20


def raster(m: int, x: int, y: int, data: bytes) -> Picture | None:
    """GS v 0: `x` bytes across, `y` rows."""
    scale = _SCALES.get(m & 0x03) if m in (0, 1, 2, 3, 48, 49, 50, 51) else None
    if scale is None or not x or not y:
        return None
    return Picture(0, 0, Bitmap(x * 8, y, data), *scale)


def strip(command: BitImage, profile: Profile) -> Picture | None:
    """ESC *: a strip for the line buffer."""
    if profile.impact:
        form = (1, _PIN_STRIPS[command.m], profile.row_dots) if command.m in _PIN_STRIPS else None
    else:
        form = _STRIPS.get(command.m)
    if form is None or not command.n:
        return None
    size, across, down = form
    return Picture(0, 0, Bitmap(size * 8, command.n, command.data), across, down, by_columns=True)


def columns(x: int, y: int, data: bytes, m: int) -> Picture | None:
    """GS / and FS p: an image of `x` by `y` bytes in column format, printed with `m` as in GS v 0."""
    scale = _SCALES.get(m & 0x03)
    if scale is None or not x or not y:
        return None
    return Picture(0, 0, Bitmap(y * 8, x * 8, data), *scale, by_columns=True)


class GraphicsStore:
    """GS ( L and GS 8 L: what waits to be printed, and what is kept under key codes."""

    def __init__(self) -> None:
        self.waiting: Picture | None = None
        self._kept: dict[tuple[str, bytes], Picture] = {}

    def apply(self, data: bytes) -> Picture | str:
        """A picture to print, or "done", "nothing_stored", "bad_parameters", "unsupported"."""
        if len(data) < 2 or data[0] != 0x30:
            return "unsupported"
        fn, rest = data[1], data[2:]
        if fn in _PRINT:
            picture, self.waiting = self.waiting, None
            return picture or "nothing_stored"
        if fn in (_STORE_RASTER, _STORE_COLUMNS):
            self.waiting = _stored(fn == _STORE_COLUMNS, rest)
            return "done" if self.waiting else "bad_parameters"
        if fn in _DEFINE:
            return self._define(_DEFINE[fn], rest)
        if fn in _RECALL:
            return self._recall(_RECALL[fn], rest)
        return "unsupported"

    def _define(self, where: str, rest: bytes) -> str:
        """a kc1 kc2 b xL xH yL yH c d…: raster format, one colour."""
        picture = _sized(rest[4:8], rest[9:], (1, 1), by_columns=False)
        if picture is None or len(rest) < 9:
            return "bad_parameters"
        self._kept[where, rest[1:3]] = picture
        while sum(len(kept.bitmap.data) for kept in self._kept.values()) > _MAX_KEPT_BYTES:
            del self._kept[next(iter(self._kept))]
        return "done"

    def _recall(self, where: str, rest: bytes) -> Picture | str:
        """kc1 kc2 x y."""
        kept = self._kept.get((where, rest[:2]))
        if kept is None or len(rest) < 4:
            return "nothing_stored"
        return Picture(0, 0, kept.bitmap, _scale(rest[2]), _scale(rest[3]))


def _scale(value: int) -> int:
    return 2 if value == 2 else 1


def _stored(by_columns: bool, rest: bytes) -> Picture | None:
    """a bx by c xL xH yL yH d…"""
    if len(rest) < 8:
        return None
    return _sized(rest[4:8], rest[8:], (_scale(rest[1]), _scale(rest[2])), by_columns=by_columns)


def _sized(size: bytes, data: bytes, scale: tuple[int, int], *, by_columns: bool) -> Picture | None:
    """A picture of x by y dots from the bytes that are there; rows that never came are left out."""
    if len(size) < 4:
        return None
    x, y = int.from_bytes(size[:2], "little"), int.from_bytes(size[2:], "little")
    width, lines = (y, x) if by_columns else (x, y)
    stride = (width + 7) // 8
    if not stride:
        return None
    lines = min(lines, len(data) // stride)
    if not lines:
        return None
    return Picture(0, 0, Bitmap(width, lines, data[: lines * stride]), *scale, by_columns=by_columns)
