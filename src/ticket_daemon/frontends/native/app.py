"""HTTP and WebSocket on one port (aiohttp). `guard` decides who may ask for what.

A client that stops reading is dropped, not waited for; a frame over the limit closes with 1009.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, web

from ticket_daemon.errors import MessageError, TicketDaemonError
from ticket_daemon.frontends.native import http, public
from ticket_daemon.frontends.native.audience import Audience
from ticket_daemon.frontends.native.call import Services
from ticket_daemon.frontends.native.desk import Desk
from ticket_daemon.frontends.native.guard.access import Caller, Gate
from ticket_daemon.frontends.native.guard.door import Connection
from ticket_daemon.frontends.native.guard.login import LOGIN, LogIn
from ticket_daemon.frontends.native.guard.middleware import MIB, Guard, caller_of
from ticket_daemon.frontends.native.guard.pairing import Pairing
from ticket_daemon.frontends.native.guard.turns import Slice
from ticket_daemon.frontends.native.overview import Overview
from ticket_daemon.frontends.native.session import Session
from ticket_daemon.frontends.native.setup import SetUp
from ticket_daemon.frontends.native.upkeep import Upkeep
from ticket_daemon.verbs import Verbs
from ticket_daemon.web import files, headers

log = logging.getLogger(__name__)

#: Bytes that may wait for a client that does not read; then it is dropped. A preview is the largest answer.
OUTBOX_BYTES: Final = 16 * MIB
#: How far over the limit a frame is still read before it is refused. The parser's own limit cuts the connection in the
#: middle of the frame, and the reset that follows makes clients miss the close code; a frame read whole does not.
PARSER_ALLOWANCE: Final = 2
#: Seconds between WebSocket pings; a client that answers none is gone. Chromium gives up a socket at 240 s on its own.
HEARTBEAT_S: Final = 30.0
#: Seconds for all clients together to answer a goodbye when the daemon stops.
GOODBYE_S: Final = 0.5
#: Close code for a page whose origin is not allowed, said before anything else.
ORIGIN_REFUSED: Final = 4403
#: Close code for the dashboard's own page when its session has ended.
SESSION_OVER: Final = 4401
#: Seconds after a session's end at which its sockets are looked at: never before it.
_EXPIRY_SLACK_S: Final = 1.0
#: Bytes that the reason of a close frame may have (RFC 6455 5.5).
_REASON_BYTES: Final = 123
#: Seconds for a refused page to answer the goodbye, and bytes that are read of it meanwhile.
_REFUSED_S: Final = 2.0
_REFUSED_BYTES: Final = 4096
#: The first byte of a frame that is a whole text; in the second, the size, or how many bytes of size follow.
_WHOLE_TEXT: Final = 0x81
_SIZE_OF_2, _SIZE_OF_8 = 126, 127


class Outbox:
    """What waits to be sent to one client: in its connection's own buffer, which never makes `put` wait.

    Frames are made here: aiohttp's way to send them is for those who wait, and needs a task and more turns of the loop.
    """

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._socket = socket
        self._transport = request.transport
        self._connection = request.protocol if isinstance(request.protocol, Connection) else None

    def put(self, text: bytes) -> None:
        """Have a text sent after those before it. Whoever has said goodbye, or heard it, is told nothing more."""
        transport = self._transport
        if transport is None or self._socket.closed or transport.is_closing():
            return
        transport.write(text_frame(text))
        waits = transport.get_write_buffer_size()
        if waits > OUTBOX_BYTES:
            log.warning("client_too_slow")
            self.cut()  # a goodbye would have to wait for it like everything else
        elif waits and self._connection is not None:
            self._connection.door.owes(self._connection, waits)

    def cut(self) -> None:
        """End the connection at once; what waits to be sent is dropped."""
        if self._transport is not None:
            self._transport.abort()


def text_frame(text: bytes) -> bytes:
    """A whole text message as a server sends it: in one frame, not masked (RFC 6455 5.2)."""
    size = len(text)
    if size < _SIZE_OF_2:
        return b"%c%c%b" % (_WHOLE_TEXT, size, text)
    if size < 1 << 16:
        return b"%c%c%b%b" % (_WHOLE_TEXT, _SIZE_OF_2, size.to_bytes(2), text)
    return b"%c%c%b%b" % (_WHOLE_TEXT, _SIZE_OF_8, size.to_bytes(8), text)


class Server:
    """The application and the connections it has."""

    def __init__(
        self,
        verbs: Verbs,
        overview: Overview,
        audience: Audience,
        upkeep: Upkeep,
        gate: Gate,
        setup: SetUp,
        routes: Iterable[web.AbstractRouteDef] = (),  #: of other frontends, on the same port
    ) -> None:
        self._services = Services(verbs, overview, audience, upkeep, Desk(verbs), verbs.settings.server.lang)
        self._settings = verbs.settings
        self._setup = setup
        self._routes = tuple(routes)
        self._gate = gate
        self._sockets: dict[web.WebSocketResponse, tuple[Outbox, Caller]] = {}
        self._max_frame = verbs.settings.server.max_frame_mib * MIB

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=self._max_frame)
        Guard(self._gate, self._refused).install(app)
        app.router.add_get("/ws", self._websocket)
        app.router.add_get("/", self._page)
        app.router.add_get(headers.BRIDGE, self._bridge)
        LogIn(self._gate, lambda request: files.answer(request, "login.html", {}), self.let_go).add_routes(app)
        self._setup.add_routes(app)
        Pairing(self._gate, self._settings.data_dir, self.let_go).add_routes(app)
        app.router.add_get("/static/{name:.+}", self._static)
        http.add_routes(app, self._services)
        public.add_routes(app)
        app.add_routes(self._routes)
        return app

    def _refused(self, problem: TicketDaemonError) -> web.Response:
        self._services.overview.figures.refused(problem.code)
        return http.refusal(problem, self._services.lang)

    @property
    def connections(self) -> int:
        """How many WebSockets are open."""
        return len(self._sockets)

    async def close_all(self) -> None:
        """Say goodbye to every client (1001). One that does not answer soon, or does not even read, is cut off."""
        goodbyes = [
            asyncio.ensure_future(socket.close(code=WSCloseCode.GOING_AWAY, message=b"going down"))
            for socket in tuple(self._sockets)
        ]
        if goodbyes:
            await asyncio.wait(goodbyes, timeout=GOODBYE_S)
        for outbox, _ in tuple(self._sockets.values()):
            outbox.cut()
        for goodbye in goodbyes:
            goodbye.cancel()
        await asyncio.gather(*goodbyes, return_exceptions=True)

    async def let_go(self) -> None:
        """Close what is not allowed any more: sessions that ended (4401), origins that were taken back (4403)."""
        closing = []
        for socket, (_, caller) in tuple(self._sockets.items()):
            if caller.session is not None and not self._gate.sessions.left(caller.session):
                closing.append(socket.close(code=SESSION_OVER, message=b"session over"))
            elif not self._gate.still_allows(caller):
                closing.append(socket.close(code=ORIGIN_REFUSED, message=b"origin not allowed"))
        await asyncio.gather(*map(asyncio.ensure_future, closing))

    # --- WebSocket ---

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        caller = caller_of(request)
        limit = self._max_frame * PARSER_ALLOWANCE
        # Pings are answered here and not by aiohttp, so that `_listen` sees every whole frame.
        socket = web.WebSocketResponse(max_msg_size=limit, heartbeat=HEARTBEAT_S, compress=False, autoping=False)
        if not socket.can_prepare(request).ok:
            return web.Response(status=426, text="WebSocket only\n", headers={"Upgrade": "websocket"})
        if caller.refusal is not None:
            return await self._turn_away(request, caller.refusal)
        await socket.prepare(request)
        outbox = Outbox(socket, request)
        session = Session(self._services, outbox.put, caller)
        self._sockets[socket] = (outbox, caller)
        expiry = self._at_the_sessions_end(caller)
        log.info("client_connected", extra={"client": request.remote})
        try:
            session.open()
            await self._listen(socket, session, request.protocol, caller)
        finally:
            session.close()
            if expiry is not None:
                expiry.cancel()
            self._sockets.pop(socket, None)
            log.info("client_gone", extra={"client": request.remote, "close_code": socket.close_code})
        return socket

    def _at_the_sessions_end(self, caller: Caller) -> asyncio.TimerHandle | None:
        """Have the socket of a session closed when the session's time is over."""
        if caller.session is None:
            return None
        loop = asyncio.get_running_loop()
        left = self._gate.sessions.left(caller.session) + _EXPIRY_SLACK_S
        return loop.call_later(left, lambda: asyncio.ensure_future(self.let_go()))

    async def _turn_away(self, request: web.Request, refusal: TicketDaemonError) -> web.WebSocketResponse:
        """Let a page know why: of an upgrade that is refused it would see no more than of a daemon that is off."""
        self._services.overview.figures.refused(refusal.code)
        socket = web.WebSocketResponse(timeout=_REFUSED_S, max_msg_size=_REFUSED_BYTES, compress=False)
        await socket.prepare(request)
        reason = refusal.text(self._services.lang).encode()[:_REASON_BYTES]
        await socket.close(code=ORIGIN_REFUSED, message=reason.decode(errors="ignore").encode())
        return socket

    async def _listen(
        self, socket: web.WebSocketResponse, session: Session, connection: object, caller: Caller
    ) -> None:
        slice = Slice(caller.turns())
        whole = connection.message_ends if isinstance(connection, Connection) else (lambda: None)
        async for frame in socket:
            whole()
            if frame.type is WSMsgType.PING:
                await socket.pong(frame.data)
            elif (
                frame.type is WSMsgType.ERROR
            ):  # no valid frame: the socket has been closed with the code that says why
                self._gate.refused("frame_refused", caller.client, detail=str(frame.data))
            elif len(frame.data) > self._max_frame:
                self._gate.refused("frame_too_large", caller.client, bytes=len(frame.data))
                await socket.close(code=WSCloseCode.MESSAGE_TOO_BIG, message=b"frame over the limit")
            elif frame.type is WSMsgType.TEXT:
                async with slice:
                    session.receive(frame.data)
                await session.room()
            elif frame.type is WSMsgType.BINARY:
                session.refuse(MessageError("message.binary"))

    # --- pages ---

    async def _page(self, request: web.Request) -> web.Response:
        if self._gate.has_password and caller_of(request).session is None:
            raise web.HTTPSeeOther(LOGIN)
        return files.answer(request, files.PAGE, {})

    async def _bridge(self, request: web.Request) -> web.Response:
        return files.answer(request, "bridge.html", {})

    async def _static(self, request: web.Request) -> web.Response:
        return files.answer(request, request.match_info["name"], {})
