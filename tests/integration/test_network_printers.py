"""How a connection to a network printer is kept and ended."""

from __future__ import annotations

import asyncio
import socket

from support.tcp_printer import TcpPrinter
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.transport import Link, make_link
from ticket_daemon.transport.raw_socket import KEEP_ALIVE, SocketLink


def listening() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


async def connected(listener: socket.socket) -> tuple[Link, socket.socket]:
    link = make_link(f"socket://127.0.0.1:{listener.getsockname()[1]}", generic(80))
    await link.open()
    far, _ = await asyncio.to_thread(listener.accept)
    return link, far


def taken(far: socket.socket) -> bytes:
    """All that comes until the FIN; a reset raises."""
    data = bytearray()
    far.settimeout(20)
    while piece := far.recv(4096):
        data += piece
    return bytes(data)


async def test_a_connection_ends_with_a_fin_after_the_last_byte_and_no_reset() -> None:
    with listening() as listener:
        link, far = await connected(listener)
        with far:
            await link.write(b"ticket")
            far.sendall(b"\x12" * 1000)  # an answer that nobody waits for
            closing = asyncio.create_task(link.close())
            assert await asyncio.to_thread(taken, far) == b"ticket"
            # The printer still has something to say: it may, until it closes too.
            far.sendall(b"\x12" * 1000)
            far.shutdown(socket.SHUT_WR)
            await closing
            assert far.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0


async def test_a_printer_that_never_closes_is_not_waited_for_long() -> None:
    with listening() as listener:
        link, far = await connected(listener)
        with far:
            async with asyncio.timeout(5):
                await link.close()
            assert not link.is_open


async def test_a_printer_that_stands_still_is_left_without_ceremony() -> None:
    with TcpPrinter(reads=False) as printer:
        link = make_link(printer.uri, generic(80))
        await link.open()
        writing = asyncio.create_task(link.write(bytes(16 << 20)))
        await asyncio.wait([writing], timeout=0.1)
        writing.cancel()
        await asyncio.wait([writing])
        async with asyncio.timeout(5):
            await link.close()


async def test_a_vanished_printer_is_noticed_by_the_system() -> None:
    with listening() as listener:
        link, far = await connected(listener)
        assert isinstance(link, SocketLink)
        assert link._writer is not None
        connection = link._writer.get_extra_info("socket")
        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        for name, value in KEEP_ALIVE.items():
            if hasattr(socket, name):
                assert connection.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) == value
        far.close()
        await link.close()
