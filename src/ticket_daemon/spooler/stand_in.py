"""The printer that stands in for another: what certainly has not begun goes there when its own cannot print.

It knows a destination, the one that stands in for it, and how a ticket is made anew for other paper; it does not know
links, or how long somebody has waited. It promises that a job moves at most once and wholly made for where it goes
(one that cannot be made for there stays, and says so), and that its move is one commit: before it only its own printer
may print it, behind it only the other.

A job moves once, so two printers may stand in for each other, and there are no chains to follow.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from ticket_daemon.errors import StorageUnavailable, TicketDaemonError
from ticket_daemon.formats import Formats, Options, all_copies
from ticket_daemon.poster.printer_data import opens_drawer
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.printers import Destination, Destinations
from ticket_daemon.queue import Job, Queue
from ticket_daemon.queue.job import Payload

log = logging.getLogger(__name__)

#: In a job's history: it cannot be made for the printer that stands in.
NOT_THERE = "stand_in_refused"
#: Jobs of which it is remembered that they stay; then they are asked once more.
REMEMBERED = 1000


class StandIn:
    """Where the jobs of one destination may go instead."""

    def __init__(
        self,
        destination: Destination,
        destinations: Destinations,
        queue: Queue,
        formats: Formats,
        *,
        allow_raw: bool | None,
    ) -> None:
        self._destination = destination
        self._destinations = destinations
        self._queue = queue
        self._formats = formats
        self._allow_raw = allow_raw
        self._staying: set[tuple[int, int]] = set()  #: jobs (`seq`, `updated_at`) that cannot go there; asked once

    async def take(self, job: Job) -> bool:
        """Have `job`, which waits and has certainly not begun, wait for the stand-in; whether it does now.

        False where there is none, where it cannot print either, where the job has moved before, may be on paper in
        part (a person released it) or cannot be printed there, and when the storage is in trouble.
        """
        there = self._ready_one()
        if there is None or job.moved_from is not None or _as_it_is(job) in self._staying:
            return False
        if len(self._staying) >= REMEMBERED:
            self._staying.clear()
        try:
            made = await self._made_for(there, job)
            moved = await self._queue.reroute(job, there.name, *made) if made is not None else None
        except TicketDaemonError as problem:
            await self._stays(job, there, problem)
            return False
        if moved is None:  # started, held, released or cancelled meanwhile; or of doubtful past
            self._staying.add(_as_it_is(job))
            return False
        log.warning("job_moved", extra={"job": job.id, "printer": self._destination.name, "to": there.name})
        return True

    def _ready_one(self) -> Destination | None:
        """The stand-in, unless it is known that it cannot print now."""
        name = self._destination.settings.fallback
        there = self._destinations.get(name) if name else None
        return there if there is not None and there.status.state != "stopped" else None

    async def _made_for(self, there: Destination, job: Job) -> tuple[bytes, bytes | None] | None:
        """The job's bytes for another printer, and a further copy's: as they are for one that can do the same.

        Raises TicketDaemonError.
        """
        payload = await self._queue.payload(job.id)
        if payload is None:
            return None
        # Compared as configured: what a printer said of itself may have come after the bytes were made.
        if there.configured is not None and there.configured == self._destination.configured:
            return payload.data, payload.further
        own = self._destinations.profiles
        return await asyncio.to_thread(
            _made_anew, payload, there.profile, own, self._formats, allow_raw=self._allow_raw
        )

    async def _stays(self, job: Job, there: Destination, problem: TicketDaemonError) -> None:
        if isinstance(problem, StorageUnavailable):  # it is logged where it arose; the next look tries again
            return
        self._staying.add(_as_it_is(job))
        extra = {"job": job.id, "printer": self._destination.name, "to": there.name, "detail": problem.text()}
        log.warning("stand_in_refused", extra=extra)
        try:
            await self._queue.note(job, NOT_THERE)
        except StorageUnavailable:  # the log has both
            return


def _as_it_is(job: Job) -> tuple[int, int]:
    """The job until something happens to it."""
    return job.seq, job.updated_at


def _made_anew(
    payload: Payload, profile: Profile | None, own: Mapping[str, Profile], formats: Formats, *, allow_raw: bool | None
) -> tuple[bytes, bytes | None]:
    """A job's ticket for another printer. The drawer opens there if it would have opened here: what was released or
    reprinted with the drawer shut leaves it shut."""
    ticket = formats.read(payload.format, payload.document)
    if profile is None and own:  # the ticket's own model decides, and the shop may have a profile of that name
        profile = find(ticket.model, own)
    with_pulse = opens_drawer(payload.data)
    first, further = all_copies(ticket, profile, payload.copies, Options(allow_raw, with_pulse))
    return first.data, further
