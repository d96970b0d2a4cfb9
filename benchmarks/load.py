"""Clients that send tickets over real WebSockets and measure what comes back."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import aiohttp


class Measured(NamedTuple):
    """One run: messages per second, and latencies of the first answer in ms."""

    rate: float
    p50: float
    p99: float

    @staticmethod
    def median(of: Sequence[Measured]) -> Measured:
        """Each figure's median."""
        return Measured(*map(statistics.median, zip(*of, strict=True)))

    def __str__(self) -> str:
        return f"{self.rate:8.0f}/s   first answer p50 {self.p50:6.2f} ms   p99 {self.p99:6.2f} ms"


async def _client(
    ws: aiohttp.ClientWebSocketResponse, messages: list[str], answers: int, latencies: list[float]
) -> None:
    for message in messages:
        begun = time.perf_counter()
        await ws.send_str(message)
        await ws.receive()
        latencies.append(time.perf_counter() - begun)
        for _ in range(answers - 1):
            await ws.receive()


async def run(
    port: int, connections: int, each: int, make: Callable[[int], str], *, answers: int, greets: bool
) -> Measured:
    """`connections` clients send `each` messages, one at a time, waiting for all its answers before the next.

    The time runs from when all are connected: what a handshake costs is not asked.
    """
    numbers = itertools.count(1)
    batches = [[make(next(numbers)) for _ in range(each)] for _ in range(connections)]
    latencies: list[float] = []
    async with aiohttp.ClientSession() as http, contextlib.AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(http.ws_connect(f"http://127.0.0.1:{port}/ws")) for _ in batches]
        for ws in sockets if greets else ():
            await ws.receive()
        begun = time.perf_counter()
        await asyncio.gather(
            *(_client(ws, batch, answers, latencies) for ws, batch in zip(sockets, batches, strict=True))
        )
        seconds = time.perf_counter() - begun
    latencies.sort()
    p99 = latencies[min(len(latencies) - 1, int(len(latencies) * 0.99))]
    return Measured(connections * each / seconds, statistics.median(latencies) * 1e3, p99 * 1e3)
