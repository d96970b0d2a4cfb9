"""Page mode: areas of a page with text and pictures in four directions, drawn and printed as one picture.

Few printers beside Epson's know page mode; drawn, a page comes out alike on all of them. What stands in it is written
as page-mode commands for the emulated printer, whose paper is the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from ticket_daemon.formats.epos.graphics import print_picture, stripes
from ticket_daemon.formats.epos.printing import Look, Printing
from ticket_daemon.formats.epos.schema import Item
from ticket_daemon.poster.document.model import Fault
from ticket_daemon.poster.emulator.page import MAX_PAGE_DOTS
from ticket_daemon.poster.escpos.page import AbsoluteY, FormFeed, PageArea, PageDirection, PageMode
from ticket_daemon.poster.render.writer import Writer

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

#: Dots of a line that nothing wraps: the area does.
_ENDLESS: Final = 4096
_DIRECTIONS: Final = {"left_to_right": 0, "bottom_to_top": 1, "right_to_left": 2, "top_to_bottom": 3}
_MAX_WORD: Final = 0xFFFF


class _Area(NamedTuple):
    x: int
    y: int
    width: int
    height: int
    direction: int = 0

    def on_page(self, x: int, y: int) -> tuple[int, int]:
        """A place in the area, counted in its direction, as one of the page."""
        return (
            (self.x + x, self.y + y),
            (self.x + y, self.y + self.height - x),
            (self.x + self.width - x, self.y + self.height - y),
            (self.x + self.width - y, self.y + x),
        )[self.direction]


class _Stroke(NamedTuple):
    """A line or rectangle, in dots of the page."""

    box: tuple[int, int, int, int]
    style: str
    is_line: bool


class _Page:
    """One page as its elements are read."""

    def __init__(self, outer: Printing) -> None:
        own = outer.to.profile
        self.paper = replace(
            own, image="raster", feed_units=1, row_dots=1, barcodes=(), qr=False, pdf417=False, datamatrix=False,
            aztec=False, drawn_symbols=True, cutter_distance=0,
        )  # fmt: skip
        self._to = Writer(replace(self.paper, dots=_ENDLESS))
        self._to.budget = outer.to.budget
        self._inner = Printing(self._to, _no_page)
        self._inner.look = replace(outer.look, rotate=False)
        self._area = _Area(0, 0, own.dots, MAX_PAGE_DOTS)
        self._bottom = 0
        self._strokes: list[_Stroke] = []
        self._to.command(PageMode().encode())

    @property
    def look(self) -> Look:
        return self._inner.look

    def read(self, item: Item) -> None:
        values = item.values
        if item.name == "area":
            size = values.get("width", self.paper.dots), values.get("height", MAX_PAGE_DOTS)
            self._set_area(_Area(values.get("x", 0), values.get("y", 0), *size, self._area.direction))
        elif item.name == "direction":
            self._set_area(self._area._replace(direction=_DIRECTIONS[values.get("dir", "left_to_right")]))
        elif item.name == "position":
            self._move(values.get("x"), values.get("y"))
        elif item.name in ("line", "rectangle"):
            start = self._area.on_page(values.get("x1", 0), values.get("y1", 0))
            end = self._area.on_page(values.get("x2", 0), values.get("y2", 0))
            self._strokes.append(_Stroke((*start, *end), values.get("style", "thin"), item.name == "line"))
        else:
            if item.name == "text" and "y" in values:
                self._move(None, values["y"])
            self._inner.print((item,))

    def _set_area(self, area: _Area) -> None:
        self._area = area
        self._bottom = min(MAX_PAGE_DOTS, max(self._bottom, area.y + area.height))
        area_bytes = PageArea(area.x, area.y, min(area.width, _MAX_WORD), min(area.height, _MAX_WORD)).encode()
        self._to.inline(area_bytes + PageDirection(area.direction).encode())

    def _move(self, x: int | None, y: int | None) -> None:
        if y is not None:
            self._to.inline(AbsoluteY(y).encode())
        if x is not None:
            self._to.move(x)

    def print(self, outer: Printing) -> None:
        import PIL.Image
        from PIL.ImageDraw import Draw

        from ticket_daemon.poster.emulator import draw

        outer.to.budget.spend("budget.pixels", self.paper.dots * (self._bottom or MAX_PAGE_DOTS))
        self._to.pending()
        self._to.command(FormFeed().encode())
        paper = draw(self._to.taken(), self.paper).bitmap()
        strokes = max((max(stroke.box[1], stroke.box[3]) + 1 for stroke in self._strokes), default=0)
        height = min(MAX_PAGE_DOTS, self._bottom or max(paper.height, strokes))
        if not height:
            return
        picture = PIL.Image.new("1", (self.paper.dots, height), 1)
        if paper.height:
            picture.paste(PIL.Image.frombytes("1", (paper.width, paper.height), paper.data, "raw", "1;I"))
        pen = Draw(picture)
        for stroke in self._strokes:
            _draw(stroke, pen)
        outer.to.end_open_line()
        print_picture(picture, "left", outer.to)
        for warned in self._to.warnings:
            outer.to.warn(warned.key, path=warned.path, **warned.parameters)


def _draw(stroke: _Stroke, pen: ImageDraw) -> None:
    x1, y1, x2, y2 = stroke.box
    x1, x2 = min(x1, x2), max(x1, x2)
    if stroke.is_line and x1 != x2 and y1 != y2:
        pen.line(
            (stroke.box[0], stroke.box[1], stroke.box[2], stroke.box[3]), fill=0, width=stripes(stroke.style)[0][1] + 1
        )
        return
    y1, y2 = min(y1, y2), max(y1, y2)
    for first, last in stripes(stroke.style):
        if not stroke.is_line:
            weight = last - first + 1
            if x2 - x1 >= 2 * first and y2 - y1 >= 2 * first:
                pen.rectangle((x1 + first, y1 + first, x2 - first, y2 - first), outline=0, width=weight)
        elif y1 == y2:
            pen.rectangle((x1, y1 + first, x2, y1 + last), fill=0)
        else:
            pen.rectangle((x1 + first, y1, x1 + last, y2), fill=0)


def _no_page(item: Item, _: Printing) -> None:
    raise Fault("epos.unknown_element", got=item.name)


def print_page(item: Item, outer: Printing) -> None:
    """Print a `page` element. Text attributes go on behind it as they stand in it."""
    page = _Page(outer)
    for child in item.items:
        page.read(child)
    page.print(outer)
    outer.look = replace(page.look, rotate=outer.look.rotate)
