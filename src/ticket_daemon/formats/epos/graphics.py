"""Pictures, barcodes, symbols and lines of ePOS-Print: from their elements to dots or to the printer's own commands."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final

from ticket_daemon.formats.epos.schema import BARCODES, SYMBOLS, Item
from ticket_daemon.poster.budget import LIMITS
from ticket_daemon.poster.document import model
from ticket_daemon.poster.document.model import Fault
from ticket_daemon.poster.raster import symbol as matrix
from ticket_daemon.poster.raster.bitmap import Bitmap
from ticket_daemon.poster.raster.image import MAX_DOTS, MAX_HEIGHT, blacken, dither
from ticket_daemon.poster.render import commands, graphics
from ticket_daemon.poster.render.writer import JUSTIFY, Writer

if TYPE_CHECKING:
    from PIL.Image import Image

_HALF: Final = 128
#: What the manual gives for attributes that are not there.
_BARCODE_WIDTH, _BARCODE_HEIGHT, _QR_MODULE, _MODULE = 3, 162, 3, 2
_THINNEST, _THICKEST = 2, 6  #: dots of a barcode's narrowest bar
_LEVELS: Final = {"l": "L", "m": "M", "q": "Q", "h": "H"}
#: Dots of a line's weight; a double one is two of them with as much between.
WEIGHTS: Final = {"thin": 1, "medium": 2, "thick": 4}
_BYTE: Final = re.compile(r"\\(\\|x[0-9A-Fa-f]{2})")
#: Each byte of 16 greys as the left dot's and the right dot's grey.
_LEFT: Final = bytes((value >> 4) * 17 for value in range(256))
_RIGHT: Final = bytes((value & 15) * 17 for value in range(256))


# --- pictures ---


def image(item: Item, align: str, to: Writer) -> None:
    """Print a picture. Raises Fault."""
    width, height = item.values.get("width", 0), item.values.get("height", 0)
    if not width or not height:
        raise Fault("epos.no_size")
    if height > MAX_HEIGHT or width * height > MAX_DOTS:
        limit = min(MAX_HEIGHT, MAX_DOTS // width)
        raise Fault("image.too_tall", "height", width=width, height=f"{height:,}", limit=f"{limit:,}")
    data = _decoded(item.text)
    if item.values.get("mode") == "gray16":
        print_picture(_grey(data, width, height), align, to)
    else:
        print_picture(_mono(data, width, height), align, to)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):  # with line breaks in it, perhaps
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            raise Fault("image.base64") from None


def _mono(data: bytes, width: int, height: int) -> Image:
    import PIL.Image

    stride = (width + 7) // 8
    if len(data) != stride * height and len(data) == (width * height + 7) // 8:
        data = _padded(data, width, height)
    _check_size(data, stride * height)
    return PIL.Image.frombytes("1", (width, height), data, "raw", "1;I")


def _padded(data: bytes, width: int, height: int) -> bytes:
    """Rows of whole bytes, of dots that follow each other without a gap (as Odoo sends them)."""
    stride = (width + 7) // 8
    rows = bytearray()
    for start in range(0, width * height, width):
        first, last = start // 8, (start + width + 7) // 8
        bits = int.from_bytes(data[first:last]) >> (last * 8 - start - width)
        rows += ((bits & (1 << width) - 1) << (stride * 8 - width)).to_bytes(stride)
    return bytes(rows)


def _grey(data: bytes, width: int, height: int) -> Image:
    import PIL.Image

    stride = (width + 1) // 2
    if len(data) != stride * height and len(data) == (width * height + 1) // 2:
        return PIL.Image.frombytes("L", (width, height), _greys(data)[: width * height])
    _check_size(data, stride * height)
    wide = PIL.Image.frombytes("L", (stride * 2, height), _greys(data))
    return wide.crop((0, 0, width, height))


def _greys(data: bytes) -> bytes:
    greys = bytearray(len(data) * 2)
    greys[::2], greys[1::2] = data.translate(_LEFT), data.translate(_RIGHT)
    return bytes(greys)


def _check_size(data: bytes, wanted: int) -> None:
    if len(data) != wanted:
        raise Fault("epos.image_size", got=f"{len(data):,}", wanted=f"{wanted:,}")


def print_picture(picture: Image, align: str, to: Writer) -> None:
    """Print a picture dot for dot; one that is wider than the paper is made as wide as that, for half a receipt is
    none."""
    from PIL.Image import Resampling

    profile = to.profile
    to.budget.spend("budget.dots", picture.width * picture.height)
    if picture.width > profile.dots:
        to.warn("warning.epos_scaled", got=picture.width, paper=profile.dots)
        size = profile.dots, max(1, picture.height * profile.dots // picture.width)
        picture = picture.convert("L").resize(size, Resampling.BOX)
    if profile.row_dots > 1:
        size = picture.width, max(1, picture.height // profile.row_dots)
        picture = picture.convert("L").resize(size, Resampling.BOX)
    if picture.mode == "L":
        bitmap = dither(picture, "floyd-steinberg", _HALF)
    else:
        bitmap = Bitmap(picture.width, picture.height, blacken(picture))
    to.block(JUSTIFY[align] + graphics.bitmap_bytes(bitmap, profile), aligned=True)


def hline(item: Item, to: Writer) -> None:
    """Print a level line over the width of the paper."""
    import PIL.Image
    from PIL import ImageDraw

    x1, x2 = sorted((item.values.get("x1", 0), item.values.get("x2", 0)))
    last = to.profile.dots - 1
    bars = stripes(item.values.get("style", "thin"))
    strip = PIL.Image.new("1", (to.profile.dots, bars[-1][1] + 1), 1)
    draw = ImageDraw.Draw(strip)
    for top, bottom in bars:
        draw.rectangle((min(x1, last), top, min(x2, last), bottom), fill=0)
    print_picture(strip, "left", to)


def stripes(style: str) -> list[tuple[int, int]]:
    """The first and the last dot across a line of that style, of each of its strokes."""
    weight = WEIGHTS[style.removesuffix("_double")]
    first = (0, weight - 1)
    return [first, (2 * weight, 3 * weight - 1)] if style.endswith("_double") else [first]


# --- barcodes and symbols ---


def code_data(text: str) -> str:
    r"""What a barcode or symbol holds: `\\` is a backslash and `\xNN` a byte; bytes are UTF-8 where they can be."""
    if "\\" not in text:
        return text
    data = bytearray()
    place = 0
    for found in _BYTE.finditer(text):
        data += text[place : found.start()].encode("utf-8", "replace")
        escaped = found.group(1)
        data.append(ord("\\") if escaped == "\\" else int(escaped[1:], 16))
        place = found.end()
    data += text[place:].encode("utf-8", "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def code128_data(data: str) -> str:
    """The text of code 128 without the selections of code sets ({A, {B, {C) that a printer's command wants; our own
    choice of sets is the shortest. Raises Fault for functions, which no receipt's reader knows."""
    if not re.match(r"\{[ABC]", data):
        return data
    out: list[str] = []
    in_c = False
    characters = iter(data)
    for character in characters:
        if character == "{":
            mark = next(characters, "")
            if mark in ("A", "B", "C"):
                in_c = mark == "C"
            elif mark == "{":
                out.append(mark)
            elif mark != "S":  # a shift changes no character
                raise Fault("barcode.alphabet", "data", symbology="code128", got=repr("{" + mark))
        else:
            out.append(f"{ord(character):02d}" if in_c and ord(character) < 100 else character)
    return "".join(out)


def barcode(item: Item, align: str, to: Writer) -> None:
    """Print a barcode, in words where it cannot be one."""
    values, kind = item.values, BARCODES[item.values.get("type", "code39")]
    data = code_data(item.text)
    wide = min(_THICKEST, max(_THINNEST, values.get("width", _BARCODE_WIDTH)))
    try:
        if kind.startswith("DataBar"):
            _drawn(kind, data, wide, values.get("height", _BARCODE_HEIGHT), align, to)
            if values.get("hri", "none") != "none":
                to.line(data, align=align)
            return
        asked = model.Barcode(
            kind,
            code128_data(data) if kind == "code128" else data,
            width=wide,
            height=max(1, values.get("height", _BARCODE_HEIGHT)),
            hri_position=values.get("hri", "none"),
            hri_font="A" if values.get("font", "font_a") in ("font_a", "special_a") else "B",
            align=align,  # type: ignore[arg-type]
        )
        commands.barcode(asked, to)
    except Fault as fault:
        _in_words(data, align, to, fault)


def symbol(item: Item, align: str, to: Writer) -> None:
    """Print a two-dimensional symbol, in words where it cannot be one."""
    values = item.values
    kind = SYMBOLS[values.get("type", "pdf417_standard")]
    data = code_data(item.text)
    try:
        if not data:
            raise Fault("epos.no_data")
        if kind == "qr":
            level = _LEVELS.get(values.get("level", "default"), "M")
            side = matrix.qr_side(matrix.qr_version(data, level))
            dots = side * min(matrix.LARGEST_MODULE, max(matrix.LEAST_MODULE, values.get("width", _QR_MODULE)))
            commands.qr(model.Qr(data, pixel_width=dots, correction=level, align=align), to)  # type: ignore[arg-type]
        elif kind in ("pdf417", "datamatrix", "aztec"):
            _matrix(kind, data, values.get("width", 0), align, to)
        else:
            _drawn(kind, data, values.get("width", 0) or _MODULE, values.get("height", 0), align, to)
    except Fault as fault:
        _in_words(data, align, to, fault)


def _matrix(kind: str, data: str, module: int, align: str, to: Writer) -> None:
    """The symbol with modules of `module` dots; of the engine's own size where none is asked."""
    to.budget.spend("budget.modules", graphics.MODULES_OF_A_CHARACTER * len(data))
    width = None
    if module:
        rows = matrix.symbol_layout(kind, data, None, to.profile.dots).rows
        width = (len(rows[0]) + 2 * matrix.QUIET) * max(matrix.LEAST_MODULE, module)
    asked = model.Symbol2D(data, pixel_width=width, align=align)  # type: ignore[arg-type]
    if not graphics.is_printed(to.profile, native=getattr(to.profile, kind)):
        raise Fault("warning.no_symbols")
    to.block(graphics.symbol(kind, asked, to.profile), aligned=True)


def _drawn(kind: str, data: str, module: int, height: int, align: str, to: Writer) -> None:
    """A symbol that no command of printers' has, drawn: `height` dots where it is a row of bars."""
    from PIL.Image import Resampling

    if not to.profile.drawn_symbols:
        raise Fault("warning.no_symbols")
    to.budget.spend("budget.modules", graphics.MODULES_OF_A_CHARACTER * len(data))
    picture = matrix.drawn(kind, data)
    module = max(matrix.LEAST_MODULE, min(module, to.profile.dots // picture.width))
    high = max(1, height) if kind in BARCODES.values() else picture.height * module
    print_picture(picture.resize((picture.width * module, high), Resampling.NEAREST), align, to)


def _in_words(data: str, align: str, to: Writer, why: Fault) -> None:
    """A printer leaves out a code that is none; on a receipt its words are worth more than nothing."""
    from ticket_daemon.messages import Phrase

    if why.key in LIMITS:
        raise why
    to.warn("warning.epos_code_in_words", detail=Phrase(why.key, dict(why.parameters)))
    to.end_open_line()
    to.line(data, align=align)
