"""The builder against the JSON it stands for."""

from __future__ import annotations

import base64
import inspect
import io
import json
from typing import Any

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.poster import DocumentError, Ticket, cell, decode, encode, render, style
from ticket_daemon.poster.document import model
from ticket_daemon.poster.document.model import COMMAND_NAMES


def png() -> bytes:
    out = io.BytesIO()
    PIL.Image.new("1", (16, 8)).save(out, "PNG")
    return out.getvalue()


PICTURE = png()
CODE = base64.b64encode(PICTURE).decode()
LOOK = {"bold": True, "size": "2x1", "underline": "1pt", "inverse": True, "font": "B"}
COLUMNS: list[Any] = [("Producto", 20, "left"), ("€", 8)]

#: A call -> the command's type and data in JSON.
CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any], str, dict[str, Any]]] = [
    ("text", ("Hola",), {}, "text", {"content": "Hola"}),
    (
        "text",
        ("12",),
        {
            **LOOK, "align": "right", "label": "Mesa", "label_style": style(bold=True), "separator": " ",
            "new_line": False,
        },
        "text",
        {
            "content": {"text": "12", "align": "right", "content_style": LOOK},
            "label": {"text": "Mesa", "label_style": {"bold": True}, "separator": " "},
            "new_line": False,
        },
    ),
    ("separator", (), {}, "separator", {}),
    ("separator", ("=", 20), {}, "separator", {"char": "=", "length": 20}),
    ("row", ("a", "b"), {}, "columns", {"cells": [{"text": "a"}, {"text": "b"}]}),
    (
        "row",
        (cell("a", 10, "right", **LOOK), "b"),
        {"spacing": 2},
        "columns",
        {"cells": [{"text": "a", "width": 10, "align": "right", "style": LOOK}, {"text": "b"}], "spacing": 2},
    ),
    (
        "table",
        (COLUMNS, iter([("Agua", 1.5), ["Pan"], [None, 3]])),
        {},
        "table",
        {
            "definition": {"columns": [{"name": "Producto", "width": 20, "align": "left"}, {"name": "€", "width": 8}]},
            "rows": [["Agua", 1.5], ["Pan"], [None, 3]],
        },
    ),
    (
        "table",
        ([("A", 5)], []),
        {
            "show_headers": False, "header_bold": False, "word_wrap": False, "column_spacing": 3, "align": "center",
            "font": "B", "auto_reduce": False, "paper_width": 30,
        },
        "table",
        {
            "definition": {"columns": [{"name": "A", "width": 5}], "paper_width": 30},
            "show_headers": False,
            "options": {
                "header_bold": False, "word_wrap": False, "column_spacing": 3, "align": "center", "font": "B",
                "auto_reduce": False,
            },
        },
    ),
    ("image", (PICTURE,), {}, "image", {"code": CODE}),
    (
        "image",
        (PICTURE,),
        {"pixel_width": 64, "align": "left", "dithering": "threshold", "threshold": 9, "scaling": "nns"},
        "image",
        {"code": CODE, "pixel_width": 64, "align": "left", "dithering": "threshold", "threshold": 9, "scaling": "nns"},
    ),
    ("barcode", ("ean13", "750103131130"), {}, "barcode", {"symbology": "ean13", "data": "750103131130"}),
    (
        "barcode",
        ("code39", "A1"),
        {"width": 2, "height": 9, "hri_position": "both", "hri_font": "B", "align": "left"},
        "barcode",
        {
            "symbology": "code39", "data": "A1", "width": 2, "height": 9, "hri_position": "both", "hri_font": "B",
            "align": "left",
        },
    ),
    ("qr", ("hola",), {}, "qr", {"data": "hola"}),
    (
        "qr",
        ("hola",),
        {
            "pixel_width": 300, "correction": "H", "align": "right", "human_text": "x", "logo": PICTURE,
            "circle_shape": True,
        },
        "qr",
        {
            "data": "hola", "pixel_width": 300, "correction": "H", "align": "right", "human_text": "x", "logo": CODE,
            "circle_shape": True,
        },
    ),
    *(
        (kind, ("SN-1",), extra, kind, {"data": "SN-1", **extra})
        for kind in ("pdf417", "datamatrix", "aztec")
        for extra in ({}, {"pixel_width": 200, "align": "left", "human_text": "x"})
    ),
    ("feed", (), {}, "feed", {"lines": 1}),
    ("cut", (), {}, "cut", {}),
    ("cut", ("full", 0), {}, "cut", {"mode": "full", "feed": 0}),
    ("pulse", (), {}, "pulse", {}),
    ("separator", ("=", 9), {"align": "right"}, "separator", {"char": "=", "length": 9, "align": "right"}),
    ("pulse", (1, 20, 30), {}, "pulse", {"pin": 1, "on_time": 20, "off_time": 30}),
    ("beep", (), {}, "beep", {}),
    ("beep", (2, 3), {}, "beep", {"times": 2, "lapse": 3}),
    ("raw", (b"\x1b@",), {}, "raw", {"hex": "1b 40"}),
    (
        "raw",
        (b"\n",),
        {"comment": "x", "safe_mode": True},
        "raw",
        {"hex": "0a", "comment": "x", "safe_mode": True},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("method", "arguments", "named", "kind", "data"), CALLS)
def test_call_is_the_same_as_its_json(
    method: str, arguments: tuple[Any, ...], named: dict[str, Any], kind: str, data: dict[str, Any]
) -> None:
    ticket = getattr(Ticket("TM-T20III"), method)(*arguments, **named)
    document = ticket.document()
    values = {
        "version": document.version,
        "profile": {"model": "TM-T20III"},
        "commands": [{"type": kind, "data": data}],
    }
    assert encode(document) == encode(decode(values)[0])
    assert ticket.render() == render(values)


def test_every_command_has_its_call() -> None:
    assert {kind for _, _, _, kind, _ in CALLS} == set(COMMAND_NAMES)


def test_every_argument_of_every_call_is_tried() -> None:
    for method in {method for method, *_ in CALLS}:
        parameters = inspect.signature(getattr(Ticket, method)).parameters.values()
        keywords = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY}
        assert keywords == {name for called, _, named, _, _ in CALLS if called == method for name in named}, method


