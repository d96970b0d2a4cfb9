"""One client's side of the conversation, without a socket: it is given a `send` while there is a connection.

A ticket is sent again under the same id after every lost connection until it is acknowledged; what was acknowledged is
asked about. Every future it returns ends.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

import msgspec

from ticket_daemon.client.outcome import FINAL, HELD, PASSES_IN_S, PASSING, Outcome, outcome, refused
from ticket_daemon.errors import NoAnswer, Refused
from ticket_daemon.wire import answers, requests

Send = Callable[[bytes], None]
OnAck = Callable[[answers.Ack], object]
News = answers.JobNews | answers.PrinterNews
#: What stands for no id among the questions: answers to `status` and its like carry none.
_NO_ID: Final = ""
_TOO_LARGE: Final = 1009

T = TypeVar("T")
_answers: Final = msgspec.json.Decoder(answers.Answer)


class Lost(Exception):
    """The connection went before the answer came."""


@dataclass(eq=False)
class Entry:
    """A ticket under way. `settled` ends with its outcome, `final` only when it is not (or no longer) held."""

    id: str
    request: requests.Request | None  #: until it is acknowledged
    step: Literal["new", "sent", "acked"]
    settled: asyncio.Future[Outcome] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    final: asyncio.Future[Outcome] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    acked: asyncio.Event = field(default_factory=asyncio.Event)
    ack: answers.Ack | None = None
    held: Outcome | None = None
    on_ack: list[OnAck] = field(default_factory=list)
    followers: int = 0
    final_only: bool = False

    @property
    def accepted(self) -> bool | None:
        """Whether the daemon has it; None where that is not known."""
        return {"new": False, "sent": None, "acked": True}[self.step]

    @property
    def request_id(self) -> str:
        """The id that a refusal carries: of a reprint it is the old job's."""
        return getattr(self.request, "id", None) or self.id


