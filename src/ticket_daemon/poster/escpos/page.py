"""Commands of page mode: text and pictures are placed in a buffer, and printed as one page."""

from __future__ import annotations

from typing import Final, Self

from ticket_daemon.poster.escpos.base import ESC, GS, ByteCommand, Command, FunctionCommand, Reader, WordCommand, word


class FormFeed(Command, frozen=True):
    NAME, PREFIX = "FF – print and return to standard mode", b"\x0c"


class Cancel(Command, frozen=True):
    NAME, PREFIX = "CAN – cancel print data in page mode", b"\x18"


class PrintPage(Command, frozen=True):
    """The page stays as it is, and may be printed again."""

    NAME, PREFIX = "ESC FF – print data in page mode", ESC + b"\x0c"


class PageMode(Command, frozen=True):
    NAME, PREFIX = "ESC L – select page mode", ESC + b"L"


class StandardMode(Command, frozen=True):
    NAME, PREFIX = "ESC S – select standard mode", ESC + b"S"


class PageDirection(ByteCommand, frozen=True):
    """n 0/48 left to right, 1/49 bottom to top, 2/50 right to left, 3/51 top to bottom."""

    NAME, PREFIX = "ESC T – select print direction in page mode", ESC + b"T"


class PageArea(Command, frozen=True):
    """The part of the page that what follows is placed in, in motion units."""

    NAME, PREFIX = "ESC W – set print area in page mode", ESC + b"W"
    x: int
    y: int
    dx: int
    dy: int

    def encode(self) -> bytes:
        return self.PREFIX + b"".join(map(word, (self.x, self.y, self.dx, self.dy)))

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.word(), reader.word(), reader.word(), reader.word())


class AbsoluteY(WordCommand, frozen=True):
    """n motion units from the area's beginning."""

    NAME, PREFIX = "GS $ – set absolute vertical print position in page mode", GS + b"$"


class RelativeY(WordCommand, frozen=True):
    """n motion units from here, as a 16-bit two's complement."""

    NAME, PREFIX = "GS \\ – set relative vertical print position in page mode", GS + b"\\"


class PageControl(FunctionCommand, frozen=True):
    NAME, PREFIX = "GS ( P – page mode control", GS + b"(P"


class PageDrawing(FunctionCommand, frozen=True):
    """Lines and rectangles."""

    NAME, PREFIX = "GS ( Q – draw line or rectangle in page mode", GS + b"(Q"


COMMANDS: Final[tuple[type[Command], ...]] = (
    FormFeed, Cancel, PrintPage, PageMode, StandardMode, PageDirection, PageArea, AbsoluteY, RelativeY, PageControl,
    PageDrawing,
)  # fmt: skip
