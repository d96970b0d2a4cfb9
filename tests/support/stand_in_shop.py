"""A shop that prints nothing and says what the contract of docs/fleet.md says: the other end of a backend's tests.

It takes what waits for its store as soon as it is there, remembers what it was given under which id, and can be told
what to answer. It ends with its connection: a test that restarts the server opens another one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import nats.errors
from nats.aio.client import Client as Nats
from nats.aio.msg import Msg

from support.nats_server import NatsServer
from ticket_daemon import tasks
from ticket_daemon.fleet import names
from ticket_daemon.fleet.connection import Access, connect, leave
from ticket_daemon.fleet.shapes import Shop, ShopPrinter, encode

ASK_S = 60.0
NOW = "2026-11-22T12:00:00.000Z"


def job_event(job_id: str, state: str) -> dict[str, Any]:
    return {
        "tipo": "job_event", "id": job_id, "state": state, "printer": "caja", "submitted_at": NOW, "updated_at": NOW,
        "attempts": 0,
    }  # fmt: skip


def result(job_id: str, state: str = "confirmed", code: str | None = None) -> dict[str, Any]:
    said = {"tipo": "result", "id": job_id, "status": "success", "mensaje": state, "state": state, "printer": "caja",
            "duration_ms": 1}  # fmt: skip
    return said if code is None else said | {"status": "error", "code": code}


def error(job_id: str, code: str, path: str | None = None) -> dict[str, Any]:
    return {"tipo": "error", "id": job_id, "status": "error", "mensaje": f"refused: {code}", "code": code, "path": path}


def shop(store: str = "lima", **fields: Any) -> Shop:
    printers = (ShopPrinter("caja", "idle", (), 0, 0),)
    known = {
        "store": store, "version": "1", "since": NOW, "at": NOW, "every_s": 30.0, "current": 0, "capacity": 100,
        "held": 0, "printers": printers,
    }  # fmt: skip
    return Shop(**(known | fields))  # type: ignore[arg-type]


class StandInShop:
    """`answers` says what becomes of an id: a state, or an error's code; `confirmed` where it says nothing."""

    def __init__(self, client: Nats, store: str) -> None:
        self.client = client
        self.js = client.jetstream()
        self.store = store
        self.leaving = False
        self.answers: dict[str, str] = {}
        self.jobs: dict[str, Any] = {}  #: id -> the ticket's content
        self.taken: list[str] = []  #: ids in the order in which they came, each time they came

    async def say(self, said: dict[str, Any], refused: str = "") -> None:
        headers = {names.REFUSED: refused} if refused else None
        await self.js.publish(names.result(self.store, said["id"]), json.dumps(said).encode(), headers=headers)

    async def put(self, how: Shop) -> None:
        await self.js.publish(names.shop(how.store), encode(how))

    async def remove(self) -> None:
        await self.js.publish(names.shop(self.store), b"", headers={"KV-Operation": "DEL"})

    async def run(self) -> None:
        consumer = await self.js.pull_subscribe_bind(
            consumer=names.consumer(self.store), stream=names.stream(self.store)
        )  # fmt: skip
        while not self.leaving:  # a cancellation may be lost: Python 3.11's `wait_for`, in the library, swallows some
            try:
                (message,) = await consumer.fetch(1, timeout=ASK_S)
                await self._take(message)
            except (TimeoutError, nats.errors.Error):
                if self.client.is_closed:
                    return

    async def _take(self, message: Msg) -> None:
        ticket = json.loads(message.data)
        job_id, content = ticket["id"], (ticket["datos"], names.printer(message.subject), ticket["copies"])
        self.taken.append(job_id)
        answer = self.answers.get(job_id, "confirmed")
        if answer in ("unknown_printer", "invalid_document") or self.jobs.get(job_id, content) != content:
            code = answer if job_id not in self.jobs else "id_conflict"
            await self.say(error(job_id, code, "printer"), (message.headers or {})[names.MESSAGE_ID])
            await message.term()
            return
        if job_id not in self.jobs:
            self.jobs[job_id] = content
            await self.say(job_event(job_id, "queued"))
        await message.ack()
        await self.say(result(job_id, answer, None if answer == "confirmed" else "unknown_outcome"))


@contextlib.asynccontextmanager
async def stand_in_shop(
    server: NatsServer, store: str = "lima", jobs: dict[str, Any] | None = None, *, takes: bool = True
) -> AsyncIterator[StandInShop]:
    """A shop that is there for the length of a block; `takes`: it takes tickets."""
    client = await connect(Access(server.url), f"shop {store}")
    standing = StandInShop(client, store)
    standing.jobs = {} if jobs is None else jobs
    running = asyncio.create_task(standing.run()) if takes else None
    try:
        yield standing
    finally:
        standing.leaving = True
        if running is not None:
            with contextlib.suppress(nats.errors.Error):
                await tasks.end(running)
        await leave(client)
