"""What a client can ask for, independent of the protocol it asks through.

A document is refused or completely rendered before its job is offered to the queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from ticket_daemon import messages
from ticket_daemon.concurrency_limit import Turnstile
from ticket_daemon.errors import NotCancellable, TicketDaemonError, UnknownJob, UnknownPrinter
from ticket_daemon.formats import Copies, Formats, Options, Ticket, all_copies
from ticket_daemon.formats.document import DocumentTicket
from ticket_daemon.outcomes import Outcomes
from ticket_daemon.poster.document import Source, Warned
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render import estimated_us
from ticket_daemon.printers import Destination, Destinations
from ticket_daemon.printers.destination import NotLookedYet
from ticket_daemon.queue import Accepted, Entry, Job, NewJob, Queue
from ticket_daemon.queue.job import Payload
from ticket_daemon.settings.config import Settings

log = logging.getLogger(__name__)

#: Documents longer than this (bytes of JSON) are rendered in a thread, so that nobody else waits for them.
RENDER_ASIDE: Final = 32 * 1024
#: Documents that are estimated (microseconds) to take longer to render too; and from where on a few at a time.
ASIDE_US: Final = 50_000
COSTLY_US: Final = 200_000
COSTLY_AT_ONCE: Final = 1
COSTLY_WAITING: Final = 30
#: The format of a ticket that says none.
DOCUMENT: Final = "document"
_DIGEST_BYTES: Final = 16
#: Pictures drawn at once and waiting to be: they share the processor and the threads with tickets.
PICTURES_AT_ONCE: Final = 2
PICTURES_WAITING: Final = 30


class Order(NamedTuple):
    """A ticket as a client asked for it; `body` is what `format` reads.

    `asked_at` (ms since 1970): when, if it was long under way; `remote`: whoever asked is far away (`NewJob.remote`).
    """

    body: Source
    id: str | None = None
    printer: str | None = None
    ttl_s: float | None = None
    copies: int = 1
    asked_at: int | None = None
    remote: bool = False
    format: str = DOCUMENT
    origin: str = ""  #: the frontend and the site or program that asks
    owner: str = ""  #: whose it is (`owner_of`), where others may not see or steer it
    begin_by: int | None = None  #: ms since 1970 after which it must not begin to print any more


class Offered(NamedTuple):
    """What the queue said, and what the sender should know of the document and of the printer (`reasons`)."""

    accepted: Accepted
    warnings: tuple[Warned, ...]
    reasons: tuple[str, ...] = ()  #: why the printer cannot print now


class Prepared(NamedTuple):
    """A ticket that is ready for the queue."""

    job: NewJob
    destination: Destination
    warnings: tuple[Warned, ...]


Answer = Callable[[Offered | TicketDaemonError], None]


class Verbs:
    """The verbs, over one queue and its destinations."""

    def __init__(
        self,
        settings: Settings,
        queue: Queue,
        destinations: Destinations,
        formats: Formats,
        clock: Callable[[], int],
        engage: Callable[[Destination], None] = lambda _: None,
        looked: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self.settings = settings
        self.queue = queue
        self.destinations = destinations
        self.formats = formats
        self._clock = clock
        self._outcomes = Outcomes(queue)
        self._drawing = Turnstile(PICTURES_AT_ONCE, PICTURES_WAITING)
        self._costly = Turnstile(COSTLY_AT_ONCE, COSTLY_WAITING)
        self._engage = engage  #: makes a destination of an installed printer that a ticket names
        self._looked = looked  #: waits until it is known which printers are installed
        self._waiting: set[asyncio.Task[None]] = set()
        self.acked: Callable[[float], None] = _unheard  #: hears how long (s) each new job's acceptance took

    # --- tickets ---

    def ticket(self, order: Order, done: Answer) -> None:
        """Render a ticket and offer it to the queue; `done` hears what became of it. Raises nothing."""
        begun = time.perf_counter()
        try:
            ticket = self.formats.read(order.format, order.body)
            if _cost(ticket) > ASIDE_US:
                self._later(order, done)
                return
            prepared = self._prepare(order, ticket)
        except TicketDaemonError as refused:
            done(refused)
        except NotLookedYet:
            self._later(order, done)
        else:
            self._offer(prepared, done, begun)

    def _later(self, order: Order, done: Answer) -> None:
        task = asyncio.create_task(self.long_ticket(order, done))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def long_ticket(self, order: Order, done: Answer) -> None:
        """`ticket` for a document so long that rendering it would make others wait."""
        begun = time.perf_counter()
        await self.looked()
        try:
            ticket = await asyncio.to_thread(self.formats.read, order.format, order.body)
            async with self._costly if _cost(ticket) > COSTLY_US else contextlib.nullcontext():
                prepared = await asyncio.to_thread(self._prepare, order, ticket)
        except TicketDaemonError as refused:
            done(refused)
            return
        self._offer(prepared, done, begun)

    async def submit(self, order: Order) -> Offered:
        """`long_ticket` for those who wait; raises what refused it (TicketDaemonError)."""
        answered: asyncio.Future[Offered | TicketDaemonError] = asyncio.get_running_loop().create_future()

        def done(answer: Offered | TicketDaemonError) -> None:
            if not answered.done():
                answered.set_result(answer)

        await self.long_ticket(order, done)
        answer = await answered
        if isinstance(answer, TicketDaemonError):
            raise answer
        return answer

    async def print_by(self, order: Order, begin_by: int, answer_by: int) -> Job:
        """Print a ticket that must have begun by `begin_by`; how it stands when it ended, or at `answer_by`.

        Both are ms since 1970. Not begun in time: the job is `expired`, and never prints later, also when the daemon
        dies in between. Begun and not ended by `answer_by`: the job is `printing`, and goes on. Raises what refused it
        (TicketDaemonError).
        """
        job_id = order.id or str(uuid.uuid4())
        with self._outcomes.of(job_id) as outcome:
            accepted = (await self.submit(order._replace(id=job_id, begin_by=begin_by))).accepted
            if accepted.job.is_settled:
                return accepted.job
            await self._until(outcome, begin_by)
            if not outcome.done():
                destination = self.destinations.get(accepted.job.destination)
                reasons = destination.stopped_by if destination else ()
                await self.queue.expire(accepted.job, reasons)  # nothing comes of it when the job has begun
                await self._until(outcome, answer_by)
            return outcome.result() if outcome.done() else await self.job(job_id)

    async def _until(self, outcome: asyncio.Future[Job], moment: int) -> None:
        await asyncio.wait((outcome,), timeout=max(0, moment - self._clock()) / 1000)

    async def looked(self) -> None:
        """Wait until it is known which printers are installed: some milliseconds after the start."""
        if self._looked is not None:
            await self._looked()

    def _offer(self, prepared: Prepared, done: Answer, begun: float) -> None:
        def answered(answer: Accepted | TicketDaemonError) -> None:
            if isinstance(answer, Accepted) and not answer.duplicate:
                self.acked(time.perf_counter() - begun)
            if isinstance(answer, Accepted):
                done(
                    Offered(answer, prepared.warnings, () if answer.job.is_settled else prepared.destination.stopped_by)
                )
            else:
                done(answer)

        if prepared.destination.name not in self.destinations and not prepared.destination.is_configured:
            self._engage(prepared.destination)
        self.queue.offer(prepared.job, answered)

    def _prepare(self, order: Order, ticket: Ticket) -> Prepared:
        destination = self.destinations.resolve(order.printer, ticket.model)
        rendered, further = self._render(ticket, destination, copies=order.copies)
        now = self._clock()
        new = NewJob(
            id=order.id or str(uuid.uuid4()),
            destination=destination.name,
            digest=_digest(ticket.body, order),
            document=ticket.body,
            data=rendered.data,
            further=further,
            copies=order.copies,
            submitted_at=now,
            expires_at=_expiry(order, now),
            remote=order.remote,
            format=order.format,
            origin=order.origin,
            owner=order.owner,
            simulated=destination.is_virtual,
        )
        return Prepared(new, destination, (*ticket.warnings, *rendered.warnings))

    def _render(
        self, ticket: Ticket, destination: Destination | None, *, with_pulse: bool = True, copies: int = 1
    ) -> Copies:
        """What a ticket prints; the drawer opens once, however many copies come out."""
        options = Options(self.settings.documents.allow_raw, with_pulse)
        return all_copies(ticket, self._profile(destination, ticket), copies, options)

    def _profile(self, destination: Destination | None, ticket: Ticket) -> Profile | None:
        """What the printer can do: the destination's profile, else the shop's own one of the ticket's model."""
        profile = destination.profile if destination else None
        own = self.destinations.profiles
        return profile or (find(ticket.model, own) if own else None)

    def preview(
        self, body: Source, printer: str | None = None, format: str = DOCUMENT
    ) -> tuple[bytes, int, int, tuple[Warned, ...]]:
        """A picture (PNG) of the ticket, its width and height in dots, and warnings. Raises TicketDaemonError."""
        from ticket_daemon.poster.emulator import draw  # Pillow, only when somebody looks

        ticket = self.formats.read(format, body)
        named = self.destinations.get(printer or ticket.model) or self.destinations.default
        rendered = self._render(ticket, named).first
        paper = draw(rendered.data, rendered.profile)
        return paper.png(), paper.width, paper.height, (*ticket.warnings, *rendered.warnings)

    async def shown(
        self, body: Source, printer: str | None = None, format: str = DOCUMENT
    ) -> tuple[bytes, int, int, tuple[Warned, ...]]:
        """`preview` in a thread, a few at a time. Raises RateLimited when too many are asked for."""
        async with self._drawing:
            return await asyncio.to_thread(self.preview, body, printer, format)

    # --- jobs ---

    async def job(self, job_id: str, owner: str = "") -> Job:
        """How a job stands, as `owner` ("": anybody) may see it. Raises UnknownJob."""
        job = await self.queue.find(job_id)
        if job is None or not is_open_to(job, owner):
            raise UnknownJob("job.unknown", id=job_id)
        return job

    async def cancel(self, job_id: str, by: str = "", owner: str = "") -> Job:
        """End a job that has not begun; `by` is who asked, for the audit. Raises UnknownJob, NotCancellable."""
        await self.job(job_id, owner)
        return _audited("job_cancelled", await self.queue.cancel(job_id), by)

    async def hold(self, job_id: str, by: str = "", owner: str = "") -> Job:
        """Keep a waiting job back. Raises UnknownJob, NotCancellable."""
        await self.job(job_id, owner)
        return _audited("job_held_back", await self.queue.hold(job_id), by)

    async def release(self, job_id: str, by: str = "", owner: str = "", *, open_drawer: bool = False) -> Job:
        """Let a held job go on; the drawer stays shut unless asked. Raises UnknownJob, NotCancellable."""
        job = await self.job(job_id, owner)
        _, _, made = await self._again(job, with_pulse=open_drawer, all_copies=True)
        return _audited("job_released", await self.queue.release(job_id, made.first.data, made.further), by)

    async def reprint(
        self,
        job_id: str,
        new_id: str | None = None,
        by: str = "",
        owner: str = "",
        *,
        banner: bool = False,
        open_drawer: bool = False,
    ) -> Accepted:
        """Print a finished or held job once more, as a new job; the drawer stays shut unless asked.

        `banner` puts REIMPRESIÓN over it. Raises UnknownJob, NotCancellable while it waits or prints, and what
        `Queue.submit` raises.
        """
        job = await self.job(job_id, owner)
        if not job.is_settled:  # it will come out by itself
            raise NotCancellable("job.not_ended", id=job_id)
        payload, ticket, made = await self._again(job, with_pulse=open_drawer, banner=banner)
        new = NewJob(
            id=new_id or str(uuid.uuid4()),
            destination=job.destination,
            digest=_digest(ticket.body, Order(ticket.body, printer=job.destination, format=payload.format), job_id),
            document=ticket.body,
            data=made.first.data,
            submitted_at=self._clock(),
            reprint_of=job_id,
            owner=job.owner,
            format=payload.format,
            origin=job.origin,
        )
        accepted = await self.queue.submit(new)
        log.info("job_reprinted", extra={"audit": True, "job": job_id, "new_job": accepted.job.id, "by": by})
        return accepted

    async def _again(
        self, job: Job, *, with_pulse: bool, banner: bool = False, all_copies: bool = False
    ) -> tuple[Payload, Ticket, Copies]:
        """What a job was, its ticket, and what that renders to now."""
        payload = await self.queue.payload(job.id)
        destination = self.destinations.get(job.destination)
        if payload is None:
            raise UnknownJob("job.unknown", id=job.id)
        if destination is None:
            raise UnknownPrinter("printer.gone", name=job.destination)
        ticket = self.formats.read(payload.format, payload.document)
        if banner:
            ticket = ticket.headed(messages.text("reprint.banner", self.settings.server.lang))
        copies = payload.copies if all_copies else 1
        made = await asyncio.to_thread(self._render, ticket, destination, with_pulse=with_pulse, copies=copies)
        return payload, ticket, made

    async def story(self, job_id: str, owner: str = "") -> tuple[Job, list[Entry]]:
        """How a job stands now, and how it came to that; the two agree. Raises UnknownJob."""
        while True:
            history = await self.queue.journal(job_id)
            job = await self.job(
                job_id, owner
            )  # asked last: what a caller does next, it does before the job changes again
            if not history or history[-1].state is job.state:
                return job, history

    async def recent(self, limit: int) -> list[Job]:
        """The newest jobs, newest first."""
        return await self.queue.recent(limit)

    def pending(self, limit: int) -> list[Job]:
        """The jobs that have not ended: what prints, what waits in its order, what is held."""
        return self.queue.pending(limit)

    async def paper(self, job_id: str, owner: str = "") -> bytes:
        """A picture (PNG) of what a job's bytes print. Raises UnknownJob."""
        from ticket_daemon.poster.emulator import draw

        job = await self.job(job_id, owner)
        payload = await self.queue.payload(job_id)
        if payload is None:
            raise UnknownJob("job.unknown", id=job_id)
        destination = self.destinations.get(job.destination)

        def picture() -> bytes:
            profile = destination.profile if destination else None
            if profile is None:  # the one it was rendered for is the ticket's own
                profile = self._render(self.formats.read(payload.format, payload.document), destination).first.profile
            return draw(payload.printed, profile).png()

        async with self._drawing:
            return await asyncio.to_thread(picture)


