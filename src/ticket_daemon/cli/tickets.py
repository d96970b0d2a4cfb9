"""`print`, `render`, `preview`: documents from files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticket_daemon.cli.common import (
    REFUSED,
    daemon_at,
    echo,
    language,
    read_document,
    says_errors,
    token_option,
    url_option,
    write_output,
)
from ticket_daemon.cli.manual import verb

if TYPE_CHECKING:
    from ticket_daemon.client.plain import Client
    from ticket_daemon.poster.document import Document
    from ticket_daemon.poster.profile.model import Profile
    from ticket_daemon.poster.render import Rendered
    from ticket_daemon.wire.answers import Ack


@verb("print", "does.print")
@click.argument("document")
@click.option("--printer", help="option.printer")
@click.option("--id", "job_id", help="option.job_id")
@click.option("--wait", type=float, default=60.0, show_default=True, help="option.wait")
@url_option
@token_option
@says_errors
def print_command(
    document: str, printer: str | None, job_id: str | None, wait: float, url: str, token_file: str | None
) -> None:
    """Print DOCUMENT (a file, or - for standard input) through the daemon that runs; its format by its ending."""
    from ticket_daemon.client.outcome import Content
    from ticket_daemon.formats import BY_SUFFIX, TEXTS
    from ticket_daemon.poster.document import decode

    kind = BY_SUFFIX.get(Path(document).suffix.casefold(), "document")
    if kind != "document":
        daemon = daemon_at(url, token_file)
        content = Content(kind, read_document(document))
        if kind in TEXTS:
            content = Content(kind, read_document(document).decode("utf-8-sig", "replace"))
        _follow(daemon, daemon.submit(content, id=job_id, printer=printer), wait)
        return
    read, warnings = decode(read_document(document))
    for warning in warnings:
        echo(f"! {warning.text(language())}", err=True)
    submit(read, printer, job_id, wait, url, token_file)


def submit(
    document: Document, printer: str | None, job_id: str | None, wait: float, url: str, token_file: str | None
) -> None:
    """Have the daemon print `document`, and wait for the outcome for `wait` seconds; leaves when it is not printed."""
    daemon = daemon_at(url, token_file)
    _follow(daemon, daemon.submit(document, id=job_id, printer=printer), wait)


def _why(ack: Ack) -> str:
    """What keeps the printer from printing now."""
    return f"; {', '.join(ack.reasons)}" if ack.reasons else ""


def _follow(daemon: Client, ack: Ack, wait: float) -> None:
    echo(f"{ack.job_id}: {ack.message} ({ack.printer}, {ack.pos}/{ack.capacity}{_why(ack)})")
    if wait <= 0:
        return
    end = daemon.wait(ack.job_id, timeout=wait)
    echo(f"{end.id}: {end.text}")
    if not end.is_printed:
        raise SystemExit(REFUSED)


@verb("render", "does.render")
@click.argument("document")
@click.option("-o", "--output", required=True, help="option.bytes_file")
@click.option("--profile", help="option.profile")
@says_errors
def render_command(document: str, output: str, profile: str | None) -> None:
    """Turn DOCUMENT into the bytes a printer needs. No daemon is needed."""
    rendered = _rendered(document, profile)
    write_output(output, rendered.data)


@verb("preview", "does.preview")
@click.argument("document")
@click.option("-o", "--output", required=True, help="option.png_file")
@click.option("--profile", help="option.profile")
@says_errors
def preview_command(document: str, output: str, profile: str | None) -> None:
    """Draw DOCUMENT as it would come out of the printer. No daemon is needed."""
    from ticket_daemon.poster.emulator import draw

    rendered = _rendered(document, profile)
    write_output(output, draw(rendered.data, rendered.profile).png())


def named_profile(name: str) -> Profile:
    """The printer profile called `name`. Raises UnknownProfileError with the nearest names."""
    from ticket_daemon.errors import UnknownProfileError
    from ticket_daemon.poster.profile.catalogue import find, nearest

    profile = find(name)
    if profile is None:
        raise UnknownProfileError("profile.unknown", name=name, nearest=", ".join(nearest(name)) or "-")
    return profile


def _rendered(document: str, profile: str | None) -> Rendered:
    from ticket_daemon.poster.render import render_ticket

    rendered = render_ticket(read_document(document), named_profile(profile) if profile else None)
    for warning in rendered.warnings:
        echo(f"! {warning.text(language())}", err=True)
    return rendered
