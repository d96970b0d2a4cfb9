"""Pages that may not talk to the daemon try to, over real connections."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from support.attacker import EVIL, POS, first_word, raw, request, websocket
from support.client import EXAMPLE
from support.daemon_process import DaemonProcess, daemon_process

TOKEN = "td_a-token-for-these-tests"
CONFIG = f"""
[server]
lang = "en"
allowed_origins = ["{POS}/", "HTTP://Caja.Example:80"]
allowed_hosts = ["tickets.example.mx"]
"""


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with daemon_process(tmp_path_factory.mktemp("daemon"), config=CONFIG) as running:
        yield running


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    import hashlib

    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    config = f'{CONFIG}host = "127.0.0.1"\n[auth]\ntoken_sha256 = "{digest}"\n'
    with daemon_process(tmp_path_factory.mktemp("prod"), config=config, env="prod") as running:
        yield running


def foreign(daemon: DaemonProcess) -> list[str]:
    return [
        EVIL,
        "http://pos.example.mx",  # another scheme
        "https://pos.example.mx:8443",  # another port
        "https://pos.example.mx.evil.example",
        "https://evil.example/https://pos.example.mx",
        f"http://127.0.0.1.evil.example:{daemon.port}",
        "http://localhost.evil.example",
        "null",
        "",
        "*",
        "file://",
        "https://" + "a" * 5000,
    ]


async def test_a_foreign_pages_socket_is_closed_with_4403_before_anything_is_read_or_said(
    daemon: DaemonProcess,
) -> None:
    ticket = json.dumps({"tipo": "ticket", "id": "from-a-foreign-page", "datos": EXAMPLE})
    for origin in foreign(daemon):
        heard = await first_word(daemon.url, {"Origin": origin}, ticket)
        assert (heard.type, heard.data) == (aiohttp.WSMsgType.CLOSE, 4403), origin
        assert heard.extra, "the page is told why"
    assert request(f"{daemon.url}/api/v1/jobs/from-a-foreign-page").status == 404
    refused = [line for line in daemon.log if line["event"] == "origin_refused"]
    assert {EVIL, "null"} <= {str(line["origin"]) for line in refused}
    assert all(line["audit"] is True and line["client"] == "127.0.0.1" for line in refused)


@pytest.mark.parametrize(
    "origin", [None, POS, "http://caja.example", "http://localhost:5173", "https://[::1]:3000", "http://127.0.0.1:1"]
)
async def test_pages_that_are_allowed_or_on_this_machine_are_greeted(daemon: DaemonProcess, origin: str | None) -> None:
    heard = await first_word(daemon.url, {"Origin": origin} if origin else {})
    assert json.loads(heard.data)["tipo"] == "info"
    own = await first_word(daemon.url, {"Origin": daemon.url})
    assert json.loads(own.data)["tipo"] == "info"


async def test_in_prod_only_listed_origins_and_the_daemons_own_page_are_let_in(prod: DaemonProcess) -> None:
    for origin in ("http://localhost:5173", "http://127.0.0.1:1", f"http://localhost:{prod.port + 1}", EVIL):
        assert (await first_word(prod.url, {"Origin": origin})).data == 4403, origin
    for origin in (POS, prod.url):
        assert json.loads((await first_word(prod.url, {"Origin": origin})).data)["tipo"] == "info", origin


def test_every_path_of_the_api_is_shut_to_foreign_pages(daemon: DaemonProcess) -> None:
    ticket = {"id": "http-from-a-foreign-page", "datos": EXAMPLE}
    for method, path, body in (
        ("POST", "/api/v1/jobs", ticket),
        ("GET", "/api/v1/jobs", None),
        ("GET", "/api/v1/printers", None),
        ("POST", "/api/v1/preview", ticket),
        ("DELETE", "/api/v1/jobs/x", None),
        ("GET", "/", None),
        ("GET", "/static/app.js", None),
        ("GET", "/nowhere", None),
    ):
        said = request(daemon.url + path, method, body, {"Origin": EVIL})
        assert (said.status, said.json["code"]) == (403, "origin_refused"), path
        assert "Access-Control-Allow-Origin" not in said.headers
    assert request(f"{daemon.url}/api/v1/jobs/http-from-a-foreign-page").status == 404


def test_an_allowed_page_may_read_the_answers_and_no_other(daemon: DaemonProcess) -> None:
    said = request(f"{daemon.url}/api/v1/printers", headers={"Origin": POS})
    assert said.status == 200
    assert said.headers["Access-Control-Allow-Origin"] == POS
    assert "Origin" in said.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in said.headers
    assert "Access-Control-Allow-Origin" not in request(f"{daemon.url}/api/v1/printers").headers


def test_a_preflight_is_answered_for_allowed_origins_only(daemon: DaemonProcess) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,authorization"}
    said = request(f"{daemon.url}/api/v1/jobs", "OPTIONS", headers={"Origin": POS, **asks})
    assert said.status == 204
    assert said.headers["Access-Control-Allow-Origin"] == POS
    assert {"Authorization", "Content-Type"} <= set(said.headers["Access-Control-Allow-Headers"].split(", "))
    assert "POST" in said.headers["Access-Control-Allow-Methods"]
    refused = request(f"{daemon.url}/api/v1/jobs", "OPTIONS", headers={"Origin": EVIL, **asks})
    assert refused.status == 403
    assert not [name for name in refused.headers if name.lower().startswith("access-control")]


def test_health_tells_a_foreign_page_that_it_is_refused_and_nothing_else(daemon: DaemonProcess) -> None:
    said = request(f"{daemon.url}/health", headers={"Origin": EVIL})
    assert said.status == 200
    assert said.json == {"status": "ok", "origin_allowed": False}
    assert said.headers["Access-Control-Allow-Origin"] == "*"
    assert said.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    for headers in ({}, {"Origin": POS}):
        whole = request(f"{daemon.url}/health", headers=headers)
        assert {"queue", "printers", "build"} <= set(whole.json)
        assert whole.headers["Access-Control-Allow-Origin"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8766", "10.99.99.99", "localhost.evil.example", "x y"])
async def test_a_page_led_here_by_a_name_server_is_refused(daemon: DaemonProcess, host: str) -> None:
    said = request(f"{daemon.url}/api/v1/printers", headers={"Host": host, "Origin": f"http://{host}"})
    assert (said.status, said.json["code"]) == (403, "host_refused")
    assert request(f"{daemon.url}/health", headers={"Host": host}).json["code"] == "host_refused"
    heard = await first_word(daemon.url, {"Host": host, "Origin": f"http://{host}"})
    assert (heard.type, heard.data) == (aiohttp.WSMsgType.CLOSE, 4403)
    assert "host_refused" in [line["event"] for line in daemon.log]


def test_the_daemon_answers_to_its_own_names(daemon: DaemonProcess) -> None:
    machine = socket.gethostname()
    for host in ("localhost", "127.0.0.1:1", "[::1]:8766", "LOCALHOST.", "tickets.example.mx:8766", machine,
                 f"{machine.partition('.')[0]}.local:8766"):  # fmt: skip
        assert request(f"{daemon.url}/health", headers={"Host": host}).status == 200, host


@pytest.mark.parametrize("kind", ["text/plain", "text/plain;charset=UTF-8", "multipart/form-data; boundary=x"])
def test_what_a_form_of_any_page_can_send_is_refused_even_without_an_origin(daemon: DaemonProcess, kind: str) -> None:
    """Browsers of old send no Origin with a form; its body can be made to read as JSON."""
    ticket = {"id": "from-a-form", "datos": EXAMPLE}
    said = request(f"{daemon.url}/api/v1/jobs", "POST", ticket, {"Content-Type": kind})
    assert (said.status, said.json["code"]) == (415, "unsupported_media_type")
    assert request(f"{daemon.url}/api/v1/jobs/from-a-form").status == 404


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pictures_and_scripts_of_foreign_pages_are_refused_although_they_say_no_origin(
    daemon: DaemonProcess, site: str
) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    assert request(f"{daemon.url}/api/v1/printers", headers=headers).status == 403
    link = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert request(f"{daemon.url}/", headers=link).status == 200, "a link on another site still opens the page"
    assert request(f"{daemon.url}/api/v1/jobs", "POST", {"datos": EXAMPLE}, link).status == 403


async def test_whoever_speaks_for_a_page_has_that_pages_rights_and_no_more(daemon: DaemonProcess) -> None:
    """The bridge page is the daemon's own, and says for whom it asks."""
    async with aiohttp.ClientSession() as http:
        for speaks_for, allowed in ((POS, True), (EVIL, False), ("", False), ("null", False)):
            async with http.ws_connect(
                f"{daemon.url}/ws", params={"for": speaks_for}, headers={"Origin": daemon.url}
            ) as ws:
                heard = await ws.receive(10)
                assert (heard.type is aiohttp.WSMsgType.TEXT) is allowed, speaks_for
        async with http.ws_connect(f"{daemon.url}/ws", params={"for": POS}, headers={"Origin": EVIL}) as ws:
            assert (await ws.receive(10)).data == 4403, "a foreign page cannot speak for an allowed one"


