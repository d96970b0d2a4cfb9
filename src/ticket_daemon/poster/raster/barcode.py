"""Barcodes: from what a client wrote to valid data, its bars, its width in dots and what GS k is sent.

It knows each symbology's alphabet, lengths and check digits; it does not know paper, alignment or whether a printer
draws the bars itself. It promises that whatever `code` returns is a valid symbol of its symbology, that check digits
in it are right (verified, or added when absent), and that `dots` is the width of both the printer's own drawing and
of `bitmap`, which share one rule.

No quiet zone is drawn: none is drawn by GS k either, and the paper's own unprinted margins (4 to 5 mm) are one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from ticket_daemon.messages import Phrase
from ticket_daemon.poster.document.model import Fault
from ticket_daemon.poster.escpos.symbols import BARCODE_M
from ticket_daemon.poster.raster import bars, code128, gs1
from ticket_daemon.poster.raster.bitmap import Bitmap

#: GS w n -> dots of the thick bars of two-level codes. Source: TM-T88III specification p. 155.
THICK: Final = {2: 5, 3: 8, 4: 10, 5: 13, 6: 16}
WIDTHS: Final = tuple(THICK)

#: What the length byte of GS k (form B) can say.
MAX_CHARACTERS: Final = 255

_NOT_DIGIT: Final = re.compile(r"[^0-9]")


class Code(Struct, frozen=True):
    """A valid barcode. `elements` as in bars.py; `shown` is the text for people (HRI); `native` the data of GS k
    form B, None where that command cannot say it."""

    symbology: str
    elements: str
    shown: str
    native: bytes | None


def code(symbology: str, data: str) -> Code:
    """The symbol for `data`. Raises Fault with field "data"."""
    if not 0 < len(data) <= MAX_CHARACTERS:
        expected = Phrase("barcode.characters", {"limit": MAX_CHARACTERS})
        raise _length(symbology, expected, len(data))
    return _MAKERS[symbology](data)


def command_data(made: Code) -> tuple[int, bytes] | None:
    """m and data for GS k form B, or None where it cannot say it."""
    if made.native is None or len(made.native) > MAX_CHARACTERS:
        return None
    return BARCODE_M[made.symbology], made.native


def dots(made: Code, width: int) -> int:
    """Dots across, from the first bar to the last, when the narrowest is `width` dots (2 to 6)."""
    return sum(size * made.elements.count(element) for element, size in _sizes(width).items())


def fitting_width(made: Code, width: int, paper: int) -> int:
    """`width`, or the widest below it with which the symbol is no wider than `paper` dots. Raises Fault with field
    "width" where none is."""
    for narrower in range(width, WIDTHS[0] - 1, -1):
        across = dots(made, narrower)
        if across <= paper:
            return narrower
    raise Fault("barcode.too_wide", "width", dots=across, paper=paper)


def bitmap(made: Code, width: int, height: int) -> Bitmap:
    """The bars, `height` dots tall, the narrowest `width` dots (2 to 6)."""
    sizes = _sizes(width)
    row = "".join("10"[index % 2] * sizes[element] for index, element in enumerate(made.elements))
    stride = (len(row) + 7) // 8
    packed = int(row.ljust(stride * 8, "0"), 2).to_bytes(stride, "big")
    return Bitmap(len(row), height, packed * height)


def _sizes(width: int) -> dict[str, int]:
    """Element -> dots."""
    return {"n": width, "w": THICK[width], "1": width, "2": 2 * width, "3": 3 * width, "4": 4 * width}


# --- rules ---


def _length(symbology: str, expected: Phrase, got: int) -> Fault:
    return Fault("barcode.length", "data", symbology=symbology, expected=expected, got=got)


def _only_digits(symbology: str, data: str) -> None:
    if bad := _NOT_DIGIT.search(data):
        raise Fault("barcode.alphabet", "data", symbology=symbology, got=repr(bad.group()))


def _checked(symbology: str, digits: str, whole: int) -> str:
    """`digits` with the check digit that makes them `whole`, verified or added."""
    _only_digits(symbology, digits)
    if len(digits) not in (whole - 1, whole):
        raise _length(symbology, Phrase("barcode.digits", {"lengths": f"{whole - 1}, {whole}"}), len(digits))
    expected = gs1.check_digit(digits[: whole - 1])
    if len(digits) == whole and digits[-1] != expected:
        raise Fault("barcode.check_digit", "data", symbology=symbology, expected=expected, got=digits[-1])
    return digits[: whole - 1] + expected


def _retail(symbology: str, whole: int, elements: Callable[[str], str]) -> Callable[[str], Code]:
    def make(data: str) -> Code:
        digits = _checked(symbology, data, whole)
        return Code(symbology, elements(digits), digits, digits.encode())

    return make


def expand_upce(digits: str) -> str:
    """The 11 UPC-A digits (no check digit) that number system and six digits of a UPC-E stand for."""
    system, d = digits[0], digits[1:7]
    if d[5] in "012":
        return f"{system}{d[:2]}{d[5]}0000{d[2:5]}"
    if d[5] == "3":
        return f"{system}{d[:3]}00000{d[3:5]}"
    if d[5] == "4":
        return f"{system}{d[:4]}00000{d[4]}"
    return f"{system}{d[:5]}0000{d[5]}"


def compress_upca(digits: str) -> str | None:
    """The number system and six digits of the UPC-E that 11 UPC-A digits shorten to, or None. The inverse of
    `expand_upce`, tried by the rule's own order."""
    m, item = digits[1:6], digits[6:11]
    for six in (f"{m[:2]}{item[2:]}{m[2]}", f"{m[:3]}{item[3:]}3", f"{m[:4]}{item[4]}4", f"{m}{item[4]}"):
        if expand_upce(digits[0] + six) == digits:
            return digits[0] + six
    return None


