"""What every printer command shares: a manual's name, leading bytes, a way to bytes and a way back.

A command class knows its own bytes and the meaning of its fields as the manual names them; it does not know the
printer's state, other commands or paper. It promises `read(encode(c)) == c` for every value its fields admit.

Fields keep the manual's letters (`n`, `m`, `t1`), because a reader will hold the manual beside this. Sources: the
Epson ESC/POS command reference and the APG (see docs/escpos.md for each command's own).
"""

from __future__ import annotations

from typing import ClassVar, Self

from msgspec import Struct

ESC, GS, FS, DLE = b"\x1b", b"\x1d", b"\x1c", b"\x10"


class NeedMore(Exception):
    """The bytes at hand end inside a command: at least `count` more are needed, a NUL among them if `nul`."""

    def __init__(self, count: int = 1, *, nul: bool = False) -> None:
        super().__init__(count)
        self.count = count
        self.nul = nul


class Reader:
    """A cursor over bytes; whoever reads past the end is told so by NeedMore."""

    __slots__ = ("data", "position")

    def __init__(self, data: bytes, position: int = 0) -> None:
        self.data = data
        self.position = position

    def take(self, count: int) -> bytes:
        end = self.position + count
        if end > len(self.data):
            raise NeedMore(end - len(self.data))
        taken = self.data[self.position : end]
        self.position = end
        return taken

    def byte(self) -> int:
        if self.position >= len(self.data):
            raise NeedMore
        value = self.data[self.position]
        self.position += 1
        return value

    def word(self) -> int:
        """Two bytes, low first: the manual's nL nH."""
        low = self.byte()
        return low | self.byte() << 8

    def until_nul(self) -> bytes:
        """The bytes before the next NUL, which is consumed too."""
        end = self.data.find(0, self.position)
        if end < 0:
            raise NeedMore(nul=True)
        taken = self.data[self.position : end]
        self.position = end + 1
        return taken


def word(value: int) -> bytes:
    """`value` as the manual's nL nH."""
    return value.to_bytes(2, "little")


class Command(Struct, frozen=True):
    """One printer command. `NAME` is the manual's, `PREFIX` the bytes that announce it."""

    NAME: ClassVar[str] = ""
    PREFIX: ClassVar[bytes] = b""

    def encode(self) -> bytes:
        """The command's bytes."""
        return self.PREFIX

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """The command whose bytes after PREFIX stand at the reader. Raises NeedMore."""
        del reader
        return cls()


class ByteCommand(Command, frozen=True):
    """PREFIX n."""

    n: int

    def encode(self) -> bytes:
        return self.PREFIX + self.n.to_bytes(1, "little")

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.byte())


class WordCommand(Command, frozen=True):
    """PREFIX nL nH."""

    n: int

    def encode(self) -> bytes:
        return self.PREFIX + word(self.n)

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.word())


class FunctionCommand(Command, frozen=True):
    """PREFIX pL pH, then that many bytes: the extensible `( x` families."""

    data: bytes

    def encode(self) -> bytes:
        return self.PREFIX + word(len(self.data)) + self.data

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.take(reader.word()))
