"""One worker per destination: takes the jobs of one queue to one printer, one after the other.

It knows its queue's order, its link and what the link's outcome means for a job; it does not know clients or other
printers. It promises that a job is marked as printing, on disk, before its first byte leaves; that a job whose link
never opened has certainly not begun; and that one whose link broke in between is held, never repeated or called a
success.

    next -> link open? -> start (commit) -> write -> finish (committed together with the next start)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from ticket_daemon.errors import LinkError, StorageUnavailable, TicketDaemonError
from ticket_daemon.printers.destination import OFFLINE, Destination, Destinations
from ticket_daemon.queue import Job, JobEvent, Queue, Reason
from ticket_daemon.transport import Link, LinkBroken

log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], int]

#: Pauses between attempts to open a link, in seconds; the last one repeats.
PAUSES_S: Final = (0.25, 0.5, 1.0, 2.0, 3.0)
#: Pause after the storage failed, so that a full disk is not asked a thousand times a second.
STORAGE_PAUSE_S: Final = 1.0
#: A link with nothing to do is let go after this, so that other programs can reach the printer.
IDLE_CLOSE_S: Final = 15.0

_IN_DOUBT: Final = Reason("unknown_outcome", "job.unknown_outcome")
_ENDS: Final = {"sent": JobEvent.SEND, "spooled": JobEvent.SPOOL, "confirmed": JobEvent.CONFIRM}


class Worker:
    """Prints one destination's jobs in order."""

    def __init__(
        self, destination: Destination, destinations: Destinations, link: Link, queue: Queue, clock: Clock, sleep: Sleep
    ) -> None:
        self.destination = destination
        self.link = link
        self._destinations = destinations
        self._queue = queue
        self._clock = clock
        self._sleep = sleep
        self._stopping = asyncio.Event()
        self._down_since: int | None = None
        self._attempt = 0
        self._unsaved: list[tuple[Job, JobEvent, Reason | None]] = []

    def stop(self) -> None:
        """Finish the job in hand and take no other."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until stopped. Cancelling it is the hard way: a job in the middle is then held."""
        try:
            while (job := await self._next()) is not None:
                if self._unsaved:
                    await self._save_again()
                else:
                    await self._one(job)
        finally:
            await self.link.close()

    async def _next(self) -> Job | None:
        """The next job; None when stopped. An idle link is closed while waiting."""
        while not self._stopping.is_set():
            if self._queue.waiting(self.destination.name):
                return await self._queue.next(self.destination.name)
            self._report(state="stopped" if self.destination.status.reasons else "idle")
            waiting = asyncio.ensure_future(self._queue.next(self.destination.name))
            stopping = asyncio.ensure_future(self._stopping.wait())
            idle = IDLE_CLOSE_S if self.link.is_open else None
            try:
                done, _ = await asyncio.wait({waiting, stopping}, timeout=idle, return_when=asyncio.FIRST_COMPLETED)
            finally:
                waiting.cancel()
                stopping.cancel()
            if not done:
                await self.link.close()
        return None

    async def _one(self, job: Job) -> None:
        try:
            if job.expires_at is not None and self._clock() >= job.expires_at:
                await self._queue.finish(job, JobEvent.EXPIRE, Reason("expired", "job.expired"))
            elif await self._opened(job):
                await self._print(job)
        except StorageUnavailable as error:
            log.error("storage_unavailable", extra={"printer": self.destination.name, "detail": error.text()})
            await self._pause(STORAGE_PAUSE_S)

    # --- opening ---

    async def _opened(self, job: Job) -> bool:
        """Whether the link is open. While it is not, the job waits in the queue: nothing of it has begun."""
        if self.link.is_open:
            return True
        try:
            await self.link.open()
        except LinkError as error:
            await self._not_open(job, error)
            return False
        if self._down_since is not None:
            log.info("printer_back", extra={"printer": self.destination.name})
        self._down_since = None
        self._report(reasons=())
        return True

    async def _not_open(self, job: Job, error: LinkError) -> None:
        now = self._clock()
        if self._down_since is None:
            self._down_since = now
            self._attempt = 0
            log.warning("printer_offline", extra={"printer": self.destination.name, "detail": error.text()})
        self._report(state="stopped", reasons=(OFFLINE,))
        patience = self.destination.settings.retry_s * 1000
        if now - max(job.submitted_at, self._down_since) >= patience:
            event = JobEvent.HOLD if self.destination.settings.on_failure == "hold" else JobEvent.FAIL
            await self._queue.finish(job, event, _reason(error))
            return
        pause = PAUSES_S[min(self._attempt, len(PAUSES_S) - 1)]
        self._attempt += 1
        await self._pause(pause)

    async def _pause(self, seconds: float) -> None:
        """Sleep, unless stopped."""
        sleeping = asyncio.ensure_future(self._sleep(seconds))
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            stopping.cancel()

    # --- printing ---

    async def _print(self, job: Job) -> None:
        data = await self._queue.start(job)
        if data is None:
            return
        self._report(state="processing")
        try:
            await self.link.write(data)
            await self.link.settled()
            await self.link.end_job()
        except LinkBroken as error:
            await self.link.close()
            self._broken(job, error)
        except asyncio.CancelledError:
            self._conclude(job, JobEvent.HOLD, _IN_DOUBT)
            raise
        else:
            self._conclude(job, _ENDS[self.link.assurance])

    def _conclude(self, job: Job, event: JobEvent, reason: Reason | None = None) -> None:
        """Have the outcome committed without waiting: the next start goes into the same transaction."""

        def saved(future: asyncio.Future[Job | None]) -> None:
            if not future.cancelled() and future.exception() is not None:
                self._unsaved.append((job, event, reason))

        self._queue.finish(job, event, reason).add_done_callback(saved)

    async def _save_again(self) -> None:
        """What came out of a job and could not be saved is saved before anything else prints."""
        job, event, reason = self._unsaved[0]
        try:
            await self._queue.finish(job, event, reason)
            del self._unsaved[0]
        except StorageUnavailable:
            await self._pause(STORAGE_PAUSE_S)

    def _broken(self, job: Job, error: LinkBroken) -> None:
        detail = {"printer": self.destination.name, "job": job.id, "sent": error.sent, "detail": error.text()}
        log.warning("link_broken", extra=detail)
        if error.sent == 0:
            self._conclude(job, JobEvent.RETRY)
        else:
            self._conclude(job, JobEvent.HOLD, _IN_DOUBT)

    def _report(self, **fields: object) -> None:
        self._destinations.report(self.destination, **fields)


def _reason(error: TicketDaemonError) -> Reason:
    return Reason(error.code, error.key, error.parameters)
