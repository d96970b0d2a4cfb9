"""Everything a release is made of, in one folder, with its checksums.

    python3 dev.py release                      for the test environment, as a trial
    python3 dev.py release --token-sha256 HASH  for shops

Wheel, sdist, npm package, sealed executable and Debian package; where wine is, the Windows executable and installer as
well; SBOM (CycloneDX), third-party licences, SHA256SUMS. Dated by the commit, so that it can be made again.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import platform
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tools" / folder) for folder in ("linux", "windows")]

import make_deb  # noqa: E402
import make_installer  # noqa: E402
import wine_python  # noqa: E402

from ticket_daemon import __version__  # noqa: E402
from ticket_daemon.update import manifest  # noqa: E402

#: What is in a sealed build, with its hashes: the program with every extra, and PyInstaller.
LOCK: Final = ROOT / "requirements" / "release.txt"
ENVIRONMENT: Final = ROOT / ".venv-release"
SUMS: Final = "SHA256SUMS"
LICENCES: Final = "THIRD-PARTY-LICENCES.txt"
SIGNABLE: Final = (".exe", ".dll", ".pyd")
#: Where a PE file says where its headers begin, and its signatures (PE format, "Optional Header Data Directories").
_PE_HEADER_AT: Final = 0x3C
_PE_OPTIONAL: Final = 24
_PE_32_PLUS: Final = 0x20B
_PE_CERTIFICATES: Final = {_PE_32_PLUS: 144, 0x10B: 128}


class Given(NamedTuple):
    """What was asked for."""

    output: Path
    seal: tuple[str, ...]  #: options of `ticket-daemon build`
    env: str
    service: str
    sign: tuple[str, ...]
    update_key: Path | None  #: the private key (PEM, Ed25519) that signs the list of versions
    channel: Path | None  #: the folder of the channel so far, whose older versions are the way back


def say(text: str) -> None:
    print(f"[release] {text}", flush=True)


def call(*command: str | Path, cwd: Path = ROOT) -> None:
    words = [str(word) for word in command]
    if subprocess.run(words, check=False, cwd=cwd, stdin=subprocess.DEVNULL).returncode != 0:
        sys.exit(f"[release] failed: {shlex.join(words)}")


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def main() -> None:
    given, is_trial = arguments()
    check_source(is_trial)
    os.environ.setdefault("SOURCE_DATE_EPOCH", git("log", "-1", "--format=%ct"))
    os.environ["SOURCE_COMMIT"] = git("rev-parse", "--short=12", "HEAD") + ("+" if git("status", "--porcelain") else "")
    os.environ["PYTHONHASHSEED"] = "0"
    shutil.rmtree(given.output, ignore_errors=True)
    given.output.mkdir(parents=True)
    python = clean_environment()
    for step in (distributions, javascript, bill_of_materials, licences):
        say(step.__name__.replace("_", " "))
        step(given, python)
    with tempfile.TemporaryDirectory(prefix="ticket-daemon-release-") as aside:
        for make in (linux, windows):
            say(make.__name__)
            make(given, python, Path(aside) / make.__name__)
    if given.update_key is not None:
        say("list of versions")
        offer(given, given.update_key)
    write_sums(given.output)
    for path in sorted(given.output.iterdir()):
        print(f"{path.stat().st_size / 1e6:8.2f} MB  {path.name}")


def arguments() -> tuple[Given, bool]:
    parser = argparse.ArgumentParser(prog="dev.py release", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "dist" / __version__, help="folder, made anew")
    parser.add_argument("--token-sha256", default="", help="sealed; with it the builds are for prod, else for test")
    parser.add_argument("--service-name", default="", help="as `ticket-daemon build` takes it")
    parser.add_argument("--port", default="", help="as `ticket-daemon build` takes it")
    parser.add_argument(
        "--sign", default="", metavar="COMMAND", help="signs the Windows file whose path is put behind it"
    )
    parser.add_argument("--update-key", type=Path, metavar="PEM", help="makes update.json, signed with this key")
    parser.add_argument("--channel", type=Path, metavar="FOLDER", help="the channel so far: its versions stay listed")
    parser.add_argument("--trial", action="store_true", help="also of a source with changes that are not committed")
    said = parser.parse_args()
    env = "prod" if said.token_sha256 else "test"
    options = {"--token-sha256": said.token_sha256, "--service-name": said.service_name, "--port": said.port}
    if said.update_key is not None:
        options["--update-key"] = public_key(said.update_key)
    seal = ("--env", env, *(word for name, value in options.items() if value for word in (name, value)))
    sign = tuple(shlex.split(said.sign))
    given = Given(said.output.resolve(), seal, env, said.service_name, sign, said.update_key, said.channel)
    return given, said.trial


def check_source(is_trial: bool) -> None:
    """One version everywhere, a dated heading in the changelog, and nothing that is not committed."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    wrong = []
    if not re.search(rf"^## {re.escape(__version__)} \(\d{{4}}-\d\d-\d\d\)$", changelog, re.MULTILINE):
        wrong.append(f"CHANGELOG.md has no heading '## {__version__} (YYYY-MM-DD)'")
    if f'"version": "{__version__}"' not in (ROOT / "clients/javascript/package.json").read_text("utf-8"):
        wrong.append(f"clients/javascript/package.json has not version {__version__}")
    if git("status", "--porcelain") and not is_trial:
        wrong.append("there are changes that are not committed; --trial makes a release of them all the same")
    if wrong:
        sys.exit("[release] " + "\n[release] ".join(wrong))


