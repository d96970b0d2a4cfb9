"""`status`, `health`, `open`: how the daemon is."""

from __future__ import annotations

from typing import Any

import click

from ticket_daemon.cli.common import REFUSED, echo, echo_lines, fail, fetch, language, says_errors, url_option
from ticket_daemon.cli.manual import verb


def _health(url: str) -> dict[str, Any]:
    import msgspec

    status, body = fetch(f"{url}/health")
    if status != 200:
        fail(f"HTTP {status}")
    health: dict[str, Any] = msgspec.json.decode(body)
    return health


@verb("status", "does.status")
@url_option
@says_errors
def status_command(url: str) -> None:
    """How full the queue is and how the printers are."""
    import msgspec

    spanish = language() == "es"
    health = _health(url)
    queue, worker = health["queue"], health["worker"]
    echo(
        f"Cola: {queue['current']} de {queue['capacity']}" if spanish else
        f"Queue: {queue['current']} of {queue['capacity']}"
    )  # fmt: skip
    echo(
        f"Impresos: {worker['jobs_processed']}, fallidos: {worker['jobs_failed']}" if spanish else
        f"Printed: {worker['jobs_processed']}, failed: {worker['jobs_failed']}"
    )  # fmt: skip
    _, body = fetch(f"{url}/api/v1/printers")
    for printer in msgspec.json.decode(body)["printers"]:
        mark = "*" if printer["is_default"] else " "
        echo(f"{mark} {printer['name']:<24} {printer['status']:<8} {printer['port']}")


@verb("health", "does.health")
@url_option
@says_errors
def health_command(url: str) -> None:
    """The daemon's health as JSON; ends with 0 when it is ok, 1 when degraded or in error."""
    import json

    health = _health(url)
    echo_lines(json.dumps(health, indent=2, ensure_ascii=False))
    if health["status"] != "ok":
        raise SystemExit(REFUSED)


@verb("open", "does.open")
@url_option
@says_errors
def open_command(url: str) -> None:
    """Open the daemon's page in the browser."""
    _health(url)
    echo(url)
    click.launch(url)
