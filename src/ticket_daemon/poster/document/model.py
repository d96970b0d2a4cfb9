"""The document: frozen types for everything a ticket may hold, in one canonical form.

It knows field names, defaults, limits and the short form of earlier clients; it does not know printers, paper or
bytes. It promises that whatever was built is canonical: `__post_init__` folds the short form into the long one, so
the renderer sees one shape only, and that `decode(encode(document)) == document`.

The classes are msgspec Structs: msgspec checks types and ranges while it reads the JSON, in C, and `__post_init__`
raises `Fault` for what a type cannot say. Sizes are in dots, columns, lines, bytes or milliseconds as each says.
"""

from __future__ import annotations

import base64
import binascii
import re
from itertools import chain
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from ticket_daemon.messages import Phrase

MAX_NAME: Final = 255  #: characters of a printer model's or code page's name
MAX_COMMANDS: Final = 20_000
MAX_RAW_BYTES: Final = 4096
MAX_QR_CHARACTERS: Final = 7089

Align = Literal["left", "center", "right"]
#: What earlier clients may send beside a number in its range: 0 for the default; anything, for the nearest in range.
ZERO: Final = {"zero_is_default": True}
CLAMPED: Final = {"clamped": True}

Byte = Annotated[int, Meta(ge=0, le=255)]
Lines = Annotated[int, Meta(ge=1, le=255, extra=ZERO)]
Dots = Annotated[int, Meta(ge=1, le=65535, extra=ZERO)]
PulseMs = Annotated[int, Meta(ge=2, le=510, extra=ZERO | CLAMPED)]
OneToNine = Annotated[int, Meta(ge=1, le=9, extra=ZERO | CLAMPED)]
QrDots = Annotated[int, Meta(ge=87, le=65535, extra=ZERO | CLAMPED)]

#: "WxH" -> (width, height) multipliers.
SIZES: Final = {f"{w}x{h}": (w, h) for w in range(1, 9) for h in range(1, 9)}
_NORMAL: Final = "1x1"
_SIZE_WORDS: Final = {
    "normal": _NORMAL,
    _NORMAL: _NORMAL,
    "": _NORMAL,
    **{size.replace("x", "X"): size for size in SIZES},
    "large": "2x2",
    "wide": "2x1",
    "tall": "1x2",
}


class Fault(ValueError):
    """A rule that a type cannot say was broken. `decode` turns it into a DocumentError with the full path.

    `field` is the place below the struct that raised it ("" for the struct itself).
    """

    def __init__(self, key: str, field: str = "", **parameters: Any) -> None:
        super().__init__(key)
        self.key = key
        self.field = field
        self.parameters = parameters


class _Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all parts: frozen, strict about field names (`decode` strips and reports unknown ones)."""

    def _set(self, field: str, value: Any) -> None:
        force_setattr(self, field, value)

    def _defaults(self, **defaults: Any) -> None:
        """Let fields that equal their default be it: msgspec leaves out of the canonical JSON what is the default."""
        for field, default in defaults.items():
            value = getattr(self, field)
            if value is not default and value == default:
                self._set(field, default)

    def _fold(self, short: str, long: str) -> Any:
        """Take the value of the short-form field away; both forms at once is a fault."""
        value = getattr(self, short)
        if getattr(self, long) is not None:
            raise Fault("document.two_forms", short, first=short, second=long)
        self._set(short, None)
        return value


# --- profile ---


class ProfileRequest(_Part, frozen=True):
    """Which printer the ticket was made for; fields given here override the profile found by `model`."""

    model: Annotated[str, Meta(max_length=MAX_NAME)]
    paper_width: Annotated[Literal[58, 72, 80, 100, 112, 120], Meta(extra=ZERO)] | None = None  #: mm
    code_table: Annotated[str, Meta(max_length=MAX_NAME)] | None = None
    dpi: Annotated[Literal[203, 300, 600], Meta(extra=ZERO)] | None = None
    has_qr: bool | None = None
    width: Annotated[int, Meta(ge=64, le=4096, extra=ZERO)] | None = None  #: dots; short form
    supports_qr: bool | None = None  #: short form of has_qr

    def __post_init__(self) -> None:
        if not self.model.strip():
            raise Fault("document.model_empty", "model")
        if self.code_table == "":
            self._set("code_table", None)
        if self.supports_qr is not None:
            self._set("has_qr", self._fold("supports_qr", "has_qr"))


# --- text ---


class Style(_Part, frozen=True):
    """How text looks. `size` is "WxH" in multiples of the font's cell, each 1 to 8."""

    bold: bool = False
    size: str = _NORMAL
    underline: Literal["0pt", "1pt", "2pt"] | bool = "0pt"
    inverse: bool = False
    font: Literal["A", "B", "a", "b"] = "A"
    align: Align | None = None  #: moved to the content by the part that owns the style

    def __post_init__(self) -> None:
        if self.size is not _NORMAL and (self.size == _NORMAL or self.size not in SIZES):
            size = _SIZE_WORDS.get(self.size)
            if size is None:
                raise Fault("style.size", "size", got=repr(self.size))
            self._set("size", size)
        if self.underline is False or self.underline is True:
            self._set("underline", "1pt" if self.underline else "0pt")
        if self.font == "a" or self.font == "b":
            self._set("font", "A" if self.font == "a" else "B")

    def without_align(self) -> Style:
        """The same look, with the alignment left out."""
        return Style(self.bold, self.size, self.underline, self.inverse, self.font)


