"""Without the NATS library nobody waits for a connection that cannot come."""

from __future__ import annotations

import sys

import pytest
from click.testing import CliRunner

from ticket_daemon.cli import main
from ticket_daemon.errors import FleetUnavailable
from ticket_daemon.fleet.connection import Access, connect


@pytest.fixture(autouse=True)
def _not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nats", None)


async def test_a_connection_says_what_to_install() -> None:
    with pytest.raises(FleetUnavailable, match=r"ticket-daemon\[fleet\]"):
        await connect(Access("nats://127.0.0.1:1"), "nobody")


def test_the_fleets_page_is_not_begun() -> None:
    ended = CliRunner().invoke(main, ["fleet", "dashboard", "--url", "nats://127.0.0.1:1", "--port", "0"])
    assert ended.exit_code == 3
    assert "ticket-daemon[fleet]" in ended.output
