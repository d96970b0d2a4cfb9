"""ePOS-Print XML, which web points of sale send to "an Epson by its IP address"."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from ticket_daemon.errors import DocumentError
from ticket_daemon.formats import Options
from ticket_daemon.formats.epos.page import print_page
from ticket_daemon.formats.epos.printing import Printing
from ticket_daemon.formats.epos.schema import items
from ticket_daemon.formats.epos.xml import EPOS, Element, parse, to_bytes
from ticket_daemon.poster.document import Source, Warned
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render import Rendered
from ticket_daemon.poster.render.writer import Writer

if TYPE_CHECKING:
    from ticket_daemon.settings.config import Settings

#: Paper of a printer of which nothing is known, mm.
_PAPER_MM = 80


class EposTicket:
    """An `epos-print` element."""

    model = ""
    warnings: tuple[Warned, ...] = ()

    def __init__(self, document: Element) -> None:
        self._document = document
        self._items = items(document)

    @functools.cached_property
    def body(self) -> bytes:
        """The element alone: what was around it says nothing of the paper."""
        return to_bytes(self._document)

    def render(self, profile: Profile | None, options: Options) -> Rendered:
        if profile is not None and profile.passthrough:
            raise DocumentError("format.passthrough", path="printer", name=profile.name)
        profile = profile or generic(_PAPER_MM)
        writer = Writer(profile, allow_raw=bool(options.allow_raw), with_pulse=options.with_pulse)
        Printing(writer, print_page, allow_raw=options.allow_raw).print(self._items)
        return Rendered(writer.finish(), profile, tuple(writer.warnings))

    def headed(self, text: str) -> EposTicket:
        look = {"align": "center", "em": "true", "reverse": "true", "height": "2"}
        plain = {"align": "left", "em": "false", "reverse": "false", "height": "1"}
        heading = Element("text", look, f" {text} \n"), Element("text", plain)
        return EposTicket(self._document._replace(children=(*heading, *self._document.children)))


class EposReader:
    """Reads a document, with or without the SOAP envelope around it."""

    def read(self, body: Source) -> EposTicket:
        if isinstance(body, str):
            body = body.encode("utf-8", "replace")
        if not isinstance(body, bytes | bytearray | memoryview):
            raise DocumentError("epos.not_xml", detail=type(body).__name__)
        document = parse(bytes(body)).find(EPOS, "epos-print")
        if document is None:
            raise DocumentError("epos.no_document", namespace=EPOS)
        return EposTicket(document)

    def close(self) -> None:
        """Nothing is kept running."""


def reader(_: Settings) -> EposReader:
    return EposReader()
