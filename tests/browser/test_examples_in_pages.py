"""The examples for web pages, run as they stand in Chromium; what they print, byte by byte."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from support.daemon_process import daemon_process
from support.pages import page_server
from support.tcp_printer import TcpPrinter
from ticket_daemon.poster import Ticket, cell
from ticket_daemon.poster.render import render_ticket

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "clients" / "javascript" / "node_modules"
#: The address that stands in the examples.
USUAL = "127.0.0.1:8766"


def config(uri: str) -> str:
    return f'[[printers]]\nname = "caja"\nuri = "{uri}"\ndefault = true\nretry_s = 600\n'


def test_the_plain_page_prints_once(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    sale = (
        Ticket("Generic 80mm")
        .text("CAFÉ LA NUBE", align="center", bold=True, size="2x2")
        .table(
            [("Cant", 4, "right"), ("Producto", 30, "left"), ("Total", 10, "right")], [[2, "Café con leche", "3.20"]]
        )
        .text("3.20", label="TOTAL", bold=True)
        .cut()
    )
    expected = render_ticket(sale.document()).data
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer.uri)) as daemon:
        html = (ROOT / "examples" / "plain.html").read_text("utf-8").replace(USUAL, f"127.0.0.1:{daemon.port}")
        with page_server({"/": ("text/html", html)}) as site:
            page.goto(site)
            for _ in range(2):
                page.evaluate("said.textContent = ''")
                page.get_by_role("button", name="Cobrar").click()
                expect(page.locator("#said")).not_to_be_empty()
        said = page.locator("#said").text_content()
        received = printer.wait_for(len(expected))
    page.close()
    assert said
    assert "impres" in said.lower()
    assert received == expected


def test_the_guide_shows_the_plain_page() -> None:
    guide = (ROOT / "docs" / "integration.md").read_text("utf-8")
    assert (ROOT / "examples" / "plain.html").read_text("utf-8") in guide


def bundled(port: int) -> str:
    """The React example with everything in one file, as a shop's build makes it."""
    if not (TOOLS / "react").exists():
        pytest.skip("this test needs npm's tools: npm --prefix clients/javascript ci")
    client = ROOT / "src" / "ticket_daemon" / "web" / "client.js"
    bundle = subprocess.run(
        [TOOLS / ".bin" / "esbuild", ROOT / "examples" / "react" / "App.jsx", "--bundle", "--format=esm",
         "--jsx=automatic", f"--alias:ticket-daemon-client={client}", "--define:process.env.NODE_ENV='production'"],
        env={**os.environ, "NODE_PATH": str(TOOLS)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return bundle.stdout.replace(USUAL, f"127.0.0.1:{port}")


def test_the_react_example_prints_and_shows_what_became_of_it(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    sale = (
        Ticket("Generic 80mm")
        .text("CAFÉ LA NUBE", align="center", bold=True)
        .row("Café con leche", cell("3.20", 10, "right"))
        .row("Tostada", cell("2.10", 10, "right"))
        .cut()
    )
    expected = render_ticket(sale.document()).data
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer.uri)) as daemon:
        html = '<!doctype html><div id="root"></div><script type="module" src="/app.js"></script>'
        with page_server({"/": ("text/html", html), "/app.js": ("text/javascript", bundled(daemon.port))}) as site:
            page.goto(site)
            expect(page.get_by_role("status")).to_have_text("connected")
            page.get_by_role("button", name="Cobrar").click()
            expect(page.get_by_role("status")).to_contain_text("mpres")
            expect(page.get_by_role("button", name="Cobrar")).to_be_enabled()
            page.get_by_role("button", name="Cobrar").click()
            expect(page.get_by_role("button", name="Cobrar")).to_be_enabled()
        received = printer.wait_for(len(expected))
    page.close()
    assert received == expected
