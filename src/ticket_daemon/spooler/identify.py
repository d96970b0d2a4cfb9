"""What a printer says it is: DLE EOT first, then GS I, over an open two-way link.

It knows the questions and their answers; it does not know destinations. It promises that a printer which leaves the
first question unanswered is asked nothing more: DLE EOT puts nothing on paper whatever the printer makes of it, which
nobody can promise of GS I.
"""

from __future__ import annotations

import asyncio
from typing import Final

from msgspec import Struct

from ticket_daemon.poster.escpos.answers import Answer, AnswerParser, BlockAnswer, RealtimeAnswer
from ticket_daemon.poster.escpos.base import Command
from ticket_daemon.poster.escpos.status import RealtimeStatus, TransmitId
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.transport import Link, make_link

#: As long as any other question may take (`talk`).
ANSWER_S: Final = 2.0
#: The head of GS I's texts (Epson reference, GS I).
_TEXT: Final = 0x5F
_MAKER, _MODEL = 66, 67


class Identity(Struct, frozen=True):
    """What a printer calls itself; "" where it did not say."""

    maker: str = ""
    model: str = ""

    @property
    def name(self) -> str:
        """Maker and model, each once."""
        if self.model.casefold().startswith(self.maker.casefold()):
            return self.model
        return f"{self.maker} {self.model}".strip()


async def identify(link: Link) -> Identity | None:
    """What the printer on this open link is; None when it does not answer. Nobody else may be reading the link.

    Raises LinkBroken.
    """
    parser = AnswerParser()
    if await _ask(link, parser, RealtimeStatus(1), RealtimeAnswer) is None:
        return None
    texts = []
    for question in (_MAKER, _MODEL):
        answer = await _ask(link, parser, TransmitId(question), BlockAnswer)
        known = isinstance(answer, BlockAnswer) and answer.head == _TEXT
        texts.append(answer.data.decode("ascii", "replace").strip() if known else "")  # type: ignore[union-attr]
    return Identity(*texts)


async def identify_unless(link: Link, bell: asyncio.Event) -> Identity | None:
    """`identify`, given up (None) when the bell rings."""
    asking = asyncio.ensure_future(identify(link))
    ringing = asyncio.ensure_future(bell.wait())
    try:
        await asyncio.wait({asking, ringing}, return_when=asyncio.FIRST_COMPLETED)
        return asking.result() if asking.done() else None
    finally:
        ringing.cancel()
        asking.cancel()
        await asyncio.gather(asking, ringing, return_exceptions=True)


async def identify_at(uri: str) -> Identity | None:
    """What the printer at an address is; None when it does not answer, or its link cannot hear. Raises LinkError."""
    link = make_link(uri, generic(80))
    if not link.two_way:
        return None
    await link.open()
    try:
        return await identify(link) if link.two_way else None
    finally:
        await link.close()


async def _ask(link: Link, parser: AnswerParser, question: Command, kind: type[Answer]) -> Answer | None:
    """The first answer of that kind; None when none comes in time."""
    await link.write(question.encode())
    try:
        async with asyncio.timeout(ANSWER_S):
            while data := await link.read():
                for answer in parser.feed(data):
                    if isinstance(answer, kind):
                        return answer
    except TimeoutError:
        pass
    return None
