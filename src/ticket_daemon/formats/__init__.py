"""What a ticket may come as: one module for each format, and one row of this table.

A format reads a body (what the client sent) into a `Ticket`, and a ticket renders itself to the printer's bytes for a
profile. The body is kept with the job, so that preview, reprint and a stand-in work alike for every format.
"""

from __future__ import annotations

import base64
import importlib
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from ticket_daemon.errors import DocumentError, UnknownFormat
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


def content(body: Source, *, is_text: bool = False) -> bytes:
    """The bytes of a body that is no JSON: themselves, a text, or what a text is base64 of. Raises DocumentError."""
    if isinstance(body, str):
        try:
            code = body.partition(",")[2] if body[:5] == "data:" else body
            body = body.encode() if is_text else base64.b64decode(code)
        except (ValueError, UnicodeError):
            raise DocumentError("format.no_base64", path="contenido") from None
    if not isinstance(body, bytes | bytearray | memoryview) or not body:
        raise DocumentError("format.no_bytes", path="contenido")
    return bytes(body)


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
    """One row. `module` has `maker(settings) -> Reader`; it is imported when the first such ticket comes."""

    name: str
    module: str
    maker: str
    media_types: tuple[str, ...]
    suffixes: tuple[str, ...]  #: of files


_SIMPLE: Final = "ticket_daemon.formats.simple"
FORMATS: Final = (
    Format("document", "ticket_daemon.formats.document", "reader", ("application/json",), (".json",)),
    Format(
        "printer", "ticket_daemon.formats.printer", "reader",
        ("application/vnd.escpos",), (".bin", ".escpos", ".prn"),
    ),
    Format("text", _SIMPLE, "text_reader", ("text/plain",), (".txt",)),
    Format(
        "picture", _SIMPLE, "picture_reader",
        ("image/png", "image/jpeg", "image/bmp", "image/gif", "image/webp"),
        (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"),
    ),
    Format("pdf", _SIMPLE, "pdf_reader", ("application/pdf",), (".pdf",)),
    Format("html", _SIMPLE, "html_reader", ("text/html",), (".html", ".htm")),
    Format("epos", "ticket_daemon.formats.epos", "reader", (), (".xml",)),
)  # fmt: skip
#: A format by the type of an HTTP body.
BY_MEDIA_TYPE: Final = {media_type: row.name for row in FORMATS for media_type in row.media_types}

#: Formats whose bodies are text.
TEXTS: Final = frozenset(("text", "html", "epos"))
#: A format by the ending of a file's name.
BY_SUFFIX: Final = {suffix: row.name for row in FORMATS for suffix in row.suffixes}


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
            reader = self._readers[name] = getattr(importlib.import_module(row.module), row.maker)(self._settings)
        return reader.read(body)

    def close(self) -> None:
        """End what the formats keep running."""
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()
