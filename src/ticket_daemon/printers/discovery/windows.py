"""The printers that Windows has installed.

On other systems: a NotLooked.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import quote

from ticket_daemon.errors import NotLooked
from ticket_daemon.machine.windows.winspool import SpoolerError
from ticket_daemon.printers.discovery.found import FoundPrinter, Status
from ticket_daemon.printers.discovery.patterns import judge

Enumerate = Callable[[], Iterable[Any]]
#: What the spooler's reasons come to in one word.
_STATUS: Final[dict[str, Status]] = {"offline": "offline", "paused": "paused"}


async def find(enumerate_printers: Enumerate | None = None) -> list[FoundPrinter]:
    """Every installed printer. Raises NotLooked."""
    if enumerate_printers is None:
        if sys.platform != "win32":
            raise NotLooked("discovery.not_windows")
        from ticket_daemon.machine.windows.spooler import installed_printers

        enumerate_printers = installed_printers
    try:
        installed = await asyncio.to_thread(enumerate_printers)
    except (SpoolerError, ImportError) as error:
        raise NotLooked("discovery.no_spooler", detail=str(error)) from None
    return [_printer(one) for one in installed]


def _printer(one: Any) -> FoundPrinter:
    judged = judge(name=one.name, driver=one.driver, port=one.port)
    virtual = judged.is_virtual or one.is_fax
    kind = "virtual" if virtual else "network" if judged.kind == "unknown" and one.is_network else judged.kind
    return FoundPrinter(
        name=one.name,
        uri=f"winspool://{quote(one.name, safe='')}",
        port=one.port,
        source="windows",
        driver=one.driver,
        status=next((_STATUS.get(reason, "error") for reason in one.reasons), "ready"),
        is_default=one.is_default,
        is_virtual=virtual,
        kind=kind,
        model=one.driver,
        profile=judged.profile,
        location=one.location,
    )