class Conversation:
    """What was said, what is waited for, what is to be said next."""

    def __init__(self, token: str | None) -> None:
        self._token = token
        self._send: Send | None = None
        self._entries: dict[str, Entry] = {}
        self._asked: dict[str, deque[tuple[requests.Request, asyncio.Future[answers.Answer]]]] = {}
        self._topics: dict[asyncio.Queue[News], frozenset[str]] = {}
        self._sent_topics: tuple[str, ...] = ()
        self._pause: asyncio.TimerHandle | None = None
        self.connected = asyncio.Event()
        self.info: answers.Info | None = None

    # --- tickets ---

    def add(self, job_id: str, request: requests.Request | None) -> Entry:
        """The ticket of that id, new or under way already; without a `request` one that was accepted before."""
        entry = self._entries.get(job_id)
        if entry is None:
            entry = self._entries[job_id] = Entry(job_id, request, "new" if request else "acked")
            self._pump()
            if entry.step == "acked" and self.connected.is_set():
                self._watch(entry)
        return entry

    async def follow(self, entry: Entry, on_ack: OnAck | None, timeout: float | None, final_only: bool) -> Outcome:
        """Its outcome. Raises Refused, NoAnswer; what the last caller gives up before the ack is not sent any more."""
        if on_ack is not None:
            if entry.ack:
                on_ack(entry.ack)
            else:
                entry.on_ack.append(on_ack)
        if final_only:
            entry.final_only = True
            self._tell_topics()
        elif entry.held:
            return entry.held
        entry.followers += 1
        try:
            async with asyncio.timeout(timeout):
                return await asyncio.shield(entry.final if final_only else entry.settled)
        except TimeoutError:
            raise NoAnswer(entry.id, entry.accepted) from None
        finally:
            entry.followers -= 1
            if not entry.followers and not entry.settled.done():
                self._forget(entry)

    def _pump(self) -> None:
        """Send what was not sent, in the order of asking."""
        if not self.connected.is_set() or self._pause is not None:
            return
        for entry in self._entries.values():
            if entry.step == "new" and entry.request is not None:
                entry.step = "sent"
                self._say(entry.request)

    def _resume(self) -> None:
        self._pause = None
        self._pump()

    def _watch(self, entry: Entry) -> None:
        def answered(answer: asyncio.Future[answers.Answer]) -> None:
            if not answer.cancelled() and isinstance(problem := answer.exception(), Refused):
                self._failed(entry, problem)

        self.question(requests.JobRequest(id=entry.id, watch=True)).add_done_callback(answered)

    def _ended(self, entry: Entry, end: Outcome) -> None:
        _give(entry.settled, end)
        if entry.final_only and end.state not in FINAL:
            entry.held = end
            return
        _give(entry.final, end)
        self._forget(entry)

    def _failed(self, entry: Entry, problem: Exception) -> None:
        for future in (entry.settled, entry.final):
            if not future.done():
                future.set_exception(problem)
                future.exception()  # who waits hears it; that nobody waits is no mistake
        entry.acked.set()
        self._forget(entry)

    def _forget(self, entry: Entry) -> None:
        self._entries.pop(entry.id, None)
        if entry.final_only:
            self._tell_topics()

    # --- questions ---

    async def ask(self, request: requests.Request) -> answers.Answer:
        """The answer to a question that changes nothing: asked again after a lost connection. Raises Refused."""
        while True:
            try:
                return await self.ask_once(request)
            except Lost:
                continue

    async def ask_once(self, request: requests.Request) -> answers.Answer:
        """The answer to a request. Raises Refused, Lost."""
        entry = self._entries.get(getattr(request, "id", None) or _NO_ID)
        if entry is not None and entry.step != "acked":
            await entry.acked.wait()
        await self.connected.wait()
        return await self.question(request)

    def question(self, request: requests.Request) -> asyncio.Future[answers.Answer]:
        """Ask now. Those that share an id are asked one after the other: their answers carry nothing else."""
        key = getattr(request, "id", None) or _NO_ID
        future: asyncio.Future[answers.Answer] = asyncio.get_running_loop().create_future()
        line = self._asked.setdefault(key, deque())
        line.append((request, future))
        if len(line) == 1:
            self._say(request)
        return future

    def _answer(self, key: str, answer: answers.Answer | Exception) -> None:
        line = self._asked.get(key)
        if not line:
            return
        _, future = line.popleft()
        if not line:
            del self._asked[key]
        if not future.done():
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
        if line:
            self._say(line[0][0])

    # --- news ---

    def listen(self, queue: asyncio.Queue[News], topics: Iterable[str]) -> None:
        """From now on news of these topics go into `queue`."""
        self._topics[queue] = frozenset(topics)
        self._tell_topics()

    def unlisten(self, queue: asyncio.Queue[News]) -> None:
        """No more of them."""
        self._topics.pop(queue, None)
        self._tell_topics()

    def _tell_topics(self) -> None:
        wanted = set().union(*self._topics.values())
        if any(entry.final_only for entry in self._entries.values()):
            wanted.add("jobs")
        topics = tuple(sorted(wanted))
        if self.connected.is_set() and topics != self._sent_topics:
            self._sent_topics = topics
            self.question(requests.SubscribeRequest(topics=topics)).add_done_callback(_unheard)

    def _spread(self, news: News, topic: str) -> None:
        for queue, topics in self._topics.items():
            if topic in topics:
                queue.put_nowait(news)

    # --- the connection ---

    def begin(self, send: Send) -> None:
        """There is a connection; the greeting will follow."""
        self._send = send

    def lost(self, close_code: int | None) -> None:
        """The connection is gone."""
        self._send = None
        self.connected.clear()
        self._sent_topics = ()
        sent = [entry for entry in self._entries.values() if entry.step == "sent"]
        for entry in sent:
            entry.step = "new"
        if close_code == _TOO_LARGE and sent:  # sent again it would end the next connection as well
            largest = max(sent, key=lambda entry: len(msgspec.json.encode(entry.request)))
            self._failed(largest, Refused("too_large", "frame over the limit", job_id=largest.id))
        asked, self._asked = self._asked, {}
        for line in asked.values():
            for _, future in line:
                if not future.done():
                    future.set_exception(Lost())
                    future.exception()

    def close(self) -> None:
        """Everything that is waited for ends with NoAnswer."""
        for entry in tuple(self._entries.values()):
            self._failed(entry, NoAnswer(entry.id, entry.accepted))
        if self._pause is not None:
            self._pause.cancel()

    def _say(self, request: requests.Request) -> None:
        if self._send is not None:
            signed = msgspec.structs.replace(request, auth_token=self._token) if self._token else request
            self._send(msgspec.json.encode(signed))

    def receive(self, text: str | bytes) -> bool:
        """Act on one frame; whether it was the greeting."""
        try:
            answer = _answers.decode(text)
        except msgspec.MsgspecError:
            return False  # a newer daemon says more than this program knows
        match answer:
            case answers.Info() if answer.protocol:
                self._greeted(answer)
                return True
            case answers.Ack():
                self._acked(answer)
            case answers.Result() if answer.job_id in self._entries:
                self._ended(self._entries[answer.job_id], outcome(answer))
            case answers.Error():
                self._refused(answer)
            case answers.JobNews():
                self._job_changed(answer)
            case answers.PrinterNews():
                self._spread(answer, "printers")
            case answers.JobAnswer() | answers.Preview():
                self._answer(answer.job_id or _NO_ID, answer)
            case answers.Info() | answers.Status() | answers.Printers() | answers.Jobs():
                self._answer(_NO_ID, answer)
        return False

    def _greeted(self, info: answers.Info) -> None:
        self.info = info
        self.connected.set()
        self._tell_topics()
        for entry in tuple(self._entries.values()):
            if entry.step == "acked":
                self._watch(entry)
        self._pump()

    def _acked(self, ack: answers.Ack) -> None:
        entry = self._entries.get(ack.job_id)
        if entry is None:
            return
        entry.step, entry.request, entry.ack = "acked", None, ack
        entry.acked.set()
        for hear in entry.on_ack:
            hear(ack)
        entry.on_ack.clear()

    def _refused(self, answer: answers.Error) -> None:
        problem = refused(answer)
        sent = (one for one in self._entries.values() if one.step == "sent" and one.request_id == answer.job_id)
        entry = next(sent, None)
        if entry is None:
            known = answer.job_id is not None and answer.job_id in self._asked
            self._answer(answer.job_id or _NO_ID if known else _NO_ID, problem)
        elif answer.code in PASSING:
            entry.step = "new"
            if self._pause is None:
                seconds = answer.retry_after_s or PASSES_IN_S
                self._pause = asyncio.get_running_loop().call_later(seconds, self._resume)
        else:
            self._failed(entry, problem)

    def _job_changed(self, news: answers.JobNews) -> None:
        self._spread(news, "jobs")
        entry = self._entries.get(news.job_id)
        if entry is None:
            return
        if news.state != HELD:
            entry.held = None
        if entry.final_only and news.state in FINAL:
            self._ended(entry, outcome(news))


def _give(future: asyncio.Future[T], value: T) -> None:
    if not future.done():
        future.set_result(value)


def _unheard(answer: asyncio.Future[answers.Answer]) -> None:
    """Nobody waits for this answer."""
    if not answer.cancelled():
        answer.exception()
