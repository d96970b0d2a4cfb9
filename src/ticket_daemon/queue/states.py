"""The life of a job, as a table: no job changes state in a way that is not in it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class JobState(StrEnum):
    """Where a job stands; the words are the wire's."""

    QUEUED = "queued"
    PRINTING = "printing"
    CONFIRMED = "confirmed"  #: the printer itself said the paper left
    SENT = "sent"  #: every byte was accepted by a one-way link
    SPOOLED = "spooled"  #: the operating system's spooler took it
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    HELD = "held"  #: waits for a person

    #: Enum's own is a Python function, and a ticket's state is looked up in sets and tables two dozen times.
    __hash__ = str.__hash__


class JobEvent(StrEnum):
    """What makes a job change state."""

    START = "start"
    CONFIRM = "confirm"
    SEND = "send"
    SPOOL = "spool"
    FAIL = "fail"
    EXPIRE = "expire"
    CANCEL = "cancel"
    HOLD = "hold"
    RELEASE = "release"
    RETRY = "retry"  #: certainly nothing of it was printed
    MOVE = "move"  #: to the printer that stands in; certainly nothing of it was printed
    RESEND = "resend"  #: its sender sent the same ticket again; certainly nothing of it was printed


S, E = JobState, JobEvent

TRANSITIONS: Final[dict[tuple[JobState, JobEvent], JobState]] = {
    (S.QUEUED, E.START): S.PRINTING,
    (S.QUEUED, E.FAIL): S.FAILED,
    (S.QUEUED, E.EXPIRE): S.EXPIRED,
    (S.QUEUED, E.CANCEL): S.CANCELLED,
    (S.QUEUED, E.HOLD): S.HELD,
    (S.QUEUED, E.MOVE): S.QUEUED,
    (S.PRINTING, E.CONFIRM): S.CONFIRMED,
    (S.PRINTING, E.SEND): S.SENT,
    (S.PRINTING, E.SPOOL): S.SPOOLED,
    (S.PRINTING, E.FAIL): S.FAILED,
    (S.PRINTING, E.HOLD): S.HELD,
    (S.PRINTING, E.RETRY): S.QUEUED,
    (S.PRINTING, E.EXPIRE): S.EXPIRED,
    (S.HELD, E.CONFIRM): S.CONFIRMED,
    (S.HELD, E.RELEASE): S.QUEUED,
    (S.HELD, E.CANCEL): S.CANCELLED,
    (S.FAILED, E.RESEND): S.QUEUED,
    (S.EXPIRED, E.RESEND): S.QUEUED,
}

#: A client may be told `success` of these and of no other.
PRINTED: Final = frozenset((S.CONFIRMED, S.SENT, S.SPOOLED))
#: Nothing follows on these by itself: only its sender may have one of them printed after all (RESEND).
FINAL: Final = PRINTED | {S.FAILED, S.EXPIRED, S.CANCELLED}
#: A result is due of these: they ended, or wait for a person.
SETTLED: Final = FINAL | {S.HELD}


def after(state: JobState, event: JobEvent) -> JobState:
    """The state that follows; ValueError where the table has none."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ValueError(f"a job that is {state} cannot {event}") from None


def before(event: JobEvent) -> frozenset[JobState]:
    """The states in which `event` may happen."""
    return frozenset(state for state, what in TRANSITIONS if what is event)
