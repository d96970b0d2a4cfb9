"""`service …`, and `install`, `uninstall`, `start`, `stop`: the daemon as a service of the machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ticket_daemon.cli.common import REFUSED, echo, echo_lines, language, says_errors
from ticket_daemon.cli.manual import verb, verbs

if TYPE_CHECKING:
    from ticket_daemon.machine.service import Platform, ServiceSpec

#: verb -> (what it does, what is said when it is done)
_VERBS: Final = {
    "install": ("does.install", "service.installed"),
    "uninstall": ("does.uninstall", "service.uninstalled"),
    "start": ("does.start", "service.started"),
    "stop": ("does.stop", "service.stopped"),
    "restart": ("does.restart", "service.restarted"),
}


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--env` and `--config`: which service, and what it runs with."""
    config = click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help="option.service_config")
    env = click.option("--env", type=click.Choice(["prod", "test"]), help="option.service_env")
    return env(config(function))


def _spec(env: str | None, config: Path | None, port: int = 0, account: str = "", password: str = "") -> ServiceSpec:
    from ticket_daemon.machine.service.spec import make_spec
    from ticket_daemon.settings.config import identity

    return make_spec(*identity(env, os.environ), port, config, account=account, password=password)


def _port(env: str | None, config: Path | None, lenient: bool) -> int:
    """The port that the service would listen on; a configuration it would not start with is said now, not then."""
    from ticket_daemon.errors import ConfigError
    from ticket_daemon.settings.config import load

    try:
        return load(env, config, os.environ, as_service=True).server.port
    except ConfigError as error:
        if not lenient:
            raise
        echo(error.text(language()), err=True)
        return 0


def _account(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--account` for the verb that registers the service, where there are such accounts."""
    if name != "install" or os.name != "nt":
        return lambda function: function
    return click.option("--account", default="", help="option.account")


def _password(account: str) -> str:
    """The password of an account that has one; asked for, so that it stands in no list of processes."""
    prefixes = ("NT SERVICE\\", "NT AUTHORITY\\")
    if not account or account == "LocalSystem" or account.endswith("$") or account.upper().startswith(prefixes):
        return ""
    return str(click.prompt(account, hide_input=True))


def _verb(name: str) -> click.Command:
    """The command for one of the verbs that change something."""
    does, done = _VERBS[name]

    @verb(name, does)
    @_options
    @click.option("--dry-run", is_flag=True, help="option.dry_run")
    @_account(name)
    @says_errors
    def command(env: str | None, config: Path | None, dry_run: bool, account: str = "") -> None:
        from ticket_daemon import messages
        from ticket_daemon.machine import service

        platform = service.platform()
        spec = _spec(env, config, _port(env, config, lenient=dry_run) if name == "install" else 0, account,
                     _password(account))  # fmt: skip
        steps = getattr(platform, name)(spec)
        if dry_run:
            echo_lines(service.shown(steps), nl=False)
            return
        _check(platform, spec, name)
        service.carry_out(steps)
        folders = ", ".join(dict.fromkeys(map(str, (spec.config_dir, spec.data_dir, spec.log_dir))))
        echo(messages.text(done, language(), name=spec.name, folders=folders))

    return command


def _check(platform: Platform, spec: ServiceSpec, verb: str) -> None:
    """Say before anything is touched what would fail half-way."""
    from ticket_daemon import messages
    from ticket_daemon.errors import ServiceError
    from ticket_daemon.machine.service import ServiceState, systemd

    if not platform.may_change():
        key = "service.rights_windows" if os.name == "nt" else "service.rights_unix"
        raise ServiceError(key, command=" ".join(["ticket-daemon", *sys.argv[1:]]))
    if verb in ("start", "restart", "stop") and platform.status(spec).state is ServiceState.NOT_INSTALLED:
        raise ServiceError("service.not_installed", name=spec.name)
    if verb == "install" and os.name != "nt" and systemd.stands_in_a_home(spec):
        echo(messages.text("service.in_a_home", language(), path=spec.command[0]), err=True)


install_command = _verb("install")
uninstall_command = _verb("uninstall")
start_command = _verb("start")
stop_command = _verb("stop")


@verbs("service", "does.service")
def service_command() -> None:
    """The daemon as a service of the machine: installed once, started with it, nobody logs in."""


for _name in _VERBS:
    service_command.add_command(_verb(_name))


@service_command.command("status", help="does.service_status")
@_options
@says_errors
def status_command(env: str | None, config: Path | None) -> None:
    """Whether the service is installed and runs; ends with 0 when it runs, else 1."""
    from ticket_daemon import messages
    from ticket_daemon.machine import service

    spec = _spec(env, config)
    status = service.platform().status(spec)
    line = f"{spec.name}: {messages.text(f'service.state.{status.state}', language())}"
    if status.state is not service.ServiceState.NOT_INSTALLED:
        line += ", " + messages.text("service.automatic" if status.automatic else "service.manual", language())
    if status.pid:
        line += f", pid {status.pid}"
    echo(line)
    if status.detail and status.state is not service.ServiceState.RUNNING:
        echo(f"  {status.detail}")
    if status.state is not service.ServiceState.RUNNING:
        raise SystemExit(REFUSED)
