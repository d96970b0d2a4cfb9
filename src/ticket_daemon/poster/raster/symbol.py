"""Two-dimensional symbols: QR, PDF417, Data Matrix and Aztec as modules, their size in dots, and their bitmaps.

It knows what each symbology holds and how large its modules may be on a paper; it does not know commands, alignment
or whether a printer draws the symbol itself. It promises modules of a whole number of dots, never finer than what a
thermal head prints readably, and a quiet zone around every bitmap.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from ticket_daemon.messages import Phrase
from ticket_daemon.poster.document.model import Fault, Qr
from ticket_daemon.poster.raster.bitmap import Bitmap
from ticket_daemon.poster.raster.image import blacken, decode_base64, dither, grey_picture

if TYPE_CHECKING:
    from PIL.Image import Image

#: Dots of the finest module: 0.25 mm at 203 dpi. A single dot bleeds into its neighbours and is not read.
LEAST_MODULE: Final = 2

#: Dots of the coarsest module. Source: GS ( k fn 67, n 1-16 (T81 105).
LARGEST_MODULE: Final = 16

#: Dots of a module where the document asks for no width: 0.75 mm at 203 dpi, read from a hand's distance.
USUAL_MODULE: Final = 6

QR_QUIET: Final = 4  # modules of white around it; ISO/IEC 18004
QUIET: Final = 2  # PDF417 asks for 2 modules, Data Matrix for 1, Aztec for none

# --- QR ---

#: Bytes of data in versions 1 to 40. Source: ISO/IEC 18004 table 7.
_QR_CAPACITY: Final = {
    "L": (
        19, 34, 55, 80, 108, 136, 156, 194, 232, 274, 324, 370, 428, 461, 523, 589, 647, 721, 795, 861, 932, 1006, 1094,
        1174, 1276, 1370, 1468, 1531, 1631, 1735, 1843, 1955, 2071, 2191, 2306, 2434, 2566, 2702, 2812, 2956,
    ),
    "M": (
        16, 28, 44, 64, 86, 108, 124, 154, 182, 216, 254, 290, 334, 365, 415, 453, 507, 563, 627, 669, 714, 782, 860,
        914, 1000, 1062, 1128, 1193, 1267, 1373, 1455, 1541, 1631, 1725, 1812, 1914, 1992, 2102, 2216, 2334,
    ),
    "Q": (
        13, 22, 34, 48, 62, 76, 88, 110, 132, 154, 180, 206, 244, 261, 295, 325, 367, 397, 445, 485, 512, 568, 614, 664,
        718, 754, 808, 871, 911, 985, 1033, 1115, 1171, 1231, 1286, 1354, 1426, 1502, 1582, 1666,
    ),
    "H": (
        9, 16, 26, 36, 46, 60, 66, 86, 100, 122, 140, 158, 180, 197, 223, 253, 283, 313, 341, 385, 406, 442, 464, 514,
        538, 596, 628, 661, 701, 745, 793, 845, 901, 961, 986, 1054, 1096, 1142, 1222, 1276,
    ),
}  # fmt: skip
_ALPHANUMERIC: Final = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
_MODE_BITS: Final = 4
_BANDS: Final = (range(1, 10), range(10, 27), range(27, 41))  # versions that share a length field's size

#: Share of the symbol's side that a logo's white box may take: 9 % of the area. Correction H repairs 30 % of each
#: block's codewords, and a box also harms those it only touches, so 20 % of the area would be past repair in small
#: symbols (found by reading every version back with logos of noise).
LOGO_SIDE: Final = 0.3

_FINDER: Final = 7  # modules


class QrMode(NamedTuple):
    """How QR writes some data: `characters` of `name`, in `bits`, after a length field of `lengths` bits in
    each band of versions."""

    name: str
    characters: int
    bits: int
    lengths: tuple[int, int, int]


def qr_mode(data: str) -> QrMode:
    """The one mode that holds all of `data`: "numeric", "alphanumeric" or "byte" (UTF-8)."""
    count = len(data)
    if data.isascii() and data.isdigit():
        return QrMode("numeric", count, 10 * (count // 3) + (0, 4, 7)[count % 3], (10, 12, 14))
    if _ALPHANUMERIC.issuperset(data):
        return QrMode("alphanumeric", count, 11 * (count // 2) + 6 * (count % 2), (9, 11, 13))
    size = len(utf8(data, "QR"))
    return QrMode("byte", size, 8 * size, (8, 16, 16))


def utf8(data: str, symbology: str) -> bytes:
    """The bytes of `data` as symbols hold them. Raises Fault for half of a surrogate pair, which has none."""
    try:
        return data.encode()
    except UnicodeEncodeError as error:
        bad = repr(data[error.start])
        raise Fault("barcode.alphabet", "data", symbology=symbology, got=bad) from None


def qr_version(data: str, correction: str) -> int:
    """The smallest version (1 to 40) that holds `data`. Raises Fault at "data" when none does."""
    mode = qr_mode(data)
    capacity = _QR_CAPACITY[correction]
    for versions, length in zip(_BANDS, mode.lengths, strict=True):
        for version in versions:
            if _MODE_BITS + length + mode.bits <= 8 * capacity[version - 1]:
                return version
    detail = Phrase("symbol.capacity", {"limit": _qr_limit(mode, correction), "got": mode.characters})
    raise Fault("symbol.too_much", "data", symbology=f"QR {correction}", detail=detail)


def _qr_limit(mode: QrMode, correction: str) -> int:
    """Characters of `mode` in the largest version."""
    room = 8 * _QR_CAPACITY[correction][-1] - _MODE_BITS - mode.lengths[-1]
    if mode.name == "numeric":
        return room // 10 * 3 + (room % 10 >= 4) + (room % 10 >= 7)
    return room // 11 * 2 + (room % 11 >= 6) if mode.name == "alphanumeric" else room // 8


def qr_side(version: int) -> int:
    """Modules along a side."""
    return 17 + 4 * version


def qr_module(side: int, pixel_width: int, paper: int) -> int:
    """Dots of a module: of those with which symbol and quiet zone fit `paper`, the one whose symbol (without the quiet
    zone) is nearest to `pixel_width`, but never under LEAST_MODULE, with which even version 40 fits 58 mm paper. Raises
    Fault at "pixel_width" when the paper is too narrow."""
    widest = min(LARGEST_MODULE, max(LEAST_MODULE, paper // (side + 2 * QR_QUIET)))
    module = max(LEAST_MODULE, min(widest, round(pixel_width / side)))
    if side * module > paper:
        raise Fault("symbol.too_wide", "pixel_width", dots=side * module, paper=paper)
    return module


def qr_bitmap(data: Qr, paper: int) -> Bitmap:
    """The QR symbol in dots, quiet zone included.

    A logo raises the correction to H. It stands on a white box in the middle, of at most LOGO_SIDE of the side.
    `circle_shape` rounds the modules, finder patterns excepted; under 4 dots a module has no room to be round.
    """
    import segno

    correction = "H" if data.logo is not None else data.correction
    version = qr_version(data.data, correction)
    mode = qr_mode(data.data).name
    content = data.data.encode() if mode == "byte" else data.data
    made = segno.make(content, error=correction, version=version, mode=mode, boost_error=False, micro=False)
    side = qr_side(version)
    module = qr_module(side, data.pixel_width or paper, paper)
    quiet = min(QR_QUIET * module, (paper - side * module) // 2)
    bitmap = _draw([bytes(row) for row in made.matrix], module, quiet, round_modules=data.circle_shape)
    return bitmap if data.logo is None else _with_logo(bitmap, data.logo, side, module)


def _draw(rows: list[bytes], module: int, quiet: int, *, round_modules: bool = False) -> Bitmap:
    """Modules (1 black) as dots, with `quiet` dots of white around."""
    width = len(rows[0]) * module + 2 * quiet
    stride = (width + 7) // 8
    shape = _disc(module) if round_modules else ["1" * module]
    blank = bytes(stride) * quiet
    out = [blank]
    for y, row in enumerate(rows):
        lines = []
        for line in shape:
            dots = "".join(_line(x, y, dark, line, len(rows)) for x, dark in enumerate(row))
            bits = int(dots.ljust(stride * 8 - quiet, "0"), 2)
            lines.append(bits.to_bytes(stride, "big"))
        out += lines if round_modules else lines * module
    out.append(blank)
    return Bitmap(width, len(rows) * module + 2 * quiet, b"".join(out))


def _line(x: int, y: int, dark: int, line: str, side: int) -> str:
    """One line of dots of one module."""
    if not dark:
        return "0" * len(line)
    far = side - _FINDER
    finder = (x < _FINDER or x >= far) and (y < _FINDER or y >= far) and not (x >= far and y >= far)
    return "1" * len(line) if finder else line


def _disc(module: int) -> list[str]:
    """Rows of dots of a round module."""
    middle, radius = (module - 1) / 2, module / 2
    inside = [[math.hypot(x - middle, y - middle) <= radius for x in range(module)] for y in range(module)]
    return ["".join("1" if dot else "0" for dot in row) for row in inside]


def _with_logo(bitmap: Bitmap, logo: str, side: int, module: int) -> Bitmap:
    box = int(side * LOGO_SIDE)
    box -= 1 - box % 2  # odd, like the side, so that it covers whole modules
    room = (box - 1) * module  # half a module of white on each side
    grey = grey_picture(decode_base64(logo, "logo"), room, field="logo")
    if grey.height > room:
        grey = grey.resize((max(1, grey.width * room // grey.height), room))
    symbol = _as_picture(bitmap)
    corner = (bitmap.width - box * module) // 2
    symbol.paste(1, (corner, corner, corner + box * module, corner + box * module))
    drawn = _as_picture(dither(grey, "atkinson", 128))
    symbol.paste(drawn, ((bitmap.width - grey.width) // 2, (bitmap.height - grey.height) // 2))
    return Bitmap(bitmap.width, bitmap.height, blacken(symbol))


def _as_picture(bitmap: Bitmap) -> Image:
    import PIL.Image

    return PIL.Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.data, "raw", "1;I")


# --- PDF417, Data Matrix, Aztec ---


class Layout(NamedTuple):
    """A symbol's modules (1 black, rows of PDF417 three modules high) and the dots of a module."""

    rows: list[bytes]
    module: int

    @property
    def columns(self) -> int:
        """PDF417's data columns: each is 17 modules, beside 69 of start, stop and row indicators."""
        return (len(self.rows[0]) - _PDF417_FRAME) // _PDF417_COLUMN


