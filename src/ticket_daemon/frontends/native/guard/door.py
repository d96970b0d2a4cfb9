"""The connections there are: how many, how long they may take to say what they want, how much they may pile up.

It knows sockets and time; it does not know requests. It promises that a connection that has sent nothing is kept as
long as a browser asks its user for permission (240 s), that one which dribbles is cut, and that what clients have half
sent stays within a bound for all of them together.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from typing import Any, Final, cast

from aiohttp import web

from ticket_daemon import presenters, wire
from ticket_daemon.errors import MessageError, TicketDaemonError
from ticket_daemon.frontends.native.guard.access import Gate
from ticket_daemon.frontends.native.guard.limits import client_of
from ticket_daemon.tasks import end
from ticket_daemon.web import headers
from ticket_daemon.web.origins import is_loopback

log = logging.getLogger(__name__)

KIB: Final = 1024
#: Seconds that a connection may say nothing. Chromium opens the connection, then asks its user for the permission to
#: use it, and gives up a WebSocket at 240 s.
UNSPOKEN_S: Final = 250.0
#: Seconds from a request's first byte to the end of its head.
HEAD_S: Final = 10.0
#: Seconds for a frame or a body that is longer than LONG to arrive whole: 10 MiB on a line of 2 Mbit/s.
MESSAGE_S: Final = 60.0
LONG: Final = 64 * KIB
#: The site of all pages that are kept out, whatever they call themselves.
REFUSED: Final = "-"
#: Seconds that a connection is kept after an answer, for the next request.
KEEP_ALIVE_S: Final = 15.0
#: One page's sites may have this part of an address's connections: what it opens leaves room for others there.
SITE_SHARE: Final = 0.5
#: Bytes of unfinished messages that all clients together may have; then whoever has most is cut.
UNFINISHED: Final = 256 * KIB * KIB
#: Bytes that may wait to be sent, for all clients together; then whoever reads least is cut.
UNSENT: Final = 64 * KIB * KIB
#: Seconds between two looks at all connections.
SWEEP_S: Final = 1.0
#: Seconds for a client to greet in TLS, and to let go of a request that was refused.
HANDSHAKE_S: Final = 10.0
_LINGER_S: Final = 2.0
#: Clients at a time that are told that there is no place; more are cut without a word.
TURNED_AWAY: Final = 50
#: Seconds after which one that found no place may try again.
RETRY_S: Final = 5
_FULL: Final = (
    f"HTTP/1.1 503 Service Unavailable\r\nRetry-After: {RETRY_S}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


class Connection(web.RequestHandler):
    """aiohttp's connection, with a clock and a count on it."""

    def __init__(self, door: Door, server: web.Server, loop: asyncio.AbstractEventLoop, **options: Any) -> None:
        super().__init__(server, loop=loop, **options)
        self.door = door
        self._time = loop.time
        self._client: str | None = None
        self.busy = False  #: a request is answered, or a WebSocket open
        self.since = 0.0  #: when it was made, or its last request answered
        self.answered = False  #: a request has been
        self.site = ""  #: the page that speaks over it, by its host
        self.begun = 0.0  #: when a head began to come; 0 while none does
        self.long_since = 0.0  #: since when more than LONG is unfinished; 0 while it is not
        self.unsent = 0  #: bytes of answers that wait for the client to read, as last counted
        self.unfinished = 0  #: bytes of what is not yet a whole message

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place, or be told that there is none."""
        peer = transport.get_extra_info("peername")
        client = client_of(str(peer[0])) if peer else ""
        if not self.door.enter(self, client):
            self.door.turn_away(cast(asyncio.Transport, transport))
            return
        self._client = client
        self.since = self._time()
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Bytes of a head, a body or frames."""
        if self._client is None:
            return
        if not self.busy and not self.begun:
            self.begun = self._time()
        self.unfinished += len(data)
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Give the place back."""
        if self._client is not None:
            self.door.leave(self, self._client)
            super().connection_lost(exc)

    def request_begins(self) -> None:
        """A head is whole."""
        self.busy = True
        self.message_ends()

    def request_ends(self) -> None:
        """It is answered; the next one's clock starts with its first byte."""
        self.busy = False
        self.answered = True
        self.since = self._time()
        self.message_ends()

    def message_ends(self) -> None:
        """What came so far was whole."""
        self.begun = 0.0
        self.unfinished = 0
        self.long_since = 0.0

    @property
    def client(self) -> str:
        """Whose it is, as it is counted; "" for one that found no place."""
        return self._client or ""

    @property
    def is_idle(self) -> bool:
        """Nothing is under way on it, and something was."""
        return self.answered and not self.busy and not self.begun and not self.to_send()

    def to_send(self) -> int:
        """Bytes that the client has not read yet."""
        return self.transport.get_write_buffer_size() if self.transport is not None else 0

    @property
    def may_go(self) -> bool:
        """Whether nothing is lost with it: it waits for no answer, or is a page's that is kept out."""
        return not self.busy or self.site == REFUSED

    def cut(self) -> None:
        """End it at once."""
        if self.transport is not None:
            self.transport.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Bytes that are no HTTP: told so, without a traceback for each in the log."""
        del message
        if request.writer.output_size > 0:
            raise ConnectionError("part of an answer has left already")
        problem: TicketDaemonError
        if status == web.HTTPBadRequest.status_code:
            problem = MessageError("message.no_http")
            self.door.gate.refused("no_http", self._client or "")
        else:
            problem = TicketDaemonError("server.internal")
            log.error("request_failed", exc_info=exc)
        answer = presenters.error(problem, self.door.gate.settings.server.lang)
        fields = headers.of("", "application/json", "", "")
        response = web.Response(
            body=wire.encode(answer), status=status, content_type="application/json", headers=fields
        )
        response.force_close()
        return response


class Door:
    """Every connection, and the one task that looks after them."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._connections: set[Connection] = set()
        self._servers: list[asyncio.Server] = []
        self._sweeping: asyncio.Task[None] | None = None
        self._turned_away = 0
        self._unsent = 0  #: of all connections, as last counted: never less than it is

    async def listen(
        self, runner: web.AppRunner, host: str, port: int, *, reuse: bool | None, tls: ssl.SSLContext | None = None
    ) -> int:
        """Let clients in at `host` and `port`; the port it became. Raises OSError."""
        loop = asyncio.get_running_loop()
        server = runner.server
        assert server is not None

        def connection() -> Connection:
            return Connection(
                self, server, loop, keepalive_timeout=UNSPOKEN_S, lingering_time=_LINGER_S, access_log=None
            )

        handshake = HANDSHAKE_S if tls is not None else None  # without TLS asyncio takes no other value
        options: dict[str, Any] = {"ssl": tls, "ssl_handshake_timeout": handshake}
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            made = [await loop.create_server(connection, sock=one, **options) for one in await _bound(host, port)]
        else:
            made = [await loop.create_server(connection, host or None, port, reuse_address=reuse, **options)]
        self._servers += made
        if self._sweeping is None:
            self._sweeping = asyncio.create_task(self._sweep())
        return int(made[0].sockets[0].getsockname()[1])

    def shut(self) -> None:
        """Let nobody in any more; who is in stays."""
        for server in self._servers:
            server.close()

    async def close(self) -> None:
        """End the task."""
        if self._sweeping is not None:
            await end(self._sweeping)
        self.gate.tell_refused(now=True)

    def enter(self, connection: Connection, client: str) -> bool:
        """Whether there is a place."""
        places = self.gate.places
        if not places.enter(client):
            self._evict(client)
            if not places.enter(client):
                self.gate.refused("connection_refused", client)
                return False
        self._connections.add(connection)
        return True

    def _evict(self, client: str) -> None:
        """Make room for a client where the places are full: of those that wait for nothing, the oldest goes."""
        own = self.gate.places.is_full_for(client)
        near = is_loopback(client)
        idle = [
            one
            for one in self._connections
            if one.may_go and (one.client == client if own else is_loopback(one.client) == near)
        ]
        if idle:
            # Whoever was answered can ask again; whoever said nothing may be waiting for its user's permission.
            victim = min(idle, key=lambda one: (one.site != REFUSED, one.begun > 0, not one.answered, one.since))
            self.gate.refused("connection_evicted", victim.client)
            self.leave(victim, victim.client)
            victim.cut()

    def seat(self, connection: Connection, site: str) -> bool:
        """Count a connection as that of a page's site; False when the site has its share of the address's places."""
        if connection.site == site:
            return True
        share = max(1, int(self.gate.places.each * SITE_SHARE))
        same = [one for one in self._connections if one.site == site and one.client == connection.client]
        if len(same) >= share:
            idle = [one for one in same if one.may_go]
            if not idle:
                self.gate.refused("site_refused", connection.client, site=site)
                return False
            min(idle, key=lambda one: one.since).cut()
        connection.site = site
        return True

    def turn_away(self, transport: asyncio.Transport) -> None:
        """Say that there is no place. To close at once would make the system take the answer back with a reset."""
        if self._turned_away >= TURNED_AWAY or not transport.can_write_eof():
            transport.abort()
            return
        self._turned_away += 1
        transport.write(_FULL.encode())
        transport.write_eof()
        asyncio.get_running_loop().call_later(_LINGER_S, self._forget, transport)

    def _forget(self, transport: asyncio.Transport) -> None:
        self._turned_away -= 1
        transport.abort()

    def owes(self, connection: Connection, size: int) -> None:
        """Count that `size` bytes wait to be sent over a connection. Too much for all together: who has most is cut."""
        self._unsent += size - connection.unsent
        connection.unsent = size
        if self._unsent <= UNSENT:
            return
        for one in self._connections:  # much of it may have been read meanwhile
            one.unsent = max(one.to_send(), size if one is connection else 0)
        self._unsent = sum(one.unsent for one in self._connections)
        while self._unsent > UNSENT:
            most = max(self._connections, key=lambda one: one.unsent)
            self._unsent -= most.unsent
            most.unsent = 0
            self.gate.refused("client_too_slow", most.client)
            most.cut()

    def leave(self, connection: Connection, client: str) -> None:
        """It is gone, or as good as gone."""
        if connection in self._connections:
            self._connections.discard(connection)
            self._unsent -= connection.unsent
            connection.unsent = 0
            self.gate.places.leave(client)

    async def _sweep(self) -> None:
        now: Callable[[], float] = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(SWEEP_S)
            self.sweep(now())
            self.gate.tell_refused()

    def sweep(self, now: float) -> None:
        """Cut who dribbles, and who has piled up most while all of it is too much."""
        unfinished = 0
        for connection in tuple(self._connections):
            unfinished += connection.unfinished
            if connection.unfinished <= LONG:
                connection.long_since = 0.0
            elif not connection.long_since:
                connection.long_since = now
            if connection.is_idle and now - connection.since > KEEP_ALIVE_S:
                connection.cut()
                continue
            if connection.begun and now - connection.begun > HEAD_S:
                self._cut(connection, "head_too_slow")
            elif connection.long_since and now - connection.long_since > MESSAGE_S:
                self._cut(connection, "message_too_slow")
        if unfinished > UNFINISHED:
            self._cut(max(self._connections, key=lambda c: c.unfinished), "too_much_unfinished")

    def _cut(self, connection: Connection, why: str) -> None:
        self.gate.refused("client_too_slow_to_ask", connection.client, why=why)
        connection.cut()


async def _bound(host: str, port: int) -> list[socket.socket]:
    """A socket of each address of `host`, which no other program can bind beside us. Raises OSError.

    On Windows any program may otherwise listen at a port that another has, and take its connections.
    """
    made: list[socket.socket] = []
    found = await asyncio.get_running_loop().getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    try:
        for family, kind, protocol, _, address in dict.fromkeys(found):
            made.append(one := socket.socket(family, kind, protocol))
            one.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_EXCLUSIVEADDRUSE"), 1)  # noqa: B009 - Windows' alone
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
    except OSError:
        for one in made:
            one.close()
        raise
    return made
