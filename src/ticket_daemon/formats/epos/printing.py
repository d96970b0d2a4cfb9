"""What each element of ePOS-Print XML does to the writer. Text attributes are sticky: they count for what follows."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ticket_daemon.errors import DocumentError
from ticket_daemon.formats.epos import graphics
from ticket_daemon.formats.epos.schema import Item
from ticket_daemon.poster.document import model
from ticket_daemon.poster.document.model import Fault, Style
from ticket_daemon.poster.escpos import mechanics
from ticket_daemon.poster.escpos.characters import (
    DefaultLineSpacing,
    FeedLines,
    LineSpacing,
    SelectColor,
    UpsideDown,
)
from ticket_daemon.poster.render import commands
from ticket_daemon.poster.render.graphics import feed as feed_dots
from ticket_daemon.poster.render.writer import Writer

#: The greatest number of one byte.
_MOST: Final = 255
_PULSE_OFF_MS: Final = 100
#: A sound's cycle is on and off, in units of 100 ms.
_BEEP_UNIT_MS: Final = 200
_LONGEST: Final = 9


class Look(Struct, frozen=True):
    """The sticky state of text."""

    font: str = "A"
    width: int = 1
    height: int = 1
    bold: bool = False
    underline: bool = False
    inverse: bool = False
    color: str = "color_1"
    align: str = "left"
    rotate: bool = False
    linespc: int | None = None  #: dots; None: the printer's own

    def changed(self, item: Item) -> Look:
        """The state behind an element's attributes."""
        given = dict(item.values)
        changes = {ours: given[theirs] for theirs, ours in _NAMES.items() if theirs in given}
        if "font" in given:
            changes["font"] = "A" if given["font"] in ("font_a", "special_a") else "B"
        for double, side in (("dw", "width"), ("dh", "height")):
            if double in given and side not in given:
                changes[side] = 2 if given[double] else 1
        return replace(self, **changes) if changes else self

    @property
    def style(self) -> Style:
        return _style(self.bold, self.width, self.height, self.underline, self.inverse, self.font)


_NAMES: Final = {
    "width": "width", "height": "height", "em": "bold", "ul": "underline", "reverse": "inverse", "color": "color",
    "align": "align", "rotate": "rotate", "linespc": "linespc",
}  # fmt: skip
_PLACES: Final = frozenset(("align", "rotate", "linespc"))


@functools.lru_cache(256)
def _style(bold: bool, width: int, height: int, underline: bool, inverse: bool, font: str) -> Style:
    return Style(
        bold=bold, size=f"{width}x{height}", underline="1pt" if underline else "0pt", inverse=inverse,
        font="B" if font == "B" else "A",
    )  # fmt: skip


