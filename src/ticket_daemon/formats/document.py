"""The JSON document, the daemon's own format."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from ticket_daemon.errors import DocumentError
from ticket_daemon.formats import Options
from ticket_daemon.poster.document import Document, Source, Warned, decode, encode
from ticket_daemon.poster.document.model import with_heading
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render import Rendered, render_ticket

if TYPE_CHECKING:
    from ticket_daemon.settings.config import Settings


class DocumentTicket:
    """A document that was read."""

    def __init__(self, document: Document, warnings: tuple[Warned, ...] = ()) -> None:
        self.document = document
        self.warnings = warnings

    @functools.cached_property
    def body(self) -> bytes:
        """The document's canonical JSON."""
        return encode(self.document)

    @property
    def model(self) -> str:
        return self.document.profile.model

    def render(self, profile: Profile | None, options: Options) -> Rendered:
        if profile is not None and profile.passthrough:
            raise DocumentError("format.passthrough", path="printer", name=profile.name)
        return render_ticket(self.document, profile, allow_raw=options.allow_raw, with_pulse=options.with_pulse)

    def headed(self, text: str) -> DocumentTicket:
        return DocumentTicket(with_heading(self.document, text), self.warnings)


class DocumentReader:
    """Reads documents: JSON text or bytes, a mapping, or a `Document`."""

    def read(self, body: Source) -> DocumentTicket:
        return DocumentTicket(*decode(body))

    def close(self) -> None:
        """Nothing is kept running."""


def reader(_: Settings) -> DocumentReader:
    return DocumentReader()
