"""The conversation with a two-way printer: what it says of itself, and when it says that a ticket is out.

It knows questions, answers and who waits for which; it does not know jobs, policies or what a link is made of. It
promises that the link is always read while it is open, that a question to a silent printer ends after a time rather
than never, and that only a printer which has answered is believed to be able to.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from ticket_daemon.poster.escpos.answers import (
    Answer,
    AnswerParser,
    AutoStatusAnswer,
    ProcessAnswer,
    RealtimeAnswer,
    StatusAnswer,
    realtime_reasons,
)
from ticket_daemon.poster.escpos.status import AutoStatus, RealtimeStatus, Response, TransmitStatus
from ticket_daemon.tasks import end
from ticket_daemon.transport import Link

log = logging.getLogger(__name__)

#: How long a printer may take to answer a question it answers at once. Printers do in some milliseconds; Wi-Fi adds.
ANSWER_S: Final = 2.0
#: Process ids are four characters 20h-7Eh (Epson, GS ( H fn 48).
_DIGITS: Final = bytes(range(0x21, 0x7F))
_QUESTIONS: Final = (1, 2, 3, 4)
#: How a printer can say that what came before is printed, the best way first: by name, or by answering in its turn.
CONFIRMING: Final = ("process_id", "gs_r", "asb")
#: What is asked in its turn, and the form of the answer. Switching Automatic Status Back on makes the printer send it,
#: in its turn like any command; it is switched off again so that no change of state can be taken for an answer.
_IN_TURN: Final[dict[str, tuple[bytes, type[Answer]]]] = {
    "gs_r": (TransmitStatus(1).encode(), StatusAnswer),
    "asb": (AutoStatus(0x02).encode() + AutoStatus(0).encode(), AutoStatusAnswer),
}
#: Reasons with which a printer prints on.
HARMLESS: Final = frozenset(("media-low", "drawer-open"))


def process_id(number: int) -> bytes:
    """Four printable bytes for a number, each different from its neighbours' for 78 million jobs."""
    digits = bytearray()
    for _ in range(4):
        number, digit = divmod(number, len(_DIGITS))
        digits.insert(0, _DIGITS[digit])
    return bytes(digits)