def test_errors_of_the_api_are_json_with_the_headers_of_every_answer(daemon: DaemonProcess) -> None:
    nowhere = request(f"{daemon.url}/api/v1/nothing")
    assert (nowhere.status, nowhere.json["code"], nowhere.json["tipo"]) == (404, "not_found", "error")
    method = request(f"{daemon.url}/api/v1/printers", "DELETE")
    assert (method.status, method.json["code"]) == (405, "method_not_allowed")
    assert method.headers["Allow"] == "GET,HEAD" or "GET" in method.headers["Allow"]
    no_http = raw(daemon.port, b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    assert b"400 Bad Request" in no_http
    assert b'"invalid_message"' in no_http
    for said in (nowhere, method, request(f"{daemon.url}/nothing"), request(f"{daemon.url}/health")):
        assert said.headers["X-Content-Type-Options"] == "nosniff"
        assert said.headers["X-Frame-Options"] == "DENY"
        assert "aiohttp" not in said.headers["Server"]
    assert b"X-Content-Type-Options: nosniff" in no_http
    assert b"aiohttp" not in no_http
    assert "Traceback" not in "".join(daemon.output)


def test_the_page_can_load_and_run_nothing_but_its_own_files(daemon: DaemonProcess) -> None:
    for path in ("/", "/static/app.js", "/static/style.css"):
        said = request(daemon.url + path)
        policy = dict(part.strip().partition(" ")[::2] for part in said.headers["Content-Security-Policy"].split(";"))
        assert policy["script-src"] == "'self'"
        assert policy["default-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["connect-src"] == f"'self' ws://127.0.0.1:{daemon.port}"
        assert "unsafe" not in said.headers["Content-Security-Policy"]
        assert said.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        kept = request(daemon.url + path, headers={"If-None-Match": said.headers["ETag"]})
        assert kept.status == 304
        assert kept.headers["Content-Security-Policy"] is None, "the browser's copy keeps the policy it came with"
    injected = request(f"{daemon.url}/", headers={"Host": "localhost:1; script-src *"})
    assert injected.status == 403


def test_a_flood_of_refusals_does_not_flood_the_log(tmp_path: Path) -> None:
    with daemon_process(tmp_path) as daemon:
        for _ in range(60):
            assert request(f"{daemon.url}/api/v1/jobs", headers={"Origin": EVIL}).status == 403
        lines = [line for line in daemon.log if line["event"] == "origin_refused"]
        assert 25 <= len(lines) <= 35
        assert [line for line in lines if line.get("more")], "the last one says that more are not written"


async def test_a_refused_page_that_keeps_talking_is_not_listened_to(daemon: DaemonProcess) -> None:
    """It goes on sending after the goodbye: it is cut off, and what it sends is read by nobody."""
    async with websocket(daemon.url, {"Origin": EVIL}) as ws:
        with pytest.raises((ConnectionError, aiohttp.ClientError, RuntimeError)):  # noqa: PT012
            async with asyncio.timeout(20):
                while True:
                    await ws.send_str("x" * 4096)
    assert request(f"{daemon.url}/health").status == 200
