"""`print`, `render`, `preview`: documents from files."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from ticket_daemon.cli.common import (
    REFUSED,
    UNREACHABLE,
    fail,
    fetch,
    language,
    read_document,
    says_errors,
    token,
    token_option,
    url_option,
    write_output,
)

if TYPE_CHECKING:
    from ticket_daemon.poster.document import Document
    from ticket_daemon.poster.profile.model import Profile
    from ticket_daemon.poster.render import Rendered

#: How often a job is asked after while its end is awaited, in seconds.
LOOK_S = 0.1
_PROFILE_HELP = "Printer profile to render for (default: the document's model)."


@click.command("print")
@click.argument("document")
@click.option("--printer", help="Destination; else the document's model or the default one.")
@click.option("--id", "job_id", help="The job's id; the same id is never printed twice.")
@click.option("--wait", type=float, default=60.0, show_default=True, help="Seconds to wait for the outcome.")
@url_option
@token_option
@says_errors
def print_command(
    document: str, printer: str | None, job_id: str | None, wait: float, url: str, token_file: str | None
) -> None:
    """Print DOCUMENT (a JSON file, or - for standard input) through the daemon that runs.

    Ends with 0 only when the ticket was printed (confirmed, sent or spooled).
    """
    from ticket_daemon.poster.document import decode

    read, warnings = decode(read_document(document))
    for warning in warnings:
        click.echo(f"! {warning.text(language())}", err=True)
    submit(read, printer, job_id, wait, url, token(token_file))


def submit(
    document: Document, printer: str | None, job_id: str | None, wait: float, url: str, bearer: str | None
) -> None:
    """Have the daemon print `document`, and wait for the outcome for `wait` seconds; leaves when it is not printed."""
    import msgspec

    from ticket_daemon.poster.document import encode

    body = {"datos": msgspec.Raw(encode(document)), "printer": printer, "id": job_id}
    status, answer = fetch(f"{url}/api/v1/jobs", msgspec.json.encode(body), bearer)
    ack = msgspec.json.decode(answer)
    if status >= 300:
        fail(ack.get("mensaje", f"HTTP {status}"))
    click.echo(f"{ack['id']}: {ack['mensaje']} ({ack['printer']}, {ack['pos']}/{ack['capacity']})")
    if wait > 0:
        _await_end(url, ack["id"], bearer, wait)


def _await_end(url: str, job_id: str, bearer: str | None, seconds: float) -> None:
    import msgspec

    until = time.monotonic() + seconds
    while True:
        status, body = fetch(f"{url}/api/v1/jobs/{job_id}", bearer=bearer)
        job = msgspec.json.decode(body)
        if status != 200:
            fail(job.get("mensaje", f"HTTP {status}"))
        if job["state"] not in ("queued", "printing"):
            break
        if time.monotonic() >= until:
            fail(f"{job_id}: {job['mensaje']}", UNREACHABLE)
        time.sleep(LOOK_S)
    click.echo(f"{job_id}: {job['mensaje']}")
    if job["state"] not in ("confirmed", "sent", "spooled"):
        raise SystemExit(REFUSED)


@click.command("render")
@click.argument("document")
@click.option("-o", "--output", required=True, help="File for the printer's bytes, or - for standard output.")
@click.option("--profile", help=_PROFILE_HELP)
@says_errors
def render_command(document: str, output: str, profile: str | None) -> None:
    """Turn DOCUMENT into the bytes a printer needs. No daemon is needed."""
    rendered = _rendered(document, profile)
    write_output(output, rendered.data)


@click.command("preview")
@click.argument("document")
@click.option("-o", "--output", required=True, help="PNG file, or - for standard output.")
@click.option("--profile", help=_PROFILE_HELP)
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
        click.echo(f"! {warning.text(language())}", err=True)
    return rendered
