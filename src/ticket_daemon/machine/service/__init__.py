"""The daemon as a service of the operating system: the same verbs on every platform, one module for each.

It knows which module serves which system and how its steps are carried out; it does not know what a service does. It
promises that what `--dry-run` shows is what would be done.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from typing import Final, Protocol, cast

from ticket_daemon.errors import ServiceError
from ticket_daemon.machine.service.spec import ServiceSpec, ServiceState, ServiceStatus
from ticket_daemon.machine.service.steps import Do, Remove, Run, Step, Write, carry_out, shown

#: `sys.platform` -> the module with the functions of `Platform`.
_MODULES: Final[Mapping[str, str]] = {"linux": "systemd", "darwin": "launchd", "win32": "windows"}


class Platform(Protocol):
    """What each platform's module has. Those that change something return the steps to take; nothing is done yet."""

    def may_change(self) -> bool:
        """Whether this process has the rights (root, administrator) that the steps need."""

    def install(self, spec: ServiceSpec) -> Sequence[Step]:
        """Register the service and have it started with the machine; what is installed already is replaced."""

    def uninstall(self, spec: ServiceSpec) -> Sequence[Step]:
        """Stop it and remove what `install` made; the shop's configuration, queue and logs stay."""

    def start(self, spec: ServiceSpec) -> Sequence[Step]:
        """Start it now."""

    def stop(self, spec: ServiceSpec) -> Sequence[Step]:
        """Stop it now."""

    def restart(self, spec: ServiceSpec) -> Sequence[Step]:
        """Stop it, then start it."""

    def status(self, spec: ServiceSpec) -> ServiceStatus:
        """How it stands."""


def platform(system: str = sys.platform) -> Platform:
    """The module for this system. Raises ServiceError where there is none."""
    if system not in _MODULES:
        raise ServiceError("service.unsupported", system=system)
    return cast(Platform, importlib.import_module(f"ticket_daemon.machine.service.{_MODULES[system]}"))


__all__ = [
    "Do", "Platform", "Remove", "Run", "ServiceSpec", "ServiceState", "ServiceStatus", "Step", "Write", "carry_out",
    "platform", "shown",
]  # fmt: skip
