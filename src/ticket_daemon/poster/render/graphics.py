"""Pictures, barcodes and symbols of a document as a printer's bytes.

It knows which of a printer's own commands a profile has, and how a bitmap is sent to it otherwise; it does not know
documents, paths or what was printed before. It promises the same bytes for the same data and profile, bytes that
leave the printer in normal style at a line's start (only the alignment is changed), and that what was made once is
kept: a logo costs its work the first time only.

Every function here wants an empty line and normal style before it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import re
import struct
from collections.abc import Callable, Hashable
from typing import Final, NamedTuple

from msgspec.structs import replace

from ticket_daemon.poster.document.model import Barcode, Fault, Image, Qr, Symbol2D
from ticket_daemon.poster.escpos import graphics as commands
from ticket_daemon.poster.escpos import symbols
from ticket_daemon.poster.escpos.base import Command, word
from ticket_daemon.poster.escpos.characters import (
    DefaultLineSpacing,
    FeedDots,
    Justify,
    LineFeed,
    LineSpacing,
    Print,
    SelectFont,
    Unidirectional,
)
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.raster import barcode as linear
from ticket_daemon.poster.raster import symbol as matrix
from ticket_daemon.poster.raster.bitmap import Bitmap
from ticket_daemon.poster.raster.cache import BytesCache
from ticket_daemon.poster.raster.image import decode_base64, own_size, picture_bitmap

#: Finished bytes of everything that was drawn: some hundreds of logos.
DRAWN: Final = BytesCache(8 << 20)

#: Characters of base64 up to which a picture's text is its own key: Python hashes it four times as fast as BLAKE2.
_SHORT_CODE: Final = 64 << 10

#: Native commands kept: tens of bytes each.
_NATIVE_KEPT: Final = 1024

_JUSTIFY: Final = {"left": Justify(0), "center": Justify(1), "right": Justify(2)}
_HRI: Final = {"none": 0, "above": 1, "below": 2, "both": 3}
_FONT: Final = {"A": 0, "B": 1}


class _Paper(NamedTuple):
    """What of a profile bears on drawing."""

    dots: int
    way: str
    band_rows: int
    strip_rows: int
    row_dots: int
    feed_units: float

    def feed(self, dots: int) -> tuple[FeedDots, ...]:
        """The commands that feed `dots`."""
        units = round(dots * self.feed_units)
        return tuple(FeedDots(min(_MAX_FEED, units - done)) for done in range(0, units, _MAX_FEED))


_MAX_FEED: Final = 255  #: units of one ESC J


def _paper(profile: Profile) -> _Paper:
    return _Paper(
        profile.dots, profile.image, profile.band_rows, profile.strip_rows, profile.row_dots, profile.feed_units
    )


def _encoded(*parts: Command) -> bytes:
    return b"".join(part.encode() for part in parts)


def _kept(key: Hashable, make: Callable[[], bytes], key_bytes: int = 0) -> bytes:
    made = DRAWN.get(key)
    if made is None:
        made = make()
        DRAWN.put(key, made, key_bytes)
    return made


# --- bitmaps ---

#: Rows stored by one GS ( L: by 2 allows half of the 1,662 that TM-T88V documents for by 1, and older ones no more.
_GRAPHICS_ROWS: Final = 831
_SHORT_GRAPHICS: Final = 0xFFFF  # bytes of GS ( L; beyond them GS 8 L
_STORE_RASTER: Final = bytes((48, 112, 48, 1, 1, 49))  # m, fn, a (monochrome), bx, by, c (colour 1)
_PRINT_STORED: Final = bytes((48, 50))  # m, fn

#: Rows of an ESC * strip -> m for double density.
_STRIP_MODE: Final = {24: 33, 8: 1}
_PINS: Final = (8,)  # of heads that move across the paper


def bitmap_bytes(bitmap: Bitmap, profile: Profile) -> bytes:
    """The bytes that print `bitmap` at a line's start, by the profile's way of taking pictures. Alignment is as it
    stands; the paper ends at a line's start."""
    return _bitmap(bitmap, _paper(profile))


