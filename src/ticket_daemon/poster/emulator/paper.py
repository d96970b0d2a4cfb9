"""Finished paper: pieces of items with what happened beside them, and ways to read and see them.

It knows what was printed where; it does not know the printer. It promises that reading it changes nothing, that
drawing happens only when asked for (`png`, `svg`, `bitmap`), and that the same bytes give the same picture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from ticket_daemon.poster.emulator.events import Cut, Event, PaperSplit
from ticket_daemon.poster.emulator.items import Item
from ticket_daemon.poster.raster.bitmap import Bitmap

End = Literal["full", "partial", "split", "open"]


class Line(Struct, frozen=True):
    """A printed line of text as it reads, at `y` dots."""

    y: int
    text: str


class Piece(Struct, frozen=True):
    """Paper from one cut to the next. `end` says how it was parted; "open": nobody cut it."""

    height: int
    items: tuple[Item, ...] = ()
    lines: tuple[Line, ...] = ()
    marks: tuple[tuple[int, Event], ...] = ()  #: (y, event) in the order they happened
    end: End = "open"
    span: tuple[int, int] = (0, 0)  #: of the bytes ever fed, those that made it: first, and one past the last
    weight: int = 0  #: bytes of memory, about


class Paper:
    """What came out of a printer: one piece or several. Sizes in dots of the printer's own resolution.

    `Printer.take` hands one out before its bytes have been looked at; the first question asked of it has them parsed.
    """

    def __init__(
        self, width: int, paper_mm: int, dpi: int, pieces: tuple[Piece, ...] = (), *,
        settle: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self._width = width
        self._paper_mm = paper_mm
        self._dpi = dpi
        self._pieces = pieces
        self._settle = settle

    def settle(self, pieces: tuple[Piece, ...]) -> None:
        """For the printer: here is what the bytes came to."""
        self._pieces = pieces
        self._settle = None

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Top to bottom."""
        if self._settle is not None:
            self._settle()
            self._settle = None
        return self._pieces

    @property
    def width(self) -> int:
        """Printable dots across; a picture of the paper adds its blank borders."""
        return self._width

    @property
    def height(self) -> int:
        """Dots of all pieces together."""
        return sum(piece.height for piece in self.pieces)

    @property
    def paper_mm(self) -> int:
        return self._paper_mm

    @property
    def dpi(self) -> int:
        return self._dpi

    @property
    def text(self) -> list[str]:
        """Every printed line of text, top to bottom, without the blanks that alignment made; an empty line is ""."""
        return [line.text for piece in self.pieces for line in piece.lines]

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything else that happened, in order; places in dots from the top of this paper."""
        top, events = 0, []
        for piece in self.pieces:
            events += [_lowered(event, top) for _, event in piece.marks]
            top += piece.height
        return tuple(events)

    @property
    def span(self) -> tuple[int, int]:
        """Which of the bytes ever fed made this paper: the first one's offset, and one past the last."""
        pieces = self.pieces
        return (pieces[0].span[0], pieces[-1].span[1]) if pieces else (0, 0)

    def bitmap(self) -> Bitmap:
        """The printed dots alone, pieces joined."""
        from ticket_daemon.poster.emulator.drawing import bitmap

        return bitmap(self.width, self.pieces)

    def png(self) -> bytes:
        """A picture of the paper for people: borders, cuts, and notes where the drawer or the buzzer were used."""
        from ticket_daemon.poster.emulator.picture import png

        return png(self)

    def svg(self) -> str:
        """The same as a scalable drawing."""
        from ticket_daemon.poster.emulator.picture import svg

        return svg(self)


def _lowered(event: Event, top: int) -> Event:
    return replace(event, y=event.y + top) if isinstance(event, (Cut, PaperSplit)) else event
