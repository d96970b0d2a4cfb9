"""The files that a sealed executable runs from, and whether they are all still there."""

from __future__ import annotations

import sys
from pathlib import Path

#: Where PyInstaller's start keeps what was packed; only sealed executables have it.
_UNPACKED = "_MEIPASS"


def folder() -> Path | None:
    """Where the running executable's libraries and data are; None where Python runs the package."""
    where = getattr(sys, _UNPACKED, None) if getattr(sys, "frozen", False) else None
    return Path(where) if where else None


def is_one_file() -> bool:
    """Whether the executable unpacked itself into the folder for temporary files, which others clean up."""
    where = folder()
    return where is not None and Path(sys.executable).resolve().parent not in where.resolve().parents


class ProgramFiles:
    """What was there at the start."""

    def __init__(self, where: Path) -> None:
        self._files = tuple(path for path in where.rglob("*") if path.is_file())

    def missing(self) -> Path | None:
        """The first file that has gone; None while all are there. One look at each of a few hundred files."""
        return next((path for path in self._files if not path.exists()), None)