def test_profile_is_the_requests() -> None:
    ticket = Ticket("X", paper_width=58, dpi=203, code_table="PC850", has_qr=False, width=320).feed()
    assert ticket.document().profile == model.ProfileRequest("X", 58, "PC850", 203, False, 320)
    assert json.loads(Ticket("X").feed().json())["profile"] == {"model": "X"}


def test_version_is_the_oldest_that_has_the_commands() -> None:
    assert Ticket().feed().document().version == "1.0"
    assert Ticket().feed().row("a").document().version == "1.1"


@pytest.mark.parametrize(
    ("ticket", "path"),
    [
        (Ticket(), "commands"),
        (Ticket("").feed(), "profile.model"),
        (Ticket().feed().text("x", align="middle"), "commands[1].data.content.align"),  # type: ignore[arg-type]
        (Ticket().text("x", size="9x9"), "commands[0].data.content.content_style.size"),
        (Ticket().table([("A", 0)], []), "commands[0].data.definition.columns[0].width"),
        (Ticket().table([("A", 5)], [["1", "2"]]), "commands[0].data.rows[0]"),
        (Ticket().row(), "commands[0].data.cells"),
        (Ticket().row(cell("a", 0)), "commands[0].data.cells[0].width"),
        (Ticket().barcode("ean99", "1"), "commands[0].data.symbology"),
        (Ticket().raw(b""), "commands[0].data.hex"),
        (Ticket().pulse(on_time=1), "commands[0].data.on_time"),
    ],
)
def test_fault_has_the_path_that_json_would_have(ticket: Ticket, path: str) -> None:
    with pytest.raises(DocumentError) as refused:
        ticket.document()
    assert (refused.value.code, refused.value.path) == ("invalid_document", path)


def test_fault_of_the_renderer_has_its_path_too() -> None:
    with pytest.raises(DocumentError) as refused:
        Ticket().feed().barcode("ean13", "1234567890123").render()
    assert refused.value.path == "commands[1].data.data"


def test_field_that_does_not_exist_is_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError, match="blod"):
        Ticket().text("x", label="a", label_style={"blod": True}).document()  # type: ignore[typeddict-item]


def test_ticket_may_be_asked_at_any_time_and_grow_on() -> None:
    ticket = Ticket().text("a")
    first = ticket.document()
    assert ticket.document() == first
    assert len(ticket.text("b")) == 2
    assert len(first.commands) == 1
    assert ticket.document().commands[:1] == first.commands


def test_preview_is_a_picture() -> None:
    assert Ticket().text("a").preview("Generic 58mm").startswith(b"\x89PNG")


TEXTS = st.text(max_size=20)
ALIGNS = st.sampled_from(["left", "center", "right"])
LOOKS = {
    "bold": st.booleans(), "inverse": st.booleans(), "font": st.sampled_from(["A", "B"]),
    "underline": st.sampled_from(["0pt", "1pt", "2pt", True, False]), "size": st.sampled_from(sorted(model.SIZES)),
}  # fmt: skip


def call(method: str, *arguments: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(method), st.tuples(*arguments), st.fixed_dictionaries({}, optional=named))


def _cells(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.one_of(texts, st.builds(cell, texts, st.none() | st.integers(1, 9), ALIGNS, **LOOKS))


TICKETS = st.lists(
    st.one_of(
        call(
            "text", TEXTS, align=ALIGNS, label=TEXTS, label_style=st.builds(style, **LOOKS), new_line=st.booleans(),
            **LOOKS,
        ),
        call("separator", st.text(min_size=1, max_size=3), st.none() | st.integers(1, 255)),
        st.tuples(
            st.just("row"),
            st.lists(_cells(TEXTS), min_size=1, max_size=4),
            st.fixed_dictionaries({}, optional={"spacing": st.integers(0, 9)}),
        ),
        call(
            "table",
            st.just([("A", 9, "left"), ("B", 9)]),
            st.lists(st.lists(st.one_of(TEXTS, st.integers(), st.none()), max_size=2), max_size=3),
            align=ALIGNS, font=st.sampled_from(["A", "B"]), show_headers=st.booleans(),
        ),
        call("qr", st.text(min_size=1, max_size=20), pixel_width=st.integers(87, 500), human_text=TEXTS),
        call("feed", st.integers(1, 255)),
        call("cut", st.sampled_from(["partial", "full"]), st.integers(0, 255)),
        call("pulse", st.sampled_from([0, 1]), st.integers(2, 510), st.integers(2, 510)),
        call("raw", st.binary(min_size=1, max_size=20), comment=TEXTS),
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


@given(TICKETS)
def test_what_is_built_survives_json(calls: list[tuple[str, Any, dict[str, Any]]]) -> None:
    ticket = Ticket()
    for method, arguments, named in calls:
        getattr(ticket, method)(*arguments, **named)
    document = ticket.document()
    assert decode(encode(document)) == (document, ())
    assert decode(ticket.json()) == (document, ())
