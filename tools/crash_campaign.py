"""Kills the daemon at random instants under load, starts it again, and counts what became of every ticket.

    .venv/bin/python tools/crash_campaign.py [--kills 500] [--seed 1] [--keep FOLDER]

It knows what each client was promised (acks) and what each emulated printer put on paper; it does not look inside the
daemon, whose database it reads only when all is over. It promises exit code 1 when a ticket that was acked is lost,
when one came out twice, when one came out of turn, or when success was said of one that is not wholly on paper.

The printers and the clients live in this process, so they survive the kills (SIGKILL, the installed command). Two of
the printers can confirm a ticket, two cannot; of each kind one is slow.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp

from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter, Faults

#: name -> (profile, bytes per second); the slow ones are in the middle of a ticket more often.
PRINTERS: Final[dict[str, tuple[str, int | None]]] = {
    "confirms": ("TM-T20III", None),
    "confirms-slowly": ("TM-T20III", 10_000),
    "one-way": ("Generic 80mm", None),
    "one-way-slow": ("Generic 80mm", 10_000),
}
#: The slow ones live so much faster, so that they get somewhere between two kills.
HASTE: Final = 10
#: Seconds between two looks at the paper: an emulator keeps the latest 200 pieces.
LOOK_S: Final = 0.25
CLIENTS: Final = 8
#: Seconds of work between two kills, and of a start that is cut short; each drawn evenly from 0 to this.
UP_S: Final = 0.5
START_S: Final = 0.5
#: Share of the kills that come while the daemon is starting.
DURING_START: Final = 0.15
#: Share of a client's tickets that go to the least busy printer in place of its usual one.
ELSEWHERE: Final = 0.1
#: Share of tickets sent once more although their ack came.
SENT_AGAIN: Final = 0.05
#: The table's rows that must be zero.
WANTED_ZERO: Final = (
    "printed twice", "accepted twice", "lost", "said to be printed and not whole", "out of order",
    "left in the queue", "on paper and unknown",
)  # fmt: skip
#: Lines of tickets, short ones mostly; the longest take several packets.
LENGTHS: Final = (1, 1, 1, 2, 3, 10, 40, 300)
#: A client whose ticket is further back in the queue than this waits a little, and goes elsewhere more often.
FAR_BACK: Final = 12
COME_UP_S: Final = 30.0
DRAIN_S: Final = 180.0
PRINTED: Final = ("confirmed", "sent", "spooled")


@dataclass
class Promised:
    """A ticket as its client knows it."""

    printer: str
    acks: int = 0


@dataclass
class Book:
    """What the clients know."""

    tickets: dict[str, Promised] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)  #: by printer: how far back the last ticket came
    not_duplicate: list[str] = field(default_factory=list)  #: acked before, and acked again as if it were new


def document(job_id: str, lines: int) -> dict[str, Any]:
    """A ticket that says on paper which it is, where it begins and where it ends."""
    texts = [f"BEGIN {job_id}", *(f"{n:4} of {job_id}" for n in range(lines)), f"END {job_id}"]
    commands: list[dict[str, Any]] = [{"type": "text", "data": {"content": text}} for text in texts]
    return {"version": "1.0", "profile": {"model": "Generic 80mm"}, "commands": [*commands, {"type": "cut"}]}


# --- clients ---


class Client:
    """One point of sale: sends one ticket after the other, and the same one again until it has its ack."""

    def __init__(self, number: int, url: str, book: Book, chance: random.Random, up: asyncio.Event) -> None:
        self._name = f"c{number}"
        self._favourite = tuple(PRINTERS)[number % len(PRINTERS)]
        self._url = url
        self._book = book
        self._chance = chance
        self._up = up  #: set when the daemon answers
        self._count = 0
        self._pending: str | None = None  #: the message that has no ack yet
        self.stopping = False

    async def run(self) -> None:
        """Until told to stop; then until the last ticket has its ack."""
        async with aiohttp.ClientSession() as http:
            while not (self.stopping and self._pending is None):
                with contextlib.suppress(aiohttp.ClientError, ConnectionError, _Gone):
                    async with http.ws_connect(self._url) as ws:
                        await self._receive(ws)  # the greeting
                        self._up.set()
                        await self._talk(ws)
                await asyncio.sleep(0.02)

    async def _talk(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        while not (self.stopping and self._pending is None):
            self._pending = self._pending or self._new()
            place = await self._send(ws, self._pending)
            sent, self._pending = self._pending, None
            if self._chance.random() < SENT_AGAIN:
                await self._send(ws, sent)
            if place > FAR_BACK:
                await asyncio.sleep(self._chance.uniform(0, 0.3))

    def _new(self) -> str:
        self._count += 1
        job_id, printer = f"{self._name}-{self._count}", self._favourite
        if self._chance.random() < ELSEWHERE or self._chance.random() * self._book.places[printer] > FAR_BACK:
            printer = min(PRINTERS, key=lambda name: self._book.places[name])
        self._book.tickets[job_id] = Promised(printer)
        order = {"tipo": "ticket", "id": job_id, "printer": printer}
        return json.dumps({**order, "datos": document(job_id, self._chance.choice(LENGTHS))})

    async def _send(self, ws: aiohttp.ClientWebSocketResponse, message: str) -> int:
        """Send a ticket and wait for its ack; its place in the queue. Raises _Gone."""
        job_id = json.loads(message)["id"]
        await ws.send_str(message)
        while True:
            answer = await self._receive(ws)
            if answer.get("id") != job_id or answer["tipo"] == "result":
                continue
            if answer["tipo"] == "ack":
                ticket = self._book.tickets[job_id]
                if ticket.acks and not answer["duplicate"]:
                    self._book.not_duplicate.append(job_id)
                ticket.acks += 1
                self._book.places[ticket.printer] = place = int(answer["pos"])
                return place
            self._book.refused[answer.get("code", "?")] += 1
            await asyncio.sleep(0.05)
            await ws.send_str(message)

    @staticmethod
    async def _receive(ws: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
        message = await ws.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise _Gone
        answer: dict[str, Any] = json.loads(message.data)
        return answer


class _Gone(Exception):
    """The daemon went away."""


# --- the daemon and its end ---


class Victim:
    """The installed command, started and killed again and again on one data directory and one port."""

    def __init__(self, folder: Path, printers: dict[str, EmulatedPrinter], more: str = "", program: str = "") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self._program = program  #: Python that stands in for the installed command
        self._output = (folder / "output.txt").open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        lines = ["[queue]", "capacity = 10000", "[limits]", "jobs_per_minute = 0", "[log]", 'level = "info"']
        for name, printer in printers.items():
            lines += ["[[printers]]", f'name = "{name}"', f'uri = "{printer.uri}"', f'profile = "{PRINTERS[name][0]}"']
        (folder / "config.toml").write_text("\n".join([more, *lines]) + "\n", "utf-8")

    def start(self) -> None:
        """Begin; it answers somewhat later."""
        environ = {k: v for k, v in os.environ.items() if not k.startswith("TICKET_DAEMON_")}
        installed = Path(sys.executable).with_name("ticket-daemon")
        command = [str(installed)] if installed.exists() else [sys.executable, "-m", "ticket_daemon"]
        if self._program:
            command = [sys.executable, "-c", self._program]
        command += ["run", "--env", "test", "--port", str(self.port), "--data-dir", str(self.folder)]
        command += ["--config", str(self.folder / "config.toml")]
        self._process = subprocess.Popen(command, stdout=self._output, stderr=self._output, env=environ)

    def check(self) -> None:
        """Raise RuntimeError when it ended by itself."""
        if self._process is not None and (code := self._process.poll()) is not None:
            raise RuntimeError(f"the daemon ended by itself with {code}; see {self.folder / 'output.txt'}")

    def kill(self) -> None:
        """SIGKILL, and gone."""
        self.check()
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    async def stop(self) -> None:
        """The polite way."""
        self.check()
        assert self._process is not None
        self._process.terminate()
        await asyncio.to_thread(self._process.wait, 30)
        self._process = None

    def clean_up(self) -> None:
        """Leave no process behind."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._output.close()


