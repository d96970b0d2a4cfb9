"""`socket://host:port`: raw bytes over TCP, as network printers take them on port 9100.

It knows TCP; it does not know what the bytes mean. It promises one connection at a time, kept between jobs, that what
the printer says is always read (an unread answer would block it), and, where the system can tell (Linux), that a
job has settled only when the printer's own TCP has acknowledged every byte.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Final

from ticket_daemon.errors import LinkError
from ticket_daemon.transport.addresses import SocketAddress
from ticket_daemon.transport.base import OPEN_TIMEOUT_S, STALL_S, Capabilities, Link, LinkBroken

if sys.platform != "win32":
    import fcntl
    import termios

CHUNK: Final = 64 * 1024
#: Looks at what the printer has not acknowledged: some in successive turns of the event loop, since on a good network
#: the answer is there within a fraction of a millisecond; then with pauses (seconds), each twice the one before.
QUICK_LOOKS: Final = 4
FIRST_LOOK_S: Final = 0.001
LAST_LOOK_S: Final = 0.02
_TCP_CLOSE: Final = 7  # linux/tcp.h
CLOSE_TIMEOUT_S: Final = 1.0
#: A printer that vanished is noticed within a minute: first probe after 30 s of silence, then two more, 10 s apart.
KEEP_ALIVE: Final = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
ANSWER_LIMIT: Final = 64 * 1024


class SocketLink(Link):
    """One TCP connection to a network printer."""

    capabilities = Capabilities("shared", True, "printer", "printer")
    two_way = True

    def __init__(self, address: SocketAddress, stall_s: float = STALL_S) -> None:
        self._host = address.host
        self._port = address.port
        self._stall_s = stall_s
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.port = f"{self._host}:{self._port}"

    @property
    def is_open(self) -> bool:
        if self._writer is None or self._reader is None:
            return False
        return not self._writer.is_closing() and not self._reader.at_eof()

    async def open(self) -> None:
        await self.close()
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=ANSWER_LIMIT)
        except TimeoutError:
            raise LinkError("link.no_answer", port=self.port, seconds=OPEN_TIMEOUT_S) from None
        except ConnectionRefusedError:
            raise LinkError("link.refused", port=self.port) from None
        except socket.gaierror as error:
            raise LinkError("link.unknown_host", host=self._host, detail=str(error)) from None
        except (OSError, ValueError) as error:  # ValueError: a name that DNS cannot even be asked for
            raise LinkError("link.cannot_open", port=self.port, detail=str(error)) from error
        connection = self._writer.get_extra_info("socket")
        _keep_alive(connection)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._writer.transport.set_write_buffer_limits(0)

    async def write(self, data: bytes) -> None:
        assert self._writer is not None
        sent = 0
        try:
            for start in range(0, len(data), CHUNK):
                chunk = data[start : start + CHUNK]
                _check_open(self._writer)
                self._writer.write(chunk)
                # Counted before it is known to be taken: from here on nobody can say that nothing arrived.
                sent += len(chunk)
                if self._writer.transport.get_write_buffer_size():
                    await self._drained()
            _check_open(self._writer)
        except TimeoutError:
            raise LinkBroken("link.stalled", sent=sent, port=self.port, seconds=self._stall_s) from None
        except OSError as error:
            raise LinkBroken("link.broken", sent=sent, port=self.port, detail=str(error)) from error

    async def settled(self) -> None:
        if self._writer is None:
            raise LinkBroken("link.broken", sent=1, port=self.port, detail="closed")
        try:
            await self._acknowledged(self._writer)
        except TimeoutError:
            raise LinkBroken("link.stalled", sent=1, port=self.port, seconds=self._stall_s) from None
        except (OSError, ValueError) as error:  # ValueError: asked of a socket that was closed meanwhile
            raise LinkBroken("link.broken", sent=1, port=self.port, detail=str(error)) from error

    async def _drained(self) -> None:
        """Until the kernel has taken everything; TimeoutError when nothing moves for `stall_s`."""
        assert self._writer is not None
        transport = self._writer.transport
        while left := transport.get_write_buffer_size():
            try:
                async with asyncio.timeout(self._stall_s):
                    await self._writer.drain()
            except TimeoutError:
                if transport.get_write_buffer_size() >= left:
                    raise

    async def _acknowledged(self, writer: asyncio.StreamWriter) -> None:
        """Until the printer's TCP has everything; TimeoutError when nothing moves for `stall_s`."""
        connection = writer.get_extra_info("socket")
        left, still, look, looks = -1, 0.0, FIRST_LOOK_S, 0
        while left:
            if looks < QUICK_LOOKS:  # before the first one too: no printer answers within the turn in which it is asked
                looks += 1
                await asyncio.sleep(0)
            elif is_dead(connection):
                raise ConnectionResetError("closed before the last bytes were acknowledged")
            else:
                await asyncio.sleep(look)
                still += look
                look = min(2 * look, LAST_LOOK_S)
            _check_open(writer)
            now = unacknowledged(connection)
            if now != left:
                left, still = now, 0.0
            elif still >= self._stall_s:
                raise TimeoutError

    async def read(self) -> bytes:
        assert self._reader is not None
        try:
            return await self._reader.read(ANSWER_LIMIT)
        except OSError:
            return b""

    async def close(self) -> None:
        writer, self._writer = self._writer, None
        reader, self._reader = self._reader, None
        if writer is None or reader is None:
            return
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await _part(reader, writer)
                writer.close()
                await writer.wait_closed()
        except (TimeoutError, OSError):
            writer.transport.abort()


def _keep_alive(connection: socket.socket) -> None:
    """Have the system notice a printer that is gone without a word, on a connection where nothing is sent."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEP_ALIVE.items():
        if hasattr(socket, name):  # not on every system, nor on old Windows
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


async def _part(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say that nothing more comes (FIN) and hear the printer out.

    To close with an answer unread would be a reset, at which some printers forget what they have not printed yet.
    """
    if writer.is_closing() or writer.transport.get_write_buffer_size():
        return
    writer.write_eof()
    while await reader.read(ANSWER_LIMIT):
        pass


def _check_open(writer: asyncio.StreamWriter) -> None:
    """Raise ConnectionResetError once the connection is gone: its buffer is empty then, as if all had been taken."""
    if writer.is_closing():
        raise ConnectionResetError("the connection is closed")


def is_dead(connection: socket.socket) -> bool:
    """Whether the system has given the connection up. After the printer's FIN nobody reads, so nobody else notices.

    The first byte of TCP_INFO is the state (Linux tcp(7)); unknown elsewhere, where the stall ends the wait.
    """
    if not hasattr(socket, "TCP_INFO"):
        return False
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _TCP_CLOSE


def unacknowledged(connection: socket.socket) -> int:
    """Bytes that the far side's TCP has not acknowledged; 0 where the system cannot tell.

    Linux answers TIOCOUTQ on a TCP socket with them (tcp(7), SIOCOUTQ). Not known on Windows: there a write ends when
    the kernel has the bytes.
    """
    if sys.platform != "win32":
        return int.from_bytes(fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0" * 4), sys.byteorder)
    return 0
