"""Odoo's hardware proxy: JSON-RPC over HTTP on a port of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from aiohttp import web

from ticket_daemon.errors import MessageError, TicketDaemonError, Unauthorized
from ticket_daemon.frontends import Room
from ticket_daemon.frontends.native.guard.middleware import Guard, caller_of, whole_body
from ticket_daemon.machine.instance_lock import who_listens
from ticket_daemon.printers import Destination
from ticket_daemon.verbs import Order
from ticket_daemon.web.origins import is_loopback

log = logging.getLogger(__name__)

#: Within so long a ticket must begin, and after so long its answer is due, ms.
BEGIN_MS: Final = 5_000
ANSWER_MS: Final = 10_000
_MIB: Final = 1 << 20
_VERSION: Final = "1.0"
#: Of a printer whose own profile is not known.
_MODEL: Final = "Generic 80mm"


class _Call(msgspec.Struct):
    """A call of JSON-RPC 2.0."""

    id: int | str | None = None
    params: dict[str, Any] = {}


class Odoo:
    """The frontend."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._settings = room.settings.odoo
        self._runner: web.AppRunner | None = None

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """None on the daemon's own port: Odoo asks at one of its own."""
        return ()

    async def start(self) -> None:
        """Listen. That another program has the port is told in the log."""
        app = web.Application(client_max_size=self._room.settings.server.max_frame_mib * _MIB)
        Guard(self._room.gate, self._refused).install(app)
        app.router.add_get("/hw_proxy/hello", self._hello)
        app.router.add_post("/hw_proxy/handshake", self._handshake)
        app.router.add_post("/hw_proxy/status_json", self._status)
        app.router.add_post("/hw_proxy/default_printer_action", self._act)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        host, port = self._settings.host, self._settings.port
        try:
            await self._room.door.listen(self._runner, host, port, reuse=None)
        except OSError as error:
            who = await asyncio.to_thread(who_listens, port)
            log.error("odoo_port_taken", extra={"port": port, "who": who, "detail": error.strerror or str(error)})
        else:
            log.info("odoo_listening", extra={"host": host, "port": port})

    async def stop(self) -> None:
        """Close the listener; tickets that were accepted go on."""
        if self._runner is not None:
            await self._runner.cleanup()

    def _refused(self, problem: TicketDaemonError) -> web.Response:
        return web.Response(status=403, text=problem.text(self._room.settings.server.lang) + "\n")

    # --- calls ---

    async def _hello(self, _: web.Request) -> web.Response:
        return web.Response(text="ping")

    async def _handshake(self, request: web.Request) -> web.Response:
        return _answer(await _call(request), result=True)

    async def _status(self, request: web.Request) -> web.Response:
        """How the printer is; a till that sees no `connected` shows it red."""
        call = await _call(request)
        found = self._destination()
        reasons = found.status.reasons if found else ("offline",)
        is_well = found is not None and found.status.state != "stopped" and "offline" not in reasons
        printer = {"status": "connected" if is_well else "disconnected", "messages": ", ".join(reasons)}
        return _answer(call, result={"printer": printer})

    async def _act(self, request: web.Request) -> web.Response:
        """Print or open the drawer: true when it is done, false when it is not."""
        call = await _call(request)
        caller = caller_of(request)
        try:
            if caller.origin is None and self._room.gate.tokens and not is_loopback(caller.address):
                raise Unauthorized("message.unauthorized")
            caller.spend_job(caller.client)
            result = await self._print(_document(call.params.get("data")), caller.origin or caller.client)
        except TicketDaemonError as problem:
            log.warning("odoo_refused", extra={"code": problem.code, "detail": problem.text()})
            result = False
        return _answer(call, result=result)

    async def _print(self, document: dict[str, Any], who: str) -> bool:
        now = self._room.clock()
        order = Order(document, printer=self._settings.printer or None, origin=f"odoo {who}")
        job = await self._room.verbs.print_by(order, now + BEGIN_MS, now + ANSWER_MS)
        return job.is_printed

    def _destination(self) -> Destination | None:
        destinations = self._room.verbs.destinations
        return destinations.get(self._settings.printer) if self._settings.printer else destinations.default


def _document(data: object) -> dict[str, Any]:
    """What an action prints. Raises MessageError."""
    commands: list[dict[str, Any]]
    match data:
        case {"action": "print_receipt", "receipt": str(receipt)}:
            commands = [{"type": "image", "data": {"code": receipt}}, {"type": "cut", "data": {}}]
        case {"action": "cashbox"}:
            commands = [{"type": "pulse", "data": {}}]
        case _:
            raise MessageError("odoo.unknown_action")
    return {"version": _VERSION, "profile": {"model": _MODEL}, "commands": commands}


async def _call(request: web.Request) -> _Call:
    """The call in a body; anything else is one without parameters, which no action is."""
    try:
        return msgspec.json.decode(await whole_body(request) or b"{}", type=_Call)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _Call()


def _answer(call: _Call, result: object) -> web.Response:
    body = msgspec.json.encode({"jsonrpc": "2.0", "id": call.id, "result": result})
    return web.Response(body=body, content_type="application/json")


def frontend(room: Room) -> Odoo:
    return Odoo(room)
