"""The queues of this machine's CUPS.

It knows where CUPS listens and what its attributes mean; it does not know how to print through it. It promises that a
machine without CUPS, or one whose CUPS does not answer, is told apart from one without queues.
"""

from __future__ import annotations

import os
from typing import Any, Final
from urllib.parse import quote

from ticket_daemon.errors import NotLooked
from ticket_daemon.printers.discovery.found import FoundPrinter, Status
from ticket_daemon.printers.discovery.patterns import judge
from ticket_daemon.transport import ipp

#: Where the scheduler listens on Debian, Fedora and macOS.
SOCKETS: Final = ("/run/cups/cups.sock", "/var/run/cups/cups.sock", "/private/var/run/cupsd")
ANSWER_S: Final = 4.0
_WANTED: Final = (
    "printer-name", "device-uri", "printer-make-and-model", "printer-state", "printer-state-reasons",
    "printer-is-accepting-jobs", "printer-type", "printer-info", "printer-location",
)  # fmt: skip
#: printer-type bits (CUPS Implementation of IPP).
_CLASS, _DEFAULT = 0x0001, 0x20000


async def find(server: str = "") -> list[FoundPrinter]:
    """CUPS' queues; `server` is a socket's path or HOST:PORT, where it is not the usual one. Raises NotLooked."""
    answer = await ask(server or _usual())
    try:
        said = ipp.read(answer)
    except ipp.IppFault as fault:
        raise NotLooked("discovery.cups_nonsense", detail=str(fault)) from None
    if not said.is_well and said.status != ipp.Status.NOT_FOUND:  # so it says that there is no queue at all
        raise NotLooked("discovery.cups_nonsense", detail=f"IPP status {said.status:04x}h")
    return [_printer(queue) for queue in said.each if queue.get("printer-name")]


def _usual() -> str:
    path = next((path for path in SOCKETS if os.path.exists(path)), None)
    if path is None:
        raise NotLooked("discovery.no_cups")
    return path


async def ask(server: str) -> bytes:
    """What CUPS answers when asked for its queues. Raises NotLooked."""
    import aiohttp

    by_path = server.startswith("/")
    connector: Any = aiohttp.UnixConnector(server) if by_path else aiohttp.TCPConnector()
    url = "http://localhost/" if by_path else f"http://{server}/"
    asked = ipp.request(ipp.Operation.CUPS_GET_PRINTERS, "", ipp.wanted(_WANTED))
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=ANSWER_S)) as session,
            session.post(url, data=asked, headers={"Content-Type": ipp.CONTENT_TYPE}) as answer,
        ):
            if answer.status != 200:
                raise NotLooked("discovery.cups_nonsense", detail=f"HTTP {answer.status}")
            return await answer.read()
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise NotLooked("discovery.cups_silent", server=server, detail=str(error) or type(error).__name__) from None


def _printer(queue: ipp.Attributes) -> FoundPrinter:
    def text(key: str) -> str:
        return str(queue.get(key, [""])[0])

    name, port, driver = text("printer-name"), text("device-uri"), text("printer-make-and-model")
    bits = next((kind for kind in queue.get("printer-type", ()) if isinstance(kind, int)), 0)
    judged = judge(name=f"{name} {text('printer-info')}", driver=driver, port=port)
    return FoundPrinter(
        name=name,
        uri=f"cups://{quote(name)}",
        port=port or ("class" if bits & _CLASS else ""),
        source="cups",
        driver=driver,
        status=_status(queue),
        is_default=bool(bits & _DEFAULT),
        is_virtual=judged.is_virtual,
        kind=judged.kind,
        model=driver,
        profile=judged.profile,
        location=text("printer-location"),
    )


def _status(queue: ipp.Attributes) -> Status:
    reasons = {
        str(reason).removesuffix("-report").removesuffix("-warning")
        for reason in queue.get("printer-state-reasons", [])
    }
    if any("offline" in reason or "connecting-to-device" in reason for reason in reasons):
        return "offline"
    accepts = bool(queue.get("printer-is-accepting-jobs", [True])[0])
    if "paused" in reasons or queue.get("printer-state", [0])[0] == ipp.PRINTER_STOPPED or not accepts:
        return "paused"
    return "error" if any(reason.endswith("-error") for reason in reasons) else "ready"
