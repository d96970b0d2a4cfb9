"""A TCP printer that takes everything and says nothing: `python -m benchmarks.sink PORT`.

A process of its own, as a printer is a machine of its own: inside the load generator it would wait for the clients.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys


async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.CancelledError, ConnectionError):
        while await reader.read(1 << 16):
            pass
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(take, "127.0.0.1", int(sys.argv[1]))
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