def feed(dots: int, profile: Profile) -> bytes:
    """The bytes that feed `dots`."""
    return _encoded(*_paper(profile).feed(dots))


#: DLE EOT, DLE ENQ and DLE DC4 (pulse, power-off, buzzer, status, clear buffers): printers obey them wherever they
#: stand, in the midst of a picture too. Source: Epson reference, notes of these commands.
_REALTIME: Final = re.compile(
    rb"\x10(?=\x04[\x01-\x04\x07\x08\x12]|\x05[\0-\2]|\x14(?:\x01[\0\1][\1-\x08]|\x02\x01\x08|\x03|\x07|\x08\x01\x03))"
)
_ONE_DOT_MORE: Final = b"\x30"


def _inert(dots: bytes) -> bytes:
    """The dots with one more where they would be a real-time command. Drawn bars and modules have no single dots."""
    return _REALTIME.sub(_ONE_DOT_MORE, dots)


def _bitmap(bitmap: Bitmap, paper: _Paper) -> bytes:
    if paper.way == "column":
        return _columns(bitmap, paper)
    if paper.way == "graphics":
        return b"".join(map(_graphics, bitmap.bands(_GRAPHICS_ROWS)))
    bands = bitmap.bands(paper.band_rows)
    return _encoded(*(commands.RasterImage(0, band.stride, band.height, _inert(band.data)) for band in bands))


def _graphics(band: Bitmap) -> bytes:
    data = _STORE_RASTER + word(band.width) + word(band.height) + _inert(band.data)
    store = commands.Graphics(data) if len(data) <= _SHORT_GRAPHICS else commands.LargeGraphics(data)
    return _encoded(store, commands.Graphics(_PRINT_STORED))


def _columns(bitmap: Bitmap, paper: _Paper) -> bytes:
    """Strips, each a line as high as itself: for each column of dots its bytes, top first."""
    import PIL.Image

    rows = paper.strip_rows
    # A head that prints in both directions would set one strip beside the other.
    one_way, both_ways = ((Unidirectional(1),), (Unidirectional(0),)) if rows in _PINS else ((), ())
    parts: list[Command] = [*one_way, LineSpacing(int(rows * paper.row_dots * paper.feed_units))]
    for strip in bitmap.bands(rows):
        data = strip.data.ljust(strip.stride * rows, b"\0")
        upright = PIL.Image.frombytes("1", (strip.width, rows), data)
        turned = upright.transpose(PIL.Image.Transpose.TRANSPOSE)
        parts += commands.BitImage(_STRIP_MODE[rows], strip.width, _inert(turned.tobytes())), LineFeed()
    return _encoded(*parts, DefaultLineSpacing(), *both_ways)


# --- pictures ---


def image(data: Image, profile: Profile) -> bytes:
    """ESC a and the picture. Raises Fault at "code"."""
    return inked_image(data, profile)[0]


def inked_image(data: Image, profile: Profile) -> tuple[bytes, bool, int]:
    """`image`, whether any dot of it is black, and the pixels that the picture came with."""
    paper = _paper(profile)
    short = len(data.code) <= _SHORT_CODE
    code = data.code if short else hashlib.blake2b(data.code.encode("utf-8", "replace"), digest_size=16).digest()
    look = (data.pixel_width, data.align, data.threshold, data.dithering, data.scaling)
    made = _kept(("image", code, look, paper), lambda: _image(data, paper), len(code))
    inked, pixels = _FOUND.unpack_from(made)
    return made[_FOUND.size :], inked, pixels


#: What was found about a picture, kept before its bytes: whether there is any black, and its pixels.
_FOUND: Final = struct.Struct("<?L")


def _image(data: Image, paper: _Paper) -> bytes:
    """The picture's bytes behind what was found about it."""
    file = decode_base64(data.code)
    bitmap = picture_bitmap(data, file, paper.dots, paper.row_dots)
    width, height = own_size(file, "code")
    return _FOUND.pack(any(bitmap.data), width * height) + _JUSTIFY[data.align].encode() + _bitmap(bitmap, paper)


# --- barcodes ---


def is_printed(profile: Profile, *, native: bool) -> bool:
    """Whether a barcode or symbol comes out so that a reader reads it: the printer's own, or drawn."""
    return native or profile.drawn_symbols


