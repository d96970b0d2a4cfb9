"""What became of tickets from afar, from the queue's outbox to the server: each change until the server has it.

It knows the outbox and the messages that tell of a job; it does not know connections (it is given a `publish`) or who
reads. It promises the order in which things happened, that nothing leaves the outbox before the server has stored it,
and that a change that is published twice has the same message id both times, so that it is stored once. The server
knows an id for some minutes only: what it has is not published again because the disk does not let it be struck off.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Final

from ticket_daemon import presenters, wire
from ticket_daemon.errors import StorageUnavailable
from ticket_daemon.fleet import names
from ticket_daemon.fleet.letters import Letter, Publish
from ticket_daemon.queue import Change, Job, Queue

#: Changes that are under way at once: a burst must not wait for the server once for each.
AT_ONCE: Final = 64
#: Seconds after which the outbox is looked into though nobody rang.
LOOK_S: Final = 5.0


class Outbox:
    """Publishes the outbox of one store's queue."""

    def __init__(self, queue: Queue, store: str, lang: str) -> None:
        self._queue = queue
        self._store = store
        self._lang = lang
        self._bell = asyncio.Event()
        self._arrived = 0  #: up to this number the server has everything; 0 where that is struck off too

    def job_changed(self, job: Job) -> None:
        """A change was committed: somebody far away may be waiting for it."""
        if job.remote:
            self._bell.set()

    def ring(self) -> None:
        """Look into the outbox now."""
        self._bell.set()

    async def run(self, publish: Publish) -> None:
        """Publish what there is and what comes, until cancelled. Raises what `publish` raises."""
        while True:
            self._bell.clear()
            with contextlib.suppress(StorageUnavailable):  # the queue says so itself; what is not read stays
                await self._strike_off()
                while changes := await self._queue.outbox(AT_ONCE):
                    await publish([letter for change in changes for letter in self.letters(change)])
                    self._arrived = changes[-1].n
                    await self._strike_off()
            try:
                await asyncio.wait_for(self._bell.wait(), LOOK_S)
            except TimeoutError:
                continue

    async def _strike_off(self) -> None:
        if self._arrived:
            await self._queue.sent(self._arrived)
            self._arrived = 0

    def letters(self, change: Change) -> Iterator[Letter]:
        """What tells of a change: a `job_event`, and once a result is due the `result`, as the last word."""
        job = change.job
        subject = names.result(self._store, job.id)
        # The mark alone, as nobody guesses it: the server knows message ids of all shops together, and what came under
        # an id that another shop had used would be taken for its repetition.
        yield Letter(subject, wire.encode(presenters.job_news(job, self._lang)), {names.MESSAGE_ID: f"{change.mark}.e"})
        if job.is_settled:
            yield Letter(
                subject, wire.encode(presenters.result(job, self._lang)), {names.MESSAGE_ID: f"{change.mark}.r"}
            )
