"""How old a ticket is, by the server's clock alone."""

from __future__ import annotations

import pytest

from ticket_daemon.errors import FleetUnavailable
from ticket_daemon.fleet.consumer import RELIED_ON_S, Looked, ServerClock

#: The server's clock when ours, which counts from the machine's start, is at nought.
AHEAD_MS = 1_700_000_000_000


class Server:
    """It has sent a ticket at the very moment; `now` is our own clock."""

    def __init__(self) -> None:
        self.now = 100.0
        self.set_by_ms = 0
        self.asked = 0
        self.clock = ServerClock(self.look, lambda: self.now)

    @property
    def ms(self) -> int:
        return AHEAD_MS + self.set_by_ms + round(self.now * 1000)

    async def look(self) -> Looked:
        self.asked += 1
        return Looked(1, 1, self.ms)


async def test_age_is_how_long_ago_the_server_says_it_was_published() -> None:
    server = Server()
    assert await server.clock.age_ms(server.ms - 5000) == 5000
    server.now += 7
    assert await server.clock.age_ms(server.ms - 300) == 300
    assert server.asked == 1, "one question for many tickets"


async def test_clock_is_looked_at_again_after_a_while() -> None:
    server = Server()
    await server.clock.age_ms(server.ms)
    server.now += RELIED_ON_S
    server.set_by_ms = 10_000
    assert await server.clock.age_ms(server.ms - 1000) == 1000
    assert server.asked == 2


async def test_what_was_published_in_the_future_has_the_clock_looked_at_at_once() -> None:
    """Our machine was asleep, and its own clock with it."""
    server = Server()
    await server.clock.age_ms(server.ms)
    server.set_by_ms = 10_000
    assert await server.clock.age_ms(server.ms - 1000) == 1000
    assert server.asked == 2


async def test_no_ticket_is_younger_than_nothing() -> None:
    server = Server()
    assert await server.clock.age_ms(server.ms + 5) == 0


async def test_a_server_that_does_not_say_when_it_sent_leaves_the_age_unknown() -> None:
    async def look() -> Looked:
        return Looked(1, 1)

    assert await ServerClock(look, lambda: 1.0).age_ms(5) is None


async def test_no_answer_is_the_askers_affair() -> None:
    async def look() -> Looked:
        raise FleetUnavailable("fleet.silent")

    with pytest.raises(FleetUnavailable):
        await ServerClock(look, lambda: 1.0).age_ms(5)
