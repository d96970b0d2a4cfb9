"""The character modes: font, size, weight, underline and their like, as commands set them and ESC @ puts them back.

It knows which command changes which mode; it does not know lines or letters. It promises a Look for the next
character at any time, and that parameters out of range change nothing and are told to `ignored`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from ticket_daemon.poster.emulator.events import IgnoredReason
from ticket_daemon.poster.emulator.items import Look
from ticket_daemon.poster.escpos import Command, characters
from ticket_daemon.poster.profile.model import Profile

#: Dots of a Kanji cell, across and down.
KANJI_CELL: Final = 24
#: Where tabs stand after ESC @, in columns of font A.
_DEFAULT_TABS: Final = range(8, 256, 8)
_MAX_TABS: Final = 32
#: The two ways to write 0, 1 and 2.
THREE_WAYS: Final = {0: 0, 48: 0, 1: 1, 49: 1, 2: 2, 50: 2}
_FONTS: Final = {0: "A", 48: "A", 1: "B", 49: "B", 2: "B", 50: "B"}
_ROTATIONS: Final = {0: False, 48: False, 1: True, 49: True}

Action = Callable[[Any], None]


class Tell(Protocol):
    """Told of commands without effect."""

    def __call__(self, command: Command, reason: IgnoredReason) -> None: ...


class Modes:
    """The character modes of one printer."""

    def __init__(self, profile: Profile, ignored: Tell) -> None:
        self._profile = profile
        self._ignored = ignored
        self._looks: dict[bool, Look] = {}
        self.reset()

    def reset(self) -> None:
        """As ESC @ leaves them."""
        self.font: str = self._profile.default_font
        self.second = False  #: the second colour
        self.bold = self.struck = self.inverse = self.rotated = False
        self.underline = self.spacing = self.kanji_underline = 0
        self.scale_x = self.scale_y = self.kanji_scale_x = self.kanji_scale_y = 1
        self.unit_x, self.unit_y = 1.0, 1 / self._profile.feed_units  #: dots of a motion unit
        self.tabs = tuple(column * self._profile.font_a.width for column in _DEFAULT_TABS)
        self._looks.clear()

    def set(self, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(self, name, value)
        self._looks.clear()

    def choose(self, name: str, values: dict[int, Any]) -> Action:
        """An action for a command whose `n` picks one of `values`; another n is ignored."""

        def act(command: Any) -> None:
            if command.n in values:
                self.set(**{name: values[command.n]})
            else:
                self._ignored(command, "bad_parameters")

        return act

    def switch(self, name: str) -> Action:
        """An action for a command of which only bit 0 counts."""
        return lambda command: self.set(**{name: bool(command.n & 1)})

    def look(self, kanji: bool) -> Look:
        """How the next character is drawn."""
        found = self._looks.get(kanji)
        if found is None:
            found = self._looks[kanji] = self._kanji_look() if kanji else self._plain_look()
        return found

    def _plain_look(self) -> Look:
        cell = self._profile.cell(self.font)
        return Look(
            cell.width, cell.height, self.scale_x, self.scale_y, self.bold or self.struck, self.underline,
            self.inverse, self.rotated, spacing=self.spacing, second=self.second,
        )  # fmt: skip

    def _kanji_look(self) -> Look:
        return Look(
            KANJI_CELL, KANJI_CELL, max(self.scale_x, self.kanji_scale_x), max(self.scale_y, self.kanji_scale_y),
            self.bold or self.struck, max(self.underline, self.kanji_underline), self.inverse, self.rotated,
            spacing=self.spacing, second=self.second,
        )  # fmt: skip

    def _print_mode(self, command: characters.PrintMode) -> None:
        n = command.n
        self.set(
            font="B" if n & 0x01 else "A", bold=bool(n & 0x08), scale_y=2 if n & 0x10 else 1,
            scale_x=2 if n & 0x20 else 1, underline=1 if n & 0x80 else 0,
        )  # fmt: skip

    def _character_size(self, command: characters.CharacterSize) -> None:
        if command.n & 0x88:  # 9 to 16 times
            self._ignored(command, "bad_parameters")
        else:
            self.set(scale_x=(command.n >> 4) + 1, scale_y=(command.n & 0x07) + 1)

    def _kanji_mode(self, command: characters.KanjiPrintMode) -> None:
        n = command.n
        self.set(
            kanji_scale_x=2 if n & 0x04 else 1, kanji_scale_y=2 if n & 0x08 else 1, kanji_underline=1 if n & 0x80 else 0
        )

    def _kanji_quadruple(self, command: characters.KanjiQuadruple) -> None:
        scale = 2 if command.n & 1 else 1
        self.set(kanji_scale_x=scale, kanji_scale_y=scale)

    def _set_tabs(self, command: characters.SetTabs) -> None:
        """Positions count in columns of the width set now; a list that does not ascend ends there."""
        advance, columns = self.look(False).advance, command.positions[:_MAX_TABS]
        falls = (place for place in range(1, len(columns)) if columns[place] <= columns[place - 1])
        self.set(tabs=tuple(column * advance for column in columns[: next(falls, len(columns))]))

    def _motion_units(self, command: characters.MotionUnits) -> None:
        dpi = self._profile.dpi
        own = 1 / self._profile.feed_units
        self.set(unit_x=dpi / command.x if command.x else 1.0, unit_y=dpi / command.y if command.y else own)

    def actions(self) -> dict[type[Command], Action]:
        """What each command of modes does."""
        return {
            characters.Emphasis: self.switch("bold"),
            characters.DoubleStrike: self.switch("struck"),
            characters.Underline: self.choose("underline", THREE_WAYS),
            characters.PrintMode: self._print_mode,
            characters.CharacterSize: self._character_size,
            characters.Inverse: self.switch("inverse"),
            characters.SelectFont: self.choose("font", _FONTS),
            characters.RightSpacing: lambda command: self.set(spacing=command.n),
            characters.Rotate: self.choose("rotated", _ROTATIONS),
            characters.SetTabs: self._set_tabs,
            characters.MotionUnits: self._motion_units,
            characters.KanjiPrintMode: self._kanji_mode,
            characters.KanjiUnderline: self.choose("kanji_underline", THREE_WAYS),
            characters.KanjiQuadruple: self._kanji_quadruple,
        }
