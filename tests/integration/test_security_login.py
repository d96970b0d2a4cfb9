"""The dashboard's log-in attacked: guessing, forging, stealing, flooding."""

from __future__ import annotations

import asyncio
import http.cookies
import json
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from support.attacker import EVIL, POS, Said, request, websocket
from support.client import EXAMPLE, client
from support.daemon_process import DaemonProcess, daemon_process
from ticket_daemon.frontends.native.guard.passwords import hash_of

PASSWORD = "correcto caballo batería"


def config(more: str = "") -> str:
    return (
        f'[server]\nhost = "127.0.0.1"\nallowed_origins = ["{POS}"]\n[auth]\n'
        f"dashboard_password_hash = '{hash_of(PASSWORD)}'\n{more}"
    )


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with daemon_process(tmp_path_factory.mktemp("daemon"), config=config()) as running:
        yield running


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[DaemonProcess]:
    """One that nobody has tried yet."""
    with daemon_process(tmp_path, config=config()) as running:
        yield running


def log_in(daemon: DaemonProcess, password: str = PASSWORD, **headers: str) -> Said:
    fields = {"Origin": daemon.url, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return request(f"{daemon.url}/auth/login", "POST", {"password": password}, fields)


def cookie_of(said: Said) -> tuple[str, http.cookies.Morsel[str]]:
    ((name, morsel),) = http.cookies.SimpleCookie(said.headers["Set-Cookie"]).items()
    return f"{name}={morsel.value}", morsel


def test_without_a_session_the_page_leads_to_the_log_in_and_nothing_is_told(daemon: DaemonProcess) -> None:
    said = request(f"{daemon.url}/")
    assert (said.status, said.headers["Location"]) == (303, "/login")
    page = request(f"{daemon.url}/login")
    assert page.status == 200
    assert b'type="password"' in page.body
    for path in ("/api/v1/jobs", "/auth/origins"):
        assert request(daemon.url + path).json["code"] == "unauthorized", path
    assert request(f"{daemon.url}/auth/session").json == {
        "login_required": True,
        "logged_in": False,
        "expires_in_s": 0,
    }


def test_the_right_password_opens_the_page_and_the_cookie_is_kept_from_scripts_and_sites(daemon: DaemonProcess) -> None:
    said = log_in(daemon)
    assert said.status == 200
    cookie, morsel = cookie_of(said)
    assert morsel["httponly"]
    assert morsel["samesite"] == "Strict"
    assert morsel["path"] == "/"
    assert 0 < int(morsel["max-age"]) <= 12 * 3600
    assert not morsel["secure"], "over plain HTTP a Secure cookie would be lost"
    assert request(f"{daemon.url}/", headers={"Cookie": cookie}).status == 200
    assert request(f"{daemon.url}/api/v1/jobs", headers={"Cookie": cookie}).status == 200
    assert request(f"{daemon.url}/login", headers={"Cookie": cookie}).headers["Location"] == "/"
    assert request(f"{daemon.url}/auth/session", headers={"Cookie": cookie}).json["logged_in"] is True
    assert "logged_in" in [line["event"] for line in daemon.log if line.get("audit")]


def test_the_form_works_without_script(daemon: DaemonProcess) -> None:
    from urllib.parse import urlencode

    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": daemon.url}
    right = request(f"{daemon.url}/auth/login", "POST", urlencode({"password": PASSWORD}).encode(), form)
    assert (right.status, right.headers["Location"]) == (303, "/")
    assert request(f"{daemon.url}/", headers={"Cookie": cookie_of(right)[0]}).status == 200
    wrong = request(f"{daemon.url}/auth/login", "POST", b"password=x", form)
    assert (wrong.status, wrong.headers["Location"]) == (303, "/login?refused=unauthorized")


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "é"])
def test_a_cookie_nobody_was_given_opens_nothing(daemon: DaemonProcess, cookie: str) -> None:
    name = f"ticket-daemon-{daemon.port}"
    assert request(f"{daemon.url}/", headers={"Cookie": f"{name}={cookie}".encode().decode("latin-1")}).status == 303
    assert (
        request(f"{daemon.url}/api/v1/jobs", headers={"Cookie": f"{name}={cookie}".encode().decode("latin-1")}).status
        == 401
    )


def test_logging_out_ends_the_session_for_good(daemon: DaemonProcess) -> None:
    cookie, _ = cookie_of(log_in(daemon))
    headers = {"Cookie": cookie, "Origin": daemon.url}
    assert request(f"{daemon.url}/auth/logout", "POST", headers=headers).status == 200
    assert request(f"{daemon.url}/", headers=headers).status == 303
    assert request(f"{daemon.url}/api/v1/jobs", headers=headers).status == 401
    assert "logged_out" in [line["event"] for line in daemon.log if line.get("audit")]


