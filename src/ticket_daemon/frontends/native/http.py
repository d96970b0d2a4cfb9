"""The same verbs for clients without WebSockets.

It knows paths, status codes and JSON bodies; it does not know what a ticket is. It promises that every error is a
JSON body with the same `code` as over WebSocket, and that a POST of the same id is the same job.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec
from aiohttp import web

from ticket_daemon import wire
from ticket_daemon.errors import MessageError, TicketDaemonError, TooLarge, UnknownPrinter
from ticket_daemon.formats import BY_MEDIA_TYPE
from ticket_daemon.frontends.native import desk
from ticket_daemon.frontends.native.desk import Desk
from ticket_daemon.frontends.native.guard.access import Need
from ticket_daemon.frontends.native.guard.middleware import bearer, caller_of, whole_body
from ticket_daemon.frontends.native.overview import Overview
from ticket_daemon.frontends.native.session import ordered
from ticket_daemon.frontends.native.upkeep import Upkeep
from ticket_daemon.verbs import DOCUMENT, Verbs

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: Error code -> HTTP status; 400 for the rest.
STATUS: Final = {
    "unauthorized": 401, "unknown_job": 404, "unknown_printer": 404, "not_cancellable": 409, "id_conflict": 409,
    "too_large": 413, "invalid_document": 422, "invalid_config": 422, "invalid_profiles": 422, "rate_limited": 429,
    "internal": 500, "queue_full": 503, "storage_unavailable": 503, "shutting_down": 503, "origin_refused": 403,
    "host_refused": 403, "not_found": 404, "method_not_allowed": 405, "too_slow": 408, "unsupported_media_type": 415,
    "unknown_format": 415,
}  # fmt: skip
#: Digits of a number in a query.
_DIGITS: Final = 10
_TICKET: Final = b'{"tipo":"ticket",'
_PREVIEW: Final = b'{"tipo":"preview",'


def add_routes(app: web.Application, verbs: Verbs, overview: Overview, upkeep: Upkeep) -> None:
    """Put the API's paths into the application."""
    api = _Api(verbs, overview, upkeep)
    app.router.add_post("/api/v1/jobs", api.guarded(api.submit))
    app.router.add_get("/api/v1/jobs", api.guarded(api.jobs))
    app.router.add_post("/api/v1/jobs/{id}/{verb:hold|release|reprint}", api.guarded(api.steer))
    app.router.add_get("/api/v1/jobs/{id}", api.guarded(api.job))
    app.router.add_delete("/api/v1/jobs/{id}", api.guarded(api.cancel))
    app.router.add_get("/api/v1/jobs/{id}/paper.png", api.guarded(api.paper))
    app.router.add_get("/api/v1/printers", api.guarded(api.printers))
    app.router.add_post("/api/v1/printers/scan", api.guarded(api.scan))
    app.router.add_get("/api/v1/printers/{name}/profile", api.guarded(api.profile))
    app.router.add_post("/api/v1/preview", api.guarded(api.preview))
    app.router.add_post("/api/v1/reload", api.guarded(api.reload))
    app.router.add_get("/api/v1/doctor", api.guarded(api.doctor))
    app.router.add_post("/api/v1/printers/{name}/test", api.guarded(api.test))
    app.router.add_post("/api/v1/printers/{name}/drawer", api.guarded(api.drawer))
    app.router.add_post("/api/v1/printers/{name}/calibration", api.guarded(api.calibration))
    app.router.add_post("/api/v1/printers/{name}/burst", api.guarded(api.burst))
    app.router.add_get("/metrics", api.guarded(api.metrics))
    app.router.add_get("/api/v1/log", api.guarded(api.log))
    app.router.add_get("/api/v1/log.jsonl", api.guarded(api.log_file))


