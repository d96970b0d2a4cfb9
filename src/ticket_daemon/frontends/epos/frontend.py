"""The service.cgi of an Epson printer, on the daemon's own port and on others that the shop names."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterable
from typing import Final

from aiohttp import web

from ticket_daemon.errors import RateLimited, TicketDaemonError, TooLarge, Unauthorized, UnknownJob
from ticket_daemon.frontends import Room
from ticket_daemon.frontends.epos import protocol
from ticket_daemon.frontends.epos.protocol import Answer, Asked
from ticket_daemon.frontends.native.guard.access import Caller
from ticket_daemon.frontends.native.guard.middleware import Guard, caller_of, whole_body
from ticket_daemon.printers import Destination
from ticket_daemon.queue import Job, JobState
from ticket_daemon.verbs import Order
from ticket_daemon.web.origins import is_loopback

log = logging.getLogger(__name__)

PATH: Final = "/cgi-bin/epos/service.cgi"
PATHS: Final = (PATH, "/p/{printer}" + PATH, "/p/{printer}/{secret}" + PATH)
#: Ports that clients take for https.
SECURE_PORTS: Final = frozenset((443, 8043))
#: The answer comes so long before the client gives up, ms.
MARGIN_MS: Final = 500
#: Of the client's patience so much is for printing, at most this, ms; what is before it is for waiting.
PRINTING_SHARE: Final = 0.5
PRINTING_MS: Final = 3_000
#: A client's patience is between these, ms.
LEAST_MS, MOST_MS = 1_000, 300_000
#: How often a job id whose ticket never began is used again.
MAX_RETRIES: Final = 50
_NEVER_BEGAN: Final = frozenset((JobState.EXPIRED, JobState.CANCELLED, JobState.FAILED))
_MIB: Final = 1 << 20


class Epos:
    """The frontend."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._settings = room.settings.epos
        self._runner: web.AppRunner | None = None

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return [web.post(path, self._service) for path in PATHS]

    async def start(self) -> None:
        """Listen at the other ports. One that is taken is told in the log; the daemon's own answers all the same."""
        if not self._settings.listeners:
            return
        app = web.Application(client_max_size=self._room.settings.server.max_frame_mib * _MIB)
        Guard(self._room.gate, _refused).install(app)
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        for listener in self._settings.listeners:
            host, _, port = listener.rpartition(":")
            await self._listen(self._runner, host.strip("[]"), int(port))

    async def _listen(self, runner: web.AppRunner, host: str, port: int) -> None:
        tls = self._room.tls() if port in SECURE_PORTS else None
        if port in SECURE_PORTS and tls is None:
            log.error("epos_no_certificate", extra={"port": port})
            return
        try:
            await self._room.door.listen(runner, host, port, reuse=None, tls=tls)
        except OSError as error:
            log.error("epos_port_taken", extra={"port": port, "detail": error.strerror or str(error)})
        else:
            log.info("epos_listening", extra={"host": host, "port": port, "tls": tls is not None})

    async def stop(self) -> None:
        """Close the listeners; tickets that were accepted go on."""
        if self._runner is not None:
            await self._runner.cleanup()

    # --- a request ---

    async def _service(self, request: web.Request) -> web.Response:
        """Answer in an envelope whatever happens: clients read it with status 200 only."""
        asked: Asked | None = None
        destination: Destination | None = None
        try:
            caller = caller_of(request)
            named = request.match_info.get("printer", "")
            self._admit(caller, named, request.match_info.get("secret", ""))
            asked = protocol.read(await whole_body(request), request.query)
            destination = await self._destination(asked, named)
            answer = await self._answer(asked, destination, caller)
        except web.HTTPRequestEntityTooLarge:
            limit = self._room.settings.server.max_frame_mib
            answer = _refusal(TooLarge("message.too_large", limit=limit), destination)
        except TicketDaemonError as problem:
            answer = _refusal(problem, destination)
        except ConnectionError:
            raise
        except Exception:  # the edge of a request: whoever asked is told, and the log says why
            log.exception("request_failed")
            answer = _refusal(TicketDaemonError("server.internal"), destination)
        return web.Response(body=protocol.write(answer, asked), content_type="text/xml", charset="utf-8")

    def _admit(self, caller: Caller, printer: str, secret: str) -> None:
        """Pages are let in by their origin, programs of this machine, others by the path. Raises Unauthorized."""
        wanted = self._secret(printer)
        if secret and not hmac.compare_digest(secret.encode(), wanted.encode()):
            raise Unauthorized("message.unauthorized")
        is_known = bool(secret) or caller.origin is not None or is_loopback(caller.address)
        if not is_known and (wanted or self._room.gate.tokens):
            raise Unauthorized("message.unauthorized")

    def _secret(self, printer: str) -> str:
        found = self._room.verbs.destinations.get(printer)
        return (found.settings.path_secret if found else "") or self._settings.path_secret

    async def _destination(self, asked: Asked, named: str) -> Destination:
        """The printer that the device's name, else the path, else the configuration means. Raises UnknownPrinter."""
        await self._room.verbs.looked()
        name = named if asked.device == protocol.LOCAL else asked.device
        return self._room.verbs.destinations.resolve(name or None, "")

    async def _answer(self, asked: Asked, destination: Destination, caller: Caller) -> Answer:
        if asked.document is not None:
            return await self._print(asked.document, asked, destination, caller)
        if not asked.job_id:
            return protocol.of_printer(destination.status)
        job = await self._newest(asked.job_id, destination)
        if job is None:
            raise UnknownJob("job.unknown", id=asked.job_id)
        return protocol.of_job(job, destination.status)

    # --- printing ---

    async def _print(self, document: bytes, asked: Asked, destination: Destination, caller: Caller) -> Answer:
        caller.spend_job(caller.client)
        room = self._room
        order = Order(
            document, id=await self._job_id(asked, destination), printer=destination.name, format="epos",
            origin=f"epos {caller.origin or caller.client}",
        )  # fmt: skip
        if self._settings.answers == "accepted":
            await room.verbs.submit(order)
            return protocol.of_accepted(destination.status)
        now = room.clock()
        patience = asked.timeout_ms or self._settings.timeout_ms
        answer_by = now + min(MOST_MS, max(LEAST_MS, patience)) - MARGIN_MS
        begin_by = answer_by - round(min(PRINTING_MS, PRINTING_SHARE * (answer_by - now)))
        job = await room.verbs.print_by(order, begin_by, answer_by)
        return protocol.of_job(job, destination.status)

    async def _job_id(self, asked: Asked, destination: Destination) -> str | None:
        """The job of a client's own id: the same ticket again is the same job, one that never began is a new one.
        Raises RateLimited."""
        if not asked.job_id:
            return None
        for place in range(MAX_RETRIES):
            job_id = _scoped(asked.job_id, destination, place)
            job = await self._room.verbs.queue.find(job_id)
            if job is None or job.state not in _NEVER_BEGAN or job.started_at is not None:
                return job_id
        raise RateLimited("message.rate_limited", retry_after_s=1, limit=MAX_RETRIES)

    async def _newest(self, client_id: str, destination: Destination) -> Job | None:
        newest: Job | None = None
        for place in range(MAX_RETRIES):
            job = await self._room.verbs.queue.find(_scoped(client_id, destination, place))
            if job is None:
                break
            newest = job
        return newest


def _scoped(client_id: str, destination: Destination, place: int) -> str:
    """A job's id from a client's: of this frontend and printer alone."""
    return f"epos:{destination.name}:{client_id}" + (f"#{place + 1}" if place else "")


def _refusal(problem: TicketDaemonError, destination: Destination | None) -> Answer:
    answer = protocol.of_refusal(problem, destination.status if destination else None)
    log.warning("epos_refused", extra={"answer": answer.code, "code": problem.code, "detail": problem.text()})
    return answer


def _refused(problem: TicketDaemonError) -> web.Response:
    """What a page gets whose origin is not allowed; its browser keeps it from reading even this."""
    return web.Response(body=protocol.write(protocol.of_refusal(problem)), status=403, content_type="text/xml")


def frontend(room: Room) -> Epos:
    return Epos(room)
