"""What one ticket may cost: refused by name and number, counted alike whatever was printed before, and never more than
linear in the ticket's length."""

from __future__ import annotations

import base64
import io
import math
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ticket_daemon.errors import DocumentError
from ticket_daemon.poster.budget import LIMITS, MAX_WARNINGS, Budget
from ticket_daemon.poster.clusters import MAX_CLUSTER, columns, may_be_overlong, split_clusters, stream_safe
from ticket_daemon.poster.document import decode
from ticket_daemon.poster.document.model import Fault
from ticket_daemon.poster.layout.table import _capped
from ticket_daemon.poster.raster.cache import ENTRY_COST, SizedCache
from ticket_daemon.poster.render import estimated_us, render_ticket

WIDE = {"model": "Generic 80mm", "width": 4096}
ACUTE, GRAVE_BELOW = "\u0301", "\u0316"


def command(kind: str, /, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


def document(*commands: dict[str, Any], **profile: Any) -> dict[str, Any]:
    return {"version": "1.1", "profile": {"model": "Generic 80mm"} | profile, "commands": list(commands)}


def text(content: str) -> dict[str, Any]:
    return command("text", content=content)


def table(columns: int, rows: list[list[str]], width: int = 1, **options: Any) -> dict[str, Any]:
    layout = [{"width": width, "name": "", "align": "left"}] * columns
    return command("table", columns=layout, rows=rows, options={"column_spacing": 0} | options)


def picture(width: int, height: int, value: int = 0) -> str:
    file = io.BytesIO()
    Image.new("1", (width, height), value).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


SMALL = picture(16, 16)

TOO_MUCH: dict[str, tuple[dict[str, Any], str]] = {
    "budget.characters": (document(*[text("a" * 60_000)] * 17), "commands[16].data"),
    "budget.lines": (document(text("\n" * 30_000)), "commands[0].data"),
    "budget.cells": (document(table(340, [[]] * 300), **WIDE), "commands[0].data.rows"),
    "budget.drawn": (document(text("汉" * 60_000)), "commands[0].data"),
    "budget.modules": (document(*[command("aztec", data="x" * 1500)] * 45), "commands[41].data.data"),
    "budget.pixels": (
        document(*[command("image", code=picture(4000, 4000), pixel_width=8, threshold=i) for i in range(6)]),
        "commands[4].data.code",
    ),
    "budget.dots": (
        document(*[command("image", code=SMALL, pixel_width=4096, dithering="threshold")] * 6, **WIDE),
        "commands[3].data.code",
    ),
    "budget.raw": (document(*[command("raw", hex="41" * 4096)] * 300), "commands[256].data.hex"),
    "budget.bytes": (
        document(*[command("text", content="汉", style={"size": "8x8"})] * 5000),
        "commands[",
    ),
}


def test_every_limit_is_tried() -> None:
    assert TOO_MUCH.keys() == LIMITS.keys()


@pytest.mark.parametrize("kind", TOO_MUCH)
def test_what_is_too_much_is_refused_by_name_place_and_number(kind: str) -> None:
    wire, path = TOO_MUCH[kind]
    for _ in range(2):  # the second time from caches
        with pytest.raises(DocumentError) as refused:
            render_ticket(wire)
        assert refused.value.key == kind
        assert (refused.value.path or "").startswith(path)
        assert f"{LIMITS[kind]:,}" in refused.value.text("es")


def test_more_lines_than_are_left_are_refused_before_they_are_made() -> None:
    with pytest.raises(DocumentError) as refused:
        render_ticket(document(table(1, [["a" * 900_000]], word_wrap=False)))
    assert (refused.value.key, refused.value.path) == ("budget.lines", "commands[0].data.rows")


def test_names_are_bounded() -> None:
    for field in ("model", "code_table"):
        with pytest.raises(DocumentError) as refused:
            render_ticket(document(command("beep"), **{field: "x" * 256}))
        assert refused.value.path == f"profile.{field}"


def test_commands_are_bounded() -> None:
    with pytest.raises(DocumentError) as refused:
        decode(document(*[command("beep")] * 20_001))
    assert (refused.value.key, refused.value.path) == ("budget.commands", "commands")


def test_warnings_are_bounded_and_counted() -> None:
    made = render_ticket(document(*[command("cut")] * 5000, model="Generic 58mm"))
    assert len(made.warnings) == MAX_WARNINGS + 1
    assert (made.warnings[-1].key, made.warnings[-1].parameters) == ("warning.more", {"count": 5000 - MAX_WARNINGS})


def test_a_budget_is_spent_to_its_end_and_no_further() -> None:
    budget = Budget()
    budget.spend("budget.cells", LIMITS["budget.cells"])
    assert budget.spent["budget.cells"] == LIMITS["budget.cells"]
    with pytest.raises(Fault):
        budget.spend("budget.cells", 1)


# --- clusters ---

MARKS = "\u0301\u0316\u200d\u094d\U0001f3fd\ufe0f"
HARD = st.text(st.sampled_from("a न 👍한가ก" + MARKS) | st.characters(), max_size=200)


@given(HARD, st.sampled_from(MARKS), st.integers(0, 200))
def test_no_cluster_of_stream_safe_text_is_longer_than_a_letter_and_its_marks(
    words: str, mark: str, repeated: int
) -> None:
    safe = stream_safe(words + mark * repeated + words)
    assert max(map(len, split_clusters(safe)), default=0) <= MAX_CLUSTER
    assert stream_safe(safe) == safe


@given(HARD)
def test_text_that_is_not_overlong_is_seen_to_be(words: str) -> None:
    if not may_be_overlong(words):
        assert max(map(len, split_clusters(words)), default=0) <= MAX_CLUSTER
    if max(map(len, split_clusters(words)), default=0) > MAX_CLUSTER:
        assert may_be_overlong(words)


@pytest.mark.parametrize("tail", ["🏽" * 20_000, "\u200d" * 20_000, "🏽\u200d" * 10_000, ACUTE * 20_000])
def test_a_chain_of_marks_prints_as_its_letter(tail: str) -> None:
    made = render_ticket(document(text("Nota: 👍" + tail)))
    assert "warning.marks" in [warning.key for warning in made.warnings]
    assert len(made.data) < 50_000
    assert columns(stream_safe("👍" + tail)) == 2


# --- shrinking ---


def one_at_a_time(widths: list[int], room: int) -> list[int]:
    widths = list(widths)
    while sum(widths) > room:
        widths[max(range(len(widths)), key=lambda i: (widths[i], i))] -= 1
    return widths


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.data())
def test_columns_are_cut_at_once_as_one_at_a_time(widths: list[int], data: st.DataObject) -> None:
    room = data.draw(st.integers(0, sum(widths) - 1))
    assert _capped(widths, room) == one_at_a_time(widths, room)


