from __future__ import annotations

import pytest

from ticket_daemon.frontends.native.guard.limits import Places, Rate, client_of
from ticket_daemon.frontends.native.guard.sessions import (
    FIRST_PAUSE_S,
    FORGOTTEN_AFTER_S,
    FREE_TRIES,
    LONGEST_PAUSE_S,
    MAX_SESSIONS,
    Lockout,
    Sessions,
)
from ticket_daemon.frontends.native.guard.tokens import Tokens, digest, new_token


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


# --- rates ---


def test_a_minutes_worth_may_come_at_once_and_then_evenly(clock: Clock) -> None:
    rate = Rate(30, clock)
    assert [rate.take("a") for _ in range(31)] == [0] * 30 + [2]
    clock.now += 2
    assert [rate.take("a"), rate.take("a")] == [0, 2]
    clock.now += 3600
    assert [rate.take("a") for _ in range(31)].count(0) == 30


def test_one_clients_count_is_not_anothers(clock: Clock) -> None:
    rate = Rate(1, clock)
    assert [rate.take("a"), rate.take("a"), rate.take("b")] == [0, 60, 0]


def test_no_limit_counts_nobody(clock: Clock) -> None:
    rate = Rate(0, clock)
    assert not any(rate.take("a") for _ in range(1000))


def test_a_million_clients_take_no_more_memory_than_those_remembered(clock: Clock) -> None:
    rate, lockout = Rate(1, clock, remembered=100), Lockout(clock, remembered=100)
    for number in range(10_000):
        rate.take(str(number))
        lockout.failed(str(number))
    assert len(rate._buckets) == 100
    assert len(lockout._tries) == 100
    assert rate.take("9999") == 60, "the latest are remembered"


def test_a_clock_set_back_gives_nobody_more(clock: Clock) -> None:
    rate = Rate(1, clock)
    rate.take("a")
    clock.now -= 500
    assert rate.take("a") == 60


# --- places ---


def test_places_are_given_back_and_this_machine_is_never_crowded_out() -> None:
    places = Places(3, 2)
    assert [places.enter(c) for c in ("10.0.0.1", "10.0.0.1", "10.0.0.1")] == [True, True, False]
    assert [places.enter(c) for c in ("10.0.0.2", "10.0.0.3")] == [True, False]
    assert [places.enter("127.0.0.1") for _ in range(3)] == [True, True, False]
    places.leave("10.0.0.1")
    assert [places.enter(c) for c in ("10.0.0.3", "10.0.0.4")] == [True, False]
    for client in ("10.0.0.1", "10.0.0.2", "10.0.0.3", "127.0.0.1", "127.0.0.1"):
        places.leave(client)
    assert places._taken == {}
    assert places._others == 0


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.168.1.5", "192.168.1.5"),
        ("::ffff:192.168.1.5", "192.168.1.5"),
        ("fe80::1%eth0", "fe80::/64"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_an_ipv6_network_is_one_client(address: str, client: str) -> None:
    assert client_of(address) == client


# --- sessions ---


def test_a_session_ends_when_its_time_is_over_or_somebody_logs_out(clock: Clock) -> None:
    sessions = Sessions(100, clock)
    first, second = sessions.begin(), sessions.begin()
    assert first != second
    assert sessions.left(first) == 100
    sessions.end(second)
    clock.now += 99
    assert (sessions.left(first), sessions.left(second)) == (1, 0)
    clock.now += 1
    assert sessions.left(first) == 0
    assert [sessions.left(x) for x in (None, "", "guess", "\ud800")] == [0, 0, 0, 0]


def test_sessions_are_bounded_and_their_ids_are_not_kept(clock: Clock) -> None:
    sessions = Sessions(100, clock)
    ids = [sessions.begin() for _ in range(MAX_SESSIONS + 1)]
    assert [sessions.left(i) > 0 for i in (ids[0], ids[1], ids[-1])] == [False, True, True]
    assert ids[-1].encode() not in b"".join(sessions._ends)
    sessions.end_all()
    assert sessions.left(ids[-1]) == 0


def test_each_wrong_password_makes_the_pause_longer(clock: Clock) -> None:
    lockout = Lockout(clock)
    assert [lockout.failed("a") for _ in range(FREE_TRIES)] == [0] * FREE_TRIES
    pauses = []
    for _ in range(12):
        pauses.append(lockout.failed("a"))
        clock.now += pauses[-1]
        assert lockout.pause("a") == 0
    assert pauses[:3] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S]
    assert pauses[-1] == LONGEST_PAUSE_S
    assert lockout.pause("b") == 0


def test_the_right_password_or_a_day_forgets_the_wrong_ones(clock: Clock) -> None:
    lockout = Lockout(clock)
    for client in ("a", "b"):
        for _ in range(FREE_TRIES + 3):
            lockout.failed(client)
    lockout.succeeded("a")
    assert lockout.pause("a") == 0
    clock.now += FORGOTTEN_AFTER_S + 1
    assert lockout.failed("b") == 0


# --- tokens ---


def test_a_token_is_known_by_its_digest_alone() -> None:
    token, other = new_token(), new_token()
    tokens = Tokens([("caja", digest(token).upper()), ("cocina", digest(other))])
    assert tokens.name_of(digest(token)) == "caja"
    assert tokens.name_of(digest(other)) == "cocina"
    assert tokens.name_of(digest("guess")) is None
    assert token not in repr(vars(tokens))
    assert not Tokens([])
    assert len(token) > 40
