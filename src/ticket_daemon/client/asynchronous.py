"""The asyncio client: one WebSocket, opened again whenever it is lost."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import random
import uuid
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TYPE_CHECKING, Final, Self, TypeVar

from ticket_daemon.client.conversation import Conversation, Lost, News, OnAck
from ticket_daemon.client.outcome import PAUSES_S, Content, Outcome, Source, body
from ticket_daemon.tasks import end
from ticket_daemon.wire import answers, requests

if TYPE_CHECKING:
    import aiohttp

#: Seconds of silence after which the daemon is asked for a sign of life; it has half as long to give one.
HEARTBEAT_S: Final = 20.0
#: Seconds until an address that takes the connection and says nothing is given up.
HANDSHAKE_S: Final = 10.0
#: Close code of an origin that is not allowed: a person has to do something first.
_REFUSED: Final = 4403

A = TypeVar("A", bound=answers.Answer)

_Steering = requests.CancelRequest | requests.HoldRequest | requests.ReleaseRequest


class Picture(bytes):
    """A PNG, with its size in dots and what the sender should know."""

    width: int
    height: int
    warnings: tuple[str, ...]


class AsyncClient:
    """`async with AsyncClient() as client: …`. Everything waits for the connection, for as long as it takes.

    Bound it by `timeout` or with asyncio's own means. A ticket whose call is cancelled before its ack is not sent any
    more.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8766",
        token: str | None = None,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`token`: the shop's, where one is set. Raises ValueError for a URL that is not http:// or https://."""
        if not url.startswith(("http://", "https://")):
            raise ValueError(url)
        self._url = "ws" + url.rstrip("/").removeprefix("http") + "/ws"
        self._chance = chance
        self._talk = Conversation(token)
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._running is not None:
            await end(self._running)
        self._talk.close()

    async def connected(self) -> answers.Info:
        """What the daemon said on connecting, once it is connected."""
        await self._talk.connected.wait()
        assert self._talk.info is not None
        return self._talk.info

    # --- tickets ---

    async def print(
        self,
        document: Source | Content,
        *,
        id: str | None = None,
        printer: str | None = None,
        ttl_s: float | None = None,
        copies: int = 1,
        on_ack: OnAck | None = None,
        timeout: float | None = None,
        final_only: bool = False,
    ) -> Outcome:
        """Print a document; what became of it. `id` is the ticket's identity: the same one is never printed twice.

        `ttl_s`: seconds after which it must not print any more. `on_ack` is called when it is on the daemon's disk.
        `timeout`: seconds to wait at most. A ticket that is held for a person ends the waiting, unless `final_only`.
        Raises Refused, NoAnswer (its `accepted` says whether the daemon has the ticket), DocumentError from a Ticket
        with a fault.
        """
        made = id or str(uuid.uuid4())
        request = requests.TicketRequest(id=made, **body(document), printer=printer, ttl_s=ttl_s, copies=copies)
        return await self._talk.follow(self._talk.add(made, request), on_ack, timeout, final_only)

    async def reprint(
        self,
        id: str,
        *,
        new_id: str | None = None,
        banner: bool = False,
        open_drawer: bool = False,
        on_ack: OnAck | None = None,
        timeout: float | None = None,
        final_only: bool = False,
    ) -> Outcome:
        """Print a job once more, as a new job; `banner` says so on the paper. Else as `print`."""
        made = new_id or str(uuid.uuid4())
        request = requests.ReprintRequest(id=id, new_id=made, banner=banner, open_drawer=open_drawer)
        return await self._talk.follow(self._talk.add(made, request), on_ack, timeout, final_only)

    async def wait(self, id: str, *, timeout: float | None = None, final_only: bool = False) -> Outcome:
        """What becomes of a job that was accepted before. Raises Refused, NoAnswer."""
        return await self._talk.follow(self._talk.add(id, None), None, timeout, final_only)

    # --- jobs and printers ---

    async def job(self, id: str) -> answers.JobAnswer:
        """How a job stands, with its history. Raises Refused, as do all that follow."""
        return _as(answers.JobAnswer, await self._talk.ask(requests.JobRequest(id=id)))

    async def jobs(self, limit: int = 50, *, pending: bool = False) -> tuple[answers.JobAnswer, ...]:
        """The newest jobs, newest first; `pending`: those that have not ended, in the order of their queues."""
        return _as(answers.Jobs, await self._talk.ask(requests.JobsRequest(limit=limit, pending=pending))).jobs

    async def cancel(self, id: str) -> answers.JobAnswer:
        """Do not print a job that waits or is held."""
        return await self._steer(requests.CancelRequest(id=id), {"cancelled"})

    async def hold(self, id: str) -> answers.JobAnswer:
        """Keep a waiting job back."""
        return await self._steer(requests.HoldRequest(id=id), {"held"})

    async def release(self, id: str, *, open_drawer: bool = False) -> answers.JobAnswer:
        """Let a held job go on."""
        gone_on = {"queued", "printing", "confirmed", "sent", "spooled"}
        return await self._steer(requests.ReleaseRequest(id=id, open_drawer=open_drawer), gone_on)

    async def status(self) -> answers.Status:
        """How full the queue is and how the printers are."""
        return _as(answers.Status, await self._talk.ask(requests.StatusRequest()))

    async def printers(self) -> answers.Printers:
        """Every printer, and the whole in one line."""
        return _as(answers.Printers, await self._talk.ask(requests.PrintersRequest()))

    async def preview(self, document: Source | Content, *, printer: str | None = None) -> Picture:
        """What a document would look like on paper."""
        request = requests.PreviewRequest(id=str(uuid.uuid4()), **body(document), printer=printer)
        answer = _as(answers.Preview, await self._talk.ask(request))
        picture = Picture(base64.b64decode(answer.png))
        picture.width, picture.height, picture.warnings = answer.width, answer.height, answer.warnings
        return picture

    async def news(self, topics: Iterable[str] = ("jobs", "printers")) -> AsyncIterator[News]:
        """What changes, as it happens and over lost connections; at first how each printer is."""
        queue: asyncio.Queue[News] = asyncio.Queue()
        self._talk.listen(queue, topics)
        try:
            while True:
                yield await queue.get()
        finally:
            self._talk.unlisten(queue)

    async def _steer(self, request: _Steering, reached: set[str]) -> answers.JobAnswer:
        """What changes a job is not asked twice blindly: after a lost connection the job says whether it was done."""
        while True:
            try:
                return _as(answers.JobAnswer, await self._talk.ask_once(request))
            except Lost:
                job = await self.job(request.id)
                if job.state in reached:
                    return job

    # --- the connection ---

    async def _run(self) -> None:
        import aiohttp

        failures = 0
        async with aiohttp.ClientSession() as http:
            while True:
                code = None
                try:
                    async with asyncio.timeout(HANDSHAKE_S):
                        socket = await http.ws_connect(self._url, max_msg_size=0, heartbeat=HEARTBEAT_S)
                    async with socket:
                        greeted = await self._listen(socket)
                        failures = 0 if greeted else failures
                        code = socket.close_code
                except (aiohttp.ClientError, OSError, TimeoutError):
                    pass  # nobody there, for now
                finally:
                    self._talk.lost(code)
                pause = PAUSES_S[-1] if code == _REFUSED else PAUSES_S[min(failures, len(PAUSES_S) - 1)]
                failures += 1
                await asyncio.sleep(pause * (0.75 + self._chance() / 2))

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> bool:
        """Talk until the connection ends; whether the daemon greeted."""
        outbox: asyncio.Queue[bytes] = asyncio.Queue()
        sending = asyncio.create_task(_drain(socket, outbox))
        self._talk.begin(outbox.put_nowait)
        greeted = False
        try:
            async for frame in socket:
                if isinstance(frame.data, str):
                    greeted = self._talk.receive(frame.data) or greeted
        finally:
            with contextlib.suppress(ConnectionError):
                await end(sending)
        return greeted


async def _drain(socket: aiohttp.ClientWebSocketResponse, outbox: asyncio.Queue[bytes]) -> None:
    while True:
        await socket.send_str((await outbox.get()).decode())


def _as(kind: type[A], answer: answers.Answer) -> A:
    if not isinstance(answer, kind):
        raise TypeError(f"{type(answer).__name__} came for {kind.__name__}")
    return answer
