"""Points of sale that print to an Epson at an address print through the daemon, and hear the truth."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest

from support.daemon_process import DaemonProcess
from ticket_daemon.formats.epos.xml import EPOS, SOAP
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter

CGI = "/cgi-bin/epos/service.cgi"
PAGE = "https://pos.example"
SALE = "<text>total&#10;</text><cut/>"


class Said(NamedTuple):
    http: int
    success: bool
    code: str
    status: int
    headers: Any


def envelope(inside: str, job: str = "") -> bytes:
    header = f'<s:Header><parameter xmlns="{EPOS}"><printjobid>{job}</printjobid></parameter></s:Header>' if job else ""
    body = f'<s:Body><epos-print xmlns="{EPOS}">{inside}</epos-print></s:Body>'
    return f'<s:Envelope xmlns:s="{SOAP}">{header}{body}</s:Envelope>'.encode()


def post(
    daemon: DaemonProcess, body: bytes, path: str = CGI, query: str = "devid=local_printer&timeout=3000", **fields: str
) -> Said:
    headers = {"Content-Type": "text/xml; charset=utf-8", **{k.replace("_", "-"): v for k, v in fields.items()}}
    request = urllib.request.Request(f"http://127.0.0.1:{daemon.port}{path}?{query}", body, headers)
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as refused:
        answer = refused
    with answer:
        response = ElementTree.fromstring(answer.read()).find(f".//{{{EPOS}}}response")
        assert response is not None
        given = response.attrib
        return Said(answer.status, given["success"] == "true", given["code"], int(given["status"]), answer.headers)


class Shop(NamedTuple):
    daemon: DaemonProcess
    printer: EmulatedPrinter

    async def post(self, *arguments: Any, **fields: Any) -> Said:
        return await asyncio.to_thread(post, self.daemon, *arguments, **fields)

    def printed(self) -> int:
        return b"".join(self.printer.received).count(b"total")


def configuration(printer: EmulatedPrinter, more: str = "") -> str:
    return (
        f'[epos]\nenabled = true\n{more}\n[server]\nallowed_origins = ["{PAGE}"]\n'
        f'[[printers]]\nname = "caja"\nuri = "{printer.uri}"\nprofile = "TM-T20III"\ndefault = true\n'
    )


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with EmulatedPrinter(find("TM-T20III")) as printer:
        daemon = await asyncio.to_thread(DaemonProcess, tmp_path / "data", config=configuration(printer))
        yield Shop(daemon, printer)
        await asyncio.to_thread(daemon.terminate)


async def test_a_ticket_is_answered_when_it_is_printed(shop: Shop) -> None:
    said = await shop.post(envelope(SALE))
    assert said[:4] == (200, True, "", 0x16)
    assert shop.printed() == 1


async def test_two_equal_tickets_without_an_id_are_two(shop: Shop) -> None:
    for _ in range(2):
        assert (await shop.post(envelope(SALE))).success
    assert shop.printed() == 2


@pytest.mark.parametrize(
    ("condition", "code", "bit"),
    [
        ({"paper_out": True}, "EPTR_REC_EMPTY", 0x80000),
        ({"cover_open": True}, "EPTR_COVER_OPEN", 0x20),
        ({"error": "recoverable"}, "EPTR_MECHANICAL", 0x400),
    ],
)
async def test_a_printer_in_trouble_is_told_and_the_ticket_never_prints(
    shop: Shop, condition: dict[str, Any], code: str, bit: int
) -> None:
    shop.printer.set_condition(**condition)
    said = await shop.post(envelope(SALE))
    assert said[:3] == (200, False, code)
    assert said.status & bit
    shop.printer.set_condition(**dict.fromkeys(condition, condition.keys() == {"error"} and ""))
    assert (await shop.post(envelope("<text>retry</text>"))).success
    assert shop.printed() == 0


async def test_a_printer_that_is_off_cannot_be_reached(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        uri = f"socket://127.0.0.1:{taken.getsockname()[1]}"
        config = f'[epos]\nenabled = true\n[[printers]]\nname = "caja"\nuri = "{uri}"\ndefault = true\n'
        daemon = await asyncio.to_thread(DaemonProcess, tmp_path / "data", config=config)
        try:
            said = await asyncio.to_thread(post, daemon, envelope(SALE))
            assert said[:4] == (200, False, "EX_BADPORT", 1)
        finally:
            await asyncio.to_thread(daemon.terminate)


async def test_a_clients_own_id_prints_once_and_can_be_asked_for(shop: Shop) -> None:
    assert (await shop.post(envelope("", "A1"))).code == "JobNotFound"
    for _ in range(3):
        assert (await shop.post(envelope(SALE, "A1"))).success
    assert (await shop.post(envelope("", "A1")))[:3] == (200, True, "")
    assert shop.printed() == 1


async def test_an_id_whose_ticket_never_began_prints_when_it_comes_again(shop: Shop) -> None:
    shop.printer.set_condition(cover_open=True)
    assert (await shop.post(envelope(SALE, "A1"))).code == "EPTR_COVER_OPEN"
    shop.printer.set_condition(cover_open=False)
    assert (await shop.post(envelope(SALE, "A1"))).success
    assert shop.printed() == 1


async def test_an_empty_document_asks_how_the_printer_is_and_prints_nothing(shop: Shop) -> None:
    assert (await shop.post(envelope(""))).status == 0x14
    status, body = await asyncio.to_thread(shop.daemon.get, "/api/v1/jobs")
    assert (status, json.loads(body)["jobs"]) == (200, [])


async def test_the_device_or_the_path_names_a_printer(shop: Shop) -> None:
    assert (await shop.post(envelope(SALE), CGI, "devid=virtual")).success
    assert (await shop.post(envelope(SALE), "/p/virtual" + CGI)).success
    assert shop.printed() == 0
    assert (await shop.post(envelope(SALE), "/p/caja" + CGI)).success
    assert (await shop.post(envelope(SALE), CGI, "devid=nobody")).code == "DeviceNotFound"
    assert (await shop.post(envelope(SALE), "/p/caja/wrong" + CGI)).code == "DeviceNotFound"
    assert shop.printed() == 1


@pytest.mark.parametrize(
    "body", [b"", b"<x/>", b"no xml", envelope("<print/>"), b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"]
)
async def test_what_cannot_be_read_is_a_schema_error(shop: Shop, body: bytes) -> None:
    assert (await shop.post(body))[:3] == (200, False, "SchemaError")


async def test_a_body_over_the_limit_is_told_in_an_envelope(tmp_path: Path) -> None:
    config = "[epos]\nenabled = true\n[server]\nmax_frame_mib = 1\n"
    daemon = await asyncio.to_thread(DaemonProcess, tmp_path / "data", config=config)
    try:
        said = await asyncio.to_thread(post, daemon, b"x" * (2 << 20))
        assert said[:3] == (200, False, "RequestEntityTooLarge")
    finally:
        await asyncio.to_thread(daemon.terminate)


async def test_a_page_sends_plain_text_without_asking_when_its_origin_is_allowed(shop: Shop) -> None:
    plain = "text/plain;charset=UTF-8"
    said = await shop.post(envelope(SALE), Content_Type=plain, Origin=PAGE)
    assert (said.success, said.headers["Access-Control-Allow-Origin"]) == (True, PAGE)
    with pytest.raises(ElementTree.ParseError):  # the daemon's own refusal, in JSON
        await shop.post(envelope(SALE), Content_Type=plain, Origin="https://evil.example")
    assert shop.printed() == 1


async def test_a_preflight_lets_the_sdks_headers_pass(shop: Shop) -> None:
    def ask() -> Any:
        headers = {
            "Origin": PAGE,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,if-modified-since,soapaction",
            "Access-Control-Request-Private-Network": "true",
        }
        url = f"http://127.0.0.1:{shop.daemon.port}{CGI}"
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers, method="OPTIONS")) as answer:
            return answer.headers

    said = await asyncio.to_thread(ask)
    allowed = {name.strip().lower() for name in said["Access-Control-Allow-Headers"].split(",")}
    assert {"content-type", "if-modified-since", "soapaction"} <= allowed
    assert said["Access-Control-Allow-Private-Network"] == "true"


async def test_a_picture_as_odoo_packs_it_prints(shop: Shop) -> None:
    code = base64.b64encode(b"\xf0" * (512 * 40 // 8)).decode()
    image = f'<image width="512" height="40" align="center">{code}</image><cut type="feed"/>'
    assert (await shop.post(envelope(image), Content_Type="text/plain", Origin=PAGE)).success


async def test_a_ticket_with_an_id_prints_once_however_often_the_daemon_dies(tmp_path: Path) -> None:
    async with EmulatedPrinter(find("TM-T20III")) as printer:
        config = configuration(printer)
        for round_ in range(6):
            daemon = await asyncio.to_thread(DaemonProcess, tmp_path / "data", config=config)
            asking = asyncio.create_task(asyncio.to_thread(_quietly, daemon, envelope(SALE, "A1")))
            if round_ < 5:
                await asyncio.sleep(0)
                await asyncio.wait((asking,), timeout=0.004 * round_)
                await asyncio.to_thread(daemon.kill)
            await asking
        last = await asyncio.to_thread(post, daemon, envelope("", "A1"))
        await asyncio.to_thread(daemon.terminate)
        assert b"".join(printer.received).count(b"total") <= 1
        assert last.success or last.code == "EX_TIMEOUT"  # held: nobody knows what came out of the one that was killed


def _quietly(daemon: DaemonProcess, body: bytes) -> None:
    with contextlib.suppress(OSError):
        post(daemon, body)
