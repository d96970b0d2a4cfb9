"""Printers that announce themselves on the local network (multicast DNS, DNS-SD).

It knows two service types: raw printing, which a destination can use, and IPP, which tells of a printer that may take
raw bytes on port 9100 too. It needs zeroconf. It promises to listen for a short while and to leave no socket open.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from ticket_daemon.errors import NotLooked
from ticket_daemon.printers.discovery.found import FoundPrinter
from ticket_daemon.printers.discovery.patterns import judge

RAW: Final = "_pdl-datastream._tcp.local."
IPP: Final = "_ipp._tcp.local."
#: Seconds to listen: answers come within 120 ms (RFC 6762, 6), a lost question is asked again after a second.
LISTEN_S: Final = 1.6
#: Seconds to wait for what a service says of itself.
ABOUT_S: Final = 1.0


async def find(listen_s: float = LISTEN_S, interfaces: list[str] | None = None) -> list[FoundPrinter]:
    """Printers on the network. Raises NotLooked without zeroconf, or without a network."""
    try:
        from zeroconf import InterfaceChoice, IPVersion
        from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf
    except ImportError:
        raise NotLooked("discovery.no_library", library="zeroconf", extra="discovery") from None
    heard: dict[tuple[str, str], None] = {}

    def note(zeroconf: Any, service_type: str, name: str, state_change: Any) -> None:
        del zeroconf, state_change
        heard[service_type, name] = None

    try:
        network = AsyncZeroconf(interfaces=interfaces or InterfaceChoice.All, ip_version=IPVersion.V4Only)
    except OSError as error:
        raise NotLooked("discovery.no_network", detail=str(error)) from None
    try:
        browser = AsyncServiceBrowser(network.zeroconf, [RAW, IPP], handlers=[note])
        await asyncio.sleep(listen_s)
        await browser.async_cancel()
        told = await asyncio.gather(*(_about(network, kind, name) for kind, name in heard))
    finally:
        await network.async_close()
    return _without_twins([printer for printer in told if printer is not None])


async def _about(network: Any, service_type: str, name: str) -> FoundPrinter | None:
    info = await network.async_get_service_info(service_type, name, timeout=round(ABOUT_S * 1000))
    if info is None or not info.parsed_addresses():
        return None
    said = {
        key.decode("ascii", "replace").casefold(): (value or b"").decode("utf-8", "replace")
        for key, value in info.properties.items()
    }
    host = (info.server or info.parsed_addresses()[0]).rstrip(".")
    address = info.parsed_addresses()[0]
    raw = service_type == RAW
    model = said.get("ty") or f"{said.get('usb_mfg', '')} {said.get('usb_mdl', '')}".strip()
    judged = judge(name=name.removesuffix(f".{service_type}"), model=model)
    return FoundPrinter(
        name=name.removesuffix(f".{service_type}"),
        uri=f"socket://{address}:{info.port}" if raw else "",
        port=f"{address}:{info.port}",
        source="mdns",
        kind="thermal" if judged.kind == "thermal" else "network",
        model=model,
        profile=judged.profile,
        location=said.get("note", ""),
        same_as=(f"socket://{host}:{info.port}",) if raw else (),
    )


def _without_twins(printers: list[FoundPrinter]) -> list[FoundPrinter]:
    """What announces raw printing needs no second line for IPP."""
    raw = {printer.name for printer in printers if printer.uri}
    return [printer for printer in printers if printer.uri or printer.name not in raw]
