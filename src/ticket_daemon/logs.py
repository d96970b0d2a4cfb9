"""The log: JSON lines in a rotating file, readable lines on a terminal.

It knows records and how they are written down; it does not know what happened or why. It promises one line per
record whatever is in it (a client cannot forge one), that files rotate while the daemon runs, and that only fields
named here or given by the caller are written: never a ticket's text, never a token.

The standard library's logging is used rather than a library on top of it: structlog alone would take a third of the
start-up time the daemon is allowed.
"""

from __future__ import annotations

import datetime
import logging
import logging.handlers
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TextIO

import msgspec

MIB: Final = 1024 * 1024
FILE_NAME: Final = "ticket-daemon.log"

#: What every LogRecord has; whatever else it carries was given by the caller.
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """What the caller gave with `extra`."""
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


class JsonLines(logging.Formatter):
    """{"time": RFC 3339, "level", "event", "logger", …}."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": _time(record.created),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name.removeprefix("ticket_daemon."),
            **fields(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()


class Readable(logging.Formatter):
    """`12:34:56 info     job_ended job=… state=sent`."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        details = " ".join(f"{name}={_shown(value)}" for name, value in fields(record).items())
        line = f"{moment} {record.levelname.lower():<8} {_printable(record.getMessage())} {details}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _time(created: float) -> str:
    moment = datetime.datetime.fromtimestamp(created, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def readable(line: Mapping[str, Any]) -> str:
    """A line of the file as a person reads it."""
    head = f"{line['time']} {line['level']:<8} {_printable(str(line['event']))}"
    rest = {name: value for name, value in line.items() if name not in ("time", "level", "event", "logger", "error")}
    details = " ".join(f"{name}={_shown(value)}" for name, value in rest.items())
    return f"{head} {details}".rstrip() + (f"\n{line['error']}" if "error" in line else "")


def _shown(value: Any) -> str:
    text = _printable(str(value))
    return f'"{text}"' if " " in text or not text else text


def _printable(text: str) -> str:
    """`text` on one line, with nothing in it that could steer a terminal."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def set_up(level: str, directory: Path | None, max_mb: int, keep: int, terminal: TextIO | None = None) -> None:
    """Send all records to the file in `directory` (none: no file) and to `terminal`."""
    root = logging.getLogger("ticket_daemon")
    for handler in tuple(root.handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level.upper())
    root.propagate = False
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
        file = logging.handlers.RotatingFileHandler(
            directory / FILE_NAME, maxBytes=max_mb * MIB, backupCount=keep, encoding="utf-8"
        )
        file.setFormatter(JsonLines())
        root.addHandler(file)
    console = logging.StreamHandler(terminal or sys.stderr)
    console.setFormatter(Readable())
    console.setLevel(logging.INFO)
    root.addHandler(console)
