"""Logging in to the dashboard and out of it, over HTTP.

It knows forms, cookies and who has to wait; it does not know how a password is compared or what a session may do. It
promises that a wrong password is told from no other trouble by time or text, that each is in the audit, and that the
page's own form works without script too.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import parse_qs

import msgspec
from aiohttp import web

from ticket_daemon.errors import MessageError, RateLimited, TooLarge, Unauthorized
from ticket_daemon.frontends.native.guard.access import Caller, Gate
from ticket_daemon.frontends.native.guard.middleware import caller_of, cookie_name, whole_body
from ticket_daemon.frontends.native.guard.passwords import MAX_LENGTH, Passwords

log = logging.getLogger(__name__)

#: Bytes of a log-in's body: the longest password, every character escaped, and what stands around it.
_MAX_BODY: Final = 12 * MAX_LENGTH
_FORM: Final = "application/x-www-form-urlencoded"
LOGIN: Final = "/login"
HOME: Final = "/"


class _Given(msgspec.Struct):
    password: str


class LogIn:
    """The paths `/login` and `/auth/…`. `page` answers with the log-in page, `ended` closes what a session had open."""

    def __init__(
        self, gate: Gate, page: Callable[[web.Request], web.Response], ended: Callable[[], Awaitable[None]]
    ) -> None:
        self._gate = gate
        self._page = page
        self._ended = ended
        self._passwords = Passwords()
        self._trying: set[str] = set()

    def add_routes(self, app: web.Application) -> None:
        """Put the paths into the application."""
        app.router.add_get(LOGIN, self.show)
        app.router.add_post("/auth/login", self.log_in)
        app.router.add_post("/auth/logout", self.log_out)
        app.router.add_get("/auth/session", self.session)

    async def show(self, request: web.Request) -> web.Response:
        """The log-in page; the page itself for whoever needs none."""
        if not self._gate.has_password or caller_of(request).session is not None:
            raise web.HTTPSeeOther(HOME)
        return self._page(request)

    async def session(self, request: web.Request) -> web.Response:
        """Whether one has to log in, and whether this page has."""
        caller = caller_of(request)
        left = math.floor(self._gate.sessions.left(caller.session))
        return web.json_response(
            {"login_required": self._gate.has_password, "logged_in": left > 0, "expires_in_s": left}
        )

    async def log_in(self, request: web.Request) -> web.Response:
        """Compare a password and begin a session. Raises Unauthorized, RateLimited, MessageError."""
        caller = caller_of(request)
        if not self._gate.has_password:
            raise MessageError("login.no_password")
        form = request.content_type == _FORM
        try:
            await self._check(caller, await _password(request, form))
        except (Unauthorized, RateLimited) as refused:
            if form:
                raise web.HTTPSeeOther(f"{LOGIN}?refused={refused.code}") from None
            raise
        if caller.session is not None:  # a session that was there before cannot be somebody else's afterwards
            self._gate.sessions.end(caller.session)
        log.info("logged_in", extra={"audit": True, "client": caller.client})
        answer = _to(HOME) if form else web.json_response({"status": "ok", "expires_in_s": self._seconds})
        answer.set_cookie(
            _cookie(request), self._gate.sessions.begin(), max_age=self._seconds, path="/", httponly=True,
            samesite="Strict", secure=request.secure,
        )  # fmt: skip
        return answer

    @property
    def _seconds(self) -> int:
        return int(self._gate.sessions.seconds)

    async def _check(self, caller: Caller, password: str) -> None:
        # A program on the cashier's machine has the person's address; what it gets wrong is not the person's.
        client = f"{caller.client} {'program' if caller.origin is None else 'page'}"
        lockout = self._gate.lockout
        if (pause := lockout.pause(client)) > 0 or client in self._trying:
            self._gate.refused("log_in_paused", caller.client)
            raise RateLimited("login.pause", retry_after_s=max(1, math.ceil(pause)))
        self._trying.add(client)  # many tries at once are one after the other
        try:
            right = await self._passwords.verify(password, self._gate.settings.auth.dashboard_password_hash)
        finally:
            self._trying.discard(client)
        if right:
            lockout.succeeded(client)
            return
        self._gate.refused("log_in_refused", caller.client)
        if pause := lockout.failed(client):
            log.warning("locked_out", extra={"audit": True, "client": caller.client, "seconds": math.ceil(pause)})
        raise Unauthorized("login.wrong")

    async def log_out(self, request: web.Request) -> web.Response:
        """End the session, and what it had open."""
        caller = caller_of(request)
        if caller.session is not None:
            self._gate.sessions.end(caller.session)
            log.info("logged_out", extra={"audit": True, "client": caller.client})
            await self._ended()
        answer = _to(LOGIN) if request.content_type == _FORM else web.json_response({"status": "ok"})
        answer.del_cookie(_cookie(request), path="/", secure=request.secure, httponly=True, samesite="Strict")
        return answer


def _cookie(request: web.Request) -> str:
    own = request.transport.get_extra_info("sockname") if request.transport is not None else None
    return cookie_name(request.scheme, own[1] if own else 0)


def _to(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})


async def _password(request: web.Request, form: bool) -> str:
    """The password in a request's body: `{"password": "…"}`, or the page's form. Raises MessageError."""
    body = await _short_body(request)
    try:
        if form:
            (given,) = parse_qs(body.decode(), strict_parsing=True)["password"]
            return given
        return msgspec.json.decode(body, type=_Given).password
    except (KeyError, ValueError, msgspec.MsgspecError):  # never with the body's own text: it may be a password
        raise MessageError("login.unreadable") from None


async def _short_body(request: web.Request) -> bytes:
    try:
        return await whole_body(request.clone(client_max_size=_MAX_BODY))
    except web.HTTPRequestEntityTooLarge:
        raise TooLarge("message.body_too_long", limit=_MAX_BODY) from None
