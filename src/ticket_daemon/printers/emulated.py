"""An emulated network printer: a TCP port that behaves like a receipt printer's, its faults included.

It knows sockets and how a printer misbehaves on them; what bytes mean is `poster.emulator`'s. It promises that every
byte received is recorded per connection, that answers keep their order, and that waiting goes through the `sleep`
that was passed in.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from ticket_daemon import tasks
from ticket_daemon.poster.emulator import Paper, Printer
from ticket_daemon.poster.profile.model import Profile

Sleep = Callable[[float], Awaitable[Any]]

#: Bytes taken from a connection at once, and what the kernel is asked to hold: a printer has little room.
_CHUNK: Final = 4096
_KERNEL_BUFFER: Final = 4096
#: Seconds between two pieces of a slow reader.
_SLOW_TICK: Final = 0.05
#: SO_LINGER on, zero seconds: close() sends RST. Windows has it in 16-bit numbers.
_LINGER_NOTHING: Final = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
#: Connections remembered, and recorded bytes kept in all: the emulator may run for days.
_CONNECTIONS: Final = 1_000
_RECORDED_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class Faults:
    """How the printer misbehaves on the line. May be changed while it runs; the next piece of bytes obeys."""

    never_read: bool = False  #: accepts connections and reads nothing
    bytes_per_second: int | None = None  #: reads no faster
    drop_after: int | None = None  #: closes each connection after so many bytes
    reset_after: int | None = None  #: the same with a reset (RST)
    answer_delay: float = 0.0  #: seconds before each answer
    nonsense: bytes | None = None  #: sent in place of every answer
    mute: bool = False  #: never answers

    @property
    def limit(self) -> int | None:
        """Bytes after which a connection ends."""
        limits = [limit for limit in (self.drop_after, self.reset_after) if limit is not None]
        return min(limits, default=None)


class Ticket(NamedTuple):
    """A piece of paper and the bytes that made it."""

    data: bytes
    paper: Paper


class EmulatedPrinter:
    """`async with EmulatedPrinter(profile) as printer:` listens on `printer.host` and `printer.port`.

    `printer.printer` is the emulator behind the port; use `set_condition` here rather than there, so that connected
    hosts are told. `on_job` is called when a connection ends, with the paper that came out meanwhile.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: Faults | None = None,
        refuse: bool = False,
        out_of_paper_after_lines: int | None = None,
        sleep: Sleep = asyncio.sleep,
        on_job: Callable[[Paper], None] | None = None,
    ) -> None:
        self.printer = Printer(profile, out_of_paper_after_lines=out_of_paper_after_lines)
        self.host = host
        self.port = port
        self.faults = faults or Faults()
        self._refuse = refuse
        self._sleep = sleep
        self._on_job = on_job
        self._server: asyncio.Server | None = None
        self._socket: socket.socket | None = None
        self._connections: set[_Connection] = set()
        self._recorded: deque[bytearray] = deque(maxlen=_CONNECTIONS)
        self._stream = bytearray()
        self._trimmed = 0
        self.wake = asyncio.Event()  #: set at every change that may let a connection go on

    # --- life ---

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Take the port, and listen on it unless told to refuse. Raises OSError when the port is taken."""
        if self._refuse:
            self._socket = self._bound()
        else:
            await self.listen()

    def _bound(self) -> socket.socket:
        """A socket that holds the port. Bound and not listening, it refuses connections."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_STREAM)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KERNEL_BUFFER)
            if os.name != "nt":  # on Windows it would let another program share the port
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((self.host, self.port))
        except OSError:
            bound.close()
            raise
        self.port = bound.getsockname()[1]
        return bound

    async def listen(self) -> None:
        """Accept connections (again)."""
        if self._server is None:
            held, self._socket = self._socket or self._bound(), None
            self._server = await asyncio.start_server(self._serve, sock=held, limit=_CHUNK)

    async def refuse(self) -> None:
        """Stop listening and end the connections, as a printer switched off; the port stays this one's."""
        await self._close_server()
        self._socket = self._bound()

    async def stop(self) -> None:
        """End everything."""
        await self._close_server()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def _close_server(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for connection in list(self._connections):
            await connection.end()
        if server is not None:
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None:  # switched off since the connection was taken
            writer.transport.abort()
            return
        connection = _Connection(self, reader, writer, self._sleep)
        self._connections.add(connection)
        self._recorded.append(connection.received)
        try:
            await connection.run()
        finally:
            self._connections.discard(connection)
        if self._on_job is not None and (paper := self.printer.take()) is not None:
            self._on_job(paper)

    # --- what tests and people ask ---

    @property
    def uri(self) -> str:
        """`socket://host:port`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"socket://{host}:{self.port}"

    @property
    def received(self) -> list[bytes]:
        """The bytes of each connection, oldest first, as far as they were read."""
        return [bytes(data) for data in self._recorded]

    @property
    def tickets(self) -> list[Ticket]:
        """Every piece that was cut, with the bytes since the piece before."""
        return [Ticket(self._bytes(*paper.span), paper) for paper in self.printer.tickets]

    def _bytes(self, first: int, end: int) -> bytes:
        return bytes(self._stream[max(0, first - self._trimmed) : max(0, end - self._trimmed)])

    def set_condition(self, **changes: Any) -> None:
        """Change the printer's condition (`paper_out=True` …) and tell connected hosts what the printer then sends."""
        told = self.printer.set_condition(**changes)
        for connection in self._connections:
            connection.answer(told)
        self._awaken()

    def set_faults(self, faults: Faults) -> None:
        """Misbehave another way from now on."""
        self.faults = faults
        self._awaken()

    def _awaken(self) -> None:
        self.wake.set()
        self.wake = asyncio.Event()

    def take_in(self, data: bytes) -> bytes:
        """For connections: these bytes reached the printer. Returns its answer."""
        self._stream += data
        if len(self._stream) > _RECORDED_BYTES:
            excess = len(self._stream) - _RECORDED_BYTES // 2
            del self._stream[:excess]
            self._trimmed += excess
        return self.printer.feed(data)


class _Connection:
    """One host's connection: reads as fast as the printer and its faults allow, answers in order."""

    def __init__(
        self, owner: EmulatedPrinter, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sleep: Sleep
    ) -> None:
        self.received = bytearray()
        self._count = 0
        self._owner = owner
        self._reader = reader
        self._writer = writer
        self._sleep = sleep
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()
        self._task = asyncio.current_task()

    async def run(self) -> None:
        """Until the host closes, a fault ends it, or the printer stops."""
        answering = asyncio.create_task(self._send_answers())
        try:
            await self._read()
        except (ConnectionError, asyncio.CancelledError):
            pass  # the host went, or `end` was called: either way the connection is over
        finally:
            with contextlib.suppress(ConnectionError):
                await tasks.end(answering)
            self._close()

    async def end(self) -> None:
        """Close the connection from outside."""
        task = self._task
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task])

    async def _read(self) -> None:
        while (count := await self._allowed()) > 0:
            data = await self._reader.read(count)
            if not data:
                await self._answers.join()
                return
            self._count += len(data)
            if len(self.received) < _RECORDED_BYTES:
                self.received += data
            self.answer(self._owner.take_in(data))

    async def _allowed(self) -> int:
        """Bytes to read next, once the printer takes any; 0 when a fault ends the connection here."""
        while True:
            owner, faults, wake = self._owner, self._owner.faults, self._owner.wake
            limit = faults.limit
            if limit is not None and self._count >= limit:
                return 0
            room = min(_CHUNK, owner.printer.room)
            if faults.never_read or room == 0:
                self._writer.transport.pause_reading()  # type: ignore[attr-defined]
                await wake.wait()
                self._writer.transport.resume_reading()  # type: ignore[attr-defined]
                continue
            if faults.bytes_per_second is not None:
                await self._sleep(_SLOW_TICK)
                room = min(room, max(1, round(faults.bytes_per_second * _SLOW_TICK)))
            return room if limit is None else min(room, limit - self._count)

    def answer(self, data: bytes) -> None:
        """Queue bytes for the host."""
        faults = self._owner.faults
        if data and not faults.mute:
            self._answers.put_nowait(data if faults.nonsense is None else faults.nonsense)

    async def _send_answers(self) -> None:
        while True:
            data = await self._answers.get()
            try:
                if self._owner.faults.answer_delay:
                    await self._sleep(self._owner.faults.answer_delay)
                self._writer.write(data)
                await self._writer.drain()
            finally:
                self._answers.task_done()

    def _close(self) -> None:
        faults = self._owner.faults
        if faults.reset_after is not None and self._count >= faults.reset_after:
            raw = self._writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOTHING)
            self._writer.transport.abort()
        else:
            self._writer.close()
