"""Linux: a systemd unit, hardened, and `systemctl`.

It knows the unit's text and systemd's words; it does not know the daemon. It promises a unit that
`systemd-analyze verify` passes, in which the daemon can reach printers (network, /dev/usb/lp*, serial, USB) and its own
folders and nothing else, under a user that exists only while it runs.

Settings are those of systemd.exec(5) and systemd.service(5), 247 (Debian 11) or later.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from ticket_daemon.machine import program_files
from ticket_daemon.machine.places import folder_name
from ticket_daemon.machine.service.spec import RESTART_S, STOP_S, ServiceSpec, ServiceState, ServiceStatus
from ticket_daemon.machine.service.steps import Remove, Run, Step, Write, output

UNITS: Final = Path("/etc/systemd/system")
#: Seconds without a sign of life after which systemd starts the daemon anew.
WATCHDOG_S: Final = 30
#: Seconds until the daemon must have started; a large queue is read first.
START_S: Final = 90
#: Who may use printers: `lp` the device files of parallel and USB printers, `dialout` (on some `uucp`) serial ports.
GROUPS: Final = (("lp",), ("dialout", "uucp"))
#: Device classes by their number, since those by name are only found while their driver is loaded (Linux
#: Documentation/admin-guide/devices.txt): parallel ports, USB printers, USB devices, serial ports of three kinds.
DEVICES: Final = {"char-6": "lp", "char-180": "usblp", "char-189": "usb", "char-4": "ttyS", "char-188": "ttyUSB",
                  "char-166": "ttyACM"}  # fmt: skip
#: Folders that `ProtectHome=yes` hides.
_HOMES: Final = ("/home/", "/root/", "/run/user/")
_UNIT: Final = """\
[Unit]
Description={display_name}: {description}
Wants=network-online.target
After=network-online.target cups.service
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess={notify_access}
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec={restart}
TimeoutStartSec={start}
TimeoutStopSec={stop}
WatchdogSec={watchdog}
KillMode=mixed

# Its own user, made when it starts; its folders are /var/lib/{folder} and /var/log/{folder}.
DynamicUser=yes
{groups}StateDirectory={folder}
StateDirectoryMode=0700
LogsDirectory={folder}
ConfigurationDirectory={folder}
ConfigurationDirectoryMode=0755
UMask=0077

# What it may touch: the network, printers' devices, its own folders.
DevicePolicy=closed
{devices}ProtectSystem=strict
ProtectHome={protect_home}
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
CapabilityBoundingSet={capabilities}
AmbientCapabilities={capabilities}
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""


def may_change() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def unit(spec: ServiceSpec, groups: Iterable[str] | None = None) -> str:
    """The unit's text; `groups` are those of the machine that its user shall be in (found here when not given)."""
    members = list(_groups() if groups is None else groups)
    command = spec.command if spec.config_file is None else (*spec.command, "--config", str(spec.config_file))
    return _UNIT.format(
        display_name=_plain(spec.display_name),
        description=_plain(spec.description),
        # A one-file executable is two processes: the one that unpacks, and the daemon, which speaks.
        notify_access="all" if program_files.is_one_file() else "main",
        command=" ".join(_quoted(part) for part in command),
        restart=RESTART_S,
        start=START_S,
        stop=STOP_S,
        watchdog=WATCHDOG_S,
        folder=folder_name(spec.name),
        groups=f"SupplementaryGroups={' '.join(members)}\n" if members else "",
        devices="".join(f"DeviceAllow={number} rw\n" for number in DEVICES),
        protect_home="read-only" if stands_in_a_home(spec) else "yes",
        capabilities="CAP_NET_BIND_SERVICE" if spec.needs_low_port else "",
    )


def stands_in_a_home(spec: ServiceSpec) -> bool:
    """Whether the program or its configuration lies where a service's user cannot look unless let."""
    paths = [spec.command[0], *([str(spec.config_file)] if spec.config_file else [])]
    return any(path.startswith(_HOMES) for path in paths)


def _groups() -> Iterator[str]:
    """The first of each kind of GROUPS that this machine has: a unit with a group that is not there does not start."""
    for kind in GROUPS:
        found = [name for name in kind if _is_group(name)]
        yield from found[:1]


def _is_group(name: str) -> bool:
    if sys.platform == "win32":
        return False
    import grp

    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def _plain(text: str) -> str:
    """On one line, and no specifier of systemd's in it."""
    return " ".join(text.split()).replace("%", "%%")


def _quoted(part: str) -> str:
    """One word of ExecStart= (systemd.service(5), COMMAND LINES)."""
    escaped = part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if not part or any(char in part for char in " \t'\";\\") else escaped


def _file(spec: ServiceSpec) -> Path:
    return UNITS / f"{spec.name}.service"


def install(spec: ServiceSpec) -> list[Step]:
    return [
        Write(_file(spec), unit(spec)),
        Run(("systemctl", "daemon-reload")),
        Run(("systemctl", "enable", f"{spec.name}.service")),
    ]


def uninstall(spec: ServiceSpec) -> list[Step]:
    return [
        Run(("systemctl", "disable", "--now", f"{spec.name}.service"), may_fail=True),
        Remove(_file(spec)),
        Run(("systemctl", "daemon-reload")),
        Run(("systemctl", "reset-failed", f"{spec.name}.service"), may_fail=True),
    ]


def start(spec: ServiceSpec) -> list[Step]:
    return [Run(("systemctl", "start", f"{spec.name}.service"))]


def stop(spec: ServiceSpec) -> list[Step]:
    return [Run(("systemctl", "stop", f"{spec.name}.service"))]


def restart(spec: ServiceSpec) -> list[Step]:
    return [Run(("systemctl", "restart", f"{spec.name}.service"))]


#: systemd's ActiveState -> ours.
_STATES: Final = {
    "active": ServiceState.RUNNING,
    "reloading": ServiceState.RUNNING,
    "activating": ServiceState.STARTING,
    "deactivating": ServiceState.STOPPING,
    "failed": ServiceState.FAILED,
}


def status(spec: ServiceSpec, ask: Callable[[tuple[str, ...]], str] = output) -> ServiceStatus:
    asked = "--property=LoadState,ActiveState,SubState,MainPID,UnitFileState,Result"
    return read_status(ask(("systemctl", "show", asked, f"{spec.name}.service")))


def read_status(text: str) -> ServiceStatus:
    """What `systemctl show` says, as a state."""
    said = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    if said.get("LoadState") == "not-found":
        return ServiceStatus(ServiceState.NOT_INSTALLED)
    return ServiceStatus(
        _STATES.get(said.get("ActiveState", ""), ServiceState.STOPPED),
        automatic=said.get("UnitFileState") == "enabled",
        pid=int(said.get("MainPID") or 0) or None,
        detail=f"{said.get('ActiveState', '')} ({said.get('SubState', '')}), {said.get('Result', '')}",
    )
