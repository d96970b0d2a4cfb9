"""Origins that a person allowed on the page: kept in a file of the data directory, asked for and changed over HTTP.

It knows the file and the paths; it does not know what an allowed origin may do. It promises that what was answered is
on disk, that a damaged file is kept aside and stops nobody, and that each change is in the audit.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec
from aiohttp import web

from ticket_daemon.errors import MessageError, StorageUnavailable
from ticket_daemon.frontends.native.guard.access import Gate, Need
from ticket_daemon.frontends.native.guard.middleware import bearer, caller_of, whole_body
from ticket_daemon.web.origins import OPAQUE, normal

log = logging.getLogger(__name__)

FILE: Final = "origins.json"
#: Origins that may be paired; a shop has a handful.
MAX_PAIRED: Final = 200


class _Kept(msgspec.Struct):
    origins: list[str]


class _Asked(msgspec.Struct):
    origin: str


def load(folder: Path) -> tuple[str, ...]:
    """The origins that were paired; none, and the file is set aside, when it cannot be read."""
    file = folder / FILE
    try:
        return tuple(msgspec.json.decode(file.read_bytes(), type=_Kept).origins)
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError, UnicodeError) as error:
        aside = file.with_suffix(".damaged.json")
        with contextlib.suppress(OSError):
            file.replace(aside)
        log.error("origins_unreadable", extra={"file": str(file), "kept_as": str(aside), "detail": str(error)})
        return ()


def save(folder: Path, origins: tuple[str, ...]) -> None:
    """Put the origins on disk, whole or not at all. Raises OSError."""
    file = folder / FILE
    fresh = file.with_suffix(".new")
    with fresh.open("wb") as opened:
        opened.write(msgspec.json.encode(_Kept(list(origins))))
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)


class Pairing:
    """The path `/auth/origins`. `changed` lets go of connections that are not allowed any more."""

    def __init__(self, gate: Gate, folder: Path, changed: Callable[[], Awaitable[None]]) -> None:
        self._gate = gate
        self._folder = folder
        self._changed = changed
        self._saving = asyncio.Lock()

    def add_routes(self, app: web.Application) -> None:
        """Put the path into the application."""
        app.router.add_get("/auth/origins", self.show)
        app.router.add_post("/auth/origins", self.pair)
        app.router.add_delete("/auth/origins", self.part)

    async def show(self, request: web.Request) -> web.Response:
        """Who is allowed, and who was refused lately."""
        caller_of(request).authorize(bearer(request), Need.ADMIN)
        return self._answer()

    async def pair(self, request: web.Request) -> web.Response:
        """Allow `{"origin": "https://…"}`. Raises MessageError, LoginNeeded, StorageUnavailable."""
        by = caller_of(request).authorize(bearer(request), Need.ADMIN)
        try:
            asked = msgspec.json.decode(await whole_body(request), type=_Asked).origin
        except msgspec.MsgspecError:
            raise MessageError("origin.invalid", got="") from None
        origin = normal(asked)
        # A file of the disk shares its origin with every sandboxed frame: only the configuration may allow that.
        if origin is None or origin == OPAQUE or len(self._gate.origins.paired) >= MAX_PAIRED:
            raise MessageError("origin.invalid", got=asked)
        async with self._saving:
            await self._save((*(o for o in self._gate.origins.paired if o != origin), origin))
            self._gate.origins.add(origin)
        self._gate.refused_origins.pop(origin, None)
        log.warning("origin_paired", extra={"audit": True, "origin": origin, "by": by})
        return self._answer()

    async def part(self, request: web.Request) -> web.Response:
        """Take a paired origin (`?origin=`) back. Raises MessageError, LoginNeeded, StorageUnavailable."""
        by = caller_of(request).authorize(bearer(request), Need.ADMIN)
        asked = request.query.get("origin", "")
        origin = normal(asked)
        if origin in self._gate.origins.configured:
            raise MessageError("origin.configured", origin=asked)
        if origin is None or origin not in self._gate.origins.paired:
            raise MessageError("origin.unknown", origin=asked)
        async with self._saving:
            await self._save(tuple(o for o in self._gate.origins.paired if o != origin))
            self._gate.origins.remove(origin)
        log.warning("origin_parted", extra={"audit": True, "origin": origin, "by": by})
        await self._changed()
        return self._answer()

    async def _save(self, origins: tuple[str, ...]) -> None:
        try:
            await asyncio.to_thread(save, self._folder, origins)
        except OSError as error:
            log.error("origins_not_saved", extra={"detail": str(error)})
            raise StorageUnavailable("origin.not_saved", detail=error.strerror or str(error)) from None

    def _answer(self) -> web.Response:
        gate = self._gate
        return web.json_response(
            {
                "configured": gate.origins.configured,
                "paired": gate.origins.paired,
                "refused": list(reversed(gate.refused_origins)),
                "loopback_pages": gate.settings.env == "test",
            }
        )
