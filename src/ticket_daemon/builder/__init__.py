"""Makes a sealed executable: program, Python, libraries and configuration, as one file or as a folder.

A folder starts at once and is one process; it is what packages install. One file is what a technician copies and
replaces; it unpacks itself at each start (`python -m benchmarks executable` has the figures).
"""

from __future__ import annotations

import datetime
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import ticket_daemon
from ticket_daemon.builder import version_resource
from ticket_daemon.errors import BuildError
from ticket_daemon.settings import config
from ticket_daemon.settings.seal import MODULE, Environment, Seal, encode

#: What a service, its log and its folders may be called on every system.
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,63}")
#: What the program never imports and PyInstaller would find through its libraries.
_LEFT_OUT: Final = (
    "tkinter", "pytest", "hypothesis", "mypy", "PyInstaller", "setuptools", "numpy", "IPython", "pydantic",
    "pydantic_core", "yaml",
    "PIL.AvifImagePlugin", "PIL._avif",
)  # fmt: skip
#: Imported by name where they are installed, so that the analysis does not see them.
_BY_NAME: Final = ("uvloop", "win32timezone")
#: Seconds for a build; on a slow machine under wine it is minutes.
PATIENCE_S: Final = 1200
#: Seconds since 1970 that builds take for today (reproducible-builds.org).
EPOCH: Final = "SOURCE_DATE_EPOCH"
#: The source's commit, for a build that cannot ask git.
COMMIT: Final = "SOURCE_COMMIT"
#: Sets of names are written in an order that Python's hash seed decides.
_HASH_SEED: Final = {"PYTHONHASHSEED": "0"}
_VERSION_FILE: Final = "version.txt"
_ICON: Final = Path(__file__).parent / "data" / "ticket-daemon.ico"
_ENTRY: Final = "from ticket_daemon.cli.sealed import main\n\nmain()\n"


def make_seal(
    env: Environment,
    *,
    host: str | None = None,
    port: int | None = None,
    queue: int | None = None,
    log_level: str | None = None,
    service_name: str | None = None,
    token_sha256: str | None = None,
    dashboard_password_hash: str | None = None,
    update_key: str | None = None,
    console: bool = False,
    now: datetime.datetime | None = None,
) -> Seal:
    """The seal with these values, the environment's defaults for the others, and today's date. Raises ConfigError."""
    flags: dict[str, dict[str, Any]] = {
        "server": {"host": host, "port": port},
        "queue": {"capacity": queue},
        "log": {"level": log_level},
        "auth": {"token_sha256": token_sha256, "dashboard_password_hash": dashboard_password_hash},
        "update": {"public_key": update_key},
    }
    settings = config.load(env, None, {}, flags, Path())
    if service_name is not None and not _NAME.fullmatch(service_name):
        raise BuildError("build.service_name", name=service_name)
    now = now or _today(os.environ)
    return Seal(
        env=env,
        host=settings.server.host,
        port=settings.server.port,
        capacity=settings.queue.capacity,
        log_level=settings.log.level,
        service_name=service_name or settings.service_name,
        version=ticket_daemon.__version__,
        date=now.strftime("%Y-%m-%d"),
        time=now.strftime("%H:%M:%S"),
        commit=_commit(),
        token_sha256=settings.auth.token_sha256,
        dashboard_password_hash=settings.auth.dashboard_password_hash,
        update_key=settings.update.public_key,
        console=console,
    )


def _today(environ: Mapping[str, str]) -> datetime.datetime:
    """Now, or the second that SOURCE_DATE_EPOCH names, so that a build can be made again to the bit."""
    if epoch := environ.get(EPOCH):
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
    return datetime.datetime.now(datetime.UTC)


def _commit() -> str:
    """The source's commit, with `+` where it was changed since; "" outside a repository where nobody says it."""
    if said := os.environ.get(COMMIT):
        return said
    root = Path(ticket_daemon.__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return ""
    git = ["git", "-C", str(root)]
    try:
        head = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=True)  # noqa: S603
        changed = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head.stdout.strip() + ("+" if changed.stdout else "")


def program_name(seal: Seal) -> str:
    """What the executable is called, without the system's suffix."""
    return "ticket-daemon-console" if seal.console else "ticket-daemon"


def build(seal: Seal, output: Path, *, folder: bool = False) -> Path:
    """Make the executable in `output`, or with all that belongs to it in a folder there; the executable's path.

    Takes about a minute. Raises BuildError.
    """
    if importlib.util.find_spec("PyInstaller") is None:
        raise BuildError("build.no_pyinstaller")
    with tempfile.TemporaryDirectory(prefix="ticket-daemon-build-", ignore_cleanup_errors=True) as aside:
        work = Path(aside)
        (work / f"{MODULE}.py").write_text(encode(seal), "utf-8")
        (work / "entry.py").write_text(_ENTRY, "utf-8")
        (work / _VERSION_FILE).write_text(version_resource.text(seal, program_name(seal)), "utf-8")
        command = [sys.executable, *arguments(seal, output.absolute(), work, folder=folder)]
        environ = {name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)}
        environ |= _HASH_SEED
        try:
            ended = subprocess.run(  # noqa: S603 - our own words
                command, check=False, capture_output=True, text=True, errors="replace", cwd=work, env=environ,
                stdin=subprocess.DEVNULL, timeout=PATIENCE_S,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BuildError("build.failed", detail=str(error)) from None
    place = output / program_name(seal) if folder else output
    made = place / (program_name(seal) + (".exe" if os.name == "nt" else ""))
    if ended.returncode != 0 or not made.exists():
        raise BuildError("build.failed", detail="\n".join((ended.stdout + ended.stderr).splitlines()[-5:]))
    return made


def arguments(seal: Seal, output: Path, work: Path, *, folder: bool = False) -> list[str]:
    """PyInstaller's command line for `python`."""
    source = Path(ticket_daemon.__file__).resolve().parents[1]
    present = [name for name in _BY_NAME if importlib.util.find_spec(name) is not None]
    return [
        "-m", "PyInstaller", str(work / "entry.py"),
        "--name", program_name(seal),
        "--onedir" if folder else "--onefile", "--console", "--noupx", "--noconfirm", "--log-level", "ERROR",
        "--distpath", str(output), "--workpath", str(work / "work"), "--specpath", str(work),
        *(("--strip",) if sys.platform == "linux" else ()),  # symbols are a third of it
        *(("--icon", str(_ICON), "--version-file", str(work / _VERSION_FILE)) if os.name == "nt" else ()),
        "--paths", str(work), "--paths", str(source),
        "--collect-submodules", "ticket_daemon", "--collect-data", "ticket_daemon",
        *(word for name in (MODULE, *present) for word in ("--hidden-import", name)),
        *(word for name in _LEFT_OUT for word in ("--exclude-module", name)),
    ]  # fmt: skip
