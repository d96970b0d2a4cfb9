"""Characters that the sender defines (ESC &), by font, and when they are used (ESC %)."""

from __future__ import annotations

from typing import Final

from ticket_daemon.poster.emulator.line import Own
from ticket_daemon.poster.escpos.definitions import DefineCharacters, UseDefined
from ticket_daemon.poster.raster.bitmap import Bitmap

#: Codes that can be given dots. Source: Epson reference, ESC &.
_CODES: Final = range(0x20, 0x7F)


class Defined:
    """The characters that one printer was given."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """ESC @ forgets them all."""
        self._on = False
        self._dots: dict[str, dict[str, Bitmap]] = {"A": {}, "B": {}}  #: by font
        self._own: dict[str, Own] = {}

    def use(self, command: UseDefined) -> None:
        self._on = bool(command.n & 1)

    def define(self, command: DefineCharacters, font: str) -> bool:
        """Keep the dots for the font that is set. False where nothing was given."""
        for code, data in enumerate(command.characters, command.c1):
            if code in _CODES:
                self._dots[font][chr(code)] = Bitmap(command.y * 8, len(data) // command.y, data)
        self._own.clear()
        return bool(command.characters)

    def forget(self, code: int, font: str) -> None:
        self._dots[font].pop(chr(code), None)
        self._own.clear()

    def own(self, font: str) -> Own:
        """What text of that font is printed with now."""
        if not self._on:
            return ()
        own = self._own.get(font)
        if own is None:
            own = self._own[font] = tuple(sorted(self._dots[font].items()))
        return own
