"""From the command's start to a healthy answer, and memory when idle, beside a bare aiohttp server.

Time counts from before the process is made to the first `GET /health` (or any answer, for the bare server). Memory is
the resident set after the answer; both are medians of several starts.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.servers import free_port

STARTS = 9
LOOK_S = 0.005


def started(command: list[str], url: str) -> tuple[float, float]:
    """Seconds to the first answer, and MB resident then."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1) as answer:
                answer.read()
                break
            time.sleep(LOOK_S)
        seconds = time.perf_counter() - begun
        return seconds, resident_mb(process.pid)
    finally:
        process.terminate()
        process.wait(15)


def resident_mb(pid: int) -> float:
    """Resident memory of a process and its children in MB (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6 + sum(resident_mb(int(child)) for child in children)


def measure(name: str, make: list[str], path: str, listens: int = 0) -> tuple[float, float]:
    """Median seconds and MB of several starts; `{port}` and `{folder}` in the command are filled in.

    `listens` is the port of a command that takes none.
    """
    seconds, memory = [], []
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            port = listens or free_port()
            command = [part.format(port=port, folder=folder) for part in make]
            took, mb = started(command, f"http://127.0.0.1:{port}{path}")
            seconds.append(took)
            memory.append(mb)
    found = statistics.median(seconds), statistics.median(memory)
    print(f"{name:24} {found[0]:6.3f} s to the first answer   {found[1]:6.1f} MB resident")
    return found


BARE = """
import sys
from aiohttp import web
async def answer(request): return web.Response(text="ok")
app = web.Application(); app.router.add_get("/health", answer)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
"""


def main() -> None:
    bare = measure("bare aiohttp server", [sys.executable, "-c", BARE, "{port}"], "/health")
    run = [str(Path(sys.executable).with_name("ticket-daemon")), "run", "--env", "test", "--port", "{port}"]
    ours = measure("ticket-daemon run", [*run, "--data-dir", "{folder}"], "/health")
    print(f"    {ours[0] / bare[0]:.1f} times the bare start, {ours[1] / bare[1]:.1f} times its memory")
    bare_python = measure_python()
    print(f"    (an empty Python process takes {bare_python:.3f} s)")


def measure_python() -> float:
    """Seconds for a Python process that does nothing."""
    times = []
    for _ in range(STARTS):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", ""], check=True)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


if __name__ == "__main__":
    main()
