"""The Debian package of a sealed executable: what is in it, that it works, really installed where that is safe."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.packages import ROOT, once, run

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="no dpkg-deb: apt install dpkg"),
]
NAME = "ticket-daemon-cajasellada"


@pytest.fixture(scope="module")
def package(shared: Path, in_folder: Path) -> Path:
    def make(folder: Path) -> None:
        run(sys.executable, ROOT / "tools/linux/make_deb.py", "--executable", in_folder, "--output", folder)

    (made,) = once(shared / "deb", make).glob("*.deb")
    return made


@pytest.fixture
def unpacked(package: Path, tmp_path: Path) -> Path:
    run("dpkg-deb", "-R", package, tmp_path / "root")
    return tmp_path / "root"


def test_package_is_named_and_dated_as_the_build(package: Path) -> None:
    assert package.name.startswith(f"{NAME}_0.")
    fields = run("dpkg-deb", "-f", package)
    assert f"Package: {NAME}\n" in fields
    assert "Depends: libc6 (>= 2." in fields


def test_program_and_unit_are_in_their_places(unpacked: Path) -> None:
    assert (unpacked / "usr/bin" / NAME).is_symlink()
    assert "CajaSellada: test" in run(unpacked / "usr/lib" / NAME / "ticket-daemon", "--version")
    unit = (unpacked / "usr/lib/systemd/system/CajaSellada.service").read_text("utf-8")
    assert f"ExecStart=/usr/lib/{NAME}/ticket-daemon run --service --env test\n" in unit
    assert "/tmp" not in unit


def test_shops_configuration_is_a_conffile_and_changes_nothing_as_it_comes(unpacked: Path) -> None:
    assert (unpacked / "DEBIAN/conffiles").read_text() == "/etc/CajaSellada/config.toml\n"
    assert all(line.startswith("#") for line in (unpacked / "etc/CajaSellada/config.toml").read_text().splitlines())


def test_what_lintian_calls_an_error_is_not_in_it(package: Path) -> None:
    if shutil.which("lintian") is None:
        pytest.skip("lintian: apt-get install lintian")
    run("lintian", "--allow-root", "--fail-on", "error", package)


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm"])
def test_scripts_are_sound_and_run_without_systemd(unpacked: Path, script: str) -> None:
    path = unpacked / "DEBIAN" / script
    run("sh", "-n", path)
    if not Path("/run/systemd/system").exists():
        run("sh", path, "upgrade")


@pytest.mark.skipif(
    not os.environ.get("CI") or os.name == "nt" or os.geteuid() != 0 or Path("/run/systemd/system").exists(),
    reason="changes the machine: only as root in CI, and where no systemd would start the service",
)
def test_installed_it_is_a_command_and_purged_it_is_gone(package: Path) -> None:
    try:
        run("dpkg", "-i", package)
        assert "CajaSellada: test" in run(f"/usr/bin/{NAME}", "--version")
        (state := Path("/var/lib/CajaSellada")).mkdir()
        run("dpkg", "-i", package)  # an upgrade
        assert state.exists()
    finally:
        subprocess.run(["dpkg", "-P", NAME], capture_output=True, check=False)
    assert not state.exists()
    for left in (f"/usr/bin/{NAME}", f"/usr/lib/{NAME}", "/etc/CajaSellada", "/var/lib/CajaSellada"):
        assert not Path(left).exists(), left
