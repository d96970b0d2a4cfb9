"""One more printer in the configuration file, with everything else in it left as it stands.

It knows the file's form; it does not know what a printer's keys mean (a check is passed in). It promises that nothing
is written before the whole was checked, that comments and order stay, and that a crash leaves the old file or the new
one, never half of either.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ticket_daemon.errors import ConfigError
from ticket_daemon.settings.config import PrinterSettings, Settings

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


class Added(NamedTuple):
    """What was written; `default_moved` is the printer that was the default one before, or ""."""

    text: str
    default_moved: str


def added(file: Path, settings: Settings, printer: PrinterSettings, check: Callable[[str], None]) -> Added:
    """Write `printer` into `file`, which need not exist. Raises ConfigError; nothing is written then.

    `settings` are what the file says now; `check` reads a text as if it stood there.
    """
    import tomlkit

    if any(known.name.casefold() == printer.name.casefold() for known in settings.printers):
        raise ConfigError("config.same_name", file=str(file), name=printer.name)
    document = tomlkit.parse(file.read_text("utf-8")) if file.exists() else tomlkit.document()
    moved = _without_default(document) if printer.default else ""
    tables: Any = document.get("printers")
    if tables is None:
        tables = tomlkit.aot()
        document["printers"] = tables
    tables.append(_table(tomlkit, printer))
    text = tomlkit.dumps(document)
    check(text)
    write(file, text)
    return Added(text, moved)


def _without_default(document: TOMLDocument) -> str:
    """Make no printer the default; the one that was."""
    moved = ""
    tables: Any = document.get("printers", ())
    for table in tables:
        if table.get("default"):
            moved = str(table["name"])
            del table["default"]
    return moved


def _table(tomlkit: Any, printer: PrinterSettings) -> Any:
    """The printer's keys, those left out that are what they would be anyway."""
    table = tomlkit.table()
    table["name"], table["uri"] = printer.name, printer.uri
    if printer.profile:
        table["profile"] = printer.profile
    if printer.default:
        table["default"] = True
    return table


def write(file: Path, text: str) -> None:
    """Put `text` in the place of a file at once, its mode kept. Raises ConfigError."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        mode = file.stat().st_mode if file.exists() else None
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as new:
                new.write(text)
                new.flush()
                os.fsync(new.fileno())
            Path(name).chmod(mode if mode is not None else 0o644)
            Path(name).replace(file)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise ConfigError("config.unwritable", file=str(file), detail=error.strerror or str(error)) from None
