"""Durable tickets per second beside bare aiohttp servers, at 8 and 64 connections.

A ticket is decoded, validated, rendered, committed, acknowledged, printed over TCP to one or four printers, its outcome
committed, its result sent: the protocol's example, and a receipt of forty lines (each with a number, barcode and QR of
its own). An echo is one message back; an answer is an ack and a result without anything behind them. Clients, daemon
and printer are three processes.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from pathlib import Path

from benchmarks import load, receipts, servers

TICKETS = 1500
WARM_UP = 20

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


def bare(kind: str, document: Document, connections: int) -> load.Measured:
    """A bare server: `kind` is "echo" or "answers"."""

    async def run(port: int, each: int) -> load.Measured:
        answers = 2 if kind == "answers" else 1
        return await load.run(port, connections, each, message(document, 1), answers=answers, greets=False)

    with servers.echo_server(kind) as port:
        asyncio.run(run(port, WARM_UP))
        return asyncio.run(run(port, TICKETS // connections))


def durable(document: Document, connections: int, printers: int, database: Path | None = None) -> load.Measured:
    """The daemon, over a copy of `database` if one is given."""

    async def run(port: int, each: int) -> load.Measured:
        return await load.run(port, connections, each, message(document, printers), answers=2, greets=True)

    with servers.sink() as printer, servers.daemon(*[printer] * printers, database=database) as (port, _, _):
        asyncio.run(run(port, WARM_UP))
        return asyncio.run(run(port, TICKETS // connections))


def main() -> None:
    for name, document in DOCUMENTS.items():
        for connections in (8, 64):
            head = f"{name:>8}, {connections:2} connections"
            echo = load.best(lambda: bare("echo", document, connections))  # noqa: B023 - called at once
            answers = load.best(lambda: bare("answers", document, connections))  # noqa: B023
            print(f"{head}, bare echo          {echo}")
            print(f"{head}, bare ack + result  {answers}")
            for printers in (1, 4):
                run = load.best(lambda: durable(document, connections, printers))  # noqa: B023
                cost, share = echo.rate / run.rate, run.rate / answers.rate
                print(f"{head}, {printers} printer(s)       {run}   {cost:5.1f} echoes, {share:.2f} of ack + result")


if __name__ == "__main__":
    main()