class Talk:
    """One open link's conversation. `ways` are what the printer's profile says it can answer."""

    def __init__(self, link: Link, ways: tuple[str, ...], heard: Callable[[tuple[str, ...]], None]) -> None:
        self._link = link
        self._ways = set(ways)
        self._heard = heard
        self._parser = AnswerParser()
        self._reading: asyncio.Task[None] | None = None
        self._realtime: asyncio.Queue[int] = asyncio.Queue()
        self._asking = asyncio.Lock()
        self._owed = False  #: a real-time question has not been answered yet
        self._printed: dict[bytes, asyncio.Future[None]] = {}
        #: Who waits for an answer in its turn, and its form, in the order of asking.
        self._in_turn: list[tuple[type[Answer], asyncio.Future[None]]] = []
        self.ended = asyncio.Event()  #: the link has nothing more to say
        self.reported: set[bytes] = set()  #: process ids nobody waited for

    # --- life ---

    def begin(self) -> None:
        """Read from now on."""
        self._reading = asyncio.create_task(self._read())

    async def end(self) -> None:
        """Stop reading; whoever waits is told that the answer will not come."""
        if self._reading is not None:
            await end(self._reading)
        self._give_up()

    def _give_up(self) -> None:
        self.ended.set()
        for waiting in (*self._printed.values(), *(waiting for _, waiting in self._in_turn)):
            if not waiting.done():
                waiting.cancel()
        self._printed.clear()
        self._in_turn.clear()

    async def _read(self) -> None:
        while data := await self._link.read():
            for answer in self._parser.feed(data):
                self._take(answer)
        self._give_up()

    def _take(self, answer: Answer) -> None:
        match answer:
            case RealtimeAnswer():
                self._realtime.put_nowait(answer.status)
            case ProcessAnswer():
                self._process_done(answer.identity)
            case _ if self._in_turn and isinstance(answer, self._in_turn[0][0]):
                _, waiting = self._in_turn.pop(0)
                if not waiting.done():
                    waiting.set_result(None)

    def _process_done(self, identity: bytes) -> None:
        waiting = self._printed.pop(identity, None)
        if waiting is None:
            self.reported.add(identity)
        elif not waiting.done():
            waiting.set_result(None)

    # --- questions ---

    @property
    def can_tell_status(self) -> bool:
        """Whether it is worth asking how the printer is."""
        return "dle_eot" in self._ways

    @property
    def can_confirm(self) -> bool:
        """Whether it can say that a ticket is out."""
        return not self._ways.isdisjoint(CONFIRMING)

    async def reasons(self) -> tuple[str, ...] | None:
        """What is the matter with the printer (nothing: ()); None when it does not answer. Raises LinkBroken."""
        async with self._asking:
            if self._owed and await self._status() is None:
                return None
            while not self._realtime.empty():
                self._realtime.get_nowait()
            statuses: dict[int, int] = {}
            for n in _QUESTIONS:
                await self._link.write(RealtimeStatus(n).encode())
                status = await self._status()
                if status is None:
                    return None
                statuses[n] = status
        return realtime_reasons(statuses)

    async def _status(self) -> int | None:
        """The answer to the last real-time question; None when it does not come in time.

        It may come yet, and nothing in it says what was asked: until then no other question is put.
        """
        self._owed = True
        try:
            async with asyncio.timeout(ANSWER_S):
                status = await self._realtime.get()
        except TimeoutError:
            return None
        self._owed = False
        return status

    async def try_out(self) -> None:
        """Find out which of the profile's ways this printer really has: what it does not answer is not counted on.

        A printer that is out of paper answers nothing that stands in its queue, so it is not asked then.
        """
        if self.can_tell_status:
            reasons = await self.reasons()
            if reasons is None:
                # What does not answer the simplest question, or answers it with nonsense, is not believed in anything.
                log.info("printer_does_not_answer", extra={"port": self._link.port, "question": "dle_eot"})
                self._ways.clear()
                return
            self._heard(reasons)
            if not HARMLESS.issuperset(reasons):
                return
        for way in CONFIRMING:
            if way not in self._ways:
                continue
            if await self._answers(way):
                return
            log.info("printer_does_not_answer", extra={"port": self._link.port, "question": way})
            self._ways -= {way}

    async def _answers(self, way: str) -> bool:
        question, answered = self._question(0, way)
        await self._link.write(question)
        done, _ = await asyncio.wait({answered}, timeout=ANSWER_S)
        if not done:
            self._forget(answered)
        return bool(done) and not answered.cancelled()

    # --- confirmation ---

    def ask_when_printed(self, number: int) -> tuple[bytes, asyncio.Future[None]]:
        """Bytes to send behind a ticket, and what is done when the printer has printed it (cancelled: never said)."""
        return self._question(number, next(way for way in CONFIRMING if way in self._ways))

    def _question(self, number: int, way: str) -> tuple[bytes, asyncio.Future[None]]:
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if way == "process_id":
            identity = process_id(number)
            question = Response.process_id(identity).encode()
            self._printed[identity] = answered
        else:
            question, form = _IN_TURN[way]
            self._in_turn.append((form, answered))
        if self.ended.is_set():
            self._give_up()
        return question, answered

    def _forget(self, answered: asyncio.Future[None]) -> None:
        """Nobody waits for this any more; a late answer must not be taken for another's."""
        self._printed = {identity: waiting for identity, waiting in self._printed.items() if waiting is not answered}
        self._in_turn = [(form, waiting) for form, waiting in self._in_turn if waiting is not answered]
        answered.cancel()
