"""Serial ports that a printer may hang on.

It knows ports, not what is behind them: each is a place to try, never called a printer unless its adapter says so. It
needs pyserial.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from ticket_daemon.errors import NotLooked
from ticket_daemon.printers.discovery.found import FoundPrinter
from ticket_daemon.printers.discovery.patterns import judge

Ports = Callable[[], Iterable[Any]]


async def find(ports: Ports | None = None) -> list[FoundPrinter]:
    """Every serial port with something behind it. Raises NotLooked."""
    listed = await asyncio.to_thread(lambda: list((ports or _comports())()))
    return [_port(port) for port in listed if _exists(port)]


def _comports() -> Ports:
    try:
        from serial.tools.list_ports import comports
    except ImportError:
        raise NotLooked("discovery.no_library", library="pyserial", extra="discovery") from None
    except AttributeError as error:  # this system's library lacks a function that pyserial calls (wine's, Windows 7's)
        raise NotLooked("discovery.no_serial_list", detail=str(error)) from None
    return comports


def _exists(port: Any) -> bool:
    """Linux lists ttyS0 to ttyS31 whether or not there is a chip; those say nothing of themselves."""
    return not (port.device.startswith("/dev/ttyS") and port.hwid == "n/a")


def _port(port: Any) -> FoundPrinter:
    said = " ".join(filter(None, (port.manufacturer, port.product))) or ""
    judged = judge(model=said)
    windows = not port.device.startswith("/")
    return FoundPrinter(
        name=port.device if windows else port.device.removeprefix("/dev/"),
        uri=f"serial://{quote(port.device, safe='/')}",
        port=port.device,
        source="serial",
        driver=port.description if port.description != "n/a" else "",
        kind="thermal" if judged.kind == "thermal" else "unknown",
        model=said,
        profile=judged.profile,
    )
