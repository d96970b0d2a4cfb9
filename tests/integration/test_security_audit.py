"""What is refused is counted and kept where no flood washes it away; what is kept is its owner's alone."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from support.attacker import EVIL, request, websocket
from support.client import EXAMPLE, client
from support.daemon_process import daemon_process
from support.inside import running
from ticket_daemon.frontends.native.guard import access
from ticket_daemon.frontends.native.guard.passwords import hash_of

LONG = "td_" + "a" * 43


def audit(folder: Path) -> list[dict[str, object]]:
    (file,) = (folder / "logs").glob("*.audit")
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


async def test_a_flood_of_broken_messages_leaves_the_audit_and_is_counted(tmp_path: Path) -> None:
    config = "[limits]\njobs_per_minute = 0\n[log]\nmax_mb = 1\nkeep = 1\n"
    broken = 3000
    with daemon_process(tmp_path, config=config) as daemon:
        request(f"{daemon.url}/api/v1/jobs", headers={"Origin": EVIL})
        async with websocket(daemon.url) as noisy:
            await noisy.receive()
            for _ in range(broken):
                await noisy.send_str("{")
            for _ in range(broken):
                await noisy.receive(20)
        lines = [line for line in daemon.log if line["event"] == "message_refused"]
        assert len(lines) == access.REFUSALS_PER_HOUR
        assert lines[-1]["more"] == "counted"
        daemon.terminate()
    events = [line["event"] for line in audit(tmp_path)]
    assert "origin_refused" in events
    told = [line for line in audit(tmp_path) if line["event"] == "refusals"]
    assert [(line["what"], line["count"]) for line in told] == [("message_refused", broken - access.REFUSALS_PER_HOUR)]


async def test_only_audit_lines_make_the_audit_rotate(tmp_path: Path) -> None:
    """More is logged than its files hold; the first line of the audit is still there."""
    config = '[limits]\njobs_per_minute = 0\n[log]\nlevel = "debug"\nmax_mb = 1\nkeep = 1\n'
    with daemon_process(tmp_path, config=config) as daemon:
        async with client(daemon.url) as c:
            for _ in range(10):
                await c.print(EXAMPLE)
        assert {line["event"] for line in audit(tmp_path)} == {"configuration"}
        assert "job_ended" in {line["event"] for line in daemon.log}


@pytest.mark.skipif(sys.platform == "win32", reason="the folder's rights decide there")
async def test_what_is_kept_is_its_owners_alone(tmp_path: Path) -> None:
    with daemon_process(tmp_path / "new") as daemon:
        async with client(daemon.url) as c:
            await c.print(EXAMPLE)
        request(f"{daemon.url}/auth/origins", "POST", {"origin": "https://pos.example.mx"})
        files = [path for path in (tmp_path / "new").rglob("*") if path.is_file()]
        assert {"queue.db", "origins.json"} <= {path.name for path in files}
        assert any(path.suffix == ".log" for path in files)
        open_to_others = [p.name for p in files if stat.S_IMODE(os.stat(p).st_mode) & 0o077]
    assert open_to_others == []


async def test_wrong_tokens_from_an_address_do_not_keep_a_till_there_out(tmp_path: Path) -> None:
    digest = hashlib.sha256(LONG.encode()).hexdigest()
    config = f'[server]\nhost = "127.0.0.1"\n[auth]\ntoken_sha256 = "{digest}"\n'
    with daemon_process(tmp_path, config=config, env="prod") as daemon:
        async with client(daemon.url) as guesser:
            codes = [
                (await guesser.ask({"tipo": "job", "id": "x", "auth_token": f"td_{n:043}"}))["code"] for n in range(70)
            ]
        assert codes[-1] == "rate_limited"
        async with client(daemon.url) as till:  # for the first time
            answer = await till.ask({"tipo": "job", "id": "x", "auth_token": LONG})
        assert answer["code"] == "unknown_job"


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
def test_a_form_without_origin_opens_no_drawer(tmp_path: Path, kind: str) -> None:
    with daemon_process(tmp_path) as daemon:
        for verb in ("drawer", "test", "calibration"):
            path = f"{daemon.url}/api/v1/printers/virtual/{verb}"
            assert request(path, "POST", b"", {"Content-Type": kind}).status == 415
            assert request(path, "POST", b"", {"Content-Type": "application/json"}).status == 202


async def test_a_programs_wrong_passwords_do_not_lock_the_page_out(tmp_path: Path) -> None:
    async with running(tmp_path, auth={"dashboard_password_hash": hash_of("correct horse")}) as daemon:
        url = daemon.url.rstrip("/")

        def log_in(password: str, **headers: str) -> int:
            return request(f"{url}/auth/login", "POST", {"password": password}, headers).status

        for _ in range(5):
            await asyncio.to_thread(log_in, "guess")
        assert await asyncio.to_thread(log_in, "correct horse") == 429
        assert await asyncio.to_thread(lambda: log_in("correct horse", Origin=url)) == 200
