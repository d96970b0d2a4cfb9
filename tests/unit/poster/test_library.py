"""The library's face: `from ticket_daemon.poster import …`."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from ticket_daemon import poster
from ticket_daemon.poster import builder, library
from ticket_daemon.poster.emulator import draw

VALUES: dict[str, Any] = {
    "version": "1.0",
    "profile": {"model": "Generic 58mm"},
    "commands": [{"type": "text", "data": {"content": {"text": "Piña, ¿cuánto? 3 €"}}}, {"type": "cut", "data": {}}],
}
TEXT = json.dumps(VALUES, ensure_ascii=False)


@pytest.mark.parametrize(
    "source", [TEXT, TEXT.encode(), VALUES, poster.decode(TEXT)[0]], ids=lambda s: type(s).__name__
)
def test_every_form_of_a_document_gives_the_same_bytes(source: Any) -> None:
    assert poster.render(source) == poster.render_ticket(VALUES).data


@pytest.mark.parametrize("call", [poster.render, poster.preview])
def test_refusal_carries_code_and_path(call: Callable[[Any], bytes]) -> None:
    bad = {**VALUES, "commands": [*VALUES["commands"], {"type": "text", "data": {"content": "x", "align": "middle"}}]}
    with pytest.raises(poster.DocumentError) as refused:
        call(bad)
    assert refused.value.code == "invalid_document"
    assert refused.value.path == "commands[2].data.align"
    assert "left, center, right" in refused.value.text("en")


@pytest.mark.parametrize("source", ["", "[]", b"\xff", "5", {}, 5, None])
def test_whatever_is_no_document_is_refused(source: Any) -> None:
    with pytest.raises(poster.DocumentError):
        poster.render(source)


def test_profile_may_be_a_name_or_a_profile() -> None:
    profile = poster.find_profile("TM-T88V")
    assert poster.render(VALUES, "tm t88v") == poster.render(VALUES, profile)
    assert poster.render(VALUES, profile) == poster.render_ticket(VALUES, profile).data


def test_profile_that_nobody_knows_is_refused_with_the_likest() -> None:
    with pytest.raises(poster.UnknownProfileError, match="TM-T20III"):
        poster.render(VALUES, "TM-T20IIII")


def test_preview_is_the_emulators_picture_of_the_bytes() -> None:
    profile = poster.find_profile("Generic 58mm")
    assert poster.preview(VALUES) == draw(poster.render(VALUES), profile).png()
    assert poster.preview(VALUES, "Generic 80mm") != poster.preview(VALUES)


def test_every_public_name_is_there_and_explains_itself() -> None:
    for name in poster.__all__:
        assert getattr(poster, name).__doc__, name


def test_render_stays_the_function_whatever_is_imported() -> None:
    code = (
        "import ticket_daemon.poster.render.graphics, ticket_daemon.poster.render.drawn\n"
        "from ticket_daemon.poster import render\n"
        "assert callable(render) and render.__module__ == 'ticket_daemon.poster.library'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_and_printing_text_loads_neither_pillow_nor_the_emulator() -> None:
    code = (
        "import sys; from ticket_daemon.poster import Ticket\n"
        "Ticket().text('¿Qué tal?').table([('A', 5)], [['1 €']]).cut().render()\n"
        "late = ('PIL', 'segno', 'zxingcpp', 'ticket_daemon.poster.emulator', 'asyncio', 'logging')\n"
        "assert not set(late) & set(sys.modules), set(late) & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("module", [poster, library, builder], ids=lambda module: module.__name__)
def test_examples_in_docstrings_are_true(module: Any) -> None:
    failed, tried = doctest.testmod(module)
    assert tried
    assert not failed
