"""Ready bytes: what a program sends that speaks to printers itself. They go to paper as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_daemon.errors import DocumentError
from ticket_daemon.formats import Options, content
from ticket_daemon.poster.document import Source, Warned
from ticket_daemon.poster.printer_data import heading, printer_data
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render import Rendered

if TYPE_CHECKING:
    from ticket_daemon.settings.config import Settings

#: Paper of a printer of which nothing is known, mm.
_PAPER_MM = 80


class PrinterTicket:
    """Bytes for a printer, as somebody else made them."""

    model = ""
    warnings: tuple[Warned, ...] = ()

    def __init__(self, body: bytes) -> None:
        self.body = body

    def render(self, profile: Profile | None, options: Options) -> Rendered:
        if profile is not None and profile.passthrough:
            if options.allow_raw is False:
                raise DocumentError("raw.forbidden", category="RAW")
            return Rendered(self.body, profile, ())
        data, warnings = printer_data(self.body, allow_raw=options.allow_raw, with_pulse=options.with_pulse)
        return Rendered(data, profile or generic(_PAPER_MM), warnings)

    def headed(self, text: str) -> PrinterTicket:
        return PrinterTicket(heading(text) + self.body)


class PrinterReader:
    """Takes any bytes."""

    def read(self, body: Source) -> PrinterTicket:
        return PrinterTicket(content(body))

    def close(self) -> None:
        """Nothing is kept running."""


def reader(_: Settings) -> PrinterReader:
    return PrinterReader()