_PDF417_FRAME, _PDF417_COLUMN, _PDF417_MAX_COLUMNS = 69, 17, 30
_PDF417_MODULE: Final = 3  # dots, as GS ( k fn 67 has it at first (T81 101)
_PDF417_LARGEST: Final = 8  # dots (T81 101)
_DARK: Final = bytes((1,)) + bytes(255)  # grey 0 is a module, any other none
_FORMATS: Final = {"pdf417": "PDF417", "datamatrix": "DataMatrix", "aztec": "Aztec"}


def symbol_layout(kind: str, data: str, pixel_width: int | None, paper: int) -> Layout:
    """The modules of a "pdf417", "datamatrix" or "aztec" symbol and their size, so that symbol and quiet zone fit
    `pixel_width` (USUAL_MODULE, where it is None) and the symbol the paper. Raises Fault."""
    if kind == "pdf417":
        return _pdf417(data, min(pixel_width or paper, paper), paper)
    rows = _modules(kind, data)
    wanted = USUAL_MODULE if pixel_width is None else LARGEST_MODULE
    fitting = min(pixel_width or paper, paper) // (len(rows[0]) + 2 * QUIET)
    return _fitted(rows, max(LEAST_MODULE, min(wanted, fitting)), paper)


def symbol_bitmap(layout: Layout, paper: int) -> Bitmap:
    """The symbol in dots with its quiet zone (as much of it as the paper has room for)."""
    rows, module = layout
    return _draw(rows, module, min(QUIET * module, (paper - len(rows[0]) * module) // 2))


def _fitted(rows: list[bytes], module: int, paper: int) -> Layout:
    if len(rows[0]) * module > paper:
        raise Fault("symbol.too_wide", "pixel_width", dots=len(rows[0]) * module, paper=paper)
    return Layout(rows, module)


def _pdf417(data: str, room: int, paper: int) -> Layout:
    """The usual proportions where they fit, as few rows as the room allows where they do not."""
    natural = _modules("pdf417", data)
    width = len(natural[0]) + 2 * QUIET
    if width * _PDF417_MODULE <= room:
        return _fitted(natural, min(_PDF417_LARGEST, room // width) if room < paper else _PDF417_MODULE, paper)
    for module in range(_PDF417_MODULE, LEAST_MODULE - 1, -1):
        columns = (room // module - 2 * QUIET - _PDF417_FRAME) // _PDF417_COLUMN
        if columns >= 1:
            rows = _try_modules("pdf417", data, columns=min(columns, _PDF417_MAX_COLUMNS))
            if rows is not None and len(rows[0]) * module <= paper:
                return Layout(rows, module)
    return _fitted(natural, LEAST_MODULE, paper)


def _modules(kind: str, data: str) -> list[bytes]:
    size = len(utf8(data, _FORMATS[kind]))
    rows = _try_modules(kind, data)
    if rows is None:
        detail = Phrase("symbol.capacity_unknown", {"got": size})
        raise Fault("symbol.too_much", "data", symbology=_FORMATS[kind], detail=detail)
    return rows


def _try_modules(kind: str, data: str, **options: int) -> list[bytes] | None:
    """Rows of modules, or None when the data does not fit (zxing-cpp's ValueError means nothing else here)."""
    import zxingcpp

    try:
        made = zxingcpp.create_barcode(data, getattr(zxingcpp, _FORMATS[kind]), **options)
    except ValueError:
        return None
    picture: memoryview[int] = memoryview(made.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]
    height, width = picture.shape or (0, 0)
    dark = picture.tobytes().translate(_DARK)
    return [dark[y * width : (y + 1) * width] for y in range(height)]


def drawn(kind: str, data: str) -> Image:
    """A symbol of another kind that zxing-cpp draws, by its name there, a dot for a module. Raises Fault at "data"."""
    import PIL.Image
    import zxingcpp

    try:
        made = zxingcpp.create_barcode(data, getattr(zxingcpp.BarcodeFormat, kind))
    except ValueError:
        detail = Phrase("symbol.capacity_unknown", {"got": len(data)})
        raise Fault("symbol.too_much", "data", symbology=kind, detail=detail) from None
    picture: memoryview[int] = memoryview(made.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]
    height, width = picture.shape or (0, 0)
    return PIL.Image.frombytes("L", (width, height), picture.tobytes()).point([0] + [255] * 255, "1")
