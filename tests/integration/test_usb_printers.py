"""USB printers by pyusb: finding and claiming one, its port status, and what a pulled cable leaves in doubt.

There is no hardware in it: what stands where libusb would is the tests' own. All of pyusb above it is the real one.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from support.fake_usb import FakeUsb, FakeUsbPrinter
from support.shop import Shop
from ticket_daemon.errors import LinkError
from ticket_daemon.poster.emulator import Printer
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.settings.config import PrinterSettings
from ticket_daemon.transport import LinkBroken
from ticket_daemon.transport.addresses import UsbAddress
from ticket_daemon.transport.usb import CHUNK, UsbLink, port_reasons

DATA = bytes(range(256)) * 100


def link_to(*printers: FakeUsbPrinter, serial: str = "") -> UsbLink:
    return UsbLink(UsbAddress(printers[0].vendor, printers[0].product, serial), backend=FakeUsb(*printers))


@asynccontextmanager
async def opened(*printers: FakeUsbPrinter, serial: str = "") -> AsyncIterator[UsbLink]:
    link = link_to(*printers, serial=serial)
    await link.open()
    try:
        yield link
    finally:
        await link.close()


async def refused(link: UsbLink) -> LinkError:
    with pytest.raises(LinkError) as caught:
        await link.open()
    assert not isinstance(caught.value, LinkBroken)
    assert not link.is_open
    return caught.value


# --- finding and claiming ---


async def test_the_kernels_driver_lets_go_and_gets_the_printer_back() -> None:
    printer = FakeUsbPrinter()
    async with opened(printer):
        assert printer.claimed
        assert not printer.kernel_driver_held
    assert not printer.claimed
    assert printer.kernel_driver_held


async def test_of_two_alike_the_serial_number_tells() -> None:
    one, two = FakeUsbPrinter(serial="A1"), FakeUsbPrinter(serial="B2")
    async with opened(one, two, serial="B2") as link:
        await link.write(b"x")
    assert (bytes(one.received), bytes(two.received)) == (b"", b"x")


async def test_a_serial_number_nobody_has_is_not_there() -> None:
    error = await refused(link_to(FakeUsbPrinter(serial="A1"), serial="B2"))
    assert error.key == "link.no_device"


async def test_the_setting_that_speaks_both_ways_is_chosen() -> None:
    printer = FakeUsbPrinter(interfaces=((7, 1, 1), (7, 1, 3), (7, 1, 2)))
    async with opened(printer) as link:
        assert printer.alternate == 2
        assert link.two_way


async def test_a_printer_that_cannot_answer_is_one_way() -> None:
    async with opened(FakeUsbPrinter(interfaces=((7, 1, 1),))) as link:
        assert not link.two_way
        await link.write(b"x")


async def test_an_interface_of_the_vendors_own_will_do() -> None:
    printer = FakeUsbPrinter(interfaces=((0xFF, 0, 0),))
    async with opened(printer) as link:
        await link.write(b"x")
    assert bytes(printer.received) == b"x"


async def test_what_is_no_printer_is_refused() -> None:
    assert (await refused(link_to(FakeUsbPrinter(interfaces=((3, 1, 1),))))).key == "link.cannot_open"


async def test_a_device_nobody_has_configured_is() -> None:
    printer = FakeUsbPrinter()
    printer.configured = False
    async with opened(printer):
        assert printer.configured


@pytest.mark.parametrize(
    ("step", "number", "key"),
    [
        ("open", errno.EACCES, "link.usb_permission"),
        ("detach", errno.EPERM, "link.usb_permission"),
        ("claim", errno.EBUSY, "link.in_use"),
        ("claim", errno.ENODEV, "link.no_device"),
        ("open", errno.EIO, "link.no_device"),
        ("claim", errno.ENOMEM, "link.cannot_open"),
    ],
)
async def test_what_keeps_it_from_opening_is_named(step: str, number: int, key: str) -> None:
    printer = FakeUsbPrinter()
    printer.refuses[step] = number
    assert (await refused(link_to(printer))).key == key
    del printer.refuses[step]
    async with opened(printer):
        pass


@pytest.mark.parametrize("lang", ["es", "en"])
async def test_without_permission_the_rule_to_add_is_shown(lang: str) -> None:
    printer = FakeUsbPrinter()
    printer.refuses["open"] = errno.EACCES
    text = (await refused(link_to(printer))).text(lang)
    assert 'SUBSYSTEM=="usb", ATTR{idVendor}=="04b8", ATTR{idProduct}=="0e15", GROUP="lp", MODE="0660"' in text


async def test_a_serial_number_that_may_not_be_read_is_a_matter_of_permission() -> None:
    printer = FakeUsbPrinter()
    printer.refuses["control"] = errno.EACCES
    assert (await refused(link_to(printer, serial="A1"))).key == "link.usb_permission"


async def test_the_real_libusb_is_found_and_has_no_such_printer() -> None:
    from usb.backend import libusb1

    if libusb1.get_backend() is None:
        pytest.skip("libusb is not there: apt-get install -y --no-install-recommends libusb-1.0-0")
    assert (await refused(UsbLink(UsbAddress(0x04B8, 0xFFFF)))).key == "link.no_device"


async def test_without_libusb_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from usb.backend import libusb0, libusb1, openusb

    for backend in (libusb0, libusb1, openusb):
        monkeypatch.setattr(backend, "get_backend", lambda find_library=None: None)
    assert (await refused(UsbLink(UsbAddress(0x04B8, 0x0E15)))).key == "link.no_libusb"


# --- bytes ---


async def test_a_pulled_cable_says_how_much_may_have_left() -> None:
    printer = FakeUsbPrinter()
    printer.vanish_after = CHUNK + 100
    async with opened(printer) as link:
        with pytest.raises(LinkBroken) as caught:
            await link.write(DATA)
        assert (caught.value.key, caught.value.sent) == ("link.broken", 2 * CHUNK)
        assert len(printer.received) == CHUNK + 100
        assert not link.is_open


async def test_a_printer_that_takes_nothing_for_a_while_is_waited_for() -> None:
    printer = FakeUsbPrinter()
    async with opened(printer) as link:
        printer.stall()
        writing = asyncio.create_task(link.write(DATA))
        await asyncio.wait([writing], timeout=0.4)
        assert not writing.done()
        printer.takes = True
        await writing
    assert bytes(printer.received) == DATA


async def test_what_it_says_is_read_in_whole_and_a_pulled_cable_ends_it() -> None:
    printer = FakeUsbPrinter()
    async with opened(printer) as link:
        printer.say(bytes(1000))
        assert len(await link.read()) + len(await link.read()) == 1000
        reading = asyncio.create_task(link.read())
        await asyncio.sleep(0)
        printer.unplug()
        assert await asyncio.wait_for(reading, 10) == b""
        assert not link.is_open


async def test_a_printer_without_paper_is_waited_for_longer_than_one_that_says_nothing() -> None:
    printer = FakeUsbPrinter()
    async with opened(printer) as link:
        link._stall_s = 0.1
        heard: list[tuple[str, ...]] = []
        link.heard = heard.append
        printer.stall()
        printer.port_status = 0x38
        writing = asyncio.create_task(link.write(DATA))
        await asyncio.wait([writing], timeout=0.8)
        assert not writing.done()
        assert heard
        assert set(heard) == {("media-empty",)}
        printer.port_status = 0x18
        with pytest.raises(LinkBroken) as caught:
            await writing
        assert (caught.value.key, caught.value.sent) == ("link.stalled", 0)


async def test_pulled_while_it_stands_still_the_bytes_before_are_in_doubt() -> None:
    printer = FakeUsbPrinter()
    async with opened(printer) as link:
        printer.takes_at_most = CHUNK
        printer.refuses["control"] = errno.ENODEV
        writing = asyncio.create_task(link.write(DATA))
        await asyncio.wait([writing], timeout=0.5)
        printer.unplug()
        with pytest.raises(LinkBroken) as caught:
            await writing
        assert caught.value.sent >= CHUNK


# --- how it is ---


@pytest.mark.parametrize(
    ("status", "reasons"),
    [
        (0x18, ()),
        (0x00, ()),
        (0x38, ("media-empty",)),
        (0x30, ("media-empty",)),
        (0x08, ("offline",)),
        (0x10, ("error",)),
    ],
)
def test_port_status_in_our_words(status: int, reasons: tuple[str, ...]) -> None:
    assert port_reasons(status) == reasons


async def test_a_printer_that_does_not_know_the_question_is_not_asked_again() -> None:
    printer = FakeUsbPrinter()
    printer.port_status = None
    async with opened(printer) as link:
        assert await link.reasons() == ()
        assert not link.tells


async def test_asking_a_printer_that_is_gone_breaks_the_link() -> None:
    printer = FakeUsbPrinter()
    async with opened(printer) as link:
        printer.unplug()
        with pytest.raises(LinkBroken) as caught:
            await link.reasons()
        assert caught.value.sent == 0
        assert not link.is_open


# --- the whole way ---


@asynccontextmanager
async def shop(
    folder: Path, printer: FakeUsbPrinter, profile: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Shop]:
    link = link_to(printer)
    monkeypatch.setattr("ticket_daemon.spooler.spooler.make_link", lambda *_: link)
    here = Shop(folder, PrinterSettings("caja", "usb://04b8:0e15", profile, default=True))
    await here.start()
    try:
        yield here
    finally:
        await here.stop()


async def test_a_usb_printer_that_can_confirms_its_tickets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = find("TM-T20III")
    assert profile is not None
    printer = FakeUsbPrinter(answer=Printer(profile).feed)
    async with shop(tmp_path, printer, "TM-T20III", monkeypatch) as here:
        for n in range(3):
            await here.submit(f"t{n}")
            assert await here.until(f"t{n}", "confirmed", "sent", "held") == "confirmed"
    assert printer.kernel_driver_held


async def test_a_printer_without_answers_tells_of_its_paper_by_the_port_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer = FakeUsbPrinter()
    printer.port_status = 0x38
    async with shop(tmp_path, printer, "Generic 80mm", monkeypatch) as here:
        await here.until_status("media-empty")
        await here.submit("waits")
        await here.until("waits", "queued")
        printer.port_status = 0x18
        assert await here.until("waits", "sent", "held") == "sent"


async def test_paper_that_ends_in_the_middle_of_a_ticket_is_told_and_the_ticket_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer = FakeUsbPrinter()
    async with shop(tmp_path, printer, "Generic 80mm", monkeypatch) as here:
        await here.until_status()
        printer.takes_at_most = 6000
        await here.submit("long", lines=1000)
        await here.until("long", "printing")
        printer.port_status = 0x38
        await here.until_status("media-empty")
        printer.port_status, printer.takes_at_most = 0x18, None
        assert await here.until("long", "sent", "held") == "sent"
        await here.until_status()


async def test_a_printer_that_is_plugged_in_again_prints_what_waited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer = FakeUsbPrinter()
    async with shop(tmp_path, printer, "Generic 80mm", monkeypatch) as here:
        await here.submit("first")
        await here.until("first", "sent")
        printer.unplug()
        await here.until_status("offline")
        await here.submit("second")
        printer.claimed, printer.kernel_driver_held, printer.plugged = False, True, True
        assert await here.until("second", "sent", "held", "failed") == "sent"
