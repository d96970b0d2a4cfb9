"""The wheel and the sdist: complete, and installed with pip in a clean environment they print."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from support.packages import ROOT, once, run

pytestmark = pytest.mark.timeout(600)
BIN = "Scripts" if os.name == "nt" else "bin"
DOCUMENT = {
    "version": "1.0",
    "profile": {"model": "TM-T20III"},
    "commands": [{"type": "text", "data": {"content": {"text": "ñ €"}}}, {"type": "qr", "data": {"data": "x"}}],
}


def tracked(suffix: str = "") -> set[str]:
    """Files of the package under version control."""
    listed = subprocess.run(["git", "ls-files", "src/ticket_daemon"], cwd=ROOT, capture_output=True, text=True).stdout
    return {name.removeprefix("src/") for name in listed.splitlines() if name.endswith(suffix)}


def test_wheel_has_every_file_of_the_package_and_nothing_else(distributions: Path) -> None:
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = tracked()
    if not expected:
        pytest.skip("no git repository here to compare with")
    assert names == expected


def test_sdist_has_what_a_packager_needs(distributions: Path) -> None:
    (sdist,) = distributions.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for name in (
        "pyproject.toml",
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "docs/operations.md",
        "tests/unit/test_docs.py",
    ):
        assert name in names
    assert not [name for name in names if name.startswith((".venv", ".scratch", ".git/"))]


@pytest.fixture(scope="module")
def installed(shared: Path, distributions: Path) -> Path:
    """The wheel in an environment of its own, by pip and with nothing but what it asks for."""

    def make(folder: Path) -> None:
        # Virtual environments do not move: made where it stays, marked as done by `folder`.
        venv.create(shared / "clean-venv", with_pip=True, symlinks=os.name != "nt")
        python = shared / "clean-venv" / BIN / "python"
        (wheel,) = distributions.glob("*.whl")
        run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel, cwd=shared)

    once(shared / "installed", make)
    return shared / "clean-venv" / BIN


def test_installed_command_renders_and_previews(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps(DOCUMENT), "utf-8")
    command = installed / "ticket-daemon"
    run(command, "preview", tmp_path / "t.json", "-o", tmp_path / "t.png", cwd=tmp_path)
    assert (tmp_path / "t.png").read_bytes().startswith(b"\x89PNG")
    assert "ticket-daemon, version" in run(command, "--version", cwd=tmp_path)


def test_every_module_of_it_can_be_imported_without_the_extras(installed: Path, tmp_path: Path) -> None:
    """But those of other systems, and the one that is made of the NATS library's own parts."""
    code = (
        "import importlib, pkgutil, sys, ticket_daemon\n"
        "skipped = ('ticket_daemon.machine.windows.winspool', 'ticket_daemon.machine.service.windows',"
        " 'ticket_daemon.__main__',"
        " 'ticket_daemon.fleet.wary')\n"
        "for found in pkgutil.walk_packages(ticket_daemon.__path__, 'ticket_daemon.'):\n"
        "    if not found.name.startswith(skipped): importlib.import_module(found.name)\n"
        "print('all')"
    )
    assert run(installed / "python", "-c", code, cwd=tmp_path) == "all\n"


def test_installed_daemon_starts_and_answers(installed: Path, tmp_path: Path) -> None:
    from support.daemon_process import daemon_process

    assert sys.executable != str(installed / "python")
    python = sys.executable
    try:
        sys.executable = str(installed / "python")  # the environment's own, without this repository on its path
        environ = os.environ.pop("PYTHONPATH", None)
        with daemon_process(tmp_path) as daemon:
            assert daemon.health()["status"] == "ok"
            assert daemon.terminate() == 0
    finally:
        sys.executable = python
        if environ is not None:
            os.environ["PYTHONPATH"] = environ
