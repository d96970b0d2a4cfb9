"""What the tests of packages share: things made once for all workers, and programs that must succeed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

TOKEN = "the-shops-own-token-4711"
ROOT = Path(__file__).resolve().parents[2]
BUILD_TIMEOUT_S = 600
PROGRAM = "ticket-daemon.exe" if os.name == "nt" else "ticket-daemon"
#: A second of 2026: builds of one source with it are the same to the bit.
EPOCH = "1790000000"


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """`make` fills `folder`, once in a test run; other workers wait for it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_name(f"{folder.name}.unfinished")
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder


def run(*command: str | Path, cwd: Path = ROOT, **variables: str) -> str:
    """A program's output; it must succeed."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TICKET_DAEMON_")} | variables
    ended = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=environ, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def build(folder: Path, *options: str) -> None:
    """A sealed build for `test` on any free port, with the hash of TOKEN inside."""
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    run(
        sys.executable, "-m", "ticket_daemon", "build", "--env", "test", "--output", folder, "--port", "0",
        "--queue", "17", "--service-name", "CajaSellada", "--log-level", "info", "--token-sha256", digest, *options,
        SOURCE_DATE_EPOCH=EPOCH,
    )  # fmt: skip
