"""A shop says that it is there and how it is: now and then, and as soon as something changes.

It knows the shop's printers and queue; it does not know connections (it is given a `put`) or who looks. It promises a
picture of one moment, that a change is told within a second, and that a storm of changes becomes a few messages.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

from ticket_daemon import __version__, presenters
from ticket_daemon.fleet.shapes import NAMED_HELD, HeldJob, Shop, ShopPrinter, encode
from ticket_daemon.fleet.streams import EVERY_S
from ticket_daemon.printers import Destination, Destinations
from ticket_daemon.queue import Job, JobState, Queue

#: Between two messages at least: a printer that comes and goes must not flood the server.
GAP_S: Final = 0.5

Put = Callable[[bytes], Awaitable[None]]


class Presence:
    """How one shop is."""

    def __init__(
        self, store: str, queue: Queue, destinations: Destinations, clock: Callable[[], int], since_ms: int
    ) -> None:
        self._store = store
        self._queue = queue
        self._destinations = destinations
        self._clock = clock
        self._since = presenters.rfc3339(since_ms)
        self._bell = asyncio.Event()
        self._held: set[str] = set()  #: those told as held

    def printer_changed(self, destination: Destination) -> None:
        """A printer is otherwise than before."""
        del destination
        self._bell.set()

    def job_changed(self, job: Job) -> None:
        """A job changed. How many wait is told now and then; that one waits for a person, or no longer, at once."""
        if (job.state is JobState.HELD) is not (job.id in self._held):
            self._bell.set()

    async def run(self, put: Put) -> None:
        """Say how it is until cancelled. Raises what `put` raises."""
        while True:
            self._bell.clear()
            await put(encode(self.shop()))
            await asyncio.sleep(GAP_S)
            try:
                await asyncio.wait_for(self._bell.wait(), EVERY_S - GAP_S)
            except TimeoutError:
                continue

    def shop(self) -> Shop:
        """The shop at this moment."""
        held = self._queue.held()
        held_by = Counter(job.destination for job in held)
        self._held = {job.id for job in held}
        return Shop(
            store=self._store,
            version=__version__,
            since=self._since,
            at=presenters.rfc3339(self._clock()),
            every_s=EVERY_S,
            current=self._queue.current,
            capacity=self._queue.places(self._destinations.counted),
            held=len(held),
            printers=tuple(
                ShopPrinter(
                    one.name, one.status.state, one.status.reasons, self._queue.waiting(one.name), held_by[one.name]
                )
                for one in self._destinations
            ),
            needs=tuple(
                HeldJob(
                    job.id, job.destination, job.reason.code if job.reason else "", presenters.rfc3339(job.updated_at)
                )
                for job in held[:NAMED_HELD]
            ),
            storage=self._queue.trouble or "",
        )
