"""The listeners of the QZ protocol, and what its sessions ask of the daemon."""

from __future__ import annotations

import asyncio
import base64
import logging
import ssl
from collections.abc import Iterable
from typing import Final

from aiohttp import WSMsgType, web

from ticket_daemon import messages
from ticket_daemon.errors import TicketDaemonError
from ticket_daemon.frontends import Room
from ticket_daemon.frontends.native.app import PARSER_ALLOWANCE, Outbox
from ticket_daemon.frontends.native.guard.access import Caller
from ticket_daemon.frontends.native.guard.door import Connection
from ticket_daemon.frontends.native.guard.middleware import Guard, caller_of
from ticket_daemon.frontends.qz.jobs import Ticket
from ticket_daemon.frontends.qz.messages import Frame, Refused
from ticket_daemon.frontends.qz.session import Session
from ticket_daemon.frontends.qz.signatures import Signer, signer
from ticket_daemon.machine.instance_lock import who_listens
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.printers import Destination, Destinations
from ticket_daemon.queue import Job
from ticket_daemon.verbs import Order

log = logging.getLogger(__name__)

#: Where qz-tray.js looks, and where it must be answered: loopback by both families, whichever `localhost` is.
HOSTS: Final = ("127.0.0.1", "::1")
PATH: Final = "/"
#: How long a page waits beyond `patience_s` for a ticket that has begun, ms.
FINISH_MS: Final = 30_000
HEARTBEAT_S: Final = 30.0
_MIB: Final = 1 << 20
#: Where black begins while a picture is dithered.
_HALF: Final = 128
_SECOND_MS: Final = 1000
_ABOUT: Final = "Ticket Daemon speaks the QZ Tray protocol here; open a WebSocket.\n"


