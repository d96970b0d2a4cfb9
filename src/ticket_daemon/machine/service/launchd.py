"""macOS: a launchd property list and `launchctl`. Written from Apple's manual pages and never run on a Mac.

It knows the list's keys and launchctl's words; it does not know the daemon. It promises the same verbs as the other
platforms; what it does not promise is that anyone has seen them work.
"""

from __future__ import annotations

import os
import plistlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ticket_daemon.errors import ServiceError
from ticket_daemon.machine.service.spec import RESTART_S, STOP_S, ServiceSpec, ServiceState, ServiceStatus
from ticket_daemon.machine.service.steps import Remove, Run, Step, Write, output

LISTS: Final = Path("/Library/LaunchDaemons")
LABEL: Final = "org.ticket-daemon."


def may_change() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _label(spec: ServiceSpec) -> str:
    return LABEL + spec.name


def _target(spec: ServiceSpec) -> str:
    return f"system/{_label(spec)}"


def _file(spec: ServiceSpec) -> Path:
    return LISTS / f"{_label(spec)}.plist"


def property_list(spec: ServiceSpec) -> str:
    """The list's text; keys as in launchd.plist(5)."""
    command = spec.command if spec.config_file is None else (*spec.command, "--config", str(spec.config_file))
    content = {
        "Label": _label(spec),
        "ProgramArguments": list(command),
        "RunAtLoad": True,
        "KeepAlive": True,
        "ThrottleInterval": RESTART_S,
        "ExitTimeOut": STOP_S,
        "WorkingDirectory": "/",
        "Umask": 0o077,
        "ProcessType": "Interactive",  # a ticket is waited for at the counter: no throttling
    }
    return plistlib.dumps(content).decode()


def install(spec: ServiceSpec) -> list[Step]:
    return [
        Run(("launchctl", "bootout", _target(spec)), may_fail=True),
        Write(_file(spec), property_list(spec)),
        Run(("launchctl", "enable", _target(spec))),
    ]


def uninstall(spec: ServiceSpec) -> list[Step]:
    return [Run(("launchctl", "bootout", _target(spec)), may_fail=True), Remove(_file(spec))]


def start(spec: ServiceSpec) -> list[Step]:
    return [Run(("launchctl", "bootstrap", "system", str(_file(spec))))]


def stop(spec: ServiceSpec) -> list[Step]:
    return [Run(("launchctl", "bootout", _target(spec)))]


def restart(spec: ServiceSpec) -> list[Step]:
    return [Run(("launchctl", "kickstart", "-k", _target(spec)))]


def status(spec: ServiceSpec, ask: Callable[[tuple[str, ...]], str] = output) -> ServiceStatus:
    installed = _file(spec).exists()
    try:
        text = ask(("launchctl", "print", _target(spec)))
    except ServiceError:  # it knows no such service: not loaded, which for launchd is stopped
        state = ServiceState.STOPPED if installed else ServiceState.NOT_INSTALLED
        return ServiceStatus(state, automatic=installed)
    said = dict(line.strip().split(" = ", 1) for line in text.splitlines() if " = " in line)
    running = said.get("state") == "running"
    return ServiceStatus(
        ServiceState.RUNNING if running else ServiceState.STOPPED,
        automatic=installed,
        pid=int(said["pid"]) if running and said.get("pid", "").isdigit() else None,
        detail=said.get("state", ""),
    )
