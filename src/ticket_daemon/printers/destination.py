"""Destinations: queues with a name, the printer behind each, and which one a ticket means.

It knows names, profiles and the state last seen; it does not know jobs or links. It promises that a ticket's printer
is found by the same rules everywhere, and that a name nobody has is answered with the nearest ones.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Literal, Protocol
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from ticket_daemon.errors import UnknownPrinter
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.settings.config import PrinterSettings

DestinationState = Literal["idle", "processing", "stopped"]
#: What `reasons` say of a link that does not open.
OFFLINE: Final = "offline"


class PrinterStatus(Struct, frozen=True):
    """What is known of a printer now. `reasons` are the field's words: media-empty, cover-open, offline, paused, …"""

    state: DestinationState = "idle"
    reasons: tuple[str, ...] = ()
    known: bool = False  #: it, or its link, has been heard of since the start


class Destination:
    """One printer that tickets may go to. `configured` is the profile that its settings name, if they name one."""

    def __init__(self, settings: PrinterSettings, configured: Profile | None, *, is_configured: bool = True) -> None:
        self.settings = settings
        self.configured = configured
        self.detected: Profile | None = None  #: by what the printer said that it is
        self.model = ""  #: what the printer said that it is
        self.is_configured = is_configured  #: False: an installed printer that a ticket named
        self.status = PrinterStatus()

    @property
    def profile(self) -> Profile | None:
        """What it can do, by the configuration, else by its own word; None where the ticket's own model decides."""
        return self.configured or self.detected

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def stopped_by(self) -> tuple[str, ...]:
        """What keeps it from printing now, as far as is known."""
        return self.status.reasons if self.status.state == "stopped" else ()

    @property
    def is_virtual(self) -> bool:
        """Whether it is the built-in printer that draws."""
        return self.settings.uri.startswith("virtual:")

    @property
    def kind(self) -> Literal["thermal", "virtual", "network", "unknown"]:
        """The wire's `printer_type`: thermal where a profile says so, else what its address and its name tell."""
        if self.is_virtual:
            return "virtual"
        if self.profile is not None:
            return "thermal"
        from ticket_daemon.printers.discovery.patterns import judge

        scheme, _, rest = self.settings.uri.partition("://")
        judged = judge(name=f"{self.name} {unquote(rest)}", port=self.settings.uri if scheme == "socket" else "").kind
        return "unknown" if judged == "virtual" else judged


Listener = Callable[[Destination], None]


class Installed(Protocol):
    """The printers that the operating system has, for tickets that name one of them."""

    def __call__(self, name: str) -> Destination | None:
        """A destination for the installed printer of that name: exact, then ignoring case."""


class NotLookedYet(Exception):
    """Which printers are installed is not known yet: ask again once it is."""


class Destinations:
    """All printers that tickets may go to, by name. `profiles` are the shop's own, by name."""

    def __init__(self, destinations: Iterable[Destination], profiles: Mapping[str, Profile] | None = None) -> None:
        self.profiles: Mapping[str, Profile] = profiles or {}
        self.installed: Installed = lambda name: None
        self.installed_names: Callable[[], Iterable[str]] = tuple
        self._listeners: list[Listener] = []
        self.replace(destinations)

    def replace(self, destinations: Iterable[Destination]) -> None:
        """From now on these and no others."""
        self._by_name = {destination.name: destination for destination in destinations}
        self._by_folded = {name.casefold(): destination for name, destination in self._by_name.items()}

    def __iter__(self) -> Iterator[Destination]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    @property
    def counted(self) -> int:
        """How many have places in the queue that a shop would count: not those that only draw, beside real ones."""
        return sum(not destination.is_virtual for destination in self) or len(self)

    def __contains__(self, name: object) -> bool:
        """Whether there is one of exactly that name."""
        return name in self._by_name

    @property
    def default(self) -> Destination | None:
        """The destination of tickets that name none."""
        return next((d for d in self._by_name.values() if d.settings.default), None)

    def get(self, name: str) -> Destination | None:
        """By name: exact, then ignoring case."""
        return self._by_name.get(name) or self._by_folded.get(name.casefold())

    def resolve(self, printer: str | None, model: str) -> Destination:
        """Where a ticket goes: the printer it names, else its profile's model, else the default.

        A name is a destination's or an installed printer's; the latter's destination may be new. Raises UnknownPrinter
        with the nearest names, and NotLookedYet.
        """
        if printer:
            found = self.get(printer) or self.installed(printer)
            if found is None:
                raise UnknownPrinter("printer.unknown", name=printer, nearest=self._nearest(printer))
            return found
        found = self.get(model) or self.installed(model) or self.default
        if found is None:
            if self._by_name or tuple(self.installed_names()):
                raise UnknownPrinter("printer.unknown", name=model, nearest=self._nearest(model))
            raise UnknownPrinter("printer.none")
        return found

    def _nearest(self, name: str) -> str:
        known = {known.casefold(): known for known in (*self.installed_names(), *self._by_name)}
        return ", ".join(known[near] for near in difflib.get_close_matches(name.casefold(), known, 3, 0.0)) or "-"

    def listen(self, listener: Listener) -> None:
        """Have `listener(destination)` called after each change of a status."""
        self._listeners.append(listener)

    def report(self, destination: Destination, **fields: object) -> None:
        """Note a change of a destination's status and tell it on, if it is one and the destination still counts."""
        if self._by_name.get(destination.name) is not destination:
            return
        status = msgspec.structs.replace(destination.status, **fields)
        if status != destination.status:
            destination.status = status
            for listener in self._listeners:
                listener(destination)
