"""A chain of shops as the NATS server knows it: entries in the bucket and events, put there by a test.

They are what shops say, by the shapes both ends share; no shop runs.
"""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import AsyncIterator
from typing import Any

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.kv import KeyValue

from support.nats_server import NatsServer
from ticket_daemon.fleet import names, streams
from ticket_daemon.fleet.connection import Access, connect, leave
from ticket_daemon.fleet.shapes import HeldJob, Shop, ShopPrinter, encode

CAJA = ShopPrinter("Caja", "idle", (), 0, 0)


def ago(seconds: float) -> str:
    """RFC 3339, so many seconds before now."""
    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stopped(name: str, *reasons: str, waiting: int = 0) -> ShopPrinter:
    """A printer that does not print."""
    return ShopPrinter(name, "stopped", reasons, waiting, 0)


def held(*jobs: str, code: str = "unknown_outcome", seconds: float = 600) -> dict[str, Any]:
    """A shop's fields when these jobs of its till wait for a person."""
    return {"held": len(jobs), "needs": tuple(HeldJob(job, "Caja", code, ago(seconds)) for job in jobs)}


def shop(store: str, *printers: ShopPrinter, **fields: Any) -> Shop:
    """A shop with a till where all is well, unless said otherwise."""
    own = printers or (CAJA,)
    usual = {
        "version": "1.0.0", "since": ago(90_000), "at": ago(0), "every_s": 30.0,
        "current": sum(printer.waiting for printer in own), "capacity": 100, "held": 0,
    }  # fmt: skip
    return Shop(store=store, printers=own, **{**usual, **fields})


class Chain:
    """What a test says in the shops' place."""

    def __init__(self, nats: Client, js: JetStreamContext, bucket: KeyValue) -> None:
        self.js = js
        self._nats = nats
        self._bucket = bucket

    async def say(self, *shops: Shop) -> None:
        """Each shop says how it is."""
        for one in shops:
            await self._bucket.put(one.store, encode(one))

    async def say_all(self, shops: list[Shop]) -> None:
        """Thousands of shops say how they are, without waiting for the server's word on each."""
        for one in shops:
            await self._nats.publish(names.shop(one.store), encode(one))
        await self._nats.flush()

    async def put(self, key: str, value: bytes) -> None:
        """Anything at all, as an entry."""
        await self._bucket.put(key, value)

    async def leave(self, store: str) -> None:
        """A shop's entry is taken away."""
        await self._bucket.delete(store)

    async def tell(self, store: str, job: str, state: str, seconds: float = 0, **fields: Any) -> None:
        """A job changed there."""
        moment = ago(seconds)
        event = {
            "tipo": "job_event", "id": job, "state": state, "printer": "Caja", "submitted_at": moment,
            "updated_at": moment, "attempts": 1, "mensaje": state, **fields,
        }  # fmt: skip
        await self.publish(names.result(store, job), json.dumps(event).encode())

    async def publish(self, subject: str, body: bytes) -> None:
        """Any bytes, stored at the server."""
        await self.js.publish(subject, body)


@contextlib.asynccontextmanager
async def chain(server: NatsServer, *shops: Shop, there_s: float = streams.THERE_S) -> AsyncIterator[Chain]:
    """Connected to a server with streams and a bucket whose entries last `there_s`; these shops have spoken."""
    nats = await connect(Access(server.url), "a chain of shops")
    try:
        js = nats.jetstream()
        await streams.make(js)
        if there_s != streams.THERE_S:
            (bucket,) = (config for config in streams.shared_configs() if config.name == f"KV_{names.SHOPS}")
            await js.update_stream(bucket.evolve(max_age=there_s, duplicate_window=there_s))
        made = Chain(nats, js, await js.key_value(names.SHOPS))
        await made.say(*shops)
        yield made
    finally:
        await leave(nats)
