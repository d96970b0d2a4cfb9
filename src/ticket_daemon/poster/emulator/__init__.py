"""Bytes to paper: an emulated printer that draws what a real one would print."""

from ticket_daemon.poster.emulator.events import (
    Beep,
    Cut,
    DrawerKick,
    Event,
    Ignored,
    NotPrinted,
    Overrun,
    PaperSplit,
    SymbolPrinted,
    SymbolRefused,
    UnknownBytes,
)
from ticket_daemon.poster.emulator.paper import Paper
from ticket_daemon.poster.emulator.printer import Printer, draw

__all__ = [
    "Beep",
    "Cut",
    "DrawerKick",
    "Event",
    "Ignored",
    "NotPrinted",
    "Overrun",
    "Paper",
    "PaperSplit",
    "Printer",
    "SymbolPrinted",
    "SymbolRefused",
    "UnknownBytes",
    "draw",
]