def _upce(data: str) -> Code:
    """UPC-E from six digits (number system 0), seven with the number system, eight with the check digit too, or from
    the 11 or 12 digits of a UPC-A that can be shortened. GS k takes the long form on old and new printers alike, and
    number system 0 only (APG 346)."""
    _only_digits("upce", data)
    if len(data) not in (6, 7, 8, 11, 12):
        raise _length("upce", Phrase("barcode.digits", {"lengths": "6, 7, 8, 11, 12"}), len(data))
    seven = compress_upca(data[:11]) if len(data) > 8 else data[:7] if len(data) > 6 else "0" + data
    if seven is None or seven[0] not in "01":
        raise Fault("barcode.upce", "data")
    whole = _checked("upce", expand_upce(seven) + (data[-1] if len(data) in (8, 12) else ""), 12)
    eight = seven + whole[-1]
    return Code("upce", bars.upce(eight), eight, whole.encode() if eight[0] == "0" else None)


def _code39(data: str) -> Code:
    text = data[1:-1] if len(data) > 2 and data[0] == data[-1] == "*" else data
    for character in text:
        if character not in bars.CODE39_ALPHABET:
            raise Fault("barcode.alphabet", "data", symbology="code39", got=repr(character))
    return Code("code39", bars.code39(text), text, text.encode())


def _codabar(data: str) -> Code:
    """Start and stop letters (A to D) are taken from the data, and are A where it has neither."""
    text = data.upper()
    if not (text[0] in bars.CODABAR_ENDS or text[-1] in bars.CODABAR_ENDS):
        text = f"A{text}A"
    if len(text) < 3 or text[0] not in bars.CODABAR_ENDS or text[-1] not in bars.CODABAR_ENDS:
        raise Fault("barcode.codabar_ends", "data")
    for character in text[1:-1]:
        if character not in bars.CODABAR_ALPHABET:
            raise Fault("barcode.alphabet", "data", symbology="codabar", got=repr(character))
    return Code("codabar", bars.codabar(text), text, text.encode())


def _itf(data: str) -> Code:
    _only_digits("itf", data)
    if len(data) % 2:
        raise _length("itf", Phrase("barcode.even_digits"), len(data))
    return Code("itf", bars.itf(data), data, data.encode())


def _ascii(symbology: str, data: str) -> bytes:
    for character in data:
        if character > "\x7f":
            raise Fault("barcode.alphabet", "data", symbology=symbology, got=repr(character))
    return data.encode("ascii")


def _code93(data: str) -> Code:
    native = _ascii("code93", data)
    return Code("code93", bars.code93(data), data, native)


def _code128(data: str) -> Code:
    _ascii("code128", data)
    written = code128.write(data)
    return Code("code128", bars.code128(written.values), data, written.escaped)


def _gs1_128(data: str) -> Code:
    found = gs1.elements(data)
    written = code128.write(found.encoded)
    return Code("gs1-128", bars.code128(written.values), found.shown, found.escaped)


_MAKERS: Final[dict[str, Callable[[str], Code]]] = {
    "upca": _retail("upca", 12, bars.upca),
    "upce": _upce,
    "ean13": _retail("ean13", 13, bars.ean13),
    "ean8": _retail("ean8", 8, bars.ean8),
    "code39": _code39,
    "code93": _code93,
    "code128": _code128,
    "itf": _itf,
    "codabar": _codabar,
    "gs1-128": _gs1_128,
}
