"""The line buffer: characters and bit-image strips waiting, side by side, for their line to be printed.

It knows the printable area and where the next character goes; it does not know commands. It promises that a full line
goes to paper only when one more character comes, so that a line of exactly the area's width and its line feed are one
line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ticket_daemon.poster.emulator.items import Item, Look, Picture, Text, flipped, moved
from ticket_daemon.poster.emulator.roll import Roll
from ticket_daemon.poster.raster.bitmap import Bitmap

#: Characters that the sender defined, with their dots.
Own = tuple[tuple[str, Bitmap], ...]
#: Runs on one line; ESC $ lets a line be overprinted for ever.
MAX_RUNS: Final = 2_000


class Line:
    """The characters of one line. All in dots; `x` counts from the left margin."""

    def __init__(self, roll: Roll, dots: int, spacing: int) -> None:
        self._roll = roll
        self._dots = dots
        self._default_spacing = spacing
        self._items: list[Item] = []
        self.on_printed: Callable[[], None] | None = None
        self.reset()

    def reset(self) -> None:
        """Drop what waits, and all modes of the line, as ESC @ does."""
        self.clear()
        self.margin = 0
        self.area = self._dots
        self.justify = 0
        self.spacing = self._default_spacing
        self.upside_down = False
        self.second = False  #: bit images in the second colour

    def clear(self) -> None:
        self._items = []
        self.x = self._extent = self._tallest = 0

    @property
    def empty(self) -> bool:
        """Nothing waits."""
        return not self._items and self.x == 0

    @property
    def at_start(self) -> bool:
        """Whether what counts at the beginning of a line only counts here."""
        return self.empty

    @property
    def width(self) -> int:
        """Dots of the printable area."""
        return max(1, min(self.area, self._dots - self.margin))

    @property
    def text(self) -> str:
        """What waits, as it reads."""
        return reading(self._items)

    def put(self, text: str, look: Look, own: Own = ()) -> None:
        """Add characters, printing each line that they fill."""
        overhang = look.advance - look.width  # the last character's own spacing may hang over
        while text:
            fits = (self.width - self.x + overhang) // look.advance
            if fits <= 0 and not self.empty:
                self.print()
                continue
            self._add(text[: max(1, fits)], look, own)
            text = text[max(1, fits) :]

    def _add(self, text: str, look: Look, own: Own) -> None:
        last = self._items[-1] if self._items else None
        run = Text(self.x, 0, text, look, own)
        joins = isinstance(last, Text) and last.look == look and last.own == own and last.x + last.width == self.x
        if joins and isinstance(last, Text):
            self._items[-1] = Text(last.x, 0, last.text + text, look, own)
        elif len(self._items) < MAX_RUNS:
            self._items.append(run)
        self._advance(run.width, run.height)

    def put_strip(self, strip: Picture) -> None:
        """Add a bit image; what lies outside the area is lost."""
        room = (self.width - self.x) // strip.scale_x
        bitmap = strip.bitmap
        if bitmap.height > room:
            bitmap = Bitmap(bitmap.width, max(0, room), bitmap.rows(0, max(0, room)))
        strip = Picture(self.x, 0, bitmap, strip.scale_x, strip.scale_y, by_columns=True, second=self.second)
        if len(self._items) < MAX_RUNS:
            self._items.append(strip)
        self._advance(strip.width, strip.height)

    def _advance(self, width: int, height: int) -> None:
        self.x += width
        self._extent = max(self._extent, self.x)
        self._tallest = max(self._tallest, height)

    def move(self, x: int) -> None:
        """The next character goes to `x` dots from the left margin, inside the area."""
        self.x = max(0, min(x, self.width))
        self._extent = max(self._extent, self.x)

    def indent(self, width: int) -> int:
        """Dots from the paper's left for something `width` dots wide, by the margin and the justification."""
        free = max(0, self.width - width)
        return self.margin + (0, free // 2, free)[self.justify]

    def print(self, feed: int | None = None) -> None:
        """Print what waits and feed: at least its height, else `feed` dots (the line spacing if not given)."""
        feed = self.spacing if feed is None else feed
        printed = bool(self._items)
        if printed:
            self._set_down()
        self._roll.feed(max(feed, self._tallest))
        self.clear()
        if printed and self.on_printed is not None:
            self.on_printed()

    def _set_down(self) -> None:
        """Place the items: feet on one line, justified, turned round where upside-down mode says so."""
        extent = min(self._extent, self.width)
        left = self.indent(extent)
        if any(isinstance(item, Text) for item in self._items):
            self._roll.read(reading(self._items))
        for item in self._items:
            placed = moved(item, 0, self._tallest - item.height)
            if self.upside_down:
                placed = flipped(placed, extent, self._tallest)
            self._roll.put(moved(placed, left, 0))


def reading(items: Sequence[Item]) -> str:
    """Runs of text from left to right, a blank for each column of gap, without blanks at the end."""
    text, end = "", 0
    for item in sorted((item for item in items if isinstance(item, Text)), key=lambda run: run.x):
        gap = item.x - end
        if text or gap > 0:
            text += " " * max(0, round(gap / item.look.cell_width))
        text += item.text
        end = item.x + item.width
    return text.rstrip()
