"""Durable tickets per second beside bare aiohttp servers, at 8 and 64 connections.

A ticket is the protocol's example: decoded, validated, rendered, committed, acknowledged, printed over TCP to one or
four printers, its outcome committed, its result sent. An echo is one message back; an answer is an ack and a result
without anything behind them.
"""

from __future__ import annotations

import asyncio
import uuid

from benchmarks import load, servers

TICKETS = 1500


def ticket(printers: int, run: str) -> object:
    def make(number: int) -> str:
        printer = f"p{number % printers}"
        return f'{{"tipo":"ticket","id":"{run}-{number}","printer":"{printer}","datos":{servers.EXAMPLE}}}'

    return make


async def against(kind: str, connections: int, printers: int = 1) -> load.Measured:
    each = TICKETS // connections
    run = uuid.uuid4().hex[:8]
    make = ticket(printers, run)
    if kind in ("echo", "answers"):
        with servers.echo_server(kind) as port:
            await load.run(port, connections, 20, make, answers=1 + (kind == "answers"), greets=False)
            return await load.run(port, connections, each, make, answers=1 + (kind == "answers"), greets=False)
    async with servers.sink() as printer:
        with servers.daemon(*[printer] * printers) as (port, _, _):
            await load.run(port, connections, 20, ticket(printers, run + "w"), answers=2, greets=True)
            return await load.run(port, connections, each, make, answers=2, greets=True)


def measured(kind: str, connections: int, printers: int = 1) -> load.Measured:
    return load.best(lambda: asyncio.run(against(kind, connections, printers)))


def main() -> None:
    for connections in (8, 64):
        echo, answers = measured("echo", connections), measured("answers", connections)
        print(f"{connections:3} connections, bare echo          {echo}")
        print(f"{connections:3} connections, bare ack + result  {answers}")
        for printers in (1, 4):
            ticket_run = measured("daemon", connections, printers)
            print(f"{connections:3} connections, {printers} printer(s)        {ticket_run}")
            cost, share = echo.rate / ticket_run.rate, ticket_run.rate / answers.rate
            print(f"    one ticket costs {cost:.1f} echoes; {share:.2f} of ack + result")


if __name__ == "__main__":
    main()
