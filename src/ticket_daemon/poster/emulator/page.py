"""Page mode: text and pictures placed in areas of a page, in four directions, until the page is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from ticket_daemon.poster.emulator.events import Event
from ticket_daemon.poster.emulator.items import Item, Look, Picture, Text, flipped, moved
from ticket_daemon.poster.emulator.line import Line, Own, reading
from ticket_daemon.poster.emulator.roll import Roll

#: Dots of the longest page, and things on it. Epson's longest are 1,662 to 2,400 dots.
MAX_PAGE_DOTS: Final = 2_400
MAX_THINGS: Final = 5_000
#: How far down its cell a letter's foot stands: the 21st of 24 dots.
_BASELINE: Final = 21 / 24
LEFT_TO_RIGHT, BOTTOM_TO_TOP, RIGHT_TO_LEFT, TOP_TO_BOTTOM = range(4)


class _Area(NamedTuple):
    """A part of the page, in dots of the page."""

    x: int
    y: int
    width: int
    height: int


class _Thing(NamedTuple):
    """What was placed at once. Text of one `key`, whose first is how far down it stands, reads as one line."""

    items: tuple[Item, ...]
    key: tuple[Any, ...] = ()
    text: Item | None = None


_Run = tuple[Text | None, tuple[int, _Area, int] | None]
_NO_RUN: Final[_Run] = (None, None)


class Page:
    """A page in progress. `y` is where the next thing stands, in dots down from where the direction begins."""

    def __init__(self, roll: Roll, width: int, first_line: int) -> None:
        self._roll = roll
        self._dots = width
        self._first = round(first_line * _BASELINE)
        self._things: list[_Thing] = []
        self._run: _Run = _NO_RUN  #: that the last thing is, and where
        self.direction = LEFT_TO_RIGHT
        self._area = _Area(0, 0, width, MAX_PAGE_DOTS)
        self._bottom = 0  #: of the areas that were asked for
        self.y = self._first

    # --- where things go ---

    @property
    def width(self) -> int:
        """Dots of a line, in the direction of print."""
        return self._area.height if self._is_upright else self._area.width

    @property
    def height(self) -> int:
        return self._area.width if self._is_upright else self._area.height

    @property
    def _is_upright(self) -> bool:
        """Lines stand upright on the page."""
        return self.direction in (BOTTOM_TO_TOP, TOP_TO_BOTTOM)

    def turn(self, direction: int) -> None:
        """ESC T: the next thing stands at that direction's beginning."""
        self.direction = direction
        self.y = self._first

    def set_area(self, x: int, y: int, width: int, height: int) -> bool:
        """ESC W. False, and nothing changes, for an area that is none or begins beside the page."""
        if not width or not height or x >= self._dots or y >= MAX_PAGE_DOTS:
            return False
        self._area = _Area(x, y, min(width, self._dots - x), min(height, MAX_PAGE_DOTS - y))
        self._bottom = max(self._bottom, self._area.y + self._area.height)
        self.y = self._first
        return True

    def move_to(self, y: int) -> None:
        """GS $ and GS backslash; a place outside of the area is ignored."""
        if 0 <= y <= self.height:
            self.y = y

    def feed(self, dots: int) -> None:
        self.y = min(self.height, self.y + dots)

    # --- things ---

    def write(self, text: Text) -> None:
        """A run whose foot stands at `y`."""
        top = max(0, self.y - round(text.height * _BASELINE))
        text = self._continued(text)
        run = moved(text, 0, top)
        # Upright lines are laid out letter by letter: a run of rotated letters would stand side by side.
        letters = _letters(text) if self._is_upright else [text]
        placed = [self._placed(moved(letter, 0, top)) for letter in letters]
        level = self.direction == LEFT_TO_RIGHT
        foot = self._area.y if self._is_upright else placed[0].y + placed[0].height
        key = (foot,) if level else (foot, self.direction, self._area, self.y)
        self._add(_Thing(tuple(placed), key, placed[0] if level else run))
        if self._things[-1].key == key:
            self._run = (text, (self.direction, self._area, self.y))

    def _continued(self, text: Text) -> Text:
        """With the run that it goes on with, which is taken off the page: bytes come in any pieces."""
        last, place = self._run
        goes_on = (
            last is not None
            and place == (self.direction, self._area, self.y)
            and (last.look, last.own, last.x + last.width) == (text.look, text.own, text.x)
        )
        self._run = _NO_RUN
        if last is None or not goes_on:
            return text
        self._things.pop()
        return replace(text, x=last.x, text=last.text + text.text)

    def put(self, item: Item) -> None:
        """A picture whose `y` counts from a head at `y`."""
        self.put_block([item], 0)

    def put_block(self, items: list[Item], height: int) -> None:
        """What belongs together, as high as `height`, its foot at `y`."""
        self._run = _NO_RUN
        self._add(_Thing(tuple(self._placed(moved(item, 0, max(-item.y, self.y - height))) for item in items)))

    def _add(self, thing: _Thing) -> None:
        if len(self._things) < MAX_THINGS:
            self._things.append(thing)

    def read(self, text: str) -> None:
        """What stands under bars is no line of the page."""

    def note(self, event: Event) -> None:
        self._roll.note(event)

    def _placed(self, item: Item) -> Item:
        """From the direction's own coordinates to the page's."""
        area = self._area
        if self._is_upright:
            item = _turned(item, self.height)
        if self.direction in (RIGHT_TO_LEFT, BOTTOM_TO_TOP):
            item = flipped(item, area.width, area.height)
        return moved(item, area.x, area.y)

    # --- the page as a whole ---

    @property
    def count(self) -> int:
        """Things on it."""
        return len(self._things)

    @property
    def lines(self) -> list[str]:
        """The text on it, as it reads from top to bottom."""
        return [text for _, text in self._read_lines()]

    def _read_lines(self) -> Iterator[tuple[int, str]]:
        """Each line of text and how far down its foot stands."""
        written = sorted((thing for thing in self._things if thing.text is not None), key=lambda thing: thing.key[0])
        for key, line in groupby(written, key=lambda thing: thing.key):
            yield key[0], reading([thing.text for thing in line if thing.text is not None]).strip()

    def clear(self) -> None:
        """CAN: what stands in the area is gone."""
        self._run = _NO_RUN
        self._things = [thing for thing in self._things if not self._is_inside(thing.items[0])]

    def _is_inside(self, item: Item) -> bool:
        area = self._area
        return area.x <= item.x < area.x + area.width and area.y <= item.y < area.y + area.height

    def print(self) -> None:
        """Put the page on paper as it stands, and feed it."""
        items = [item for thing in self._things for item in thing.items]
        for item in items:
            self._roll.put(item)
        for foot, text in self._read_lines():
            self._roll.read(text, at=self._roll.y + foot)
        self._roll.feed(self._bottom or max((item.y + item.height for item in items), default=0))


