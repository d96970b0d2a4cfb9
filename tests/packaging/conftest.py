"""What is packaged once for all tests of this folder, whichever worker comes first."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest

from support.packages import ROOT, TOKEN, once, run


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test run, the same for all its workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def executable(shared: Path) -> Path:
    """A sealed build for `test` on any free port, with the hash of TOKEN inside."""
    pytest.importorskip("PyInstaller", reason="pip install 'ticket-daemon[build]'")
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()

    def make(folder: Path) -> None:
        run(
            sys.executable, "-m", "ticket_daemon", "build", "--env", "test", "--output", folder, "--port", "0",
            "--queue", "17", "--service-name", "CajaSellada", "--log-level", "info", "--token-sha256", digest,
        )  # fmt: skip

    folder = once(shared / "sealed", make)
    return folder / ("ticket-daemon.exe" if os.name == "nt" else "ticket-daemon")


@pytest.fixture(scope="session")
def distributions(shared: Path) -> Path:
    """The sdist, and the wheel made from the sdist alone."""
    return once(shared / "dist", lambda folder: run(sys.executable, "-m", "build", "--outdir", folder, ROOT) and None)
