"""`calibrate`: the calibration ticket, through the daemon or into a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ticket_daemon.cli.common import (
    fail,
    fetch,
    language,
    says_errors,
    token_option,
    url_option,
    write_output,
)
from ticket_daemon.cli.manual import verb
from ticket_daemon.cli.tickets import named_profile, submit

if TYPE_CHECKING:
    from ticket_daemon.poster.profile.model import Profile


@verb("calibrate", "does.calibrate")
@click.option("--printer", help="option.calibrated")
@click.option("--profile", help="option.tried_profile")
@click.option("-o", "--output", help="option.no_paper")
@click.option("--wait", type=float, default=60.0, show_default=True, help="option.wait")
@url_option
@token_option
@says_errors
def calibrate_command(
    printer: str | None, profile: str | None, output: str | None, wait: float, url: str, token_file: str | None
) -> None:
    """Print a ticket that shows what a printer can do: columns, dots, code pages, styles, symbols and greys."""
    from ticket_daemon.poster.calibration import calibration

    if output is None:
        chosen = named_profile(profile) if profile else _profile_of(printer, url)
        submit(calibration(chosen, language()), printer, None, wait, url, token_file)
        return
    if profile is None:
        fail({"es": "Con -o hace falta --profile.", "en": "-o needs --profile."}[language()], 2)
    from ticket_daemon.poster.render import render_ticket

    chosen = named_profile(profile)
    rendered = render_ticket(calibration(chosen, language()), chosen)
    if output.lower().endswith(".png"):
        from ticket_daemon.poster.emulator import draw

        write_output(output, draw(rendered.data, rendered.profile).png())
    else:
        write_output(output, rendered.data)


def _profile_of(printer: str | None, url: str) -> Profile:
    """The profile that the daemon has for a destination (where none is named, the default one); a shop's own too."""
    from urllib.parse import quote

    import msgspec

    from ticket_daemon.poster.profile.model import Profile

    status, body = fetch(f"{url}/api/v1/printers/{quote(printer or _default(url), safe='')}/profile")
    if status != 200:
        fail(msgspec.json.decode(body).get("mensaje", f"HTTP {status}"))
    return msgspec.json.decode(body, type=Profile)


def _default(url: str) -> str:
    """The default destination's name."""
    import msgspec

    from ticket_daemon.errors import UnknownPrinter

    status, body = fetch(f"{url}/api/v1/printers")
    if status != 200:
        fail(f"HTTP {status}")
    printers: list[dict[str, Any]] = msgspec.json.decode(body)["printers"]
    name = next((one["name"] for one in printers if one["is_default"] and not one.get("source")), None)
    if name is None:
        raise UnknownPrinter("printer.none")
    return str(name)
