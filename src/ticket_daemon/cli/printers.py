"""`printers`: which there are, configured or not; adding one to the configuration; asking one what it is."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ticket_daemon.cli.common import (
    answered,
    echo,
    echo_lines,
    fail,
    language,
    says_errors,
    token,
    token_option,
    url_option,
)
from ticket_daemon.cli.manual import verbs

if TYPE_CHECKING:
    from ticket_daemon.poster.profile.model import Profile
    from ticket_daemon.printers import FoundPrinter
    from ticket_daemon.settings.config import Settings


def _config_options(function: Any) -> Any:
    """`--config` and `--env`: which configuration, as for `run`."""
    function = click.option("--env", type=click.Choice(["prod", "test"]), help="option.which_env")(function)
    return click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help="option.config")(function)


@verbs("printers", "does.printers", invoke_without_command=True)
@click.option("--scan", "network", is_flag=False, flag_value="", help="option.scan")
@click.option("--json", "as_json", is_flag=True, help="option.json")
@url_option
@click.pass_context
@says_errors
def printers_command(context: click.Context, network: str | None, as_json: bool, url: str) -> None:
    """Every printer: those that the daemon has, and those that are there and nobody configured."""
    if context.invoked_subcommand is not None:
        return
    answer = _listed(url)
    if network is not None:
        answer["printers"] += _scanned(network, answer)
    if as_json:
        import json

        echo_lines(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    _show(answer)


def _listed(url: str) -> dict[str, Any]:
    """The daemon's list, looked for anew; where none answers, what can be seen from here."""
    import msgspec

    status, body = answered(f"{url}/api/v1/printers?look=1", timeout=20.0)
    if status == 200:
        listed: dict[str, Any] = msgspec.json.decode(body)
        return listed
    if status:
        fail(msgspec.json.decode(body).get("mensaje", f"HTTP {status}"))
    from ticket_daemon import messages, presenters, wire

    echo(messages.text("printers.no_daemon", language(), url=url), err=True)
    snapshot = _look()
    entries = tuple(map(presenters.found_entry, snapshot.printers))
    missing = presenters.not_looked(snapshot, language())
    answer = wire.Printers(status="ok", printers=entries, summary=presenters.summary(entries), not_looked=missing)
    local: dict[str, Any] = msgspec.json.decode(wire.encode(answer))
    return local


def _look() -> Any:
    """Look for printers from this process."""
    import time

    from ticket_daemon.printers import Discovery
    from ticket_daemon.printers.discovery import SOURCES, sources

    return asyncio.run(Discovery(sources(SOURCES), time.monotonic).refresh(network=True))


