"""The seal of a build: the values it was made with, kept inside the executable's own archive, never in a file."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

Environment = Literal["prod", "test"]
#: The module that the builder writes and PyInstaller puts into the executable's own archive, beside no file.
MODULE: Final = "_ticket_daemon_seal"


class Seal(NamedTuple):
    """One build. A named tuple and its own text, so that `--version` loads no library for it."""

    env: Environment
    host: str
    port: int
    capacity: int
    log_level: str
    service_name: str
    version: str
    date: str  #: YYYY-MM-DD, UTC
    time: str  #: HH:MM:SS, UTC
    commit: str = ""  #: of the source, "" where it is not known
    token_sha256: str = ""
    dashboard_password_hash: str = ""
    update_key: str = ""  #: whose lists of newer versions are believed
    console: bool = False  #: the variant that shows everything on its console

    @property
    def values(self) -> Mapping[str, Mapping[str, Any]]:
        """The configuration keys that are sealed, by section, with their values."""
        sealed: dict[str, dict[str, Any]] = {
            "server": {"host": self.host, "port": self.port},
            "queue": {"capacity": self.capacity},
            "log": {"level": self.log_level},
            "auth": {"token_sha256": self.token_sha256, "dashboard_password_hash": self.dashboard_password_hash},
        }
        return sealed | ({"update": {"public_key": self.update_key}} if self.update_key else {})

    @property
    def summary(self) -> str:
        """Everything but the hashes, for `--version`."""
        token = "token" if self.token_sha256 else "no token"
        password = "dashboard password" if self.dashboard_password_hash else "no dashboard password"
        return (
            f"sealed build of {self.date} {self.time} UTC, commit {self.commit or 'unknown'}\n"
            f"{self.service_name}: {self.env}, {self.host}:{self.port}, queue {self.capacity}, log {self.log_level}, "
            f"{token}, {password}"
        )


def encode(seal: Seal) -> str:
    """The text of the module that carries the seal."""
    return f"SEAL = {seal._asdict()!r}\n"


@functools.cache
def current() -> Seal | None:
    """The seal of the executable that runs; None where Python runs the package."""
    if not getattr(sys, "frozen", False):
        return None
    return Seal(**importlib.import_module(MODULE).SEAL)