class Qz:
    """The frontend."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._settings = room.settings.qz
        self._signer: Signer | None = signer(self._settings.certificate) if self._settings.certificate else None
        self._runner: web.AppRunner | None = None
        self._sessions: set[Session] = set()
        room.verbs.destinations.listen(self._printer_changed)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """None on the daemon's own port: the protocol has ports of its own."""
        return ()

    async def start(self) -> None:
        """Listen at the first free port of each list. That QZ Tray itself has one is said in the log."""
        app = web.Application()
        Guard(self._room.gate, self._refused, sockets=frozenset((PATH,))).install(app)
        app.router.add_get(PATH, self._visited)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await self._listen(self._runner, self._settings.ports, None)
        tls = self._room.tls()
        if tls is not None:
            await self._listen(self._runner, self._settings.secure_ports, tls)

    async def stop(self) -> None:
        """Close the connections; tickets that were accepted go on."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _listen(self, runner: web.AppRunner, ports: tuple[int, ...], tls: ssl.SSLContext | None) -> None:
        for port in ports:
            try:
                await self._room.door.listen(runner, HOSTS[0], port, reuse=None, tls=tls)
            except OSError as error:
                who = await asyncio.to_thread(who_listens, port)
                log.error("qz_port_taken", extra={"port": port, "who": who, "detail": error.strerror or str(error)})
                continue
            try:
                await self._room.door.listen(runner, HOSTS[1], port, reuse=None, tls=tls)
            except OSError:  # a machine without IPv6: `localhost` is 127.0.0.1 there
                log.debug("no_ipv6", extra={"port": port})
            log.info("qz_listening", extra={"port": port, "tls": tls is not None})
            return

    def _refused(self, problem: TicketDaemonError) -> web.Response:
        return web.Response(status=403, text=problem.text(self._room.settings.server.lang) + "\n")

    # --- a page ---

    async def _visited(self, request: web.Request) -> web.StreamResponse:
        limit = self._room.settings.server.max_frame_mib * _MIB
        socket = web.WebSocketResponse(
            max_msg_size=limit * PARSER_ALLOWANCE, heartbeat=HEARTBEAT_S, compress=False, timeout=1.0
        )
        if not socket.can_prepare(request).ok:
            return web.Response(text=_ABOUT)
        caller = caller_of(request)
        lang = self._room.settings.server.lang
        await socket.prepare(request)
        outbox = Outbox(socket, request)
        desk = _Desk(self._room, self._signer, caller)
        session = Session(desk, outbox.put, lang, _refusal(self._room, caller, lang))
        self._sessions.add(session)
        log.info("qz_connected", extra={"client": request.remote, "origin": caller.origin})
        calls: set[asyncio.Task[None]] = set()
        try:
            async for frame in socket:
                if isinstance(request.protocol, Connection):
                    request.protocol.message_ends()
                if frame.type is not WSMsgType.TEXT:
                    continue
                if len(frame.data) > limit:
                    await socket.close(code=1009, message=b"frame over the limit")
                    break
                task = asyncio.create_task(self._call(session, socket, frame.data))
                calls.add(task)
                task.add_done_callback(calls.discard)
        finally:
            self._sessions.discard(session)
            for call in calls:
                call.cancel()
        return socket

    async def _call(self, session: Session, socket: web.WebSocketResponse, text: str) -> None:
        if not await session.receive(text):
            await socket.close()

    def _printer_changed(self, destination: Destination) -> None:
        for session in tuple(self._sessions):
            session.printer_changed(destination)


def _refusal(room: Room, caller: Caller, lang: str) -> str | None:
    """Why this page, or program, is not let in; None when it is."""
    if caller.refusal is not None:
        return caller.refusal.text(lang)
    if caller.origin is None and room.gate.tokens and not room.settings.qz.programs:
        return "programs need [qz] programs = true"
    return None


class _Desk:
    """What one session may ask."""

    def __init__(self, room: Room, signer: Signer | None, caller: Caller) -> None:
        self._room = room
        self._signer = signer
        self._caller = caller
        self._origin = f"qz {caller.origin or caller.client}"

    @property
    def destinations(self) -> Destinations:
        return self._room.verbs.destinations

    def permit(self, frame: Frame) -> None:
        """Raises Refused for a call without the certificate's signature, where the shop wants one."""
        if self._caller.foreign and not self._room.gate.still_allows(self._caller):
            raise Refused("Request blocked")
        if self._signer is not None:
            self._signer.check(frame, self._room.clock())

    def names(self) -> list[str]:
        """Configured printers first, then those that the system has installed."""
        known = (destination.name for destination in self.destinations)
        return list(dict.fromkeys((*known, *self.destinations.installed_names())))

    def draw(self, file: bytes, printer: str, threshold: int | None) -> bytes:
        """A picture as a printer's bytes, as wide as it is, or as the paper where that is narrower. Raises Refused."""
        from ticket_daemon.poster.document.model import Fault, Image
        from ticket_daemon.poster.raster.image import own_width
        from ticket_daemon.poster.render.graphics import image

        destination = self.destinations.get(printer)
        profile = (destination.profile if destination else None) or generic()
        try:
            look = Image(
                code=base64.b64encode(file).decode(),
                pixel_width=min(own_width(file, ""), profile.dots),
                align="left",
                threshold=_HALF if threshold is None else threshold,
                dithering="threshold" if threshold is not None else "floyd-steinberg",
            )
            return image(look, profile)
        except Fault as fault:
            text = messages.text(fault.key, self._room.settings.server.lang, **fault.parameters)
            raise Refused(f"Cannot parse (IMAGE): {text}") from None

    async def print(self, ticket: Ticket) -> Job:
        """Print one ticket, which must begin within `patience_s`. Raises TicketDaemonError."""
        room = self._room
        self._caller.spend_job(self._caller.client)
        now = room.clock()
        begin_by = now + room.settings.qz.patience_s * _SECOND_MS
        order = Order(
            ticket.body, printer=ticket.printer, copies=ticket.copies, format=ticket.format, origin=self._origin
        )
        return await room.verbs.print_by(order, begin_by, begin_by + FINISH_MS)


def frontend(room: Room) -> Qz:
    return Qz(room)
