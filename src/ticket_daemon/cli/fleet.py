"""`fleet …`: many shops over a NATS server. Each verb is one line in VERBS, loaded when it is called."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

import click

from ticket_daemon.cli.lazy import LazyGroup
from ticket_daemon.fleet.connection import Access

#: verb -> the module that has it, in the order of `--help`: most need the NATS library, some do not.
VERBS: Final = {
    "send": "fleet_verbs",
    "status": "fleet_verbs",
    "watch": "fleet_verbs",
    "setup": "fleet_verbs",
    "init-server": "fleet_server",
    "dashboard": "fleet_dashboard",
}


@click.group("fleet", cls=LazyGroup, modules=VERBS, help="does.fleet")
def fleet_command() -> None:
    """Many shops over a NATS server: send tickets, see how the shops are."""


def server_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--url`, `--credentials` and `--ca`; the verb is given them as `access`."""
    file = click.Path(dir_okay=False)

    @click.option("--url", required=True, envvar="TICKET_DAEMON_FLEET_URL", show_envvar=True,
                  help="option.nats_url")  # fmt: skip
    @click.option("--credentials", default="", type=file, envvar="TICKET_DAEMON_FLEET_CREDENTIALS", show_envvar=True,
                  help="option.credentials")  # fmt: skip
    @click.option("--ca", default="", type=file, envvar="TICKET_DAEMON_FLEET_CA", show_envvar=True,
                  help="option.nats_ca")  # fmt: skip
    @functools.wraps(function)
    def with_access(*args: Any, url: str, credentials: str, ca: str, **kwargs: Any) -> Any:
        return function(*args, access=Access(url, credentials, ca), **kwargs)

    return with_access
