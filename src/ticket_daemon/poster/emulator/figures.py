"""Commands that print pictures and symbols, and what the printer's memory keeps for them.

It knows which command stores and which prints; placing is the press's. It promises that what cannot be printed is told:
nothing stored, bad data, too wide, or not at the beginning of a line.
"""

from __future__ import annotations

from typing import Final

from ticket_daemon.poster.emulator import graphics, matrix_symbols, symbologies
from ticket_daemon.poster.emulator.events import IgnoredReason, SymbolRefused
from ticket_daemon.poster.emulator.items import Look, Picture
from ticket_daemon.poster.emulator.line import Line
from ticket_daemon.poster.emulator.modes import Action, Tell
from ticket_daemon.poster.emulator.page import Page
from ticket_daemon.poster.emulator.press import BarSettings, Press
from ticket_daemon.poster.emulator.roll import Roll
from ticket_daemon.poster.escpos import Command, symbols
from ticket_daemon.poster.escpos import graphics as images
from ticket_daemon.poster.profile.model import Profile

_REASONS: Final[dict[str, IgnoredReason]] = {
    "nothing_stored": "nothing_stored", "bad_parameters": "bad_parameters", "unsupported": "unsupported",
}  # fmt: skip
_DATABAR: Final = range(75, 79)


class Figures:
    """The picture and symbol memory of one printer."""

    def __init__(self, profile: Profile, roll: Roll, line: Line, ignored: Tell) -> None:
        self._profile = profile
        self._roll = roll
        self._line = line
        self._ignored = ignored
        self._press = Press(roll, line)
        self._nv: tuple[tuple[int, int, bytes], ...] = ()
        self.reset()

    def print_on(self, roll: Roll | Page, line: Line) -> None:
        """Pictures and symbols go there from now on."""
        self._line = line
        self._press = Press(roll, line)

    def reset(self) -> None:
        """As ESC @ leaves it; NV images stay."""
        self._bar = BarSettings()
        self._store = matrix_symbols.SymbolStore()
        self._graphics = graphics.GraphicsStore()
        self._downloaded: tuple[int, int, bytes] | None = None

    # --- pictures ---

    def _print(self, picture: Picture | None, command: Command) -> None:
        if not self._line.at_start:
            self._ignored(command, "not_at_line_start")
        elif picture is None:
            self._ignored(command, "bad_parameters")
        else:
            self._press.picture(picture)

    def _raster(self, command: images.RasterImage) -> None:
        self._print(graphics.raster(command.m, command.x, command.y, command.data), command)

    def bit_image(self, command: images.BitImage) -> None:
        strip = graphics.strip(command, self._profile)
        if strip is None:
            self._ignored(command, "bad_parameters")
        else:
            self._line.put_strip(strip)

    def _graphics_data(self, command: images.Graphics | images.LargeGraphics) -> None:
        result = self._graphics.apply(command.data)
        if isinstance(result, Picture):
            self._print(result, command)
        elif result != "done":
            self._ignored(command, _REASONS[result])

    def _define_downloaded(self, command: images.DefineDownloadedImage) -> None:
        self._downloaded = (command.x, command.y, command.data)

    def _print_downloaded(self, command: images.PrintDownloadedImage) -> None:
        if self._downloaded is None:
            self._ignored(command, "nothing_stored")
        else:
            self._print(graphics.columns(*self._downloaded, command.n), command)

    def _define_stored(self, command: images.DefineStoredImages) -> None:
        """They replace all earlier ones."""
        self._nv = command.images

    def _print_stored(self, command: images.PrintStoredImage) -> None:
        if 1 <= command.n <= len(self._nv):
            self._print(graphics.columns(*self._nv[command.n - 1], command.m), command)
        else:
            self._ignored(command, "nothing_stored")

    # --- symbols ---

    def _setting(self, name: str, low: int, high: int) -> Action:
        """An action that keeps one of the barcode's settings; out of range it is ignored."""

        def act(command: symbols.BarcodeHeight) -> None:
            value = command.n - 48 if high < 48 <= command.n else command.n
            if low <= value <= high:
                setattr(self._bar, name, value)
            else:
                self._ignored(command, "bad_parameters")

        return act

    def barcode(self, command: symbols.Barcode) -> None:
        """GS k, at the beginning of a line."""
        m = command.m + 65 if command.m <= 6 else command.m
        kind = symbologies.KINDS.get(m)
        if kind is None:
            self._ignored(command, "bad_parameters")
            return
        try:
            bars = self._bars(m, command.data)
        except symbologies.BadData:
            self._roll.note(SymbolRefused(kind, command.data, "bad_data"))
            return
        cell = self._profile.cell("B" if self._bar.font else "A")
        self._press.barcode(kind, bars, self._bar, Look(cell.width, cell.height))

    def _bars(self, m: int, data: bytes) -> symbologies.Bars:
        if m not in _DATABAR:
            return symbologies.bars(m, data, self._bar.module)
        widths, told = matrix_symbols.databar(m, data)
        return symbologies.Bars(tuple(width * self._bar.module for width in widths), told.decode("ascii"), told)

    def _symbol(self, command: symbols.Symbol) -> None:
        done = self._store.apply(command.data)
        if done == "unknown":
            self._ignored(command, "unsupported")
        elif done == "print" and not self._line.at_start:
            self._ignored(command, "not_at_line_start")
        elif done == "print":
            family = command.data[0]
            try:
                self._press.symbol(self._store.symbol(family))
            except symbologies.BadData:
                kind = matrix_symbols.KINDS[family]
                self._roll.note(SymbolRefused(kind, self._store.stored(family), "bad_data"))

    def actions(self) -> dict[type[Command], Action]:
        """What each command of pictures and symbols does; GS k is the machine's, for it may fall through as text."""
        return {
            images.RasterImage: self._raster,
            images.Graphics: self._graphics_data,
            images.LargeGraphics: self._graphics_data,
            images.DefineDownloadedImage: self._define_downloaded,
            images.PrintDownloadedImage: self._print_downloaded,
            images.DefineStoredImages: self._define_stored,
            images.PrintStoredImage: self._print_stored,
            symbols.BarcodeHeight: self._setting("height", 1, 255),
            symbols.BarcodeWidth: self._setting("module", 1, 6),
            symbols.HriPosition: self._setting("position", 0, 3),
            symbols.HriFont: self._setting("font", 0, 1),
            symbols.Symbol: self._symbol,
        }
