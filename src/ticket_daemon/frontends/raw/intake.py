"""One connection's bytes as tickets and answers; no sockets, no clock.

Port 9100 has no frames: a ticket ends with the connection, or with a silence that is short behind a cut and long
elsewhere. Programs that ask the printer something expect it to answer at once, so questions are answered here from
what is known of the real printer, and taken out of the bytes that go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from ticket_daemon.poster.emulator.conditions import Conditions, changed
from ticket_daemon.poster.emulator.identity import identity, process_id
from ticket_daemon.poster.escpos import Command, Parser
from ticket_daemon.poster.escpos.mechanics import Cut, CutOnePoint, CutThreePoints
from ticket_daemon.poster.escpos.status import (
    AutoStatus,
    PeripheralStatus,
    RealtimeRequest,
    RealtimeStatus,
    Response,
    SensorStatus,
    TransmitId,
    TransmitStatus,
)
from ticket_daemon.poster.profile.model import Profile

_CUTS: Final = (Cut, CutOnePoint, CutThreePoints)
_QUESTIONS: Final = (
    RealtimeStatus, RealtimeRequest, AutoStatus, TransmitStatus, TransmitId, PeripheralStatus, SensorStatus, Response,
)  # fmt: skip
#: GS r and GS I take a number or its digit's character code (Epson reference).
_PAPER: Final = (1, 49)
_DRAWER: Final = (2, 50)


class Answer(NamedTuple):
    """Bytes for the client, now."""

    data: bytes


class Ticket(NamedTuple):
    """A whole ticket. `when_printed`: what its sender is to be told once it is out (GS ( H)."""

    body: bytes
    when_printed: bytes = b""


class TooLong(Exception):
    """A ticket is longer than the bound."""


class Intake:
    """One connection. `limit` is of a ticket, in bytes; `is_read` False hands everything on unread."""

    def __init__(self, profile: Profile, limit: int, *, is_read: bool = True) -> None:
        self._profile = profile
        self._limit = limit
        self._parser = Parser() if is_read else None
        self._raw = bytearray()  #: bytes whose commands are not whole yet
        self._body = bytearray()
        self._watched = 0  #: GS a: what the client is told of
        self._said: Conditions | None = None
        self.ends_in_cut = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing of a ticket has come."""
        return not self._body and not self._raw

    def feed(self, data: bytes, now: Conditions) -> Iterator[Answer | Ticket]:
        """What bytes lead to, the printer being in the condition `now`. Raises TooLong."""
        if len(self._body) + len(self._raw) + len(data) > self._limit:
            raise TooLong
        if self._parser is None:
            self._body += data
            return
        self._raw += data
        for command, _, length in self._parser.feed(data):
            piece = bytes(self._raw[:length])
            del self._raw[:length]
            if not isinstance(command, _QUESTIONS):
                self._body += piece
                self.ends_in_cut = isinstance(command, _CUTS)
                continue
            answer = self._answer(command, now)
            if isinstance(command, Response) and answer:
                yield Ticket(self.take(), answer)
            elif answer:
                yield Answer(answer)

    def _answer(self, command: Command, now: Conditions) -> bytes:
        match command:
            case RealtimeStatus():
                return now.realtime(command.n)
            case TransmitStatus():
                return now.paper_byte() if command.n in _PAPER else now.drawer_byte() if command.n in _DRAWER else b""
            case TransmitId():
                return identity(self._profile, command.n)
            case AutoStatus():
                self._watched, self._said = command.n, now
                return now.asb() if command.n else b""
            case PeripheralStatus():
                return now.drawer_byte()
            case SensorStatus():
                return now.paper_byte()
            case Response():
                return process_id(command.data)
        return b""

    def printer_changed(self, now: Conditions) -> bytes:
        """What a client that asked to be told (GS a) hears of the printer's new condition."""
        said = self._said
        if not self._watched or said is None or not changed(said, now, self._watched):
            return b""
        self._said = now
        return now.asb()

    def take(self) -> bytes:
        """What has come of a ticket; the next one begins."""
        body, self._body = bytes(self._body), bytearray()
        self.ends_in_cut = False
        return body

    def finish(self) -> bytes:
        """The last ticket: also the beginning of a command that never became whole."""
        self._body += self._raw
        self._raw.clear()
        return self.take()


def conditions(reasons: tuple[str, ...], *, is_stopped: bool) -> Conditions:
    """The field's reasons as a printer tells them itself."""
    known = {"media-empty", "cover-open", "media-low", "drawer-open"}
    paper_out, cover_open = "media-empty" in reasons, "cover-open" in reasons
    other = is_stopped and not (paper_out or cover_open)
    return Conditions(
        paper_out=paper_out,
        paper_near_end="media-low" in reasons,
        cover_open=cover_open,
        offline=other or not known.issuperset(reasons),
        drawer_open="drawer-open" in reasons,
        error="recoverable" if "media-jam" in reasons or "error" in reasons else "",
    )