def barcode_words(data: Barcode) -> str:
    """What a barcode says to people, where it cannot be printed. Raises Fault at "data"."""
    return linear.code(data.symbology, data.data).shown


@functools.lru_cache(_NATIVE_KEPT)
def _fitting_width(data: Barcode, dots: int) -> int:
    return linear.fitting_width(linear.code(data.symbology, data.data), data.width, dots)


def barcode_width(data: Barcode, profile: Profile) -> int:
    """Dots of the narrowest bar with which the barcode fits the paper: as asked, or less. Raises Fault at "data" or
    "width"."""
    return _fitting_width(data, profile.dots)


def barcode(data: Barcode, profile: Profile) -> bytes:
    """ESC a and the barcode, whose width fits: the printer's own where it has the symbology, a raster elsewhere. Raises
    Fault at "data"."""
    if data.symbology in profile.barcodes:
        native = _native_barcode(data)
        if native is not None:
            return native
    paper = _paper(profile)
    return _kept((data, paper), lambda: _drawn_barcode(data, paper))


@functools.lru_cache(_NATIVE_KEPT)
def _native_barcode(data: Barcode) -> bytes | None:
    made = linear.code(data.symbology, data.data)
    command = linear.command_data(made)
    if command is None or _REALTIME.search(command[1]):
        return None
    return _encoded(
        _JUSTIFY[data.align],
        symbols.BarcodeHeight(data.height),
        symbols.BarcodeWidth(data.width),
        symbols.HriPosition(_HRI[data.hri_position]),
        symbols.HriFont(_FONT[data.hri_font]),
        symbols.Barcode(*command),
    )


def _drawn_barcode(data: Barcode, paper: _Paper) -> bytes:
    made = linear.code(data.symbology, data.data)
    bars = _bitmap(linear.bitmap(made, data.width, data.height), paper)
    hri = _hri(made.shown, data.hri_font)
    above = hri if data.hri_position in ("above", "both") else b""
    below = hri if data.hri_position in ("below", "both") else b""
    return _JUSTIFY[data.align].encode() + above + bars + below


def _hri(shown: str, font: str) -> bytes:
    """The text for people as a line of its own; characters that do not print are spaces, as printers do (APG 351)."""
    text = "".join(character if " " <= character <= "~" else " " for character in shown)
    line = (Print(text.encode("ascii")), LineFeed())
    return _encoded(SelectFont(_FONT["B"]), *line, SelectFont(_FONT["A"])) if font == "B" else _encoded(*line)


# --- two-dimensional symbols ---

# GS ( k: fn, then parameters. Sources: T81 101-106, T90 170.
_MODEL, _SIZE, _ROW_HEIGHT, _CORRECTION, _STORE, _PRINT = 65, 67, 68, 69, 80, 81
_COLUMNS: Final = 65  # of PDF417
_M: Final = 48  # the one value of m in fn 80 and 81
_QR_MODEL_2: Final = 50
_QR_CORRECTION: Final = {"L": 48, "M": 49, "Q": 50, "H": 51}
_PDF417_ROW: Final = 3  # times the module's width
_CN: Final = {"pdf417": symbols.CN_PDF417, "datamatrix": symbols.CN_DATAMATRIX, "aztec": symbols.CN_AZTEC}


def _function(cn: int, fn: int, *parameters: int, data: bytes = b"") -> symbols.Symbol:
    return symbols.Symbol(bytes((cn, fn, *parameters)) + data)


#: Of a PDF417, Data Matrix or Aztec, about: a byte is 8 modules, and as many correct it; PDF417's are three high.
MODULES_OF_A_CHARACTER: Final = 32


def qr_modules(data: Qr, profile: Profile) -> int:
    """The modules to draw, with the pixels of the logo; none where the printer draws it."""
    if _is_native_qr(data, profile):
        return 0
    logo = 0
    if data.logo is not None:
        with contextlib.suppress(Fault):  # it is left out then
            width, height = own_size(decode_base64(data.logo, "logo"), "logo")
            logo = width * height // _PIXELS_OF_A_MODULE
    side = matrix.qr_side(matrix.qr_version(data.data, data.correction if data.logo is None else "H"))
    return side * side + logo


