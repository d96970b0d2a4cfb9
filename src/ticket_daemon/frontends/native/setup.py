"""What the page's set-up may change: printers, tokens and the password, written into the configuration file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import msgspec
from aiohttp import web
from msgspec import Struct

from ticket_daemon.errors import LinkError, MessageError
from ticket_daemon.frontends.native.guard.access import Need
from ticket_daemon.frontends.native.guard.middleware import bearer, caller_of, whole_body
from ticket_daemon.frontends.native.guard.tokens import digest, new_token
from ticket_daemon.frontends.native.upkeep import Reloaded
from ticket_daemon.poster.profile.catalogue import recognise
from ticket_daemon.settings import editing
from ticket_daemon.settings.config import PrinterSettings, Settings
from ticket_daemon.spooler.identify import identify_at
from ticket_daemon.transport import check_uri

log = logging.getLogger(__name__)

T = TypeVar("T")

#: Seconds for a printer at an address to say what it is.
DETECT_S: Final = 8.0
#: Characters of the shortest password that is taken.
MIN_PASSWORD: Final = 8


class _Address(Struct, frozen=True):
    uri: str


class _Name(Struct, frozen=True):
    name: str


class _Password(Struct, frozen=True):
    password: str


class SetUp:
    """The paths below `/auth/setup`. Only whoever may administer the daemon is let in."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        check: Callable[[str], object],
        reload: Callable[[], Awaitable[Reloaded]],
    ) -> None:
        self._settings = settings
        self._check = check  #: reads a text as if it stood in the file
        self._reload = reload
        self._writing = asyncio.Lock()

    def add_routes(self, app: web.Application) -> None:
        """Put the paths into the application."""
        app.router.add_get("/auth/setup", self.show)
        app.router.add_post("/auth/setup/detect", self.detect)
        app.router.add_post("/auth/setup/printers", self.add)
        app.router.add_patch("/auth/setup/printers/{name}", self.change)
        app.router.add_delete("/auth/setup/printers/{name}", self.remove)
        app.router.add_post("/auth/setup/tokens", self.make_token)
        app.router.add_delete("/auth/setup/tokens/{name}", self.revoke_token)
        app.router.add_post("/auth/setup/password", self.set_password)

    async def show(self, request: web.Request) -> web.Response:
        """What is set up: the file, its printers, the names of tokens, and whether there is a password."""
        caller_of(request).authorize(bearer(request), Need.ADMIN)
        return self._answer()

    def _answer(self, **more: object) -> web.Response:
        settings = self._settings()
        said = {
            "file": str(settings.file),
            "env": settings.env,
            "printers": [msgspec.to_builtins(printer) for printer in settings.printers],
            "tokens": [token.name for token in settings.auth.tokens],
            "has_password": bool(settings.auth.dashboard_password_hash),
            "sealed": settings.seal is not None,
        }
        return web.json_response(said | more)

    # --- printers ---

    async def detect(self, request: web.Request) -> web.Response:
        """What the printer at `{"uri": …}` says it is, and the profile that fits. Raises ConfigError, LinkError."""
        caller_of(request).authorize(bearer(request), Need.ADMIN)
        uri = (await _asked(request, _Address)).uri
        check_uri(uri)
        try:
            async with asyncio.timeout(DETECT_S):
                identity = await identify_at(uri)
        except TimeoutError:
            raise LinkError("link.no_answer", port=uri, seconds=DETECT_S) from None
        model = identity.name if identity is not None else ""
        profile = recognise(model) if model else None
        return web.json_response({"model": model, "profile": profile.name if profile else ""})

    async def add(self, request: web.Request) -> web.Response:
        """One more printer, with the keys of `[[printers]]`. Raises ConfigError, UnknownProfileError."""
        by = caller_of(request).authorize(bearer(request), Need.ADMIN)
        printer = await _asked(request, PrinterSettings)
        settings = self._settings()
        await self._write(lambda: editing.added(settings.file, settings, printer, self._check))
        return await self._done("printer_added", by, printer=printer.name, uri=printer.uri)

    async def change(self, request: web.Request) -> web.Response:
        """Other values for keys of a printer; null takes one out. Raises ConfigError, UnknownProfileError."""
        by = caller_of(request).authorize(bearer(request), Need.ADMIN)
        values = await _asked(request, dict[str, Any])
        name = request.match_info["name"]
        await self._edit(lambda document: editing.change_printer(document, name, values))
        return await self._done("printer_changed", by, printer=name, keys=sorted(values))

    async def remove(self, request: web.Request) -> web.Response:
        """Take a printer out; what waits for it is held. Raises ConfigError."""
        by = caller_of(request).authorize(bearer(request), Need.ADMIN)
        name = request.match_info["name"]
        await self._edit(lambda document: editing.remove_printer(document, name))
        return await self._done("printer_removed", by, printer=name)

    # --- tokens and the password ---

    async def make_token(self, request: web.Request) -> web.Response:
        """A token called `{"name": …}`; the answer shows it, this once. Raises ConfigError."""
        by = caller_of(request).authorize(bearer(request), Need.ADMIN)
        name = (await _asked(request, _Name)).name
        token = new_token()
        await self._edit(lambda document: editing.add_token(document, name, digest(token)))
        return await self._done("token_made", by, token=token, token_name=name)

    async def revoke_token(self, request: web.Request) -> web.Response:
        """Take a token back. Raises ConfigError."""
        by = caller_of(request).authorize(bearer(request), Need.ADMIN)
        name = request.match_info["name"]
        await self._edit(lambda document: editing.remove_token(document, name))
        return await self._done("token_revoked", by, token_name=name)

    async def set_password(self, request: web.Request) -> web.Response:
        """Have the page ask for `{"password": …}` from now on. Raises MessageError."""
        by = caller_of(request).authorize(bearer(request), Need.ADMIN)
        password = (await _asked(request, _Password)).password
        if len(password) < MIN_PASSWORD:
            raise MessageError("password.too_short", path="password", least=MIN_PASSWORD)
        from ticket_daemon.frontends.native.guard.passwords import hash_of

        made = await asyncio.to_thread(hash_of, password)
        await self._edit(lambda document: editing.set_password(document, made))
        return await self._done("password_set", by)

    # --- writing ---

    async def _edit(self, edit: Callable[[Any], object]) -> None:
        file = self._settings().file
        await self._write(lambda: editing.edited(file, edit, self._check))

    async def _write(self, write: Callable[[], object]) -> None:
        async with self._writing:
            await asyncio.to_thread(write)

    async def _done(self, event: str, by: str, token: str = "", **what: object) -> web.Response:
        log.warning("setup_changed", extra={"audit": True, "what": event, "by": by, **what})
        reloaded = await self._reload()
        more = {"token": token} if token else {}
        return self._answer(needs_restart=list(reloaded.needs_restart), **more)


async def _asked(request: web.Request, kind: type[T]) -> T:
    """The body as what is asked for. Raises MessageError."""
    try:
        return msgspec.json.decode(await whole_body(request), type=kind)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise MessageError("document.invalid", detail=str(error)) from None
