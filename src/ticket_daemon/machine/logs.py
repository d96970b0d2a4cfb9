"""The log: JSON lines in a rotating file, readable lines on a terminal.

It knows records and how they are written down; it does not know what happened or why. It promises one line per
record whatever is in it (a client cannot forge one), that files rotate while the daemon runs, and that only fields
named here or given by the caller are written: never a ticket's text, never a token.

The standard library's logging is used rather than a library on top of it: structlog alone would take a third of the
start-up time the daemon is allowed.
"""

from __future__ import annotations

import functools
import itertools
import logging
import logging.handlers
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final, TextIO

import msgspec

from ticket_daemon.printable import printable

MIB: Final = 1024 * 1024

#: What every LogRecord has, with nothing in it; whatever else a record carries was given by the caller.
_NOTHING_SAID: Final = vars(logging.makeLogRecord({}))
_STANDARD: Final = frozenset(_NOTHING_SAID) | {"message", "asctime", "taskName"}
#: A record gets these first, so that what the caller gave stands behind so many.
_FIRST: Final = len(_NOTHING_SAID)


class _Record(logging.LogRecord):
    """A record without what no line of ours says: which code, thread and process it came from.

    To work that out is half of what the standard one costs.
    """

    def __init__(  # the standard one's signature
        self,
        name: str,
        level: int,
        pathname: str,
        lineno: int,
        msg: object,
        args: Any,
        exc_info: Any,
        func: str | None = None,
        sinfo: str | None = None,
    ) -> None:
        vars(self).update(_NOTHING_SAID)
        self.name = name
        self.msg = msg
        self.args = args
        self.levelno = level
        self.levelname = logging.getLevelName(level)
        self.exc_info = exc_info
        self.created = time.time()


#: What JSON lets stand and a terminal or a reader of lines would take for more than text: DEL, C1, line separators.
_STEERING: Final = re.compile("[\x7f-\x9f\u2028\u2029]")
#: In a readable line these would end a value, or make it look like two.
_AMBIGUOUS: Final = re.compile(r'[ ="]')


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """What the caller gave with `extra`."""
    behind = itertools.islice(vars(record).items(), _FIRST, None)
    return {name: value for name, value in behind if name not in _STANDARD}


class _From(logging.Filter):
    """Lets pass what is of a level or above, and audit lines whatever the level: they are evidence, not chatter."""

    def __init__(self, level: str) -> None:
        super().__init__()
        self.level = logging.getLevelNamesMapping()[level.upper()]

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= self.level or _is_audit(record)


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
        try:
            encoded = msgspec.json.encode(line, enc_hook=str)
        except (UnicodeEncodeError, RecursionError):  # half a character, or values without end: as their repr
            encoded = msgspec.json.encode({name: ascii(value) for name, value in line.items()})
        text = encoded.decode()
        return text if text.isascii() and "\x7f" not in text else _STEERING.sub(_escaped, text)


class Readable(logging.Formatter):
    """`12:34:56 info     job_ended job=… state=sent`."""

    def format(self, record: logging.LogRecord) -> str:
        details = " ".join(f"{name}={_shown(value)}" for name, value in fields(record).items())
        head = f"{_local(int(record.created))} {record.levelname.lower():<8} {printable(record.getMessage())}"
        line = f"{head} {details}".rstrip()
        return f"{line}\n{_indented(self.formatException(record.exc_info))}" if record.exc_info else line


def _time(created: float) -> str:
    second = int(created)
    return f"{_utc(second)}.{int((created - second) * 1000):03}Z"


@functools.lru_cache(2)
def _utc(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


@functools.lru_cache(2)
def _local(second: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(second))


def readable(line: Mapping[str, Any]) -> str:
    """A line of the file as a person reads it."""
    head = f"{printable(str(line['time']))} {printable(str(line['level'])):<8} {printable(str(line['event']))}"
    rest = {name: value for name, value in line.items() if name not in ("time", "level", "event", "logger", "error")}
    details = " ".join(f"{name}={_shown(value)}" for name, value in rest.items())
    return f"{head} {details}".rstrip() + (f"\n{_indented(str(line['error']))}" if "error" in line else "")


def _shown(value: Any) -> str:
    if type(value) is int:
        return str(value)
    text = printable(str(value))
    if text and not _AMBIGUOUS.search(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _indented(trace: str) -> str:
    """A traceback's lines, none of which can be taken for a record's or steer a terminal."""
    return "\n".join("    " + printable(line) for line in trace.splitlines())


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"


class _RotatingFile(logging.handlers.RotatingFileHandler):
    """Counts what it writes, where the standard one asks the file system before every record.

    A file that cannot be opened or written (a full disk) is said once on standard error and tried again with the next
    record: the log must not stop what it speaks of, nor bury it.
    """

    _size = 0
    _silent = False  #: it was said that nothing can be written

    def _open(self) -> TextIOWrapper:
        stream = super()._open()
        self._size = os.fstat(stream.fileno()).st_size
        return stream

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record) + self.terminator
            size = len(line) if line.isascii() else len(line.encode("utf-8", "replace"))
            if self._size and self._size + size > self.maxBytes:
                self._roll_over()
            if self.stream is None:
                Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
                self.stream = self._open()
            self.stream.write(line)
            self.stream.flush()
            self._size += size
            self._silent = False
        except (OSError, ValueError) as error:
            if not self._silent:
                sys.stderr.write(f"{self.baseFilename}: {error}\n")
            self._silent = True

    def _roll_over(self) -> None:
        """Begin a new file; where another program has the old one open (Windows), go on in the old one a while."""
        try:
            self.doRollover()
        except OSError:
            self._size = 0


def _is_audit(record: logging.LogRecord) -> bool:
    return getattr(record, "audit", False) is True


def _look_nothing_up() -> None:
    """No line says which line of code, thread or process it came from: do not look it up for each ("Optimization" and
    "Customizing LogRecord", docs.python.org/3/howto).
    """
    logging.setLogRecordFactory(_Record)
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _file(
    path: Path, max_mb: int, keep: int, wanted: Callable[[logging.LogRecord], bool] | logging.Filter
) -> _RotatingFile:
    file = _RotatingFile(path, maxBytes=max_mb * MIB, backupCount=keep, encoding="utf-8", delay=True)
    file.setFormatter(JsonLines())
    file.addFilter(wanted)
    return file


def set_up(
    level: str,
    path: Path | None,
    max_mb: int,
    keep: int,
    terminal: TextIO | None = None,
    everything: bool = False,
    audit: Path | None = None,
) -> None:
    """Send all records to the file at `path` (none: no file) and to `terminal`, there from `info` on, or everything.

    Audit lines go to `audit` too: nothing else is written there, so nothing else makes that file rotate.
    """
    _look_nothing_up()
    root = logging.getLogger("ticket_daemon")
    for handler in tuple(root.handlers):
        root.removeHandler(handler)
        handler.close()
    least = _From(level)
    root.setLevel(min(least.level, logging.INFO))  # audit lines are `info` at least
    root.propagate = False
    if path is not None:
        root.addHandler(_file(path, max_mb, keep, least))
    if audit is not None:
        root.addHandler(_file(audit, max_mb, keep, _is_audit))
    stream = terminal or sys.stderr
    if stream is None:  # a Windows service has none
        return
    console = logging.StreamHandler(stream)
    console.setFormatter(Readable())
    console.addFilter(least)
    console.setLevel(logging.DEBUG if everything else logging.INFO)
    root.addHandler(console)
