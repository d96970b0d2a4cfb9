"""Commands for characters and lines: styles, sizes, code pages, positions, feeds."""

from __future__ import annotations

from typing import Final, Self

from ticket_daemon.poster.escpos.base import ESC, FS, GS, ByteCommand, Command, FunctionCommand, Reader, WordCommand


class Print(Command, frozen=True):
    """Characters: bytes 20h-FFh, meant in the code page (or Kanji mode) that is set."""

    NAME = "characters"
    data: bytes

    def encode(self) -> bytes:
        return self.data


class LineFeed(Command, frozen=True):
    NAME, PREFIX = "LF – print and line feed", b"\n"


class CarriageReturn(Command, frozen=True):
    NAME, PREFIX = "CR – print and carriage return", b"\r"


class Tab(Command, frozen=True):
    NAME, PREFIX = "HT – horizontal tab", b"\t"


class Initialize(Command, frozen=True):
    NAME, PREFIX = "ESC @ – initialize printer", ESC + b"@"


class Emphasis(ByteCommand, frozen=True):
    """Only bit 0 counts."""

    NAME, PREFIX = "ESC E – turn emphasized mode on/off", ESC + b"E"


class DoubleStrike(ByteCommand, frozen=True):
    """Only bit 0 counts."""

    NAME, PREFIX = "ESC G – turn double-strike mode on/off", ESC + b"G"


class Underline(ByteCommand, frozen=True):
    """n 0/48 off, 1/49 one dot, 2/50 two dots."""

    NAME, PREFIX = "ESC - – turn underline mode on/off", ESC + b"-"


class PrintMode(ByteCommand, frozen=True):
    """bit 0 font B, 3 emphasized, 4 double height, 5 double width, 7 underline; sets all of them at once."""

    NAME, PREFIX = "ESC ! – select print mode(s)", ESC + b"!"


class CharacterSize(ByteCommand, frozen=True):
    """Low nibble height - 1, high nibble width - 1, each 0 to 7."""

    NAME, PREFIX = "GS ! – select character size", GS + b"!"


class Inverse(ByteCommand, frozen=True):
    """Only bit 0 counts."""

    NAME, PREFIX = "GS B – turn white/black reverse print mode on/off", GS + b"B"


class SelectFont(ByteCommand, frozen=True):
    """n 0/48 font A, 1/49 font B, 2/50 font C."""

    NAME, PREFIX = "ESC M – select character font", ESC + b"M"


class Justify(ByteCommand, frozen=True):
    """n 0/48 left, 1/49 centre, 2/50 right; honoured at the beginning of a line."""

    NAME, PREFIX = "ESC a – select justification", ESC + b"a"


class SelectCodePage(ByteCommand, frozen=True):
    """The number's meaning is the printer's own: see the profile. 20h-7Fh never change."""

    NAME, PREFIX = "ESC t – select character code table", ESC + b"t"


class InternationalSet(ByteCommand, frozen=True):
    """Replaces 23 24 40 5B-5E 60 7B-7E; 0 is USA, which is ASCII."""

    NAME, PREFIX = "ESC R – select an international character set", ESC + b"R"


class RightSpacing(ByteCommand, frozen=True):
    """n dots to the right of each character, scaled with the width multiplier."""

    NAME, PREFIX = "ESC SP – set right-side character spacing", ESC + b" "


class Smoothing(ByteCommand, frozen=True):
    NAME, PREFIX = "GS b – turn smoothing mode on/off", GS + b"b"


class UpsideDown(ByteCommand, frozen=True):
    """Only bit 0 counts; honoured at the beginning of a line."""

    NAME, PREFIX = "ESC { – turn upside-down print mode on/off", ESC + b"{"


class Rotate(ByteCommand, frozen=True):
    """n 0/48 off, 1/49 on: 90° clockwise."""

    NAME, PREFIX = "ESC V – turn 90° clockwise rotation mode on/off", ESC + b"V"


class SelectColor(ByteCommand, frozen=True):
    """n 0/48 black, 1/49 the second colour."""

    NAME, PREFIX = "ESC r – select print color", ESC + b"r"


class FeedLines(ByteCommand, frozen=True):
    """n lines of the current spacing."""

    NAME, PREFIX = "ESC d – print and feed n lines", ESC + b"d"


class FeedDots(ByteCommand, frozen=True):
    """n vertical motion units."""

    NAME, PREFIX = "ESC J – print and feed paper", ESC + b"J"


class ReverseLines(ByteCommand, frozen=True):
    """n lines of the current spacing backwards."""

    NAME, PREFIX = "ESC e – print and reverse feed n lines", ESC + b"e"


class ReverseFeed(ByteCommand, frozen=True):
    """n vertical motion units backwards."""

    NAME, PREFIX = "ESC K – print and reverse feed", ESC + b"K"


