"""The JavaScript client in pages of a shop's own site, in Chromium, against a daemon that is killed and comes back."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from support.daemon_process import daemon_process
from support.pages import page_server
from support.tcp_printer import TcpPrinter
from ticket_daemon.poster import Ticket
from ticket_daemon.poster.render import render_ticket

SALE_BYTES = render_ticket(Ticket("Generic 80mm").text("VENTA 1001").cut().document()).data


def page_for(daemon_port: int) -> str:
    """A page that loads the client from the daemon and keeps what it hears."""
    return f"""<!doctype html><meta charset="utf-8"><title>Caja</title>
<script type="module">
import {{ connect, Ticket }} from "http://127.0.0.1:{daemon_port}/client.js";
window.daemon = connect({{ url: "ws://127.0.0.1:{daemon_port}/ws" }});
window.heard = [];
daemon.on("ack", () => heard.push("ack"));
daemon.on("result", (result) => heard.push(result));
window.sell = () => daemon.print(new Ticket("Generic 80mm").text("VENTA 1001").cut(), {{ id: "1001" }});
</script>"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def config(uri: str) -> str:
    return f'[[printers]]\nname = "caja"\nuri = "{uri}"\ndefault = true\nretry_s = 600\n'


@pytest.fixture
def shop(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def heard_result(page: Page) -> Any:
    return page.wait_for_function("heard.find((one) => one.id === '1001')").json_value()


def test_a_ticket_survives_a_killed_daemon_and_a_reloaded_page_and_prints_once(shop: Page, tmp_path: Path) -> None:
    port, printer_port = free_port(), free_port()
    settings = config(f"socket://127.0.0.1:{printer_port}")
    arguments = ("--port", str(port))
    with page_server({"/": ("text/html", page_for(port))}) as site:
        with daemon_process(tmp_path, *arguments, config=settings) as daemon:
            shop.goto(site)
            shop.wait_for_function("window.daemon?.state === 'connected'")
            shop.evaluate("void sell()")
            shop.wait_for_function("heard.includes('ack')")
            daemon.kill()
            shop.wait_for_function("daemon.state === 'waiting'")
        with TcpPrinter(port=printer_port) as printer:
            with daemon_process(tmp_path, *arguments, config=settings):
                assert heard_result(shop)["printed"] is True
                shop.reload()
                shop.wait_for_function("window.daemon?.state === 'connected'")
                assert shop.evaluate("daemon.pending") == []
                assert shop.evaluate("sell().then(({ state }) => state)") == "sent"
            received = printer.wait_for(len(SALE_BYTES))
    assert received == SALE_BYTES


def test_a_page_reloaded_while_its_ticket_waits_hears_the_result(shop: Page, tmp_path: Path) -> None:
    port, printer_port = free_port(), free_port()
    settings = config(f"socket://127.0.0.1:{printer_port}")
    with (
        page_server({"/": ("text/html", page_for(port))}) as site,
        daemon_process(tmp_path, "--port", str(port), config=settings),
    ):
        shop.goto(site)
        shop.wait_for_function("window.daemon?.state === 'connected'")
        shop.evaluate("void sell()")
        shop.wait_for_function("heard.includes('ack')")
        shop.reload()
        assert shop.wait_for_function("window.daemon?.pending").json_value() == ["1001"]
        with TcpPrinter(port=printer_port) as printer:
            assert heard_result(shop)["printed"] is True
            assert printer.wait_for(len(SALE_BYTES)) == SALE_BYTES
        assert shop.evaluate("localStorage.length") == 0


# --- diagnose ---

PROBE = """<!doctype html><meta charset="utf-8"><title>Sonda</title>
<script type="module">
import { diagnose } from "./client.js";
const url = new URLSearchParams(location.search).get("url");
window.probe = (more) => diagnose({ url, promptAfter: 1000, hungAfter: 1500, ...more });
</script>"""


def probe_pages(frame: str = "") -> dict[str, tuple[str, str]]:
    module = Path(__file__).resolve().parents[2] / "src" / "ticket_daemon" / "web" / "client.js"
    return {
        "/": ("text/html", PROBE),
        "/client.js": ("text/javascript", module.read_text("utf-8")),
        "/frame": ("text/html", f'<!doctype html><iframe src="{frame}"></iframe>'),
    }


def verdict(page: Page, address: str) -> str:
    page.goto(address)
    page.wait_for_function("!!window.probe")
    return str(page.evaluate("probe().then(({ verdict }) => verdict)"))


def _chromium() -> str:
    return shutil.which("chromium") or "/usr/bin/chromium"


@contextlib.contextmanager
def launched(like: Browser, *arguments: str) -> Iterator[Browser]:
    """Another browser, that takes some addresses for others than they are."""
    other = like.browser_type.launch(executable_path=_chromium(), args=["--no-sandbox", "--disable-gpu", *arguments])
    try:
        yield other
    finally:
        other.close()


def test_diagnose_in_a_page_of_this_machine(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_context().new_page()
    with page_server(probe_pages()) as site, daemon_process(tmp_path) as daemon, socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        ws = daemon.url.replace("http", "ws")
        assert verdict(page, f"{site}/?url={ws}/ws") == "ok"
        assert verdict(page, f"{site}/?url={ws}/elsewhere") == "wrong_path"
        assert verdict(page, f"{site}/?url=ws://127.0.0.1:{free_port()}/ws") == "not_running"
        assert verdict(page, f"{site}/?url=ws://127.0.0.1:{mute.getsockname()[1]}/ws") == "hung"
        with page_server({"/": ("text/html", "another program")}) as other:
            assert verdict(page, f"{site}/?url={other.replace('http', 'ws')}/ws") == "refusing"
    page.context.close()


def test_diagnose_under_a_policy_that_forbids_it(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_context().new_page()
    policy = {"Content-Security-Policy": "connect-src 'self'"}
    with page_server(probe_pages(), headers=policy) as site, daemon_process(tmp_path) as daemon:
        assert verdict(page, f"{site}/?url={daemon.url.replace('http', 'ws')}/ws") == "csp_blocked"
    page.context.close()


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """A certificate that no browser trusts unless told to."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=pos.example",
         "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_diagnose_in_a_page_of_a_public_https_site(browser: Browser, tls: ssl.SSLContext, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(page_server(probe_pages(), tls=tls))
        port = server.rpartition(":")[2]
        site = f"https://pos.example:{port}"
        allowed = f'[server]\nallowed_origins = ["{site}"]\n'
        daemon = stack.enter_context(daemon_process(tmp_path / "daemon", config=allowed))
        stranger = stack.enter_context(daemon_process(tmp_path / "stranger"))
        query = f"?url={daemon.url.replace('http', 'ws')}/ws"
        overrides = f"--ip-address-space-overrides=127.0.0.1:{port}=public"
        with launched(browser, overrides, "--host-resolver-rules=MAP pos.example 127.0.0.1") as chromium:
            page = chromium.new_context(ignore_https_errors=True).new_page()
            assert verdict(page, f"{site}/{query}") == "permission_denied"
            page.context.grant_permissions(["local-network-access"], origin=site)
            assert verdict(page, f"{site}/{query}") == "ok"
            assert verdict(page, f"{site}/?url=ws://127.0.0.1:{free_port()}/ws") == "not_running"
            assert verdict(page, f"{site}/?url={stranger.url.replace('http', 'ws')}/ws") == "origin_refused"
            # a frame of another origin is not given its page's permission by itself
            with page_server(probe_pages(f"{site}/{query}")) as outer:
                page.goto(f"{outer}/frame")
                frame = page.frames[1]
                frame.wait_for_function("!!window.probe")
                assert frame.evaluate("probe().then(({ verdict }) => verdict)") == "frame_not_delegated"


def test_diagnose_in_a_page_of_a_public_http_site(browser: Browser, tmp_path: Path) -> None:
    with page_server(probe_pages()) as server, daemon_process(tmp_path) as daemon:
        port = server.rpartition(":")[2]
        overrides = f"--ip-address-space-overrides=127.0.0.1:{port}=public"
        with launched(browser, overrides, "--host-resolver-rules=MAP pos.example 127.0.0.1") as chromium:
            page = chromium.new_context().new_page()
            address = f"http://pos.example:{port}/?url={daemon.url.replace('http', 'ws')}/ws"
            assert verdict(page, address) == "insecure_context"


def test_diagnose_in_an_https_page_that_names_a_host(browser: Browser, tls: ssl.SSLContext) -> None:
    rules = "--host-resolver-rules=MAP caja.lan 127.0.0.1"
    with page_server(probe_pages(), tls=tls) as site, launched(browser, rules) as chromium:
        page = chromium.new_context(ignore_https_errors=True).new_page()
        assert verdict(page, f"{site}/?url=ws://caja.lan:8766/ws") == "mixed_content"


# --- the bridge ---


def test_a_page_that_may_not_connect_prints_over_the_bridge(
    browser: Browser, tls: ssl.SSLContext, tmp_path: Path
) -> None:
    module = probe_pages()["/client.js"]
    port = free_port()
    page_text = f"""<!doctype html><meta charset="utf-8"><title>Caja</title><button id="open">Puente</button>
<script type="module">
import {{ connect, Ticket }} from "./client.js";
window.daemon = connect({{ url: "ws://127.0.0.1:{port}/ws" }});
window.sell = () => daemon.print(new Ticket("Generic 80mm").text("VENTA 1001").cut(), {{ id: "1001" }});
document.getElementById("open").onclick = () => daemon.openBridge();
</script>"""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(page_server({"/": ("text/html", page_text), "/client.js": module}, tls=tls))
        site_port = server.rpartition(":")[2]
        site = f"https://pos.example:{site_port}"
        printer = stack.enter_context(TcpPrinter())
        settings = f'[server]\nallowed_origins = ["{site}"]\n{config(printer.uri)}'
        arguments = ("--port", str(port))
        daemon = stack.enter_context(daemon_process(tmp_path / "daemon", *arguments, config=settings))
        overrides = f"--ip-address-space-overrides=127.0.0.1:{site_port}=public"
        chromium = stack.enter_context(launched(browser, overrides, "--host-resolver-rules=MAP pos.example 127.0.0.1"))
        page = chromium.new_context(ignore_https_errors=True).new_page()
        page.goto(site)
        page.wait_for_function("window.daemon?.state === 'waiting'")
        assert page.evaluate("daemon.diagnose().then(({ verdict }) => verdict)") == "permission_denied"
        with page.expect_popup() as opening:
            page.get_by_role("button", name="Puente").click()
        page.wait_for_function("daemon.state === 'connected'")
        assert page.evaluate("sell().then(({ printed }) => printed)") is True
        assert printer.wait_for(len(SALE_BYTES)) == SALE_BYTES
        # a daemon that was killed is found again through the same window
        daemon.kill()
        page.wait_for_function("daemon.state === 'waiting'")
        stack.enter_context(daemon_process(tmp_path / "daemon", *arguments, config=settings))
        page.wait_for_function("daemon.state === 'connected'")
        assert page.evaluate("sell().then(({ printed }) => printed)") is True
        opening.value.close()
        page.wait_for_function("daemon.state === 'waiting' && daemon.reason === 'popup'")