#: Reading a pixel of a logo costs about so much less than placing a module.
_PIXELS_OF_A_MODULE: Final = 64


def _is_native_qr(data: Qr, profile: Profile) -> bool:
    return profile.qr and data.logo is None and not data.circle_shape and not _REALTIME.search(data.data.encode())


def qr(data: Qr, profile: Profile) -> bytes:
    """ESC a and the QR symbol: the printer's own where it has one and neither logo nor round modules are asked, a
    raster elsewhere. Its human_text is the caller's. Raises Fault at "data", "pixel_width" or "logo"."""
    paper = _paper(profile)
    if _is_native_qr(data, profile):
        key = (data.data, data.correction, data.pixel_width or profile.dots, data.align, paper)
        return _kept(("qr", *key), lambda: _native_qr(*key), len(data.data))
    drawn = replace(data, human_text=None)
    if data.logo is not None:
        drawn = replace(drawn, logo=hashlib.blake2b(data.logo.encode("utf-8", "replace")).hexdigest())
    return _kept((drawn, paper), lambda: _drawn_qr(data, paper), len(data.data))


def _native_qr(data: str, correction: str, pixel_width: int, align: str, paper: _Paper) -> bytes:
    side = matrix.qr_side(matrix.qr_version(data, correction))
    module = matrix.qr_module(side, pixel_width, paper.dots)
    cn = symbols.CN_QR
    quiet = paper.feed(matrix.QR_QUIET * module)  # printers leave no white above and below; readers need it
    return _encoded(
        _JUSTIFY[align],
        *quiet,
        _function(cn, _MODEL, _QR_MODEL_2, 0),
        _function(cn, _SIZE, module),
        _function(cn, _CORRECTION, _QR_CORRECTION[correction]),
        _function(cn, _STORE, _M, data=data.encode()),
        _function(cn, _PRINT, _M),
        *quiet,
    )


def _drawn_qr(data: Qr, paper: _Paper) -> bytes:
    bitmap = matrix.qr_bitmap(data, paper.dots)
    return _JUSTIFY[data.align].encode() + _bitmap(bitmap, paper)


def symbol(kind: str, data: Symbol2D, profile: Profile) -> bytes:
    """ESC a and a "pdf417", "datamatrix" or "aztec" symbol: the printer's own where it has one and the data is ASCII, a
    raster elsewhere. Its human_text is the caller's. Raises Fault at "data" or "pixel_width"."""
    native = {"pdf417": profile.pdf417, "datamatrix": profile.datamatrix, "aztec": profile.aztec}[kind]
    # A printer says no character set in its symbol, and readers then take the bytes for Latin-1.
    native = native and data.data.isascii() and not _REALTIME.search(data.data.encode())
    paper = _paper(profile)
    key = (kind, native, data.data, data.pixel_width, data.align, paper)
    return _kept(key, lambda: _symbol(kind, data, paper, native=native))


def _symbol(kind: str, data: Symbol2D, paper: _Paper, *, native: bool) -> bytes:
    layout = matrix.symbol_layout(kind, data.data, data.pixel_width, paper.dots)
    justify = _JUSTIFY[data.align].encode()
    if not native:
        return justify + _bitmap(matrix.symbol_bitmap(layout, paper.dots), paper)
    return justify + _native_symbol(kind, data.data, layout, paper)


def _native_symbol(kind: str, data: str, layout: matrix.Layout, paper: _Paper) -> bytes:
    """Sizes as ours would be; what else can be set stays as ESC @ left it."""
    cn = _CN[kind]
    size = [_function(cn, _SIZE, layout.module)]
    if kind == "pdf417":
        size = [_function(cn, _COLUMNS, layout.columns), *size, _function(cn, _ROW_HEIGHT, _PDF417_ROW)]
    quiet = paper.feed(matrix.QUIET * layout.module)
    return _encoded(*quiet, *size, _function(cn, _STORE, _M, data=data.encode()), _function(cn, _PRINT, _M), *quiet)
