"""`fleet init-server`: the NATS server's configuration and the keys of everybody who may come to it."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any, Final

import click

from ticket_daemon import messages
from ticket_daemon.cli.common import echo, fail, language, says_errors
from ticket_daemon.cli.manual import verb
from ticket_daemon.errors import ConfigError
from ticket_daemon.fleet import seeds, server_config
from ticket_daemon.fleet.server_config import Server, Tls

HUB: Final = "nats-server.conf"


def _say(key: str, **parameters: Any) -> None:
    echo(messages.text(key, language(), **parameters))


@verb("init-server", "does.fleet_init_server")
@click.option("--stores", "listed", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="option.store_list")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("nats"), show_default=True,
              help="option.out")  # fmt: skip
@click.option("--host", help="option.nats_host")
@click.option("--port", default=4222, show_default=True, type=click.IntRange(1, 65535), help="option.nats_port")
@click.option("--leaf-port", default=7422, show_default=True, type=click.IntRange(1, 65535), help="option.leaf_port")
@click.option("--monitor-port", default=8222, show_default=True, type=click.IntRange(0, 65535),
              help="option.monitor_port")  # fmt: skip
@click.option("--public-host", help="option.public_host")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path),
              help="option.streams")  # fmt: skip
@click.option("--tls-cert", type=click.Path(dir_okay=False), help="option.tls_cert")
@click.option("--tls-key", type=click.Path(dir_okay=False), help="option.tls_key")
@click.option("--ca", default="", type=click.Path(dir_okay=False),
              help="option.leaf_ca")  # fmt: skip
@says_errors
def init_server_command(
    listed: Path, out: Path, host: str | None, port: int, leaf_port: int, monitor_port: int, public_host: str | None,
    data: Path | None, tls_cert: str | None, tls_key: str | None, ca: str,
) -> None:  # fmt: skip
    """Write a NATS server's configuration and a key for each store; again when the list has changed."""
    stores = server_config.stores(_read(listed), str(listed))
    regions = server_config.regions(stores)
    if bool(tls_cert) != bool(tls_key):
        fail(messages.text("fleet.half_tls", language()), 2)
    tls = Tls(tls_cert, tls_key, ca) if tls_cert and tls_key else None
    if tls is None and host and not _is_loopback(host):
        fail(messages.text("fleet.needs_tls", language(), host=host), 2)
    host = host or (server_config.EVERYWHERE if tls else server_config.LOOPBACK)
    hub_host = public_host or host
    if regions and hub_host == server_config.EVERYWHERE:
        fail(messages.text("fleet.needs_name", language()), 2)
    out = out.absolute()
    server = Server(host, port, leaf_port, monitor_port, str((data or out / "streams").absolute()), tls)

    backend = seeds.backend(out)
    keys = {store.name: seeds.shop(out, store.name) for store in stores}
    passwords = {region: seeds.password(out, region) for region in regions}
    files = {out / HUB: server_config.hub(stores, keys, backend, passwords, server)}
    for region in regions:
        text = server_config.leaf(region, stores, keys, passwords[region], hub_host, server)
        files[out / f"leaf-{region}.conf"] = text
    seeds.write(files)
    retired = seeds.retire(out, keys, regions)

    _say("fleet.server_written", file=str(out / HUB), stores=len(stores), folder=str(out / seeds.SHOPS),
         backend=str(out / seeds.BACKEND))  # fmt: skip
    for region in regions:
        _say("fleet.leaf_written", file=str(out / f"leaf-{region}.conf"), region=region)
    for path in retired:
        _say("fleet.retired", file=str(path))
    if tls is None:
        _say("fleet.loopback_only", host=host)
    _say("fleet.server_next", file=str(out / HUB), listed=str(listed))


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise ConfigError("config.unreadable", file=str(file), detail=detail) from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