PLAIN: Final = Style()
_LABEL_SEPARATOR: Final = ": "


class Content(_Part, frozen=True):
    """The main text of a line."""

    text: str
    content_style: Style = PLAIN
    align: Align | None = None

    def __post_init__(self) -> None:
        if self.content_style.align is not None:
            self._set("align", self.align or self.content_style.align)
            self._set("content_style", self.content_style.without_align())
        if self.content_style is not PLAIN:
            self._defaults(content_style=PLAIN)


class Label(_Part, frozen=True):
    """Text before the content on the same line, then the separator; without text it is none."""

    text: str = ""
    label_style: Style = PLAIN
    separator: str = _LABEL_SEPARATOR
    align: Align | None = None

    def __post_init__(self) -> None:
        if self.label_style.align is not None:
            self._set("align", self.align or self.label_style.align)
            self._set("label_style", self.label_style.without_align())
        self._defaults(label_style=PLAIN, separator=_LABEL_SEPARATOR)


class Text(_Part, frozen=True):
    """One text, with its label before it; ends its line unless `new_line` is false."""

    content: Content | str
    label: Label | str | None = None
    new_line: bool = True
    style: Style | None = None  #: short form of content.content_style
    label_style: Style | None = None  #: short form of label.label_style
    align: Align | None = None  #: short form of content.align
    newline: bool | None = None  #: short form of new_line
    content_style: Style | None = None  #: what earlier clients call `style`

    def __post_init__(self) -> None:
        if self.content_style is not None:
            self._set("style", self._fold("content_style", "style"))
        content, label = self.content, self.label
        if isinstance(content, str):
            content = Content(content, self.style or PLAIN, self.align)
            self._set("content", content)
        elif self.style is not None or self.align is not None:
            if self.style is not None and content.content_style != PLAIN:
                raise Fault("document.two_forms", "style", first="style", second="content.content_style")
            style = content.content_style if self.style is None else self.style
            self._set("content", Content(content.text, style, content.align or self.align))
        if isinstance(label, str):
            self._set("label", Label(label, self.label_style or PLAIN) if label else None)
        elif label is not None and not label.text:
            self._set("label", None)
        elif label is not None and self.label_style is not None:
            if label.label_style != PLAIN:
                raise Fault("document.two_forms", "label_style", first="label_style", second="label.label_style")
            self._set("label", Label(label.text, self.label_style, label.separator, label.align))
        if self.newline is not None:
            if self.newline and not self.new_line:
                raise Fault("document.two_forms", "newline", first="newline", second="new_line")
            self._set("new_line", self.newline)
        if self.style is not None or self.label_style is not None or self.align or self.newline is not None:
            for short in ("style", "label_style", "align", "newline"):
                self._set(short, None)