def _cost(ticket: Ticket) -> int:
    """Microseconds that rendering takes, about and at most; 0 where nothing tells."""
    return estimated_us(ticket.document) if isinstance(ticket, DocumentTicket) else 0


def owner_of(by: str) -> str:
    """A digest that names who asks, for the jobs that are its own."""
    return hashlib.blake2b(by.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def is_open_to(job: Job, owner: str) -> bool:
    """Whether `owner` may see and steer a job: one of its own, one that is nobody's; "" manages all."""
    return not owner or job.owner in ("", owner)


def _unheard(_: float) -> None:
    pass


def _audited(event: str, job: Job, by: str) -> Job:
    """`job`, with a line in the log that a person steered it."""
    log.info(event, extra={"audit": True, "job": job.id, "printer": job.destination, "by": by})
    return job


def _expiry(order: Order, now: int) -> int | None:
    """When a ticket must not begin any more, ms since 1970: the earlier of `ttl_s` and `begin_by`."""
    ends = [order.begin_by] if order.begin_by is not None else []
    if order.ttl_s:
        ends.append(min(now, order.asked_at or now) + round(order.ttl_s * 1000))
    return min(ends, default=None)


def _digest(canonical: bytes, order: Order, reprint_of: str = "") -> bytes:
    """What tells one ticket's content from another's: the document, where to, how often."""
    asked = f"\0{order.printer or ''}\0{order.copies}\0{reprint_of}".encode()
    if order.format != DOCUMENT:  # documents keep the digest that they had before there were formats
        asked += f"\0{order.format}".encode()
    if order.owner:  # the same words of another till are another ticket
        asked += f"\0{order.owner}".encode()
    return hashlib.blake2b(canonical + asked, digest_size=_DIGEST_BYTES).digest()
