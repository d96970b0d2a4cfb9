"""Where a machine keeps what belongs to a service: its configuration, its data, its log.

It knows each system's customs; it does not know what is in the files or whether they exist. It promises that two
services with different names never share a folder.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

#: Folders on Linux and macOS are named as a package there would be; a name of one's own keeps it.
_FOLDERS: Final[Mapping[str, str]] = {"TicketServicio": "ticket-daemon", "TicketServicioTest": "ticket-daemon-test"}
CONFIG_NAME: Final = "config.toml"


class Places(NamedTuple):
    """Folders of one service."""

    config: Path
    data: Path
    logs: Path

    @property
    def config_file(self) -> Path:
        """The configuration that is read when none is named."""
        return self.config / CONFIG_NAME


def folder_name(service_name: str) -> str:
    """What a service's folders are called under /etc, /var/lib and /var/log."""
    return _FOLDERS.get(service_name, service_name)


def of_service(service_name: str, system: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Places:
    """The folders of the service of that name, on `system` (`sys.platform`'s words)."""
    if system == "win32":
        everything = Path(environ.get("PROGRAMDATA") or r"C:\ProgramData") / service_name
        return Places(everything, everything, everything)
    folder = folder_name(service_name)
    if system == "darwin":
        support = Path("/Library/Application Support") / folder
        return Places(support, support / "data", Path("/Library/Logs") / folder)
    return Places(Path("/etc") / folder, Path("/var/lib") / folder, Path("/var/log") / folder)
