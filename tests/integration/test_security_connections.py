"""Who opens connections and holds them keeps nobody out: over real sockets, as pages and programs do."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from support.attacker import EVIL, POS, raw, request, websocket
from support.client import EXAMPLE, client
from support.daemon_process import DaemonProcess, daemon_process
from ticket_daemon.frontends.native.guard import door

TIMEOUT_S = 20.0
EACH = 8


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[DaemonProcess]:
    config = f"""
[server]
allowed_origins = ["{POS}"]
[limits]
jobs_per_minute = 0
connections_per_address = {EACH}
"""
    with daemon_process(tmp_path, config=config) as running:
        yield running


def asked(port: int, head: str) -> tuple[socket.socket, bytes]:
    """A connection that asked for `/health` and is kept open, and the answer's head."""
    made = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
    made.sendall(f"GET /health HTTP/1.1\r\n{head}\r\n\r\n".encode())
    said = b""
    while b"\r\n\r\n" not in said:
        part = made.recv(65536)
        if not part:
            break
        said += part
    return made, said


async def test_a_page_that_is_refused_keeps_no_place_under_however_many_names(daemon: DaemonProcess) -> None:
    with contextlib.ExitStack() as stack:
        for n in range(3 * EACH):
            host = (f"h{n}.localhost", "127.0.0.1", "localhost")[n % 3]
            made, said = asked(
                daemon.port, f"Host: {host}:{daemon.port}\r\nOrigin: {EVIL}\r\nSec-Fetch-Site: cross-site"
            )
            stack.enter_context(made)
            assert b"connection: close" in said.lower(), said
            made.settimeout(TIMEOUT_S)
            while made.recv(65536):  # to the end: the daemon has closed it
                pass
        async with client(daemon.url) as till:
            await till.print(EXAMPLE)


@pytest.mark.parametrize(
    "head",
    ["Host: localhost", f"Host: localhost\r\nOrigin: {POS}", ""],
    ids=["answered", "answered-to-a-page", "never-spoken"],
)
async def test_idle_connections_make_room_for_a_till(daemon: DaemonProcess, head: str) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(3 * EACH):
            if head:
                made, said = asked(daemon.port, head)
                assert said.startswith(b"HTTP/1.1 200")
            else:
                made = socket.create_connection(("127.0.0.1", daemon.port))
            stack.enter_context(made)
        async with client(daemon.url) as till:
            await till.print(EXAMPLE)


async def test_heads_that_never_end_make_room_for_a_till(daemon: DaemonProcess) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(2 * EACH):
            made = stack.enter_context(socket.create_connection(("127.0.0.1", daemon.port)))
            made.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        async with client(daemon.url) as till:
            await till.print(EXAMPLE)


async def test_a_page_that_opens_many_sockets_leaves_room_for_others(daemon: DaemonProcess) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(int(EACH * door.SITE_SHARE)):
            await stack.enter_async_context(websocket(daemon.url, {"Origin": POS}))
        with pytest.raises(aiohttp.WSServerHandshakeError, match="429"):
            await stack.enter_async_context(websocket(daemon.url, {"Origin": POS}))
        async with client(daemon.url) as till:
            await till.print(EXAMPLE)
        # Whoever is in with a till's socket is never put out for a newcomer.
        assert request(f"{daemon.url}/health").status == 200


@pytest.mark.parametrize(
    "host",
    ["h0.localhost", "localhost.evil.com", "[::1].evil.com", "[::1]evil", "[::1", "127.0.0.1%evil.com", "::1%evil.com",
     "[::1%evil.com]", "localhost:80:80", "localhost@evil.com", "127.0.0.1.evil.com", "localhost/", "127.0.0.1#"],
)  # fmt: skip
def test_a_host_that_only_looks_like_this_machine_is_refused(daemon: DaemonProcess, host: str) -> None:
    said = raw(daemon.port, f"GET /health HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert said.startswith(b"HTTP/1.1 403"), said


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8766", "127.0.0.1", "[::1]", "[::1]:8766", "127.0.0.1:"])
def test_a_host_that_is_this_machine_is_let_in(daemon: DaemonProcess, host: str) -> None:
    said = raw(daemon.port, f"GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert said.startswith(b"HTTP/1.1 200"), said
