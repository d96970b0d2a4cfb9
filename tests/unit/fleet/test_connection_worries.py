"""What is not safe about how one gets to the server, and is warned of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ticket_daemon.fleet.connection import Access, is_in_the_clear, is_open_to_others


@pytest.mark.parametrize(
    ("url", "ca", "clear"),
    [
        ("nats://nats.example.com:4222", "", True),
        ("nats.example.com", "", True),
        ("ws://192.0.2.1:80", "", True),
        ("nats://nats.example.com", "/etc/ca.pem", False),
        ("tls://nats.example.com", "", False),
        ("wss://nats.example.com", "", False),
        ("nats://127.0.0.1:4222", "", False),
        ("nats://[::1]:4222", "", False),
        ("nats://localhost", "", False),
        ("tls://a.example.com, nats://b.example.com", "", True),
    ],
)
def test_without_tls_to_another_machine_is_in_the_clear(url: str, ca: str, clear: bool) -> None:
    assert is_in_the_clear(Access(url, "", ca)) is clear


@pytest.mark.skipif(os.name == "nt", reason="modes say nothing there")
@pytest.mark.parametrize(("mode", "is_open"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_key_that_others_may_read_is_open(tmp_path: Path, mode: int, is_open: bool) -> None:
    file = tmp_path / "lima.nk"
    file.write_text("SU")
    file.chmod(mode)
    assert is_open_to_others(str(file)) is is_open


def test_a_key_that_is_not_there_is_not_open(tmp_path: Path) -> None:
    assert not is_open_to_others(str(tmp_path / "none"))
    assert not is_open_to_others("")
