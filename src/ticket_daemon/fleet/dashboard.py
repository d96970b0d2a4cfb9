"""The page of many shops: files, one WebSocket for each who looks, and who may.

It knows paths, frames and the pages that may ask; it does not know NATS or what is urgent. It promises that nobody is
sent more than was asked for or more often than twice a second, that who reads slowly delays nobody else, that only
pages of its own address are told anything, and that nothing can be changed through it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web
from msgspec import Struct

from ticket_daemon import __version__, messages
from ticket_daemon.errors import ConfigError
from ticket_daemon.fleet.board import FILTERS, Board, Counts, Row, ShopView, Wish
from ticket_daemon.fleet.connection import Access
from ticket_daemon.fleet.lookout import Link, Lookout
from ticket_daemon.messages import LANGUAGES
from ticket_daemon.tasks import end
from ticket_daemon.web import files, headers
from ticket_daemon.web.origins import Hosts, is_loopback, name_of, normal

log = logging.getLogger(__name__)

#: Seconds between two pictures of the same wish.
PAUSE_S: Final = 0.5
#: Rows of one picture, whatever is asked for.
MAX_ROWS: Final = 1000
MAX_WORDS: Final = 200
#: People who look at a time.
MAX_WATCHERS: Final = 200
#: Bytes that a page may send at once.
_MAX_FRAME: Final = 4096
_HEARTBEAT_S: Final = 30.0
_GOODBYE_S: Final = 0.5
#: Close code for a page of another site, as at the daemon.
ORIGIN_REFUSED: Final = 4403

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Picture(Struct, frozen=True, tag_field="tipo", tag="fleet", omit_defaults=True):
    """All that a page shows. `rows` is absent where one shop is looked at, `shop` where all are."""

    version: str
    link: Link
    counts: Counts
    matching: int
    rows: list[Row] | None = None
    shop: ShopView | None = None


class _Look(Struct, frozen=True, tag_field="tipo", tag="look"):
    """What somebody wants to see."""

    words: str = ""
    show: str = ""
    limit: int = 100
    store: str = ""


class _Ping(Struct, frozen=True, tag_field="tipo", tag="ping"):
    id: str = ""


class _Pong(Struct, frozen=True, tag_field="tipo", tag="pong"):
    id: str = ""


_asked: Final = msgspec.json.Decoder(_Look | _Ping).decode
_frame: Final = msgspec.json.Encoder().encode


class _Watcher:
    """One who looks. `due` is set when there may be something new to show."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.wish = Wish()
        self.store = ""
        self.due = asyncio.Event()


