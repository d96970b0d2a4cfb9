"""Pages that hold connections must not keep printers from being reached."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from support.daemon_process import daemon_process
from ticket_daemon.transport.descriptors import raise_limit

if sys.platform == "win32":
    pytest.skip("Windows has no such limit", allow_module_level=True)

import resource

LOW = 256
WITH_A_LOW_LIMIT = f"""
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({LOW}, {{hard}}))
from ticket_daemon.cli import main
main()
"""


def test_the_daemon_raises_a_low_limit_of_open_files(tmp_path: Path) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with daemon_process(tmp_path, program=("-c", WITH_A_LOW_LIMIT.format(hard=hard))) as daemon:
        soft, _ = resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE)
        assert soft > LOW
        assert daemon.terminate() == 0


def test_a_sandbox_that_forbids_it_is_told_and_the_daemon_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (LOW, 2 * LOW))
    monkeypatch.setattr(resource, "setrlimit", forbidden)
    raise_limit()
    assert [(record.message, record.__dict__["limit"]) for record in caplog.records] == [("open_files_limited", LOW)]
