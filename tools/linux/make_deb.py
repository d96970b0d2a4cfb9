"""A Debian package of a sealed build's folder: the program, its systemd unit, an empty configuration.

    .venv/bin/ticket-daemon build --folder --env prod --output dist --token-sha256 HASH
    .venv/bin/python tools/linux/make_deb.py --executable dist/ticket-daemon/ticket-daemon --output dist

Needs dpkg-deb and binutils, and the system the executable was made for. SOURCE_DATE_EPOCH dates the files inside.
"""

from __future__ import annotations

import argparse
import datetime
import email.utils
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from ticket_daemon.machine.places import folder_name

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
MAINTAINER: Final = "The Ticket Daemon developers <ticket-daemon@users.noreply.github.com>"
HOMEPAGE: Final = "https://github.com/ticket-daemon/ticket-daemon"
CONTROL: Final = """\
Package: {package}
Version: {version}
Section: net
Priority: optional
Architecture: {architecture}
Maintainer: {maintainer}
Homepage: {homepage}
Depends: libc6 (>= {libc})
Recommends: fonts-noto-core, fonts-noto-cjk
Suggests: cups
Installed-Size: {kilobytes}
Description: print spooler for web points of sale
 Prints the tickets of a web point of sale on thermal printers: WebSocket in,
 ESC/POS paper out. This package is a sealed build: {service}.
"""
CONFIGURATION: Final = """\
# The shop's own settings: printers and language. What is sealed in the executable cannot be changed here;
# "{package} --version" shows it. After a change: sudo systemctl reload {service}
#
# [[printers]]
# name = "caja"
# uri = "socket://192.168.1.50:9100"
# profile = "TM-T20III"
# default = true
"""
COPYRIGHT: Final = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Ticket Daemon
Source: {homepage}

Files: *
Copyright: {years} The Ticket Daemon developers
License: Expat
 {licence}
"""
CHANGELOG: Final = """\
{package} ({version}) stable; urgency=medium

  * What changed:
    {homepage}/blob/main/CHANGELOG.md

 -- {maintainer}  {date}
"""
#: Python and its libraries are packed as their makers built them: that is what a sealed build is.
OVERRIDES: Final = """\
# A sealed build brings its Python and libraries along, as their makers built them, so that a shop's upgrade of the
# system cannot change what prints.
{package}: embedded-library
{package}: library-not-linked-against-libc
{package}: hardening-no-pie
{package}: shared-library-lacks-prerequisites
{package}: custom-library-search-path
"""
MANUAL: Final = """\
.TH {title} 1 {date} "Ticket Daemon {version}"
.SH NAME
{package} \\- print spooler for web points of sale
.SH SYNOPSIS
.B {package}
.RI [ verb ]
.RI [ options ]
.SH DESCRIPTION
Prints the tickets of a web point of sale on thermal printers. Its service is
.BR {service} .
.B {package} \\-\\-help
lists the verbs, in Spanish or English as the locale says.
.SH FILES
.TP
.I /{settings}
the shop's own settings: printers and language
.SH SEE ALSO
.BR systemctl (1),
{homepage}
"""
#: The standard sequence of deb-systemd-helper(1): who disabled the unit finds it disabled after an upgrade, and a
#: start that fails does not fail the package.
POSTINST: Final = """\
#!/bin/sh
set -e
case "$1" in
    configure|abort-upgrade|abort-deconfigure|abort-remove)
        deb-systemd-helper unmask {service}.service >/dev/null || true
        if deb-systemd-helper --quiet was-enabled {service}.service; then
            deb-systemd-helper enable {service}.service >/dev/null || true
        else
            deb-systemd-helper update-state {service}.service >/dev/null || true
        fi
        if [ -d /run/systemd/system ]; then
            systemctl --system daemon-reload >/dev/null || true
            action=start
            if [ -n "$2" ]; then action=restart; fi
            deb-systemd-invoke "$action" {service}.service >/dev/null || true
        fi
        ;;
esac
"""
PRERM: Final = """\
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    deb-systemd-invoke stop {service}.service >/dev/null || true
fi
"""
POSTRM: Final = """\
#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload >/dev/null || true
fi
case "$1" in
    remove)
        if command -v deb-systemd-helper >/dev/null; then
            deb-systemd-helper mask {service}.service >/dev/null || true
        fi
        ;;
    purge)
        if command -v deb-systemd-helper >/dev/null; then
            deb-systemd-helper purge {service}.service >/dev/null || true
            deb-systemd-helper unmask {service}.service >/dev/null || true
        fi
        for folder in /var/lib /var/lib/private /var/log /var/log/private; do
            rm -rf "$folder/{folder}"
        done
        ;;
