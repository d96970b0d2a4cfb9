"""What stands in a stream and what is added to it, for a backend.

It knows consumers that live as long as their reader; it does not know what the messages say. It promises each message
once and in order: where one is missing, or the server falls silent, the reader hears `Lost` and begins anew behind the
last message it had.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from ticket_daemon.errors import FleetUnavailable
from ticket_daemon.fleet.line import Line
from ticket_daemon.fleet.link import Link, Lost

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription
    from nats.js.api import ConsumerConfig, StreamInfo

#: How often the server says that it has nothing to say, and how long it may say nothing at all.
BEAT_S: Final = 10.0
SILENT_S: Final = 25.0
#: After so long without one of the messages that were there, the server is asked whether there are still some.
UNSURE_S: Final = 0.5
_BEAT: Final = "100"
_MOMENT_S: Final = 0.001


class Stored(NamedTuple):
    """A message of a stream. `number`: its place there; `more`: how many that are there already come after it."""

    subject: str
    body: bytes
    headers: Mapping[str, str]
    number: int
    at: datetime.datetime
    more: int


class Reader:
    """Reads one stream over one connection."""

    def __init__(self, link: Link, subscription: Subscription) -> None:
        self._link = link
        self._subscription = subscription
        self._heard = asyncio.get_running_loop().time()
        self._read = 0  #: the consumer's number of the last message
        self._stream = self._consumer = ""
        self.caught_up = False  #: whether what was there when it began has been read

    async def next(self, timeout: float | None = None) -> Stored | None:
        """The next message; None when there was none for `timeout` seconds. Raises Lost."""
        import nats.errors

        now = asyncio.get_running_loop().time
        until = None if timeout is None else now() + timeout
        while True:
            silent_at = self._heard + SILENT_S
            # A message that is here already comes though the time is over: `next_msg` takes a moment to look.
            patience = max((silent_at if until is None else min(silent_at, until)) - now(), _MOMENT_S)
            try:
                message = await self._link.ask(self._subscription.next_msg(patience))
            except nats.errors.TimeoutError:
                if now() >= silent_at:
                    raise Lost from None
            else:
                self._heard = now()
                if (found := self._stored(message)) is not None:
                    return found
            if until is not None and now() >= until:
                return None

    async def begin(self, stream: str, config: ConsumerConfig) -> None:
        """Have the server send. Raises Lost, FleetUnavailable, FleetRefused."""
        from nats.js.errors import NotFoundError

        try:
            info = await self._link.api(self._link.js.add_consumer(stream, config))
        except NotFoundError:
            raise FleetUnavailable("fleet.not_set_up") from None
        self._stream, self._consumer = stream, info.name
        self.caught_up = not info.num_pending and not (info.delivered and info.delivered.consumer_seq)

    async def catch_up(self) -> Stored | None:
        """The next message of those that were there when it began; None once that was all (`caught_up`). Raises Lost.

        How many they are is not relied on: while they are read, some may go.
        """
        from nats.js.errors import NotFoundError

        while not self.caught_up:
            message = await self.next(UNSURE_S)
            if message is not None:
                self.caught_up = not message.more
                return message
            try:
                info = await self._link.api(self._link.js.consumer_info(self._stream, self._consumer))
            except NotFoundError:
                raise Lost from None
            self.caught_up = not info.num_pending and (
                info.delivered is None or info.delivered.consumer_seq == self._read
            )
        return None

    def _stored(self, message: Msg) -> Stored | None:
        headers = message.headers or {}
        if headers.get("Status") == _BEAT:
            if int(headers.get("Nats-Last-Consumer", self._read)) != self._read:
                raise Lost
            return None
        place = message.metadata
        self._read += 1
        if place.sequence.consumer != self._read:
            raise Lost
        return Stored(
            message.subject, message.data, headers, place.sequence.stream, place.timestamp, place.num_pending
        )  # fmt: skip


@contextlib.asynccontextmanager
async def reading(link: Link, stream: str, subject: str, config: ConsumerConfig) -> AsyncIterator[Reader]:
    """A reader of what `config` says. Raises Lost, FleetUnavailable, FleetRefused."""
    from nats.js.api import AckPolicy

    inbox = link.client.new_inbox()
    subscription = await link.ask(link.client.subscribe(inbox))
    try:
        config.filter_subject, config.deliver_subject = subject, inbox
        config.ack_policy, config.idle_heartbeat, config.mem_storage = AckPolicy.NONE, BEAT_S, True
        reader = Reader(link, subscription)
        await reader.begin(stream, config)
        yield reader
    finally:
        with contextlib.suppress(Exception):  # the connection may be gone; the server ends what nobody listens to
            await subscription.unsubscribe()


async def everything(link: Link, stream: str, subject: str, *, last_only: bool = False) -> list[Stored]:
    """What stands in a stream under that subject; `last_only`: of each subject the last message."""
    from nats.js.api import ConsumerConfig, DeliverPolicy

    policy = DeliverPolicy.LAST_PER_SUBJECT if last_only else DeliverPolicy.ALL
    found: list[Stored] = []
    async with reading(link, stream, subject, ConsumerConfig(deliver_policy=policy)) as reader:
        while (message := await reader.catch_up()) is not None:
            found.append(message)
    return found


async def follow(line: Line, stream: str, subject: str, after: int | None = None) -> AsyncIterator[Stored]:
    """What is added to a stream, over lost connections; after that number, or from now on.

    Raises FleetUnavailable where there is no such stream at the beginning, FleetRefused.
    """
    from nats.js.api import ConsumerConfig, DeliverPolicy

    begun, tries = False, 0
    while True:
        link = await line.link()
        try:
            after = await last_number(link, stream) if after is None else after
            config = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=after + 1)
            async with reading(link, stream, subject, config) as reader:
                begun, tries = True, 0
                while True:
                    message = await reader.next()
                    assert message is not None
                    after = message.number
                    yield message
        except Lost:
            continue
        except FleetUnavailable:  # streams come up after their server
            if not begun:
                raise
            await line.pause(tries)
            tries += 1


async def last_number(link: Link, stream: str) -> int:
    """The number of the newest message of a stream. Raises FleetUnavailable, FleetRefused, Lost."""
    return (await stream_info(link, stream)).state.last_seq


async def stream_info(link: Link, stream: str) -> StreamInfo:
    """What the server says of a stream. Raises FleetUnavailable, FleetRefused, Lost."""
    from nats.js.errors import NotFoundError

    try:
        return await link.api(link.js.stream_info(stream))
    except NotFoundError:
        raise FleetUnavailable("fleet.not_set_up") from None
