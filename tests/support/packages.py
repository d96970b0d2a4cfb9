"""What the tests of packages share: things made once for all workers, and programs that must succeed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

TOKEN = "the-shops-own-token-4711"
ROOT = Path(__file__).resolve().parents[2]
BUILD_TIMEOUT_S = 600


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


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """A program's output; it must succeed."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TICKET_DAEMON_")}
    ended = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=environ, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
