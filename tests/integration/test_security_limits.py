"""Floods, dribbles and bombs over real connections: who does too much is stopped, everybody else goes on."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
from pathlib import Path

import pytest

from support.attacker import raw, request, websocket
from support.client import EXAMPLE, client
from support.daemon_process import daemon_process
from support.inside import pass_time, running, seen
from ticket_daemon.frontends.native.guard import access, door, middleware

TIMEOUT_S = 20.0
CAJA, COCINA = "token-of-caja", "token-of-cocina"


# --- jobs in a minute ---


async def test_a_clients_jobs_are_counted_over_all_its_connections_and_ways(tmp_path: Path) -> None:
    with daemon_process(tmp_path, config="[limits]\njobs_per_minute = 5\n") as daemon:
        for _ in range(2):  # reconnecting resets nothing
            async with client(daemon.url) as c:
                for _ in range(2):
                    printed, _ = await c.print(EXAMPLE)
        body = {"datos": EXAMPLE}
        assert request(f"{daemon.url}/api/v1/jobs", "POST", body).status == 202
        refused = request(f"{daemon.url}/api/v1/jobs", "POST", body)
        assert (refused.status, refused.json["code"]) == (429, "rate_limited")
        assert 1 <= refused.json["retry_after_s"] <= 12
        assert refused.headers["Retry-After"] == str(refused.json["retry_after_s"])
        async with client(daemon.url) as c:
            ticket = await c.ask({"tipo": "ticket", "id": "one-too-many", "datos": EXAMPLE})
            assert (ticket["code"], ticket["id"]) == ("rate_limited", "one-too-many")
            assert (await c.ask({"tipo": "reprint", "id": printed["id"]}))["code"] == "rate_limited"
            assert (await c.ask({"tipo": "status"}))["tipo"] == "status", "only jobs are limited"
            assert (await c.ask({"tipo": "job", "id": "one-too-many"}))["code"] == "unknown_job"
        assert "rate_limited" in [line["event"] for line in daemon.log]


async def test_each_token_has_its_own_count(tmp_path: Path) -> None:
    tables = "".join(
        f'[[auth.tokens]]\nname = "{t}"\nsha256 = "{hashlib.sha256(t.encode()).hexdigest()}"\n' for t in (CAJA, COCINA)
    )
    with daemon_process(tmp_path, config=f"[limits]\njobs_per_minute = 2\n{tables}") as daemon:
        async with client(daemon.url) as c:
            for token in (CAJA, COCINA):
                for _ in range(2):
                    await c.print(EXAMPLE, auth_token=token)
                assert (await c.ask({"tipo": "ticket", "datos": EXAMPLE, "auth_token": token}))[
                    "code"
                ] == "rate_limited"


async def test_thirty_jobs_a_minute_are_the_default(tmp_path: Path) -> None:
    async with running(tmp_path, limits={}) as daemon, client(daemon.url.rstrip("/")) as c:
        answers = [await c.until_answer({"tipo": "ticket", "datos": EXAMPLE}, "ack") for _ in range(30)]
        assert len({answer["id"] for answer in answers}) == 30
        await c.send({"tipo": "ticket", "datos": EXAMPLE})
        assert (await c.until(lambda a: a["tipo"] == "error"))["code"] == "rate_limited"


# --- connections ---


async def test_an_address_has_so_many_connections_and_gets_them_back(tmp_path: Path) -> None:
    with daemon_process(tmp_path, config="[limits]\njobs_per_minute = 0\nconnections_per_address = 4\n") as daemon:
        async with contextlib.AsyncExitStack() as stack:
            first = await stack.enter_async_context(client(daemon.url))
            others = [contextlib.AsyncExitStack() for _ in range(3)]
            for other in others:
                await other.enter_async_context(websocket(daemon.url))
            assert raw(daemon.port, b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").startswith(b"HTTP/1.1 503")
            await first.print(EXAMPLE)  # whoever is in goes on
            for other in others:
                await other.aclose()
            async with asyncio.timeout(TIMEOUT_S):
                while (await asyncio.to_thread(request, f"{daemon.url}/health")).status != 200:
                    pass
        assert "connection_refused" in [line["event"] for line in daemon.log]


# --- slow and half-open clients ---


async def gone(reader: asyncio.StreamReader) -> bytes:
    """What comes before the daemon ends the connection."""
    async with asyncio.timeout(TIMEOUT_S):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


async def test_a_head_that_dribbles_is_cut_and_a_socket_that_says_nothing_is_kept(tmp_path: Path) -> None:
    """Browsers open the connection, then ask their user for permission: until then it is silent."""
    async with running(tmp_path) as daemon:
        silent_reader, silent = await asyncio.open_connection("127.0.0.1", daemon.port)
        slow_reader, slow = await asyncio.open_connection("127.0.0.1", daemon.port)
        slow.write(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        await seen(lambda: any(c.begun for c in daemon.door._connections))
        for _ in range(3):  # each byte is no new beginning
            slow.write(b"a")
            await slow.drain()
        pass_time(daemon, door.HEAD_S - 1)
        assert len(daemon.door._connections) == 2
        pass_time(daemon, door.HEAD_S + 1)
        assert await gone(slow_reader) == b""
        pass_time(daemon, 239)
        silent.write(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert (await gone(silent_reader)).startswith(b"HTTP/1.1 200")
        for writer in (silent, slow):
            writer.close()


async def test_a_connection_is_kept_a_short_while_after_its_answer(tmp_path: Path) -> None:
    async with running(tmp_path) as daemon:
        reader, writer = await asyncio.open_connection("127.0.0.1", daemon.port)
        writer.write(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
        await seen(lambda: all(c.is_idle for c in daemon.door._connections))
        pass_time(daemon, door.KEEP_ALIVE_S - 1)
        assert len(daemon.door._connections) == 1
        pass_time(daemon, door.KEEP_ALIVE_S + 1)
        await gone(reader)
        assert not daemon.door._connections
        writer.close()


async def test_a_second_head_on_the_same_connection_has_its_own_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "HEAD_S", door.KEEP_ALIVE_S - 2)
    async with running(tmp_path) as daemon:
        reader, writer = await asyncio.open_connection("127.0.0.1", daemon.port)
        writer.write(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
        pass_time(daemon, door.HEAD_S + 1)  # an idle connection is not a slow one
        writer.write(b"GET /he")
        await seen(lambda: any(c.begun for c in daemon.door._connections))
        pass_time(daemon, door.HEAD_S + 1)
        await gone(reader)
        assert not daemon.door._connections
        writer.close()


def test_a_silent_connection_outlives_what_chromium_waits_for_its_user() -> None:
    assert door.UNSPOKEN_S > 240


async def test_a_socket_that_never_says_anything_ends_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "UNSPOKEN_S", 0.2)
    async with running(tmp_path) as daemon:
        reader, writer = await asyncio.open_connection("127.0.0.1", daemon.port)
        assert await gone(reader) == b""
        writer.close()


async def test_a_body_that_dribbles_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "BODY_S", 0.2)
    async with running(tmp_path) as daemon:
        reader, writer = await asyncio.open_connection("127.0.0.1", daemon.port)
        writer.write(
            b"POST /api/v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b'Content-Length: 5000\r\n\r\n{"datos'
        )
        said = await gone(reader)
        assert said.startswith(b"HTTP/1.1 408")
        assert b'"too_slow"' in said
        writer.close()


async def test_a_frame_that_never_ends_is_cut_and_a_patient_client_is_not(tmp_path: Path) -> None:
    async with running(tmp_path) as daemon, client(daemon.url.rstrip("/")) as patient:
        async with websocket(daemon.url.rstrip("/")) as slow:
            assert slow._response is not None
            transport = slow._response.connection.transport  # type: ignore[union-attr]
            # 5 MiB are announced, somewhat over LONG is sent.
            transport.write(b"\x81\xff" + (5 << 20).to_bytes(8, "big") + b"\0\0\0\0" + b"x" * (door.LONG + 1))
            await seen(lambda: any(c.unfinished > door.LONG for c in daemon.door._connections))
            pass_time(daemon, 0)
            pass_time(daemon, door.MESSAGE_S + 1)
            await seen(lambda: len(daemon.door._connections) == 1)
        await patient.print(EXAMPLE)


async def test_all_that_is_half_sent_stays_within_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "UNFINISHED", 300_000)
    async with (
        running(tmp_path) as daemon,
        client(daemon.url.rstrip("/")) as honest,
        contextlib.AsyncExitStack() as stack,
    ):
        hoarders = []
        for size in (50_000, 200_000, 100_000):
            hoarder = await stack.enter_async_context(websocket(daemon.url.rstrip("/")))
            assert hoarder._response is not None
            hoarders.append(hoarder._response.connection.transport)  # type: ignore[union-attr]
            hoarders[-1].write(b"\x81\xff" + (5 << 20).to_bytes(8, "big") + b"\0\0\0\0" + b"x" * size)
            await seen(lambda size=size: any(c.unfinished >= size for c in daemon.door._connections))
        await seen(lambda: sum(c.unfinished for c in daemon.door._connections) > 350_000)
        pass_time(daemon, 0)
        await seen(lambda: len(daemon.door._connections) == 3)
        assert max(c.unfinished for c in daemon.door._connections) < 150_000, "whoever had most is gone"
        await honest.print(EXAMPLE)
        for transport in hoarders:  # a close handshake within an unfinished frame would be waited for in vain
            transport.abort()


async def test_pings_are_answered_and_pongs_are_no_unfinished_message(tmp_path: Path) -> None:
    async with running(tmp_path) as daemon, websocket(daemon.url.rstrip("/")) as ws:
        assert (await ws.receive_json())["tipo"] == "info"
        await ws.ping(b"are you there")
        for _ in range(20):
            await ws.pong(b"x" * 100)
        await ws.send_json({"tipo": "ping", "id": "p"})
        assert (await ws.receive_json())["tipo"] == "pong"
        assert [c.unfinished for c in daemon.door._connections] == [0]


# --- bombs ---


@pytest.mark.parametrize(
    "opening", ["[", '{"a":', '{"tipo":"ticket","datos":', '{"tipo":"ticket","datos":{"commands":[']
)
async def test_nesting_without_end_is_an_answer_and_not_an_end(tmp_path: Path, opening: str) -> None:
    bomb = opening + '[{"a":' * 500_000
    with daemon_process(tmp_path) as daemon:
        async with client(daemon.url) as c:
            assert (await c.ask(bomb))["code"] in ("invalid_json", "invalid_message", "invalid_document")
            closed = bomb + "1" + "}]" * 500_000
            assert (await c.ask(closed))["tipo"] == "error"
            await c.print(EXAMPLE)
        said = request(f"{daemon.url}/api/v1/jobs", "POST", bomb.encode())
        assert said.status in (400, 422)


async def test_a_flood_of_previews_leaves_room_for_tickets(tmp_path: Path) -> None:
    line = {"type": "text", "data": {"content": "x" * 40}}
    long = {"version": "1.0", "profile": {"model": "Generic 80mm"}, "commands": [line] * 300}
    flood = json.dumps({"tipo": "preview", "datos": long})
    with daemon_process(tmp_path, config="[limits]\njobs_per_minute = 5\n") as daemon:
        async with client(daemon.url) as pos, client(daemon.url) as attacker:
            for _ in range(5 * access.PREVIEWS_PER_JOB + 1):
                await attacker.send(flood)
            _, result = await pos.print(EXAMPLE)
            assert result["status"] == "success"
            refused = await attacker.until(lambda a: a["tipo"] == "error")
            assert (refused["code"], refused["retry_after_s"] > 0) == ("rate_limited", True)


async def test_noise_on_many_connections_leaves_the_daemon_printing(tmp_path: Path) -> None:
    with daemon_process(tmp_path, config="[limits]\njobs_per_minute = 0\n") as daemon:
        noise = [os.urandom(2000), b"GET " * 3000, b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 3000, b"\0" * 9000]
        for data in noise:
            assert b"200 OK" not in raw(daemon.port, data + b"\r\n\r\n")
        async with client(daemon.url) as c:
            await c.print(EXAMPLE)
        assert "Traceback" not in "".join(daemon.output)
