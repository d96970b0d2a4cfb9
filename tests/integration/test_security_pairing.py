"""Pairing an origin on the daemon's page: who may, what it opens, what stays after a restart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.attacker import EVIL, POS, first_word, request, websocket
from support.daemon_process import daemon_process
from ticket_daemon.frontends.native.guard.passwords import hash_of
from ticket_daemon.frontends.native.guard.tokens import digest

PASSWORD = "contraseña larga"
TOKEN = "td_for-these-tests"


async def test_a_paired_origin_is_let_in_at_once_and_after_a_restart_until_it_is_taken_back(tmp_path: Path) -> None:
    with daemon_process(tmp_path) as daemon:
        assert (await first_word(daemon.url, {"Origin": POS})).data == 4403
        own = {"Origin": daemon.url}
        shown = request(f"{daemon.url}/auth/origins", headers=own).json
        assert shown == {"configured": [], "paired": [], "refused": [POS], "loopback_pages": True}
        paired = request(f"{daemon.url}/auth/origins", "POST", {"origin": POS.upper() + "/"}, own)
        assert paired.json["paired"] == [POS]
        assert paired.json["refused"] == []
        assert json.loads((await first_word(daemon.url, {"Origin": POS})).data)["tipo"] == "info"
        assert daemon.terminate() == 0
    with daemon_process(tmp_path) as daemon:
        async with websocket(daemon.url, {"Origin": POS}) as ws:
            assert (await ws.receive_json())["tipo"] == "info"
            gone = request(f"{daemon.url}/auth/origins?origin={POS}", "DELETE", headers={"Origin": daemon.url})
            assert gone.json["paired"] == []
            assert (await ws.receive(10)).data == 4403, "what is open is closed"
        assert (await first_word(daemon.url, {"Origin": POS})).data == 4403
        events = [line["event"] for line in daemon.log if line.get("audit")]
        assert {"origin_paired", "origin_parted"} <= set(events)


@pytest.mark.parametrize("origin", ["", "*", "null", "https://*.mx", "pos.example.mx", "javascript:alert(1)", 5, None])
def test_what_is_no_origin_is_not_paired(tmp_path: Path, origin: object) -> None:
    with daemon_process(tmp_path) as daemon:
        said = request(f"{daemon.url}/auth/origins", "POST", {"origin": origin}, {"Origin": daemon.url})
        assert (said.status, said.json["code"]) == (400, "invalid_message")
        assert not (tmp_path / "origins.json").exists()


def test_a_page_cannot_pair_itself_or_another(tmp_path: Path) -> None:
    with daemon_process(tmp_path, config=f'[server]\nallowed_origins = ["{POS}"]\n') as daemon:
        for origin, status in ((EVIL, 403), (POS, 401), ("http://localhost:1", 401)):
            said = request(f"{daemon.url}/auth/origins", "POST", {"origin": EVIL}, {"Origin": origin})
            assert said.status == status, origin
        assert request(f"{daemon.url}/auth/origins", headers={"Origin": POS}).status == 401


def test_a_token_for_printing_pairs_nothing_where_a_password_is_set(tmp_path: Path) -> None:
    config = (
        f'[server]\nhost = "127.0.0.1"\n[auth]\ntoken_sha256 = "{digest(TOKEN)}"\n'
        f"dashboard_password_hash = '{hash_of(PASSWORD)}'\n"
    )
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    with daemon_process(tmp_path / "both", config=config, env="prod") as daemon:
        assert request(f"{daemon.url}/auth/origins", "POST", {"origin": POS}, bearer).status == 401
        said = request(f"{daemon.url}/auth/login", "POST", {"password": PASSWORD}, {"Origin": daemon.url})
        session = {"Cookie": said.headers["Set-Cookie"].partition(";")[0], "Origin": daemon.url}
        assert request(f"{daemon.url}/auth/origins", "POST", {"origin": POS}, session).json["paired"] == [POS]
    config = f'[server]\nhost = "127.0.0.1"\n[auth]\ntoken_sha256 = "{digest(TOKEN)}"\n'
    with daemon_process(tmp_path / "token", config=config, env="prod") as daemon:
        assert request(f"{daemon.url}/auth/origins", "POST", {"origin": POS}).status == 401
        assert request(f"{daemon.url}/auth/origins", "POST", {"origin": POS}, bearer).json["paired"] == [POS]


def test_a_damaged_file_is_kept_aside_and_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "origins.json").write_text('{"origins": ["https://a.example"', "utf-8")
    with daemon_process(tmp_path) as daemon:
        assert request(f"{daemon.url}/health").status == 200
        assert (tmp_path / "origins.damaged.json").exists()
        assert "origins_unreadable" in [line["event"] for line in daemon.log]


def test_a_configured_origin_is_not_taken_back_by_the_page(tmp_path: Path) -> None:
    with daemon_process(tmp_path, config=f'[server]\nallowed_origins = ["{POS}"]\n') as daemon:
        for origin in (POS, EVIL):
            said = request(f"{daemon.url}/auth/origins?origin={origin}", "DELETE", headers={"Origin": daemon.url})
            assert said.status == 400