# --- table ---


class Column(_Part, frozen=True):
    """A table column, `width` in columns of the table's font."""

    width: Annotated[int, Meta(ge=1, le=1000)]
    name: str | None = None
    header: str | None = None  #: alias of name
    align: Align = "center"

    def __post_init__(self) -> None:
        if self.header is not None:
            self._set("name", self._fold("header", "name"))


class Definition(_Part, frozen=True):
    columns: tuple[Column, ...]
    paper_width: Annotated[int, Meta(ge=1, le=1000, extra=ZERO)] | None = None  #: columns

    def __post_init__(self) -> None:
        if not self.columns:
            raise Fault("table.no_columns", "columns")


class TableOptions(_Part, frozen=True):
    header_bold: bool = True
    word_wrap: bool = True
    column_spacing: Annotated[int, Meta(ge=0, le=100)] = 1
    align: Align = "center"
    font: Literal["A", "B"] = "A"
    auto_reduce: bool = True


_TABLE_OPTIONS: Final = TableOptions()
_TEXTS: Final = frozenset((str,))
_MAX_CELL_BITS: Final = 8192  #: of a number in a cell: some 2,466 digits


class Table(_Part, frozen=True):
    definition: Definition | None = None
    rows: tuple[tuple[str | int | float | None, ...], ...] = ()
    show_headers: bool = True
    options: TableOptions = _TABLE_OPTIONS
    columns: tuple[Column, ...] | None = None  #: short form of definition.columns

    def __post_init__(self) -> None:
        place = "definition.columns"
        if self.columns is not None:
            self._set("definition", Definition(self._fold("columns", "definition")))
            place = "columns"
        if self.definition is None:
            raise Fault("table.no_definition", "definition")
        columns = len(self.definition.columns)
        if self.show_headers:
            for index, column in enumerate(self.definition.columns):
                if column.name is None:
                    raise Fault("table.column_name", f"{place}[{index}].name")
        for index, row in enumerate(self.rows):
            if len(row) > columns:
                raise Fault("table.too_many_cells", f"rows[{index}]", got=len(row), columns=columns)
        if not _TEXTS.issuperset(map(type, chain.from_iterable(self.rows))):
            self._set("rows", tuple(tuple(map(_cell_text, row)) for row in self.rows))
        if self.options is not _TABLE_OPTIONS:
            self._defaults(options=_TABLE_OPTIONS)


def _cell_text(cell: str | float | None) -> str:
    if isinstance(cell, int) and cell.bit_length() > _MAX_CELL_BITS:  # Python would refuse to write it down
        raise Fault("document.out_of_range", "rows", expected=Phrase("kind.text"))
    return "" if cell is None else cell if isinstance(cell, str) else str(cell)


# --- pictures and symbols ---


class Image(_Part, frozen=True):
    code: str  #: base64, with or without a data: URL before it
    format: str | None = None  #: a hint of clients; the bytes say what they are
    pixel_width: Dots | None = None  #: dots; 256 when absent
    align: Align = "center"
    threshold: Byte = 128
    dithering: Literal["atkinson", "threshold", "floyd-steinberg"] = "atkinson"
    scaling: Literal["bilinear", "nns"] = "bilinear"
    width: Dots | None = None  #: short form of pixel_width

    def __post_init__(self) -> None:
        if self.width is not None:
            self._set("pixel_width", self._fold("width", "pixel_width"))
        if self.pixel_width is None:
            self._set("pixel_width", 256)


#: Spellings without punctuation -> the symbology's name.
SYMBOLOGIES: Final = {
    name.replace("-", ""): name
    for name in (
        "upca", "upce", "ean13", "ean8", "code39", "code93", "code128", "itf", "codabar", "gs1-128",
    )
} | {"jan13": "ean13", "jan8": "ean8"}  # fmt: skip