# --- caches ---


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3000)), max_size=60))
def test_a_cache_never_holds_more_than_its_limit(puts: list[tuple[int, int]]) -> None:
    cache = SizedCache[int](4 * (ENTRY_COST + 500))
    for key, size in puts:
        cache.keep(key, size, size)
        assert cache.size <= cache.limit
        assert len(cache) * ENTRY_COST <= cache.limit


# --- linear ---

GROWING: dict[str, Callable[[int], dict[str, Any]]] = {
    "rows": lambda n: document(table(3, [["a", "b", "c"]] * n)),
    "rows that wrap": lambda n: document(table(2, [["ñandú café", "ж"]] * n, width=4)),
    "columns": lambda n: document(table(n // 4, [["a"] * (n // 4)], width=1), **WIDE),
    "columns that shrink": lambda n: document(table(n // 4, [[]], width=1000, align="left"), **WIDE),
    "letters of a cell": lambda n: document(table(1, [["é" * n]], width=3, word_wrap=False)),
    "words of a cell": lambda n: document(table(1, [["né " * n]], width=9)),
    "cells of a row": lambda n: document(command("columns", cells=[{"text": "a"}] * (n // 4), spacing=0), **WIDE),
    "letters of a free cell": lambda n: document(command("columns", cells=[{"text": "é" * n}, {"text": "b"}])),
    "words": lambda n: document(text("hola " * n)),
    "letters of a word": lambda n: document(text("é" * n)),
    "spaces": lambda n: document(text("a" + " " * n + "é")),
    "tabs": lambda n: document(text("\t" * n + "é")),
    "line feeds": lambda n: document(text("\n" * n)),
    "ideographs": lambda n: document(text("番茄牛肉面" * n)),
    "marks on one letter": lambda n: document(text("a" + (ACUTE + GRAVE_BELOW) * n)),
    "marks on letters": lambda n: document(text(("x" + ACUTE + GRAVE_BELOW) * n)),
    "marks in a cell": lambda n: document(table(1, [["a" + (ACUTE + GRAVE_BELOW) * n]], width=3, word_wrap=False)),
    "skin tones": lambda n: document(text("👍" + "🏽" * n)),
    "joiners": lambda n: document(text("👍\u200d" * n)),
    "runs of directions": lambda n: document(text("a ב " * n)),
    "brackets of directions": lambda n: document(text("(א[a" * n)),
    "isolates": lambda n: document(text("א" + "\u2068" * n)),
    "closed isolates": lambda n: document(text("א" + "\u2067\u2069" * n)),
    "runs of code pages": lambda n: document(text("éж" * n)),
    "soft hyphens": lambda n: document(text("Do\u00adnau" * n)),
    "texts of a line": lambda n: document(*[command("text", content="a", new_line=False)] * n),
    "commands": lambda n: document(*[command("beep")] * n),
    "pictures": lambda n: document(*[command("image", code=SMALL, pixel_width=64)] * n),
    "symbols": lambda n: document(*[command("qr", data=f"{i}") for i in range(n // 4)], has_qr=False),
    "warnings": lambda n: document(*[command("cut")] * n, model="Generic 58mm"),
    "unknown fields": lambda n: document(text("a")) | {f"x{i}": 1 for i in range(n)},
    "clamped numbers": lambda n: document(*[command("beep", times=99)] * n),
    "nesting": lambda n: document(text("a")) | {"x": nested(min(n, 300))},
    "raw": lambda n: document(*[command("raw", hex="1b 61 01 0a")] * n),
}


def nested(depth: int) -> Any:
    made: Any = 1
    for _ in range(depth):
        made = [made]
    return made


def work(wire: dict[str, Any]) -> int:
    """Lines of Python and calls of functions, its own and in C, that rendering takes."""
    count = 0

    def line(_: FrameType, event: str, __: object) -> Callable[..., Any]:
        nonlocal count
        count += event == "line"
        return line

    def call(_: FrameType, __: str, ___: object) -> None:
        nonlocal count
        count += 1

    try:
        sys.settrace(line)
        sys.setprofile(call)
        render_ticket(wire)
    except DocumentError:
        pass
    finally:
        sys.settrace(None)
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("dimension", GROWING)
def test_work_grows_no_faster_than_the_ticket(dimension: str) -> None:
    grown = GROWING[dimension]
    render_ticket(grown(8))  # what is loaded once
    smaller, larger = work(grown(150)), work(grown(600))
    exponent = math.log(larger / smaller, 4)
    assert exponent <= 1.2, f"{smaller} and {larger} steps: n to the power of {exponent:.2f}"


# --- estimates ---


@pytest.mark.parametrize("dimension", GROWING)
def test_estimates_are_linear_and_grow_with_the_ticket(dimension: str) -> None:
    small, large = (estimated_us(decode(GROWING[dimension](n))[0]) for n in (64, 640))
    assert 0 < small <= large <= 12 * small + 100_000


def test_a_usual_receipt_is_cheap_and_a_bomb_is_not() -> None:
    receipt = document(text("CAFÉ LA NUBE"), table(3, [["1", "café", "9.50"]] * 20), command("qr", data="x" * 40))
    assert estimated_us(decode(receipt)[0]) < 20_000
    for bomb in (
        TOO_MUCH["budget.drawn"][0],
        TOO_MUCH["budget.dots"][0],
        TOO_MUCH["budget.pixels"][0],
        document(text("é" * 12_000)),
    ):
        assert estimated_us(decode(bomb)[0]) > 100_000
