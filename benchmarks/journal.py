"""What a million finished jobs in the journal cost: `python -m benchmarks journal [--jobs 1000000]`.

The same tickets as in `daemon`, once with an empty database and once with one that holds so many finished jobs (made
here once, with the queue's own statements), turn about, so that both see the same machine.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import daemon, servers
from ticket_daemon.poster.document import decode, encode
from ticket_daemon.poster.render import render_ticket
from ticket_daemon.queue.job import NewJob
from ticket_daemon.queue.states import JobEvent
from ticket_daemon.queue.store import Store

JOBS = 1_000_000
BATCH = 20_000
ROUNDS = 3
CONNECTIONS, PRINTERS = 8, 4


def fill(path: Path, jobs: int) -> None:
    """A database with so many finished jobs, each with the example as its document, all younger than a day."""
    document, _ = decode(servers.EXAMPLE)
    canonical, data = encode(document), render_ticket(document, None).data
    now = time.time_ns() // 1_000_000
    store = Store.open(path)
    for first in range(0, jobs, BATCH):
        store.begin()
        for number in range(first, min(first + BATCH, jobs)):
            new = NewJob(f"old-{number}", f"p{number % PRINTERS}", b"\0" * 16, canonical, data, now)
            seq = store.insert(new).job.seq
            store.start(seq, now)
            store.move(seq, JobEvent.SEND, now)
        store.commit()
    store.close()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks journal")
    parser.add_argument("--jobs", type=int, default=JOBS)
    jobs = parser.parse_args(arguments).jobs
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.db"
        begun = time.monotonic()
        fill(full, jobs)
        print(f"{jobs:,} finished jobs: {full.stat().st_size >> 20} MiB, made in {time.monotonic() - begun:.0f} s")
        for name, document in daemon.DOCUMENTS.items():
            rates: dict[bool, list[float]] = {False: [], True: []}
            for _ in range(ROUNDS):
                for is_full in (False, True):
                    database = Path(folder) / "queue.db"
                    if is_full:
                        shutil.copyfile(full, database)
                        os.sync()  # or the copy is still being written while the tickets' commits wait for the disk
                    run = daemon.durable(document, CONNECTIONS, PRINTERS, database if is_full else None)
                    rates[is_full].append(run.rate)
            empty, filled = statistics.median(rates[False]), statistics.median(rates[True])
            print(f"{name:>8}: empty {empty:6.0f}/s   full {filled:6.0f}/s   {filled / empty - 1:+.1%}")
