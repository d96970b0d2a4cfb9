"""Macros: commands that are kept as they pass, and done again."""

from __future__ import annotations

from typing import Final

from ticket_daemon.poster.escpos import Command, parse
from ticket_daemon.poster.escpos.characters import Print

#: Bytes of the longest macro. Source: Epson reference, GS :.
MAX_BYTES: Final = 2048
#: Commands that are done again in one printer's life: a few bytes ask for half a million each.
MAX_REPLAYED: Final = 50_000


class Macro:
    """The one macro of a printer. ESC @ does not clear it."""

    def __init__(self) -> None:
        self._kept: bytearray | None = None  #: of the definition under way
        self._defined = b""
        self._left = MAX_REPLAYED

    def mark(self) -> None:
        """GS :, which begins a definition and ends it."""
        if self._kept is None:
            self._kept = bytearray()
        else:
            self._defined, self._kept = bytes(self._kept), None

    def keep(self, command: Command) -> None:
        """A command passes; beyond the longest macro no more are kept."""
        if self._kept is None:
            return
        data = command.encode()
        room = MAX_BYTES - len(self._kept)
        if len(data) > room:  # of characters what fits; then nothing more, or the commands' order would change
            data = data[:room] if isinstance(command, Print) else b""
            data += bytes(room - len(data))
        self._kept += data

    def run(self, times: int) -> list[Command]:
        """GS ^: the commands to be done. In a definition it ends it, and there is no macro then."""
        if self._kept is not None:
            self._kept, self._defined = None, b""
        once = [parsed.command for parsed in parse(self._defined)]
        commands = (once * times)[: self._left]
        self._left -= len(commands)
        return commands