async def test_logging_out_closes_what_the_session_had_open(daemon: DaemonProcess) -> None:
    cookie, _ = cookie_of(log_in(daemon))
    headers = {"Cookie": cookie, "Origin": daemon.url}
    async with websocket(daemon.url, headers) as page, websocket(daemon.url) as pos:
        assert (await page.receive_json())["tipo"] == "info"
        assert (await pos.receive_json())["tipo"] == "info"
        await page.send_json({"tipo": "subscribe", "topics": ["jobs"]})
        assert (await page.receive_json())["tipo"] == "info"
        said = await asyncio.to_thread(request, f"{daemon.url}/auth/logout", "POST", None, headers)
        assert said.status == 200
        assert (await page.receive(10)).data == 4401
        await pos.send_json({"tipo": "ping"})
        assert (await pos.receive_json())["tipo"] == "pong", "who has no session is not concerned"


async def test_another_site_cannot_use_a_session_it_does_not_know(daemon: DaemonProcess) -> None:
    """Cookies come along by themselves, to every port of the host: the origin decides."""
    cookie, _ = cookie_of(log_in(daemon))
    neighbour = f"http://127.0.0.1:{daemon.port + 1}"  # same site for a browser, another origin
    for origin in (neighbour, POS):
        headers = {"Cookie": cookie, "Origin": origin}
        assert request(f"{daemon.url}/api/v1/jobs", headers=headers).status == 401, origin
        assert request(f"{daemon.url}/auth/origins", "POST", {"origin": EVIL}, headers).status == 401
        async with websocket(daemon.url, headers) as ws:
            await ws.receive_json()
            await ws.send_json({"tipo": "get_jobs"})
            assert (await ws.receive_json())["code"] == "unauthorized"
    for headers in ({"Cookie": cookie}, {"Cookie": cookie, "Sec-Fetch-Site": "same-site"}):
        said = request(f"{daemon.url}/auth/origins", "POST", {"origin": EVIL}, headers)
        assert said.status in (401, 403), "nobody says that the daemon's own page asks"
        request(f"{daemon.url}/auth/logout", "POST", headers=headers)
        assert request(f"{daemon.url}/", headers={"Cookie": cookie}).status == 200, "nor is anybody logged out so"
    async with aiohttp.ClientSession() as http:
        headers = {"Cookie": cookie, "Origin": daemon.url}
        async with http.ws_connect(f"{daemon.url}/ws", params={"for": POS}, headers=headers) as ws:
            await ws.receive_json()
            await ws.send_json({"tipo": "get_jobs"})
            assert (await ws.receive_json())["code"] == "unauthorized", "the bridge has no session"


def test_a_foreign_page_cannot_log_anybody_in(daemon: DaemonProcess) -> None:
    assert log_in(daemon, Origin=EVIL).status == 403
    plain = {"Content-Type": "text/plain"}
    assert request(f"{daemon.url}/auth/login", "POST", {"password": PASSWORD}, plain).status == 415


def test_a_session_that_was_planted_is_not_kept(daemon: DaemonProcess) -> None:
    planted, _ = cookie_of(log_in(daemon))
    mine, _ = cookie_of(log_in(daemon, Cookie=planted))
    assert mine != planted
    assert request(f"{daemon.url}/", headers={"Cookie": planted}).status == 303


def test_guessing_locks_the_address_out_for_longer_and_longer(fresh: DaemonProcess) -> None:
    said = [log_in(fresh, f"guess {n}") for n in range(5)]
    assert [s.json["code"] for s in said] == ["unauthorized"] * 5
    locked = log_in(fresh)  # a new connection and the right password change nothing
    assert (locked.status, locked.json["code"]) == (429, "rate_limited")
    assert 10 <= locked.json["retry_after_s"] <= 15
    assert locked.headers["Retry-After"] == str(locked.json["retry_after_s"])
    assert request(f"{fresh.url}/health").status == 200
    events = [str(line["event"]) for line in fresh.log if line.get("audit")]
    assert events.count("log_in_refused") == 5
    assert {"locked_out", "log_in_paused"} <= set(events)


async def test_many_guesses_at_once_count_one_by_one(fresh: DaemonProcess) -> None:
    said = await asyncio.gather(*(asyncio.to_thread(log_in, fresh, f"guess {n}") for n in range(40)))
    assert sum(s.status == 401 for s in said) <= 5
    assert {s.status for s in said} <= {401, 429}


