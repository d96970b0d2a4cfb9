"""What a shop tells the server: letters, stored in their order.

It knows JetStream's publishing; it does not know what letters say or who waits for them. It promises that a letter
that is called stored is, and that one of which that is not known is said not to be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from nats.js import JetStreamContext

#: How long the server may take to say that it has stored something.
STORED_S: Final = 10.0
#: Seconds until the server is told again what it did not store.
NOT_STORED_S: Final = 5.0


class Letter(NamedTuple):
    """One message to the server."""

    subject: str
    body: bytes
    headers: Mapping[str, str]


#: Hands letters over in their order and returns when the server has stored all of them; raises when it may not have.
Publish = Callable[[list[Letter]], Awaitable[None]]


async def publish(js: JetStreamContext, letters: list[Letter]) -> None:
    """Publish, over one connection."""
    stored = [await js.publish_async(one.subject, one.body, headers=dict(one.headers)) for one in letters]
    done, waiting = await asyncio.wait(stored, timeout=STORED_S)
    failures = [failure for future in done if (failure := future.exception()) is not None]
    if failures:
        raise failures[0]
    if waiting:
        raise TimeoutError(f"{len(waiting)} of {len(stored)} not stored after {STORED_S:.0f} s")
