"""Ready bytes: what goes to the printer, what is left out, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.errors import DocumentError
from ticket_daemon.poster.emulator import draw
from ticket_daemon.poster.escpos import COMMANDS, Command, parse
from ticket_daemon.poster.escpos.characters import Initialize
from ticket_daemon.poster.escpos.definitions import DefineCharacters
from ticket_daemon.poster.escpos.effects import effect
from ticket_daemon.poster.escpos.graphics import RasterImage
from ticket_daemon.poster.escpos.mechanics import Pulse
from ticket_daemon.poster.printer_data import MAX_COMMANDS, heading, opens_drawer, printer_data, without_pulses
from ticket_daemon.poster.profile.catalogue import find

KICK = Pulse(0, 25, 25).encode()
RECEIPT = Initialize().encode() + b"total 1.00\n"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (b"a\x1bp\x00\x19\xfab", b"ab"),
        (b"a\x10\x14\x01\x00\x01b", b"ab"),
        (b"a\x10\x14\x07\x01b", b"a\x10\x14\x07\x01b"),  # asks for a status
        (b"a\x1bp\x00", b"a"),  # the next bytes would complete it
        (b"\x1d8L\x03\x00\x00\x00\x1bp\x00", b"\x1d8L\x03\x00\x00\x00\x1bp\x00"),  # the inside of a picture
    ],
)
def test_what_opens_the_drawer_is_left_out(given: bytes, kept: bytes) -> None:
    assert without_pulses(given) == kept
    assert not opens_drawer(kept)


#: Dots that look like a drawer's kick.
DOTS = st.lists(st.sampled_from([KICK, b"\x10\x14\x01\x00\x01", b"\x00", b"\xff"]), max_size=12).map(b"".join)


@given(DOTS)
def test_dots_that_look_like_a_kick_stay(dots: bytes) -> None:
    columns = dots[: len(dots) // 3 * 3]
    data = DefineCharacters(3, 65, 65, (columns,)).encode() + RasterImage(0, 1, len(dots), dots).encode() + b"A\n"
    assert without_pulses(data) == data
    assert without_pulses(data + KICK) == data


PIECES = st.sampled_from([KICK, RECEIPT, b"\x1b", b"\x1d(k", b"\x10\x14", b"\x1b&\x03AB", b"\0\0"]) | st.binary(
    max_size=6
)


@given(st.lists(PIECES, max_size=8).map(b"".join))
def test_nothing_but_kicks_is_left_out(data: bytes) -> None:
    kept = without_pulses(data)
    kicks = b"".join(p.command.encode() for p in parse(data) if effect(p.command) == "drawer")
    assert len(kept) <= len(data) - len(kicks)
    if not kicks:
        assert data.startswith(kept)
    if data:
        assert printer_data(data)[0] == data


def test_ready_bytes_of_a_shop_that_allows_them_go_as_they_are() -> None:
    data = RECEIPT + b"\x1c\x71\x00" + KICK
    assert printer_data(data) == (data, ())
    assert printer_data(data, with_pulse=False)[0] == RECEIPT + b"\x1c\x71\x00"


def test_ready_bytes_longer_than_a_raw_command_are_taken_whole() -> None:
    picture = RasterImage(0, 72, 6000, bytes(72 * 6000)).encode()
    assert printer_data(RECEIPT + picture, allow_raw=None) == (RECEIPT + picture, ())


def test_questions_at_the_end_of_ready_bytes_are_left_out() -> None:
    data, warnings = printer_data(RECEIPT + b"\x1dr\x01", allow_raw=None)
    assert data == RECEIPT
    assert [warned.key for warned in warnings] == ["warning.raw_asks"]


@pytest.mark.parametrize(
    ("data", "allow_raw", "key"),
    [
        (RECEIPT, False, "raw.forbidden"),
        (RECEIPT + b"\x1cq\x00", None, "raw.not_printing"),
        (RECEIPT + b"\x1d(k\xff\xff1P0", None, "raw.incomplete"),
    ],
)
def test_ready_bytes_that_are_refused(data: bytes, allow_raw: bool | None, key: str) -> None:
    with pytest.raises(DocumentError) as caught:
        printer_data(data, allow_raw=allow_raw)
    assert (caught.value.key, caught.value.category) == (key, "RAW")


def test_an_unfinished_end_is_told_where_everything_is_allowed() -> None:
    data, warnings = printer_data(RECEIPT + b"\x1b")
    assert data == RECEIPT + b"\x1b"
    assert [(warned.key, warned.parameters["offset"]) for warned in warnings] == [
        ("warning.raw_unfinished", len(RECEIPT))
    ]


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_a_command_whose_name_says_that_it_transmits_is_one_that_asks(kind: type[Command]) -> None:
    (found, *_) = parse(kind.PREFIX + bytes(10))
    says = kind.NAME.partition("– ")[2].startswith(("transmit", "request transmission", "enable/disable Automatic"))
    assert (effect(found.command) == "asks") >= says


@pytest.mark.parametrize("hidden", [b"\x10\x14\x02\x01\x08", b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"])
def test_what_stops_a_printer_is_refused_in_the_midst_of_a_picture_too(hidden: bytes) -> None:
    picture = RasterImage(0, 1, len(hidden), hidden).encode()
    with pytest.raises(DocumentError) as caught:
        printer_data(RECEIPT + picture, allow_raw=None)
    assert caught.value.parameters["offset"] == len(RECEIPT)
    assert printer_data(RECEIPT + picture)[0] == RECEIPT + picture


@pytest.mark.parametrize("name", ["TM-U220", "Generic 58mm", "TM-T88II"])
def test_a_heading_is_read_by_printers_of_any_make(name: str) -> None:
    profile = find(name)
    assert profile is not None
    paper = draw(heading("REIMPRESIÓN") + RECEIPT, profile)
    assert paper.text == [" REIMPRESION", "total 1.00"]
    assert paper.events == ()


def test_ready_bytes_have_a_bound_of_commands() -> None:
    assert printer_data(b"\n" * MAX_COMMANDS)[0] == b"\n" * MAX_COMMANDS
    with pytest.raises(DocumentError) as caught:
        printer_data(b"\n" * 10 * MAX_COMMANDS)
    assert (caught.value.key, caught.value.parameters["limit"]) == ("budget.printer_commands", "200,000")


def test_the_place_of_what_is_refused_counts_from_the_first_byte() -> None:
    before = b"A" * 200_000 + b"\n"
    with pytest.raises(DocumentError) as caught:
        printer_data(before + b"\x1cq\0", allow_raw=None)
    assert caught.value.parameters["offset"] == len(before)
