"""One page's conversation in the QZ protocol: calls in, one answer for each, events of printers it listens to."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

import msgspec
from msgspec import UNSET

from ticket_daemon.errors import TicketDaemonError, UnknownFormat, UnknownPrinter
from ticket_daemon.frontends.qz import messages, printers
from ticket_daemon.frontends.qz.jobs import Draw, Ticket, tickets
from ticket_daemon.frontends.qz.messages import KEEP_ALIVE, Frame, Refused
from ticket_daemon.printers import Destinations
from ticket_daemon.printers.destination import Destination, PrinterStatus
from ticket_daemon.queue import Job

log = logging.getLogger(__name__)

Send = Callable[[bytes], None]
#: Families of calls that a print spooler has no business with, answered in these words.
_NOT_OURS: Final = ("serial.", "usb.", "hid.", "socket.", "file.", "networking.", "websocket.")
#: Printers that one page may listen to.
_MAX_LISTENED: Final = 200


class Desk(Protocol):
    """What a session asks of the daemon."""

    def permit(self, frame: Frame) -> None:
        """Raises Refused when this page may not make the call."""

    def names(self) -> list[str]:
        """The printers that a page may name."""

    async def print(self, ticket: Ticket) -> Job:
        """How a ticket ended, or stood when the patience was over. Raises TicketDaemonError."""

    @property
    def destinations(self) -> Destinations: ...

    @property
    def draw(self) -> Draw: ...


class Session:
    """Answers one page."""

    def __init__(self, desk: Desk, send: Send, lang: str, refusal: str | None = None) -> None:
        self._desk = desk
        self._send = send
        self._lang = lang
        self._refusal = refusal  #: why this page is not let in
        self._greeted = False
        self._listened: frozenset[str] | None = frozenset()  #: folded names; None: all of them

    async def receive(self, text: str) -> bool:
        """Act on one frame; False when the connection is to be closed."""
        if text == KEEP_ALIVE:
            return True
        uid = None
        try:
            frame = messages.parse(text)
            uid = frame.uid
            if self._refusal is not None and frame.call != "getVersion":
                self._send(messages.error(uid, f"Connection blocked by client: {self._refusal}"))
                return False
            if frame.certificate is not UNSET:
                self._greeted = True
                self._send(messages.result(uid or "", None))
            elif uid is not None and frame.call is not None:
                self._send(messages.result(uid, await self._called(frame)))
            else:
                raise Refused("Invalid message")
        except Refused as refused:
            self._send(messages.error(uid, str(refused)))
        except TicketDaemonError as problem:
            self._send(messages.error(uid, problem.text(self._lang)))
        return True

    async def _called(self, frame: Frame) -> object:
        call = frame.call or ""
        if call == "getVersion":
            return messages.VERSION
        if not self._greeted:
            raise Refused("Connection blocked by client")
        answer = _CALLS.get(call)
        if answer is None:
            if call.startswith(_NOT_OURS):
                raise Refused(f"{call} is not supported: this service prints and nothing else")
            raise Refused(f"Invalid function call: {call}")
        self._desk.permit(frame)
        return await answer(self, frame)

    # --- printers ---

    async def _default(self, _: Frame) -> object:
        default = self._desk.destinations.default
        return default.name if default else None

    async def _find(self, frame: Frame) -> object:
        query = _params(frame).get("query")
        names = self._desk.names()
        default = self._desk.destinations.default
        if query is None:
            return names
        return printers.find(str(query), names, default.name if default else None)

    async def _detail(self, _: Frame) -> object:
        return [printers.detail(destination) for destination in self._desk.destinations]

    async def _listen(self, frame: Frame) -> object:
        given = _params(frame).get("printerNames")
        names = given if isinstance(given, list) else [given]
        if len(names) > _MAX_LISTENED:
            raise Refused(f"Too many printers: {len(names)} of at most {_MAX_LISTENED}")
        for name in names:
            if name is not None and self._desk.destinations.get(str(name)) is None:
                raise Refused(f'Cannot find printer with name "{str(name)[:80]}"')
        everything = not names or None in names
        self._listened = None if everything else frozenset(str(name).casefold() for name in names)
        return None

    async def _stop_listening(self, _: Frame) -> object:
        self._listened = frozenset()
        return None

    async def _status(self, _: Frame) -> object:
        if self._listened is not None and not self._listened:
            raise Refused("No printer listeners started for this client.")
        for destination in self._desk.destinations:
            self.printer_changed(destination)
        return None

    def printer_changed(self, destination: Destination) -> None:
        """Tell the page how a printer is, if it listens to it."""
        if self._listened is None or destination.name.casefold() in self._listened:
            said = printers.status(destination.status)
            reasons = ", ".join(destination.status.reasons)
            text = f"{destination.name}: {said.text}" + (f" ({reasons})" if reasons else "")
            self._send(messages.printer_event(destination.name, said.text, said.severity, said.code, text))

    # --- printing ---

    async def _print(self, frame: Frame) -> object:
        params = b"" if frame.params is UNSET else bytes(frame.params)
        for ticket in tickets(params, self._desk.draw):
            try:
                job = await self._desk.print(ticket)
            except UnknownPrinter:
                raise Refused(f'Cannot find printer with name "{ticket.printer[:80]}"') from None
            except UnknownFormat:
                raise Refused(f"Printing {ticket.format} is not supported here; send raw data or an image") from None
            if not job.is_printed:
                raise Refused(_failure(job, self._desk.destinations.get(job.destination), self._lang))
        return None


def _failure(job: Job, destination: Destination | None, lang: str) -> str:
    """Why the promise is rejected, with QZ Tray's word for the printer's state in it."""
    why = job.reason.text(lang) if job.reason else ""
    state = printers.status(destination.status if destination else PrinterStatus())
    if not job.is_settled:  # it began, and nobody knows yet
        return f"Printing status unknown: job {job.id} is still printing; look before printing it again"
    if job.state == "held":
        return f"Printing status unknown: {why or job.id}; look before printing it again"
    word = f" ({state.text})" if state.severity == "ERROR" else ""
    return f"Printing cancelled{word}" + (f": {why}" if why else "")


def _params(frame: Frame) -> dict[str, Any]:
    if frame.params is UNSET:
        return {}
    try:
        given = msgspec.json.decode(frame.params)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Refused("Invalid parameters") from None
    return given if isinstance(given, dict) else {}


_CALLS: Final[dict[str, Callable[[Session, Frame], Awaitable[object]]]] = {
    "printers.getDefault": Session._default,
    "printers.find": Session._find,
    "printers.detail": Session._detail,
    "printers.startListening": Session._listen,
    "printers.stopListening": Session._stop_listening,
    "printers.getStatus": Session._status,
    "print": Session._print,
}
