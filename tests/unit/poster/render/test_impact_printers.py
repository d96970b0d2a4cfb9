"""Impact printers, the kitchen's standard: ESC ! and ESC * only, two sizes, swapped fonts, words instead of symbols."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image

from ticket_daemon.poster import render_ticket
from ticket_daemon.poster.emulator import draw
from ticket_daemon.poster.escpos import Command, parse
from ticket_daemon.poster.escpos import characters as c
from ticket_daemon.poster.escpos import graphics as g
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render import Rendered

FAMILY = ("TM-U220", "TM-U220II", "TM-U230", "TM-U210", "SRP-275")


def profile() -> Profile:
    found = find("TM-U220")
    assert found is not None
    return found


def rendered(*commands: dict[str, Any]) -> Rendered:
    return render_ticket({"version": "1.1", "profile": {"model": "TM-U220", "dpi": 203}, "commands": list(commands)})


def text(words: str, **style: Any) -> dict[str, Any]:
    return {"type": "text", "data": {"content": {"text": words, "content_style": style}}}


def sent(*commands: dict[str, Any]) -> list[Command]:
    return [parsed.command for parsed in parse(rendered(*commands).data)]


def picture(width: int, height: int) -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("L", (width, height)).save(out, "PNG")
    return {"type": "image", "data": {"code": base64.b64encode(out.getvalue()).decode(), "pixel_width": width}}


@pytest.mark.parametrize("name", FAMILY)
def test_the_wide_font_is_a_and_the_narrow_one_b(name: str) -> None:
    found = find(name)
    assert found is not None
    assert (found.columns("A"), found.columns("B")) == (33, 40)


@pytest.mark.parametrize(
    ("style", "mode"),
    [
        ({}, b"\x1b!\x00"),
        ({"font": "B"}, b""),  # as ESC @ leaves it
        ({"size": "2x2"}, b"\x1b!\x30"),
        ({"size": "1x2", "bold": True}, b"\x1b!\x18"),
        ({"underline": "1pt"}, b"\x1b!\x80"),
        ({"underline": "2pt"}, b"\x1b!\x00\x1b-\x02"),
        ({"size": "8x3", "font": "B"}, b"\x1b!\x31"),
    ],
)
def test_a_look_is_one_esc_exclamation(style: dict[str, Any], mode: bytes) -> None:
    assert mode + b"a\n" in rendered(text("a", **style)).data.removeprefix(b"\x1b@\x1bt\x10\x1bR\x00")


def test_what_the_printer_lacks_is_told_once() -> None:
    ticket = rendered(text("a", size="3x3"), text("b", size="3x3", inverse=True), text("c", inverse=True))
    assert [warned.key for warned in ticket.warnings] == ["warning.size", "warning.no_inverse"]


def test_nothing_is_sent_that_comes_out_as_letters() -> None:
    commands = [
        text("MESA 12", size="3x3", inverse=True),
        text("1 x Hamburguesa 😀"),
        text("漢字", size="2x2"),
        picture(100, 60),
        {"type": "qr", "data": {"data": "https://example.com/1", "human_text": "scan"}},
        {"type": "barcode", "data": {"symbology": "ean13", "data": "750103131130"}},
        {"type": "pdf417", "data": {"data": "words"}},
        {"type": "columns", "data": {"cells": [{"text": "a", "style": {"size": "4x4"}}, {"text": "b"}]}},
    ]
    ticket = rendered(*commands)
    paper = draw(ticket.data, ticket.profile)
    assert paper.events == ()
    words = ["https://example.com/1", "scan", "7501031311309", "words", "a        b"]
    assert paper.text == ["MESA 12", *words]
    assert sum(warned.key == "warning.no_symbols" for warned in ticket.warnings) == 3


def test_pictures_are_strips_of_eight_pins_in_their_own_proportion() -> None:
    commands = sent(picture(160, 144))
    strips = [command for command in commands if isinstance(command, g.BitImage)]
    assert {(strip.m, strip.n) for strip in strips} == {(1, 160)}
    assert len(strips) == 144 // 2 // 8
    at = commands.index(strips[0])
    assert commands[at - 2 : at] == [c.Unidirectional(1), c.LineSpacing(16)]
    assert c.Unidirectional(0) in commands
    ticket = rendered(picture(160, 144))
    dots = draw(ticket.data, ticket.profile).bitmap()
    rows = [y for y in range(dots.height) if any(dots.rows(y, 1))]
    assert len(rows) == 144


def test_an_impact_printer_prints_what_it_does_not_know_as_letters() -> None:
    old = b"\x1d!\x22" + b"\x1b*!\x02\x00abcdef\n" + b"\x1dv0\x00\x01\x00\x01\x00x\n" + b"\x1d(k\x03\x001Q0\n"
    assert draw(old, profile()).text == ['"!abcdef', "0x", "k1Q0"]


def test_the_second_colour_is_seen_in_the_picture_only() -> None:
    black, red = draw(b"a\x1br\x00b\n", profile()), draw(b"a\x1br\x01b\n", profile())
    assert black.text == red.text
    assert black.bitmap() == red.bitmap()
    assert black.png() != red.png()


def test_feeds_count_in_the_printers_own_units() -> None:
    """Half dots on Epson's heads of 180 dpi, 1/360 inch on Citizen's: the white around a symbol is as it should be."""
    qr = {"type": "qr", "data": {"data": "a", "pixel_width": 200}}
    heights = {}
    for name in ("TM-T88V", "TM-T20III", "CT-S310II"):
        found = find(name)
        ticket = render_ticket({"version": "1.0", "profile": {"model": name}, "commands": [qr]})
        heights[name] = draw(ticket.data, found or ticket.profile).height - ticket.profile.cutter_distance
    assert len(set(heights.values())) == 1
