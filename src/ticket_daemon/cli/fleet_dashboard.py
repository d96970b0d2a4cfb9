"""`fleet dashboard`: the page that shows many shops. Options are checked before it listens."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

import click

from ticket_daemon.cli.common import echo, fail, language, says_errors
from ticket_daemon.cli.fleet import server_options
from ticket_daemon.cli.manual import verb

if TYPE_CHECKING:
    from ticket_daemon.fleet.connection import Access
    from ticket_daemon.fleet.dashboard import FleetDashboard


@verb("dashboard", "does.fleet_dashboard")
@server_options
@click.option("--host", default="127.0.0.1", show_default=True, help="option.loopback")
@click.option("--port", type=click.IntRange(0, 65535), default=8767, show_default=True, help="option.free_port")
@click.option("--origin", "origins", multiple=True, help="option.origin")  # fmt: skip
@says_errors
def dashboard_command(access: Access, host: str, port: int, origins: tuple[str, ...]) -> None:
    """Show all shops on a page, live: what needs a person first. Until Ctrl+C."""
    from ticket_daemon.fleet.connection import need_library
    from ticket_daemon.fleet.dashboard import FleetDashboard

    need_library()
    asyncio.run(_serve(FleetDashboard(access, host, port, origins)))


async def _serve(dashboard: FleetDashboard) -> None:
    """Until Ctrl+C or SIGTERM."""
    from ticket_daemon import messages
    from ticket_daemon.tasks import first_of

    ended = asyncio.Event()
    if os.name != "nt":  # there Ctrl+C raises KeyboardInterrupt, which asyncio.run turns into an orderly end
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        await dashboard.start()
    except OSError as error:
        where = {"host": dashboard.host, "port": dashboard.port, "detail": error.strerror or str(error)}
        fail(messages.text("start.cannot_listen", language(), **where))
    echo(messages.text("fleet.dashboard_at", language(), url=dashboard.url))
    try:
        await first_of(ended.wait(), dashboard.follow())
    finally:
        await dashboard.stop()
