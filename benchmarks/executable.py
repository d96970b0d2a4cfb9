"""A sealed executable's start and memory beside `python -m ticket_daemon` and a bare aiohttp server.

Builds the executable first (about a minute). Time counts from before the process is made to the first `GET /health`;
memory is that of the whole tree, since a one-file executable is two processes: the one that unpacked, and the daemon.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.servers import free_port
from benchmarks.startup import BARE, measure


def main(_: list[str]) -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "ticket_daemon", "build", "--env", "test", "--output", folder]
        subprocess.run([*build, "--port", str(port)], check=True, stdout=subprocess.DEVNULL)
        (made,) = Path(folder).iterdir()
        print(f"{made.name}: {made.stat().st_size / 1e6:.1f} MB")
        measure("bare aiohttp server", [sys.executable, "-c", BARE, "{port}"], "/health")
        run = [sys.executable, "-m", "ticket_daemon", "run", "--env", "test", "--port", "{port}"]
        python = measure("python -m ticket_daemon", [*run, "--data-dir", "{folder}"], "/health")
        sealed = measure("sealed executable", [str(made), "run", "--data-dir", "{folder}"], "/health", port)
        print(
            f"    {sealed[0] / python[0]:.1f} times the start of Python, {sealed[1] / python[1]:.1f} times its memory"
        )
