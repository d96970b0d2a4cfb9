"""What a real Chromium lets pages of other origins do with the daemon, and what the daemon lets them do.

A page server of loopback counts as public with `--ip-address-space-overrides`, so the browser's rules for local
networks hold for it as they would for a page of the internet.
"""

from __future__ import annotations

import contextlib
import http.server
import shutil
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from visits import Daemon

from conftest import ARGUMENTS, CHROMIUM
from ticket_daemon.frontends.native.guard import authority
from ticket_daemon.frontends.native.guard.passwords import hash_of

PASSWORD = "contraseña de la tienda"
#: A point of sale that may be reached over http and https.
POS = b"""<!doctype html><meta charset=utf-8><title>POS</title><button id=bridge>puente</button><script>
  const answer = (socket) => new Promise((resolve) => {
    socket.onmessage = ({ data }) => resolve({ heard: JSON.parse(data).tipo });
    socket.onclose = ({ code, reason }) => resolve({ code, reason });
  });
  window.connect = (url) => {
    try { return answer(new WebSocket(url)); } catch (error) { return { thrown: error.name }; }
  };
  window.health = (url) => fetch(url).then((said) => said.json(), (error) => ({ thrown: error.name }));
  window.heard = [];
  addEventListener("message", ({ data, origin, source }) => {
    heard.push({ ...data, origin });
    if (data.event === "ready") source.postMessage({ bridge: "ticket-daemon", action: "connect" }, origin);
    if (data.event === "open") source.postMessage(
      { bridge: "ticket-daemon", action: "send", data: '{"tipo":"ping","id":"over-the-bridge"}' }, origin);
  });
  document.getElementById("bridge").onclick = ({ target }) => {
    window.opened = window.open(target.dataset.url, "ticket-daemon-bridge", "popup,width=420,height=280");
  };
</script>"""


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(POS)

    def log_message(self, format: str, *args: Any) -> None:
        del format, args


@contextlib.contextmanager
def serving(certificates: Path | None = None) -> Iterator[int]:
    """A page server; its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    if certificates is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / authority.SERVER, certificates / authority.SERVER_KEY)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class Shop:
    """A daemon, a point of sale on the internet over https and over http, and a browser."""

    def __init__(self, daemon: Daemon, browser: Browser, https: int, plain: int) -> None:
        self.daemon = daemon
        self.browser = browser
        self.https = f"https://localhost:{https}"
        self.plain = f"http://localhost:{plain}"

    @property
    def socket(self) -> str:
        return f"ws://127.0.0.1:{self.daemon.port}/ws"

    @contextlib.contextmanager
    def page(self, url: str, *permissions: str) -> Iterator[Page]:
        context = self.browser.new_context(ignore_https_errors=True)
        if permissions:
            context.grant_permissions(list(permissions), origin=url)
        page = context.new_page()
        page.goto(url)
        try:
            yield page
        finally:
            context.close()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@contextlib.contextmanager
def chromium(playwright: Playwright, *arguments: str) -> Iterator[Browser]:
    path = shutil.which("chromium") or CHROMIUM
    if not Path(path).exists():
        pytest.skip("these tests need Chromium: apt install chromium")
    browser = playwright.chromium.launch(executable_path=path, headless=True, args=[*ARGUMENTS, *arguments])
    try:
        yield browser
    finally:
        browser.close()


@pytest.fixture(scope="module")
def shop(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    authority.create(folder / "tls", ("localhost", "127.0.0.1"))
    with serving(folder / "tls") as https, serving() as plain:
        # `localhost` is let in by its name, as in `test` all pages of this machine are; `evil.example` is a stranger.
        daemon = Daemon(
            folder, f'[server]\nallowed_origins = ["https://localhost:{https}", "http://localhost:{plain}"]\n'
        )
        daemon.start()
        overrides = f"--ip-address-space-overrides=127.0.0.1:{https}=public,127.0.0.1:{plain}=public"
        rules = "--host-resolver-rules=MAP localhost 127.0.0.1,MAP evil.example 127.0.0.1"
        with chromium(playwright, overrides, rules) as browser:
            yield Shop(daemon, browser, https, plain)
        daemon.stop()


def test_a_public_page_with_the_permission_prints(shop: Shop) -> None:
    with shop.page(shop.https, "local-network-access") as page:
        assert page.evaluate("isSecureContext")
        assert page.evaluate("(url) => connect(url)", shop.socket) == {"heard": "info"}
        health = page.evaluate("(url) => health(url)", f"{shop.daemon.url}/health")
        assert "queue" in health


def test_a_public_page_that_is_not_allowed_is_told_so_by_4403_and_by_health(shop: Shop) -> None:
    url = shop.https.replace("localhost", "evil.example")
    with shop.page(url, "local-network-access") as page:
        closed = page.evaluate("(url) => connect(url)", shop.socket)
        assert closed["code"] == 4403
        assert "evil.example" in closed["reason"]
        health = page.evaluate("(url) => health(url)", f"{shop.daemon.url}/health")
        assert health == {"status": health["status"], "origin_allowed": False}
        refused = page.evaluate("(url) => health(url)", f"{shop.daemon.url}/api/v1/printers")
        assert refused == {"thrown": "TypeError"}, "without CORS headers the page cannot read why"


def test_a_public_page_without_the_permission_reaches_nothing(shop: Shop) -> None:
    """Headless, Chromium says no by itself; the page sees what it would see of a daemon that is off."""
    with shop.page(shop.https) as page:
        closed = page.evaluate("(url) => connect(url)", shop.socket)
        assert closed["code"] == 1006
        assert page.evaluate("(url) => health(url)", f"{shop.daemon.url}/health") == {"thrown": "TypeError"}


def test_over_the_bridge_a_page_prints_that_may_not_connect_by_itself(shop: Shop) -> None:
    with shop.page(shop.plain) as page:
        blocked = page.evaluate("(url) => connect(url)", shop.socket)
        assert blocked.get("code") == 1006, "a public http page is never even asked"
        with page.expect_popup() as opening:
            page.evaluate("(url) => document.getElementById('bridge').dataset.url = url", f"{shop.daemon.url}/bridge")
            page.click("#bridge")
        bridge = opening.value
        page.wait_for_function("heard.some((m) => m.event === 'message' && JSON.parse(m.data).tipo === 'pong')")
        heard = page.evaluate("heard")
        assert [m["event"] for m in heard[:2]] == ["ready", "open"]
        assert {m["origin"] for m in heard} == {shop.daemon.url}
        expect(bridge.locator("#state")).to_have_attribute("data-state", "open")
        expect(bridge.locator("#state")).to_contain_text(shop.plain)
        page.evaluate("opened.postMessage({ bridge: 'ticket-daemon', action: 'close' }, '*')")
        page.wait_for_function("heard.at(-1).event === 'close'")


def test_the_bridge_carries_nothing_for_a_page_that_is_not_allowed(shop: Shop) -> None:
    with shop.page(shop.plain.replace("localhost", "evil.example")) as page:
        with page.expect_popup() as opening:
            page.evaluate("(url) => document.getElementById('bridge').dataset.url = url", f"{shop.daemon.url}/bridge")
            page.click("#bridge")
        page.wait_for_function("heard.some((m) => m.event === 'close')")
        heard = page.evaluate("heard")
        assert [m["event"] for m in heard] == ["ready", "close"]
        assert heard[-1]["code"] == 4403
        expect(opening.value.locator("#state")).to_have_attribute("data-state", "refused")


def test_the_bridge_listens_to_nobody_but_its_opener(shop: Shop) -> None:
    """A frame of another origin in the opener's page knows the bridge by name; it is not the opener."""
    with shop.page(shop.plain) as page:
        with page.expect_popup() as opening:
            page.evaluate("(url) => document.getElementById('bridge').dataset.url = url", f"{shop.daemon.url}/bridge")
            page.click("#bridge")
        page.wait_for_function("heard.some((m) => m.event === 'message')")
        opening.value.evaluate(
            "postMessage({ bridge: 'ticket-daemon', action: 'send', data: '{\"tipo\":\"status\"}' }, '*')"
        )
        page.evaluate(
            "opened.postMessage({ bridge: 'ticket-daemon', action: 'send', data: '{\"tipo\":\"ping\"}' }, '*')"
        )
        page.wait_for_function("heard.filter((m) => m.event === 'message' && m.data.includes('pong')).length === 2")
        assert not [m for m in page.evaluate("heard") if '"status"' in m.get("data", "") and '"capacity"' in m["data"]]


