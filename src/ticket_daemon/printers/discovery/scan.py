"""A scan of one local network for port 9100, only ever on somebody's request.

It knows addresses and whether a port opens; it sends nothing, since what listens may be an office printer that would
print it. It promises to stay inside one private network of at most 1,024 addresses and to say which one it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from ticket_daemon.errors import ConfigError
from ticket_daemon.printers.discovery.found import FoundPrinter

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

RAW_PORT: Final = 9100
LARGEST: Final = 1024
PARALLEL: Final = 64
#: Seconds for one address: on a local network an answer takes some milliseconds, Wi-Fi that sleeps some hundred.
ANSWER_S: Final = 0.8
#: What a shop's network is taken for when only this machine's address is known: nearly all are that large.
_USUAL_BITS: Final = 24


class Scanned(NamedTuple):
    """What a scan found, and where it looked."""

    network: str
    printers: list[FoundPrinter]


def network(text: str = "") -> Network:
    """The network to scan: as said, else this machine's own. Raises ConfigError for one that is none, not private or
    too large."""
    if not text:
        text = f"{_own_address()}/{_USUAL_BITS}"
    try:
        found = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise ConfigError("discovery.no_subnet", subnet=text, detail=str(error)) from None
    if not found.is_private:
        raise ConfigError("discovery.public_subnet", subnet=str(found))
    if found.num_addresses > LARGEST:
        raise ConfigError("discovery.large_subnet", subnet=str(found), limit=LARGEST)
    return found


def _own_address() -> str:
    """This machine's address on the network it reaches others by. Nothing is sent: UDP's connect only picks a way."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address nobody has
            return str(probe.getsockname()[0])
        except OSError as error:
            raise ConfigError("discovery.no_network", detail=str(error)) from None


Opens = Callable[[str, int], Awaitable[bool]]


async def opens(host: str, port: int) -> bool:
    """Whether something listens there."""
    try:
        async with asyncio.timeout(ANSWER_S):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


async def scan(text: str = "", port: int = RAW_PORT, look: Opens = opens) -> Scanned:
    """Every address of the network with that port open. Raises ConfigError."""
    where = network(text)
    places = asyncio.Semaphore(PARALLEL)

    async def one(host: str) -> FoundPrinter | None:
        async with places:
            return _printer(host, port) if await look(host, port) else None

    found = await asyncio.gather(*(one(str(host)) for host in where.hosts()))
    return Scanned(str(where), [printer for printer in found if printer is not None])


def _printer(host: str, port: int) -> FoundPrinter:
    shown = f"[{host}]" if ":" in host else host
    uri = f"socket://{shown}:{port}"
    return FoundPrinter(name=host, uri=uri, port=f"{shown}:{port}", source="scan", kind="network")
