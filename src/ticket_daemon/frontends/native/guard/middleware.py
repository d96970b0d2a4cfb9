"""Every request passes here: who may not come in is told so before anything of it is looked at.

It knows aiohttp's requests and answers; it does not know the rules (`access`) or what is asked for. It promises that
each answer carries the headers of `headers`, that errors of the API are JSON, and that a foreign page's WebSocket
reaches its handler with a refusal rather than being turned away unheard: only so can the page know why.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import hdrs, web

from ticket_daemon.errors import (
    MediaTypeRefused,
    MethodNotAllowed,
    NotFound,
    OriginRefused,
    RateLimited,
    TicketDaemonError,
    TooLarge,
    TooSlow,
)
from ticket_daemon.frontends.native.guard.access import Caller, Gate, Visit
from ticket_daemon.frontends.native.guard.door import REFUSED, RETRY_S, Connection
from ticket_daemon.web import headers
from ticket_daemon.web.origins import name_of

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Answer = Callable[[TicketDaemonError], web.Response]

SOCKET: Final = "/ws"
MIB: Final = 1024 * 1024
#: Seconds for a body to arrive: 10 MiB on a line of 3 Mbit/s.
BODY_S: Final = 30.0
_JSON_PATHS: Final = ("/api/", "/auth/")
#: What a form of any page can send without asking first, and that could hold a message of ours.
_URLENCODED: Final = "application/x-www-form-urlencoded"
_FORM_KINDS: Final = frozenset(("text/plain", "multipart/form-data", _URLENCODED))
#: A header that no form can send: by it a program says that its plain text is no form.
PLAIN: Final = "Ticket-Format"
#: The one form that is the daemon's own; it asks for a password.
_OWN_FORMS: Final = "/auth/"
_SAFE_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS"))
_CALLER: Final = web.RequestKey("caller", Caller)


def caller_of(request: web.Request) -> Caller:
    """Whose request it is."""
    return request[_CALLER]


def bearer(request: web.Request) -> str | None:
    """The token in `Authorization: Bearer …`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def whole_body(request: web.Request) -> bytes:
    """The whole body. Raises TooSlow for one that dribbles."""
    try:
        async with asyncio.timeout(BODY_S):
            return await request.read()
    except TimeoutError:
        raise TooSlow("message.too_slow", seconds=round(BODY_S)) from None


def cookie_name(scheme: str, port: int) -> str:
    """The session's cookie. Cookies of one host are seen by all its ports, so each daemon has its own."""
    return f"__Host-ticket-daemon-{port}" if scheme == "https" else f"ticket-daemon-{port}"


