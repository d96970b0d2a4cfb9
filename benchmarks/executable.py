"""A sealed build's start and memory, as one file and as a folder, beside `python -m ticket_daemon` and a bare server.

Makes both builds first (about a minute). Time counts from before the process is made to the first `GET /health`;
memory is that of the whole tree, since a one-file executable is two processes: the one that unpacked, and the daemon.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.servers import free_port
from benchmarks.startup import BARE, STARTS, measure


def build(output: Path, port: int, *options: str) -> None:
    command = [sys.executable, "-m", "ticket_daemon", "build", "--env", "test", "--port", str(port)]
    subprocess.run([*command, "--output", output, *options], check=True, stdout=subprocess.DEVNULL)


def measure_version(name: str, command: list[str]) -> None:
    """Median seconds of a verb that does next to nothing."""
    seconds = []
    for _ in range(STARTS):
        begun = time.perf_counter()
        subprocess.run([*command, "--version"], check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - begun)
    print(f"{name:24} {statistics.median(seconds):6.3f} s for --version")


def main(_: list[str]) -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as aside:
        build(Path(aside), port)
        build(Path(aside) / "folder", port, "--folder")
        one, many = Path(aside) / "ticket-daemon", Path(aside) / "folder" / "ticket-daemon" / "ticket-daemon"
        whole = sum(file.stat().st_size for file in many.parent.rglob("*") if file.is_file())
        print(f"one file: {one.stat().st_size / 1e6:.1f} MB; folder: {whole / 1e6:.1f} MB")
        python = [sys.executable, "-m", "ticket_daemon"]
        measure("bare aiohttp server", [sys.executable, "-c", BARE, "{port}"], "/health")
        run = [*python, "run", "--env", "test", "--port", "{port}", "--data-dir", "{folder}"]
        measure("python -m ticket_daemon", run, "/health")
        for name, made in (("sealed, one file", one), ("sealed, folder", many)):
            measure(name, [str(made), "run", "--data-dir", "{folder}"], "/health", port)
        for name, command in (("python -m", python), ("sealed, one file", [str(one)]), ("sealed, folder", [str(many)])):
            measure_version(name, command)
