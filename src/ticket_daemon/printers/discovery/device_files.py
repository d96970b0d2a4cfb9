"""Printers' device files that no USB entry explains: parallel ports, and lp nodes where sysfs tells nothing.

It knows their names; it does not open them.
"""

from __future__ import annotations

import asyncio
import stat
import sys
from pathlib import Path
from typing import Final

from ticket_daemon.errors import NotLooked
from ticket_daemon.printers.discovery.found import FoundPrinter

DEV: Final = Path("/dev")
_PATTERNS: Final = ("usb/lp*", "lp[0-9]*")


async def find(folder: Path = DEV) -> list[FoundPrinter]:
    """Every device file of a printer. Raises NotLooked on systems that have none."""
    if sys.platform == "win32":
        raise NotLooked("discovery.no_device_files")
    return await asyncio.to_thread(look, folder)


def look(folder: Path) -> list[FoundPrinter]:
    """`find`, for a thread."""
    paths = [path for pattern in _PATTERNS for path in sorted(folder.glob(pattern)) if _is_device(path)]
    return [
        FoundPrinter(name=str(path.relative_to(folder)), uri=f"file://{path}", port=str(path), source="files")
        for path in paths
    ]


def _is_device(path: Path) -> bool:
    try:
        return stat.S_ISCHR(path.stat().st_mode)
    except OSError:
        return False