def clean_environment() -> Path:
    """An environment with what is locked and nothing else; its Python."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    uv = Path(sys.executable).with_name("uv.exe" if os.name == "nt" else "uv")
    call(uv, "venv", "-q", "--clear", "--python", sys.executable, ENVIRONMENT)
    call(uv, "pip", "install", "-q", "-p", python, "--require-hashes", "-r", LOCK)
    call(uv, "pip", "install", "-q", "-p", python, "--no-deps", ROOT)
    return python


# --- what is not sealed ---


def distributions(given: Given, python: Path) -> None:
    """The sdist, and the wheel made from it alone."""
    del python
    call(sys.executable, "-m", "build", "--outdir", given.output, ROOT)


def javascript(given: Given, python: Path) -> None:
    """The npm package."""
    del python
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("[release] npm is not there: apt-get install nodejs npm")
    call(npm, "pack", "--silent", "--pack-destination", given.output, cwd=ROOT / "clients" / "javascript")


def bill_of_materials(given: Given, python: Path) -> None:
    """What a sealed build is made of, in CycloneDX."""
    made = given.output / f"ticket-daemon-{__version__}.cdx.json"
    call(
        sys.executable, "-m", "cyclonedx_py", "environment", "--pyproject", ROOT / "pyproject.toml",
        "--mc-type", "application", "--output-reproducible", "-o", made, python,
    )  # fmt: skip
    bill = json.loads(made.read_text("utf-8"))
    bill["metadata"]["component"]["version"] = __version__  # which pyproject.toml only points at
    made.write_text(json.dumps(bill, indent=2) + "\n", "utf-8")


def licences(given: Given, python: Path) -> None:
    """The licences of everything in a sealed build: libraries, Python itself, fonts."""
    made = given.output / LICENCES
    call(
        sys.executable, "-m", "piplicenses", "--python", python, "--format", "plain-vertical", "--with-license-file",
        "--no-license-path", "--with-urls", "--ignore-packages", "ticket-daemon", "--output-file", made,
    )  # fmt: skip
    others = [Path(os.__file__).with_name("LICENSE.txt"), *sorted((ROOT / "src").rglob("*LICENSE*"))]
    with made.open("a", encoding="utf-8") as file:
        for path in others:
            if path.is_file():
                file.write(f"\n\n{path.name}\n\n{path.read_text('utf-8', 'replace')}")


# --- what is sealed ---


def linux(given: Given, python: Path, work: Path) -> None:
    """One file for technicians, a package for shops."""
    if sys.platform != "linux":
        say("  not on this system")
        return
    build = [python, "-m", "ticket_daemon", "build", *given.seal, "--output"]
    call(*build, work)
    shutil.copy2(work / "ticket-daemon", given.output / f"ticket-daemon-{__version__}-linux-{platform.machine()}")
    call(*build, work / "folder", "--folder")
    program = work / "folder" / "ticket-daemon"
    shutil.copy2(given.output / LICENCES, program)
    if shutil.which("dpkg-deb") is None:
        say("  no dpkg-deb here: no Debian package")
        return
    make_deb.make(program / "ticket-daemon", given.output)


def windows(given: Given, python: Path, work: Path) -> None:
    """The same for Windows: here, or with a Windows Python under wine."""
    if os.name == "nt":
        runner: Sequence[str | Path] = [python]
    elif command := wine_python.missing():
        say(f"  not here; for the Windows files: {command}")
        return
    else:
        runner = [sys.executable, ROOT / "tools" / "windows" / "wine_python.py", "--run"]
    where = str if os.name == "nt" else windows_path
    build = [*runner, "-m", "ticket_daemon", "build", *given.seal, "--output"]
    call(*build, where(work))
    one = given.output / f"ticket-daemon-{__version__}-windows-x86_64.exe"
    shutil.copy2(work / "ticket-daemon.exe", one)
    call(*build, where(work / "folder"), "--folder")
    program = work / "folder" / "ticket-daemon"
    shutil.copy2(given.output / LICENCES, program)
    if given.sign:
        for path in (one, *unsigned(program)):
            call(*given.sign, path)
    sign = shlex.join(given.sign)
    made = make_installer.make(program / "ticket-daemon.exe", given.env, given.output, given.service, sign=sign)
    say(f"  {made.name}")


def windows_path(path: Path) -> str:
    """How a program under wine calls a file of this system."""
    return "Z:" + str(path).replace("/", "\\")


def unsigned(program: Path) -> Iterator[Path]:
    """The program files of a folder that bear nobody's signature yet; Python's own bear their makers'."""
    for path in sorted(program.rglob("*")):
        if path.suffix.lower() in SIGNABLE and not is_signed(path.read_bytes()):
            yield path


