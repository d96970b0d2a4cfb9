"""Bytes that somebody else made for a printer: which of them may go there, and which do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, Literal

from ticket_daemon.errors import DocumentError
from ticket_daemon.poster.document.decode import Warned
from ticket_daemon.poster.document.model import Fault
from ticket_daemon.poster.escpos import Command, Parser, Unknown, mechanics, parse
from ticket_daemon.poster.escpos.characters import Initialize, LineFeed, Print, PrintMode
from ticket_daemon.poster.escpos.effects import Effect, effect

#: all: whatever comes. ticket: what a ticket needs, which also resets the printer and opens the drawer; questions are
#: left out, for nobody would read the answers. printing: nothing but what prints.
Admission = Literal["all", "ticket", "printing"]

_ADMITTED: Final[dict[Admission, frozenset[Effect]]] = {
    "ticket": frozenset(("prints", "resets", "drawer", "asks")),
    "printing": frozenset(("prints",)),
}
_REFUSAL: Final[dict[Admission, str]] = {"ticket": "raw.not_printing", "printing": "raw.unsafe"}
#: Real-time commands that printers obey in the midst of a picture too: power-off, clear buffers; and the drawer.
_STOPPING: Final = rb"\x10\x14(?:\x02\x01\x08|\x08\x01\x03\x14\x01\x06\x02\x08)"
_HIDDEN: Final[dict[Admission, re.Pattern[bytes]]] = {
    "ticket": re.compile(_STOPPING),
    "printing": re.compile(_STOPPING + rb"|\x10\x14\x01[\0\1][\1-\x08]"),
}
_SHORTEST_HIDDEN: Final = 5  # bytes of the shortest of these
#: Commands in one ticket's ready bytes: a second of work, and twenty for each of ten thousand lines.
MAX_COMMANDS: Final = 200_000
#: Bytes that are taken apart at once, so that no ticket is all in pieces in memory.
_PIECE: Final = 64 << 10
_LARGE: Final = 0x18  # ESC !: emphasized, double height
_PULSE_PREFIXES: Final = (mechanics.Pulse.PREFIX, mechanics.Realtime.PREFIX)


class Screen:
    """A stream of foreign bytes that comes in pieces, judged command by command."""

    def __init__(self, *, with_pulse: bool = True) -> None:
        self._with_pulse = with_pulse
        self._parser = Parser()
        self._fed = self._last = 0
        self._left = MAX_COMMANDS
        self.asked = False  #: a question to the printer was left out

    @property
    def unfinished(self) -> bytes:
        """The end of what came, where it begins a command and does not end it."""
        return self._parser.rest

    @property
    def unfinished_at(self) -> int:
        """Where in the last piece that is; 0 where it began in an earlier one."""
        return max(0, self._last - len(self.unfinished))

    def feed(self, data: bytes, admission: Admission) -> list[Command]:
        """The commands that `data` completes, without those that are not to reach the printer. Raises Fault
        (`offset` in `data`) at the first that is not admitted."""
        kept: list[Command] = []
        parsed = self._parser.feed(data)
        self._left -= len(parsed)
        if self._left < 0:
            raise Fault("budget.printer_commands", "hex", limit=f"{MAX_COMMANDS:,}")
        for command, offset, length in parsed:
            found = effect(command)
            if admission != "all":
                if length >= _SHORTEST_HIDDEN and _HIDDEN[admission].search(command.encode()):
                    found = "other"
                self._check(command, found, max(0, offset - self._fed), admission)
                if found == "asks":
                    self.asked = True
                    continue
            if self._with_pulse or found != "drawer":
                kept.append(command)
        self._last = len(data)
        self._fed += len(data)
        return kept

    @staticmethod
    def _check(command: Command, found: Effect, offset: int, admission: Admission) -> None:
        if found not in _ADMITTED[admission]:
            name = command.data.hex(" ").upper() if isinstance(command, Unknown) else command.NAME
            raise Fault(_REFUSAL[admission], "hex", command=name, offset=offset)


def printer_data(
    data: bytes, *, allow_raw: bool | None = True, with_pulse: bool = True
) -> tuple[bytes, tuple[Warned, ...]]:
    """A whole ticket of ready bytes as it goes to the printer, and what the sender should know.

    `allow_raw`: True whatever comes, None what a ticket needs, False none at all. `with_pulse` False leaves out what
    opens the drawer. Raises DocumentError (category RAW).
    """
    if allow_raw is False:
        raise DocumentError("raw.forbidden", category="RAW")
    screen = Screen(with_pulse=with_pulse)
    made, start = [], 0
    try:
        for start in range(0, len(data), _PIECE):
            made.append(encoded(screen.feed(data[start : start + _PIECE], "all" if allow_raw else "ticket")))
    except Fault as fault:
        where = {"offset": start + fault.parameters["offset"]} if "offset" in fault.parameters else {}
        raise DocumentError(fault.key, category="RAW", **fault.parameters | where) from None
    warnings = [Warned("warning.raw_asks", "")] if screen.asked else []
    if rest := screen.unfinished:  # the next ticket would be taken for its end
        offset = len(data) - len(rest)
        if not allow_raw:
            raise DocumentError("raw.incomplete", category="RAW", offset=offset)
        made.append(rest)
        warnings.append(Warned("warning.raw_unfinished", "", {"offset": offset}))
    return b"".join(made), tuple(warnings)


def encoded(commands: Iterable[Command]) -> bytes:
    """The commands' bytes, one after the other."""
    return b"".join(command.encode() for command in commands)


def heading(text: str) -> bytes:
    """A line of `text` in large letters, in commands and characters that printers of any make and age know."""
    plain = unicodedata.normalize("NFD", text).encode("ascii", "ignore")
    return encoded((Initialize(), PrintMode(_LARGE), Print(b" " + plain), LineFeed(), PrintMode(0)))


def without_pulses(data: bytes) -> bytes:
    """`data` without the commands that open the drawer, nor a last one of that kind that has no end. What only looks
    like one, inside a picture or a character's dots, stays."""
    return b"".join(parsed.command.encode() for parsed in parse(data) if not _opens(parsed.command))


def opens_drawer(data: bytes) -> bool:
    """Whether the drawer opens."""
    return any(effect(parsed.command) == "drawer" for parsed in parse(data))


def _opens(command: Command) -> bool:
    begun = isinstance(command, Unknown) and command.data.startswith(_PULSE_PREFIXES)
    return begun or effect(command) == "drawer"
