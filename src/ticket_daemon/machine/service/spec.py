"""What a service is, on any platform: its name, what it runs, where its things are; and how it stands.

It knows words and places; it does not know systemd, launchd or Windows. It promises that everything a platform needs
to register the daemon is in one frozen value, made from the settings alone.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from ticket_daemon.machine import places
from ticket_daemon.settings.seal import Environment

#: What a person reads in the list of services; the names are those the original programs have had in shops.
DISPLAY_NAMES: Final = {"prod": "Ticket Servicio", "test": "Ticket Servicio (Test)"}
DESCRIPTION: Final = "imprime los tickets del punto de venta web (Ticket Daemon)"
#: Seconds after which a service that died is started again.
RESTART_S: Final = 5
#: Seconds that the system waits for the daemon to stop; the daemon promises to need 10 at most.
STOP_S: Final = 15


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """One service as it is to be registered."""

    name: str  #: what the system calls it: TicketServicio, TicketServicioTest, or a sealed build's own
    display_name: str
    description: str
    command: tuple[str, ...]  #: the program and its arguments; it runs until it is told to stop
    env: Environment
    data_dir: Path  #: the queue
    log_dir: Path
    config_dir: Path  #: `config.toml` in it is read when `config_file` names no other
    config_file: Path | None = None
    port: int = 0
    account: str = ""  #: what it runs as on Windows; "" is the service's own account
    password: str = ""  #: of an account that has one

    @property
    def needs_low_port(self) -> bool:
        """Whether it listens where Unix lets only root."""
        return 0 < self.port < 1024


def make_spec(
    env: Environment,
    name: str,
    port: int = 0,
    config_file: Path | None = None,
    system: str = sys.platform,
    account: str = "",
    password: str = "",
) -> ServiceSpec:
    """The service of that name, which runs the program that is running now, as a service, in `env`."""
    where = places.of_service(name, system)
    return ServiceSpec(
        name=name,
        display_name=DISPLAY_NAMES[env],
        description=DESCRIPTION,
        command=(*program(), "run", "--service", "--env", env),
        env=env,
        data_dir=where.data,
        log_dir=where.logs,
        config_dir=where.config,
        config_file=config_file.absolute() if config_file else None,
        port=port,
        account=account,
        password=password,
    )


def program() -> tuple[str, ...]:
    """What starts this very program again: the sealed executable, or Python with the package."""
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    return (sys.executable, "-m", "ticket_daemon")


class ServiceState(StrEnum):
    """How a service stands, in every platform's words."""

    NOT_INSTALLED = "not_installed"
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    FAILED = "failed"  #: it ended by itself, with an error


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """The answer of `service status`."""

    state: ServiceState
    automatic: bool = False  #: starts with the machine
    pid: int | None = None
    detail: str = ""  #: the platform's own words, for whoever looks further
