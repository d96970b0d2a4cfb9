"""What ends a ticket and what does not, and what a ticket is called, without a server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ticket_daemon.errors import FleetRefused, FleetUnavailable, Refused
from ticket_daemon.fleet import link
from ticket_daemon.fleet.connection import Access
from ticket_daemon.fleet.line import PAUSES_S, Closed, Line
from ticket_daemon.fleet.link import Link, Pauses, Redial
from ticket_daemon.fleet.news import Event, event
from ticket_daemon.fleet.ticket import Sending, Ticket, ticket
from ticket_daemon.wire import answers

DOCUMENT = {"commands": []}


def made(**changes: Any) -> Ticket:
    asked = {"store": "lima", "printer": "caja", "document": DOCUMENT, "id": "a", "ttl_s": None, "copies": 1}
    return ticket(**(asked | changes))


def result(state: str = "confirmed") -> answers.Result:
    return answers.Result(job_id="a", status="", message="", state=state, printer="caja", duration_ms=1)


def news(state: str) -> answers.JobNews:
    return answers.JobNews(job_id="a", state=state, printer="caja", submitted_at="", updated_at="", attempts=0)


def error(code: str = "id_conflict") -> answers.Error:
    return answers.Error(job_id="a", status="error", message="", code=code)


def said(what: Any, refused: str = "") -> Event:
    return Event("lima", "a", what, 1, refused)


def test_same_ticket_has_the_same_message_id_and_any_other_has_another() -> None:
    assert made() == made()
    others = [made(printer="bar"), made(document={"commands": [1]}), made(copies=2), made(id="b"), made(store="cusco")]
    assert len({made().message_id, *(other.message_id for other in others)}) == 6
    assert made(id="¡1").message_id.startswith("lima.=C2=A11.")


async def test_result_ends_a_ticket_whose_id_nobody_else_can_have() -> None:
    sending = Sending(made(id=None))
    sending.hear(said(news("confirmed")))
    assert (sending.end, sending.rung.done()) == (None, False)
    sending.hear(said(result()))
    assert sending.end is not None
    assert sending.rung.done()


async def test_result_under_a_given_id_only_rings() -> None:
    sending = Sending(made())
    sending.hear(said(result()))
    assert (sending.end, sending.rung.done()) == (None, True)


async def test_error_is_ours_only_when_it_names_our_message() -> None:
    sending = Sending(made())
    sending.hear(said(error(), "lima.a.another"))
    assert (sending.end, sending.rung.done()) == (None, False)
    sending.hear(said(error("unknown_printer"), sending.ticket.message_id))
    assert isinstance(sending.end, Refused)
    assert sending.end.code == "unknown_printer"


@pytest.mark.parametrize(
    ("history", "state"),
    [
        ([], None),
        ([news("queued"), news("printing")], None),
        ([news("queued"), result()], "confirmed"),
        ([news("held"), result("held"), news("queued")], None),
        ([news("held"), result("held"), news("queued"), news("sent"), result("sent")], "sent"),
        ([news("queued"), result(), error()], "confirmed"),
    ],
    ids=["nothing", "waits", "printed", "released", "printed in the end", "another was refused"],
)
async def test_last_word_of_the_history_counts(history: list[Any], state: str | None) -> None:
    sending = Sending(made())
    sending.judge([said(one, "lima.a.another") for one in history])
    assert (sending.end.state if sending.end else None) == state  # type: ignore[union-attr]


async def test_own_refusal_in_the_history_counts_more_than_anothers_result() -> None:
    sending = Sending(made())
    sending.judge([said(result()), said(error(), sending.ticket.message_id), said(result())])
    assert isinstance(sending.end, Refused)


@pytest.mark.parametrize(
    ("subject", "body"), [("results.lima.a", b"{}"), ("results.lima.a", b"\xff"), ("results.lima.=2", b"{}")]
)
def test_what_cannot_be_read_is_left_out(subject: str, body: bytes) -> None:
    assert event(subject, body, {}) is None


# --- the line ---


class Tries:
    """Stands for the server: each try's outcome in turn. What was slept is kept."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *outcomes: Exception | None) -> None:
        self.outcomes = list(outcomes)
        self.slept: list[float] = []
        self.lost: Any = None
        self.is_closed = False
        monkeypatch.setattr(link, "connect", self.connect)

    async def connect(self, *_: Any, lost: Any) -> Any:
        self.lost = lost
        if (outcome := self.outcomes.pop(0)) is not None:
            raise outcome
        return self

    def jetstream(self) -> None:
        pass

    async def close(self) -> None:
        self.lost()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        for _ in range(5):  # whoever waits is let in
            await asyncio.sleep(0)

    def line(self, chance: float) -> Line:
        async def prepare(_: Link) -> None:
            pass

        return Line(Redial(Access("nats://x"), "test", Pauses(PAUSES_S, self.sleep, lambda: chance)), prepare)


AWAY = FleetUnavailable("fleet.silent")


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.75])
async def test_pauses_grow_are_drawn_by_lot_and_begin_anew(monkeypatch: pytest.MonkeyPatch, chance: float) -> None:
    monkeypatch.setattr(link, "GOOD_S", -1.0)
    tries = Tries(monkeypatch, None, *[AWAY] * 8, None, AWAY, None)
    kept = tries.line(chance)
    await kept.open()
    for pauses in ((*PAUSES_S, PAUSES_S[-1], PAUSES_S[-1]), PAUSES_S[:2]):
        tries.slept.clear()
        tries.lost()
        await kept.link()
        assert tries.slept == [pause * (0.5 + chance) for pause in pauses]
    await kept.close()


async def test_pauses_go_on_growing_where_no_connection_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that lets everybody in and hangs up at once is not to be asked four times a second."""
    tries = Tries(monkeypatch, *[None] * 5)
    kept = tries.line(0.5)
    await kept.open()
    for _ in range(4):
        tries.lost()
        await kept.link()
    assert tries.slept == list(PAUSES_S[:4])
    await kept.close()


async def test_refusal_is_told_to_whoever_waits_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = Tries(monkeypatch, None, FleetRefused("fleet.refused", url="x"), None)
    kept = tries.line(0)
    await kept.open()
    tries.lost()
    with pytest.raises(FleetRefused):
        await kept.link()
    assert not (await kept.link()).gone.done()
    await kept.close()


async def test_whoever_waits_for_a_line_that_is_closed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = Tries(monkeypatch, None)
    never = asyncio.Event()
    monkeypatch.setattr(tries, "sleep", lambda _: never.wait())
    kept = tries.line(0)
    await kept.open()
    tries.lost()
    waiting = asyncio.create_task(kept.link())
    await asyncio.sleep(0)
    await kept.close()
    for late in (waiting, kept.link()):
        with pytest.raises(Closed):
            await late