class Printing:
    """Prints the elements of one document with one writer. `page` prints a page-mode element."""

    def __init__(self, to: Writer, page: Callable[[Item, Printing], None], *, allow_raw: bool | None = True) -> None:
        self.to = to
        self.look = Look()
        self._page = page
        self._allow_raw = allow_raw
        self._turned = False
        self._second = False

    def print(self, items: Iterable[Item]) -> None:
        """Print them. Raises DocumentError with the path of what cannot be."""
        for item in items:
            self.to.path = item.path
            try:
                _ACTIONS[item.name](self, item)
            except Fault as fault:
                path = item.path + (f".{fault.field}" if fault.field else "")
                raise DocumentError(fault.key, path=path, **fault.parameters) from None

    # --- text ---

    def text(self, item: Item) -> None:
        self._change(item)
        if "x" in item.values:
            self.to.move(item.values["x"])
        if item.text:
            self._write(item.text)

    def _change(self, item: Item) -> None:
        self.look = self.look.changed(item)
        if "linespc" in item.values:
            self._space()

    def _write(self, text: str) -> None:
        look, to = self.look, self.to
        if look.rotate != self._turned and not to.at_line_start:  # a printer turns whole lines
            head, end, text = text.partition("\n")
            self._put(head + end)
            if not text:
                return
        self._turn()
        self._ink()
        if look.color == "none":
            text = "".join("\n" if character == "\n" else " " for character in text)
        self._put(text)

    def _put(self, text: str) -> None:
        """Text whose last line feed leaves nothing behind it: what follows is the first of its line."""
        whole = text.removesuffix("\n")
        if whole:
            self.to.text(whole, self.look.style, self.look.align)
        if whole != text:
            self.to.end_line()

    def _turn(self) -> None:
        if self.look.rotate != self._turned:
            self._turned = self.look.rotate
            self.to.command(UpsideDown(int(self._turned)).encode())

    def _ink(self) -> None:
        second = self.look.color not in ("none", "color_1") and self.to.profile.colors > 1
        if second != self._second:
            self._second = second
            self.to.inline(SelectColor(int(second)).encode())

    def _space(self) -> None:
        dots = self.look.linespc
        if dots is None:
            self.to.inline(DefaultLineSpacing().encode())
        else:
            self.to.inline(LineSpacing(min(_MOST, round(dots * self.to.profile.feed_units))).encode())

    # --- paper ---

    def feed(self, item: Item) -> None:
        to, values = self.to, item.values
        self._change(item)
        if "unit" in values:
            to.pending_feed(feed_dots(values["unit"], to.profile))
        elif "pos" in values:
            to.end_open_line()
            to.command(feed_dots(to.profile.cutter_distance, to.profile))
        else:
            lines = values.get("line", 1)
            if lines and not to.at_line_start:  # the printer prints the line with the first of them
                to.end_line()
                lines -= 1
            if lines:
                to.block(FeedLines(lines).encode())

    def cut(self, item: Item) -> None:
        kind = item.values.get("type", "feed")
        mode = "full" if kind.endswith("fullcut") else "partial"
        profile = self.to.profile
        if kind.startswith("no_feed") and profile.cutter != "none":
            self.to.block(mechanics.Cut(0 if mode == "full" else 1).encode())
            return
        lines = 0 if profile.feed_to_cutter else math.ceil(profile.cutter_distance / profile.line_spacing)
        commands.cut(model.Cut(mode=mode, feed=min(lines, _MOST)), self.to)  # type: ignore[arg-type]

    # --- pictures and codes ---

    def _block(self, draw: Callable[[Item, str, Writer], None], item: Item) -> None:
        """What stands on a line of its own; its place is sticky, its size and its font are not."""
        self.look = self.look.changed(item._replace(values={k: v for k, v in item.values.items() if k in _PLACES}))
        self.to.end_open_line()
        self._turn()
        draw(item, self.look.align, self.to)
        if self.to.profile.image == "column" and self.look.linespc is not None:  # strips put it back to the usual
            self._space()

    def image(self, item: Item) -> None:
        self._block(graphics.image, item)

    def barcode(self, item: Item) -> None:
        self._block(graphics.barcode, item)

    def symbol(self, item: Item) -> None:
        self._block(graphics.symbol, item)

    def hline(self, item: Item) -> None:
        graphics.hline(item, self.to)

    def page(self, item: Item) -> None:
        self._page(item, self)

    # --- what does not print ---

    def pulse(self, item: Item) -> None:
        ms = int(item.values.get("time", "pulse_100").removeprefix("pulse_"))
        pin = 1 if item.values.get("drawer") == "drawer_2" else 0
        commands.pulse(model.Pulse(pin=pin, on_time=ms, off_time=_PULSE_OFF_MS), self.to)  # type: ignore[arg-type]

    def sound(self, item: Item) -> None:
        if item.values.get("pattern") in ("none", "0"):
            return
        times = min(_LONGEST, max(1, item.values.get("repeat", 1)))
        lapse = min(_LONGEST, max(1, item.values.get("cycle", 0) // _BEEP_UNIT_MS))
        commands.beep(model.Beep(times=times, lapse=lapse), self.to)

    def command(self, item: Item) -> None:
        if self._allow_raw is False:
            raise DocumentError("raw.forbidden", path=item.path, category="RAW")
        try:
            data = bytes.fromhex(item.text)
        except ValueError:
            raise Fault("epos.not_hex") from None
        self.to.raw(data, "all" if self._allow_raw else "ticket")
        self.to.end_raw()

    def reset(self, _: Item) -> None:
        """As at the document's beginning."""
        self.to.end_open_line()
        self.look = Look()
        self._turn()
        self._ink()
        self._space()

    def nothing(self, _: Item) -> None:
        """Mending the printer's troubles is the daemon's own work; receipts need no layout."""

    def left_out(self, item: Item) -> None:
        self.to.warn("warning.epos_left_out", element=item.name)

    def layout(self, item: Item) -> None:
        if item.values.get("type", "receipt") != "receipt":
            self.left_out(item)


_ACTIONS: Final[dict[str, Callable[[Printing, Item], None]]] = {
    "text": Printing.text,
    "feed": Printing.feed,
    "cut": Printing.cut,
    "image": Printing.image,
    "barcode": Printing.barcode,
    "symbol": Printing.symbol,
    "hline": Printing.hline,
    "page": Printing.page,
    "pulse": Printing.pulse,
    "sound": Printing.sound,
    "command": Printing.command,
    "reset": Printing.reset,
    "recovery": Printing.nothing,
    "layout": Printing.layout,
    "logo": Printing.left_out,
    "vline-begin": Printing.left_out,
    "vline-end": Printing.left_out,
    "rotate-begin": Printing.left_out,
    "rotate-end": Printing.left_out,
}
