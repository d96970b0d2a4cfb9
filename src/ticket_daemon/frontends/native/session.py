"""One client's conversation: requests in, answers out in order.

It knows the verbs and the wire's types; it does not know sockets (it is given a `send` that never waits) or HTTP. It
promises that any text gets an answer, that a job's ack is sent before its result, and that nothing a client does
delays another.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from msgspec import Struct

from ticket_daemon import messages, wire
from ticket_daemon.errors import MessageError, TicketDaemonError
from ticket_daemon.frontends.native.audience import Audience
from ticket_daemon.frontends.native.guard.access import Caller, Need
from ticket_daemon.frontends.native.guard.turns import PENDING_EACH
from ticket_daemon.frontends.native.overview import Overview
from ticket_daemon.queue import Job
from ticket_daemon.verbs import DOCUMENT, RENDER_ASIDE, Offered, Order, Verbs

log = logging.getLogger(__name__)

Send = Callable[[bytes], None]


def ordered(request: wire.TicketRequest) -> Order:
    """The order that a `ticket` message is."""
    return Order(
        request.body, request.id or None, request.printer, request.ttl_s, request.copies,
        format=request.format or DOCUMENT,
    )  # fmt: skip


class Session:
    """Answers one client until `close`."""

    def __init__(
        self,
        verbs: Verbs,
        overview: Overview,
        audience: Audience,
        send: Send,
        caller: Caller,
    ) -> None:
        self._verbs = verbs
        self._overview = overview
        self._audience = audience
        self._send = send
        self._caller = caller
        self._lang = verbs.settings.server.lang
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns = caller.turns()
        self._one = asyncio.Lock()
        self._settled = asyncio.Event()
        self._closed = False

    def open(self) -> None:
        """Greet the client."""
        self.say(wire.welcome(self._lang))

    def close(self) -> None:
        """Forget the client; its jobs go on."""
        self._closed = True
        self._audience.leave(self)
        for task in self._tasks:
            task.cancel()

    def say(self, answer: Struct) -> None:
        """Send an answer."""
        self._send(wire.encode(answer))

    # --- what the audience tells ---

    def job_ended(self, job: Job) -> None:
        """A job this client waits for is settled."""
        self.say(wire.result(job, self._lang))

    # --- requests ---

    def receive(self, text: str) -> None:
        """Act on one frame. Never raises for what a client did."""
        try:
            request = wire.parse(text)
        except MessageError as refused:
            self._caller.mistaken(refused.code)
            self.refuse(refused, wire.request_id(text))
            return
        try:
            self._act(request, len(text))
        except TicketDaemonError as refused:
            self.refuse(refused, getattr(request, "id", None))
        except Exception:  # the edge of a request: whoever asked is told, and the connection lives on
            log.exception("request_failed")
            self.refuse(TicketDaemonError("server.internal"), getattr(request, "id", None))

    def _act(self, request: wire.Request, length: int) -> None:
        match request:
            case wire.TicketRequest():
                self._caller.spend_job(self._allowed(request))
                self._ticket(request, length)
            case wire.PingRequest():
                self.say(wire.Pong(job_id=request.id, status="ok"))
            case wire.StatusRequest():
                self.say(self._overview.status())
            case wire.PrintersRequest():
                self._later(self._printers(), None)
            case wire.SubscribeRequest():
                if "jobs" in request.topics:
                    self._allowed(request, Need.MANAGE)
                self._subscribe(request)
            case wire.PreviewRequest():
                self._caller.spend_preview(self._allowed(request))
                self._later(self._preview(request), request.id, in_turn=False)
            case wire.JobRequest():
                self._allowed(request)
                self._later(self._job(request), request.id)
            case wire.CancelRequest():
                self._later(self._cancel(request, self._allowed(request)), request.id)
            case wire.HoldRequest() | wire.ReleaseRequest():
                self._later(self._steer(request, self._allowed(request, Need.MANAGE)), request.id)
            case wire.JobsRequest():
                self._allowed(request, Need.MANAGE)
                self._later(self._jobs(request), None)
            case wire.ReprintRequest():
                by = self._allowed(request, Need.MANAGE)
                self._caller.spend_job(by)
                self._later(self._reprint(request, by), request.id)

    def _allowed(self, request: wire.Request, need: Need = Need.PRINT) -> str:
        """Who asks, for the audit. Raises Unauthorized, RateLimited."""
        return self._caller.authorize(request.auth_token, need)

    def refuse(self, problem: TicketDaemonError, job_id: str | None = None) -> None:
        """Answer with an error."""
        self._overview.figures.refused(problem.code)
        self.say(wire.error(problem, self._lang, job_id))

    async def room(self) -> None:
        """Wait while as many of this client's messages are worked on as may be."""
        while len(self._tasks) >= PENDING_EACH:
            self._settled.clear()
            await self._settled.wait()

    def _later(self, work: Coroutine[Any, Any, None], job_id: str | None, *, in_turn: bool = True) -> None:
        """Do what has to wait for something: when this client's turn comes, or aside, for what has its own limit."""
        task = asyncio.create_task(self._in_turn(work, job_id) if in_turn else self._guarded(work, job_id))
        self._tasks.add(task)
        task.add_done_callback(functools.partial(self._done, work))

    def _done(self, work: Coroutine[Any, Any, None], task: asyncio.Task[None]) -> None:
        work.close()  # for a task that was cancelled before its first step
        self._tasks.discard(task)
        self._settled.set()

    async def _in_turn(self, work: Coroutine[Any, Any, None], job_id: str | None) -> None:
        async with self._one, self._turns.slow:
            await self._guarded(work, job_id)

    async def _guarded(self, work: Coroutine[Any, Any, None], job_id: str | None) -> None:
        try:
            await work
        except TicketDaemonError as refused:
            self.refuse(refused, job_id)
        except Exception:  # the edge of a task: whoever asked is told, and the log says why
            log.exception("request_failed")
            self.refuse(TicketDaemonError("server.internal"), job_id)

    # --- tickets ---

    def _ticket(self, request: wire.TicketRequest, length: int) -> None:
        order = ordered(request)

        def done(answer: Offered | TicketDaemonError) -> None:
            if self._closed:  # gone before the commit; who is told afterwards would be kept for ever
                return
            if isinstance(answer, TicketDaemonError):
                self.refuse(answer, order.id)
                return
            self.say(wire.ack(answer.accepted, answer.warnings, self._lang, answer.reasons))
            self._audience.watch(answer.accepted.job, self)

        if length > RENDER_ASIDE or order.format != DOCUMENT:
            self._later(self._verbs.long_ticket(order, done), order.id, in_turn=False)
        else:
            self._verbs.ticket(order, done)

    async def _printers(self) -> None:
        await self._verbs.looked()
        self.say(self._overview.printers())

    async def _job(self, request: wire.JobRequest) -> None:
        job, history = await self._verbs.story(request.id)
        # Between how the job stands and `watch` nothing may be awaited, or its end could slip through.
        self.say(wire.job_answer(job, self._lang, history))
        if request.watch:
            self._audience.watch(job, self)

    async def _cancel(self, request: wire.CancelRequest, by: str) -> None:
        self.say(wire.job_answer(await self._verbs.cancel(request.id, by), self._lang))

    async def _steer(self, request: wire.HoldRequest | wire.ReleaseRequest, by: str) -> None:
        if isinstance(request, wire.HoldRequest):
            job = await self._verbs.hold(request.id, by)
        else:
            job = await self._verbs.release(request.id, by, open_drawer=request.open_drawer)
        self.say(wire.job_answer(job, self._lang))

    async def _jobs(self, request: wire.JobsRequest) -> None:
        jobs = self._verbs.pending(request.limit) if request.pending else await self._verbs.recent(request.limit)
        self.say(wire.jobs_answer(jobs, self._lang, pending=request.pending))

    async def _reprint(self, request: wire.ReprintRequest, by: str) -> None:
        accepted = await self._verbs.reprint(
            request.id, request.new_id, by, banner=request.banner, open_drawer=request.open_drawer
        )
        self.say(wire.ack(accepted, (), self._lang))
        self._audience.watch(accepted.job, self)

    async def _preview(self, request: wire.PreviewRequest) -> None:
        png, width, height, warnings = await self._verbs.shown(
            request.body, request.printer, request.format or DOCUMENT
        )
        texts = tuple(warning.text(self._lang) for warning in warnings)
        picture = base64.b64encode(png).decode("ascii")
        self.say(wire.Preview(job_id=request.id, png=picture, width=width, height=height, warnings=texts))

    def _subscribe(self, request: wire.SubscribeRequest) -> None:
        topics = tuple(topic for topic in wire.TOPICS if topic in request.topics)
        self._audience.subscribe(self, topics)
        text = messages.text("server.subscribed", self._lang, topics=", ".join(topics) or "-")
        self.say(wire.Info(status="connected", message=text))
        if "printers" in topics:
            for news in self._overview.printer_news():
                self.say(news)
