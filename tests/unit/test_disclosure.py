"""What is shown of the configuration: what differs from the defaults, and never a secret."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from ticket_daemon.settings.config import load
from ticket_daemon.settings.disclosure import disclosed

TOKEN = hashlib.sha256(b"secret").hexdigest()


def test_only_what_is_not_at_its_default_is_shown(tmp_path: Path) -> None:
    shown = disclosed(load("test", None, {}, {"server": {"port": 1}}, tmp_path))
    assert shown == {
        "env": "test", "sealed": False, "data": str(tmp_path), "server.port": 1, "log.level": "debug",
        "printers": ["virtual virtual://virtual"],
    }  # fmt: skip


def test_of_a_secret_only_that_there_is_one(tmp_path: Path) -> None:
    environ = {"TICKET_DAEMON_AUTH_TOKEN_SHA256": TOKEN, "TICKET_DAEMON_AUTH_DASHBOARD_PASSWORD_HASH": "$2b$pw"}
    shown = disclosed(load("prod", None, environ, data_dir=tmp_path))
    assert shown["auth.token_sha256"] == shown["auth.dashboard_password_hash"] == "set"
    assert TOKEN not in json.dumps(shown)
    assert "$2b$pw" not in json.dumps(shown)


def test_password_in_an_address_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[[printers]]\nname = 'a'\nuri = 'ipp://ana:pass@host/queue'\n")
    shown = disclosed(load("test", tmp_path / "c.toml", {}, data_dir=tmp_path))
    assert shown["printers"][0] == "a ipp://…@host/queue"
