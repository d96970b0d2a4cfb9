"""The tickets a technician tries a printer with: test, drawer, calibration, burst. They go every ticket's way."""

from __future__ import annotations

import contextlib
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any, Final

from msgspec import Raw, Struct

from ticket_daemon import messages, presenters, wire
from ticket_daemon.errors import QueueFull, UnknownPrinter
from ticket_daemon.poster.document import Source, encode
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.printers import Destination
from ticket_daemon.verbs import Order, Verbs

log = logging.getLogger(__name__)

#: Tickets of one burst at most: as many as may wait by default.
MAX_BURST: Final = 100
#: What a printer without a profile of its own is tried out as: the commonest there is.
_FALLBACK: Final = "Generic 80mm"
_ID_DIGITS: Final = 12


class Burst(Struct, frozen=True):
    """What became of a burst: the jobs accepted, in order, and how many were refused for want of places."""

    status: str
    printer: str
    ids: tuple[str, ...]
    refused: int


class LogLines(Struct, frozen=True):
    """Lines of the log, newest first."""

    status: str
    lines: list[Raw]


class Desk:
    """The tickets that try a printer out."""

    def __init__(self, verbs: Verbs, clock: Callable[[], float] = time.time) -> None:
        self._verbs = verbs
        self._lang = verbs.settings.server.lang
        self._clock = clock

    # --- printers ---

    async def test(self, name: str) -> wire.Ack:
        """Print a short ticket that says where and when. Raises UnknownPrinter and what refuses a ticket."""
        destination = self.destination(name)
        return await self._print("test", destination, self._test_ticket(destination))

    async def drawer(self, name: str) -> wire.Ack:
        """Open the drawer at a printer. Raises UnknownPrinter and what refuses a ticket."""
        destination = self.destination(name)
        return await self._print("drawer", destination, _document(_profile(destination), {"type": "pulse", "data": {}}))

    async def calibration(self, name: str) -> wire.Ack:
        """Print the calibration ticket. Raises UnknownPrinter and what refuses a ticket."""
        from ticket_daemon.poster.calibration import calibration  # zlib and pictures, only when somebody calibrates

        destination = self.destination(name)
        return await self._print("calibration", destination, encode(calibration(_profile(destination), self._lang)))

    async def burst(self, name: str, count: int) -> Burst:
        """Offer `count` test tickets at once; a queue that fills up refuses the rest. Raises UnknownPrinter."""
        destination = self.destination(name)
        log.info("burst", extra={"audit": True, "printer": destination.name, "tickets": count})
        ids = []
        for number in range(1, count + 1):  # one after the other: their numbers are to come out in order
            order = self._order("burst", destination, self._test_ticket(destination, number))
            with contextlib.suppress(QueueFull):  # told by how many are missing
                ids.append((await self._verbs.submit(order)).accepted.job.id)
        return Burst("ok", destination.name, tuple(ids), count - len(ids))

    def destination(self, name: str) -> Destination:
        """The printer called `name`. Raises UnknownPrinter."""
        found = self._verbs.destinations.get(name)
        if found is None:
            known = ", ".join(destination.name for destination in self._verbs.destinations) or "-"
            raise UnknownPrinter("printer.unknown", name=name, nearest=known)
        return found

    def _order(self, kind: str, destination: Destination, document: Source) -> Order:
        return Order(document, f"{kind}-{uuid.uuid4().hex[:_ID_DIGITS]}", destination.name)

    async def _print(self, kind: str, destination: Destination, document: Source) -> wire.Ack:
        order = self._order(kind, destination, document)
        offered = await self._verbs.submit(order)
        log.info("printer_tried", extra={"audit": True, "printer": destination.name, "what": kind, "job": order.id})
        return presenters.ack(offered.accepted, offered.warnings, self._lang, offered.reasons)

    def _test_ticket(self, destination: Destination, number: int | None = None) -> dict[str, Any]:
        def say(key: str, **parameters: object) -> str:
            return messages.text(key, self._lang, **parameters)

        def line(text: str, align: str = "left", **style: object) -> dict[str, Any]:
            return {"type": "text", "data": {"content": {"text": text, "align": align, "content_style": style}}}

        profile = _profile(destination)
        moment = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self._clock()))
        title = say("desk.test" if number is None else "desk.burst", number=number)
        return _document(
            profile,
            line(title, "center", bold=True, size="1x2"),
            {"type": "separator", "data": {}},
            line(destination.name, "center", bold=True),
            line(moment, "center"),
            line(say("desk.profile", name=profile.name, columns=profile.columns("A")), "center"),
            {"type": "separator", "data": {}},
            line("áéíóú üÜ ñÑ ¿? ¡! $ € 0123456789", "center"),
            line(say("desk.readable"), "center"),
            {"type": "cut", "data": {}},
        )


def _profile(destination: Destination) -> Profile:
    profile = destination.profile or find(_FALLBACK)
    assert profile is not None
    return profile


def _document(profile: Profile, *commands: dict[str, Any]) -> dict[str, Any]:
    return {"version": "1.1", "profile": {"model": profile.name}, "commands": list(commands)}
