"""Commands that define characters of the sender's own, kept until ESC @ or the power goes."""

from __future__ import annotations

from typing import Final, Self

from ticket_daemon.poster.escpos.base import ESC, FS, ByteCommand, Command, Reader

#: Bytes of one FS 2 character: 24 by 24 dots. Source: APG, FS 2.
KANJI_BYTES: Final = 72
#: ESC &: characters from 20h, columns of at most so many bytes (fonts of 24 dots have three).
FIRST_DEFINED, MAX_COLUMN_BYTES = 0x20, 4


class UseDefined(ByteCommand, frozen=True):
    """Only bit 0 counts."""

    NAME, PREFIX = "ESC % – select/cancel user-defined character set", ESC + b"%"


class DefineCharacters(Command, frozen=True):
    """Characters c1 and following, each as many columns of y bytes as it is dots wide, top first."""

    NAME, PREFIX = "ESC & – define user-defined characters", ESC + b"&"
    y: int  #: bytes of a column
    c1: int
    c2: int
    characters: tuple[bytes, ...]

    def encode(self) -> bytes:
        parts = (bytes((len(data) // self.y if self.y else 0,)) + data for data in self.characters)
        return self.PREFIX + bytes((self.y, self.c1, self.c2)) + b"".join(parts)

    @classmethod
    def read(cls, reader: Reader) -> Self:
        y, c1, c2 = reader.byte(), reader.byte(), reader.byte()
        if not (1 <= y <= MAX_COLUMN_BYTES and FIRST_DEFINED <= c1 <= c2):  # no printer takes what follows for dots
            return cls(y, c1, c2, ())
        return cls(y, c1, c2, tuple(reader.take(reader.byte() * y) for _ in range(c1, c2 + 1)))


class CancelDefined(ByteCommand, frozen=True):
    """n is the character's code."""

    NAME, PREFIX = "ESC ? – cancel user-defined characters", ESC + b"?"


class DefineKanji(Command, frozen=True):
    """One character of 24 by 24 dots, in columns of three bytes."""

    NAME, PREFIX = "FS 2 – define user-defined Kanji characters", FS + b"2"
    c1: int
    c2: int
    data: bytes

    def encode(self) -> bytes:
        return self.PREFIX + bytes((self.c1, self.c2)) + self.data

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.byte(), reader.byte(), reader.take(KANJI_BYTES))


class CancelKanji(Command, frozen=True):
    NAME, PREFIX = "FS ? – cancel user-defined Kanji characters", FS + b"?"
    c1: int
    c2: int

    def encode(self) -> bytes:
        return self.PREFIX + bytes((self.c1, self.c2))

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.byte(), reader.byte())


COMMANDS: Final[tuple[type[Command], ...]] = (UseDefined, DefineCharacters, CancelDefined, DefineKanji, CancelKanji)
