"""What `dev.py release` puts beside the builds: one version, whole links, bill of materials, signatures, checksums."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest

from support.packages import ROOT, run

sys.path.insert(0, str(ROOT / "tools"))

import release

import ticket_daemon

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def given(tmp_path: Path) -> release.Given:
    return release.Given(tmp_path, ("--env", "test"), "test", "", (), None, None)


def test_version_is_one_and_the_changelog_dates_it() -> None:
    release.check_source(is_trial=True)


def test_readme_on_an_index_page_links_to_whole_addresses_alone(distributions: Path) -> None:
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        text = archive.read(name).decode()
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert len(targets) > 10
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []
    assert "Project-URL: Homepage" in text


def test_readme_in_the_repository_keeps_its_relative_links() -> None:
    assert "](docs/protocol.md)" in (ROOT / "README.md").read_text("utf-8")


def test_bill_of_materials_names_the_program_and_what_it_is_made_of(given: release.Given) -> None:
    release.bill_of_materials(given, Path(sys.executable))
    (made,) = given.output.glob("*.cdx.json")
    bill = json.loads(made.read_text("utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["version"] == ticket_daemon.__version__
    assert {"aiohttp", "msgspec", "pillow"} <= {part["name"] for part in bill["components"]}


def test_licences_of_libraries_and_fonts_are_in_one_file(given: release.Given) -> None:
    release.licences(given, Path(sys.executable))
    text = (given.output / release.LICENCES).read_text("utf-8")
    assert "aiohttp" in text
    assert "Apache License" in text
    assert "receipt_cells.LICENSE.txt" in text


def test_checksums_are_as_sha256sum_reads_them(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"a")
    release.write_sums(tmp_path)
    assert (tmp_path / release.SUMS).read_text().endswith("  a.bin\n")
    if shutil.which("sha256sum"):
        run("sha256sum", "--check", release.SUMS, cwd=tmp_path)


def test_list_of_versions_is_signed_and_keeps_the_ones_before(given: release.Given, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    run("openssl", "genpkey", "-algorithm", "ed25519", "-out", key)
    (channel := tmp_path / "channel").mkdir()
    older = release.manifest.Release("0.1.9", {"linux-x86_64": release.manifest.File("old.deb", "0" * 64, 1)})
    (channel / "update.json").write_bytes(msgspec.json.encode(release.manifest.Manifest((older,))))
    (tmp_path / "new.deb").write_bytes(b"package")
    release.offer(given._replace(channel=channel), key)
    listed = release.manifest.read(
        (tmp_path / "update.json").read_bytes(), (tmp_path / "update.json.sig").read_bytes(), release.public_key(key)
    )
    assert listed.newest().version == ticket_daemon.__version__
    assert listed.releases[1] == older


SIGN = """#!/bin/sh
set -e
osslsigncode sign -certs "{folder}/cert.pem" -key "{folder}/key.pem" -in "$1" -out "$1.signed" >/dev/null
mv "$1.signed" "$1"
echo "$1" >>"{folder}/signed.txt"
"""


@pytest.fixture
def signer(tmp_path: Path) -> Path:
    """A command that signs the file behind it with a certificate of its own."""
    for program in ("osslsigncode", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program}: apt-get install {program}")
    (folder := tmp_path / "keys").mkdir()
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-subj", "/CN=Ticket Daemon trial"]
    extended = ["-addext", "extendedKeyUsage=codeSigning"]
    run("openssl", "req", "-x509", *key, *extended, "-out", folder / "cert.pem", "-days", "2")
    script = folder / "sign.sh"
    script.write_text(SIGN.format(folder=folder), "utf-8")
    script.chmod(0o755)
    return script


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with a Windows executable in it that nobody has signed."""
    stub = next(Path(sys.prefix).rglob("pip/_vendor/distlib/t64.exe"), None)
    if stub is None:
        pytest.skip("no Windows executable here to sign")
    (folder := tmp_path / "program").mkdir()
    shutil.copy(stub, folder / "ticket-daemon.exe")
    (folder / "notes.txt").write_text("no program")
    return folder


def test_what_nobody_has_signed_is_signed_once(signer: Path, program: Path) -> None:
    for _ in range(2):
        for path in release.unsigned(program):
            run(signer, path)
    assert (signer.parent / "signed.txt").read_text().split() == [str(program / "ticket-daemon.exe")]
    assert release.is_signed((program / "ticket-daemon.exe").read_bytes())


def test_installer_and_its_uninstaller_are_signed_as_they_are_made(signer: Path, program: Path, tmp_path: Path) -> None:
    if shutil.which("makensis") is None:
        pytest.skip("makensis: apt-get install nsis")
    made = release.make_installer.make(program / "ticket-daemon.exe", "test", tmp_path / "out", sign=str(signer))
    said = subprocess.run(["osslsigncode", "verify", made], capture_output=True, text=True).stdout
    assert "CN=Ticket Daemon trial" in said
    assert len((signer.parent / "signed.txt").read_text().split()) == 2
