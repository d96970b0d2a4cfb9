"""The crash campaign with tickets that come by NATS: half of the clients are backends far away; their server dies too.

    .venv/bin/python tools/crash_campaign_fleet.py [--kills 500] [--seed 1] [--keep FOLDER]

It knows what `crash_campaign` knows, and what was published and told at the NATS server (Debian's nats-server); it does
not look inside the daemon. It promises exit code 1 also when a backend was not told how its ticket ended, when it was
told otherwise than it is, or when tickets were accepted in another order than they were published in.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import traceback
from collections import Counter
from pathlib import Path
from typing import Any, Final

import nats.errors
from crash_campaign import DRAIN_S, PRINTERS, SENT_AGAIN, WANTED_ZERO, Campaign, Client, conduct
from nats.aio.client import Client as Nats
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from ticket_daemon.errors import FleetError
from ticket_daemon.fleet import names, streams
from ticket_daemon.fleet.connection import Access, connect, leave

STORE: Final = "lima"
#: The server is killed with every so many kills of the daemon.
SERVER_TOO: Final = 7
#: In place of the daemon's own: between two kills a ticket must have time to come again. A server that was started
#: looks after 0.5 to 1.5 s what it was waiting to hear of (2.9, `applyState` of its consumers): it cannot be much less.
REDELIVER_S: Final = 1.2
IMPATIENT: Final = f"""
from ticket_daemon.fleet import streams
streams.REDELIVER_S = {REDELIVER_S}
from ticket_daemon.fleet import shop
shop.PAUSES_S = (0.05,)
from ticket_daemon.cli import main
main()
"""
#: What a backend waits for the server to have stored a ticket before it publishes it again.
STORED_S: Final = 2.0
#: Seconds between two tickets of a backend, drawn evenly from 0 to this.
PAUSE_S: Final = 0.1


class Server:
    """nats-server on one port and one folder, killed and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        program = shutil.which("nats-server")
        if program is None:
            raise SystemExit("apt-get install nats-server")
        self._command = [program, "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(folder / "nats")]
        self._output = (folder / "nats.txt").open("ab")
        self.start()

    @property
    def access(self) -> Access:
        return Access(f"nats://127.0.0.1:{self.port}")

    def start(self) -> None:
        """Begin; it answers somewhat later."""
        self._process = subprocess.Popen(self._command, stdout=self._output, stderr=self._output)

    def kill(self) -> None:
        """SIGKILL, and gone."""
        self._process.kill()
        self._process.wait()

    def clean_up(self) -> None:
        """Leave no process behind."""
        self.kill()
        self._output.close()


async def connected(access: Access) -> Nats:
    """A connection, as soon as the server is there."""
    async with asyncio.timeout(DRAIN_S):
        while True:
            with contextlib.suppress(FleetError):
                return await connect(access, "campaign")
            await asyncio.sleep(0.05)


async def admit(js: JetStreamContext) -> None:
    """Make or mend the store's stream and consumer, which comes again sooner than others."""
    await streams.admit(js, STORE)
    await js.add_consumer(names.stream(STORE), streams.consumer_config(STORE).evolve(ack_wait=REDELIVER_S))


class Backend(Client):
    """One program far away: its tickets count as acked once the NATS server has them."""

    def __init__(self, campaign: FleetCampaign, number: int, chance: random.Random, up: asyncio.Event) -> None:
        super().__init__(number, "", campaign.book, chance, up)
        self._campaign = campaign

    async def run(self) -> None:
        while not (self.stopping and self._pending is None):
            client = await connected(self._campaign.server.access)
            with contextlib.suppress(nats.errors.Error, TimeoutError, OSError):
                await self._publish_many(client)
            await leave(client)

    async def _publish_many(self, client: Nats) -> None:
        js = client.jetstream(timeout=STORED_S)
        if self._pending is not None:  # it may be there twice now, and only the later place will be known
            self._campaign.stored_twice.add(json.loads(self._pending)["id"])
        await admit(js)  # as a backend does that comes to a store for the first time
        while not (self.stopping and self._pending is None):
            self._pending = self._pending or self._new()
            order = json.loads(self._pending)
            job_id = order["id"]
            subject = names.ticket(STORE, order.pop("printer"))
            body, mark = json.dumps(order).encode(), {names.MESSAGE_ID: f"{STORE}.{job_id}"}
            stored = await js.publish(subject, body, headers=mark)
            self._campaign.published.setdefault(job_id, stored.seq)
            self._book.tickets[job_id].acks += 1
            self._pending = None
            if self._chance.random() < SENT_AGAIN:  # as another message, so that the shop itself has to see it
                await js.publish(subject, body)
            await asyncio.sleep(self._chance.uniform(0, PAUSE_S))


class FleetCampaign(Campaign):
    """Printers, clients near and far, kills at both ends."""

    def __init__(self, folder: Path, kills: int, seed: int, server: Server) -> None:
        super().__init__(folder, kills, seed)
        self.server = server
        self.published: dict[str, int] = {}  #: by job: its place in the stream of tickets
        self.stored_twice: set[str] = set()  #: perhaps: the server was killed before it could say
        self.told: dict[str, str] = {}  #: by job: the last state a result told
        self.marks: Counter[str] = Counter()  #: by message id: how often the server has stored a result
        self.server_kills = 0

    wanted_zero = (
        *WANTED_ZERO, "backend not told", "told otherwise than it is", "told twice", "accepted in another order",
    )  # fmt: skip
    program = IMPATIENT
    up_s = 4.0  #: longer than a new connection waits for what comes again

    def config(self) -> str:
        return f'[fleet]\nurl = "{self.server.access.url}"\nstore = "{STORE}"\n'

    def client(self, number: int, url: str, chance: random.Random, up: asyncio.Event) -> Client:
        near = number % 2 == number // len(PRINTERS) % 2  # so that each printer has clients of both kinds
        return super().client(number, url, chance, up) if near else Backend(self, number, chance, up)

    async def before_kill(self, number: int) -> None:
        if number % SERVER_TOO == 0:
            self.server.kill()
            self.server.start()
            self.server_kills += 1

    async def prepare(self) -> None:
        """Make the streams."""
        client = await connected(self.server.access)
        js = client.jetstream()
        await streams.make(js)
        await admit(js)
        await leave(client)

    async def drained(self, port: int) -> None:
        """Until every ticket is taken, nothing waits, and every result is told."""
        client = await connected(self.server.access)
        js = client.jetstream()
        try:
            async with asyncio.timeout(DRAIN_S):
                while (await js.stream_info(names.stream(STORE))).state.messages:
                    await asyncio.sleep(0.2)
                    await admit(js)  # a killed server has some again that were acknowledged
                await super().drained(port)
                heard = await js.subscribe("results.>", stream=names.RESULTS, ordered_consumer=True)
                while self.published.keys() - self.told.keys():
                    self._hear(await heard.next_msg(DRAIN_S))
                with contextlib.suppress(nats.errors.TimeoutError):
                    while True:
                        self._hear(await heard.next_msg(1.0))
        except (TimeoutError, nats.errors.Error, NotFoundError):
            traceback.print_exc()
        finally:
            await leave(client)

    def _hear(self, message: Any) -> None:
        answer = json.loads(message.data)
        self.marks[message.headers[names.MESSAGE_ID]] += 1
        if answer["tipo"] in ("result", "error"):
            self.told[answer["id"]] = answer.get("state", answer.get("code"))

    def count(self) -> dict[str, int]:
        """The campaign's table, and what is to be said of the tickets from afar."""
        table = super().count()
        with contextlib.closing(sqlite3.connect(self._folder / "queue.db")) as db:
            rows = dict(db.execute("SELECT id, state FROM jobs WHERE remote"))
            accepted = [row[0] for row in db.execute("SELECT id FROM jobs WHERE remote ORDER BY seq")]
        sure = self.published.keys() - self.stored_twice
        places = [(self.published[job_id], job_id) for job_id in accepted if job_id in sure]
        turned = [(first, second) for first, second in itertools.pairwise(places) if first > second]
        for (place, job_id), (later_place, later) in turned[:5]:
            print(f"out of turn: {job_id}, {place}th in the stream, before {later}, {later_place}th", file=sys.stderr)
        untold = self.published.keys() - self.told.keys()
        otherwise = {job_id for job_id, state in self.told.items() if rows.get(job_id) != state}
        for job_id in [*sorted(untold)[:5], *sorted(otherwise)[:5]]:
            print(f"told of {job_id}: {self.told.get(job_id)}, in the queue: {rows.get(job_id)}", file=sys.stderr)
        return table | {
            "from afar": len(self.published),
            "NATS server killed": self.server_kills,
            "backend not told": len(untold),
            "told otherwise than it is": len(otherwise),
            "told twice": sum(times > 1 for times in self.marks.values()),
            "accepted in another order": len(turned),
        }


def main() -> int:
    def made(folder: Path, kills: int, seed: int, stack: contextlib.ExitStack) -> Campaign:
        server = Server(folder)
        stack.callback(server.clean_up)
        return FleetCampaign(folder, kills, seed, server)

    return conduct(made, __doc__)


if __name__ == "__main__":
    sys.exit(main())