def is_signed(data: bytes) -> bool:
    """Whether a PE file has a certificate table."""
    (header,) = struct.unpack_from("<I", data, _PE_HEADER_AT)
    (magic,) = struct.unpack_from("<H", data, header + _PE_OPTIONAL)
    _, size = struct.unpack_from("<II", data, header + _PE_OPTIONAL + _PE_CERTIFICATES[magic])
    return bool(size)


#: Which file of a release installs it on which system, as the system calls itself.
INSTALLERS: Final = {f"linux-{platform.machine().lower()}": "*.deb", "windows-amd64": "*-setup.exe"}


def offer(given: Given, key: Path) -> None:
    """The signed list of versions that `ticket-daemon update` reads: this one, and what the channel has already."""
    files = {}
    for system, pattern in INSTALLERS.items():
        for path in given.output.glob(pattern):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            files[system] = manifest.File(path.name, digest, path.stat().st_size)
    before: tuple[manifest.Release, ...] = ()
    if given.channel is not None and (listed := given.channel / manifest.NAME).exists():
        known = msgspec.json.decode(listed.read_bytes(), type=manifest.Manifest)
        before = tuple(release for release in known.releases if release.version != __version__)
    data = msgspec.json.format(msgspec.json.encode(manifest.Manifest((manifest.Release(__version__, files), *before))))
    (given.output / manifest.NAME).write_bytes(data)
    (given.output / manifest.SIGNATURE).write_bytes(base64.b64encode(private_key(key).sign(data)) + b"\n")


def private_key(path: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        sys.exit(f"[release] {path} is no Ed25519 key: openssl genpkey -algorithm ed25519 -out {path}")
    return key


def public_key(path: Path) -> str:
    """What `update.public_key` and a sealed build hold."""
    return base64.b64encode(private_key(path).public_key().public_bytes_raw()).decode()


def write_sums(folder: Path) -> None:
    """SHA256SUMS, as `sha256sum --check` reads it."""
    (folder / SUMS).write_text("".join(sums(sorted(folder.iterdir()))), "utf-8")


def sums(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        yield f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"


if __name__ == "__main__":
    main()