# --- the campaign ---


class Campaign:
    """Printers, clients, kills."""

    def __init__(self, folder: Path, kills: int, seed: int) -> None:
        self._folder = folder
        self._kills = kills
        self._chance = random.Random(seed)
        self.book = Book()
        self.lines: dict[str, list[str]] = defaultdict(list)  #: what each printer put on paper

    up_s = UP_S
    program = ""  #: Python that is run in place of the installed command
    wanted_zero = WANTED_ZERO

    def config(self) -> str:
        """What stands in the daemon's configuration besides the printers."""
        return ""

    def client(self, number: int, url: str, chance: random.Random, up: asyncio.Event) -> Client:
        """Somebody who sends tickets."""
        return Client(number, url, self.book, chance, up)

    async def prepare(self) -> None:
        """What must be there before the daemon's first start."""

    async def before_kill(self, number: int) -> None:
        """What else befalls them."""

    async def drained(self, port: int) -> None:
        """Until nothing waits any more."""
        await _drained(port)

    async def run(self) -> None:
        """All of it. Raises RuntimeError when the daemon cannot go on."""
        await self.prepare()
        async with contextlib.AsyncExitStack() as stack:
            printers = {name: await stack.enter_async_context(_printer(*kind)) for name, kind in PRINTERS.items()}
            victim = Victim(self._folder, printers, self.config(), self.program)
            stack.callback(victim.clean_up)
            up = asyncio.Event()
            url = f"http://127.0.0.1:{victim.port}/ws"
            chances = [random.Random(self._chance.random()) for _ in range(CLIENTS)]
            clients = [self.client(n, url, chance, up) for n, chance in enumerate(chances)]
            tasks = [asyncio.create_task(client.run()) for client in clients]
            looking = asyncio.create_task(self._look(printers))
            try:
                await self._kill_often(victim, up)
                for client in clients:
                    client.stopping = True
                await asyncio.wait_for(asyncio.gather(*tasks), DRAIN_S)
                with contextlib.suppress(TimeoutError):  # what is left then stands in the table
                    await self.drained(victim.port)
                await victim.stop()
                self._collect(printers)
            finally:
                for task in (looking, *tasks):
                    task.cancel()
                await asyncio.gather(looking, *tasks, return_exceptions=True)

    def count(self) -> dict[str, int]:
        """The table of what became of the tickets."""
        return count(self.book, self.lines, self._folder / "queue.db")

    async def _kill_often(self, victim: Victim, up: asyncio.Event) -> None:
        begun = time.monotonic()
        for number in range(1, self._kills + 1):
            await self._live(victim, up)
            await self.before_kill(number)
            victim.kill()
            if number % 25 == 0:
                acked = sum(ticket.acks > 0 for ticket in self.book.tickets.values())
                print(f"{number:5} kills, {acked:6} acked, {time.monotonic() - begun:5.0f} s", file=sys.stderr)
        up.clear()
        victim.start()
        await asyncio.wait_for(up.wait(), COME_UP_S)

    async def _live(self, victim: Victim, up: asyncio.Event) -> None:
        up.clear()
        victim.start()
        if self._chance.random() < DURING_START:
            await asyncio.sleep(self._chance.uniform(0, START_S))
            return
        async with asyncio.timeout(COME_UP_S):
            while not up.is_set():
                victim.check()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(up.wait(), 0.5)
        await asyncio.sleep(self._chance.uniform(0, self.up_s))

    async def _look(self, printers: dict[str, EmulatedPrinter]) -> None:
        while True:
            self._collect(printers)
            await asyncio.sleep(LOOK_S)

    def _collect(self, printers: dict[str, EmulatedPrinter]) -> None:
        for name, printer in printers.items():
            if (paper := printer.printer.take()) is not None:
                self.lines[name] += paper.text