esac
"""


class Package(NamedTuple):
    """What is packaged, as the executable itself says."""

    name: str
    version: str
    service: str
    unit: str
    built: datetime.datetime


def asked(executable: Path, *words: str) -> str:
    return subprocess.run([executable, *words], check=True, capture_output=True, text=True).stdout


def read(executable: Path) -> Package:
    """Ask the executable for its version and for the unit it would install."""
    shown = asked(executable, "--version")
    version = re.search(r"version (\S+)", shown)
    dated = re.search(r"sealed build of (\d+-\d+-\d+ \d+:\d+:\d+)", shown)
    if version is None or dated is None:
        sys.exit(f"{executable} is no sealed build: ticket-daemon build makes one")
    if not (executable.parent / "_internal").is_dir():
        sys.exit(f"{executable} is one file: a package is made of a folder, ticket-daemon build --folder")
    built = datetime.datetime.fromisoformat(dated[1] + "+00:00")
    planned = asked(executable, "install", "--dry-run")
    head = re.match(r"# /etc/systemd/system/(.+)\.service\n", planned)
    assert head is not None
    unit = planned[head.end() : planned.index("\n# run:")]
    folder = folder_name(head[1])
    name = (
        folder if folder.startswith("ticket-daemon") else "ticket-daemon-" + re.sub(r"[^a-z0-9.-]", "-", folder.lower())
    )
    # Two builds of one version are two packages, the later one the newer.
    return Package(name, f"{version[1]}+{built:%Y%m%d%H%M}", head[1], unit, built)


def needed_libc(folder: Path) -> str:
    """The oldest C library that has every symbol the program's files ask for."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.open("rb").read(4) == b"\x7fELF"]
    said = subprocess.run(["objdump", "-T", *files], check=True, capture_output=True, text=True).stdout
    versions = {tuple(map(int, found.split("."))) for found in re.findall(r"\bGLIBC_(\d+(?:\.\d+)+)\b", said)}
    return ".".join(map(str, max(versions)))


def put(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(mode)


def put_compressed(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def fill(root: Path, executable: Path, package: Package) -> None:
    """Everything that is to be installed, under `root`."""
    program = root / "usr" / "lib" / package.name
    shutil.copytree(executable.parent, program, symlinks=True)
    for path in program.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path == program / executable.name else 0o644)
    link = root / "usr" / "bin" / package.name
    link.parent.mkdir(parents=True)
    link.symlink_to(f"../lib/{package.name}/{executable.name}")
    unit = package.unit.replace(str(executable), f"/usr/lib/{package.name}/{executable.name}")
    put(root / "usr" / "lib" / "systemd" / "system" / f"{package.service}.service", unit)
    settings = Path("etc") / folder_name(package.service) / "config.toml"
    put(root / settings, CONFIGURATION.format(package=package.name, service=package.service))
    put(root / "usr/share/lintian/overrides" / package.name, OVERRIDES.format(package=package.name))
    documentation = root / "usr/share/doc" / package.name
    licence = (ROOT / "LICENSE").read_text("utf-8").split("\n\n", 2)[2].rstrip()
    text = "\n".join(f" {line}" if line else " ." for line in licence.splitlines()).lstrip()
    put(
        documentation / "copyright",
        COPYRIGHT.format(homepage=HOMEPAGE, years=package.built.year, licence=text),
    )
    manual = MANUAL.format(
        title=package.name.upper(), date=f"{package.built:%Y-%m-%d}", version=package.version, package=package.name,
        service=package.service, settings=settings, homepage=HOMEPAGE,
    )  # fmt: skip
    put_compressed(root / "usr/share/man/man1" / f"{package.name}.1.gz", manual)
    changelog = CHANGELOG.format(
        package=package.name, version=package.version, homepage=HOMEPAGE, maintainer=MAINTAINER,
        date=email.utils.format_datetime(package.built),
    )  # fmt: skip
    put_compressed(documentation / "changelog.gz", changelog)
    describe(root, program, package, settings)


def describe(root: Path, program: Path, package: Package, settings: Path) -> None:
    """The package's own files."""
    folder = root / "DEBIAN"
    architecture = subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True).stdout
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    control = CONTROL.format(
        package=package.name, version=package.version, architecture=architecture.strip(), service=package.service,
        libc=needed_libc(program), maintainer=MAINTAINER, homepage=HOMEPAGE,
        kilobytes=sum(path.stat().st_size for path in files) // 1024,
    )  # fmt: skip
    put(folder / "control", control)
    put(folder / "conffiles", f"/{settings}\n")
    sums = (f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(root)}\n" for path in files)
    put(folder / "md5sums", "".join(sums))
    for name, script in (("postinst", POSTINST), ("prerm", PRERM), ("postrm", POSTRM)):
        put(folder / name, script.format(service=package.service, folder=folder_name(package.service)), 0o755)


def make(executable: Path, output: Path) -> Path:
    """Make the package in `output`; its path."""
    package = read(executable)
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as aside:
        root = Path(aside) / "root"
        root.mkdir(mode=0o755)
        fill(root, executable, package)
        environ = {"SOURCE_DATE_EPOCH": str(int(package.built.timestamp()))} | dict(os.environ)
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, output]
        said = subprocess.run(command, check=True, env=environ, capture_output=True, text=True).stdout
    (made,) = re.findall(r"'([^']+\.deb)'", said)
    return Path(made)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--executable", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    given = parser.parse_args()
    print(make(given.executable.resolve(), given.output.resolve()))


if __name__ == "__main__":
    main()