def test_the_bridge_closes_when_its_opener_does(shop: Shop) -> None:
    context = shop.browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(shop.plain)
    with page.expect_popup() as opening:
        page.evaluate("(url) => document.getElementById('bridge').dataset.url = url", f"{shop.daemon.url}/bridge")
        page.click("#bridge")
    bridge = opening.value
    expect(bridge.locator("#state")).to_have_attribute("data-state", "open")
    with bridge.expect_event("close"):
        page.close()
    context.close()


def test_the_bridge_and_the_page_cannot_be_put_into_a_frame(shop: Shop) -> None:
    for path in ("/bridge", "/", "/login"):
        with shop.page(shop.daemon.url + "/client.js") as page:
            page.set_content(f"<iframe src='{shop.daemon.url}{path}'></iframe>")
            frame = page.frames[-1]
            page.wait_for_load_state()
            assert "Ticket Daemon" not in frame.content()


# --- the log-in ---


@pytest.fixture(scope="module")
def locked(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Daemon, Browser]]:
    folder = tmp_path_factory.mktemp("locked")
    daemon = Daemon(folder, f"[auth]\ndashboard_password_hash = '{hash_of(PASSWORD)}'\n")
    daemon.start()
    with chromium(playwright) as browser:
        yield daemon, browser
    daemon.stop()


def test_a_person_logs_in_and_a_wrong_password_is_told(locked: tuple[Daemon, Browser]) -> None:
    daemon, browser = locked
    context = browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(daemon.url)
    assert page.url == f"{daemon.url}/login"
    page.keyboard.type("falsa")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("La contraseña no es correcta.")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#link[data-state=connected]")
    assert page.url == f"{daemon.url}/"
    assert page.evaluate("document.cookie") == "", "no script sees the session"
    page.goto(f"{daemon.url}/login")
    page.wait_for_url(f"{daemon.url}/")
    page.wait_for_selector("#link[data-state=connected]")
    page.evaluate("void fetch('/auth/logout', { method: 'POST' })")
    page.wait_for_url(f"{daemon.url}/login")  # its WebSocket was closed, so the page knows
    page.goto(daemon.url)
    assert page.url == f"{daemon.url}/login"
    assert errors == []
    context.close()


def test_the_log_in_speaks_english_and_works_without_script(locked: tuple[Daemon, Browser]) -> None:
    daemon, browser = locked
    context = browser.new_context()
    context.add_init_script("localStorage.setItem('ticket-daemon.lang', 'en')")
    page = context.new_page()
    page.goto(f"{daemon.url}/login")
    expect(page.locator("#enter")).to_have_text("Log in")
    context.close()
    without = browser.new_context(java_script_enabled=False)
    page = without.new_page()
    page.goto(f"{daemon.url}/login")
    page.fill("#password", PASSWORD)
    page.click("#enter")
    assert page.url == f"{daemon.url}/"
    without.close()