def _printer(profile: str, rate: int | None) -> EmulatedPrinter:
    found = find(profile)
    assert found is not None
    return EmulatedPrinter(
        found, faults=Faults(bytes_per_second=rate), sleep=lambda seconds: asyncio.sleep(seconds / HASTE)
    )


async def _drained(port: int) -> None:
    """Until nothing waits any more."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(DRAIN_S):
        while True:
            async with http.get(f"http://127.0.0.1:{port}/health") as answer:
                if (await answer.json())["queue"]["current"] == 0:
                    return
            await asyncio.sleep(0.2)


# --- the count ---


def count(book: Book, lines: dict[str, list[str]], database: Path) -> dict[str, int]:
    """What became of the tickets; the keys are the table's rows."""
    begun, ended, order = _on_paper(lines)
    with contextlib.closing(sqlite3.connect(database)) as db:
        rows = {row[0]: row[1:] for row in db.execute("SELECT id, seq, state FROM jobs")}
    acked = {job_id for job_id, ticket in book.tickets.items() if ticket.acks}
    states = {job_id: str(state) for job_id, (_, state) in rows.items()}
    whole = {job_id for job_id in ended if begun[job_id] and ended[job_id]}
    twice = {job_id for job_id in begun | ended if begun[job_id] > 1 or ended[job_id] > 1}
    ends = ("failed", "expired", "cancelled")
    told = ("queued", "printing", "held", *ends)  #: not printed, and the clients can know it
    lost = {job_id for job_id in acked - whole if states.get(job_id) not in told}
    false_success = {job_id for job_id, state in states.items() if state in PRINTED and not ended[job_id]}
    held = {job_id for job_id, state in states.items() if state == "held"}
    sequence = {job_id: seq for job_id, (seq, _) in rows.items()}
    for title, culprits in (("lost", lost), ("twice", twice), ("false success", false_success)):
        for job_id in sorted(culprits)[:5]:
            print(f"{title}: {job_id} {rows.get(job_id)} begun {begun[job_id]} ended {ended[job_id]}", file=sys.stderr)
    return {
        "tickets sent": len(book.tickets),
        "acked": len(acked),
        "sent again after their ack": sum(ticket.acks > 1 for ticket in book.tickets.values()),
        "printed once": len(whole - twice),
        "confirmed": sum(state == "confirmed" for state in states.values()),
        "sent": sum(state == "sent" for state in states.values()),
        "failed, expired or cancelled": sum(state in ends for state in states.values()),
        "held": len(held),
        "  of them wholly on paper": len(held & whole),
        "  of them partly on paper": len({job_id for job_id in held - whole if begun[job_id] or ended[job_id]}),
        "  of them not on paper": len({job_id for job_id in held if not begun[job_id] and not ended[job_id]}),
        "refused": sum(book.refused.values()),
        "printed twice": len(twice),
        "accepted twice": len(book.not_duplicate),
        "lost": len(lost),
        "said to be printed and not whole": len(false_success),
        "out of order": sum(_out_of_order([sequence[i] for i in ids if i in sequence]) for ids in order.values()),
        "left in the queue": sum(state in ("queued", "printing") for state in states.values()),
        "on paper and unknown": len((begun | ended).keys() - rows.keys()),
    }


