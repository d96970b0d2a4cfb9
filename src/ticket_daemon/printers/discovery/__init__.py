"""Finding printers that nobody configured: one file for each place to look, loaded when it is first looked at."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Final

from ticket_daemon.errors import NotLooked
from ticket_daemon.printers.discovery.found import FoundPrinter, Source
from ticket_daemon.printers.discovery.watch import Discovery, Missing, Snapshot


async def _windows() -> list[FoundPrinter]:
    from ticket_daemon.printers.discovery import windows

    return await windows.find()


async def _cups() -> list[FoundPrinter]:
    from ticket_daemon.printers.discovery import cups

    return await cups.find()


async def _usb() -> list[FoundPrinter]:
    from ticket_daemon.printers.discovery import usb

    return await usb.find()


async def _files() -> list[FoundPrinter]:
    from ticket_daemon.printers.discovery import device_files

    return await device_files.find()


async def _serial() -> list[FoundPrinter]:
    from ticket_daemon.printers.discovery import serial_ports

    return await serial_ports.find()


async def _mdns() -> list[FoundPrinter]:
    from ticket_daemon.printers.discovery import mdns

    return await mdns.find()


#: Name -> how to look there. An earlier one's printer is not listed again by a later one.
SOURCES: Final[dict[str, Source]] = {
    "windows": _windows,
    "cups": _cups,
    "usb": _usb,
    "files": _files,
    "serial": _serial,
    "mdns": _mdns,
}


#: On Windows or not -> what there is on the others only.
_ELSEWHERE: Final = {True: frozenset(("cups", "usb", "files")), False: frozenset(("windows",))}


def sources(names: Iterable[str]) -> dict[str, Source]:
    """The sources of these names that this system can have, in the order of SOURCES."""
    wanted = set(names) - _ELSEWHERE[sys.platform == "win32"]
    return {name: source for name, source in SOURCES.items() if name in wanted}


__all__ = ["SOURCES", "Discovery", "FoundPrinter", "Missing", "NotLooked", "Snapshot", "sources"]
