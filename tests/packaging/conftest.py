"""What is packaged once for all tests of this folder, whichever worker comes first."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from support.packages import PROGRAM, ROOT, build, once, run


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test run, the same for all its workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def executable(shared: Path) -> Path:
    """The build as one file."""
    pytest.importorskip("PyInstaller", reason="pip install 'ticket-daemon[build]'")
    return once(shared / "sealed", build) / PROGRAM


@pytest.fixture(scope="session")
def in_folder(shared: Path) -> Path:
    """The executable of the build as a folder."""
    pytest.importorskip("PyInstaller", reason="pip install 'ticket-daemon[build]'")
    return once(shared / "folder", lambda place: build(place, "--folder")) / "ticket-daemon" / PROGRAM


@pytest.fixture(params=["executable", "in_folder"])
def either(request: pytest.FixtureRequest) -> Path:
    """Both kinds of build, one after the other."""
    made: Path = request.getfixturevalue(request.param)
    return made


@pytest.fixture(scope="session")
def distributions(shared: Path) -> Path:
    """The sdist, and the wheel made from the sdist alone."""
    return once(shared / "dist", lambda folder: run(sys.executable, "-m", "build", "--outdir", folder, ROOT) and None)
