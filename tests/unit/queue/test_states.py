"""The life of a job: the table is whole, and the ends are ends."""

from __future__ import annotations

import itertools

import pytest

from ticket_daemon.queue.states import FINAL, PRINTED, TRANSITIONS, JobEvent, JobState, after, before

S, E = JobState, JobEvent
PAIRS = list(itertools.product(JobState, JobEvent))


def test_final_states_are_those_the_protocol_names() -> None:
    assert {S.CONFIRMED, S.SENT, S.SPOOLED, S.FAILED, S.EXPIRED, S.CANCELLED} == FINAL


@pytest.mark.parametrize("state", sorted(FINAL))
def test_only_its_sender_leads_a_job_out_of_a_final_state(state: JobState) -> None:
    assert before(E.RESEND) == {S.FAILED, S.EXPIRED}, "certainly nothing of these was printed"
    for event in set(JobEvent) - {E.RESEND}:
        with pytest.raises(ValueError, match=f"{state} cannot {event}"):
            after(state, event)


def test_success_is_said_of_three_states_all_of_them_final() -> None:
    assert {S.CONFIRMED, S.SENT, S.SPOOLED} == PRINTED
    assert PRINTED < FINAL


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_what_follows_is_what_the_table_says_or_an_error(state: JobState, event: JobEvent) -> None:
    if (state, event) in TRANSITIONS:
        assert after(state, event) is TRANSITIONS[state, event]
        assert state in before(event)
    else:
        assert state not in before(event)
        with pytest.raises(ValueError, match="cannot"):
            after(state, event)


@pytest.mark.parametrize("event", JobEvent)
def test_every_event_can_happen_and_always_leads_to_the_same_state(event: JobEvent) -> None:
    # The store has one statement for each event, which names one state to come.
    assert len({after(state, event) for state in before(event)}) == 1


def reachable(start: JobState) -> set[JobState]:
    found, new = {start}, {start}
    while new:
        new = {after for (state, _), after in TRANSITIONS.items() if state in new} - found
        found |= new
    return found


def test_every_state_can_be_reached_from_the_queue() -> None:
    assert reachable(S.QUEUED) == set(JobState)


@pytest.mark.parametrize("state", sorted(set(JobState) - FINAL))
def test_every_job_that_has_not_ended_can_end(state: JobState) -> None:
    assert reachable(state) & FINAL


def test_a_printing_job_cannot_be_cancelled_and_a_held_one_can() -> None:
    assert before(E.CANCEL) == {S.QUEUED, S.HELD}


def test_only_a_queued_job_starts() -> None:
    assert before(E.START) == {S.QUEUED}
    assert before(E.RETRY) == before(E.SEND) == before(E.SPOOL) == {S.PRINTING}
    assert before(E.RELEASE) == {S.HELD}


def test_a_held_job_may_be_confirmed_later_because_the_printer_is_believed() -> None:
    assert before(E.CONFIRM) == {S.PRINTING, S.HELD}


def test_held_job_is_not_claimed() -> None:
    with pytest.raises(ValueError, match="held cannot start"):
        after(S.HELD, E.START)
