"""Bytes back to commands, as a printer would read them.

It knows where each command begins and ends; it does not know what a command does. It promises that every byte given
to it comes out once, in order: in a command, or in an Unknown with its offset; and that a command cut in two by the
network is the same command.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ticket_daemon.poster.escpos import characters, definitions, graphics, mechanics, memory, page, status, symbols
from ticket_daemon.poster.escpos.base import Command, NeedMore, Reader
from ticket_daemon.poster.escpos.characters import Print

COMMANDS: Final[tuple[type[Command], ...]] = (
    *characters.COMMANDS,
    *page.COMMANDS,
    *definitions.COMMANDS,
    *mechanics.COMMANDS,
    *graphics.COMMANDS,
    *symbols.COMMANDS,
    *status.COMMANDS,
    *memory.COMMANDS,
)
_BY_PREFIX: Final = {command.PREFIX: command for command in COMMANDS}
_LONGEST: Final = max(map(len, _BY_PREFIX))
_BEGINNINGS: Final = frozenset(prefix[:n] for prefix in _BY_PREFIX for n in range(1, len(prefix)))
_CHARACTERS: Final = re.compile(rb"[\x20-\xff]+")
_LEADS: Final = b"\x1b\x1d\x1c\x10"


class Unknown(Command, frozen=True):
    """Bytes that no command of this table begins with: control bytes, or a family's unknown member."""

    NAME = "unknown"
    data: bytes

    def encode(self) -> bytes:
        return self.data


class Parsed(NamedTuple):
    """A command and where its bytes stood: `offset` from the first byte ever fed, `length` in bytes."""

    command: Command
    offset: int
    length: int


class Parser:
    """Commands out of a stream that comes in pieces."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._lacks, self._lacks_nul = 0, False  #: bytes that the rest lacks at least, and whether a NUL
        self._offset = 0

    @property
    def pending(self) -> int:
        """How many bytes are held back because the command they begin is not whole."""
        return len(self._rest)

    @property
    def rest(self) -> bytes:
        """Those bytes."""
        return bytes(self._rest)

    def feed(self, data: bytes) -> list[Parsed]:
        """The commands that `data` completes. Characters are given at once, without waiting for the line's end."""
        if self._rest:
            self._rest += data
            self._lacks -= len(data)
            # A long command that comes in many pieces is looked at when it may be whole, not at each of them.
            if self._lacks > 0 or (self._lacks_nul and 0 not in data):
                return []
            data = bytes(self._rest)
            self._rest.clear()
        return self._read(bytes(data))

    def _read(self, buffer: bytes) -> list[Parsed]:
        parsed, position = [], 0
        try:
            while position < len(buffer):
                reader = Reader(buffer, position)
                command = _next(reader)
                parsed.append(Parsed(command, self._offset + position, reader.position - position))
                position = reader.position
        except NeedMore as missing:
            self._lacks, self._lacks_nul = missing.count, missing.nul
            self._rest += buffer[position:]
        self._offset += position
        return parsed

    def finish(self) -> list[Parsed]:
        """What was left of a command whose end never came."""
        rest = bytes(self._rest)
        self._rest.clear()
        if not rest:
            return []
        self._offset += len(rest)
        return [Parsed(Unknown(rest), self._offset - len(rest), len(rest))]


def parse(data: bytes) -> list[Parsed]:
    """Every command in `data`; a last one that is not whole comes as Unknown."""
    parser = Parser()
    return parser.feed(data) + parser.finish()


def _next(reader: Reader) -> Command:
    if run := _CHARACTERS.match(reader.data, reader.position):
        reader.position = run.end()
        return Print(run.group())
    for length in range(1, _LONGEST + 1):
        prefix = reader.data[reader.position : reader.position + length]
        if len(prefix) < length:
            raise NeedMore
        if found := _BY_PREFIX.get(prefix):
            reader.position += length
            return found.read(reader)
        if prefix not in _BEGINNINGS:
            break
    return _unknown(reader)


def _unknown(reader: Reader) -> Unknown:
    """An unknown member of a `( x` family says its own length; of other families two bytes are taken, else one."""
    start = reader.position
    lead = reader.take(1)
    if lead in _LEADS:
        kind = reader.take(1)
        if kind == b"(":
            reader.take(1)
            reader.take(reader.word())
    return Unknown(reader.data[start : reader.position])
