"""Whoever asks without end, or never reads, delays nobody and fills no memory: over real connections."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from support.attacker import websocket
from support.client import EXAMPLE, client
from support.daemon_process import daemon_process
from support.inside import running, seen
from ticket_daemon.frontends.native.guard import door

TIMEOUT_S = 20.0
JOBS = 200


@pytest.mark.parametrize(
    "flood",
    [
        {"tipo": "get_jobs", "limit": 1000},
        {"tipo": "job", "id": "s5"},
        {"tipo": "get_printers"},
        {"tipo": "ping", "id": "p"},
        {"tipo": "reprint", "id": "nope"},
        {"tipo": "subscribe", "topics": ["printers"]},
    ],
    ids=lambda flood: flood["tipo"],
)
async def test_a_till_is_answered_before_a_flood_that_came_first(tmp_path: Path, flood: dict[str, Any]) -> None:
    """Over several connections of one address, more is asked for than could be answered before the till's ticket."""
    count = 2000
    async with running(tmp_path, queue={"capacity": 1000}) as daemon:
        url = daemon.url.rstrip("/")
        async with client(url) as till, contextlib.AsyncExitStack() as stack:
            for n in range(JOBS):
                await till.print(EXAMPLE, id=f"s{n}")
            floods = [await stack.enter_async_context(websocket(url)) for _ in range(3)]
            heard = [0] * len(floods)

            async def listen(n: int) -> None:
                async for _ in floods[n]:
                    heard[n] += 1

            text = json.dumps(flood)
            listening = [asyncio.create_task(listen(n)) for n in range(len(floods))]
            sending = [asyncio.create_task(_send(ws, text, count)) for ws in floods]
            await seen(lambda: all(heard))
            before = sum(heard)
            async with asyncio.timeout(TIMEOUT_S):
                for n in range(5):
                    await till.until_answer({"tipo": "ticket", "id": f"t{n}", "datos": EXAMPLE}, "ack")
            assert sum(heard) - before < count, "the till's tickets did not wait for the flood's end"
            for task in (*sending, *listening):
                task.cancel()
            await asyncio.gather(*sending, *listening, return_exceptions=True)


async def _send(ws: Any, text: str, count: int) -> None:
    for _ in range(count):
        await ws.send_str(text)


async def test_what_waits_to_be_sent_stays_within_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bound = 300_000
    monkeypatch.setattr(door, "UNSENT", bound)
    async with running(tmp_path, queue={"capacity": 1000}) as daemon:
        url = daemon.url.rstrip("/")
        async with client(url) as till, contextlib.AsyncExitStack() as stack:
            for n in range(JOBS):
                await till.print(EXAMPLE, id=f"s{n}")
            deaf = [await stack.enter_async_context(websocket(url)) for _ in range(8)]
            for ws in deaf:  # they ask and never read
                assert ws._response is not None
                ws._response.connection.transport.pause_reading()  # type: ignore[union-attr]
            most = 0

            def measured() -> bool:
                nonlocal most
                most = max(most, sum(c.to_send() for c in daemon.door._connections))
                return len(daemon.door._connections) < 9

            for _ in range(200):
                for ws in deaf:
                    with contextlib.suppress(ConnectionError):
                        await ws.send_str('{"tipo": "get_jobs", "limit": 1000}')
                if measured():
                    break
            await seen(measured)
            assert most <= bound + 200_000, "one answer more than the bound at most"
            await till.print(EXAMPLE)
            assert daemon.door._unsent <= bound


async def test_a_client_that_never_reads_is_asked_for_no_more(tmp_path: Path) -> None:
    with daemon_process(tmp_path) as daemon:
        async with websocket(daemon.url) as deaf, client(daemon.url) as till:
            assert deaf._response is not None
            deaf._response.connection.transport.pause_reading()  # type: ignore[union-attr]
            sending = asyncio.create_task(_send(deaf, '{"tipo": "get_printers"}', 20_000))
            for n in range(5):
                await till.print(EXAMPLE, id=f"t{n}")
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
