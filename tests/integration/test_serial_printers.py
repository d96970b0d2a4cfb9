"""Printers on a serial line, over real pseudo-terminals: flow control, answers, and what goes wrong with ports.

A pseudo-terminal obeys XOFF in the kernel as a serial port does. It has no modem lines: DSR is put in their place by
hand, and RTS/CTS, which the kernel does by itself, is looked for in the port's settings.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.client import client, ticket
from support.daemon_process import daemon_process
from support.far_sides import PtyPrinter
from support.shop import Shop
from ticket_daemon.errors import LinkError
from ticket_daemon.poster.emulator import Printer
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.settings.config import PrinterSettings
from ticket_daemon.transport import LinkBroken
from ticket_daemon.transport.addresses import SerialAddress
from ticket_daemon.transport.serial import SerialLink

if sys.platform == "win32":
    pytest.skip("ptys are not Windows'", allow_module_level=True)

import termios

from ticket_daemon.transport.serial_posix import IN_FLIGHT, EventPort, open_device
from ticket_daemon.transport.serial_threads import CHUNK

XON = b"\x11"
#: More than a pty takes at once, several times over.
LONG = bytes(range(256)) * 1000


def link_to(far: PtyPrinter, **settings: object) -> SerialLink:
    return SerialLink(SerialAddress(far.path, **settings))  # type: ignore[arg-type]


async def quiet(far: PtyPrinter) -> int:
    """How much has come, once nothing more does."""
    before, same = -1, 0
    while same < 10:
        await asyncio.sleep(0.02)
        now = len(far.received)
        before, same = now, same + 1 if now == before else 0
    return before


# --- flow control ---


async def test_xoff_holds_the_bytes_back_and_xon_lets_them_go_on() -> None:
    with PtyPrinter() as far:
        link = link_to(far, flow="xonxoff")
        await link.open()
        await link.write(b"before")
        far.wait_for(6)
        far.say_stop()
        writing = asyncio.create_task(link.write(LONG))
        await quiet(far)
        assert not writing.done()
        assert bytes(far.received) == b"before"
        far.say(XON)
        await writing
        await link.settled()
        assert await asyncio.to_thread(far.wait_for, 6 + len(LONG)) == b"before" + LONG
        await link.close()


async def test_a_printer_that_never_says_xon_is_given_up_with_nothing_sent() -> None:
    with PtyPrinter() as far:
        link = link_to(far, flow="xonxoff")
        link._stall_s = 0.2
        await link.open()
        await link.write(b"before")
        far.wait_for(6)
        far.say_stop()
        with pytest.raises(LinkBroken) as caught:
            await link.write(LONG)
        assert (caught.value.key, caught.value.sent) == ("link.stalled", 0)
        await link.close()


async def test_our_own_xoff_never_gets_into_a_ticket() -> None:
    with PtyPrinter() as far:
        link = link_to(far, flow="xonxoff")
        await link.open()
        for _ in range(64):  # nobody reads: the kernel would send XOFF when its room for answers is full
            far.say(b"\x12" * 256)
        await link.write(b"ticket")
        assert await asyncio.to_thread(far.wait_for, 6) == b"ticket"
        await quiet(far)
        assert bytes(far.received) == b"ticket"
        await link.close()


async def test_dsr_lets_a_few_bytes_go_at_a_time_and_holds_them_back_when_it_falls() -> None:
    with PtyPrinter() as far:
        ready = False
        port = EventPort(open_device(SerialAddress(far.path)), lambda: ready)
        writing = asyncio.create_task(port.write_some(LONG))
        await quiet(far)
        assert not far.received
        ready = True
        assert await writing == IN_FLIGHT
        assert await asyncio.to_thread(far.wait_for, IN_FLIGHT) == LONG[:IN_FLIGHT]
        await port.close()


async def test_a_dsr_that_never_rises_is_a_stalled_printer(monkeypatch: pytest.MonkeyPatch) -> None:
    import serial

    monkeypatch.setattr(serial.Serial, "dsr", property(lambda _: False))
    with PtyPrinter() as far:
        link = link_to(far, flow="dsrdtr")
        link._stall_s = 0.2
        await link.open()
        with pytest.raises(LinkBroken) as caught:
            await link.write(LONG)
        assert (caught.value.key, caught.value.sent) == ("link.stalled", 0)
        await link.close()


@pytest.mark.parametrize(("flow", "on"), [("none", False), ("rtscts", True)])
def test_rts_and_cts_are_the_kernels(flow: str, on: bool) -> None:
    with PtyPrinter() as far:
        device = open_device(SerialAddress(far.path, flow=flow))  # type: ignore[arg-type]
        assert bool(termios.tcgetattr(device.fileno())[2] & termios.CRTSCTS) is on
        device.close()


@pytest.mark.parametrize(
    ("settings", "flags"),
    [
        ({}, termios.CS8),
        ({"bytesize": 7, "parity": "even"}, termios.CS7 | termios.PARENB),
        ({"parity": "odd", "stopbits": 2}, termios.CS8 | termios.PARENB | termios.PARODD | termios.CSTOPB),
    ],
)
def test_the_lines_settings_are_the_addresss(settings: dict[str, object], flags: int) -> None:
    """As far as a pty keeps them: it has no parity to speak of, so what pyserial asks for is looked at."""
    asked: list[int] = []
    real = termios.tcsetattr

    def noted(fd: int, when: int, attributes: list[object]) -> None:
        asked.append(attributes[2])  # type: ignore[arg-type]
        real(fd, when, attributes)  # type: ignore[arg-type]

    with PtyPrinter() as far, pytest.MonkeyPatch.context() as patch:
        patch.setattr(termios, "tcsetattr", noted)
        open_device(SerialAddress(far.path, **settings)).close()  # type: ignore[arg-type]
    mask = termios.CSIZE | termios.PARENB | termios.PARODD | termios.CSTOPB
    assert asked[0] & mask == flags


async def test_what_a_thread_was_writing_when_it_failed_is_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    import serial

    def fails(self: object, data: bytes) -> int:
        raise serial.SerialException("the adapter is gone")

    with PtyPrinter() as far:
        link = SerialLink(SerialAddress(far.path), threads=True)
        await link.open()
        monkeypatch.setattr(serial.Serial, "write", fails)
        with pytest.raises(LinkBroken) as caught:
            await link.write(LONG)
        assert caught.value.sent == CHUNK
        with pytest.raises(LinkBroken) as caught:
            await link.write(b"short")
        assert caught.value.sent == len(b"short")
        await link.close()


async def test_a_speed_no_table_has_is_taken_too() -> None:
    with PtyPrinter() as far:
        link = link_to(far, baud=250_000)
        await link.open()
        await link.write(b"fast")
        assert await asyncio.to_thread(far.wait_for, 4) == b"fast"
        await link.close()


# --- ports in trouble ---


async def test_a_port_that_somebody_else_has_says_so() -> None:
    with PtyPrinter() as far:
        other, link = link_to(far), link_to(far)
        await other.open()
        with pytest.raises(LinkError) as caught:
            await link.open()
        assert caught.value.key == "link.in_use"
        await other.close()
        await link.open()
        await link.close()


@contextlib.contextmanager
def without_rights(path: str) -> Iterator[None]:
    """Nobody may open `path`; a root that runs the tests becomes somebody else meanwhile."""
    before = os.stat(path).st_mode
    os.chmod(path, 0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        if user == 0:
            os.seteuid(0)
        os.chmod(path, before)


async def test_a_port_one_may_not_use_names_the_group_to_join() -> None:
    with PtyPrinter() as far:
        link = link_to(far)
        group = Path(far.path).group()
        with without_rights(far.path), pytest.raises(LinkError) as caught:
            await link.open()
        assert caught.value.key == "link.no_permission"
        assert group in caught.value.text("en")


async def test_a_port_that_is_not_there_says_so() -> None:
    link = SerialLink(SerialAddress("/dev/ttyUSB-that-is-not-there"))
    with pytest.raises(LinkError) as caught:
        await link.open()
    assert caught.value.key == "link.no_device"


async def test_what_is_no_serial_port_says_so(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    with pytest.raises(LinkError) as caught:
        await SerialLink(SerialAddress(str(file))).open()
    assert caught.value.key == "link.cannot_open"
    assert file.read_bytes() == b""


@pytest.mark.parametrize("threads", [False, True])
async def test_a_device_that_vanishes_ends_its_answers(threads: bool) -> None:
    with PtyPrinter() as far:
        link = SerialLink(SerialAddress(far.path), threads=threads)
        await link.open()
        far.say(b"\x12")
        assert await link.read() == b"\x12"
        reading = asyncio.create_task(link.read())
        await asyncio.sleep(0)
        await asyncio.to_thread(far.vanish)
        assert await asyncio.wait_for(reading, 10) == b""
        assert not link.is_open
        await link.close()


@pytest.mark.parametrize("threads", [False, True])
async def test_closing_wakes_whoever_reads(threads: bool) -> None:
    with PtyPrinter() as far:
        link = SerialLink(SerialAddress(far.path), threads=threads)
        await link.open()
        reading = asyncio.create_task(link.read())
        await asyncio.sleep(0)
        await link.close()
        assert await asyncio.wait_for(reading, 10) == b""


# --- the whole way ---


def emulated(model: str) -> Printer:
    profile = find(model)
    assert profile is not None
    return Printer(profile)


@pytest.mark.parametrize("scheme", ["serial", "file"])
async def test_a_serial_printer_that_can_confirms_its_tickets(tmp_path: Path, scheme: str) -> None:
    printer = emulated("TM-T20III")
    with PtyPrinter(printer.feed) as far:
        here = Shop(tmp_path, PrinterSettings("caja", f"{scheme}://{far.path}", "TM-T20III", default=True))
        await here.start()
        try:
            for n in range(3):
                await here.submit(f"t{n}")
                assert await here.until(f"t{n}", "confirmed", "sent", "held") == "confirmed"
        finally:
            await here.stop()
        assert far.received.count(b"UN TACO") == 3


async def test_confirmations_come_by_threads_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printer = emulated("TM-T20III")
    with PtyPrinter(printer.feed) as far:
        link = SerialLink(SerialAddress(far.path), threads=True)
        monkeypatch.setattr("ticket_daemon.spooler.spooler.make_link", lambda *_: link)
        here = Shop(tmp_path, PrinterSettings("caja", "serial://COM1", "TM-T20III", default=True))
        await here.start()
        try:
            await here.submit("one")
            assert await here.until("one", "confirmed", "sent", "held") == "confirmed"
        finally:
            await here.stop()


async def test_a_serial_printer_without_paper_is_waited_for_and_says_why(tmp_path: Path) -> None:
    printer = emulated("TM-T20III")
    with PtyPrinter(printer.feed) as far:
        printer.paper_out = True
        here = Shop(tmp_path, PrinterSettings("caja", f"serial://{far.path}", "TM-T20III", default=True))
        await here.start()
        try:
            await here.until_status("media-empty")
            await here.submit("waits")
            await here.until("waits", "queued")
            printer.paper_out = False
            assert await here.until("waits", "confirmed") == "confirmed"
        finally:
            await here.stop()


async def test_a_serial_printer_that_comes_back_prints_what_waited(tmp_path: Path) -> None:
    printer = emulated("TM-T20III")
    path = tmp_path / "ttyPRN"
    here = Shop(tmp_path, PrinterSettings("caja", f"serial://{path}", "TM-T20III", default=True))
    await here.start()
    try:
        await here.until_status("offline")
        await here.submit("waits")
        with PtyPrinter(printer.feed) as far:
            path.symlink_to(far.path)
            assert await here.until("waits", "confirmed") == "confirmed"
    finally:
        await here.stop()


@pytest.mark.parametrize("scheme", ["serial", "file"])
async def test_the_daemon_prints_over_a_line_and_notices_when_it_is_gone(tmp_path: Path, scheme: str) -> None:
    """As a process of its own, with the event loop that it is installed with."""
    printer = emulated("TM-T20III")
    with PtyPrinter(printer.feed) as far:
        config = f'[[printers]]\nname = "caja"\nuri = "{scheme}://{far.path}"\nprofile = "TM-T20III"\ndefault = true\n'
        with daemon_process(tmp_path, config=config) as daemon:
            async with client(daemon.url) as pos:
                await pos.send({"tipo": "subscribe", "topics": ["printers"]})
                await pos.send({"tipo": "ticket", "id": "long", "datos": ticket("x" * 40, 100)})
                result = await pos.until(lambda a: a["tipo"] == "result")
                assert result["state"] == "confirmed"
                await asyncio.to_thread(far.vanish)
                await pos.until(lambda a: a["tipo"] == "printer_status" and a["reasons"] == ["offline"])
            assert await asyncio.to_thread(daemon.terminate) == 0
