"""A web page's receipt, a PDF, a picture and plain text are tickets, whichever way they come."""

from __future__ import annotations

import base64
import io
import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import segno
import zxingcpp
from PIL import Image

from support.client import client
from support.daemon_process import DaemonProcess
from ticket_daemon.client import Client, Content
from ticket_daemon.formats.html import found

PRINTER = '[[printers]]\nname = "caja"\nuri = "virtual://caja"\nprofile = "TM-T20III"\ndefault = true\n'
needs_browser = pytest.mark.skipif(found() is None, reason="these tests need a browser: apt install chromium")


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    made = DaemonProcess(tmp_path_factory.mktemp("formats") / "data", config=PRINTER)
    yield made
    made.terminate()


def png(width: int = 200, height: int = 80) -> bytes:
    picture, out = Image.new("L", (width, height), 255), io.BytesIO()
    picture.paste(0, (10, 10, width - 10, 20))
    picture.save(out, "PNG")
    return out.getvalue()


def qr_png() -> bytes:
    out = io.BytesIO()
    segno.make("venta-1001").save(out, kind="png", scale=8)
    return out.getvalue()


def pdf() -> bytes:
    out = io.BytesIO()
    Image.open(io.BytesIO(qr_png())).convert("L").save(out, "PDF", resolution=203)
    return out.getvalue()


