"""What a ticket may come as: every format reads a body, renders it and keeps what reprints need."""

from __future__ import annotations

import pytest

from ticket_daemon.errors import DocumentError, UnknownFormat
from ticket_daemon.formats import FORMATS, Formats, Options, all_copies
from ticket_daemon.poster.escpos import parse
from ticket_daemon.poster.escpos.mechanics import Pulse
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.queue.job import printed
from ticket_daemon.settings.config import Settings

SALE = {
    "version": "1.0",
    "profile": {"model": "TM-T20III"},
    "commands": [{"type": "text", "data": {"content": "total"}}, {"type": "pulse", "data": {}}],
}
READY = b"\x1b@total\n\x1bp\x00\x19\x19"


@pytest.fixture
def formats() -> Formats:
    return Formats(Settings())


@pytest.mark.parametrize(("name", "body"), [("document", SALE), ("printer", READY)])
def test_a_body_that_was_kept_reads_as_the_same_ticket(formats: Formats, name: str, body: object) -> None:
    ticket = formats.read(name, body)  # type: ignore[arg-type]
    again = formats.read(name, ticket.body)
    assert again.body == ticket.body
    assert again.render(None, Options()) == ticket.render(None, Options())


@pytest.mark.parametrize(("name", "body"), [("document", SALE), ("printer", READY)])
def test_the_drawer_opens_once_however_many_copies_and_never_when_it_must_not(
    formats: Formats, name: str, body: object
) -> None:
    ticket = formats.read(name, body)  # type: ignore[arg-type]
    for options, pulses in ((Options(), 1), (Options(with_pulse=False), 0)):
        first, further = all_copies(ticket, None, 3, options)
        data = printed(first.data, 3, further)
        assert sum(isinstance(found.command, Pulse) for found in parse(data)) == pulses
        assert data.count(b"total") == 3


@pytest.mark.parametrize(("name", "body"), [("document", SALE), ("printer", READY)])
def test_a_reprint_has_one_more_line(formats: Formats, name: str, body: object) -> None:
    headed = formats.read(name, body).headed("REIMPRESION")  # type: ignore[arg-type]
    assert b"REIMPRESION" in formats.read(name, headed.body).render(None, Options()).data


def test_an_unknown_format_is_refused_with_the_known_ones(formats: Formats) -> None:
    with pytest.raises(UnknownFormat) as refused:
        formats.read("papyrus", b"x")
    assert all(row.name in refused.value.text("en") for row in FORMATS)


def test_ready_bytes_are_refused_where_raw_is(formats: Formats) -> None:
    with pytest.raises(DocumentError):
        formats.read("printer", READY).render(None, Options(allow_raw=False))


def test_a_label_printer_takes_no_bytes_where_raw_is_forbidden(formats: Formats) -> None:
    profile = find("passthrough")
    assert profile is not None
    assert formats.read("printer", b"^XA^XZ").render(profile, Options()).data == b"^XA^XZ"
    with pytest.raises(DocumentError):
        formats.read("printer", b"^XA^XZ").render(profile, Options(allow_raw=False))
