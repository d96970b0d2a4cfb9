"""Whose turn it is: no ticket is taken before one that was published before it and is still to come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.fleet.consumer import Looked
from ticket_daemon.fleet.fetching import ASK_S, MARGIN_S, NOT_YET_S, STRAGGLERS_S, Turns
from ticket_daemon.fleet.streams import REDELIVER_S


def test_what_comes_behind_a_ticket_that_was_put_off_waits_for_it() -> None:
    turns = Turns()
    assert turns.may_be_taken(1, now=0)
    turns.put_off(1, now=0, delay=2)
    assert not turns.may_be_taken(2, now=1)
    turns.put_off(2, now=1, delay=NOT_YET_S)
    assert not turns.may_be_taken(3, now=1)
    turns.put_off(3, now=1, delay=NOT_YET_S)
    assert turns.may_be_taken(1, now=2.1)
    assert not turns.may_be_taken(3, now=2.2)
    turns.put_off(3, now=2.2, delay=NOT_YET_S)
    assert turns.may_be_taken(2, now=2.3)
    assert turns.may_be_taken(3, now=2.4)


def test_a_ticket_that_never_comes_again_does_not_hold_the_others_up_for_ever() -> None:
    turns = Turns()
    turns.put_off(1, now=0, delay=2)
    given_up = 2 + 2 * (REDELIVER_S + MARGIN_S)
    assert not turns.may_be_taken(2, now=given_up - 0.1)
    assert turns.may_be_taken(2, now=given_up + 0.1)


def test_what_the_server_sent_elsewhere_is_missed_while_an_earlier_connection_may_still_ask() -> None:
    turns = Turns(Looked(sent=7))
    assert turns.is_next(8, now=1)
    assert not turns.is_next(10, now=2), "somebody was sent the ninth"
    assert turns.is_next(11, now=3)
    assert turns.is_next(1, now=ASK_S + 1), "a server that was set back, or another daemon: nothing to wait for"


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=60), st.integers(1, 12))
def test_whatever_order_the_server_sends_in_they_are_taken_in_order(
    choices: list[tuple[int, bool]], count: int
) -> None:
    """The server sends any of those that are not taken; the shop may put off the one whose turn it is."""
    turns, left, taken = Turns(), list(range(1, count + 1)), []
    sent_in_order = 1  # what was never sent is sent in order: only what was sent before may come in any
    for choice, full in choices:
        if not left:
            break
        seen = [number for number in left if number < sent_in_order]
        number = seen[choice % len(seen)] if seen and choice else min(sent_in_order, count)
        if number not in left:
            continue
        sent_in_order = max(sent_in_order, number + 1)
        if turns.may_be_taken(number, now=0) and not full:
            taken.append(number)
            left.remove(number)
        else:
            turns.put_off(number, now=0, delay=1)
    assert taken == sorted(taken)


def test_a_new_ticket_waits_while_older_ones_are_under_way_elsewhere() -> None:
    turns = Turns(Looked(under_way=2, sent=9, highest=5))
    assert not turns.may_have_stragglers(4, 1.0), "one of those that are waited for"
    assert turns.may_have_stragglers(6, 1.0)
    assert not turns.looked(under_way=2), "the one in hand and one that was never heard of here"
    turns.put_off(6, 1.0, NOT_YET_S)
    assert turns.may_be_taken(5, 2.0)
    assert turns.may_be_taken(6, 2.0)
    assert turns.may_have_stragglers(6, 2.0)
    assert turns.looked(under_way=1), "there is none but this"
    assert not turns.may_have_stragglers(7, 2.0), "and it is not asked again"


def test_one_that_was_put_off_is_no_straggler() -> None:
    turns = Turns(Looked(under_way=1, highest=5))
    turns.put_off(7, 1.0, NOT_YET_S)
    assert turns.looked(under_way=2)


def test_stragglers_that_never_come_are_not_waited_for_for_ever() -> None:
    turns = Turns(Looked(under_way=1, highest=5))
    assert turns.may_have_stragglers(6, STRAGGLERS_S - 0.1)
    assert not turns.may_have_stragglers(6, STRAGGLERS_S)


def test_nothing_is_waited_for_where_nothing_was_under_way() -> None:
    assert not Turns(Looked(highest=5)).may_have_stragglers(6, 0.0)
