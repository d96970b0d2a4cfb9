"""Changing the configuration file: comments stay, nothing is written unchecked, and a crash leaves it whole."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ticket_daemon.errors import ConfigError
from ticket_daemon.settings.config import PrinterSettings, Settings

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

#: Reads a text as if it stood in the file. Raises ConfigError, UnknownProfileError.
Check = Callable[[str], object]


class Added(NamedTuple):
    """What was written; `default_moved` is the printer that was the default one before, or ""."""

    text: str
    default_moved: str


def edited(file: Path, edit: Callable[[TOMLDocument], object], check: Check) -> str:
    """Change the file, which need not exist, by `edit`; its new text. Raises ConfigError; nothing is written then."""
    import tomlkit

    document = tomlkit.parse(file.read_text("utf-8")) if file.exists() else tomlkit.document()
    edit(document)
    text = tomlkit.dumps(document)
    check(text)
    write(file, text)
    return text


# --- printers ---


def added(file: Path, settings: Settings, printer: PrinterSettings, check: Check) -> Added:
    """Write `printer` into `file`; `settings` are what the file says now. Raises ConfigError."""
    if any(known.name.casefold() == printer.name.casefold() for known in settings.printers):
        raise ConfigError("config.same_name", file=str(file), name=printer.name)
    moved = ""

    def edit(document: TOMLDocument) -> None:
        nonlocal moved
        moved = _without_default(document) if printer.default else ""
        _tables(document).append(_table(printer))

    return Added(edited(file, edit, check), moved)


def change_printer(document: TOMLDocument, name: str, values: Mapping[str, Any]) -> None:
    """Give keys of a printer other values; None takes a key out. Raises ConfigError."""
    table = _named(document, name)
    if values.get("default"):
        _without_default(document)
    for key, value in values.items():
        if value is None:
            table.pop(key, None)
        else:
            table[key] = value


def remove_printer(document: TOMLDocument, name: str) -> None:
    """Take a printer out. Raises ConfigError."""
    tables = _tables(document)
    tables.remove(_named(document, name))
    if not tables:
        del document["printers"]


def _tables(document: TOMLDocument) -> Any:
    import tomlkit

    if document.get("printers") is None:
        document["printers"] = tomlkit.aot()
    return document["printers"]


def _named(document: TOMLDocument, name: str) -> Any:
    found = next((table for table in document.get("printers", ()) if table.get("name") == name), None)
    if found is None:
        known = ", ".join(str(table.get("name")) for table in document.get("printers", ())) or "-"
        raise ConfigError("config.no_such_printer", name=name, names=known)
    return found


def _without_default(document: TOMLDocument) -> str:
    """Make no printer the default; the one that was."""
    moved = ""
    for table in document.get("printers", ()):
        if table.get("default"):
            moved = str(table["name"])
            del table["default"]
    return moved


def _table(printer: PrinterSettings) -> Any:
    """The printer's keys, those left out that are what they would be anyway."""
    import tomlkit

    table = tomlkit.table()
    for key in PrinterSettings.__struct_fields__:
        value, usual = getattr(printer, key), getattr(PrinterSettings("-", "-"), key)
        if key in ("name", "uri") or value != usual:
            table[key] = value
    return table


# --- tokens and the password ---


def add_token(document: TOMLDocument, name: str, sha256: str) -> None:
    """Put a token's hash in under its name. Raises ConfigError for a name that is taken."""
    import tomlkit

    auth: Any = document.setdefault("auth", tomlkit.table())
    if any(table.get("name") == name for table in auth.get("tokens", ())):
        raise ConfigError("config.same_token", name=name)
    if "tokens" not in auth:
        auth["tokens"] = tomlkit.aot()
    table = tomlkit.table()
    table["name"], table["sha256"] = name, sha256
    auth["tokens"].append(table)


def remove_token(document: TOMLDocument, name: str) -> None:
    """Take a token back. Raises ConfigError."""
    tokens: Any = document.get("auth", {}).get("tokens", [])
    found = next((table for table in tokens if table.get("name") == name), None)
    if found is None:
        raise ConfigError("config.no_such_token", name=name)
    tokens.remove(found)
    if not tokens:
        del document["auth"]["tokens"]


def set_password(document: TOMLDocument, password_hash: str) -> None:
    """Have the page ask for a password."""
    import tomlkit

    document.setdefault("auth", tomlkit.table())["dashboard_password_hash"] = password_hash


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
