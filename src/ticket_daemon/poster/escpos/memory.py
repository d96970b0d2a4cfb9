"""Commands that write or read what the printer keeps when it is switched off, and its settings."""

from __future__ import annotations

from typing import Final, Self

from ticket_daemon.poster.escpos.base import FS, GS, Command, FunctionCommand, Reader, word


class UserSetup(FunctionCommand, frozen=True):
    NAME, PREFIX = "GS ( E – set user setup commands", GS + b"(E"


class Customize(FunctionCommand, frozen=True):
    """Saves the settings that ESC @ and power-on load."""

    NAME, PREFIX = "GS ( M – customize printer control value(s)", GS + b"(M"


class RealtimeSwitch(FunctionCommand, frozen=True):
    """Whether DLE DC4's pulse and power-off are obeyed."""

    NAME, PREFIX = "GS ( D – enable/disable real-time command", GS + b"(D"


class UserMemory(FunctionCommand, frozen=True):
    NAME, PREFIX = "GS ( C – edit NV user memory", GS + b"(C"


class WriteMemory(Command, frozen=True):
    """len(data) bytes at address a of the user's memory."""

    NAME, PREFIX = "FS g 1 – write to NV user memory", FS + b"g1"
    m: int
    a: int
    data: bytes

    def encode(self) -> bytes:
        return b"".join((self.PREFIX, bytes((self.m,)), self.a.to_bytes(4, "little"), word(len(self.data)), self.data))

    @classmethod
    def read(cls, reader: Reader) -> Self:
        m, a = reader.byte(), reader.word() | reader.word() << 16
        return cls(m, a, reader.take(reader.word()))


class ReadMemory(Command, frozen=True):
    """n bytes at address a, answered as a block."""

    NAME, PREFIX = "FS g 2 – read from NV user memory", FS + b"g2"
    m: int
    a: int
    n: int

    def encode(self) -> bytes:
        return self.PREFIX + bytes((self.m,)) + self.a.to_bytes(4, "little") + word(self.n)

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.byte(), reader.word() | reader.word() << 16, reader.word())


class _Counter(Command, frozen=True):
    """m and the maintenance counter's number."""

    m: int
    n: int

    def encode(self) -> bytes:
        return self.PREFIX + bytes((self.m,)) + word(self.n)

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.byte(), reader.word())


class ResetCounter(_Counter, frozen=True):
    NAME, PREFIX = "GS g 0 – initialize maintenance counter", GS + b"g0"


class TransmitCounter(_Counter, frozen=True):
    NAME, PREFIX = "GS g 2 – transmit maintenance counter", GS + b"g2"


class ReceiptEnhancement(FunctionCommand, frozen=True):
    """Top and bottom logos that the printer adds to every receipt."""

    NAME, PREFIX = "FS ( E – receipt enhancement control", FS + b"(E"


class PaperLayout(FunctionCommand, frozen=True):
    """Labels and black marks."""

    NAME, PREFIX = "FS ( L – select label and black mark control function(s)", FS + b"(L"


class ExtendedStatus(FunctionCommand, frozen=True):
    NAME, PREFIX = "FS ( e – enable/disable Automatic Status Back for optional functions", FS + b"(e"


COMMANDS: Final[tuple[type[Command], ...]] = (
    UserSetup, Customize, RealtimeSwitch, UserMemory, WriteMemory, ReadMemory, ResetCounter, TransmitCounter,
    ReceiptEnhancement, PaperLayout, ExtendedStatus,
)  # fmt: skip