class Guard:
    """The middleware and the signal that put the rules before and the headers behind everything."""

    def __init__(self, gate: Gate, answer: Answer, sockets: frozenset[str] = frozenset((SOCKET,))) -> None:
        self._gate = gate
        self._answer = answer
        self._sockets = sockets  #: paths of WebSockets, whose handlers tell a page why it is refused

    def install(self, app: web.Application) -> None:
        """Stand before every handler of `app`."""

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._pass(request, handler)

        app.middlewares.append(guarded)
        app.on_response_prepare.append(self._sign)

    async def _pass(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        connection = request.protocol
        if not isinstance(connection, Connection):
            return await self._judged(request, handler)
        connection.request_begins()
        try:
            answer = await self._judged(request, handler)
            if caller_of(request).refusal is not None and not isinstance(answer, web.WebSocketResponse):
                answer.force_close()  # a page that is kept out keeps no place either
            if isinstance(answer, web.Response) and isinstance(answer.body, bytes | bytearray):
                connection.door.owes(connection, connection.to_send() + len(answer.body))
            return answer
        finally:
            connection.request_ends()

    async def _judged(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        is_socket = request.path in self._sockets
        caller = self._gate.meet(_visit(request, is_socket=is_socket))
        request[_CALLER] = caller
        refusal = caller.refusal
        if refusal is not None and not is_socket and not _may_hear(request.path, refusal):
            return self._answer(refusal)
        if not self._has_seat(request, caller):
            refused = self._answer(RateLimited("message.too_many_connections", retry_after_s=RETRY_S))
            refused.force_close()
            return refused
        if request.method == "OPTIONS" and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers:
            asks = "Access-Control-Request-Private-Network" in request.headers
            return web.Response(status=204, headers=headers.preflight(asks))
        try:
            if caller.origin is None and await _is_form(request):
                return self._answer(MediaTypeRefused("message.media_type"))
        except TooSlow as problem:
            return self._answer(problem)
        return await self._told(request, handler)

    @staticmethod
    def _has_seat(request: web.Request, caller: Caller) -> bool:
        """Whether the page that asks has no more connections than one site may have."""
        connection = request.protocol
        if caller.origin is None or not caller.foreign or not isinstance(connection, Connection):
            return True
        site = REFUSED if caller.refusal is not None else name_of(caller.origin.partition("://")[2])
        return connection.door.seat(connection, site)

    async def _told(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The handler's answer; what the API has to say of an error is JSON."""
        try:
            return await handler(request)
        except web.HTTPException as said:
            if said.status < 400 or not request.path.startswith(_JSON_PATHS):
                raise
            problem: TicketDaemonError
            if isinstance(said, web.HTTPMethodNotAllowed):
                allowed = ", ".join(sorted(said.allowed_methods))
                problem = MethodNotAllowed("message.method", place=request.path, method=request.method, allowed=allowed)
                answer = self._answer(problem)
                answer.headers[hdrs.ALLOW] = allowed
                return answer
            if isinstance(said, web.HTTPRequestEntityTooLarge):
                return self._answer(TooLarge("message.too_large", limit=request.client_max_size // MIB))
            if isinstance(said, web.HTTPNotFound):
                return self._answer(NotFound("message.not_found", place=request.path))
            raise
        except TicketDaemonError as problem:
            return self._answer(problem)
        except ConnectionError:
            raise
        except Exception:  # the edge of a request: whoever asked is told, and the log says why
            log.exception("request_failed")
            return self._answer(TicketDaemonError("server.internal"))

    async def _sign(self, request: web.Request, response: web.StreamResponse) -> None:
        kind = "" if isinstance(response, web.WebSocketResponse) else response.content_type
        fields = headers.of(request.path, kind, request.headers.get("Host", ""), request.scheme)
        if response.status == web.HTTPNotModified.status_code:
            # Its fields take the place of those that the browser has kept; it has no content to tell the policy by.
            del fields[headers.POLICY]
        for name, value in fields.items():
            if name not in response.headers or name == "Server":
                response.headers[name] = value
        caller = request.get(_CALLER)
        if caller is None:
            return
        origin = caller.origin if caller.foreign and caller.refusal is None else None
        response.headers.update(headers.cors(origin, request.path))


async def _is_form(request: web.Request) -> bool:
    """Whether a form of any page could have sent this: nothing in it had to be asked for first.

    Programs that name no kind of body send `urlencoded` too; but no form leaves a brace or bracket as it is.
    Raises TooSlow.
    """
    could_be = (
        request.method not in _SAFE_METHODS
        and request.content_type in _FORM_KINDS
        and hdrs.AUTHORIZATION not in request.headers
        and PLAIN not in request.headers
    )
    if not could_be or request.content_type != _URLENCODED:
        return could_be
    if request.path.startswith(_OWN_FORMS):
        return False
    return not (await whole_body(request)).lstrip().startswith((b"{", b"["))


def _may_hear(path: str, refusal: TicketDaemonError) -> bool:
    """Whether a handler answers all the same: it tells a page why it is refused, and nothing else."""
    return headers.is_open(path) and isinstance(refusal, OriginRefused)


def _visit(request: web.Request, *, is_socket: bool) -> Visit:
    fields = request.headers
    own = request.transport.get_extra_info("sockname") if request.transport is not None else None
    cookie = None
    if "Cookie" in fields and own:
        cookie = request.cookies.get(cookie_name(request.scheme, own[1]))
    return Visit(
        address=request.remote or "",
        own_address=str(own[0]) if own else "",
        scheme=request.scheme,
        host=fields.get("Host"),
        origin=fields.get("Origin"),
        fetch_site=fields.get("Sec-Fetch-Site", ""),
        navigates=fields.get("Sec-Fetch-Mode") == "navigate" and request.method in _SAFE_METHODS,
        changes=is_socket or request.method not in _SAFE_METHODS,
        cookie=cookie,
        on_behalf_of=request.query.get("for") if is_socket else None,
    )
