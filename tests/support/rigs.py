"""Every link with what stands at its other end: the parts that the contract of links is tried on."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.cups_server import cups_server, paper
from support.fake_usb import FakeUsb, FakeUsbPrinter
from support.far_sides import Collector, PtyPrinter
from support.tcp_printer import TcpPrinter
from support.windows_spooler import FakeSpooler
from ticket_daemon.machine.windows.winspool import INVALID_HANDLE, PrinterInfo, SpoolerError
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.transport import Link, make_link
from ticket_daemon.transport.addresses import IppAddress, SerialAddress, UsbAddress, WinspoolAddress
from ticket_daemon.transport.cups import CupsLink
from ticket_daemon.transport.serial import SerialLink
from ticket_daemon.transport.usb import UsbLink
from ticket_daemon.transport.winspool import WinspoolLink

PROFILE = generic(80)


@dataclass
class Rig:
    """A link and the far side of it. What a far side cannot do is None."""

    link: Link
    arrived: Callable[[int], bytes]  #: what has come, once it is so many bytes
    stall: Callable[[], object] | None = None  #: takes nothing from now on
    vanish: Callable[[], object] | None = None  #: is gone
    absent: Link | None = None  #: a link of this kind to what is not there


def link_to(uri: str) -> Link:
    return make_link(uri, PROFILE)


@asynccontextmanager
async def socket_rig(_: Path) -> AsyncIterator[Rig]:
    gone = TcpPrinter()
    gone.close()
    with TcpPrinter() as printer:
        yield Rig(link_to(printer.uri), printer.wait_for, printer.stall, printer.drop, link_to(gone.uri))


@asynccontextmanager
async def file_rig(folder: Path) -> AsyncIterator[Rig]:
    path = folder / "a printer's file.bin"
    absent = link_to((folder / "no" / "such" / "folder").as_uri())
    yield Rig(link_to(path.as_uri()), lambda _: path.read_bytes(), absent=absent)


@asynccontextmanager
async def fifo_rig(folder: Path) -> AsyncIterator[Rig]:
    if sys.platform == "win32":
        pytest.skip("FIFOs are not Windows'")
    path = folder / "fifo"
    os.mkfifo(path)
    far = Collector(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    unread = folder / "unread"
    os.mkfifo(unread)
    yield Rig(link_to(path.as_uri()), far.wait_for, far.stall, far.vanish, link_to(unread.as_uri()))
    far.vanish()


@asynccontextmanager
async def device_rig(_: Path) -> AsyncIterator[Rig]:
    """A pty stands for a character device such as /dev/usb/lp0."""
    if sys.platform == "win32":
        pytest.skip("ptys are not Windows'")
    with PtyPrinter() as far:
        absent = link_to("file:///dev/usb/lp0-that-is-not-there")
        yield Rig(link_to(f"file://{far.path}"), far.wait_for, far.stall, far.vanish, absent)


@asynccontextmanager
async def serial_rig(_: Path) -> AsyncIterator[Rig]:
    if sys.platform == "win32":
        pytest.skip("ptys are not Windows'")
    with PtyPrinter() as far:
        absent = link_to("serial:///dev/ttyUSB-that-is-not-there")
        yield Rig(link_to(f"serial://{far.path}?baud=115200"), far.wait_for, far.stall, far.vanish, absent)


@asynccontextmanager
async def serial_threads_rig(_: Path) -> AsyncIterator[Rig]:
    """The way it is done on Windows, here on a pty."""
    if sys.platform == "win32":
        pytest.skip("ptys are not Windows'")
    with PtyPrinter() as far:
        absent = SerialLink(SerialAddress("/dev/ttyUSB-that-is-not-there"), threads=True)
        link = SerialLink(SerialAddress(far.path), threads=True)
        yield Rig(link, far.wait_for, far.stall, far.vanish, absent)


@asynccontextmanager
async def virtual_rig(_: Path) -> AsyncIterator[Rig]:
    from ticket_daemon.transport.virtual import VirtualLink

    link = link_to("virtual://tester")
    assert isinstance(link, VirtualLink)
    got = bytearray()
    feed = link.printer.feed

    def keeping(data: bytes) -> bytes:
        got.extend(data)
        return feed(data)

    link.printer.feed = keeping  # type: ignore[method-assign]
    yield Rig(link, lambda _: bytes(got))


@asynccontextmanager
async def usb_rig(_: Path) -> AsyncIterator[Rig]:
    """No hardware: pyusb itself is real, what stands below it is not."""
    far = FakeUsbPrinter()
    bus = FakeUsb(far)
    absent = UsbLink(UsbAddress(0x04B8, 0x0001), backend=bus)
    yield Rig(UsbLink(UsbAddress(far.vendor, far.product), backend=bus), far.wait_for, far.stall, far.unplug, absent)


@asynccontextmanager
async def cups_rig(_: Path) -> AsyncIterator[Rig]:
    with cups_server() as server:
        printer = server.queue("Caja")
        absent = CupsLink(IppAddress("/printers/Cocina"), sockets=[str(server.socket)])
        link = CupsLink(IppAddress("/printers/Caja"), sockets=[str(server.socket)])
        yield Rig(link, lambda _: paper(printer), vanish=server.stop, absent=absent)


@asynccontextmanager
async def cups_far_rig(_: Path) -> AsyncIterator[Rig]:
    """By its TCP port, and on to a network printer by CUPS' own backend."""
    with cups_server() as server, TcpPrinter() as printer:
        server.queue("Caja", printer.uri)
        absent = link_to("cups://127.0.0.1:1/Caja")
        yield Rig(link_to(f"cups://127.0.0.1:{server.port}/Caja"), printer.wait_for, vanish=server.stop, absent=absent)


@asynccontextmanager
async def ipp_rig(_: Path) -> AsyncIterator[Rig]:
    with cups_server() as server:
        printer = server.queue("Caja")
        absent = link_to(f"ipp://127.0.0.1:{server.port}/ipp/print")
        link = link_to(f"ipp://127.0.0.1:{server.port}/printers/Caja")
        yield Rig(link, lambda _: paper(printer), vanish=server.stop, absent=absent)


@asynccontextmanager
async def winspool_rig(_: Path) -> AsyncIterator[Rig]:
    """Windows' spooler in memory; tests/windows has a real one."""
    api, go_on, gone = FakeSpooler(PrinterInfo("Caja")), threading.Event(), threading.Event()

    def hang() -> None:
        go_on.wait(10)
        if gone.is_set():
            raise SpoolerError("WritePrinter", INVALID_HANDLE, "the printer was deleted")

    def vanish() -> None:
        gone.set()
        go_on.set()
        api.trouble["write"] = hang

    link = WinspoolLink(WinspoolAddress("Caja"), api)
    yield Rig(
        link,
        lambda _: b"".join(data for _, _, data in api.documents),
        lambda: api.trouble.update(write=hang),
        vanish,
        WinspoolLink(WinspoolAddress("Barra"), api),
    )
    go_on.set()
    await link.close()


MakeRig = Callable[[Path], AbstractAsyncContextManager[Rig]]
#: By scheme, and by what is at the other end where there are several.
RIGS: dict[str, MakeRig] = {
    "socket": socket_rig,
    "file": file_rig,
    "file fifo": fifo_rig,
    "file device": device_rig,
    "serial": serial_rig,
    "serial threads": serial_threads_rig,
    "usb": usb_rig,
    "cups": cups_rig,
    "cups far": cups_far_rig,
    "ipp": ipp_rig,
    "winspool": winspool_rig,
    "virtual": virtual_rig,
}