def _on_paper(lines: dict[str, list[str]]) -> tuple[Counter[str], Counter[str], dict[str, list[str]]]:
    """How often each ticket's first and last line came out, and the order in which tickets began, per printer."""
    begun: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    order: dict[str, list[str]] = defaultdict(list)
    for name, texts in lines.items():
        for text in texts:
            for word, job_id in re.findall(r"(BEGIN|END) (c\d+-\d+)", text):
                (begun if word == "BEGIN" else ended)[job_id] += 1
                if word == "BEGIN":
                    order[name].append(job_id)
    return begun, ended, order


def _out_of_order(sequence: list[int]) -> int:
    """How many came out after one that was accepted later."""
    highest, late = 0, 0
    for seq in sequence:
        late += seq < highest
        highest = max(highest, seq)
    return late


def conduct(make: Callable[[Path, int, int, contextlib.ExitStack], Campaign], what: str | None) -> int:
    """Read the command's options, go through the campaign that is made of them, show its table; the exit code.

    `make` is given the folder, the number of kills, the seed, and what is cleaned up at the end.
    """
    arguments = argparse.ArgumentParser(description=what, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--kills", type=int, default=500)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--keep", type=Path, help="a folder for all data, kept afterwards")
    given = arguments.parse_args()
    with contextlib.ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        folder.mkdir(parents=True, exist_ok=True)
        campaign = make(folder, given.kills, given.seed, stack)
        begun = time.monotonic()
        asyncio.run(campaign.run())
        table = campaign.count()
    print(f"{given.kills} kills, {len(PRINTERS)} printers, {CLIENTS} clients, seed {given.seed}, ", end="")
    print(f"{time.monotonic() - begun:.0f} s")
    for name, number in table.items():
        wrong = "   <- must be 0" if name in campaign.wanted_zero and number else ""
        print(f"  {name:34} {number:7}{wrong}")
    return int(any(table[name] for name in campaign.wanted_zero))


def main() -> int:
    return conduct(lambda folder, kills, seed, _: Campaign(folder, kills, seed), __doc__)


if __name__ == "__main__":
    sys.exit(main())
