"""A backend far away, as bare as can be: it publishes tickets at the NATS server and keeps what it hears of them.

It says what the contract says and nothing more, so that a shop is tried on the wire and not on our own client.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

from nats.aio.client import Client as Nats
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import KeyNotFoundError

from support.nats_server import NatsServer
from ticket_daemon.fleet import names, streams
from ticket_daemon.fleet.connection import Access, connect, leave
from ticket_daemon.fleet.shapes import Shop, decode

PATIENCE_S = 60.0


class Heard(NamedTuple):
    """One message of `results.>`."""

    store: str
    id: str
    answer: dict[str, Any]
    headers: dict[str, str]


class FarBackend:
    """Publishes tickets; `heard` is what came back, in order, each stored message once."""

    def __init__(self, nats: Nats, js: JetStreamContext) -> None:
        self.nats = nats
        self.js = js
        self.heard: list[Heard] = []
        self._news = asyncio.Condition()

    async def _hear(self, message: Msg) -> None:
        store, job_id = names.job(message.subject)
        async with self._news:
            self.heard.append(Heard(store, job_id, json.loads(message.data), message.headers or {}))
            self._news.notify_all()

    async def listen(self) -> None:
        """Hear all that is in the stream of results, from its beginning, and what comes."""
        await self.js.subscribe("results.>", stream=names.RESULTS, cb=self._hear, ordered_consumer=True)

    async def send(
        self, job_id: str, document: dict[str, Any], printer: str = "caja", store: str = "lima", **fields: Any
    ) -> None:
        """Publish a ticket."""
        message = {"tipo": "ticket", "id": job_id, "datos": document, **fields}
        await self.publish(printer, json.dumps(message).encode(), f"{store}.{names.part(job_id)}", store)

    async def publish(self, printer: str, body: bytes, message_id: str = "", store: str = "lima") -> None:
        """Publish any bytes as a ticket."""
        headers = {names.MESSAGE_ID: message_id} if message_id else None
        await self.js.publish(names.ticket(store, printer), body, headers=headers)

    async def until(self, wanted: Callable[[Heard], bool]) -> Heard:
        """The first thing heard, now or later, that is wanted."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: any(map(wanted, self.heard)))
        return next(filter(wanted, self.heard))

    async def result(self, job_id: str) -> dict[str, Any]:
        """A job's result that nothing follows."""
        found = await self.until(
            lambda h: h.id == job_id and h.answer["tipo"] == "result" and h.answer["state"] != "held"
        )
        return found.answer

    async def error(self, job_id: str) -> Heard:
        """The error that refused a ticket."""
        return await self.until(lambda h: h.id == job_id and h.answer["tipo"] == "error")

    def states(self, job_id: str) -> list[str]:
        """What was told of a job, in order."""
        return [h.answer["state"] for h in self.heard if h.id == job_id and h.answer["tipo"] == "job_event"]

    async def waiting(self) -> int:
        """Tickets that no shop has acknowledged."""
        return int((await self.js.stream_info(names.stream("lima"))).state.messages)

    async def all_taken(self) -> None:
        """Wait until the shops have everything."""
        stream, consumer = names.stream("lima"), names.consumer("lima")
        async with asyncio.timeout(PATIENCE_S):
            while await self.waiting() or (await self.js.consumer_info(stream, consumer)).num_ack_pending:
                await asyncio.sleep(0.01)

    async def shop(self, wanted: Callable[[Shop | None], bool], store: str = "lima") -> Shop | None:
        """A shop's entry in the bucket as soon as it is as wanted; None: it has none."""
        bucket = await self.js.key_value(names.SHOPS)
        async with asyncio.timeout(PATIENCE_S):
            watcher = await bucket.watch(store)
            with contextlib.suppress(KeyNotFoundError):
                while True:
                    entry = await watcher.updates(timeout=PATIENCE_S)
                    shop = decode(entry.value) if entry is not None and entry.value else None
                    if wanted(shop):
                        await watcher.stop()
                        return shop
        raise AssertionError("the bucket is gone")


@contextlib.asynccontextmanager
async def far_backend(
    server: NatsServer, *, make: bool = True, access: Access | None = None
) -> AsyncIterator[FarBackend]:
    """A backend at that server; `make`: with the streams made."""
    nats = await connect(access or Access(server.url), "a backend")
    try:
        js = nats.jetstream()
        backend = FarBackend(nats, js)
        if make:
            await streams.make(js)
            await streams.admit(js, "lima")
            await backend.listen()
        yield backend
    finally:
        await leave(nats)