class _Api:
    def __init__(self, verbs: Verbs, overview: Overview, upkeep: Upkeep) -> None:
        self._verbs = verbs
        self._overview = overview
        self._upkeep = upkeep
        self._desk = Desk(verbs)
        self._lang = verbs.settings.server.lang

    def guarded(self, handler: Handler) -> Handler:
        """`handler` with its errors made into answers."""

        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except web.HTTPRequestEntityTooLarge:
                return self._error(TooLarge("message.too_large", limit=self._verbs.settings.server.max_frame_mib))
            except TicketDaemonError as problem:
                return self._error(problem)
            except (web.HTTPException, ConnectionError):
                raise
            except Exception:  # the edge of a request: whoever asked is told, and the log says why
                log.exception("request_failed")
                return self._error(TicketDaemonError("server.internal"))

        return answer

    def _error(self, problem: TicketDaemonError) -> web.Response:
        self._overview.figures.refused(problem.code)
        answer = wire.error(problem, self._lang)
        headers = {"Retry-After": str(answer.retry_after_s)} if answer.retry_after_s else None
        return _json(answer, STATUS.get(problem.code, 400), headers)

    async def submit(self, request: web.Request) -> web.Response:
        """The fields of a `ticket` message; 202 with its `ack`, 200 when the id was there already."""
        body = await whole_body(request)
        kind = BY_MEDIA_TYPE.get(request.content_type, DOCUMENT)
        message = _as(_TICKET, body if kind == DOCUMENT else _fields(request))
        assert isinstance(message, wire.TicketRequest)
        caller_of(request).spend_job(_allowed(request, token=message.auth_token))
        order = ordered(message) if kind == DOCUMENT else ordered(message)._replace(body=body, format=kind)
        answer = await self._verbs.submit(order)
        status = 200 if answer.accepted.duplicate else 202
        return _json(wire.ack(answer.accepted, answer.warnings, self._lang, answer.reasons), status)

    async def job(self, request: web.Request) -> web.Response:
        """How a job stands."""
        _allowed(request)
        async with caller_of(request).turns().slow:
            job, history = await self._verbs.story(request.match_info["id"])
        return _json(wire.job_answer(job, self._lang, history))

    async def jobs(self, request: web.Request) -> web.Response:
        """The newest jobs; `?limit=` up to 1,000, `?pending=true` for those that have not ended."""
        _allowed(request, Need.MANAGE)
        limit = request.query.get("limit", "50")
        pending = request.query.get("pending", "") in ("true", "1")
        body = msgspec.json.encode({"limit": int(limit[:9]) if limit.isdecimal() else limit, "pending": pending})
        asked = _as(b'{"tipo":"get_jobs",', body)
        assert isinstance(asked, wire.JobsRequest)
        async with caller_of(request).turns().slow:
            jobs = self._verbs.pending(asked.limit) if asked.pending else await self._verbs.recent(asked.limit)
            return _json(wire.jobs_answer(jobs, self._lang, pending=asked.pending))

    async def steer(self, request: web.Request) -> web.Response:
        """Hold, release or reprint a job; the body, if any, has the same fields as the message."""
        by = _allowed(request, Need.MANAGE)
        job_id, verb = request.match_info["id"], request.match_info["verb"]
        body = await whole_body(request) or b"{}"
        beginning = msgspec.json.encode({"tipo": verb, "id": job_id})[:-1] + b","
        match _as(beginning, body):
            case wire.ReprintRequest() as asked:
                caller_of(request).spend_job(by)
                accepted = await self._verbs.reprint(
                    job_id, asked.new_id, by, banner=asked.banner, open_drawer=asked.open_drawer
                )
                return _json(wire.ack(accepted, (), self._lang), 202)
            case wire.ReleaseRequest() as asked:
                job = await self._verbs.release(job_id, by, open_drawer=asked.open_drawer)
            case _:
                job = await self._verbs.hold(job_id, by)
        return _json(wire.job_answer(job, self._lang))

    async def cancel(self, request: web.Request) -> web.Response:
        """Do not print a job that has not begun."""
        by = _allowed(request)
        return _json(wire.job_answer(await self._verbs.cancel(request.match_info["id"], by), self._lang))

    async def paper(self, request: web.Request) -> web.Response:
        """What a job's bytes print, as a picture."""
        _allowed(request, Need.MANAGE)
        return web.Response(body=await self._verbs.paper(request.match_info["id"]), content_type="image/png")

    async def printers(self, request: web.Request) -> web.Response:
        """Every printer; `?look=1` looks for them anew first, on the network too."""
        if request.query.get("look", "0") not in ("", "0"):
            await self._upkeep.look()
        return _json(self._overview.printers())

    async def scan(self, request: web.Request) -> web.Response:
        """Look for port 9100 in a network: `{"network": "192.168.1.0/24"}`, or this machine's own."""
        _allowed(request, Need.MANAGE)
        try:
            wanted = msgspec.json.decode(await request.read() or b"{}", type=_Network)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise MessageError("document.invalid", detail=str(error)) from None
        return _json(await self._upkeep.scan(wanted.network))

    async def profile(self, request: web.Request) -> web.Response:
        """What a destination can do, by its profile."""
        name = request.match_info["name"]
        destination = self._verbs.destinations.get(name)
        if destination is None:
            near = ", ".join(one.name for one in self._verbs.destinations) or "-"
            raise UnknownPrinter("printer.unknown", name=name, nearest=near)
        if destination.profile is None:
            raise UnknownPrinter("printer.no_profile", name=destination.name)
        return web.Response(body=msgspec.json.encode(destination.profile), content_type="application/json")

    async def doctor(self, request: web.Request) -> web.Response:
        """What may keep it from printing, and what to do."""
        _allowed(request, Need.MANAGE)
        return _json(await self._upkeep.doctor())

    async def reload(self, request: web.Request) -> web.Response:
        """Read the configuration again and take its printers."""
        _allowed(request, Need.MANAGE)
        return _json(await self._upkeep.reload())

    # --- what a technician tries ---

    async def test(self, request: web.Request) -> web.Response:
        """Print a test ticket; 202 with its `ack`."""
        caller_of(request).spend_job(_allowed(request, Need.MANAGE))
        return _json(await self._desk.test(request.match_info["name"]), 202)

    async def drawer(self, request: web.Request) -> web.Response:
        """Open the drawer; 202 with the `ack` of the job that does."""
        caller_of(request).spend_job(_allowed(request, Need.MANAGE))
        return _json(await self._desk.drawer(request.match_info["name"]), 202)

    async def calibration(self, request: web.Request) -> web.Response:
        """Print the calibration ticket; 202 with its `ack`."""
        caller_of(request).spend_job(_allowed(request, Need.MANAGE))
        return _json(await self._desk.calibration(request.match_info["name"]), 202)

    async def burst(self, request: web.Request) -> web.Response:
        """Print `count` test tickets; 202 with their ids."""
        _allowed(request, Need.ADMIN)
        asked = desk.burst_request(await whole_body(request))
        return _json(await self._desk.burst(request.match_info["name"], asked.count), 202)

    async def log(self, request: web.Request) -> web.Response:
        """The newest lines of the log."""
        _allowed(request, Need.ADMIN)
        return await desk.log_answer(request, self._log_of(request))

    async def log_file(self, request: web.Request) -> web.Response:
        """Lines of the log as a file."""
        _allowed(request, Need.ADMIN)
        return await desk.log_file(request, self._log_of(request))

    def _log_of(self, request: web.Request) -> Path:
        """The audit's own file where only its lines are asked for: it reaches further back."""
        settings = self._verbs.settings
        asked = request.query.get("audit", "") in ("true", "1")
        return settings.audit_file if asked and settings.audit_file.exists() else settings.log_file

    async def metrics(self, request: web.Request) -> web.Response:
        """The figures for Prometheus, in the form that it accepts."""
        _allowed(request, Need.MANAGE)
        body, content_type = await self._upkeep.metrics(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def preview(self, request: web.Request) -> web.Response:
        """A picture (PNG) of `datos`."""
        message = _as(_PREVIEW, await whole_body(request))
        assert isinstance(message, wire.PreviewRequest)
        caller_of(request).spend_preview(_allowed(request, token=message.auth_token))
        png, _, _, _ = await self._verbs.shown(message.body, message.printer, message.format or DOCUMENT)
        return web.Response(body=png, content_type="image/png")


class _Network(msgspec.Struct, frozen=True):
    """The body of a scan."""

    network: str = ""


def _fields(request: web.Request) -> bytes:
    """The fields of a ticket whose body is not JSON, from the query."""
    values: dict[str, object] = {name: request.query[name] for name in ("id", "printer") if name in request.query}
    for name in ("copies", "ttl_s"):
        given = request.query.get(name, "")
        if given:
            values[name] = int(given) if given.isdecimal() and len(given) < _DIGITS else given
    return msgspec.json.encode(values | {"contenido": "-"})


def _as(beginning: bytes, body: bytes) -> wire.Request:
    """A body as the message it stands for: the path says the `tipo`."""
    rest = body.strip()
    if not rest.startswith(b"{"):
        raise MessageError("message.not_object")
    rest = rest[1:].lstrip()
    return wire.parse(beginning[:-1] + b"}" if rest == b"}" else beginning + rest)


def _allowed(request: web.Request, need: Need = Need.PRINT, token: str | None = None) -> str:
    """Who asks, for the audit; the token is the message's own or the header's. Raises Unauthorized, RateLimited."""
    return caller_of(request).authorize(token or bearer(request), need)


def _json(answer: msgspec.Struct, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=wire.encode(answer), status=status, content_type="application/json", headers=headers)
