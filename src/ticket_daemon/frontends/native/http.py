"""The operations over HTTP: a request's parts into one request, a reply into one response."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from msgspec import Struct

from ticket_daemon import presenters, wire
from ticket_daemon.errors import TicketDaemonError
from ticket_daemon.formats import BY_MEDIA_TYPE
from ticket_daemon.frontends.native.call import Call, Reply, Services
from ticket_daemon.frontends.native.guard.middleware import bearer, caller_of, whole_body
from ticket_daemon.frontends.native.operations import OPERATIONS, Operation, Route
from ticket_daemon.verbs import DOCUMENT

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: Error code -> HTTP status; 400 for the rest.
STATUS: Final = {
    "unauthorized": 401, "unknown_job": 404, "unknown_printer": 404, "not_cancellable": 409, "id_conflict": 409,
    "too_large": 413, "invalid_document": 422, "invalid_config": 422, "invalid_profiles": 422, "rate_limited": 429,
    "internal": 500, "queue_full": 503, "storage_unavailable": 503, "shutting_down": 503, "origin_refused": 403,
    "host_refused": 403, "not_found": 404, "method_not_allowed": 405, "too_slow": 408, "unsupported_media_type": 415,
    "unknown_format": 415,
}  # fmt: skip
#: Fields of a ticket whose body is not JSON: they stand in the query.
_BESIDE: Final = ("id", "printer", "copies", "ttl_s")


def add_routes(app: web.Application, services: Services) -> None:
    """Put every operation that has a route into the application."""
    for operation in OPERATIONS:
        if (route := operation.route) is not None:
            add = {"get": app.router.add_get, "post": app.router.add_post, "delete": app.router.add_delete}
            add[route.method](route.path, _handler(operation, route, services))


def _handler(operation: Operation, route: Route, services: Services) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        asked = await _asked(operation, route, request)
        token = (route.has_body and getattr(asked, "auth_token", None)) or bearer(request)
        caller = caller_of(request)
        call = operation.permit(
            Call(caller, token, headers=request.headers, body=await _foreign_body(operation, request))
        )
        async with caller.turns().slow if operation.takes_turn(asked) else contextlib.nullcontext():
            return _response(await operation.reply(services, asked, call), route)

    return handle


async def _asked(operation: Operation, route: Route, request: web.Request) -> Struct:
    if _foreign(operation, request):
        fields = {name: request.query[name] for name in _BESIDE if request.query.get(name)}
        return wire.parse_query(operation.request, fields)
    if route.has_body:
        return wire.parse_body(operation.request, await whole_body(request), request.match_info)
    return wire.parse_query(operation.request, {**request.query, **request.match_info})


def _foreign(operation: Operation, request: web.Request) -> str | None:
    """The format of a ticket that comes as it is, not in JSON."""
    kind = BY_MEDIA_TYPE.get(request.content_type, DOCUMENT) if operation.request is wire.TicketRequest else DOCUMENT
    return None if kind == DOCUMENT else kind


async def _foreign_body(operation: Operation, request: web.Request) -> tuple[str, bytes] | None:
    kind = _foreign(operation, request)
    return (kind, await whole_body(request)) if kind else None


def _response(reply: Reply, route: Route) -> web.Response:
    status = reply.status or next(iter(route.good))
    if reply.file is None:
        return _json(reply.answer, status)
    body, content_type, headers = reply.file
    return web.Response(body=body, status=status, headers={"Content-Type": content_type, **headers})


def refusal(problem: TicketDaemonError, lang: str) -> web.Response:
    """An error as an answer: its JSON, with the HTTP status of its code."""
    answer = presenters.error(problem, lang)
    headers = {"Retry-After": str(answer.retry_after_s)} if answer.retry_after_s else None
    return _json(answer, STATUS.get(problem.code, 400), headers)


def _json(answer: Struct | None, status: int, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=wire.encode(answer), status=status, content_type="application/json", headers=headers)
