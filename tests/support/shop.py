"""A queue and a spooler in this process, without a server, and what was heard of jobs and printers."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from ticket_daemon.formats import Formats
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.poster.render import render_ticket
from ticket_daemon.printers import Destination, Destinations, PrinterStatus
from ticket_daemon.queue import Job, NewJob, Queue
from ticket_daemon.settings.config import PrinterSettings, Settings
from ticket_daemon.spooler import Spooler

PATIENCE_S = 20.0


class Shop:
    """A queue, a spooler and what was heard of jobs and printers."""

    def __init__(self, folder: Path, *printers: PrinterSettings) -> None:
        self.destinations = Destinations(Destination(p, find(p.profile)) for p in printers)
        self.queue = Queue(folder / "queue.db", 100, lambda: time.time_ns() // 1_000_000)
        self.spooler = Spooler(self.destinations, self.queue, Formats(Settings()), lambda: time.time_ns() // 1_000_000)
        self.history: dict[str, list[str]] = {}
        self.statuses: list[PrinterStatus] = []
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        doubtful = await self.queue.open()
        self.queue.listen(self._job)
        self.destinations.listen(lambda d: self._note(self.statuses, d.status))
        self.spooler.start(doubtful)

    def _job(self, job: Job) -> None:
        self._note(self.history.setdefault(job.id, []), str(job.state))

    def _note(self, heard: list[Any], what: object) -> None:
        heard.append(what)
        self._wake()

    def _wake(self) -> None:
        async def wake() -> None:
            async with self._changed:
                self._changed.notify_all()

        task = asyncio.ensure_future(wake())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def until(self, job_id: str, *states: str) -> str:
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: self.history.get(job_id, [""])[-1] in states)
        return self.history[job_id][-1]

    async def until_status(self, *reasons: str) -> None:
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: bool(self.statuses) and self.statuses[-1].reasons == reasons)

    async def submit(self, job_id: str, text: str = "UN TACO", lines: int = 1, ttl_ms: int | None = None) -> None:
        document = {
            "version": "1.0",
            "profile": {"model": "TM-T20III"},
            "commands": [{"type": "text", "data": {"content": f"{text} {job_id}"}}] * lines + [{"type": "cut"}],
        }
        data = render_ticket(document).data
        now = time.time_ns() // 1_000_000
        expires_at = now + ttl_ms if ttl_ms is not None else None
        await self.queue.submit(NewJob(job_id, "caja", job_id.encode(), b"{}", data, now, expires_at))

    async def stop(self) -> None:
        await self.spooler.stop()
        await self.queue.close()
