"""Each place where printers are looked for, over a real folder, a real socket, or what a system's library would say."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.errors import ConfigError
from ticket_daemon.machine.windows.spooler import InstalledPrinter
from ticket_daemon.machine.windows.winspool import SpoolerError
from ticket_daemon.poster.profile.catalogue import recognise
from ticket_daemon.printers import discovery
from ticket_daemon.printers.discovery import NotLooked, cups, device_files, scan, serial_ports, usb, windows
from ticket_daemon.printers.discovery.patterns import judge

# --- what names say ---


@pytest.mark.parametrize(
    ("names", "kind", "profile"),
    [
        ({"name": "caja", "driver": "EPSON TM-T20III Receipt", "port": "USB001"}, "thermal", "TM-T20III"),
        ({"name": "EPSON TM-T88V Receipt5", "driver": "EPSON Advanced Printer Driver 5"}, "thermal", "TM-T88V"),
        ({"name": "POS-80", "driver": "POS-80C", "port": "USB001"}, "thermal", "Generic 80mm"),
        ({"name": "XP-58", "driver": "XP-58", "port": "COM3:"}, "thermal", None),
        ({"name": "Microsoft Print to PDF", "driver": "Microsoft Print To PDF", "port": "PORTPROMPT:"}, "virtual", ""),
        ({"name": "Fax", "driver": "Microsoft Shared Fax Driver", "port": "SHRFAX:"}, "virtual", ""),
        ({"name": "OneNote (Desktop)", "driver": "Send to Microsoft OneNote 16 Driver", "port": "nul:"}, "virtual", ""),
        ({"name": "PDF", "driver": "Generic CUPS-PDF Printer", "port": "cups-pdf:/"}, "virtual", ""),
        ({"name": "HP LaserJet 400", "driver": "HP Universal Printing PCL 6", "port": "192.168.1.20"}, "network", ""),
        ({"name": "Oficina", "driver": "Brother HL-L2350DW", "port": "WSD-1234"}, "network", ""),
        ({"name": "Oficina", "driver": "Canon G3010 series", "port": "USB002"}, "unknown", ""),
    ],
)
def test_what_a_printer_is_by_its_names(names: dict[str, str], kind: str, profile: str | None) -> None:
    judged = judge(**names)
    assert judged.kind == kind
    assert profile is None or judged.profile == profile


def test_the_longest_profile_name_in_a_text_counts() -> None:
    found = [recognise(text) for text in ("EPSON TM-T88VI", "EPSON TM-T88V Receipt", "epson tm t20iii receipt", "HP")]
    assert [profile.name if profile else None for profile in found] == ["TM-T88VI", "TM-T88V", "TM-T20III", None]


@given(st.text(), st.text(), st.text())
def test_any_names_are_judged(name: str, driver: str, port: str) -> None:
    assert judge(name=name, driver=driver, port=port).kind in ("thermal", "virtual", "network", "unknown")


# --- USB ---


def device(folder: Path, name: str, interface: dict[str, str], **about: str) -> Path:
    (folder / name).mkdir(parents=True)
    for key, value in about.items():
        (folder / name / key).write_text(value + "\n")
    inner = folder / f"{name}:1.0"
    inner.mkdir()
    for key, value in interface.items():
        (inner / key).write_text(value + "\n")
    return inner


def test_usb_printers_are_found_with_their_device_file(tmp_path: Path) -> None:
    epson = device(
        tmp_path, "1-2", {"bInterfaceClass": "07", "ieee1284_id": "MFG:EPSON;CMD:ESC/POS;MDL:TM-T20III;CLS:PRINTER;"},
        idVendor="04b8", idProduct="0e28", serial="X5AB/01", manufacturer="EPSON", product="TM-T20III",
    )  # fmt: skip
    (epson / "usbmisc" / "lp3").mkdir(parents=True)
    device(tmp_path, "1-3", {"bInterfaceClass": "07"}, idVendor="0416", idProduct="5011", product="POS58 Printer")
    device(tmp_path, "1-4", {"bInterfaceClass": "03"}, idVendor="046d", idProduct="c31c", product="Keyboard")
    first, second = usb.look(tmp_path)
    assert (first.uri, first.port, first.model) == ("file:///dev/usb/lp3", "/dev/usb/lp3", "EPSON TM-T20III")
    assert (first.kind, first.profile, first.same_as) == ("thermal", "TM-T20III", ("usb://04b8:0e28/X5AB%2F01",))
    assert (second.uri, second.kind) == ("usb://0416:5011", "thermal")


def test_a_makers_usb_id_is_enough_to_be_thermal(tmp_path: Path) -> None:
    device(tmp_path, "1-1", {"bInterfaceClass": "07"}, idVendor="20d1", idProduct="7008")
    device(tmp_path, "1-2", {"bInterfaceClass": "07"}, idVendor="03f0", idProduct="002a", product="LaserJet 1020")
    assert [printer.kind for printer in usb.look(tmp_path)] == ["thermal", "unknown"]


def test_a_linux_without_usb_has_no_printer_there_and_other_systems_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usb.sys, "platform", "linux")
    assert usb.look(tmp_path / "nothing") == []
    monkeypatch.setattr(usb.sys, "platform", "darwin")
    with pytest.raises(NotLooked, match="USB devices cannot be seen"):
        usb.look(tmp_path / "nothing")


def test_only_what_this_system_can_have_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery.sys, "platform", "win32")
    assert set(discovery.sources(discovery.SOURCES)) == {"windows", "serial", "mdns"}
    monkeypatch.setattr(discovery.sys, "platform", "linux")
    assert set(discovery.sources(discovery.SOURCES)) == {"cups", "usb", "files", "serial", "mdns"}


@given(st.text())
def test_any_device_id_is_read(text: str) -> None:
    assert all(key == key.upper().strip() for key in usb.device_id(text))


def test_device_files_are_found_and_plain_files_are_not(tmp_path: Path) -> None:
    (tmp_path / "lp0").write_text("")
    (tmp_path / "lp1").symlink_to("/dev/null")
    assert [printer.uri for printer in device_files.look(tmp_path)] == [f"file://{tmp_path}/lp1"]


# --- serial ports ---


def port(name: str, hwid: str = "USB VID:PID=1A86:7523", **about: Any) -> Any:
    facts = {"description": "USB Serial", "manufacturer": None, "product": None} | about
    return SimpleNamespace(device=name, hwid=hwid, **facts)


async def test_serial_ports_are_places_to_try_and_empty_ones_are_left_out() -> None:
    ports = [
        port("/dev/ttyUSB0"), port("/dev/ttyS3", "n/a"), port("COM3"), port("/dev/ttyACM0", product="EPSON TM-T20II"),
    ]  # fmt: skip
    found = await serial_ports.find(lambda: ports)
    assert [(one.name, one.uri, one.kind) for one in found] == [
        ("ttyUSB0", "serial:///dev/ttyUSB0", "unknown"),
        ("COM3", "serial://COM3", "unknown"),
        ("ttyACM0", "serial:///dev/ttyACM0", "thermal"),
    ]


# --- Windows ---


async def test_windows_printers_in_this_programs_words() -> None:
    installed = [
        InstalledPrinter("Caja Á", "USB001", "EPSON TM-T20III Receipt", is_default=True),
        InstalledPrinter("Cocina", "192.168.1.9", "Generic / Text Only", reasons=("offline",)),
        InstalledPrinter("Microsoft Print to PDF", "PORTPROMPT:", "Microsoft Print To PDF"),
        InstalledPrinter("Oficina", r"\\srv\hp", "HP Universal", is_network=True, reasons=("paused",)),
        InstalledPrinter("Rota", "USB002", "Canon", reasons=("media-jam",)),
    ]
    found = {one.name: one for one in await windows.find(lambda: installed)}
    assert found["Caja Á"].uri == "winspool://Caja%20%C3%81"
    assert found["Caja Á"].profile == "TM-T20III"
    assert {name: (one.status, one.kind) for name, one in found.items()} == {
        "Caja Á": ("ready", "thermal"),
        "Cocina": ("offline", "thermal"),
        "Microsoft Print to PDF": ("ready", "virtual"),
        "Oficina": ("paused", "network"),
        "Rota": ("error", "unknown"),
    }


async def test_a_windows_spooler_that_does_not_answer_is_said() -> None:
    def stopped() -> list[InstalledPrinter]:
        raise SpoolerError("EnumPrinters", 1722, "The RPC server is unavailable.")

    with pytest.raises(NotLooked, match="RPC server is unavailable"):
        await windows.find(stopped)


async def test_elsewhere_windows_is_no_place_to_look() -> None:
    with pytest.raises(NotLooked, match="not Windows"):
        await windows.find()


# --- CUPS ---


def attribute(tag: int, name: str, *values: bytes) -> bytes:
    parts = [
        struct.pack(">BH", tag, len(key)) + key + struct.pack(">H", len(value)) + value
        for key, value in zip([name.encode(), *[b""] * len(values)], values, strict=False)
    ]
    return b"".join(parts)


def queue(name: str, device: str, driver: str, state: int, reasons: tuple[bytes, ...], bits: int) -> bytes:
    return bytes([4]) + b"".join(
        (
            attribute(0x42, "printer-name", name.encode()),
            attribute(0x45, "device-uri", device.encode()),
            attribute(0x41, "printer-make-and-model", driver.encode()),
            attribute(0x23, "printer-state", struct.pack(">i", state)),
            attribute(0x44, "printer-state-reasons", *reasons),
            attribute(0x22, "printer-is-accepting-jobs", b"\1"),
            attribute(0x23, "printer-type", struct.pack(">i", bits)),
        )
    )


ANSWER = b"".join(
    (
        bytes([1, 1, 0, 0, 0, 0, 0, 1, 1]),
        attribute(0x47, "attributes-charset", b"utf-8"),
        queue("caja", "usb://EPSON/TM-T20III", "Local Raw Printer", 3, (b"none",), 0x20000),
        queue("cocina", "socket://192.168.1.9:9100", "EPSON TM-T88V", 5, (b"paused",), 0),
        queue("lejos", "ipp://x", "HP", 4, (b"offline-report", b"media-low"), 0),
        bytes([3]),
    )
)


async def test_cups_queues_are_read_from_what_cups_says() -> None:
    asked: list[bytes] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(await request.read())
        return web.Response(body=ANSWER, content_type="application/ipp")

    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        caja, cocina, lejos = await cups.find(f"127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()
    assert asked[0][2:4] == b"\x40\x02"
    assert (caja.uri, caja.is_default, caja.status) == ("cups://caja", True, "ready")
    assert (cocina.status, cocina.kind, cocina.profile) == ("paused", "thermal", "TM-T88V")
    assert (lejos.status, lejos.kind) == ("offline", "network")


@pytest.mark.parametrize("server", ["127.0.0.1:1", "/nonexistent/cups.sock"])
async def test_a_cups_that_does_not_answer_is_said(server: str) -> None:
    with pytest.raises(NotLooked, match="does not answer"):
        await cups.find(server)


@given(data=st.binary())
async def test_whatever_cups_answers_is_queues_or_is_said(data: bytes) -> None:
    for whole in (data, ANSWER[:9] + data, ANSWER[: len(data) % len(ANSWER)]):
        with pytest.MonkeyPatch.context() as patch, contextlib.suppress(NotLooked):
            patch.setattr(cups, "ask", lambda _, whole=whole: answered(whole))
            assert all(printer.source == "cups" for printer in await cups.find("any"))


async def answered(body: bytes) -> bytes:
    return body


async def test_a_cups_without_queues_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cups, "ask", lambda _: answered(b"\x02\x00\x04\x06\x00\x00\x00\x01\x01\x03"))
    assert await cups.find("any") == []


async def test_a_cups_that_refuses_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cups, "ask", lambda _: answered(b"\x02\x00\x04\x01\x00\x00\x00\x01\x01\x03"))
    with pytest.raises(NotLooked, match="0401h"):
        await cups.find("any")


# --- the network ---


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("8.8.8.0/24", "discovery.public_subnet"),
        ("10.0.0.0/8", "discovery.large_subnet"),
        ("0.0.0.0/0", "discovery.public_subnet"),
        ("tienda", "discovery.no_subnet"),
        ("192.168.1.0/33", "discovery.no_subnet"),
    ],
)
def test_only_one_small_private_network_is_scanned(text: str, key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        scan.network(text)
    assert refused.value.key == key


def test_without_a_word_the_own_network_is_meant() -> None:
    found = scan.network()
    assert found.prefixlen == 24
    assert ipaddress.ip_address(scan._own_address()) in found


async def test_every_address_of_the_network_is_looked_at_and_not_too_many_at_a_time() -> None:
    seen: list[str] = []
    now = most = 0

    async def look(host: str, port: int) -> bool:
        nonlocal now, most
        seen.append(host)
        now, most = now + 1, max(most, now + 1)
        await asyncio.sleep(0)
        now -= 1
        return host.endswith(".7") and port == 9100

    result = await scan.scan("192.168.5.0/24", look=look)
    assert (len(seen), most) == (254, scan.PARALLEL)
    assert result.network == "192.168.5.0/24"
    assert [one.uri for one in result.printers] == ["socket://192.168.5.7:9100"]
