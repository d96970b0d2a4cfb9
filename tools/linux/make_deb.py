"""A Debian package of a sealed executable: the program, its systemd unit, an empty configuration.

    .venv/bin/ticket-daemon build --env prod --output dist --token-sha256 HASH
    .venv/bin/python tools/linux/make_deb.py --executable dist/ticket-daemon --output dist

Installing it installs, enables and starts the service; upgrading restarts it and keeps queue and configuration;
removing it stops it; purging forgets queue and log. Needs dpkg-deb, and the system the executable was made for.
"""

from __future__ import annotations

import argparse
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from ticket_daemon.machine.places import folder_name

CONTROL: Final = """\
Package: {package}
Version: {version}
Section: misc
Priority: optional
Architecture: {architecture}
Maintainer: The Ticket Daemon developers <noreply@localhost>
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
POSTINST: Final = """\
#!/bin/sh
set -e
if [ "$1" = configure ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl enable {service}.service
    systemctl restart {service}.service
fi
"""
PRERM: Final = """\
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    systemctl disable --now {service}.service
fi
"""
POSTRM: Final = """\
#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
fi
if [ "$1" = purge ]; then
    for folder in /var/lib /var/lib/private /var/log /var/log/private; do
        rm -rf "$folder/{folder}"
    done
fi
"""


class Package(NamedTuple):
    """What is packaged, as the executable itself says."""

    name: str
    version: str
    service: str
    unit: str


def asked(executable: Path, *words: str) -> str:
    return subprocess.run([executable, *words], check=True, capture_output=True, text=True).stdout


def read(executable: Path) -> Package:
    """Ask the executable for its version and for the unit it would install."""
    shown = asked(executable, "--version")
    version = re.search(r"version (\S+)", shown)
    dated = re.search(r"sealed build of (\d+)-(\d+)-(\d+) (\d+):(\d+)", shown)
    if version is None or dated is None:
        sys.exit(f"{executable} is no sealed build: ticket-daemon build makes one")
    planned = asked(executable, "install", "--dry-run")
    head = re.match(r"# /etc/systemd/system/(.+)\.service\n", planned)
    assert head is not None
    unit = planned[head.end() : planned.index("\n# run:")]
    folder = folder_name(head[1])
    name = (
        folder if folder.startswith("ticket-daemon") else "ticket-daemon-" + re.sub(r"[^a-z0-9.-]", "-", folder.lower())
    )
    # Two builds of one version are two packages, the later one the newer.
    return Package(name, f"{version[1]}+{''.join(dated.groups())}", head[1], unit)


def fill(root: Path, executable: Path, package: Package) -> None:
    """Everything that is to be installed, under `root`."""
    program = root / "usr" / "lib" / package.name / executable.name
    program.parent.mkdir(parents=True)
    shutil.copyfile(executable, program)
    program.chmod(0o755)
    link = root / "usr" / "bin" / package.name
    link.parent.mkdir(parents=True)
    link.symlink_to(f"../lib/{package.name}/{executable.name}")
    unit = root / "usr" / "lib" / "systemd" / "system" / f"{package.service}.service"
    unit.parent.mkdir(parents=True)
    unit.write_text(package.unit.replace(str(executable), f"/usr/lib/{package.name}/{executable.name}"), "utf-8")
    settings = root / "etc" / folder_name(package.service) / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(CONFIGURATION.format(package=package.name, service=package.service), "utf-8")
    for path in (unit, settings):
        path.chmod(0o644)
    describe(root, executable, package, settings)


def describe(root: Path, executable: Path, package: Package, settings: Path) -> None:
    """The package's own files."""
    folder = root / "DEBIAN"
    folder.mkdir(mode=0o755)
    architecture = subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True).stdout
    control = CONTROL.format(
        package=package.name, version=package.version, architecture=architecture.strip(), service=package.service,
        libc=platform.libc_ver()[1] or "2.36", kilobytes=executable.stat().st_size // 1024,
    )  # fmt: skip
    (folder / "control").write_text(control, "utf-8")
    (folder / "conffiles").write_text(f"/{settings.relative_to(root)}\n", "utf-8")
    for name, script in (("postinst", POSTINST), ("prerm", PRERM), ("postrm", POSTRM)):
        text = script.format(service=package.service, folder=folder_name(package.service))
        (folder / name).write_text(text, "utf-8")
        (folder / name).chmod(0o755)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--executable", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    given = parser.parse_args()
    executable: Path = given.executable.resolve()
    package = read(executable)
    given.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        root.mkdir(mode=0o755)
        fill(root, executable, package)
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", root, given.output], check=True)


if __name__ == "__main__":
    main()