class DefaultLineSpacing(Command, frozen=True):
    """1/6 inch."""

    NAME, PREFIX = "ESC 2 – select default line spacing", ESC + b"2"


class LineSpacing(ByteCommand, frozen=True):
    """n vertical motion units."""

    NAME, PREFIX = "ESC 3 – set line spacing", ESC + b"3"


class SetTabs(Command, frozen=True):
    """Tab positions in columns, ascending, at most 32; none clears them."""

    NAME, PREFIX = "ESC D – set horizontal tab positions", ESC + b"D"
    positions: bytes

    def encode(self) -> bytes:
        return self.PREFIX + self.positions + b"\0"

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.until_nul())


class AbsolutePosition(WordCommand, frozen=True):
    """n horizontal motion units from the left margin."""

    NAME, PREFIX = "ESC $ – set absolute print position", ESC + b"$"


class RelativePosition(WordCommand, frozen=True):
    """n horizontal motion units from here, as a 16-bit two's complement."""

    NAME, PREFIX = "ESC \\ – set relative print position", ESC + b"\\"


class LeftMargin(WordCommand, frozen=True):
    NAME, PREFIX = "GS L – set left margin", GS + b"L"


class PrintWidth(WordCommand, frozen=True):
    NAME, PREFIX = "GS W – set print area width", GS + b"W"


class MotionUnits(Command, frozen=True):
    """x and y per inch; 0 means the printer's own."""

    NAME, PREFIX = "GS P – set horizontal and vertical motion units", GS + b"P"
    x: int
    y: int

    def encode(self) -> bytes:
        return self.PREFIX + bytes((self.x, self.y))

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.byte(), reader.byte())


class EnterKanji(Command, frozen=True):
    NAME, PREFIX = "FS & – select Kanji character mode", FS + b"&"


class LeaveKanji(Command, frozen=True):
    NAME, PREFIX = "FS . – cancel Kanji character mode", FS + b"."


class KanjiCode(ByteCommand, frozen=True):
    """n 0/48 JIS, 1/49 Shift JIS."""

    NAME, PREFIX = "FS C – select Kanji character code system", FS + b"C"


class KanjiPrintMode(ByteCommand, frozen=True):
    NAME, PREFIX = "FS ! – select print mode(s) for Kanji characters", FS + b"!"


class KanjiUnderline(ByteCommand, frozen=True):
    NAME, PREFIX = "FS - – turn underline mode on/off for Kanji characters", FS + b"-"


class KanjiQuadruple(ByteCommand, frozen=True):
    NAME, PREFIX = "FS W – turn quadruple-size mode on/off for Kanji characters", FS + b"W"


class KanjiSpacing(Command, frozen=True):
    """left and right of each Kanji character, in horizontal motion units."""

    NAME, PREFIX = "FS S – set Kanji character spacing", FS + b"S"
    left: int
    right: int

    def encode(self) -> bytes:
        return self.PREFIX + bytes((self.left, self.right))

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.byte(), reader.byte())


class KanjiFont(FunctionCommand, frozen=True):
    NAME, PREFIX = "FS ( A – select Kanji character style(s)", FS + b"(A"


class CharacterEncoding(FunctionCommand, frozen=True):
    """UTF-8 instead of code pages, and the order of fonts, on models that have them."""

    NAME, PREFIX = "FS ( C – select character encode system", FS + b"(C"


class LineStart(ByteCommand, frozen=True):
    """n 0/48 drops what is on the line, 1/49 prints it."""

    NAME, PREFIX = "GS T – set print position to the beginning of print line", GS + b"T"


class Unidirectional(ByteCommand, frozen=True):
    """Only bit 0 counts; for impact heads."""

    NAME, PREFIX = "ESC U – turn unidirectional print mode on/off", ESC + b"U"


class CharacterEffects(FunctionCommand, frozen=True):
    """Colours and shading; they change nothing on one-colour paper."""

    NAME, PREFIX = "GS ( N – select character effects", GS + b"(N"


COMMANDS: Final[tuple[type[Command], ...]] = (
    LineFeed, CarriageReturn, Tab, Initialize, Emphasis, DoubleStrike, Underline, PrintMode,
    CharacterSize, Inverse, SelectFont, Justify, SelectCodePage, InternationalSet, RightSpacing, Smoothing,
    UpsideDown, Rotate, SelectColor, FeedLines, FeedDots, ReverseFeed, ReverseLines, DefaultLineSpacing,
    LineSpacing, SetTabs,
    AbsolutePosition, RelativePosition, LeftMargin, PrintWidth, MotionUnits, EnterKanji, LeaveKanji, KanjiCode,
    KanjiPrintMode, KanjiUnderline, KanjiQuadruple, KanjiSpacing, KanjiFont, CharacterEncoding,
    CharacterEffects, LineStart, Unidirectional,
)  # fmt: skip
