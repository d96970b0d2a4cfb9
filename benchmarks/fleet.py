"""Many shops on one NATS server: how long from publication to result, and what a shop costs the server.

    python -m benchmarks fleet [--shops 1000 10000] [--real 10] [--seconds 40] [--memory]

The shops are light stand-ins, thousands in one process: each has its own connection, consumer and entry in the bucket
and says on the wire what the daemon says there. Beside them run some real daemons, which print. Tickets come at the
same rate per shop whatever the number of shops. Then the server is killed and started again, and all of them come back
at once, each after a pause of its own.

Each store has a stream of its own, with two open files: where the machine allows fewer files than that, `--memory` has
the streams kept in memory, at both sizes alike. They are gone after the restart then, and its figures are those of the
connections alone.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nats.js import JetStreamContext
from nats.js.api import StorageType

from benchmarks import servers
from ticket_daemon.fleet import names, shop, streams
from ticket_daemon.fleet.connection import Access, connect, leave
from ticket_daemon.fleet.fetching import ASK_S
from ticket_daemon.fleet.shapes import Shop, ShopPrinter, encode

#: Tickets of each shop in a second: one in 50 s, a busy hour.
RATE = 0.02
SETTLE_S = 5.0
#: Files that a process needs besides those of streams and connections.
OTHER_FILES = 200
PATIENCE_S = 240.0
#: Tickets for the real daemons in a second, all together.
REAL_RATE = 2.0


class StandIn(asyncio.Protocol):
    """One shop: fetches a ticket, acknowledges it, says that it is confirmed; says now and then that it is there."""

    def __init__(self, store: str, port: int, chance: random.Random) -> None:
        self.store = store
        self.port = port
        self.chance = chance
        self.asking_since: float | None = None  #: a request for a ticket stands at the server since then
        self.tries = 0
        self.alive = True
        self._heart: asyncio.TimerHandle | None = None
        self._ask: asyncio.TimerHandle | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._pull = f"$JS.API.CONSUMER.MSG.NEXT.{names.stream(store)}.{names.consumer(store)}".encode()
        self._inbox = f"{names.inbox(store)}.p".encode()
        self._next = json.dumps({"batch": 1, "expires": int(ASK_S * 1e9)}).encode()
        self._entry = encode(
            Shop(
                store=store, version="0", since="2026-01-01T00:00:00Z", at="2026-01-01T00:00:00Z", every_s=30.0,
                current=0, capacity=100, held=0, printers=(ShopPrinter("caja", "idle", (), 0, 0),),
            )
        )  # fmt: skip

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: self, "127.0.0.1", self.port)
        except OSError:
            self._later()

    def _later(self) -> None:
        if not self.alive:
            return
        self.tries += 1
        pause = shop.PAUSES_S[min(self.tries, len(shop.PAUSES_S)) - 1] * (0.5 + self.chance.random())
        loop = asyncio.get_running_loop()
        self._retry = loop.call_later(pause, self._again)

    def _again(self) -> None:
        self._connecting = asyncio.get_running_loop().create_task(self.connect())

    def stop(self) -> None:
        self.alive = False
        for timer in (self._heart, self._ask, self._retry):
            if timer is not None:
                timer.cancel()
        if hasattr(self, "_transport"):
            self._transport.abort()

    # --- the connection ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""

    def connection_lost(self, error: Exception | None) -> None:
        self.asking_since = None
        for timer in (self._heart, self._ask):
            if timer is not None:
                timer.cancel()
        self._later()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n")) >= 0:
            line = self._buffer[:end]
            if line.startswith((b"MSG ", b"HMSG ")):
                size = int(line.rsplit(b" ", 1)[1])
                if len(self._buffer) < end + 2 + size + 2:
                    return
                self._message(line.split(b" "), self._buffer[end + 2 : end + 2 + size])
                self._buffer = self._buffer[end + 2 + size + 2 :]
                continue
            self._buffer = self._buffer[end + 2 :]
            if line.startswith(b"INFO"):
                self._greet()
            elif line == b"PING":
                self._transport.write(b"PONG\r\n")
            elif line == b"PONG":
                self.tries = 0

    def _greet(self) -> None:
        options = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True, "lang": "stand-in"}
        self._transport.write(
            b"CONNECT " + json.dumps(options).encode() + b"\r\nPING\r\nSUB " + self._inbox + b" 1\r\n"
            b"SUB " + names.inbox(self.store).encode() + b".r 2\r\n"
        )  # fmt: skip
        self._beat(first=True)
        self._request()

    def _publish(self, subject: bytes, body: bytes, reply: bytes = b"") -> None:
        self._transport.write(b"PUB %b %b%d\r\n%b\r\n" % (subject, reply + b" " if reply else b"", len(body), body))

    def _request(self) -> None:
        loop = asyncio.get_running_loop()
        self._publish(self._pull, self._next, self._inbox)
        self.asking_since = loop.time()
        if self._ask is not None:
            self._ask.cancel()
        self._ask = loop.call_later(ASK_S, self._request)

    def _beat(self, *, first: bool = False) -> None:
        self._publish(names.shop(self.store).encode(), self._entry, names.inbox(self.store).encode() + b".r")
        pause = streams.EVERY_S * (self.chance.random() if first else 1.0)
        self._heart = asyncio.get_running_loop().call_later(pause, self._beat)

    def _message(self, words: list[bytes], payload: bytes) -> None:
        if words[2] != b"1" or len(words) < 5 or b"$JS.ACK" not in words[3]:
            return
        headers = int(words[-2]) if words[0] == b"HMSG" else 0
        job_id = json.loads(payload[headers:])["id"]
        self._publish(words[3], b"")
        result = {"tipo": "result", "id": job_id, "status": "success", "state": "confirmed", "printer": "caja",
                  "mensaje": "Impreso y confirmado por la impresora", "duration_ms": 0}  # fmt: skip
        body = json.dumps(result).encode()
        self._publish(names.result(self.store, job_id).encode(), body, names.inbox(self.store).encode() + b".r")
        self._request()


# --- the server ---


class Server:
    """nats-server, and what it costs."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("nats-server") or sys.exit("apt-get install nats-server")
        self.port = servers.free_port()
        self._command = [program, "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(folder / "nats")]
        self._log = (folder / "nats.txt").open("ab")
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stdout=self._log, stderr=self._log)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def memory_mib(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    @property
    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def connected(port: int) -> Any:
    """A connection, as soon as the server is there."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with contextlib.suppress(Exception):
                return await connect(Access(f"nats://127.0.0.1:{port}"), "benchmark")
            await asyncio.sleep(0.1)


async def admit(js: JetStreamContext, stores: Sequence[str], *, memory: bool) -> None:
    """Every store's stream and consumer."""
    gate = asyncio.Semaphore(32)

    async def one(store: str) -> None:
        async with gate:
            config = streams.tickets_config(store)
            await js.add_stream(config.evolve(storage=StorageType.MEMORY) if memory else config)
            await js.add_consumer(names.stream(store), streams.consumer_config(store))

    await asyncio.gather(*map(one, stores))


# --- tickets ---


class Backend:
    """Publishes tickets and waits for their results."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js
        self._published: dict[str, float] = {}
        self.took: dict[str, list[float]] = {"light": [], "real": []}
        self._count = 0

    async def listen(self, client: Any) -> None:
        await client.subscribe("results.>", cb=self._hear, pending_msgs_limit=-1, pending_bytes_limit=-1)

    async def _hear(self, message: Any) -> None:
        if b'"tipo":"result"' in message.data or b'"tipo": "result"' in message.data:
            job_id = names.job(message.subject)[1]
            if (published := self._published.pop(job_id, None)) is not None:
                self.took[job_id.split("-")[0]].append(time.perf_counter() - published)

    async def publish(self, store: str, printer: str, kind: str) -> None:
        self._count += 1
        job_id = f"{kind}-{self._count}"
        document = servers.EXAMPLE
        self._published[job_id] = time.perf_counter()
        body = f'{{"tipo":"ticket","id":"{job_id}","datos":{document}}}'.encode()
        await self._js.publish(names.ticket(store, printer), body, headers={names.MESSAGE_ID: job_id})

    async def steadily(self, stores: Sequence[str], printer: str, kind: str, rate: float, seconds: float) -> None:
        """Tickets for stores drawn at random, evenly."""
        chance, loop = random.Random(1), asyncio.get_running_loop()
        begun, tasks = loop.time(), []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, begun + number / rate - loop.time()))
            tasks.append(asyncio.create_task(self.publish(chance.choice(stores), printer, kind)))
        await asyncio.gather(*tasks)

    async def answered(self) -> int:
        """Wait for what is outstanding; how many never came."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(30):
                while self._published:
                    await asyncio.sleep(0.05)
        return len(self._published)


@contextlib.contextmanager
def real_daemons(folder: Path, count: int, port: int) -> Iterator[list[str]]:
    """Installed daemons with a virtual printer each; their stores' names."""
    running = []
    stores = [f"real-{number}" for number in range(count)]
    try:
        for store in stores:
            data = folder / store
            data.mkdir()
            lines = f'[fleet]\nurl = "nats://127.0.0.1:{port}"\nstore = "{store}"\n[log]\nlevel = "info"\n'
            (data / "config.toml").write_text(lines, "utf-8")
            command = [sys.executable, "-m", "ticket_daemon", "run", "--env", "test", "--port", "0"]
            command += ["--data-dir", str(data), "--config", str(data / "config.toml")]
            running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        yield stores
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(20)


# --- one size ---


async def measure(folder: Path, count: int, real: int, seconds: float, *, memory: bool) -> dict[str, float]:
    """The figures for that many shops."""
    server = Server(folder)
    chance = random.Random(2)
    stores = [f"s{number}" for number in range(count)]
    shops = [StandIn(store, server.port, random.Random(chance.random())) for store in stores]
    figures: dict[str, float] = {"shops": count}
    with contextlib.ExitStack() as stack:
        stack.callback(server.kill)
        client = await connected(server.port)
        js = client.jetstream(timeout=30)
        await streams.make(js)
        empty = server.memory_mib
        begun = time.monotonic()
        await admit(js, [*stores, *(f"real-{number}" for number in range(real))], memory=memory)
        figures["set up, s"] = time.monotonic() - begun
        figures["server MiB, streams"] = server.memory_mib - empty
        gate = asyncio.Semaphore(100)

        async def enter(one: StandIn) -> None:
            async with gate:
                await one.connect()

        await asyncio.gather(*map(enter, shops))
        real_stores = stack.enter_context(real_daemons(folder, real, server.port))
        await all_asking(shops)
        await asyncio.sleep(SETTLE_S)
        figures["server MiB, connected"] = server.memory_mib - empty
        figures["KiB a shop"] = 1024 * figures["server MiB, connected"] / count
        cpu, begun = server.cpu_s, time.monotonic()
        await asyncio.sleep(seconds / 2)
        figures["idle: server CPU us/s a shop"] = 1e6 * (server.cpu_s - cpu) / (time.monotonic() - begun) / count
        backend = Backend(js)
        await backend.listen(client)
        cpu, begun = server.cpu_s, time.monotonic()
        await asyncio.gather(
            backend.steadily(stores, "caja", "light", RATE * count, seconds),
            backend.steadily(real_stores, "", "real", REAL_RATE, seconds),
        )
        figures["busy: server CPU us/s a shop"] = 1e6 * (server.cpu_s - cpu) / (time.monotonic() - begun) / count
        figures["without a result"] = await backend.answered()
        for kind, took in backend.took.items():
            figures[f"{kind}: tickets"] = len(took)
            figures[f"{kind}: p50 ms"] = 1000 * statistics.median(took)
            figures[f"{kind}: p99 ms"] = 1000 * statistics.quantiles(took, n=100)[98]
        await leave(client)
        figures |= await all_back(server, shops)
        for one in shops:
            one.stop()
    return figures


async def all_back(server: Server, shops: Sequence[StandIn]) -> dict[str, float]:
    """Kill the server and start it again; how long until it answers, and until the last shop asks for tickets again."""
    server.kill()
    for one in shops:
        one.asking_since = None
    begun = time.monotonic()
    server.start()
    client = await connected(server.port)
    up = time.monotonic() - begun
    js = client.jetstream(timeout=PATIENCE_S)
    await js.stream_info(names.RESULTS)
    ready = time.monotonic() - begun
    half = await all_asking(shops, share=0.5)
    every = await all_asking(shops)
    cpu = server.cpu_s
    await leave(client)
    return {
        "restart: listens after s": up, "restart: streams there after s": ready,
        "restart: half are back after s": half - begun, "restart: all are back after s": every - begun,
        "restart: server CPU ms a shop": 1000 * cpu / len(shops),
    }  # fmt: skip


async def all_asking(shops: Sequence[StandIn], share: float = 1.0) -> float:
    """Wait until so many shops have asked for a ticket; when that was."""
    async with asyncio.timeout(PATIENCE_S):
        while sum(one.asking_since is not None for one in shops) < share * len(shops):
            await asyncio.sleep(0.05)
    return time.monotonic()


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shops", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--real", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--memory", action="store_true")
    given = parser.parse_args(arguments)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    needed = max(given.shops) * (1 if given.memory else 3) + OTHER_FILES
    if needed > most:
        sys.exit(f"{needed} files are needed and {most} allowed: fewer --shops, or --memory")
    table = []
    for count in given.shops:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            measured = measure(Path(folder), count, given.real, given.seconds, memory=given.memory)
            table.append(asyncio.run(measured))
    for name in table[0]:
        print(f"{name:34}" + "".join(f"{figures[name]:12.1f}" for figures in table))
