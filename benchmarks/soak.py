"""A steady stream of tickets for minutes: does the daemon's memory stay flat, and its database bounded?

    python -m benchmarks soak [--tickets 100000] [--minutes 10]

The tickets come evenly, over eight connections, to two TCP printers. Memory (VmRSS, so Linux only) and the database's
files are looked at every second; the slope is the straight line through the second half of the samples, when caches
are full and the allocator has what it needs. Finished jobs are kept for no time and pruned every few seconds, not every
hour, so that this time is long beside the pruning's, as a year is beside a week.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import aiohttp

from benchmarks import servers

CONNECTIONS = 8
PRINTERS = 2
SAMPLE_S = 1.0
PRUNE_EVERY_S = 5.0
#: The installed command with nothing changed but how often it prunes.
COMMAND = (
    f"import ticket_daemon.daemon as d; d.PRUNE_EVERY_S = {PRUNE_EVERY_S}; from ticket_daemon.cli import main; main()"
)


class Sample(NamedTuple):
    """The daemon at a moment: tickets with a result so far, kB of memory, kB of database."""

    tickets: int
    memory: int
    database: int


@contextmanager
def daemon(folder: Path, printer: int) -> Iterator[tuple[int, int]]:
    """The daemon's port and process id."""
    lines = [
        "[queue]",
        "capacity = 1000",
        "keep_days = 0",
        "[limits]",
        "jobs_per_minute = 0",
        "[log]",
        'level = "info"',
    ]
    for index in range(PRINTERS):
        lines += ["[[printers]]", f'name = "p{index}"', f'uri = "socket://127.0.0.1:{printer}"']
    (folder / "config.toml").write_text("\n".join(lines) + "\n", "utf-8")
    port = servers.free_port()
    command = ("-c", COMMAND, "run", "--env", "test", "--config", str(folder / "config.toml"), "--port", str(port))
    with servers.process(*command, "--data-dir", str(folder), port=port) as started:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health").read()
        yield port, started.pid


class Soak:
    """The stream and what is seen meanwhile."""

    def __init__(self, tickets: int, seconds: float) -> None:
        self._tickets = tickets
        self._pause = seconds / tickets
        self._run = uuid.uuid4().hex[:8]
        self._sent = 0
        self.done = 0
        self.late = 0  #: tickets that could not be sent in time
        self.samples: list[Sample] = []

    async def run(self, folder: Path) -> None:
        with servers.sink() as printer, daemon(folder, printer) as (port, pid):
            async with aiohttp.ClientSession() as http:
                sampling = asyncio.create_task(self._sample(pid, folder))
                self._begun = time.monotonic()
                await asyncio.gather(*(self._client(http, port) for _ in range(CONNECTIONS)))
                sampling.cancel()

    async def _client(self, http: aiohttp.ClientSession, port: int) -> None:
        async with http.ws_connect(f"http://127.0.0.1:{port}/ws") as ws:
            await ws.receive()
            while self._sent < self._tickets:
                number, self._sent = self._sent, self._sent + 1
                wait = self._begun + number * self._pause - time.monotonic()
                self.late += wait < -1
                await asyncio.sleep(max(0.0, wait))
                order = f'"id":"{self._run}-{number}","printer":"p{number % PRINTERS}","datos":{servers.EXAMPLE}'
                await ws.send_str('{"tipo":"ticket",' + order + "}")
                for wanted in ("ack", "result"):
                    answer = (await ws.receive()).json()
                    if answer["tipo"] != wanted or answer["status"] == "error":
                        raise RuntimeError(f"{wanted} wanted, this came: {answer}")
                self.done += 1

    async def _sample(self, pid: int, folder: Path) -> None:
        while True:
            size = sum((folder / name).stat().st_size for name in ("queue.db", "queue.db-wal"))
            self.samples.append(Sample(self.done, resident(pid), size // 1024))
            if len(self.samples) % 30 == 1:
                print("    {:7} tickets   memory {:7} kB   database {:7} kB".format(*self.samples[-1]), flush=True)
            await asyncio.sleep(SAMPLE_S)


def resident(pid: int) -> int:
    """kB of memory a process holds."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


def slope(samples: Sequence[Sample]) -> float:
    """kB per 10,000 tickets: the least squares line through the samples."""
    mean_x = sum(s.tickets for s in samples) / len(samples)
    mean_y = sum(s.memory for s in samples) / len(samples)
    spread = sum((s.tickets - mean_x) ** 2 for s in samples)
    return 10_000 * sum((s.tickets - mean_x) * (s.memory - mean_y) for s in samples) / spread if spread else 0.0


def main(arguments: Sequence[str] = ()) -> None:
    wanted = argparse.ArgumentParser(prog="python -m benchmarks soak")
    wanted.add_argument("--tickets", type=int, default=100_000)
    wanted.add_argument("--minutes", type=float, default=10.0)
    given = wanted.parse_args(list(arguments))
    if not os.path.exists("/proc/self/status"):
        print("The soak reads /proc, which this system does not have.", file=sys.stderr)
        return
    soak = Soak(given.tickets, given.minutes * 60)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        asyncio.run(soak.run(Path(folder)))
    samples = soak.samples
    half, end = samples[len(samples) // 2 :], samples[-1]
    print(f"  {soak.done} tickets, each with its ack and its result; {soak.late} sent late")
    highest = max(sample.memory for sample in samples)
    print(f"  memory {samples[0].memory} kB at first, {end.memory} kB at last, highest {highest} kB")
    print(f"  slope of the second half {slope(half):+.0f} kB per 10,000 tickets")
    quarter = len(samples) // 4
    first, last = max(s.database for s in samples[quarter : 2 * quarter]), max(s.database for s in samples[-quarter:])
    print(f"  database at most {first} kB in the second quarter, {last} kB in the last")
