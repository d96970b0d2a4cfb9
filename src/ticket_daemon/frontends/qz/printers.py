"""Printers as QZ Tray tells of them: their names, details, and the words and codes of their state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from ticket_daemon.frontends.qz.messages import Refused
from ticket_daemon.printers.destination import Destination, PrinterStatus


class Status(NamedTuple):
    """A state in QZ Tray's words. `code` is that of Windows' PRINTER_STATUS_… (winspool.h), which QZ Tray hands on."""

    text: str
    severity: str
    code: int


OK: Final = Status("OK", "INFO", 0)
UNKNOWN: Final = Status("UNKNOWN", "INFO", 0)
PROCESSING: Final = Status("PROCESSING", "INFO", 0x4000)
_ERROR: Final = Status("ERROR", "ERROR", 0x2)
#: The field's reasons -> QZ Tray's words; the first that stands is told.
_REASONS: Final[Mapping[str, Status]] = {
    "offline": Status("OFFLINE", "ERROR", 0x80),
    "cover-open": Status("DOOR_OPEN", "ERROR", 0x400000),
    "media-empty": Status("PAPER_OUT", "ERROR", 0x10),
    "media-jam": Status("PAPER_JAM", "ERROR", 0x8),
    "paused": Status("PAUSED", "WARN", 0x1),
}


def status(now: PrinterStatus) -> Status:
    """How a printer is."""
    for reason, said in _REASONS.items():
        if reason in now.reasons:
            return said
    if now.state == "stopped":
        return _ERROR
    if not now.known:
        return UNKNOWN
    return PROCESSING if now.state == "processing" else OK


def find(query: str, names: Iterable[str], default: str | None) -> str:
    """The printer that a page's query means: exact, then the beginning, then anywhere; the default one first each
    time; case ignored. Raises Refused."""
    wanted = query.casefold()
    ordered = sorted(dict.fromkeys(names), key=lambda name: name != default)
    for fits in (
        lambda name: name == wanted,
        lambda name: name.startswith(wanted),
        lambda name: wanted in name,
    ):
        for name in ordered:
            if fits(name.casefold()):
                return name
    raise Refused("Specified printer could not be found.")


def detail(destination: Destination) -> dict[str, Any]:
    """A printer's row of `printers.detail`. `density` is in dots per inch."""
    profile = destination.profile
    return {
        "name": destination.name,
        "driver": profile.name if profile else "",
        "connection": destination.settings.uri,
        "default": destination.settings.default,
        "density": profile.dpi if profile else 0,
    }
