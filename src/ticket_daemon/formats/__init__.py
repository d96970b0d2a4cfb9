"""What a ticket may come as: one module for each format, and one row of this table.

A format reads a body (what the client sent) into a `Ticket`, and a ticket renders itself to the printer's bytes for a
profile. The body is kept with the job, so that preview, reprint and a stand-in work alike for every format.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from ticket_daemon.errors import UnknownFormat
from ticket_daemon.poster.document import Source, Warned
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render import Rendered

if TYPE_CHECKING:
    from ticket_daemon.settings.config import Settings


class Options(NamedTuple):
    """What is asked of a rendering, whatever the format."""

    #: Bytes of the sender's own: True whatever they do, None what a ticket needs, False none.
    allow_raw: bool | None = True
    with_pulse: bool = True  #: False leaves out what opens the drawer


class Ticket(Protocol):
    """A body that was read and found right."""

    @property
    def body(self) -> bytes:
        """What is kept with the job: the same bytes for the same content."""

    @property
    def model(self) -> str:
        """The printer, or the printer's model, that the body itself names; "" where it names none."""

    @property
    def warnings(self) -> tuple[Warned, ...]:
        """What the sender should know of the body, before it is rendered."""

    def render(self, profile: Profile | None, options: Options) -> Rendered:
        """One copy's bytes; `warnings` are the rendering's own. `profile` None: the body decides, else generic paper.

        Raises TicketDaemonError with the path of the first fault.
        """

    def headed(self, text: str) -> Ticket:
        """The same ticket under one more line of text, as a reprint has it."""


class Copies(NamedTuple):
    """The first copy of a ticket, and what each further one prints: b"" the same, None where there is none."""

    first: Rendered
    further: bytes | None


def all_copies(ticket: Ticket, profile: Profile | None, copies: int, options: Options) -> Copies:
    """What `copies` of a ticket print; the drawer opens once. Raises TicketDaemonError."""
    first = ticket.render(profile, options)
    if copies == 1:
        return Copies(first, None)
    shut = ticket.render(profile, options._replace(with_pulse=False)).data if options.with_pulse else first.data
    return Copies(first, b"" if shut == first.data else shut)


class Reader(Protocol):
    """A format in use."""

    def read(self, body: Source) -> Ticket:
        """The ticket in a body. Raises TicketDaemonError with the path of the first fault."""

    def close(self) -> None:
        """End what the format keeps running."""


class Format(NamedTuple):
    """One row. `module` has `reader(settings) -> Reader`; it is imported when the first such ticket comes."""

    name: str
    module: str
    media_types: tuple[str, ...]
    suffixes: tuple[str, ...]  #: of files


FORMATS: Final = (
    Format("document", "ticket_daemon.formats.document", ("application/json",), (".json",)),
    Format("printer", "ticket_daemon.formats.printer", ("application/vnd.escpos",), (".bin", ".escpos", ".prn")),
)


class Formats:
    """The formats of one program run."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rows = {row.name: row for row in FORMATS}
        self._readers: dict[str, Reader] = {}

    def read(self, name: str, body: Source) -> Ticket:
        """The ticket in a body of the format called `name`. Raises UnknownFormat, and what its reader raises."""
        reader = self._readers.get(name)
        if reader is None:
            row = self._rows.get(name)
            if row is None:
                raise UnknownFormat("format.unknown", path="formato", got=name[:80], known=", ".join(self._rows))
            reader = self._readers[name] = importlib.import_module(row.module).reader(self._settings)
        return reader.read(body)

    def close(self) -> None:
        """End what the formats keep running."""
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()
