"""The board of many shops: what needs a person stands first, and the counts are those of the rows."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.fleet.board import (
    FILTERS,
    JOBS_KEPT,
    PROBLEMS_SHOWN,
    URGENT,
    Board,
    Counts,
    Row,
    SeenJob,
    Wish,
    counted,
    urgency,
)
from ticket_daemon.fleet.shapes import HeldJob, Shop, ShopPrinter

NOW = 1_800_000_000.0
WELL = ShopPrinter("Caja", "idle", (), 0, 0)


def at(second: int = 0) -> str:
    return f"2026-11-22T12:00:{second:02}.000Z"


def shop(store: str = "lima", *printers: ShopPrinter, **fields: Any) -> Shop:
    usual = {"version": "1", "since": at(), "at": at(), "every_s": 30.0, "current": 0, "capacity": 100, "held": 0}
    return Shop(store=store, printers=printers or (WELL,), **{**usual, **fields})


def stopped(name: str = "Caja", *reasons: str, waiting: int = 0) -> ShopPrinter:
    return ShopPrinter(name, "stopped", reasons, waiting, 0)


def held(*jobs: str, second: int = 0, more: int = 0) -> dict[str, Any]:
    needs = tuple(HeldJob(job, "Caja", "unknown_outcome", at(second)) for job in jobs)
    return {"held": len(jobs) + more, "needs": needs}


def board(*shops: Shop) -> Board:
    made = Board()
    for one in shops:
        made.said(one, NOW)
    return made


def order(of: Board) -> list[str]:
    return [row.store for row in of.rows()]


def row(of: Board, store: str = "lima") -> Row:
    return next(row for row in of.rows() if row.store == store)


# --- what needs a person ---


def test_what_stops_every_ticket_stands_before_what_stops_one_and_that_before_silence() -> None:
    made = board(
        shop("well"),
        shop("low", ShopPrinter("Caja", "idle", ("media-low",), 0, 0)),
        shop("gone"),
        shop("paper", stopped("Caja", "media-empty")),
        shop("decide", **held("a")),
        shop("full", current=100),
        shop("disk", storage="no space left"),
    )
    made.ended("gone")
    assert order(made) == ["disk", "full", "decide", "paper", "gone", "low", "well"]
    kinds = [row.problems[0].kind for row in made.rows() if row.problems]
    assert kinds == [*URGENT, "attention"]


def test_of_one_kind_what_has_waited_longest_comes_first() -> None:
    made = board(shop("b", **held("x", second=30)), shop("a", **held("y", second=40)), shop("c", **held("z", second=5)))
    assert order(made) == ["c", "b", "a"]


def test_of_silent_shops_the_one_lost_last_comes_first_and_those_never_heard_last() -> None:
    made = Board()
    made.known("never")
    made.said(shop("early"), NOW)
    made.said(shop("late"), NOW + 50)
    made.passed(NOW + 200)
    assert order(made) == ["late", "early", "never"]
    assert row(made, "early").heard == NOW
    assert row(made, "never").heard is None


def test_held_job_is_told_with_its_printer_code_and_since_when() -> None:
    (problem,) = row(board(shop(**held("venta-1", second=7)))).problems
    assert (problem.kind, problem.job, problem.printer, problem.code) == ("held", "venta-1", "Caja", "unknown_outcome")
    assert problem.since is not None
    assert problem.since % 60 == 7


def test_held_jobs_that_the_shop_does_not_name_are_told_as_a_number() -> None:
    problems = row(board(shop(**held("a", more=40)))).problems
    assert [(problem.job, problem.count) for problem in problems] == [("a", 0), ("", 40)]


def test_a_stopped_printer_is_stopped_since_it_was_first_seen_so() -> None:
    made = board(shop("lima", stopped("Caja", "offline"), at=at(10)))
    first = row(made).problems[0].since
    made.said(shop("lima", stopped("Caja", "offline", waiting=3), at=at(40)), NOW + 30)
    assert row(made).problems[0].since == first
    assert row(made).problems[0].count == 3
    made.said(shop("lima", at=at(50)), NOW + 40)
    made.said(shop("lima", stopped("Caja", "offline"), at=at(55)), NOW + 45)
    assert row(made).problems[0].since != first


def test_a_row_names_few_problems_and_says_how_many_more_there_are() -> None:
    made = board(shop("lima", *(stopped(f"P{number}") for number in range(PROBLEMS_SHOWN + 4))))
    assert len(row(made).problems) == PROBLEMS_SHOWN
    assert row(made).more == 4
    view = made.shop("lima")
    assert view is not None
    assert len(view.problems) == PROBLEMS_SHOWN + 4


def test_queue_is_nearly_full_and_then_full() -> None:
    assert [row(board(shop(current=count))).problems[:1] for count in (79,)] == [()]
    assert [row(board(shop(current=count))).problems[0].kind for count in (80, 99, 100)] == [
        "nearly_full", "nearly_full", "full",
    ]  # fmt: skip
    assert row(board(shop(capacity=0))).problems == ()


# --- silence ---


def test_a_shop_is_silent_when_its_entry_would_have_ended_and_is_back_when_it_speaks() -> None:
    made = board(shop("lima", **held("a")))
    made.passed(NOW + made.there_s)
    assert row(made).there
    made.passed(NOW + made.there_s + 0.1)
    silent = row(made)
    assert (silent.there, silent.heard, silent.problems[0].kind) == (False, NOW, "silent")
    assert made.counts == Counts(shops=1, silent=1, urgent=1)
    made.said(shop("lima"), NOW + 300)
    assert row(made).there
    assert made.counts == Counts(shops=1, there=1, printers=1)


def test_an_entry_that_is_old_already_ends_sooner() -> None:
    made = Board()
    made.said(shop(), NOW, age=80.0)
    made.passed(NOW + made.there_s - 70)
    assert not row(made).there


@pytest.mark.parametrize("age", [-500.0, 1e9])
def test_a_clock_that_is_wrong_makes_no_shop_silent_or_immortal(age: float) -> None:
    made = Board()
    made.said(shop(), NOW, age=age)
    assert row(made).there
    made.passed(NOW + made.there_s + 1)
    assert not row(made).there


def test_nobody_falls_silent_because_we_did_not_hear() -> None:
    made = board(shop("lima"), shop("gone"))
    made.ended("gone")
    made.resumed(NOW + 1000)
    made.said(shop("lima"), NOW + 1000, age=85.0)  # the entry it had when the server went down
    made.passed(NOW + 1000 + made.there_s)
    assert row(made).there
    assert not row(made, "gone").there
    made.passed(NOW + 1001 + made.there_s)
    assert not row(made).there


def test_what_a_silent_shop_said_last_is_still_to_be_seen() -> None:
    made = board(shop("lima", stopped("Caja", "offline"), **held("a")))
    made.ended("lima")
    made.ended("lima")
    view = made.shop("lima")
    assert view is not None
    assert not view.there
    assert [problem.kind for problem in view.problems] == ["silent", "held", "stopped"]
    assert [printer.name for printer in view.printers] == ["Caja"]
    assert made.counts.held == made.counts.stopped == made.counts.printers == 0


# --- one shop, its jobs ---


def test_last_changes_of_a_shops_jobs_are_kept_newest_first_and_never_go_back() -> None:
    made = Board()
    made.happened("lima", SeenJob("a", "queued", at=at(1)))
    made.happened("lima", SeenJob("b", "queued", at=at(2)))
    made.happened("lima", SeenJob("a", "confirmed", at=at(3)))
    made.happened("lima", SeenJob("a", "printing", at=at(2)))
    view = made.shop("lima")
    assert view is not None
    assert [(job.id, job.state) for job in view.jobs] == [("a", "confirmed"), ("b", "queued")]
    for number in range(100):
        made.happened("lima", SeenJob(f"j{number}", "queued", at=at(4)))
    view = made.shop("lima")
    assert view is not None
    assert [job.id for job in view.jobs] == [f"j{number}" for number in range(99, 99 - JOBS_KEPT, -1)]


def test_of_a_shop_that_nobody_knows_there_is_no_view() -> None:
    assert Board().shop("lima") is None


# --- search ---


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("LIMA", ["lima"]), ("cocina", ["cusco"]), ("Cócina", ["cusco"]), ("venta-7", ["lima"]), ("li caja", ["lima"]),
        ("lima cocina", []), ("media-empty", ["cusco"]), ("  ", ["cusco", "lima"]),
    ],
)  # fmt: skip
def test_words_are_found_in_stores_printers_and_jobs_however_they_are_written(words: str, found: list[str]) -> None:
    made = board(shop("lima", **held("venta-7")), shop("cusco", stopped("Cocína", "media-empty")))
    rows, matching = made.look(Wish(words=words))
    assert sorted(row.store for row in rows) == found
    assert matching == len(found)


@pytest.mark.parametrize("show", FILTERS)
def test_filters_show_every_shop_that_has_such_a_problem_be_it_its_second(show: str) -> None:
    made = board(
        shop("both", stopped("Caja"), current=90, **held("a")), shop("disk", stopped("Caja"), storage="x"),
        shop("gone"),
        shop("full", current=100), shop("low", ShopPrinter("Caja", "idle", ("media-low",), 0, 0)), shop("well"),
    )  # fmt: skip
    made.ended("gone")
    found = {row.store for row in made.look(Wish(show=show))[0]}
    assert found == {
        "urgent": {"both", "disk", "gone", "full"}, "held": {"both"}, "stopped": {"both", "disk"}, "silent": {"gone"},
        "full": {"disk", "full"}, "soon": {"both", "low"},
    }[show]  # fmt: skip


def test_only_so_many_rows_are_given_and_how_many_there_are() -> None:
    made = board(*(shop(f"s{number:03}") for number in range(30)))
    for wish in (Wish(limit=10), Wish(words="s", limit=10)):
        rows, matching = made.look(wish)
        assert ([row.store for row in rows], matching) == ([f"s{number:03}" for number in range(10)], 30)


# --- laws ---

STORES = st.sampled_from(["a", "b", "c", "d"])
PRINTERS = st.lists(
    st.builds(
        ShopPrinter,
        st.sampled_from(["Caja", "Cocina", "Barra"]),
        st.sampled_from(["idle", "processing", "stopped"]),
        st.lists(st.sampled_from(["offline", "media-empty", "media-low"]), max_size=2).map(tuple),
        st.integers(0, 5),
        st.integers(0, 3),
    ),
    max_size=4,
).map(tuple)
MOMENTS = st.sampled_from([at(1), at(2), at(59), "", "soon", "2026-11-22"])
HELD = st.builds(HeldJob, st.sampled_from(["x", "y"]), st.just("Caja"), st.sampled_from(["held", ""]), MOMENTS)
SHOPS = st.builds(
    Shop,
    store=STORES,
    version=st.just("1"),
    since=MOMENTS,
    at=MOMENTS,
    every_s=st.just(30.0),
    current=st.integers(0, 12),
    capacity=st.integers(0, 10),
    held=st.integers(0, 4),
    printers=PRINTERS,
    needs=st.lists(HELD, max_size=3).map(tuple),
    storage=st.sampled_from(["", "", "full"]),
)
JOBS = st.builds(SeenJob, st.sampled_from(["x", "y"]), st.just("held"), at=MOMENTS)
TIMES = st.floats(NOW, NOW + 500)
Step = Callable[[Board], None]
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda one, now, age: lambda b: b.said(one, now, age), SHOPS, TIMES, st.floats(-10, 200)),
    st.builds(lambda store: lambda b: b.ended(store), STORES),
    st.builds(lambda store: lambda b: b.known(store), STORES),
    st.builds(lambda now: lambda b: b.passed(now), TIMES),
    st.builds(lambda now: lambda b: b.resumed(now), TIMES),
    st.builds(lambda store, job: lambda b: b.happened(store, job), STORES, JOBS),
)


@given(st.lists(STEPS, max_size=40))
def test_counts_are_those_of_the_rows_and_their_order_is_total_whatever_came_when(steps: list[Step]) -> None:
    made = Board()
    for step in steps:
        step(made)
        rows = list(made.rows())
        keys = [urgency(row) for row in rows]
        assert keys == sorted(set(keys)), "no two rows are equally urgent"
        assert not any(math.isnan(value) for _, value, _ in keys)
        assert len({row.store for row in rows}) == len(rows)
        summed = {name: sum(counted(row)[name] for row in rows) for name in Counts.__struct_fields__}
        assert made.counts == Counts(**summed)
        assert made.counts.there + made.counts.silent == made.counts.shops == len(rows)
        assert made.counts.urgent == made.look(Wish(show="urgent"))[1]
        assert made.counts.soon == made.look(Wish(show="soon"))[1]
        assert made.counts.full == made.look(Wish(show="full"))[1]
        for wish in (Wish(limit=2), Wish(show="silent", limit=2), Wish(words="caja", limit=2)):
            found, matching = made.look(wish)
            assert found == [row for row in rows if row in found]
            assert len(found) == min(2, matching)


@given(st.lists(SHOPS, max_size=12), st.randoms())
def test_the_same_shops_stand_in_the_same_order_whoever_spoke_first(shops: list[Shop], chance: random.Random) -> None:
    latest = list({one.store: one for one in shops}.values())
    mixed = list(latest)
    chance.shuffle(mixed)
    assert list(board(*latest).rows()) == list(board(*mixed).rows())
