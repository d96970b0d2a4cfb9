"""The power goes while tickets pour in: what is on the disk at that instant is all the next start has.

The daemon is stopped (SIGSTOP) at random instants and its files copied. What was written and not synced may be lost or
torn by a power cut, so each copy's log (the WAL) is also cut off or overwritten with rubbish, at any byte behind what
was in it when the last ack came (an ack promises a sync), and joined with an older database file that the log of the
same generation still covers.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import signal
import struct
import sys
import time
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest

from support.client import ticket
from support.daemon_process import DaemonProcess, daemon_process
from support.tcp_printer import TcpPrinter
from ticket_daemon.queue import JobState, Queue

CLIENTS = 4
INSTANTS = 12
DAMAGES = 6
CAPACITY = 100_000
#: SQLite's WAL: a header with the page size at 8 and a salt at 16 that changes when the log begins anew; frames of 24
#: bytes, the salt at 8, and a page (sqlite.org/fileformat2.html#walformat).
HEADER, FRAME = 32, 24
LONGEST_MARK = 20

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGSTOP")


class Log:
    """How far the WAL goes. Looked at again and again, it reads only what is new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.salt = b""
        self.end = HEADER

    def look(self) -> None:
        with self._path.open("rb") as file:
            header = file.read(HEADER)
            if header[16:24] != self.salt:
                self.salt, self.end = header[16:24], HEADER
            (page,) = struct.unpack(">I", header[8:12])
            while True:
                file.seek(self.end)
                frame = file.read(FRAME)
                if len(frame) < FRAME or frame[8:16] != self.salt:
                    return
                self.end += FRAME + page


class Known(NamedTuple):
    """What the world outside knows: acks, results, tickets on paper."""

    acked: frozenset[str]
    results: dict[str, str]
    on_paper: frozenset[str]


class Disk(NamedTuple):
    """The files at an instant; up to where the log was certainly synced; what was known of all, and of that part."""

    database: bytes
    wal: bytes
    synced: int
    known: Known
    known_of_synced: Known


class Shop:
    """Clients that send tickets to a daemon, one after the other, and remember what they were told."""

    def __init__(self, daemon: DaemonProcess, printer: TcpPrinter, chance: random.Random) -> None:
        self._daemon = daemon
        self._printer = printer
        self._chance = chance
        self._folder = daemon.data_dir
        self._log = Log(self._folder / "queue.db-wal")
        self._older: tuple[bytes, bytes] = (b"", b"")  #: a log's salt, and the database early in that generation
        self.acked: set[str] = set()
        self.results: dict[str, str] = {}
        self._on_paper: set[str] = set()
        self._read = 0  #: bytes of the paper already looked at
        self._known = self._knows()
        self._news = asyncio.Event()

    async def sell(self, name: str) -> None:
        async with aiohttp.ClientSession() as http, http.ws_connect(f"{self._daemon.url}/ws") as ws:
            await ws.receive()
            number = 0
            while True:
                number += 1
                document = ticket(f"<{name}-{number}>", repeat=self._chance.choice((1, 3, 200)))
                await ws.send_json({"tipo": "ticket", "id": f"{name}-{number}", "printer": "caja", "datos": document})
                while (answer := json.loads((await ws.receive(30)).data))["tipo"] == "result":
                    self.results[answer["id"]] = answer["state"]
                assert answer["tipo"] == "ack", answer
                self.acked.add(answer["id"])
                self._known = self._knows()  # before the log is looked at: all of it stands in the log by now
                self._log.look()
                self._news.set()

    def _knows(self) -> Known:
        end = len(self._printer.received)
        new = bytes(self._printer.received[max(0, self._read - LONGEST_MARK) : end]).decode("latin-1")
        self._on_paper |= set(re.findall(r"<([\w-]+)>", new))
        self._read = end
        return Known(frozenset(self.acked), dict(self.results), frozenset(self._on_paper))

    async def acks(self, count: int) -> None:
        """Until so many more have come."""
        wanted = len(self.acked) + count
        while len(self.acked) < wanted:
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), 30)

    def stopped(self) -> list[Disk]:
        """The disk at this instant, and the same with an older database file where the log allows that."""
        synced, salt = self._log.end, self._log.salt
        self._daemon.process.send_signal(signal.SIGSTOP)
        try:
            database = (self._folder / "queue.db").read_bytes()
            wal = (self._folder / "queue.db-wal").read_bytes()
            known = self._knows()
        finally:
            self._daemon.process.send_signal(signal.SIGCONT)
        if wal[16:24] != salt:  # begun anew since the last ack: the database has all that was in the old one
            synced = HEADER
        now = Disk(database, wal, synced, known, self._known)
        if self._older[0] != wal[16:24]:
            self._older = wal[16:24], database
            return [now]
        return [now, now._replace(database=self._older[1])]


def generations(disks: list[Disk]) -> int:
    """How often the log had begun anew."""
    return len({disk.wal[16:24] for disk in disks})


def damaged(disk: Disk, chance: random.Random) -> bytes:
    """The log as a power cut may leave it: ended, torn or overwritten behind what was synced."""
    at = chance.randint(disk.synced, max(disk.synced, min(len(disk.wal), disk.synced + 40_000)))
    rest = len(disk.wal) - at
    return disk.wal[:at] + chance.choice((b"", bytes(rest), chance.randbytes(rest)))


async def recovered(folder: Path, database: bytes, wal: bytes) -> dict[str, JobState]:
    """Every job of a queue opened on that disk."""
    folder.mkdir()
    (folder / "queue.db").write_bytes(database)
    (folder / "queue.db-wal").write_bytes(wal)
    queue = Queue(folder / "queue.db", CAPACITY, lambda: 0)
    try:
        await queue.open()
        assert not list(folder.glob("*damaged*"))
        return {job.id: job.state for job in await queue.recent(1_000_000)}
    finally:
        await queue.close()


def check(known: Known, jobs: dict[str, JobState]) -> None:
    assert known.acked <= jobs.keys(), f"lost: {sorted(known.acked - jobs.keys())}"
    waiting = {job_id for job_id, state in jobs.items() if state is JobState.QUEUED}
    assert not waiting & known.on_paper, f"would print again: {sorted(waiting & known.on_paper)}"
    for job_id, state in known.results.items():
        assert jobs[job_id] == state, f"{job_id} was said to be {state} and is {jobs[job_id]}"


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_a_power_cut_every_promise_made_before_it_holds(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    disks: list[Disk] = []
    with TcpPrinter() as printer:
        config = (
            f"[queue]\ncapacity = {CAPACITY}\n[limits]\njobs_per_minute = 0\n"
            f'[[printers]]\nname = "caja"\nuri = "{printer.uri}"\n'
        )
        with daemon_process(tmp_path / "run", "--log-level", "error", config=config) as daemon:
            shop = Shop(daemon, printer, chance)
            clients = [asyncio.create_task(shop.sell(f"c{n}")) for n in range(CLIENTS)]
            while len(disks) < INSTANTS or generations(disks) < 2:  # a checkpoint must have come to pass as well
                await shop.acks(chance.randint(1, 150))
                time.sleep(chance.uniform(0, 0.003))  # the daemon goes on: anywhere in its next steps
                disks += shop.stopped()
            for client in clients:
                client.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*clients)
    for number, disk in enumerate(disks):
        check(disk.known, await recovered(tmp_path / f"{number}", disk.database, disk.wal))
        for damage in range(DAMAGES):
            wal = damaged(disk, chance)
            check(disk.known_of_synced, await recovered(tmp_path / f"{number}-{damage}", disk.database, wal))
