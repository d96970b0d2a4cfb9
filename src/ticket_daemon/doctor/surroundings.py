"""What the doctor looks at: this machine, a daemon and printers, as questions that a check may ask.

Asking changes nothing, prints nothing and ends after some seconds.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Struct

from ticket_daemon.errors import LinkError, TicketDaemonError
from ticket_daemon.machine import instance_lock as claims
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.printers import Destination, Discovery, Snapshot
from ticket_daemon.printers.discovery import sources
from ticket_daemon.settings.config import Settings
from ticket_daemon.spooler.talk import Talk
from ticket_daemon.transport import make_link

#: Seconds that a daemon on this machine may take to say how it is.
HEALTH_S: Final = 5.0
DEVICES: Final = Path("/dev")


class Disk(NamedTuple):
    """Bytes."""

    free: int
    total: int


class Answer(Struct, frozen=True):
    """What came of asking a printer: the link's trouble, or what the printer says is the matter.

    `reasons` is None where it was not asked, or did not answer (`silent`).
    """

    trouble: LinkError | None = None
    reasons: tuple[str, ...] | None = None
    silent: bool = False


class Surroundings:
    """This machine as the command line sees it; `problem` is why the configuration could not be read."""

    def __init__(
        self,
        settings: Settings | None,
        destinations: tuple[Destination, ...] = (),
        url: str = "",
        problem: TicketDaemonError | None = None,
        config_file: str = "",
    ) -> None:
        self.settings = settings
        self.destinations = destinations
        self.url = url
        self.problem = problem
        self.config_file = config_file
        self.platform = sys.platform
        self._snapshot: Snapshot | None = None

    # --- the daemon ---

    async def health(self) -> Mapping[str, Any] | None:
        """What the daemon says of itself; None when nobody answers as one."""
        body = await self._asked("/health")
        return body if isinstance(body, dict) and "queue" in body and "build" in body else None

    async def states(self) -> Mapping[str, str]:
        """How the daemon's printers are, in the words of `printers`; nothing without a daemon."""
        body = await self._asked("/api/v1/printers")
        entries = body.get("printers", ()) if isinstance(body, dict) else ()
        return {one["name"]: one["status"] for one in entries if not one.get("source")}

    async def _asked(self, path: str) -> Any:
        import aiohttp

        if not self.url:
            return None
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=HEALTH_S)) as session,
                session.get(self.url + path, ssl=False) as answer,
            ):
                return msgspec.json.decode(await answer.read()) if answer.status == 200 else None
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, msgspec.DecodeError):
            return None

    async def held(self) -> int:
        """Jobs that wait for a person, as far as it can be known."""
        return 0

    # --- the machine ---

    def now_ms(self) -> int:
        """The wall clock in ms since 1970."""
        return time.time_ns() // 1_000_000

    def changed_ms(self, folder: Path) -> int:
        """When the newest file in a folder was changed, ms since 1970; 0 when there is none."""
        try:
            times = [path.stat().st_mtime_ns // 1_000_000 for path in folder.iterdir() if path.is_file()]
        except OSError:
            return 0
        return max(times, default=0)

    def disk(self, folder: Path) -> Disk:
        """Room on the disk that holds `folder`, or would. Raises OSError."""
        import shutil

        usage = shutil.disk_usage(_nearest(folder))
        return Disk(usage.free, usage.total)

    def can_write(self, folder: Path) -> str:
        """Why no file can be made in `folder` ("" when one can): one is made and removed."""
        import tempfile

        try:
            with tempfile.NamedTemporaryFile(dir=_nearest(folder), prefix=".doctor-") as file:
                file.write(b"doctor")
                file.flush()
        except OSError as error:
            return error.strerror or str(error)
        return ""

    def cannot_listen(self, host: str, port: int) -> str:
        """Why nobody could listen there now ("" when somebody could)."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                if os.name != "nt":
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
                probe.listen(1)
            except OSError as error:
                return error.strerror or str(error)
        return ""

    def who_listens(self, port: int) -> str:
        """Who has a port, where it can be known."""
        return claims.who_listens(port)

    def account(self) -> str:
        """Whom this process runs as."""
        import getpass

        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError):
            return "?"

    # --- printers ---

    async def found(self) -> Snapshot:
        """What this machine has (looked for once)."""
        if self._snapshot is None:
            discovery = Discovery(sources(("windows", "cups", "usb", "files", "serial")), time.monotonic)
            self._snapshot = await discovery.refresh()
            await discovery.close()
        return self._snapshot

    async def ports(self) -> frozenset[str] | None:
        """The ports that Windows has; None on other systems, or where it does not say."""
        return await asyncio.to_thread(_windows_ports) if self.platform == "win32" else None

    async def ask(self, destination: Destination) -> Answer:
        """Open the link to a printer and ask how it is, where either can tell."""
        link = make_link(destination.settings.uri, destination.profile or generic(80))
        try:
            await link.open()
            if link.tells:
                return Answer(reasons=await link.reasons())
            ways = link.ways or (destination.profile.status if destination.profile else ())
            if not link.two_way or "dle_eot" not in ways:
                return Answer()
            return await _talked(Talk(link, ways, lambda _: None))
        except LinkError as trouble:
            return Answer(trouble=trouble)
        finally:
            await link.close()


async def _talked(talk: Talk) -> Answer:
    talk.begin()
    try:
        reasons = await talk.reasons()
        return Answer(reasons=reasons, silent=reasons is None)
    finally:
        await asyncio.shield(talk.end())


def _windows_ports() -> frozenset[str] | None:
    """The names of local ports ("USB001", "COM1:", an IP port's name), by EnumPorts."""
    try:
        import win32print

        ports: Any = win32print.EnumPorts(None, 1)
        return frozenset(str(port["Name"]) for port in ports) or None
    except Exception:  # noqa: BLE001 - pywintypes.error, or a Windows without the call: nobody can say then
        return None


def _nearest(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    return next((path for path in (folder, *folder.absolute().parents) if path.exists()), Path("/"))


def queue_name(destination: Destination) -> str:
    """The operating system's name of a destination behind its spooler; "" for all others."""
    parts = urlsplit(destination.settings.uri)
    if parts.scheme not in ("winspool", "cups"):
        return ""
    return unquote(parts.path.strip("/") or parts.netloc)


def device_of(destination: Destination) -> str:
    """The device file of a destination; "" where it has none."""
    parts = urlsplit(destination.settings.uri)
    path = unquote(parts.path)
    return path if parts.scheme in ("file", "serial") and DEVICES in Path(path).parents else ""