class FleetDashboard:
    """The page's server. `origins`: addresses under which a proxy in front of it is known."""

    def __init__(self, access: Access, host: str = "127.0.0.1", port: int = 8767, origins: Sequence[str] = ()) -> None:
        """Raises ConfigError for a host that others can reach, and for what is no origin."""
        if not is_loopback(name_of(host)):
            raise ConfigError("fleet.dashboard_loopback", host=host)
        for origin in origins:
            if normal(origin) in (None, "null"):
                raise ConfigError("fleet.dashboard_origin", origin=origin)
        self.host = host
        self.port = port
        self._origins = frozenset(filter(None, map(normal, origins)))
        self._hosts = Hosts("", (origin.partition("://")[2] for origin in self._origins))
        start = time.time() - time.monotonic()
        self.board = Board()
        self._lookout = Lookout(access, self.board, lambda: start + time.monotonic(), self._changed)
        self._watchers: set[_Watcher] = set()
        self._telling: asyncio.TimerHandle | None = None
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/"

    async def start(self) -> None:
        """Let browsers in. Raises OSError."""
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=_GOODBYE_S)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = int(self._runner.addresses[0][1])

    async def follow(self) -> None:
        """Keep up with the NATS server until cancelled."""
        await self._lookout.run()

    async def stop(self) -> None:
        """Say goodbye to everybody."""
        if self._telling is not None:
            self._telling.cancel()
        for watcher in tuple(self._watchers):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE_S):
                    await watcher.socket.close(code=WSCloseCode.GOING_AWAY, message=b"going down")
        if self._runner is not None:
            await self._runner.cleanup()

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[self._guarded], client_max_size=_MAX_FRAME)
        app.on_response_prepare.append(_sign)
        app.router.add_get("/", self._page)
        app.router.add_get("/ws", self._websocket)
        app.router.add_get("/static/{name:.+}", self._static)
        return app

    # --- who may ---

    @web.middleware
    async def _guarded(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        own = request.transport.get_extra_info("sockname") if request.transport is not None else None
        # A name that is not ours was made to lead here by whoever owns it (DNS rebinding).
        host = request.headers.get("Host", "")
        if not self._hosts.accepts(host, str(own[0]) if own else ""):
            said = [messages.text("fleet.dashboard_host", lang, host=host) for lang in LANGUAGES]
            return web.Response(status=403, text="\n".join((*said, "")))
        return await handler(request)

    def _may_look(self, request: web.Request) -> bool:
        """Browsers always say whose page opens a WebSocket; who says nothing is a program of this machine."""
        origin = request.headers.get("Origin")
        if origin is None:
            return True
        asked = normal(origin)
        return asked is not None and (asked in self._origins or asked == normal(f"{request.scheme}://{request.host}"))

    # --- what is answered ---

    async def _page(self, request: web.Request) -> web.Response:
        return files.answer(request, files.FLEET, {})

    async def _static(self, request: web.Request) -> web.Response:
        return files.answer(request, request.match_info["name"], {})

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(max_msg_size=_MAX_FRAME, heartbeat=_HEARTBEAT_S, compress=False)
        if not socket.can_prepare(request).ok:
            return web.Response(status=426, text="WebSocket only\n", headers={"Upgrade": "websocket"})
        if len(self._watchers) >= MAX_WATCHERS:
            return web.Response(status=503, headers={"Retry-After": "10"})
        await socket.prepare(request)
        if not self._may_look(request):
            await socket.close(code=ORIGIN_REFUSED, message=b"origin not allowed")
            return socket
        watcher = _Watcher(socket)
        self._watchers.add(watcher)
        telling = asyncio.create_task(self._tell(watcher))
        try:
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT or not await self._hear(watcher, frame.data):
                    await socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
        finally:
            self._watchers.discard(watcher)
            with contextlib.suppress(ConnectionError):
                await end(telling)
        return socket

    async def _hear(self, watcher: _Watcher, data: str) -> bool:
        """Act on what a page said; False for what none of ours says."""
        try:
            asked = _asked(data)
        except (msgspec.MsgspecError, ValueError):
            return False
        if isinstance(asked, _Ping):
            await watcher.socket.send_frame(_frame(_Pong(asked.id)), WSMsgType.TEXT)
            return True
        show = asked.show if asked.show in FILTERS else ""
        watcher.wish = Wish(asked.words[:MAX_WORDS], show, min(max(asked.limit, 1), MAX_ROWS))
        watcher.store = asked.store
        watcher.due.set()
        return True

    # --- what is told ---

    def _changed(self) -> None:
        """Something came in: everybody is shown it within PAUSE_S, and what comes meanwhile with it."""
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(PAUSE_S, self._tell_all)

    def _tell_all(self) -> None:
        self._telling = None
        for watcher in self._watchers:
            watcher.due.set()

    async def _tell(self, watcher: _Watcher) -> None:
        """Show one who looks what there is; the first picture when it has said what it wants to see."""
        told = b""
        while True:
            await watcher.due.wait()
            watcher.due.clear()
            frame = self._picture(watcher)
            if frame != told:
                told = frame
                await watcher.socket.send_frame(frame, WSMsgType.TEXT)

    def _picture(self, watcher: _Watcher) -> bytes:
        board, link = self.board, self._lookout.link
        if watcher.store:
            view = board.shop(watcher.store)
            return _frame(Picture(__version__, link, board.counts, 0, shop=view))
        rows, matching = board.look(watcher.wish)
        return _frame(Picture(__version__, link, board.counts, matching, rows))


async def _sign(request: web.Request, response: web.StreamResponse) -> None:
    """The fields that every answer of ours has, errors too."""
    kind = "" if isinstance(response, web.WebSocketResponse) else response.content_type
    fields = headers.of(request.path, kind, request.headers.get("Host", ""), request.scheme)
    if response.status == web.HTTPNotModified.status_code:
        del fields[headers.POLICY]  # there is no content to tell the policy by
    for name, value in fields.items():
        if name not in response.headers or name == "Server":
            response.headers[name] = value