class Barcode(_Part, frozen=True):
    symbology: str
    data: str
    width: Annotated[int, Meta(ge=2, le=6, extra=CLAMPED)] = 3  #: dots of the narrowest bar
    height: Annotated[int, Meta(ge=1, le=255, extra=CLAMPED)] = 64  #: dots
    hri_position: Literal["none", "above", "below", "both"] = "below"
    hri_font: Literal["A", "B", "a", "b"] = "A"
    align: Align = "center"

    def __post_init__(self) -> None:
        if self.symbology not in SYMBOLOGIES.values():
            name = SYMBOLOGIES.get(re.sub(r"[-_ ]", "", self.symbology.lower()))
            if name is None:
                choice = Phrase("kind.choice", {"values": ", ".join(SYMBOLOGIES.values())})
                raise Fault("document.bad_choice", "symbology", got=repr(self.symbology), expected=choice)
            self._set("symbology", name)
        if self.hri_font == "a" or self.hri_font == "b":
            self._set("hri_font", "A" if self.hri_font == "a" else "B")


class Qr(_Part, frozen=True):
    data: Annotated[str, Meta(min_length=1, max_length=MAX_QR_CHARACTERS)]
    human_text: str | None = None
    pixel_width: QrDots | None = None  #: dots; 256 when absent
    correction: Literal["L", "M", "Q", "H"] = "M"
    align: Align = "center"
    logo: str | None = None  #: base64
    circle_shape: bool = False
    width: QrDots | None = None  #: short form of pixel_width

    def __post_init__(self) -> None:
        if self.width is not None:
            self._set("pixel_width", self._fold("width", "pixel_width"))
        if self.pixel_width is None:
            self._set("pixel_width", 256)


class Symbol2D(_Part, frozen=True):
    """PDF417, Data Matrix or Aztec (document 1.1)."""

    data: Annotated[str, Meta(min_length=1, max_length=4096)]
    pixel_width: Dots | None = None  #: dots at most; the paper's width when absent
    align: Align = "center"
    human_text: str | None = None


# --- paper, drawer, sound ---


_SEPARATOR_CHAR: Final = "-"


class Separator(_Part, frozen=True):
    char: Annotated[str, Meta(max_length=255)] = _SEPARATOR_CHAR
    length: Lines | None = None  #: columns; the paper's when absent
    align: Align = "center"  #: of one shorter than the paper

    def __post_init__(self) -> None:
        if not self.char:
            self._set("char", _SEPARATOR_CHAR)
        self._defaults(char=_SEPARATOR_CHAR)


class Feed(_Part, frozen=True):
    lines: Byte


class Cut(_Part, frozen=True):
    mode: Literal["full", "partial"] = "partial"
    feed: Byte = 2  #: lines before the cut


class Pulse(_Part, frozen=True):
    """A drawer kick: connector pin 2 (`pin` 0) or 5 (`pin` 1), times in ms."""

    pin: Literal[0, 1] = 0
    on_time: PulseMs = 50
    off_time: PulseMs = 100


class Beep(_Part, frozen=True):
    times: OneToNine = 1
    lapse: OneToNine = 1


_HEX_NOISE: Final = re.compile(r"0[xX]|[\s,]")
#: What is neither a digit nor noise, past all digits and noise before it.
_NOT_HEX: Final = re.compile(r"(?:0[xX]|[0-9a-fA-F\s,])*+(?P<bad>[^0-9a-fA-F\s,])")


class Raw(_Part, frozen=True):
    """Bytes for the printer as they are; `data` gives them decoded."""

    hex: str
    format: Literal["hex", "base64"] = "hex"
    comment: str | None = None
    safe_mode: bool = False

    def __post_init__(self) -> None:
        data = self.data
        if not data:
            raise Fault("raw.empty", "hex")
        if len(data) > MAX_RAW_BYTES:
            raise Fault("raw.too_long", "hex", got=len(data), limit=MAX_RAW_BYTES)

    @property
    def data(self) -> bytes:
        if self.format == "base64":
            try:
                return base64.b64decode(self.hex, validate=True)
            except (binascii.Error, ValueError):
                raise Fault("raw.base64", "hex") from None
        if bad := _NOT_HEX.match(self.hex):
            raise Fault("raw.hex", "hex", got=repr(bad["bad"]), offset=bad.start("bad"))
        digits = _HEX_NOISE.sub("", self.hex)
        if len(digits) % 2:
            raise Fault("raw.hex_odd", "hex")
        return bytes.fromhex(digits)