def _scanned(network: str, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """What listens on port 9100 there and is not in the list yet."""
    import msgspec

    from ticket_daemon import messages, presenters, wire
    from ticket_daemon.printers.discovery.scan import network as checked
    from ticket_daemon.printers.discovery.scan import scan

    where = checked(network)
    echo(messages.text("printers.scanning", language(), network=str(where)), err=True)
    known = {one.get("uri") for one in answer["printers"]}
    found = asyncio.run(scan(str(where))).printers
    return [msgspec.json.decode(wire.encode(presenters.found_entry(one))) for one in found if one.uri not in known]


def _show(answer: dict[str, Any]) -> None:
    from ticket_daemon import messages

    lang = language()
    configured = [one for one in answer["printers"] if not one.get("source")]
    found = [one for one in answer["printers"] if one.get("source")]
    for printer in configured:
        _line(printer, "*" if printer["is_default"] else " ")
    if found:
        echo(messages.text("printers.found", lang))
        for printer in found:
            _line(printer, "?")
    if not answer["printers"]:
        echo(messages.text("printers.nothing", lang))
    for place in answer.get("not_looked", ()):
        echo(messages.text("printers.not_looked", lang, source=place["source"], why=place["mensaje"]), err=True)


def _line(printer: dict[str, Any], mark: str) -> None:
    facts = [printer["port"], printer.get("model") or printer["driver"], printer.get("location", "")]
    said = " · ".join(dict.fromkeys(filter(None, facts)))
    echo(f"{mark} {printer['name']:<28} {printer['status']:<8} {printer['printer_type']:<8} {said}")


@printers_command.command("add", help="does.printers_add")
@click.argument("which")
@click.option("--name", help="option.printer_name")
@click.option("--profile", help="option.printer_profile")
@click.option("--default", "is_default", is_flag=True, help="option.default")
@click.option("--reload/--no-reload", "with_reload", default=True, help="option.reload")
@_config_options
@url_option
@token_option
@says_errors
def add_command(
    which: str, name: str | None, profile: str | None, is_default: bool, with_reload: bool, config: Path | None,
    env: str | None, url: str, token_file: str | None,
) -> None:  # fmt: skip
    """Put a printer into the configuration file."""
    from ticket_daemon import messages
    from ticket_daemon.settings.config import PrinterSettings
    from ticket_daemon.settings.editing import added

    file, settings = _configuration(config, env)
    uri, found = _address(which)
    chosen = profile or (found.profile if found else "") or _detected(uri)
    wanted = PrinterSettings(name or (found.name if found else uri), uri, chosen, default=is_default)
    with_it = added(file, settings, wanted, _check(file, env))
    echo(messages.text("printers.added", language(), name=wanted.name, uri=uri, profile=chosen or "-", file=file))
    if with_it.default_moved:
        echo(messages.text("printers.default_moved", language(), name=with_it.default_moved))
    if not chosen:
        echo(messages.text("printers.no_profile_known", language(), name=wanted.name))
    if with_reload and answered(f"{url}/health")[0]:
        from ticket_daemon.cli.daemon import reload_daemon

        reload_daemon(url, token(token_file))


def _configuration(config: Path | None, env: str | None) -> tuple[Path, Settings]:
    """The file to write to, and what it says now."""
    from ticket_daemon.settings import config as configuration

    file = config or configuration.home_file(env, os.environ)
    return file, configuration.load(env, file, os.environ, text=None if file.exists() else "")


def _check(file: Path, env: str | None) -> Any:
    """Read a text as if it stood in the file. Raises ConfigError and UnknownProfileError."""
    from ticket_daemon.settings import config as configuration
    from ticket_daemon.spooler.configured import configured

    def check(text: str) -> None:
        configured(configuration.load(env, file, os.environ, text=text))

    return check


def _address(which: str) -> tuple[str, FoundPrinter | None]:
    """The address that WHICH means, and what was found under that name."""
    from ticket_daemon.errors import UnknownPrinter

    snapshot = _look() if "://" not in which or which.startswith(("usb://", "cups://", "winspool://")) else None
    printers = snapshot.printers if snapshot else ()
    if "://" in which:
        return which, next((one for one in printers if which in (one.uri, *one.same_as)), None)
    usable = [one for one in printers if one.uri]
    exact = [one for one in usable if one.name == which] or [
        one for one in usable if one.name.casefold() == which.casefold()
    ]
    if not exact:
        import difflib

        near = difflib.get_close_matches(which, [one.name for one in usable], 3, 0.0)
        raise UnknownPrinter("printer.unknown", name=which, nearest=", ".join(near) or "-")
    return exact[0].uri, exact[0]


def _detected(uri: str) -> str:
    """The profile of what the printer at an address says it is; "" where it says nothing."""
    identified = _identify(uri)
    return identified[1].name if identified is not None and identified[1] is not None else ""


def _identify(uri: str) -> tuple[str, Profile | None] | None:
    """What the printer at an address says it is, and its profile; None when it does not say. Raises LinkError."""
    from ticket_daemon.errors import LinkError
    from ticket_daemon.poster.profile.catalogue import recognise
    from ticket_daemon.spooler.identify import identify_at

    try:
        identity = asyncio.run(identify_at(uri))
    except LinkError as error:
        echo(error.text(language()), err=True)
        return None
    return (identity.name, recognise(identity.name)) if identity is not None and identity.name else None


@printers_command.command("detect", help="does.printers_detect")
@click.argument("which")
@url_option
@says_errors
def detect_command(which: str, url: str) -> None:
    """Ask a printer what it is, and name the profile that fits."""
    from ticket_daemon import messages

    listed = [] if "://" in which else _listed(url)["printers"]
    known = next((one for one in listed if one["name"].casefold() == which.casefold()), None)
    if known is not None and known.get("model") and not known.get("source"):
        identified: tuple[str, Any] | None = (known["model"], known.get("profile", ""))
    else:
        uri = known["uri"] if known is not None and known.get("uri") else _address(which)[0]
        answer = _identify(uri)
        identified = (answer[0], answer[1].name if answer[1] else "") if answer else None
    if identified is None:
        fail(messages.text("printers.says_nothing", language(), name=which))
    model, profile = identified
    echo(messages.text("printers.is", language(), name=which, model=model, profile=profile or "-"))
