"""What each document command does to the writer.

It knows the document's commands and which bytes or text each becomes; it does not know JSON, paths or links. It
promises one function per command, in one table, so that a command cannot be forgotten or skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from ticket_daemon.poster.clusters import SOFT_HYPHEN, may_be_overlong
from ticket_daemon.poster.document import model
from ticket_daemon.poster.document.model import PLAIN, Fault, Style
from ticket_daemon.poster.escpos import mechanics
from ticket_daemon.poster.escpos.characters import FeedLines
from ticket_daemon.poster.layout.table import table_lines
from ticket_daemon.poster.layout.width import columns
from ticket_daemon.poster.layout.wrap import cut as cut_text
from ticket_daemon.poster.render.writer import Writer

#: Lines fed where there is no cutter: from the print head to the tear bar of common 58 mm printers is 10 to 12 mm.
TEAR_OFF_LINES: Final = 4
_HEADER_BOLD: Final = {"A": Style(bold=True), "B": Style(bold=True, font="B")}
_BODY: Final = {"A": PLAIN, "B": Style(font="B")}


def text(data: model.Text, to: Writer) -> None:
    content, label = data.content, data.label
    assert isinstance(content, model.Content)
    align = content.align or "left"
    if label is not None:
        assert isinstance(label, model.Label)
        shown = label.text + label.separator
        if label.align and content.align and label.align != content.align:  # two lines, each at its own place
            to.line(shown, label.label_style, label.align)
        else:
            align = label.align or align
            to.text(shown, label.label_style, align)
    if data.new_line:
        to.line(content.text, content.content_style, align)
    else:
        to.text(content.text, content.content_style, align)


def table(data: model.Table, to: Writer) -> None:
    font = data.options.font
    assert data.definition is not None  # the document's own promise
    to.budget.spend("budget.cells", (len(data.rows) + 1) * len(data.definition.columns), "rows")
    together = "".join(map("".join, data.rows))  # type: ignore[arg-type]  # every cell is a string by now
    to.budget.spend("budget.characters", len(together), "rows")
    if not together.isprintable() or may_be_overlong(together):
        rows = tuple(tuple(to.clean(cell) for cell in row) for row in data.rows)  # type: ignore[arg-type]
        data = model.Table(data.definition, rows, data.show_headers, data.options)
    header, body = table_lines(data, to.profile.columns(font), to.budget.left["budget.lines"])
    if header:
        header = [to.clean(line) if not line.isprintable() else line for line in header]
        to.lines(header, (_HEADER_BOLD if data.options.header_bold else _BODY)[font])
    if body:
        to.lines(body, _BODY[font])


def free_columns(data: model.Columns, to: Writer) -> None:
    from ticket_daemon.poster.render.free_columns import free_columns as lay_out

    lay_out(data, to)


def separator(data: model.Separator, to: Writer) -> None:
    paper = to.profile.columns("A")
    length = data.length or paper
    char = data.char
    if not char.isprintable():
        char = to.clean(char).replace("\n", "").replace("\t", " ").replace(SOFT_HYPHEN, "")
    size = columns(char)
    if not size:
        raise Fault("separator.invisible", "char")
    line = char * (length // size + 1)
    head, _ = cut_text(line, length)
    to.end_open_line()
    to.line(head + " " * (length - columns(head)), PLAIN, data.align if length < paper else "left")


def feed(data: model.Feed, to: Writer) -> None:
    if not data.lines:
        to.warn("warning.feed_nothing")
        return
    to.block(FeedLines(data.lines).encode())


def cut(data: model.Cut, to: Writer) -> None:
    profile = to.profile
    if profile.cutter == "none":
        to.warn("warning.no_cutter")
        to.block(FeedLines(max(data.feed, TEAR_OFF_LINES)).encode())
        return
    full = data.mode == "full"
    command = mechanics.Cut(65 if full else 66, 0) if profile.feed_to_cutter else mechanics.Cut(0 if full else 1)
    lines = FeedLines(data.feed).encode() if data.feed else b""
    to.block(lines + command.encode())


def pulse(data: model.Pulse, to: Writer) -> None:
    if not to.with_pulse:
        return
    to.command(mechanics.Pulse(data.pin, data.on_time // 2, data.off_time // 2).encode())


def beep(data: model.Beep, to: Writer) -> None:
    kind = to.profile.buzzer
    if kind == "none":
        to.warn("warning.no_buzzer")
    elif kind == "esc_b":
        to.command(mechanics.Beep(data.times, data.lapse).encode())
    else:  # fn 97: n = 100, times, on and off in units of 100 ms
        to.command(mechanics.Buzzer(bytes((97, 100, data.times, data.lapse, data.lapse))).encode())


def raw(data: model.Raw, to: Writer) -> None:
    own = data.data
    to.budget.spend("budget.raw", len(own), "hex")
    to.raw(own, "printing" if data.safe_mode else "all" if to.allow_raw else "ticket")


def image(data: model.Image, to: Writer) -> None:
    from ticket_daemon.poster.render import graphics

    picture, inked, pixels = graphics.inked_image(data, to.profile)
    to.budget.spend("budget.pixels", pixels, "code")
    to.budget.spend("budget.dots", 8 * len(picture), "code")
    if not inked:
        to.warn("warning.blank_image")
    to.block(picture, aligned=True)


def barcode(data: model.Barcode, to: Writer) -> None:
    from ticket_daemon.poster.render import graphics

    if not graphics.is_printed(to.profile, native=data.symbology in to.profile.barcodes):
        _in_words(graphics.barcode_words(data), data.align, to)
        return
    width = graphics.barcode_width(data, to.profile)
    if width != data.width:
        to.warn("warning.narrower_barcode", got=data.width, used=width)
        data = replace(data, width=width)
    to.block(graphics.barcode(data, to.profile), aligned=True)


def qr(data: model.Qr, to: Writer) -> None:
    from ticket_daemon.poster.render import graphics

    if graphics.is_printed(to.profile, native=to.profile.qr):
        to.budget.spend("budget.modules", graphics.qr_modules(data, to.profile), "data")
        to.block(_qr(data, to), aligned=True)
    else:
        _in_words(data.data, data.align, to)
    _human_text(data.human_text, data.align, to)


def _qr(data: model.Qr, to: Writer) -> bytes:
    from ticket_daemon.poster.render import graphics

    try:
        return graphics.qr(data, to.profile)
    except Fault as fault:
        if fault.field != "logo":
            raise
    to.warn("warning.no_logo")
    return graphics.qr(replace(data, logo=None), to.profile)


def _symbol(kind: str) -> Callable[[model.Symbol2D, Writer], None]:
    def symbol(data: model.Symbol2D, to: Writer) -> None:
        from ticket_daemon.poster.render import graphics

        if graphics.is_printed(to.profile, native=getattr(to.profile, kind)):
            to.budget.spend("budget.modules", graphics.MODULES_OF_A_CHARACTER * len(data.data), "data")
            to.block(graphics.symbol(kind, data, to.profile), aligned=True)
        else:
            _in_words(data.data, data.align, to)
        _human_text(data.human_text, data.align, to)

    return symbol


def _in_words(words: str, align: str, to: Writer) -> None:
    """What a symbol would say, where this printer's dots are too coarse for any reader."""
    to.warn("warning.no_symbols")
    to.end_open_line()
    _human_text(words, align, to)


def _human_text(words: str | None, align: str, to: Writer) -> None:
    if words:
        to.text(words, PLAIN, align)
        to.end_line()


#: The command's type -> what prints it.
RENDERERS: Final[dict[type, Callable[[Any, Writer], None]]] = {
    model.TextCommand: text,
    model.ImageCommand: image,
    model.BarcodeCommand: barcode,
    model.QrCommand: qr,
    model.TableCommand: table,
    model.SeparatorCommand: separator,
    model.FeedCommand: feed,
    model.CutCommand: cut,
    model.RawCommand: raw,
    model.PulseCommand: pulse,
    model.BeepCommand: beep,
    model.Pdf417Command: _symbol("pdf417"),
    model.DataMatrixCommand: _symbol("datamatrix"),
    model.AztecCommand: _symbol("aztec"),
    model.ColumnsCommand: free_columns,
}