async def test_a_flood_of_log_ins_does_not_keep_tickets_from_printing(fresh: DaemonProcess) -> None:
    async def flood() -> None:
        async with aiohttp.ClientSession() as http:
            while True:
                async with http.post(f"{fresh.url}/auth/login", json={"password": "guess"}) as answer:
                    await answer.read()

    async with client(fresh.url) as pos:
        floods = [asyncio.create_task(flood()) for _ in range(20)]
        try:
            begun = time.monotonic()
            for _ in range(20):
                _, result = await pos.print(EXAMPLE)
                assert result["status"] == "success"
            assert time.monotonic() - begun < 10
        finally:
            for task in floods:
                task.cancel()
            await asyncio.gather(*floods, return_exceptions=True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"geheim',
        b'["geheim"]',
        b'{"password":5}',
        b'{"pass":"geheim"}',
        b"\xffgeheim",
        b'{"password":"\\ud800geheim"}',
    ],
)
def test_a_body_that_holds_no_password_is_an_answer_that_repeats_nothing(daemon: DaemonProcess, body: bytes) -> None:
    said = request(f"{daemon.url}/auth/login", "POST", body, {"Origin": daemon.url})
    assert said.status in (400, 401)
    assert b"geheim" not in said.body


def test_a_body_longer_than_any_password_is_not_read(daemon: DaemonProcess) -> None:
    said = request(f"{daemon.url}/auth/login", "POST", {"password": "x" * 100_000}, {"Origin": daemon.url})
    assert (said.status, said.json["code"]) == (413, "too_large")


def test_a_password_is_never_written_or_shown(fresh: DaemonProcess) -> None:
    secret = "una-contraseña-equivocada"
    answers = log_in(fresh, secret).body + log_in(fresh).body + request(f"{fresh.url}/login").body
    everything = "".join(fresh.output) + json.dumps(fresh.log, ensure_ascii=False)
    for word in (secret, PASSWORD, "$argon2"):
        assert word not in everything
        assert word.encode() not in answers


def test_sessions_do_not_outlive_the_daemon_or_another_password(tmp_path: Path) -> None:
    with daemon_process(tmp_path, config=config()) as daemon:
        cookie, _ = cookie_of(log_in(daemon))
        (tmp_path / "config.toml").write_text(config().replace(PASSWORD, "x"), "utf-8")  # another hash
        headers = {"Cookie": cookie, "Origin": daemon.url}
        assert request(f"{daemon.url}/api/v1/reload", "POST", headers=headers).status == 200
        assert request(f"{daemon.url}/", headers=headers).status == 303


def test_a_hash_that_is_none_lets_nobody_in_and_the_log_says_so(tmp_path: Path) -> None:
    with daemon_process(tmp_path, config='[auth]\ndashboard_password_hash = "contraseña"\n') as daemon:
        assert log_in(daemon, "contraseña").status == 401
        assert "password_hash_unusable" in [line["event"] for line in daemon.log]


async def test_with_tokens_the_pages_session_is_as_good_as_one(tmp_path: Path) -> None:
    more = f'token_sha256 = "{"a" * 64}"\n[[printers]]\nname = "v"\nuri = "virtual://v"\ndefault = true\n'
    with daemon_process(tmp_path, config=config(more), env="prod") as daemon:
        cookie, _ = cookie_of(log_in(daemon))
        async with websocket(daemon.url, {"Cookie": cookie, "Origin": daemon.url}) as ws:
            await ws.receive_json()
            await ws.send_json({"tipo": "ticket", "id": "t", "datos": EXAMPLE})
            assert (await ws.receive_json())["tipo"] == "ack"
            assert (await ws.receive_json())["tipo"] == "result"
            await ws.send_json({"tipo": "reprint", "id": "t"})
            assert (await ws.receive_json())["tipo"] == "ack"
        reprinted = next(line for line in daemon.log if line["event"] == "job_reprinted")
        assert reprinted["by"] == "session"
        async with client(daemon.url) as program:
            assert (await program.ask({"tipo": "ticket", "datos": EXAMPLE}))["code"] == "unauthorized"


async def test_without_a_password_the_page_is_open_and_logging_in_says_so(tmp_path: Path) -> None:
    with daemon_process(tmp_path) as daemon:
        assert request(f"{daemon.url}/").status == 200
        assert request(f"{daemon.url}/login").headers["Location"] == "/"
        assert log_in(daemon).status == 400
