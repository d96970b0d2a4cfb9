"""Commands for what moves or sounds: cutter, drawer, buzzer, panel, and the panel."""

from __future__ import annotations

from typing import Final, Self

from ticket_daemon.poster.escpos.base import DLE, ESC, GS, ByteCommand, Command, FunctionCommand, Reader

_CUTS_WITH_FEED: Final = frozenset((65, 66, 97, 98, 103, 104))


class Cut(Command, frozen=True):
    """m 0/48 full, 1/49 partial, where the paper stands; 65 full, 66 partial: feed to the cutter and n units more."""

    NAME, PREFIX = "GS V – select cut mode and cut paper", GS + b"V"
    m: int
    n: int | None = None  #: vertical motion units; only with m from 65 on

    def encode(self) -> bytes:
        return self.PREFIX + bytes((self.m,) if self.n is None else (self.m, self.n))

    @classmethod
    def read(cls, reader: Reader) -> Self:
        m = reader.byte()
        return cls(m, reader.byte() if m in _CUTS_WITH_FEED else None)


class CutOnePoint(Command, frozen=True):
    NAME, PREFIX = "ESC i – partial cut (one point left uncut)", ESC + b"i"


class CutThreePoints(Command, frozen=True):
    NAME, PREFIX = "ESC m – partial cut (three points left uncut)", ESC + b"m"


class Pulse(Command, frozen=True):
    """m 0/48 drawer connector pin 2, 1/49 pin 5; on t1 × 2 ms, off t2 × 2 ms."""

    NAME, PREFIX = "ESC p – generate pulse", ESC + b"p"
    m: int
    t1: int
    t2: int

    def encode(self) -> bytes:
        return self.PREFIX + bytes((self.m, self.t1, self.t2))

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.byte(), reader.byte(), reader.byte())


#: Bytes after `DLE DC4 fn` by function. Source: Epson reference, DLE DC4.
_REALTIME_LENGTHS: Final = {1: 2, 2: 2, 3: 5, 7: 1, 8: 7}


REALTIME_PULSE: Final = 1


class Realtime(Command, frozen=True):
    """fn 1 pulse (m, t × 100 ms), 2 power-off, 3 buzzer, 7 transmit status, 8 clear buffers."""

    NAME, PREFIX = "DLE DC4 – real-time functions", DLE + b"\x14"
    fn: int
    data: bytes = b""

    def encode(self) -> bytes:
        return self.PREFIX + bytes((self.fn,)) + self.data

    @classmethod
    def read(cls, reader: Reader) -> Self:
        fn = reader.byte()
        return cls(fn, reader.take(_REALTIME_LENGTHS.get(fn, 0)))


class Beep(Command, frozen=True):
    """n beeps (1-9) of length t (1-9). Not Epson's: the makers of cheap printers use it."""

    NAME, PREFIX = "ESC B – beep", ESC + b"B"
    n: int
    t: int

    def encode(self) -> bytes:
        return self.PREFIX + bytes((self.n, self.t))

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.byte(), reader.byte())


class Buzzer(FunctionCommand, frozen=True):
    """fn 48: pattern n (49-57), c times, t × 100 ms. fn 97: 100, c times, on t1 × 100 ms, off t2 × 100 ms."""

    NAME, PREFIX = "ESC ( A – control buzzer", ESC + b"(A"


class SelectPeripheral(ByteCommand, frozen=True):
    """Bit 0: the printer listens; without it everything that follows is ignored."""

    NAME, PREFIX = "ESC = – select peripheral device", ESC + b"="


class PanelButtons(ByteCommand, frozen=True):
    NAME, PREFIX = "ESC c 5 – enable/disable panel buttons", ESC + b"c5"


class PaperEndSensors(ByteCommand, frozen=True):
    NAME, PREFIX = "ESC c 3 – select paper sensor(s) to output paper-end signals", ESC + b"c3"


class StopSensors(ByteCommand, frozen=True):
    NAME, PREFIX = "ESC c 4 – select paper sensor(s) to stop printing", ESC + b"c4"


class PrintSpeed(FunctionCommand, frozen=True):
    """Print density, speed and division; settings of the printer, not of the ticket."""

    NAME, PREFIX = "GS ( K – select print control method(s)", GS + b"(K"


class PrintSheet(FunctionCommand, frozen=True):
    NAME, PREFIX = "GS ( A – execute test print", GS + b"(A"


class MacroMark(Command, frozen=True):
    NAME, PREFIX = "GS : – start/end macro definition", GS + b":"


class MacroRun(Command, frozen=True):
    """r times, t × 100 ms between, m 1: wait for the feed button."""

    NAME, PREFIX = "GS ^ – execute macro", GS + b"^"
    r: int
    t: int
    m: int

    def encode(self) -> bytes:
        return self.PREFIX + bytes((self.r, self.t, self.m))

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.byte(), reader.byte(), reader.byte())


COMMANDS: Final[tuple[type[Command], ...]] = (
    Cut, CutOnePoint, CutThreePoints, Pulse, Realtime, Beep, Buzzer, SelectPeripheral, PanelButtons,
    PaperEndSensors, StopSensors, PrintSpeed, PrintSheet, MacroMark, MacroRun,
)  # fmt: skip
