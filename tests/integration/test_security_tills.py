"""Tills with tokens of their own are apart: what one prints is nobody else's to see, cancel or print again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.attacker import Said, request
from support.client import EXAMPLE
from support.daemon_process import DaemonProcess, daemon_process

CAJA, OTHER = ("td_caja-of-these-tests", "td_other-of-these-tests")


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[DaemonProcess]:
    tokens = "".join(
        f'[[auth.tokens]]\nname = "{token}"\nsha256 = "{hashlib.sha256(token.encode()).hexdigest()}"\n'
        for token in (CAJA, OTHER)
    )
    printers = '[[printers]]\nname = "off"\nuri = "socket://127.0.0.1:9"\nretry_s = 600\ndefault = true\n'
    config = f'[server]\nhost = "127.0.0.1"\n[limits]\njobs_per_minute = 0\n{printers}{tokens}'
    with daemon_process(tmp_path, config=config, env="prod") as running:
        yield running


def ask(daemon: DaemonProcess, token: str, method: str, path: str, body: object = None) -> Said:
    fields = {"Authorization": f"Bearer {token}"}
    return request(f"{daemon.url}/api/v1/jobs{path}", method, body, fields)  # type: ignore[arg-type]


def test_a_tills_jobs_are_its_own(daemon: DaemonProcess) -> None:
    assert ask(daemon, CAJA, "POST", "", {"id": "sale", "datos": EXAMPLE}).status == 202
    for method, path in (
        ("GET", "/sale"),
        ("GET", "/sale/paper.png"),
        ("DELETE", "/sale"),
        ("POST", "/sale/hold"),
        ("POST", "/sale/release"),
        ("POST", "/sale/reprint"),
    ):
        said = ask(daemon, OTHER, method, path, {} if method == "POST" else None)
        assert (said.status, said.json["code"]) == (404, "unknown_job"), path
    assert ask(daemon, OTHER, "GET", "").json["jobs"] == []
    assert len(ask(daemon, CAJA, "GET", "").json["jobs"]) == 1
    assert ask(daemon, CAJA, "GET", "/sale/paper.png").status == 200
    assert ask(daemon, CAJA, "DELETE", "/sale").status == 200


def test_the_same_ticket_of_another_till_is_never_taken_for_printed(daemon: DaemonProcess) -> None:
    assert ask(daemon, OTHER, "POST", "", {"id": "sale", "datos": EXAMPLE}).status == 202
    said = ask(daemon, CAJA, "POST", "", {"id": "sale", "datos": EXAMPLE})
    assert (said.status, said.json["code"]) == (409, "id_conflict")
