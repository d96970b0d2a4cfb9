"""A ticket written in Python instead of JSON, one call for each command.

It knows the document's commands, their fields and defaults; it does not know what is allowed in them, that is
`decode`'s, nor bytes. It promises that what it builds is what the same JSON would be, and that a fault is reported
as in JSON, with its place, when the document is asked for.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, Self, TypedDict

from ticket_daemon.errors import DocumentError
from ticket_daemon.poster.document import Document, decode, encode
from ticket_daemon.poster.document.model import Align
from ticket_daemon.poster.library import preview, render
from ticket_daemon.poster.profile.model import Profile

Font = Literal["A", "B"]
Underline = Literal["0pt", "1pt", "2pt"] | bool
#: A table's column: its name, its width in characters, and its alignment ("center" when left out).
ColumnOf = tuple[str, int] | tuple[str, int, Align]

_FIRST, _WITH_NEWER_COMMANDS = "1.0", "1.1"
_NEWER: Final = frozenset(("pdf417", "datamatrix", "aztec", "columns"))


class Look(TypedDict):
    """A style, as `style` makes it."""

    bold: bool
    size: str
    underline: Underline
    inverse: bool
    font: Font


class CellOf(TypedDict):
    """One cell of a `row`, as `cell` makes it."""

    text: str
    width: int | None
    align: Align
    style: Look


def style(
    *, bold: bool = False, size: str = "1x1", underline: Underline = False, inverse: bool = False, font: Font = "A"
) -> Look:
    """How text looks. `size` is width x height, each 1 to 8 times; font B is the smaller one."""
    return {"bold": bold, "size": size, "underline": underline, "inverse": inverse, "font": font}


def cell(
    text: str, width: int | None = None, align: Align = "left", *, bold: bool = False, size: str = "1x1",
    underline: Underline = False, inverse: bool = False, font: Font = "A",
) -> CellOf:  # fmt: skip
    """A cell of a `row`. `width` in columns of font A; without it, what the others leave is shared."""
    look = style(bold=bold, size=size, underline=underline, inverse=inverse, font=font)
    return {"text": text, "width": width, "align": align, "style": look}


class Ticket:
    """A ticket as it grows: every method adds a command and returns the ticket, so that calls can follow each other.

    >>> ticket = Ticket("Generic 58mm").text("CAFÉ LA NUBE", align="center", bold=True).separator()
    >>> for name, price in (("Café solo", "1.30 €"), ("Tostada", "2.10 €")):
    ...     _ = ticket.row(name, cell(price, 10, "right"))
    >>> data = ticket.cut().render()
    >>> len(ticket), ticket.document().version
    (5, '1.1')

    Nothing is checked before the document is asked for (`document`, `json`, `render`, `preview`); each of these may be
    called at any time and again. They raise DocumentError with the code `invalid_document` and the fault's path.

    >>> Ticket().feed(1).feed(999).document()
    Traceback (most recent call last):
    ticket_daemon.errors.DocumentError: VALIDATION: commands[1].data.lines: expected a whole number from 0 to 255

    Widths and heights are in dots where a picture or symbol is meant, in columns (characters) where text is.
    """

    def __init__(
        self,
        model: str = "Generic 80mm",
        *,
        paper_width: Literal[58, 72, 80, 100, 112, 120] | None = None,
        dpi: Literal[203, 300, 600] | None = None,
        code_table: str | None = None,
        has_qr: bool | None = None,
        width: int | None = None,
    ) -> None:
        """`model` is the printer's; what follows goes over what is known of it: the paper in mm, dots per inch, the
        code page to prefer, whether it draws QR symbols itself, and printable dots."""
        self._profile = {
            "model": model, "paper_width": paper_width, "dpi": dpi, "code_table": code_table, "has_qr": has_qr,
            "width": width,
        }  # fmt: skip
        self._commands: list[dict[str, Any]] = []

    def __len__(self) -> int:
        """How many commands there are."""
        return len(self._commands)

    # --- what it becomes ---

    def document(self) -> Document:
        """The ticket as a Document. Raises DocumentError."""
        newer = any(command["type"] in _NEWER for command in self._commands)
        version = _WITH_NEWER_COMMANDS if newer else _FIRST
        document, warnings = decode({"version": version, "profile": self._profile, "commands": self._commands})
        if warnings and warnings[0].key == "document.clamped":
            raise DocumentError(warnings[0].key, path=warnings[0].path, **warnings[0].parameters)
        if warnings:  # fields that do not exist, in a style or cell that was not made by `style` or `cell`
            raise TypeError(warnings[0].text())
        return document

    def json(self) -> str:
        """The ticket as JSON, defaults left out. Raises DocumentError."""
        return encode(self.document()).decode()

    def render(self, profile: Profile | str | None = None) -> bytes:
        """The printer's bytes; see `ticket_daemon.poster.render`. Raises DocumentError, UnknownProfileError."""
        return render(self.document(), profile)

    def preview(self, profile: Profile | str | None = None) -> bytes:
        """A PNG of the paper; see `ticket_daemon.poster.preview`. Raises DocumentError, UnknownProfileError."""
        return preview(self.document(), profile)

    # --- text ---

    def text(
        self,
        text: str,
        *,
        align: Align = "left",
        bold: bool = False,
        size: str = "1x1",
        underline: Underline = False,
        inverse: bool = False,
        font: Font = "A",
        label: str | None = None,
        label_style: Look | None = None,
        separator: str = ": ",
        new_line: bool = True,
    ) -> Self:
        """A line of text, `label` and `separator` before it. With `new_line` false the next text goes on beside it."""
        look = style(bold=bold, size=size, underline=underline, inverse=inverse, font=font)
        data: dict[str, Any] = {
            "content": {"text": text, "align": _unless_left(align), "content_style": look},
            "new_line": new_line,
        }
        if label is not None:
            data["label"] = {"text": label, "label_style": label_style or style(), "separator": separator}
        return self._add("text", data)

    def separator(self, char: str = "-", length: int | None = None, *, align: Align = "center") -> Self:
        """A rule of `char` across the paper, or `length` columns of it at `align`."""
        return self._add("separator", {"char": char, "length": length, "align": align})

    def row(self, *cells: str | CellOf, spacing: int = 1) -> Self:
        """Cells side by side, each with its own style: texts, or what `cell` makes. `spacing` is columns between."""
        made = [cell(item) if isinstance(item, str) else item for item in cells]
        return self._add("columns", {"cells": made, "spacing": spacing})

    def table(
        self,
        columns: Sequence[ColumnOf],
        rows: Iterable[Sequence[str | int | float | None]],
        *,
        show_headers: bool = True,
        header_bold: bool = True,
        word_wrap: bool = True,
        column_spacing: int = 1,
        align: Align = "center",
        font: Font = "A",
        auto_reduce: bool = True,
        paper_width: int | None = None,
    ) -> Self:
        """Rows under named columns: `[("Producto", 30, "left"), ("€", 8, "right")]`. `paper_width` is how many columns
        of the paper it may take; a wider one has its widest columns made narrower where `auto_reduce` allows it."""
        layout = [dict(zip(("name", "width", "align"), column, strict=False)) for column in columns]
        options = {
            "header_bold": header_bold, "word_wrap": word_wrap, "column_spacing": column_spacing,
            "align": align, "font": font, "auto_reduce": auto_reduce,
        }  # fmt: skip
        definition = {"columns": layout, "paper_width": paper_width}
        made = [list(row) for row in rows]
        return self._add(
            "table", {"definition": definition, "rows": made, "show_headers": show_headers, "options": options}
        )

    # --- pictures and symbols ---

    def image(
        self,
        data: bytes,
        *,
        pixel_width: int = 256,
        align: Align = "center",
        dithering: Literal["atkinson", "threshold", "floyd-steinberg"] = "atkinson",
        threshold: int = 128,
        scaling: Literal["bilinear", "nns"] = "bilinear",
    ) -> Self:
        """A picture from the bytes of a PNG, JPEG, BMP, GIF or WebP file, `pixel_width` dots wide."""
        look = {"pixel_width": pixel_width, "align": align, "dithering": dithering, "threshold": threshold}
        return self._add("image", {"code": _base64(data), **look, "scaling": scaling})

    def barcode(
        self,
        symbology: str,
        data: str,
        *,
        width: int = 3,
        height: int = 64,
        hri_position: Literal["none", "above", "below", "both"] = "below",
        hri_font: Font = "A",
        align: Align = "center",
    ) -> Self:
        """A barcode: "ean13", "ean8", "upca", "upce", "code39", "code93", "code128", "itf", "codabar", "gs1-128".
        `width` is of the narrowest bar (2 to 6), `hri_position` where the text for people stands."""
        look = {"width": width, "height": height, "hri_position": hri_position, "hri_font": hri_font, "align": align}
        return self._add("barcode", {"symbology": symbology, "data": data, **look})

    def qr(
        self,
        data: str,
        *,
        pixel_width: int = 256,
        correction: Literal["L", "M", "Q", "H"] = "M",
        align: Align = "center",
        human_text: str | None = None,
        logo: bytes | None = None,
        circle_shape: bool = False,
    ) -> Self:
        """A QR symbol of at most `pixel_width` dots, white around it included; `logo` is a picture file's bytes."""
        code = None if logo is None else _base64(logo)
        look = {"pixel_width": pixel_width, "correction": correction, "align": align, "circle_shape": circle_shape}
        return self._add("qr", {"data": data, **look, "human_text": human_text, "logo": code})

    def pdf417(
        self, data: str, *, pixel_width: int | None = None, align: Align = "center", human_text: str | None = None
    ) -> Self:
        """A PDF417 symbol, with a line of text for people below it."""
        return self._symbol("pdf417", data, pixel_width, align, human_text)

    def datamatrix(
        self, data: str, *, pixel_width: int | None = None, align: Align = "center", human_text: str | None = None
    ) -> Self:
        """A Data Matrix symbol, with a line of text for people below it."""
        return self._symbol("datamatrix", data, pixel_width, align, human_text)

    def aztec(
        self, data: str, *, pixel_width: int | None = None, align: Align = "center", human_text: str | None = None
    ) -> Self:
        """An Aztec symbol, with a line of text for people below it."""
        return self._symbol("aztec", data, pixel_width, align, human_text)

    # --- paper, drawer, sound, anything ---

    def feed(self, lines: int = 1) -> Self:
        """Empty lines."""
        return self._add("feed", {"lines": lines})

    def cut(self, mode: Literal["partial", "full"] = "partial", feed: int = 2) -> Self:
        """`feed` lines, then the blade."""
        return self._add("cut", {"mode": mode, "feed": feed})

    def pulse(self, pin: Literal[0, 1] = 0, on_time: int = 50, off_time: int = 100) -> Self:
        """Open the cash drawer at connector pin 2 (`pin` 0) or 5 (`pin` 1); times in ms."""
        return self._add("pulse", {"pin": pin, "on_time": on_time, "off_time": off_time})

    def beep(self, times: int = 1, lapse: int = 1) -> Self:
        """Sound the buzzer; `lapse` is in the printer's own unit, about 100 ms."""
        return self._add("beep", {"times": times, "lapse": lapse})

    def raw(self, data: bytes, *, comment: str | None = None, safe_mode: bool = False) -> Self:
        """Bytes for the printer as they are; `safe_mode` refuses those that could disturb it or make it answer."""
        return self._add("raw", {"hex": data.hex(" "), "comment": comment, "safe_mode": safe_mode})

    def _symbol(self, kind: str, data: str, pixel_width: int | None, align: Align, human_text: str | None) -> Self:
        return self._add(kind, {"data": data, "pixel_width": pixel_width, "align": align, "human_text": human_text})

    def _add(self, kind: str, data: dict[str, Any]) -> Self:
        self._commands.append({"type": kind, "data": data})
        return self


def _unless_left(align: Align) -> Align | None:
    """Left is what a document means when it says nothing."""
    return None if align == "left" else align


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
