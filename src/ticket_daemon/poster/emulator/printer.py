"""A printer at the end of a line: bytes in, status bytes out, paper behind.

It knows the receive buffer, real-time commands and what a printer answers; what commands do to paper is the
machine's. It promises never to raise on any bytes, to answer real-time commands at once even when stopped, to answer
the others in their turn, and to look at bytes that ask nothing only when somebody wants to see the paper.

Bytes pass three places: kept unread (`_unread`); read into commands (`_commands`) that wait while the printer is
stopped; answered, and done on paper (`_undone`) when somebody looks. Real-time commands are recognised as they
arrive, wherever they stand, as Epson's printers do.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Any, Final

from msgspec.structs import replace

from ticket_daemon.poster.emulator.claim import Claim
from ticket_daemon.poster.emulator.conditions import Conditions, Trouble, changed
from ticket_daemon.poster.emulator.events import DrawerKick, NotPrinted, Overrun, UnknownBytes
from ticket_daemon.poster.emulator.identity import identity, process_id
from ticket_daemon.poster.emulator.machine import UNKNOWN_KEPT, Machine
from ticket_daemon.poster.emulator.paper import Paper, Piece
from ticket_daemon.poster.escpos import Command, Parsed, Parser, Unknown
from ticket_daemon.poster.escpos.characters import Print
from ticket_daemon.poster.escpos.mechanics import SelectPeripheral
from ticket_daemon.poster.escpos.status import AutoStatus, Response, TransmitId, TransmitStatus
from ticket_daemon.poster.profile.model import Profile

#: Bytes that a stopped printer holds. Epson's network models have 4 KB to 64 KB.
BUFFER_BYTES: Final = 64 << 10
#: Bytes kept unread, and commands kept undone, before they are put on paper even if nobody looks. Small enough that
#: doing them all at once holds nobody up: a few ms.
_UNREAD_BYTES: Final = 16 << 10
_UNDONE_COMMANDS: Final = 1_000
#: Bytes kept unread of a command that claims more than that.
_UNREAD_PART_BYTES: Final = 256 << 10

#: DLE EOT n, DLE ENQ n, DLE DC4 fn … as they arrive. DLE DC4 8 carries seven fixed bytes.
_REALTIME: Final = re.compile(
    rb"\x10(?:\x04([\x01-\x04])|\x05([\x00-\x02])|\x14\x01([\x00\x01])([\x01-\x08])|\x14(\x08\x01\x03\x14\x01\x06\x02\x08))",
    re.DOTALL,
)
_BEGINNING: Final = re.compile(
    rb"\x10(?:[\x04\x05]?|\x14(?:\x01[\x00\x01]?)?|\x14\x08[\x01\x02\x03\x06\x08\x14]*)", re.DOTALL
)
_LONGEST_REALTIME: Final = 10
#: Where a command that is answered, or that changes who is answered, may stand: GS a, GS r, GS I, GS ( H.
_ASKS: Final = re.compile(rb"\x1d(?:[arI]|\(H)")
_LONGEST_ASK: Final = 2  #: bytes of an ask that may have come before
_RECOVERABLE: Final = frozenset(("recoverable", "cutter"))


class Printer:
    """An emulated printer. Attributes that are conditions may be set; `set_condition` also tells what is then sent."""

    def __init__(
        self, profile: Profile, *, buffer_bytes: int = BUFFER_BYTES, out_of_paper_after_lines: int | None = None
    ) -> None:
        self.profile = profile
        self.buffer_bytes = buffer_bytes
        self._lines_left = out_of_paper_after_lines
        self._conditions = Conditions()
        self._machine = Machine(profile)
        self._machine.line.on_printed = self._line_printed
        self._parser = Parser()
        self._unread = bytearray()
        self._claim = Claim()
        self._commands: deque[Parsed] = deque()
        self._waiting_bytes = 0
        self._pending_when_stopped = 0  #: bytes of an unfinished command that were taken in before
        self._tail = b""
        self._outbox = bytearray()
        self._watched = 0
        self._selected = True
        self._handed: list[tuple[int, Paper]] = []  #: papers handed out, by the unread bytes before them
        self._undone: list[Parsed | Paper] = []  #: commands not on paper yet, and papers handed out between them

    # --- bytes in, bytes out ---

    def feed(self, data: bytes) -> bytes:
        """Bytes as they arrive, in any pieces. Returns what the printer sends back."""
        if b"\x10" in data or self._tail:
            self._receive_realtime(data)
        else:
            self._receive(data)
        return self._sent()

    def _sent(self) -> bytes:
        if not self._outbox:
            return b""
        sent = bytes(self._outbox)
        self._outbox.clear()
        return sent

    def _receive(self, data: bytes) -> None:
        if self._conditions.stopped:
            self._hold(data)
            return
        self._unread += data
        if self._must_read(len(data)):
            self._read()

    def _must_read(self, arrived: int) -> bool:
        """Whether the unread bytes may hold a question, or end a command that may be one, or are too many."""
        unread = len(self._unread)
        if self._lines_left is not None:
            return True
        if self._parser.pending:
            return self._claim.worth_reading(unread) or unread > _UNREAD_PART_BYTES
        if unread > _UNREAD_BYTES:
            return True
        return _ASKS.search(self._unread, max(0, unread - arrived - _LONGEST_ASK)) is not None

    def _hold(self, data: bytes) -> None:
        """A stopped printer's buffer takes what fits; the rest would wait in the host, here it is lost and told."""
        room = self.room
        if len(data) > room:
            self._carry_out()
            self._machine.note(Overrun(len(data) - room))
        self._unread += data[:room]

    @property
    def buffered(self) -> int:
        """Bytes received and waiting because the printer is stopped."""
        if not self._conditions.stopped:
            return 0
        return len(self._unread) + self._waiting_bytes + self._parser.pending - self._pending_when_stopped

    @property
    def room(self) -> int:
        """Bytes that the buffer still takes. A host with flow control sends no more than that."""
        return max(0, self.buffer_bytes - self.buffered)

    def _read(self) -> None:
        """Turn the unread bytes into commands and do them, until the printer stops; hand out the papers due."""
        data, start = bytes(self._unread), 0
        self._unread.clear()
        handed, self._handed = self._handed, []
        for end, paper in handed:
            self._interpret(data[start:end])
            self._undone.append(paper)
            start = end
        self._interpret(data[start:])

    def _interpret(self, data: bytes) -> None:
        claim = self._claim
        data = claim.skip(data)
        while True:
            for parsed in self._parser.feed(data):
                self._queue(parsed.command, parsed.offset + claim.skipped, parsed.length)
            if claim.is_believed(data, self._parser.pending):
                break
            ((command, offset, _),) = self._parser.finish()
            offset += claim.skipped
            given_up, data = claim.give_up(command.encode())
            self._queue(Unknown(given_up), offset, len(given_up))
        self._work()

    def _queue(self, command: Command, offset: int, length: int) -> None:
        self._commands.append(Parsed(command, offset, length))
        self._waiting_bytes += length

    def _work(self) -> None:
        commands = self._commands
        while commands and not self._conditions.stopped:
            parsed = commands.popleft()
            if self._lines_left is not None:
                parsed = self._first_character(parsed)
            self._waiting_bytes -= parsed.length
            if self._selected or type(parsed.command) is SelectPeripheral:
                self._do(parsed)

    def _first_character(self, parsed: Parsed) -> Parsed:
        """Of a run of characters only the first, the rest put back: any one of them may print the last line."""
        command = parsed.command
        if not isinstance(command, Print) or len(command.data) == 1:
            return parsed
        self._commands.appendleft(Parsed(Print(command.data[1:]), parsed.offset + 1, parsed.length - 1))
        return Parsed(Print(command.data[:1]), parsed.offset, 1)

    def _do(self, parsed: Parsed) -> None:
        command: Command = parsed.command
        kind = type(command)
        if kind is TransmitStatus or kind is TransmitId or kind is Response or kind is AutoStatus:
            self._outbox += self._answer(command)
        elif isinstance(command, SelectPeripheral):
            self._selected = bool(command.n & 1)
        self._undone.append(parsed)
        if self._lines_left is not None or len(self._undone) > _UNDONE_COMMANDS:
            self._carry_out()

    def _carry_out(self) -> None:
        """Put the commands on paper."""
        undone, self._undone = self._undone, []
        for entry in undone:
            if isinstance(entry, Paper):
                entry.settle(self._machine.roll.take())
            else:
                self._machine.execute(entry)

    def _settle(self) -> None:
        """Look at every byte there is, as far as the printer may go."""
        if self._unread and not self._conditions.stopped:
            self._read()
        self._carry_out()

    # --- answers ---

    def _answer(self, command: Command) -> bytes:
        if isinstance(command, AutoStatus):
            self._watched = command.n
            return self._conditions.asb() if command.n else b""
        if isinstance(command, TransmitStatus):
            if command.n in (1, 49):
                return self._conditions.paper_byte()
            return self._conditions.drawer_byte() if command.n in (2, 50) else b""
        if isinstance(command, TransmitId):
            return identity(self.profile, command.n)
        return process_id(command.data) if isinstance(command, Response) else b""

    def _receive_realtime(self, data: bytes) -> None:
        """Receive `data`, doing each real-time command as its last byte comes, wherever in the stream it stands."""
        window, start = self._tail + data, len(self._tail)
        end = start
        for match in _REALTIME.finditer(window):
            self._receive(window[end : match.end()])
            end = match.end()
            self._realtime(match)
        self._receive(window[end:])
        rest = window[max(end, len(window) - _LONGEST_REALTIME + 1) if end > start else -_LONGEST_REALTIME + 1 :]
        self._tail = _unfinished(rest)

    def _realtime(self, match: re.Match[bytes]) -> None:
        status, request, pin, time, clear = match.groups()
        if status:
            self._outbox += self._conditions.realtime(status[0])
        elif request:
            self._recover(request[0])
        elif pin:
            self._settle()
            self._machine.note(DrawerKick(pin[0], time[0] * 100, time[0] * 100))
        elif clear:
            self._discard()
            self._outbox += b"\x37\x25\x00"  # Epson reference, DLE DC4 fn 8: "buffers cleared"

    def _recover(self, n: int) -> None:
        """DLE ENQ 1 and 2 count only after an error that can be recovered from."""
        if n == 0 or self._conditions.error not in _RECOVERABLE:
            return
        if n == 2:
            self._discard()
        self._change(error="")

    def _discard(self) -> None:
        """Everything not printed yet is gone, process ids unanswered with it."""
        self._settle()
        self._claim.skipped += len(self._unread)
        self._unread.clear()
        self._commands.clear()
        self._waiting_bytes = 0
        self._parser.finish()
        self._pending_when_stopped = 0
        self._claim.forget()
        self._machine.clear()

    # --- conditions ---

    def set_condition(self, **changes: Any) -> bytes:
        """Change conditions (`paper_out=True`, `error="cutter"` …). Returns what the printer sends by itself.

        Raises TypeError for a condition that there is not.
        """
        self._change(**changes)
        return self._sent()

    def _change(self, **changes: Any) -> None:
        self._settle()
        if not self._conditions.stopped:
            self._pending_when_stopped = self._parser.pending
        self._alter(**changes)
        if not self._conditions.stopped:
            self._work()
            self._settle()

    def _alter(self, **changes: Any) -> None:
        before, self._conditions = self._conditions, replace(self._conditions, **changes)
        if changed(before, self._conditions, self._watched):
            self._outbox += self._conditions.asb()

    @property
    def out_of_paper_after_lines(self) -> int | None:
        """Lines that can still be printed before the paper is out; None: any number."""
        return self._lines_left

    @out_of_paper_after_lines.setter
    def out_of_paper_after_lines(self, lines: int | None) -> None:
        self._settle()
        self._lines_left = lines

    def _line_printed(self) -> None:
        if self._lines_left is None:
            return
        self._lines_left -= 1
        if self._lines_left <= 0:
            self._lines_left = None
            self._pending_when_stopped = 0  # a line is printed by a whole command
            self._alter(paper_out=True)

    @property
    def conditions(self) -> Conditions:
        return self._conditions

    @property
    def paper_out(self) -> bool:
        return self._conditions.paper_out

    @paper_out.setter
    def paper_out(self, value: bool) -> None:
        self._change(paper_out=value)

    @property
    def paper_near_end(self) -> bool:
        return self._conditions.paper_near_end

    @paper_near_end.setter
    def paper_near_end(self, value: bool) -> None:
        self._change(paper_near_end=value)

    @property
    def cover_open(self) -> bool:
        return self._conditions.cover_open

    @cover_open.setter
    def cover_open(self, value: bool) -> None:
        self._change(cover_open=value)

    @property
    def offline(self) -> bool:
        return self._conditions.offline

    @offline.setter
    def offline(self, value: bool) -> None:
        self._change(offline=value)

    @property
    def drawer_open(self) -> bool:
        return self._conditions.drawer_open

    @drawer_open.setter
    def drawer_open(self, value: bool) -> None:
        self._change(drawer_open=value)

    @property
    def error(self) -> Trouble:
        return self._conditions.error

    @error.setter
    def error(self, value: Trouble) -> None:
        self._change(error=value)

    # --- paper ---

    @property
    def tickets(self) -> list[Paper]:
        """Finished papers, one per cut, oldest first; the latest 200 at most."""
        self._settle()
        return [self._paper((piece,)) for piece in self._machine.roll.finished]

    @property
    def paper(self) -> Paper:
        """The paper in progress, not cut yet."""
        self._settle()
        return self._paper((self._machine.roll.in_progress(),))

    def take(self) -> Paper | None:
        """Everything printed since the last take, the piece in progress torn off. None if nothing was.

        Cheap: where bytes are still unread they are read when the Paper is first looked at (it may turn out blank).
        """
        if self._conditions.stopped or not (self._unread or self._undone):
            self._carry_out()
            pieces = self._machine.roll.take()
            return self._paper(pieces) if pieces else None
        paper = Paper(self.profile.dots, self.profile.paper_mm, self.profile.dpi, settle=self._settle)
        if self._unread:
            self._handed.append((len(self._unread), paper))
        else:
            self._undone.append(paper)
        return paper

    def finish(self) -> Paper:
        """The job is over: as `take`, and characters that no line feed printed are told as NotPrinted."""
        self._settle()
        machine = self._machine
        if text := machine.line.text:
            machine.note(NotPrinted(text))
        for parsed in self._parser.finish():
            offset, data = parsed.offset + self._claim.skipped, parsed.command.encode()
            machine.note(UnknownBytes(offset, data[:UNKNOWN_KEPT]))
        self._claim.forget()
        return self._paper(machine.roll.take())

    def _paper(self, pieces: tuple[Piece, ...]) -> Paper:
        return Paper(self.profile.dots, self.profile.paper_mm, self.profile.dpi, pieces)


def _unfinished(rest: bytes) -> bytes:
    """The end of `rest` that may be the beginning of a real-time command."""
    at = rest.find(b"\x10")
    while at >= 0 and not _BEGINNING.fullmatch(rest, at):
        at = rest.find(b"\x10", at + 1)
    return rest[at:] if at >= 0 else b""


def draw(data: bytes, profile: Profile) -> Paper:
    """The paper that a job of these bytes makes in a printer just switched on."""
    printer = Printer(profile)
    printer.feed(data)
    return printer.finish()
