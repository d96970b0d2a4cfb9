"""What a command does besides printing: the allow-list by which bytes of somebody else's are judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from ticket_daemon.poster.escpos import characters, definitions, graphics, mechanics, memory, page, status, symbols
from ticket_daemon.poster.escpos.base import Command
from ticket_daemon.poster.escpos.parser import Unknown

#: prints: paper, sound, or how what follows is printed, until ESC @. resets: ESC @. drawer: opens it. asks: makes the
#: printer answer. other: whatever else, what is not known among it: it may stop the printer or be kept for good.
Effect = Literal["prints", "resets", "drawer", "asks", "other"]

_PRINTING: Final[tuple[type[Command], ...]] = (
    characters.Print, *characters.COMMANDS, *page.COMMANDS, *definitions.COMMANDS,
    mechanics.Cut, mechanics.CutOnePoint, mechanics.CutThreePoints, mechanics.Beep, mechanics.Buzzer,
    mechanics.PanelButtons, mechanics.PaperEndSensors, mechanics.StopSensors, mechanics.PrintSpeed,
    graphics.RasterImage, graphics.BitImage, graphics.DefineDownloadedImage, graphics.PrintDownloadedImage,
    graphics.PrintStoredImage, graphics.TallImage,
    symbols.BarcodeHeight, symbols.BarcodeWidth, symbols.HriPosition, symbols.HriFont, symbols.Barcode,
)  # fmt: skip
_ASKING: Final[tuple[type[Command], ...]] = (
    *status.COMMANDS,
    memory.ReadMemory,
    memory.TransmitCounter,
    memory.ExtendedStatus,
)

#: NUL, with which some programs fill up, and BEL. No printer of receipts takes either for more.
_HARMLESS: Final = (b"\0", b"\x07")
#: GS ( L fn: 49 density, 50 print, 81-85 downloaded graphics, 69 print NV graphics, 112 and 113 store for printing.
#: 1 and 2 are 49 and 50 by their old numbers. Source: Epson reference, GS ( L.
_GRAPHICS_PRINTING: Final = frozenset((1, 2, 49, 50, 69, 81, 82, 83, 84, 85, 112, 113))
#: Of the same: capacities and lists of key codes.
_GRAPHICS_ASKING: Final = frozenset((0, 3, 4, 48, 51, 52, 64, 80))
#: GS ( C functions that answer: a record, capacities, key codes. Source: Epson reference, GS ( C.
_MEMORY_ASKING: Final = frozenset((2, 3, 4, 5, 50, 51, 52, 53))
_DEFINE_DOWNLOADED_BITMAP: Final = 83
_TRANSMIT_SYMBOL_SIZE: Final = 82  # GS ( k fn 82 answers with the stored symbol's size
_CLEAR_BUFFERS: Final = 2  # DLE ENQ: what waits to be printed is lost
#: DLE DC4 fn. Source: Epson reference, DLE DC4.
_REALTIME: Final[dict[int, Effect]] = {mechanics.REALTIME_PULSE: "drawer", 3: "prints", 7: "asks"}


def _graphics(command: graphics.Graphics | graphics.LargeGraphics) -> Effect:
    fn = command.data[1] if len(command.data) > 1 else -1
    if fn in _GRAPHICS_ASKING:
        return "asks"
    return "prints" if fn in _GRAPHICS_PRINTING else "other"


def _symbol(command: symbols.Symbol) -> Effect:
    return "asks" if command.data[1:2] == bytes((_TRANSMIT_SYMBOL_SIZE,)) else "prints"


def _user_memory(command: memory.UserMemory) -> Effect:
    return "asks" if len(command.data) > 1 and command.data[1] in _MEMORY_ASKING else "other"


_BY_PARAMETERS: Final[dict[type[Command], Callable[[Any], Effect]]] = {
    Unknown: lambda command: "prints" if command.data in _HARMLESS else "other",
    mechanics.SelectPeripheral: lambda command: "prints" if command.n & 1 else "other",
    mechanics.Realtime: lambda command: _REALTIME.get(command.fn, "other"),
    status.RealtimeRequest: lambda command: "other" if command.n == _CLEAR_BUFFERS else "asks",
    graphics.Graphics: _graphics,
    graphics.LargeGraphics: _graphics,
    graphics.WindowsBitmap: lambda command: "prints" if command.fn == _DEFINE_DOWNLOADED_BITMAP else "other",
    symbols.Symbol: _symbol,
    memory.UserMemory: _user_memory,
}

_EFFECTS: Final[dict[type[Command], Effect]] = {
    **dict.fromkeys(_PRINTING, "prints"),
    **dict.fromkeys(_ASKING, "asks"),
    characters.Initialize: "resets",
    mechanics.Pulse: "drawer",
}


def effect(command: Command) -> Effect:
    """What `command` does. A command of which nothing is said here is "other"."""
    kind = type(command)
    judge = _BY_PARAMETERS.get(kind)
    return judge(command) if judge else _EFFECTS.get(kind, "other")
