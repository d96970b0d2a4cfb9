"""The calibration ticket: what a printer can do, on paper, so that a shop sees whether its profile is right.

It knows profiles and the document's commands; it does not know destinations or how documents become bytes. It
promises a Document that any printer of the profile prints whole, that opens no drawer and makes no sound.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from typing import Final

from ticket_daemon import messages
from ticket_daemon.poster.document.model import (
    PLAIN,
    SIZES,
    AztecCommand,
    Barcode,
    BarcodeCommand,
    Command,
    Content,
    Cut,
    CutCommand,
    DataMatrixCommand,
    Document,
    Feed,
    FeedCommand,
    Image,
    ImageCommand,
    Pdf417Command,
    ProfileRequest,
    Qr,
    QrCommand,
    Raw,
    RawCommand,
    Separator,
    SeparatorCommand,
    Style,
    Symbol2D,
    Text,
    TextCommand,
)
from ticket_daemon.poster.escpos.characters import Emphasis, LineFeed, Print, SelectCodePage, SelectFont
from ticket_daemon.poster.profile.model import Profile

_BOLD: Final = Style(bold=True)
_SIZES: Final = ("2x1", "1x2", "2x2", "3x3", "4x4")
_EAN13: Final = "750103131130"
_CODE128: Final = "Code 128: 0042"
_QR: Final = "https://example.com/calibration"
_SYMBOL_DOTS: Final = 200

_TICK: Final = 10  #: dots between the ruler's marks
_LONG_TICK: Final = 100
_RULER_ROWS: Final = 40
_RAMP_ROWS: Final = 48

_UPPER: Final = range(0x80, 0x100)
_ROW: Final = 32  #: code page characters on a line, behind their first byte in hex


def calibration(profile: Profile, lang: str = "en") -> Document:
    """The calibration ticket for a printer of `profile`; its words in `lang` ("es" or "en")."""

    def say(key: str, **parameters: object) -> str:
        return messages.text(key, lang, **parameters)

    commands: list[Command] = [
        *_title(profile, lang),
        *_columns(profile, lang),
        _line(say("calibration.dots")),
        _picture(_ruler(profile.dots), profile.dots, "threshold"),
        *_styles(profile, lang),
        *_code_pages(profile, lang),
        *(_symbols(profile, lang) if profile.drawn_symbols else ()),
        _line(say("calibration.greys"), _BOLD),
        _picture(_ramp(profile.dots), profile.dots, "atkinson"),
        CutCommand(Cut()),
    ]
    return Document("1.1", ProfileRequest(profile.name), tuple(commands))


def _line(text: str, style: Style = PLAIN, align: str = "left") -> TextCommand:
    return TextCommand(Text(Content(text, style, align)))  # type: ignore[arg-type]


def _title(profile: Profile, lang: str) -> Iterator[Command]:
    yield _line(messages.text("calibration.title", lang), Style(bold=True, size="2x2"), "center")
    yield _line(f"{profile.vendor} {profile.name}", _BOLD, "center")
    paper = messages.text("calibration.paper", lang, mm=profile.paper_mm, dots=profile.dots, dpi=profile.dpi)
    yield _line(paper, align="center")
    yield SeparatorCommand(Separator())


def _columns(profile: Profile, lang: str) -> Iterator[Command]:
    """A line of figures for each font, as long as the paper has columns: one more would break it."""
    for font in ("A", "B"):
        count = profile.columns(font)
        style = Style(font=font)
        yield _line(messages.text("calibration.font", lang, font=font, columns=count))
        tens = "".join(f"{column:>10}" for column in range(10, count + 1, 10))
        yield _line(tens, style)
        yield _line("".join(str(column % 10) for column in range(1, count + 1)), style)


def _styles(profile: Profile, lang: str) -> Iterator[Command]:
    def say(key: str, **parameters: object) -> str:
        return messages.text(key, lang, **parameters)

    yield _line(say("calibration.styles"), _BOLD)
    yield _line(say("calibration.bold"), _BOLD)
    yield _line(say("calibration.underlined", points="1pt"), Style(underline="1pt"))
    yield _line(say("calibration.underlined", points="2pt"), Style(underline="2pt"))
    if profile.inverse:
        yield _line(say("calibration.inverse"), Style(inverse=True))
    for size in _SIZES:
        if max(SIZES[size]) <= profile.largest_size:
            yield _line(f"{size} ñ€", Style(size=size))
    yield SeparatorCommand(Separator())


# --- code pages ---


def _code_pages(profile: Profile, lang: str) -> Iterator[Command]:
    """Each number's upper half as raw bytes, which show what the printer has there and not what its profile says."""
    yield _line(messages.text("calibration.pages", lang), _BOLD)
    font = 0 if profile.columns("A") >= _ROW + len("80 ") else 1
    for name, number in sorted(profile.code_pages.items(), key=lambda page: page[1]):
        yield _line(f"ESC t {number}  {name}", _BOLD)
        yield RawCommand(Raw(_page_bytes(number, font).hex(), comment=name))
    yield SeparatorCommand(Separator())