def _letters(text: Text) -> list[Text]:
    """A run as one run for each letter."""
    advance = text.look.advance
    return [replace(text, x=text.x + place * advance, text=char) for place, char in enumerate(text.text)]


def _turned(item: Item, height: int) -> Item:
    """The item of lines `height` dots high turned clockwise by 90° with them."""
    x, y = height - item.y - item.height, item.x
    if isinstance(item, Picture):
        return replace(item, x=x, y=y, turned=True)
    return replace(item, x=x, y=y, look=replace(item.look, rotated=True))


class PageLine(Line):
    """The line of page mode: what comes goes to its place at once."""

    def __init__(self, page: Page, roll: Roll, dots: int, spacing: int, on_printed: Callable[[], None] | None) -> None:
        super().__init__(roll, dots, spacing)
        self._page = page
        self.on_printed = on_printed

    @property
    def at_start(self) -> bool:
        """In page mode symbols may stand anywhere."""
        return True

    @property
    def text(self) -> str:
        """What stands on the page and was not printed."""
        return "\n".join(self._page.lines)

    @property
    def width(self) -> int:
        return max(1, self._page.width)

    def put(self, text: str, look: Look, own: Own = ()) -> None:
        while text:
            fits = (self.width - self.x + look.advance - look.width) // look.advance
            if fits <= 0 and self.x > 0:
                self.print()
                continue
            run = Text(self.x, 0, text[: max(1, fits)], look, own)
            self._page.write(run)
            self.x += run.width
            text = text[max(1, fits) :]

    def put_strip(self, strip: Picture) -> None:
        placed = replace(strip, x=self.x, y=-strip.height)
        self._page.put(placed)
        self.x += strip.width

    def indent(self, width: int) -> int:
        """A symbol stands where the next character would."""
        at, self.x = self.x, self.x + width
        return at

    def print(self, feed: int | None = None) -> None:
        self._page.feed(self.spacing if feed is None else feed)
        self.x = 0
