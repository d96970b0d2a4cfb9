"""Whose turn it is: however many messages a client sends, over however many connections, others wait for one of them.

Each connection works on one message at a time and each client on one, first come first served, and a turn of the event
loop is spent on no client for longer than SLICE_S. Work that waits for the queue has turns of its own, so that a list
of a thousand jobs delays no ticket.
"""

from __future__ import annotations

import asyncio
import time
import weakref
from typing import Final

#: Seconds of the event loop that one client's messages may take before everybody else has had a turn.
SLICE_S: Final = 0.001
#: Messages of one connection that may be waiting for the queue or a picture; no more of it is read meanwhile.
PENDING_EACH: Final = 32
#: How many such of one client, over all its connections, are worked on at once.
AT_ONCE: Final = 1


class Client:
    """The turns of one client."""

    def __init__(self) -> None:
        self.messages = asyncio.Lock()  #: fair: the connections of a client are served in the order they asked
        self.slow = asyncio.Semaphore(AT_ONCE)


class Turns:
    """The clients that are here."""

    def __init__(self) -> None:
        self._clients: weakref.WeakValueDictionary[str, Client] = weakref.WeakValueDictionary()

    def of(self, client: str) -> Client:
        """The turns of `client`, as it is counted; kept as long as somebody holds them."""
        known = self._clients.get(client)
        if known is None:
            known = self._clients[client] = Client()
        return known


class Slice:
    """One connection's use of the event loop: `async with slice:` around each message."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._spent = 0.0
        self._begun = 0.0

    async def __aenter__(self) -> None:
        await self._client.messages.acquire()
        self._begun = time.perf_counter()

    async def __aexit__(self, *_: object) -> None:
        try:
            self._spent += time.perf_counter() - self._begun
            if self._spent > SLICE_S:
                self._spent = 0.0
                await asyncio.sleep(0)  # with the client's turn in hand: its other connections wait too
        finally:
            self._client.messages.release()