# --- free columns (1.1) ---


class Cell(_Part, frozen=True):
    """One cell of a `columns` row; `width` in columns of font A, the rest shared out when absent."""

    text: str
    width: Annotated[int, Meta(ge=1, le=1000)] | None = None
    align: Align = "left"
    style: Style = PLAIN

    def __post_init__(self) -> None:
        if self.style.align is not None:
            self._set("align", self.style.align)
            self._set("style", self.style.without_align())
        self._defaults(style=PLAIN)


class Columns(_Part, frozen=True):
    cells: tuple[Cell, ...]
    spacing: Annotated[int, Meta(ge=0, le=100)] = 1

    def __post_init__(self) -> None:
        if not self.cells:
            raise Fault("table.no_columns", "cells")


# --- commands ---


class _Command(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """`{"type": T, "data": {…}}`."""


class TextCommand(_Command, frozen=True, tag="text"):
    data: Text


class ImageCommand(_Command, frozen=True, tag="image"):
    data: Image


class BarcodeCommand(_Command, frozen=True, tag="barcode"):
    data: Barcode


class QrCommand(_Command, frozen=True, tag="qr"):
    data: Qr


class TableCommand(_Command, frozen=True, tag="table"):
    data: Table


class SeparatorCommand(_Command, frozen=True, tag="separator"):
    data: Separator = Separator()


class FeedCommand(_Command, frozen=True, tag="feed"):
    data: Feed


class CutCommand(_Command, frozen=True, tag="cut"):
    data: Cut = Cut()


class RawCommand(_Command, frozen=True, tag="raw"):
    data: Raw


class PulseCommand(_Command, frozen=True, tag="pulse"):
    data: Pulse = Pulse()


class BeepCommand(_Command, frozen=True, tag="beep"):
    data: Beep = Beep()


class Pdf417Command(_Command, frozen=True, tag="pdf417"):
    data: Symbol2D


class DataMatrixCommand(_Command, frozen=True, tag="datamatrix"):
    data: Symbol2D


class AztecCommand(_Command, frozen=True, tag="aztec"):
    data: Symbol2D


class ColumnsCommand(_Command, frozen=True, tag="columns"):
    data: Columns


Command = (
    TextCommand | ImageCommand | BarcodeCommand | QrCommand | TableCommand | SeparatorCommand | FeedCommand
    | CutCommand | RawCommand | PulseCommand | BeepCommand | Pdf417Command | DataMatrixCommand | AztecCommand
    | ColumnsCommand
)  # fmt: skip

#: Every command's wire name, in the order people meet them.
COMMAND_NAMES: Final = (
    "text", "image", "barcode", "qr", "table", "separator", "feed", "cut", "raw", "pulse", "beep",
    "pdf417", "datamatrix", "aztec", "columns",
)  # fmt: skip

_VERSION: Final = re.compile(r"(\d+)\.(\d+)", re.ASCII)


class Document(_Part, frozen=True):
    """A whole ticket, valid and canonical."""

    version: str
    profile: ProfileRequest
    commands: tuple[Command, ...]
    debug_log: bool = False

    def __post_init__(self) -> None:
        if self.version != "1.0" and _VERSION.fullmatch(self.version) is None:
            raise Fault("document.version_format", "version", got=repr(self.version))
        if not self.commands:
            raise Fault("document.no_commands", "commands")
        if len(self.commands) > MAX_COMMANDS:
            raise Fault("budget.commands", "commands", got=f"{len(self.commands):,}", limit=f"{MAX_COMMANDS:,}")


def with_heading(document: Document, text: str) -> Document:
    """The same ticket under one more line: `text`, centred, white on black."""
    style = Style(bold=True, size="1x2", inverse=True)
    heading = TextCommand(Text(Content(f" {text} ", style, "center")))
    return msgspec.structs.replace(document, commands=(heading, *document.commands))
