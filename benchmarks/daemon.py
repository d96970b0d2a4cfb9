"""Durable tickets per second beside bare aiohttp servers, at 8 and 64 connections.

A ticket is decoded, validated, rendered, committed, acknowledged, printed over TCP to one or four printers, its outcome
committed, its result sent: the protocol's example, and a receipt of forty lines (each with a number, barcode and QR of
its own). An echo is one message back; an answer is an ack and a result without anything behind them. Clients, daemon
and printer are three processes. All servers run side by side and take turns, each some tenths of a second: machines
change their speed from second to second, and only what was measured at the same time may be compared.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import statistics
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import load, receipts, servers

TICKETS = 1500  #: of `durable`
WARM_UP = 400
#: Tickets in the daemon's turn and in a bare server's, which lasts about as long so; and turns of each.
SLICE = 600
BARE_SLICE = 4800
ROUNDS = 15
#: What a durable ticket is compared with.
BASE = "bare ack + result"

Document = Callable[[int], str]


def example(_: int) -> str:
    """The protocol's own ticket."""
    return servers.EXAMPLE


def receipt(number: int) -> str:
    """Forty lines, a barcode and a QR."""
    return receipts.document(number)


DOCUMENTS: dict[str, Document] = {"example": example, "40 lines": receipt}


def message(document: Document, printers: int) -> Callable[[int], str]:
    """What makes ticket messages of numbers, for each printer in turn."""
    run = uuid.uuid4().hex[:8]

    def make(number: int) -> str:
        return f'{{"tipo":"ticket","id":"{run}-{number}","printer":"p{number % printers}","datos":{document(number)}}}'

    return make


def durable(document: Document, connections: int, printers: int, database: Path | None = None) -> load.Measured:
    """The daemon, over a copy of `database` if one is given."""

    async def run(port: int, each: int) -> load.Measured:
        return await load.run(port, connections, each, message(document, printers), answers=2, greets=True)

    with servers.sink() as printer, servers.daemon(*[printer] * printers, database=database) as (port, _, _):
        asyncio.run(run(port, WARM_UP))
        return asyncio.run(run(port, TICKETS // connections))


class Server(NamedTuple):
    """One of those that are measured side by side."""

    port: int
    printers: int  #: 0: a bare one
    answers: int


@contextlib.contextmanager
def side_by_side() -> Iterator[dict[str, Server]]:
    """Two bare servers, and a daemon with one and one with four printers, all of them running."""
    with contextlib.ExitStack() as stack:
        found = {
            "bare echo": Server(stack.enter_context(servers.echo_server("echo")), 0, 1),
            BASE: Server(stack.enter_context(servers.echo_server("answers")), 0, 2),
        }
        for printers in (1, 4):
            sink = stack.enter_context(servers.sink())
            port, _, _ = stack.enter_context(servers.daemon(*[sink] * printers))
            found[f"{printers} printer(s)"] = Server(port, printers, 2)
        yield found


def slice_of(server: Server, document: Document, connections: int, tickets: int) -> load.Measured:
    """So many tickets."""
    make = message(document, max(server.printers, 1))
    each, greets = max(1, tickets // connections), bool(server.printers)
    return asyncio.run(load.run(server.port, connections, each, make, answers=server.answers, greets=greets))


def turn(server: Server, document: Document, connections: int) -> load.Measured:
    """One of a server's turns."""
    return slice_of(server, document, connections, SLICE if server.printers else BARE_SLICE)


def main() -> None:
    order = random.Random(1)
    for name, document in DOCUMENTS.items():
        for connections in (8, 64):
            with side_by_side() as running:
                for server in running.values():
                    slice_of(server, document, connections, WARM_UP)
                rounds: list[dict[str, load.Measured]] = []
                for _ in range(ROUNDS):
                    turns = order.sample(list(running.items()), len(running))
                    rounds.append({kind: turn(server, document, connections) for kind, server in turns})
            for kind, server in running.items():
                figures = load.Measured.median([measured[kind] for measured in rounds])
                line = f"{name:>8}, {connections:2} connections, {kind:18} {figures}"
                if server.printers:
                    shares = sorted(r[kind].rate / r[BASE].rate for r in rounds)
                    line += f"   {statistics.median(shares):.3f} of {BASE} ({shares[1]:.3f} to {shares[-2]:.3f})"
                print(line)


if __name__ == "__main__":
    main()
