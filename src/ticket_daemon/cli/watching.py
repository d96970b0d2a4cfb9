"""`status`, `health`, `logs`, `open`: how the daemon is."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ticket_daemon.cli.common import REFUSED, fail, fetch, language, says_errors, url_option

#: How often a log that is followed is looked at, in seconds.
LOOK_S = 0.25


def _health(url: str) -> dict[str, Any]:
    import msgspec

    status, body = fetch(f"{url}/health")
    if status != 200:
        fail(f"HTTP {status}")
    health: dict[str, Any] = msgspec.json.decode(body)
    return health


@click.command("status")
@url_option
@says_errors
def status_command(url: str) -> None:
    """How full the queue is and how the printers are."""
    import msgspec

    spanish = language() == "es"
    health = _health(url)
    queue, worker = health["queue"], health["worker"]
    click.echo(
        f"Cola: {queue['current']} de {queue['capacity']}" if spanish else
        f"Queue: {queue['current']} of {queue['capacity']}"
    )  # fmt: skip
    click.echo(
        f"Impresos: {worker['jobs_processed']}, fallidos: {worker['jobs_failed']}" if spanish else
        f"Printed: {worker['jobs_processed']}, failed: {worker['jobs_failed']}"
    )  # fmt: skip
    _, body = fetch(f"{url}/api/v1/printers")
    for printer in msgspec.json.decode(body)["printers"]:
        mark = "*" if printer["is_default"] else " "
        click.echo(f"{mark} {printer['name']:<24} {printer['status']:<8} {printer['port']}")


@click.command("health")
@url_option
@says_errors
def health_command(url: str) -> None:
    """The daemon's health as JSON; ends with 0 when it is ok, 1 when degraded or in error."""
    import json

    health = _health(url)
    click.echo(json.dumps(health, indent=2, ensure_ascii=False))
    if health["status"] != "ok":
        raise SystemExit(REFUSED)


@click.command("logs")
@click.option("-n", "count", type=click.IntRange(0), default=50, show_default=True, help="How many lines.")
@click.option("-f", "--follow", is_flag=True, help="Go on as lines come.")
@click.option("--level", type=click.Choice(["debug", "info", "warning", "error"]), default="debug", help="At least.")
@click.option("--json", "as_json", is_flag=True, help="The lines as they stand in the file.")
@click.option("--env", type=click.Choice(["prod", "test"]), help="Which environment's log.")
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help="Configuration file (TOML).")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="Where the queue and logs live.")
@says_errors
def logs_command(
    count: int, follow: bool, level: str, as_json: bool, env: str | None, config: Path | None, data_dir: Path | None
) -> None:
    """The daemon's log, readable."""
    from ticket_daemon import config as configuration

    settings = configuration.load(env, config, os.environ, data_dir=data_dir)
    path = settings.log_file
    if not path.exists():
        fail(f"{path}: no existe" if language() == "es" else f"{path}: there is no such file")
    for line in _lines(path, count, follow):
        if shown := _shown(line, level, as_json):
            click.echo(shown)


def _lines(path: Path, count: int, follow: bool) -> Iterator[str]:
    """The last `count` lines, then, when following, each new one, also after the file was rotated."""
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from file.readlines()[-count:] if count else []
        file.seek(0, os.SEEK_END)
        position = file.tell()
    while follow:
        if path.exists() and path.stat().st_size < position:
            position = 0
        with path.open(encoding="utf-8", errors="replace") as file:
            file.seek(position)
            while (line := file.readline()).endswith("\n"):
                position = file.tell()
                yield line
        time.sleep(LOOK_S)


_LEVELS = ("debug", "info", "warning", "error", "critical")


def _shown(line: str, level: str, as_json: bool) -> str:
    import msgspec

    from ticket_daemon.logs import readable

    try:
        record = msgspec.json.decode(line)
        if _LEVELS.index(record["level"]) < _LEVELS.index(level):
            return ""
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return line.rstrip("\n")
    return line.rstrip("\n") if as_json else readable(record)


@click.command("open")
@url_option
@says_errors
def open_command(url: str) -> None:
    """Open the daemon's page in the browser."""
    _health(url)
    click.echo(url)
    click.launch(url)
