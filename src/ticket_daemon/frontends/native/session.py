"""One client's conversation over a WebSocket: requests in, answers out, a job's ack before its result."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, cast

from msgspec import Struct

from ticket_daemon import presenters, wire
from ticket_daemon.errors import MessageError, TicketDaemonError
from ticket_daemon.frontends.native.actions import order_of
from ticket_daemon.frontends.native.call import Call, Reply, Services
from ticket_daemon.frontends.native.guard.access import Caller
from ticket_daemon.frontends.native.guard.turns import PENDING_EACH
from ticket_daemon.frontends.native.operations import BY_REQUEST, Operation
from ticket_daemon.queue import Job
from ticket_daemon.verbs import DOCUMENT, RENDER_ASIDE, Offered, Order

log = logging.getLogger(__name__)

Send = Callable[[bytes], None]


class Session:
    """Answers one client until `close`."""

    def __init__(self, services: Services, send: Send, caller: Caller) -> None:
        self._services = services
        self._send = send
        self._caller = caller
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns = caller.turns()
        self._one = asyncio.Lock()
        self._settled = asyncio.Event()
        self._closed = False

    def open(self) -> None:
        """Greet the client."""
        self.say(presenters.welcome(self._services.lang))

    def close(self) -> None:
        """Forget the client; its jobs go on."""
        self._closed = True
        self._services.audience.leave(self)
        for task in self._tasks:
            task.cancel()

    def say(self, answer: Struct) -> None:
        """Send an answer."""
        self._send(wire.encode(answer))

    # --- what the audience tells ---

    def job_ended(self, job: Job) -> None:
        """A job this client waits for is settled."""
        self.say(presenters.result(job, self._services.lang))

    # --- requests ---

    def receive(self, text: str) -> None:
        """Act on one frame. Never raises for what a client did."""
        try:
            request = wire.parse(text)
        except MessageError as refused:
            self._caller.mistaken(refused.code)
            self.refuse(refused, wire.request_id(text))
            return
        job_id = getattr(request, "id", None) or None
        with self._refusing(job_id):
            self._act(request, job_id, len(text))

    def _act(self, request: wire.Request, job_id: str | None, length: int) -> None:
        operation = BY_REQUEST[type(request)]
        call = operation.permit(Call(self._caller, request.auth_token, listener=self))
        if isinstance(request, wire.TicketRequest):
            self._ticket(order_of(request, call), length)
            return
        if operation.waits:
            self._later(self._run(operation, request, call), job_id, in_turn=operation.takes_turn(request))
        else:
            self._answer(cast("Reply", operation.run(self._services, request, call)))

    async def _run(self, operation: Operation, request: wire.Request, call: Call) -> None:
        self._answer(await operation.reply(self._services, request, call))

    def _answer(self, reply: Reply) -> None:
        # Between how a job stands and `watch` nothing may be awaited, or its end could slip through.
        for answer in (reply.answer, *reply.more):
            if answer is not None:
                self.say(answer)
        if reply.watch is not None:
            self._services.audience.watch(reply.watch, self)

    def refuse(self, problem: TicketDaemonError, job_id: str | None = None) -> None:
        """Answer with an error."""
        self._services.overview.figures.refused(problem.code)
        self.say(presenters.error(problem, self._services.lang, job_id))

    @contextmanager
    def _refusing(self, job_id: str | None) -> Iterator[None]:
        """Whoever asked is told what went wrong; the connection lives on."""
        try:
            yield
        except TicketDaemonError as refused:
            self.refuse(refused, job_id)
        except Exception:  # the edge of a request
            log.exception("request_failed")
            self.refuse(TicketDaemonError("server.internal"), job_id)

    async def room(self) -> None:
        """Wait while as many of this client's messages are worked on as may be."""
        while len(self._tasks) >= PENDING_EACH:
            self._settled.clear()
            await self._settled.wait()

    def _later(self, work: Coroutine[Any, Any, None], job_id: str | None, *, in_turn: bool) -> None:
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
        with self._refusing(job_id):
            await work

    # --- tickets: their acks come in the order of the tickets ---

    def _ticket(self, order: Order, length: int) -> None:
        services = self._services

        def done(answer: Offered | TicketDaemonError) -> None:
            if self._closed:  # gone before the commit; who is told afterwards would be kept for ever
                return
            if isinstance(answer, TicketDaemonError):
                self.refuse(answer, order.id)
                return
            self.say(presenters.ack(answer.accepted, answer.warnings, services.lang, answer.reasons))
            services.audience.watch(answer.accepted.job, self)

        if length > RENDER_ASIDE or order.format != DOCUMENT:
            self._later(services.verbs.long_ticket(order, done), order.id, in_turn=False)
        else:
            services.verbs.ticket(order, done)