def _page_bytes(number: int, font: int) -> bytes:
    rows = b"".join(
        Print(f"{first:02X} ".encode() + bytes(range(first, first + _ROW))).encode() + LineFeed().encode()
        for first in _UPPER[::_ROW]
    )
    return b"".join((Emphasis(0).encode(), SelectFont(font).encode(), SelectCodePage(number).encode(), rows))


# --- symbols ---


def _symbols(profile: Profile, lang: str) -> Iterator[Command]:
    def heading(symbol: str, own: bool) -> Command:
        return _line(messages.text("calibration.own" if own else "calibration.drawn", lang, symbol=symbol))

    yield _line(messages.text("calibration.symbols", lang), _BOLD)
    for title, name, data in (("EAN-13", "ean13", _EAN13), ("Code 128", "code128", _CODE128)):
        yield heading(title, name in profile.barcodes)
        yield BarcodeCommand(Barcode(name, data, width=2, height=48))
        yield FeedCommand(Feed(1))
    yield heading("QR", profile.qr)
    yield QrCommand(Qr(_QR, pixel_width=_SYMBOL_DOTS))
    matrix = (
        ("PDF417", Pdf417Command, profile.pdf417),
        ("Data Matrix", DataMatrixCommand, profile.datamatrix),
        ("Aztec", AztecCommand, profile.aztec),
    )
    for title, command, own in matrix:
        if own:  # where they are drawn, they are no other than the QR and the pictures
            yield heading(title, own)
            yield command(Symbol2D(title, pixel_width=None if title == "PDF417" else _SYMBOL_DOTS))
    yield SeparatorCommand(Separator())


# --- pictures ---


def _picture(grey: bytes, dots: int, dithering: str) -> ImageCommand:
    """Rows of `dots` grey bytes as an image command, every pixel one dot."""
    code = base64.b64encode(_png(grey, dots)).decode()
    return ImageCommand(Image(code, "png", dots, dithering=dithering, scaling="nns"))  # type: ignore[arg-type]


def _ruler(dots: int) -> bytes:
    """Marks every 10 dots, longer every 50 and 100, between lines at the first and the last dot."""
    rows = []
    for y in range(_RULER_ROWS):
        row = bytearray(b"\xff" * dots)
        for x in range(0, dots, _TICK):
            reach = _RULER_ROWS if x % _LONG_TICK == 0 else _RULER_ROWS // 2 if x % (_LONG_TICK // 2) == 0 else 10
            if y < reach:
                row[x] = 0
        row[0] = row[-1] = 0
        rows.append(bytes(dots) if y in (0, _RULER_ROWS - 1) else bytes(row))
    return b"".join(rows)


def _ramp(dots: int) -> bytes:
    row = bytes(255 - 255 * x // (dots - 1) for x in range(dots))
    return row * _RAMP_ROWS


def _png(grey: bytes, width: int) -> bytes:
    """Grey bytes as a PNG file. Source: the PNG specification, colour type 0, filter 0."""
    rows = b"".join(b"\0" + grey[start : start + width] for start in range(0, len(grey), width))
    header = struct.pack(">2I5B", width, len(grey) // width, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