def post(daemon: DaemonProcess, body: bytes, kind: str, query: str = "", **headers: str) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(
        f"{daemon.url}/api/v1/jobs{query}", body, {"Content-Type": kind, **headers}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def paper(daemon: DaemonProcess, job_id: str) -> Image.Image:
    Client(daemon.url).wait(job_id, timeout=30)
    return Image.open(io.BytesIO(daemon.get(f"/api/v1/jobs/{job_id}/paper.png")[1]))


@needs_browser
async def test_a_web_pages_receipt_prints_with_its_barcode_readable(daemon: DaemonProcess) -> None:
    code = base64.b64encode(qr_png()).decode()
    html = f'<h1>Café La Nube</h1><img src="data:image/png;base64,{code}"><table><tr><td>Total<td>$61.00</table>'
    async with client(daemon.url) as shop:
        await shop.send({"tipo": "ticket", "id": "html-1", "formato": "html", "contenido": html})
        assert (await shop.until(lambda answer: answer["tipo"] == "result"))["state"] == "confirmed"
    assert [found.text for found in zxingcpp.read_barcodes(paper(daemon, "html-1"))] == ["venta-1001"]


@needs_browser
def test_a_page_reaches_no_network_no_files_and_runs_no_script(daemon: DaemonProcess) -> None:
    hostile = (
        f'<img src="{daemon.url}/health"><iframe src="file:///etc/passwd" width=400 height=200></iframe>'
        "<script>document.body.innerHTML = '<h1>' + 'X'.repeat(5000) + '</h1>'; while (true) {}</script><p>inocente</p>"
    )
    status, ack = post(daemon, hostile.encode(), "text/html", "?id=hostile")
    assert status == 202, ack
    assert Client(daemon.url).wait("hostile", timeout=30).is_printed
    assert paper(daemon, "hostile").height < 1500


@needs_browser
def test_what_is_too_much_for_a_page_is_refused_with_a_number(daemon: DaemonProcess) -> None:
    status, refusal = post(daemon, b"<b>" * 30_000, "text/html")
    assert (status, refusal["code"]) == (422, "invalid_document")
    assert "20000" in refusal["mensaje"]
    status, refusal = post(daemon, b'<div style="height:900000px">', "text/html")
    assert status == 422
    assert "48000" in refusal["mensaje"]


@needs_browser
def test_a_page_break_is_a_cut(daemon: DaemonProcess) -> None:
    page = b'<p style="break-after:page">uno</p><p>dos</p>'
    assert post(daemon, page, "text/html", "?id=breaks")[0] == 202
    one = b"<p>uno</p><p>dos</p>"
    assert post(daemon, one, "text/html", "?id=no-breaks")[0] == 202
    assert paper(daemon, "breaks").height > paper(daemon, "no-breaks").height


def test_a_pdf_prints_with_its_symbol_readable(daemon: DaemonProcess) -> None:
    status, ack = post(daemon, pdf(), "application/pdf", "?id=pdf-1&printer=caja&copies=2")
    assert status == 202, ack
    assert "venta-1001" in [found.text for found in zxingcpp.read_barcodes(paper(daemon, "pdf-1"))]


def test_a_broken_pdf_is_refused(daemon: DaemonProcess) -> None:
    for broken in (b"%PDF-1.7 and no more", b"no pdf"):
        assert post(daemon, broken, "application/pdf")[0] == 422


def test_a_picture_prints(daemon: DaemonProcess) -> None:
    assert post(daemon, png(), "image/png", "?id=png-1")[0] == 202
    assert Client(daemon.url).wait("png-1", timeout=30).is_printed
    assert post(daemon, b"no picture", "image/png")[0] == 422


def test_plain_text_prints_when_its_sender_says_that_it_is_no_form(daemon: DaemonProcess) -> None:
    text = "Hola ñandú €\n你好\fotra hoja\n".encode()
    assert post(daemon, text, "text/plain", "?id=text-0")[0] == 415
    assert post(daemon, text, "text/plain", "?id=text-1", **{"Ticket-Format": "text"})[0] == 202
    assert Client(daemon.url).wait("text-1", timeout=30).is_printed
    assert post(daemon, b"\xff\xfe", "text/plain", **{"Ticket-Format": "text"})[0] == 422


def test_the_same_id_with_another_content_is_a_conflict(daemon: DaemonProcess) -> None:
    assert post(daemon, png(), "image/png", "?id=same")[0] == 202
    assert post(daemon, png(), "image/png", "?id=same")[0] == 200
    assert post(daemon, png(100), "image/png", "?id=same")[0] == 409


def test_a_reprint_has_its_heading_and_the_same_content(daemon: DaemonProcess) -> None:
    assert post(daemon, pdf(), "application/pdf", "?id=pdf-2")[0] == 202
    python = Client(daemon.url)
    assert python.wait("pdf-2", timeout=30).is_printed
    again = python.reprint("pdf-2", banner=True, timeout=30)
    assert again.is_printed
    assert paper(daemon, again.id).height > paper(daemon, "pdf-2").height


def test_the_command_line_prints_files_by_their_ending(daemon: DaemonProcess, tmp_path: Path) -> None:
    for name, body in (("a.pdf", pdf()), ("b.png", png()), ("c.txt", "ñandú\n".encode()), ("d.prn", b"\x1b@Hola\n")):
        (tmp_path / name).write_bytes(body)
        command = [sys.executable, "-m", "ticket_daemon", "print", str(tmp_path / name), "--url", daemon.url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_python_client_prints_what_is_no_document(daemon: DaemonProcess) -> None:
    python = Client(daemon.url)
    assert python.print(Content("pdf", pdf()), timeout=30).is_printed
    assert python.print(Content("text", "Hola"), timeout=30).is_printed


def test_an_unknown_format_is_refused_by_name(daemon: DaemonProcess) -> None:
    body = json.dumps({"formato": "papyrus", "contenido": "x"}).encode()
    status, refusal = post(daemon, body, "application/json")
    assert (status, refusal["code"]) == (415, "unknown_format")


def test_nothing_of_a_browser_is_left_when_the_daemon_stops(tmp_path: Path) -> None:
    if shutil.which("chromium") is None:
        pytest.skip("this test needs Chromium: apt install chromium")
    daemon = DaemonProcess(tmp_path / "data", config=PRINTER)
    assert post(daemon, b"<p>Hola</p>", "text/html")[0] == 202
    assert daemon.terminate() == 0
