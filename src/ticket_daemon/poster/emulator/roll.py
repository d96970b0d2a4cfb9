"""The roll of paper under the head: items find their place on it, the blade parts it into pieces.

It knows the head's place, the blade's and the paper's end; it does not know commands or characters. It promises that
memory is bounded: pieces are split past a length, items past a number, and the oldest finished pieces are let go.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from ticket_daemon.poster.emulator.events import Cut, Event, PaperSplit
from ticket_daemon.poster.emulator.items import Item, moved, weight
from ticket_daemon.poster.emulator.paper import End, Line, Piece

#: Dots of the longest piece: 5 m at 203 dpi. Longer ones go on in another.
MAX_PIECE_DOTS: Final = 40_000
#: Dots of the longest single feed: 1016 mm. Source: T88III 115.
MAX_FEED_DOTS: Final = 8_128
MAX_ITEMS: Final = 50_000
MAX_MARKS: Final = 5_000
#: Finished pieces kept, and the bytes they may hold together.
MAX_PIECES: Final = 200
MAX_WEIGHT: Final = 64 << 20


class Roll:
    """Paper in progress and what was cut from it. `y` is the head's place on the piece in progress, in dots."""

    def __init__(self, cutter_distance: int) -> None:
        self._distance = cutter_distance
        self.y = cutter_distance  # a fresh end of paper stands at the blade
        self._items: list[Item] = []
        self._lines: list[Line] = []
        self._marks: list[tuple[int, Event]] = []
        self._weight = 0
        self.offset = 0  #: bytes that the printer has come to, for the pieces' spans
        self._first = 0
        self.finished: deque[Piece] = deque()  #: cut, oldest first
        self.untaken: deque[Piece] = deque()
        self._finished_weight = 0

    def put(self, item: Item) -> None:
        """An item whose `y` counts from the head."""
        self._items.append(moved(item, 0, self.y))
        self._weight += weight(item)
        if len(self._items) > MAX_ITEMS or self._weight > MAX_WEIGHT // 2:
            self._end_crowded()

    def put_block(self, items: list[Item], height: int) -> None:
        """What belongs together, on lines of its own."""
        for item in items:
            self.put(item)
        self.feed(height)

    def read(self, text: str, at: int | None = None) -> None:
        """A line of text was printed at the head, or at `at` dots."""
        self._lines.append(Line(self.y if at is None else at, text))
        self._weight += 100 + len(text)
        if len(self._lines) > MAX_ITEMS:
            self._end_crowded()

    def note(self, event: Event) -> None:
        """Something happened with the head where it is. Past 5,000 in one piece no more are kept."""
        if len(self._marks) < MAX_MARKS:
            self._marks.append((self.y, event))

    def last_event(self) -> Event | None:
        return self._marks[-1][1] if self._marks else None

    def replace_last(self, event: Event) -> None:
        """Tell the last event anew, with more in it."""
        self._marks[-1] = (self._marks[-1][0], event)

    def feed(self, dots: int) -> None:
        """Move the paper; backwards (negative) never past the piece's beginning."""
        self.y = max(0, self.y + min(dots, MAX_FEED_DOTS))
        while self.y > MAX_PIECE_DOTS:
            self._split(MAX_PIECE_DOTS)

    def cut(self, mode: End) -> None:
        """Part the paper at the blade, which stands `cutter_distance` above the head."""
        at = max(0, self.y - self._distance)
        self._marks.append((at, Cut("full" if mode == "full" else "partial", at)))
        self._part(at, mode)

    def _end_crowded(self) -> None:
        """Split below everything printed, so that nothing is carried over."""
        self.y = max([self.y, *(item.y + item.height for item in self._items)])
        self._split(self.y)
        self._items, self._weight = [], 0

    def _split(self, at: int) -> None:
        self._marks.append((at, PaperSplit(at)))
        self._part(at, "split")

    def tear(self) -> None:
        """The piece in progress is handed out as it is, if anything is on it."""
        if self._items or self._lines or self._marks or self.y > self._distance:
            self._part(self.y, "open")

    def in_progress(self) -> Piece:
        """The piece under the head as it looks now."""
        return self._piece(self.y, "open")

    def take(self) -> tuple[Piece, ...]:
        """Every piece since the last take, the one in progress torn off."""
        self.tear()
        taken = tuple(self.untaken)
        self.untaken.clear()
        return taken

    def _piece(self, at: int, end: End) -> Piece:
        items = tuple(item for item in self._items if item.y < at)
        span = (self._first, self.offset)
        return Piece(at, items, tuple(self._lines), tuple(self._marks), end, span, self._weight)

    def _part(self, at: int, end: End) -> None:
        """Close the piece at `at` dots; dots printed below it begin the next piece."""
        piece = self._piece(at, end)
        self._items = [moved(item, 0, -at) for item in self._items if item.y + item.height > at]
        self._lines, self._marks = [], []
        self._first = self.offset
        self._weight = sum(map(weight, self._items))
        self.y -= at
        self._keep(piece)

    def _keep(self, piece: Piece) -> None:
        if piece.end != "open":
            self.finished.append(piece)
            self._finished_weight += piece.weight
        while self.finished and (len(self.finished) > MAX_PIECES or self._finished_weight > MAX_WEIGHT):
            self._finished_weight -= self.finished.popleft().weight
        self.untaken.append(piece)
        while len(self.untaken) > MAX_PIECES or sum(kept.weight for kept in self.untaken) > MAX_WEIGHT:
            self.untaken.popleft()
