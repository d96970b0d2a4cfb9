"""`tls`: a certificate authority of the shop's own, for pages that need wss:// and https://."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ticket_daemon import messages
from ticket_daemon.cli.common import echo, echo_lines, fail, language, says_errors
from ticket_daemon.cli.manual import verbs


def _dir_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--dir", "folder", type=click.Path(file_okay=False, path_type=Path),
        help="option.tls_dir",
    )(function)  # fmt: skip


def _env_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--env", type=click.Choice(["prod", "test"]), help="option.tls_env")(function)


def _folder(folder: Path | None, env: str | None) -> Path:
    if folder is not None:
        return folder.resolve()
    from ticket_daemon.machine import places
    from ticket_daemon.settings import config

    if data_dir := os.environ.get("TICKET_DAEMON_DATA_DIR"):
        return Path(data_dir) / "tls"
    meant = config.identity(env, os.environ)
    service = places.of_service(meant.service_name).data
    return (service if service.exists() else config.default_data_dir(meant.env)) / "tls"


def _say(key: str, **parameters: Any) -> None:
    echo(messages.text(key, language(), **parameters))


@verbs("tls", "does.tls")
def tls_command() -> None:
    """Certificates of the shop's own."""
    try:
        import cryptography  # noqa: F401 - asked for here, so that its absence has one sentence
    except ImportError:
        fail(messages.text("tls.no_library", language()))


@tls_command.command("init", help="does.tls_init")
@click.option("--name", "names", multiple=True, help="option.more_names")
@_dir_option
@_env_option
@says_errors
def _init(names: tuple[str, ...], folder: Path | None, env: str | None) -> None:
    """Make an authority and a certificate, and say what to do with them."""
    from ticket_daemon.frontends.native.guard import authority

    place = _folder(folder, env)
    wanted = tuple(dict.fromkeys((*authority.own_names(), *names)))
    authority.create(place, wanted)
    _say("tls.made", names=", ".join(wanted), place=str(place))
    _config(place)
    _say("tls.trust", file=str(place / authority.AUTHORITY))
    key = {"win32": "tls.trust_windows", "darwin": "tls.trust_mac"}.get(sys.platform, "tls.trust_linux")
    _say(key, file=str(place / authority.AUTHORITY))
    _say("tls.trust_more")


@tls_command.command("renew", help="does.tls_renew")
@click.option("--name", "names", multiple=True, help="option.other_names")
@_dir_option
@_env_option
@says_errors
def _renew(names: tuple[str, ...], folder: Path | None, env: str | None) -> None:
    """Make a new certificate of the same authority; a running daemon takes it by itself."""
    from ticket_daemon.frontends.native.guard import authority

    place = _folder(folder, env)
    _say("tls.renewed", names=", ".join(authority.renew(place, names)), days=authority.SERVER_DAYS)


@tls_command.command("show", help="does.tls_show")
@_dir_option
@_env_option
@says_errors
def _show(folder: Path | None, env: str | None) -> None:
    """When the certificates end."""
    from ticket_daemon.frontends.native.guard import authority
    from ticket_daemon.frontends.native.guard.certificate import ends_at

    place = _folder(folder, env)
    for name in (authority.SERVER, authority.AUTHORITY):
        try:
            echo(f"{place / name}: {ends_at((place / name).read_text('ascii')):%Y-%m-%d}")
        except (OSError, ValueError) as error:
            fail(f"{place / name}: {error}")


def _config(place: Path) -> None:
    """The lines for the configuration file."""
    import tomlkit

    from ticket_daemon.frontends.native.guard import authority

    server = tomlkit.table()
    server["tls_cert"] = str(place / authority.SERVER)
    server["tls_key"] = str(place / authority.SERVER_KEY)
    server["tls_port"] = 8767
    echo_lines(tomlkit.dumps({"server": server}))
