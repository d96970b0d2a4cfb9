"""The daemon's log file read from its end, newest line first, only as far back as is needed."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Raw, Struct

LEVELS: Final = ("debug", "info", "warning", "error", "critical")
#: Bytes read at a time, backwards.
_BLOCK: Final = 64 * 1024
#: Lines looked at for one answer, chosen or not: what a person reads is near the end, and a search has to end.
MAX_LOOKED_AT: Final = 200_000
MAX_LINES: Final = 5000


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """Which lines: the newest `limit`, of at least `level`, with `text` in them, `audit` ones only."""

    limit: Annotated[int, Meta(ge=1, le=MAX_LINES, description="How many lines.")] = 200
    level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="At least.")] = "debug"
    text: Annotated[str, Meta(max_length=200, description="What is in the line.")] = ""
    audit: Annotated[bool, Meta(description="Audit lines only.")] = False


class FileChoice(Choice, frozen=True, forbid_unknown_fields=True):
    """Which lines a file has: as many as there may be, unless said."""

    limit: Annotated[int, Meta(ge=1, le=MAX_LINES, description="How many lines.")] = MAX_LINES


class _Head(Struct, frozen=True):
    level: str
    audit: bool = False


_heads: Final = msgspec.json.Decoder(_Head)


def newest(file: Path, choice: Choice) -> list[Raw]:
    """The chosen lines of the log `file`, newest first, each as the JSON object it is."""
    return list(_chosen(file, choice))


def mark(file: Path) -> str:
    """A word that changes whenever a line is added; "" where there is no log file."""
    try:
        found = file.stat()
    except OSError:
        return ""
    return f"{found.st_ino:x}-{found.st_size:x}-{found.st_mtime_ns:x}"


def _chosen(file: Path, choice: Choice) -> Iterator[Raw]:
    wanted = choice.text.casefold()
    least = LEVELS.index(choice.level)
    left = choice.limit
    for looked_at, line in enumerate(_lines(file)):
        if left == 0 or looked_at == MAX_LOOKED_AT:
            return
        try:
            head = _heads.decode(line)
        except (msgspec.DecodeError, UnicodeError):
            continue
        if head.level not in LEVELS or LEVELS.index(head.level) < least or (choice.audit and not head.audit):
            continue
        if wanted and wanted not in line.decode("utf-8", "replace").casefold():
            continue
        left -= 1
        yield Raw(line)


def _lines(file: Path) -> Iterator[bytes]:
    """Every line of the file and of those it was rotated to, from the last."""
    older = sorted(file.parent.glob(f"{glob.escape(file.name)}.*"), key=_age)
    return chain.from_iterable(_backwards(path) for path in (file, *older))


def _age(path: Path) -> int:
    number = path.suffix[1:]
    return int(number) if number.isdecimal() else 0


def _backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file from its end. One that is gone, rotated just now, has none."""
    try:
        file = path.open("rb")
    except OSError:
        return
    with file:
        position = file.seek(0, 2)
        rest = b""
        while position:
            start = max(0, position - _BLOCK)
            file.seek(start)
            first, *whole = (file.read(position - start) + rest).split(b"\n")
            yield from (line for line in reversed(whole) if line)
            rest, position = first, start
        if rest:
            yield rest
