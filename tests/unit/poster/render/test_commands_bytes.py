"""What each document command becomes: exact bytes, and the printer's state kept in hand."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

from ticket_daemon.errors import DocumentError
from ticket_daemon.poster.document.model import COMMAND_NAMES, Command
from ticket_daemon.poster.escpos import Parser, Unknown, parse
from ticket_daemon.poster.escpos import characters as c
from ticket_daemon.poster.escpos import graphics as g
from ticket_daemon.poster.escpos.mechanics import Cut
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render import Rendered, render_ticket
from ticket_daemon.poster.render.commands import RENDERERS

WIDE = Profile("wide", code_pages={"WPC1252": 16, "PC437": 0})
NARROW = Profile("narrow", dots=384, code_pages={"PC437": 0}, kanji=True, cutter="none", buzzer="none")
START = b"\x1b@\x1bt\x10\x1bR\x00"
NARROW_START = b"\x1b@\x1c.\x1bt\x00\x1bR\x00"


def command(kind: str, /, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


def text(content: Any = "", **data: Any) -> dict[str, Any]:
    return command("text", content=content, **data)


def document(*commands: Any) -> dict[str, Any]:
    return {"version": "1.0", "profile": {"model": "x"}, "commands": list(commands)}


def rendered(*commands: Any, profile: Profile = WIDE, **options: Any) -> Rendered:
    return render_ticket(document(*commands), profile, **options)


def printed(*commands: Any, profile: Profile = WIDE, **options: Any) -> bytes:
    """The bytes after the start that every ticket has."""
    data = rendered(*commands, profile=profile, **options).data
    start = NARROW_START if profile.kanji else START
    assert data.startswith(start)
    return data.removeprefix(start)


def refused(*commands: Any, **options: Any) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        rendered(*commands, **options)
    return caught.value


# --- text ---


def test_issue_example_prints_as_it_stands() -> None:
    message = json.loads(
        """{"tipo":"ticket","id":"pos1-20260109-001","datos":{"version":"1.0","profile":{"model":"80mm EC-PM-80250",
        "paper_width":80},"commands":[{"type":"text","data":{"content":{"text":"TICKET DE PRUEBA","align":"center",
        "content_style":{"bold":true,"size":"2x2"}}}},{"type":"cut","data":{"mode":"partial"}}]}}"""
    )
    ticket = render_ticket(message["datos"])
    assert ticket.warnings == ()
    commands = [parsed.command for parsed in parse(ticket.data)]
    assert commands[0] == c.Initialize()
    body = commands[commands.index(c.InternationalSet(0)) + 1 :]
    assert body == [
        c.Justify(1),
        c.CharacterSize(0x11),
        c.Emphasis(1),
        c.Print(b"TICKET DE PRUEBA"),
        c.LineFeed(),
        c.CharacterSize(0),
        c.Emphasis(0),
        c.FeedLines(2),
        Cut(66, 0),
        c.Justify(0),
    ]


@pytest.mark.parametrize(
    ("style", "on", "off"),
    [
        ({}, b"", b""),
        ({"bold": True}, b"\x1bE\x01", b"\x1bE\x00"),
        ({"size": "1x2"}, b"\x1d!\x01", b"\x1d!\x00"),
        ({"size": "8x3"}, b"\x1d!\x72", b"\x1d!\x00"),
        ({"underline": "1pt"}, b"\x1b-\x01", b"\x1b-\x00"),
        ({"underline": "2pt"}, b"\x1b-\x02", b"\x1b-\x00"),
        ({"inverse": True}, b"\x1dB\x01", b"\x1dB\x00"),
        ({"font": "B"}, b"\x1bM\x01", b"\x1bM\x00"),
        ({"font": "B", "bold": True}, b"\x1bM\x01\x1bE\x01", b"\x1bM\x00\x1bE\x00"),
    ],
)
def test_styles(style: dict[str, Any], on: bytes, off: bytes) -> None:
    assert printed(text({"text": "a", "content_style": style})) == on + b"a\n" + off


def test_style_goes_on_over_lines_and_only_what_changes_is_sent() -> None:
    bold, big = {"bold": True}, {"bold": True, "size": "2x2"}
    data = printed(text("a", style=bold), text("b", style=bold), text("c", style=big), text("d"))
    assert data == b"\x1bE\x01a\nb\n\x1d!\x11c\n\x1d!\x00\x1bE\x00d\n"


@pytest.mark.parametrize(
    ("align", "before", "after"),
    [("left", b"", b""), ("center", b"\x1ba\x01", b"\x1ba\x00"), ("right", b"\x1ba\x02", b"\x1ba\x00")],
)
def test_alignment(align: str, before: bytes, after: bytes) -> None:
    assert printed(text({"text": "a", "align": align})) == before + b"a\n" + after


def test_label_stands_before_the_content_on_the_same_line() -> None:
    data = printed(text("9.50", label={"text": "Total", "label_style": {"bold": True}}))
    assert data == b"\x1bE\x01Total: \x1bE\x009.50\n"
    assert printed(text("9.50", label={"text": "Total", "separator": " = "})) == b"Total = 9.50\n"


def test_label_takes_the_contents_alignment_and_gives_its_own() -> None:
    assert printed(text({"text": "b", "align": "right"}, label="a")) == b"\x1ba\x02a: b\n\x1ba\x00"
    assert printed(text("b", label={"text": "a", "align": "center"})) == b"\x1ba\x01a: b\n\x1ba\x00"


def test_text_without_new_line_shares_its_line_with_the_next() -> None:
    assert printed(text("a", new_line=False), text("b")) == b"ab\n"


def test_last_text_without_new_line_is_still_printed() -> None:
    assert printed(text("a", new_line=False)) == b"a\n"


def test_empty_text_feeds_a_line() -> None:
    assert printed(text(""), text("a")) == b"\na\n"


def test_line_feeds_end_lines() -> None:
    assert printed(text("a\nb\r\nc\n")) == b"a\nb\nc\n\n"


def test_tabs_are_spaces_to_the_next_eighth_column() -> None:
    assert printed(text("a\tb")) == b"a       b\n"


def test_long_text_wraps_at_words_by_the_size_of_its_letters() -> None:
    assert printed(text("x" * 40 + " " + "y" * 10)) == b"x" * 40 + b"\n" + b"y" * 10 + b"\n"
    assert printed(text("aaaa bbbb", style={"size": "8x1"})) == b"\x1d!\x70aaaa\nbbbb\n\x1d!\x00"


def test_full_line_is_one_line() -> None:
    assert printed(text("x" * 48)) == b"x" * 48 + b"\n"


def test_content_wraps_in_the_room_its_label_leaves() -> None:
    assert printed(text("y" * 10, label="x" * 40)) == b"x" * 40 + b": \n" + b"y" * 10 + b"\n"


def test_control_characters_are_taken_out_with_a_warning() -> None:
    ticket = rendered(text("a\x1b@\x00\x7f\x9bb"))
    assert ticket.data == START + b"a@b\n"
    assert [(w.key, w.path) for w in ticket.warnings] == [("warning.control_characters", "commands[0]")]


def test_code_page_is_switched_and_left_in_mid_line() -> None:
    assert printed(text("é█é")) == b"\x1bt\x00\x82\xdb\x82\n"
    assert printed(text("€█")) == b"\x80\x1bt\x00\xdb\n"


# --- lines that must be drawn ---


def drawn(data: bytes) -> list[Command]:
    return [p.command for p in parse(data)]  # type: ignore[misc]


def test_line_that_no_page_has_is_drawn_and_the_next_is_text_again() -> None:
    commands = drawn(printed(text("漢字"), text("abc")))
    assert isinstance(commands[0], g.RasterImage)
    assert commands[-2:] == [c.Print(b"abc"), c.LineFeed()]
    *bands, gap = commands[:-2]
    assert all(isinstance(found, g.RasterImage) for found in bands)
    assert gap == c.FeedDots(6)  # lines stand 30 dots apart, drawn ones too


def test_style_before_a_drawn_line_does_not_outlive_it() -> None:
    data = printed(text("a", style={"bold": True}), text("漢", label="b"), text("c"))
    commands = drawn(data)
    first = next(index for index, found in enumerate(commands) if isinstance(found, g.RasterImage))
    assert c.Emphasis(0) in commands[:first]
    assert commands[-2:] == [c.Print(b"c"), c.LineFeed()]


def test_page_set_for_a_line_that_was_drawn_after_all_does_not_count() -> None:
    data = printed(text("█", new_line=False), text("漢"), text("é"))
    assert data.endswith(b"\xe9\n")
    assert b"\x1bt" not in data


# --- lines, paper ---


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({}, b"-" * 48),
        ({"char": "="}, b"=" * 48),
        ({"char": "=-", "length": 5, "align": "left"}, b"=-=-="),
        ({"length": 1, "align": "left"}, b"-"),
        ({"length": 48}, b"-" * 48),
        ({"length": 100}, b"-" * 48 + b"\n" + b"-" * 48 + b"\n" + b"----"),
        ({"char": "a\tb", "length": 4, "align": "left"}, b"a ba"),
        ({"char": "─", "length": 3, "align": "left"}, b"\x1bt\x00\xc4\xc4\xc4"),
    ],
)
def test_separator_is_exactly_that_many_columns(data: dict[str, Any], line: bytes) -> None:
    assert printed(command("separator", **data)) == line + b"\n"


def test_separator_is_as_wide_as_the_paper() -> None:
    assert printed(command("separator"), profile=NARROW) == b"-" * 32 + b"\n"


@pytest.mark.parametrize("char", ["\n", "\u0301", "\x1b", "\u200b"])
def test_separator_that_nobody_would_see_is_refused(char: str) -> None:
    error = refused(command("separator", char=char))
    assert (error.key, error.path) == ("separator.invisible", "commands[0].data.char")


def test_separator_ends_an_open_line_and_is_plain() -> None:
    data = printed(text("a", style={"bold": True}, newline=False), command("separator", length=2))
    assert data == b"\x1bE\x01a\n\x1ba\x01\x1bE\x00--\n\x1ba\x00"


def test_feed() -> None:
    assert printed(command("feed", lines=3)) == b"\x1bd\x03"
    assert printed(text("a", new_line=False), command("feed", lines=255)) == b"a\n\x1bd\xff"


@pytest.mark.parametrize(
    ("data", "profile", "expected"),
    [
        ({}, WIDE, b"\x1bd\x02\x1dVB\x00"),
        ({"mode": "full"}, WIDE, b"\x1bd\x02\x1dVA\x00"),
        ({"feed": 0}, WIDE, b"\x1dVB\x00"),
        ({"mode": "full", "feed": 9}, replace(WIDE, feed_to_cutter=False), b"\x1bd\x09\x1dV\x00"),
        ({}, replace(WIDE, feed_to_cutter=False), b"\x1bd\x02\x1dV\x01"),
        ({}, NARROW, b"\x1bd\x04"),
        ({"feed": 9}, NARROW, b"\x1bd\x09"),
    ],
)
def test_cut(data: dict[str, Any], profile: Profile, expected: bytes) -> None:
    assert printed(command("cut", **data), profile=profile) == expected


def test_printer_without_a_cutter_is_told_of() -> None:
    assert [w.key for w in rendered(command("cut"), profile=NARROW).warnings] == ["warning.no_cutter"]


def test_cut_ends_an_open_line_first() -> None:
    assert printed(text("a", new_line=False), command("cut", feed=0)) == b"a\n\x1dVB\x00"


# --- tables ---

COLUMNS = [{"name": "Art", "width": 6, "align": "left"}, {"name": "$", "width": 6, "align": "right"}]


def test_table() -> None:
    data = printed(command("table", columns=COLUMNS, rows=[["Café", "9.50"], ["Té", 12]], options={"align": "left"}))
    assert data == b"\x1bE\x01Art         $\n\x1bE\x00Caf\xe9     9.50\nT\xe9         12\n"


def test_table_in_font_b_with_a_plain_header_on_the_right() -> None:
    options = {"header_bold": False, "font": "B", "align": "right"}
    data = printed(command("table", columns=COLUMNS, rows=[["a", "1"]], options=options))
    indent = b" " * (64 - 13)
    assert data == b"\x1bM\x01" + indent + b"Art         $\n" + indent + b"a           1\n\x1bM\x00"


def test_table_without_headers_ends_an_open_line() -> None:
    data = printed(
        text("x", new_line=False),
        command("table", columns=COLUMNS, rows=[["a", "1"]], show_headers=False, options={"align": "left"}),
    )
    assert data == b"x\na           1\n"


def test_table_too_wide_for_the_paper_is_refused_with_its_path() -> None:
    columns = [{"name": "a", "width": 9}] * 30
    error = refused(command("table", columns=columns))
    assert (error.key, error.path, error.category) == (
        "table.too_wide",
        "commands[0].data.definition.columns",
        "TABLE",
    )


def test_control_characters_in_cells_and_headers_are_taken_out() -> None:
    columns = [{"name": "A\x1b@", "width": 6, "align": "left"}]
    ticket = rendered(command("table", columns=columns, rows=[["b\x1b@c"]], options={"align": "left"}))
    assert ticket.data == START + b"\x1bE\x01A@\n\x1bE\x00b@c\n"
    assert [w.key for w in ticket.warnings] == ["warning.control_characters"]


# --- free columns ---


def test_free_cells_share_the_room_that_is_left() -> None:
    cells = [{"text": "a", "style": {"bold": True}}, {"text": "9.50", "width": 10, "align": "right"}]
    data = printed(command("columns", cells=cells))
    assert data == b"\x1bE\x01a" + b" " * 36 + b"\x1bE\x00" + b" " + b"      9.50" + b"\n"


def test_free_cells_wrap_inside_their_own_column() -> None:
    cells = [{"text": "aa bb", "width": 3}, {"text": "c", "width": 3}]
    assert printed(command("columns", cells=cells)) == b"aa  c  \nbb     \n"


def test_free_cells_wider_than_the_paper_are_refused() -> None:
    error = refused(command("columns", cells=[{"text": "a", "width": 40}, {"text": "b", "width": 40}]))
    assert (error.key, error.path) == ("table.too_wide_fixed", "commands[0].data.cells")


# --- pictures ---


def picture_of(mode: str, fill: Any) -> dict[str, Any]:
    out = io.BytesIO()
    Image.new(mode, (60, 20), fill).save(out, "PNG")
    return command("image", code=base64.b64encode(out.getvalue()).decode())


@pytest.mark.parametrize(("mode", "fill"), [("RGBA", (255, 255, 255, 0)), ("L", 255), ("RGBA", (0, 0, 0, 0)), ("1", 1)])
def test_a_picture_that_comes_out_all_white_is_told(mode: str, fill: Any) -> None:
    for _ in range(2):  # also when its bytes are remembered
        ticket = rendered(text("a"), picture_of(mode, fill))
        assert [(warned.key, warned.path) for warned in ticket.warnings] == [("warning.blank_image", "commands[1]")]


def test_a_picture_with_any_black_is_not() -> None:
    assert rendered(picture_of("L", 200)).warnings == ()


# --- raw ---

NEWS = b"\x1bM\x00\x1d!\x00\x1bE\x00\x1b-\x00\x1dB\x00"  # what is sent when nothing is known


@pytest.mark.parametrize("data", [{"hex": "1B 4A 05"}, {"hex": "0x1B,0x4a,0x05"}, {"hex": "G0oF", "format": "base64"}])
def test_raw_bytes_go_as_they_are_and_the_state_is_forgotten(data: dict[str, Any]) -> None:
    assert printed(command("raw", **data), text("a")) == b"\x1bJ\x05\x1bt\x10\x1bR\x00\x1ba\x00" + NEWS + b"a\n"


def test_raw_characters_stand_in_the_line_being_written() -> None:
    data = printed(text("a", new_line=False), command("raw", hex="42"), text("c"))
    assert data == b"aB\x1bt\x10\x1bR\x00" + NEWS + b"c\n\x1ba\x00"


def test_raw_characters_at_the_end_are_printed() -> None:
    assert printed(command("raw", hex="41 42")) == b"AB\x1bt\x10\x1bR\x00\n" + NEWS + b"\x1ba\x00"


def test_raw_lines_leave_no_empty_line_behind() -> None:
    assert printed(command("raw", hex="41 0A")) == b"A\n\x1bt\x10\x1bR\x00" + NEWS + b"\x1ba\x00"


def test_raw_is_refused_where_the_configuration_says_so() -> None:
    error = refused(text("a"), command("raw", hex="00"), allow_raw=False)
    assert (error.key, error.path, error.category) == ("raw.forbidden", "commands[1]", "RAW")


@pytest.mark.parametrize(
    ("hexa", "offset"),
    [
        ("1B 40", 0),
        ("41 1B 40", 1),
        ("1B 3D 00", 0),
        ("1B 3D 02", 0),
        ("1B 70 00 19 19", 0),
        ("1D 3A", 0),
        ("10 04 01", 0),
        ("10 05 02", 0),
        ("10 14 01 00 01", 0),
        ("1D 61 FF", 0),
        ("1D 72 01", 0),
        ("1D 49 01", 0),
        ("1D 28 48 06 00 30 30 31 32 33 34", 0),
        ("1D 28 6B 03 00 31 52 30", 0),
        ("1D 28 4C 02 00 30 30", 0),
        ("1D 28 4C 02 00 30 03", 0),
        ("1D 28 43 02 00 00 03", 0),
        ("1D 28 45 03 00 01 49 4E", 0),
        ("1B 76 00", 0),
        ("1B 75 00", 0),
        ("1D 67 32 00 14 00", 0),
        ("10 1B 40", 0),
        ("1B 1B 70 00 19 19", 0),
    ],
)
def test_safe_mode_refuses_what_resets_opens_or_asks(hexa: str, offset: int) -> None:
    error = refused(command("raw", hex=hexa, safe_mode=True))
    assert (error.key, error.path, error.category) == ("raw.unsafe", "commands[0].data.hex", "RAW")
    assert error.parameters["offset"] == offset
    assert rendered(command("raw", hex=hexa)).data


@pytest.mark.parametrize("hexa", ["1B", "1B 70 00", "41 1D", "10 04", "1D 28 6B FF 00 31"])
def test_safe_mode_refuses_a_command_that_the_next_bytes_would_complete(hexa: str) -> None:
    error = refused(command("raw", hex=hexa, safe_mode=True), text("a"))
    assert (error.key, error.path) == ("raw.incomplete", "commands[0].data.hex")


@pytest.mark.parametrize(
    "hexa",
    ["1B 45 01 48 0A", "1B 3D 01", "1D 6B 02 31 1B 40 00", "1D 28 6B 03 00 31 51 30", "1D 28 4C 02 00 30 32", "07"],
)
def test_safe_mode_lets_the_rest_pass(hexa: str) -> None:
    assert bytes.fromhex(hexa) in rendered(command("raw", hex=hexa, safe_mode=True)).data


# --- drawer and sound ---


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, b"\x1bp\x00\x19\x32"),
        ({"pin": 1, "on_time": 2, "off_time": 510}, b"\x1bp\x01\x01\xff"),
        ({"on_time": 101}, b"\x1bp\x00\x32\x32"),
    ],
)
def test_pulse(data: dict[str, Any], expected: bytes) -> None:
    assert printed(command("pulse", **data)) == expected


def test_reprint_leaves_the_drawer_shut() -> None:
    assert printed(text("a"), command("pulse"), with_pulse=False) == b"a\n"


@pytest.mark.parametrize(
    ("buzzer", "expected"),
    [("esc_b", b"\x1bB\x03\x02"), ("esc_paren_a", b"\x1b(A\x05\x00\x61\x64\x03\x02\x02"), ("none", b"")],
)
def test_beep(buzzer: Any, expected: bytes) -> None:
    ticket = rendered(command("beep", times=3, lapse=2), profile=replace(WIDE, buzzer=buzzer))
    assert ticket.data == START + expected
    assert [w.key for w in ticket.warnings] == (["warning.no_buzzer"] if buzzer == "none" else [])


@pytest.mark.parametrize("kind", ["pulse", "beep"])
def test_drawer_and_sound_do_not_part_a_line(kind: str) -> None:
    data = printed(text("a", new_line=False), command(kind), text("b", new_line=False), command(kind))
    assert data.endswith(b"ab\n")
    assert data.count(b"\n") == 1


# --- every ticket ---


def test_every_command_of_the_document_is_printed_by_something() -> None:
    assert {kind.__struct_config__.tag for kind in RENDERERS} == set(COMMAND_NAMES)


def test_printer_that_starts_in_kanji_mode_is_led_out_of_it() -> None:
    assert rendered(text("a"), profile=NARROW).data == NARROW_START + b"a\n"


def test_warnings_name_the_command_once() -> None:
    ticket = rendered(text("\x1b a \x1b", label="\x1b"), text("\x1b"))
    assert [w.path for w in ticket.warnings] == ["commands[0]", "commands[1]"]


#: Mostly what code pages have: a drawn line costs a hundred times one that is not.
ANY_TEXT = st.text(
    st.characters(max_codepoint=0x7F) | st.sampled_from("\x1b\x1d\x10\x9b\n\r\t@pVñáé€─█\u2028\u200b")
    | st.sampled_from("ñáéÄÖ█") | st.sampled_from("яΩ漢"),
    max_size=20,
)  # fmt: skip
STYLE = st.fixed_dictionaries(
    {},
    optional={
        "bold": st.booleans(),
        "size": st.sampled_from(["1x1", "2x2", "8x8", "3x1"]),
        "underline": st.booleans(),
        "inverse": st.booleans(),
        "font": st.sampled_from("AB"),
    },
)
TEXT = st.builds(
    lambda content, label, style, align, new_line: text(
        content, label=label, style=style, align=align, newline=new_line
    ),
    ANY_TEXT, st.none() | ANY_TEXT, STYLE, st.sampled_from(["left", "center", "right"]), st.booleans(),
)  # fmt: skip
TABLE = st.builds(
    lambda header, cell: command("table", columns=[{"name": header, "width": 12}], rows=[[cell]]), ANY_TEXT, ANY_TEXT
)
CELLS = st.builds(
    lambda a, b, style: command("columns", cells=[{"text": a, "style": style}, {"text": b}]), ANY_TEXT, ANY_TEXT, STYLE
)
OTHER = st.sampled_from(
    [command("feed", lines=2), command("cut"), command("pulse"), command("beep"), command("separator")]
)
TICKETS = st.lists(TEXT | TABLE | CELLS | OTHER, min_size=1, max_size=6)
STYLING = (c.SelectFont, c.CharacterSize, c.Emphasis, c.Underline, c.Inverse)
OWN = (c.Print, c.LineFeed, c.FeedDots, c.Justify, c.SelectCodePage, *STYLING, g.RasterImage, c.FeedDots)


@given(st.lists(TEXT | TABLE | CELLS, min_size=1, max_size=4), st.sampled_from([WIDE, NARROW]))
def test_text_never_becomes_a_printer_command(commands: list[Any], profile: Profile) -> None:
    data = printed(*commands, profile=profile)
    for found, _, _ in parse(data):
        assert isinstance(found, OWN), found
        assert not isinstance(found, c.Print) or b"\x7f" not in found.data


@given(TICKETS, st.sampled_from([WIDE, NARROW]))
def test_ticket_starts_and_ends_in_a_known_state_at_a_lines_start(commands: list[Any], profile: Profile) -> None:
    data = rendered(*commands, profile=profile).data
    assert data.startswith(NARROW_START if profile is NARROW else START)
    state: dict[type, int] = {}
    line_is_open = False
    for found, _, _ in parse(data):
        assert not isinstance(found, Unknown)
        if isinstance(found, (*STYLING, c.Justify)):
            assert not (isinstance(found, c.Justify) and line_is_open), "ESC a counts at a line's start only"
            state[type(found)] = found.n
        elif isinstance(found, c.Print):
            line_is_open = True
        elif isinstance(found, c.LineFeed):
            line_is_open = False
        elif isinstance(found, (Cut, g.RasterImage, c.FeedLines)):
            assert not line_is_open
    assert not line_is_open
    assert not any(state.values())


@given(TICKETS)
def test_same_ticket_is_the_same_bytes(commands: list[Any]) -> None:
    wire = document(*commands)
    assert render_ticket(wire, WIDE) == render_ticket(json.dumps(wire), WIDE)


@given(TICKETS)
def test_no_line_of_text_is_wider_than_the_paper(commands: list[Any]) -> None:
    used, size, cell = 0, 1, 12
    for found, _, _ in parse(rendered(*commands).data):
        if isinstance(found, c.CharacterSize):
            size = (found.n >> 4) + 1
        elif isinstance(found, c.SelectFont):
            cell = 9 if found.n else 12
        elif isinstance(found, c.Print):
            used += len(found.data) * size * cell
        elif isinstance(found, c.LineFeed):
            assert used <= WIDE.dots
            used = 0


@given(st.binary(max_size=40), TEXT)
def test_after_raw_bytes_everything_is_set_again(raw: bytes, after: Any) -> None:
    parser = Parser()
    parser.feed(raw)
    if not raw or parser.pending:
        return
    code = base64.b64encode(raw).decode()
    data = rendered(command("raw", hex=code, format="base64"), after).data
    rest = data.removeprefix(START + raw)
    kinds = {type(found) for found, _, _ in parse(rest)}
    assert {c.SelectCodePage, c.InternationalSet, c.Justify, *STYLING} <= kinds


def test_after_raw_bytes_a_printer_that_starts_in_kanji_mode_leaves_it_again() -> None:
    profile = replace(NARROW, code_pages={"WPC1252": 16})
    data = rendered(command("raw", hex="1B 40"), text("ñ"), profile=profile).data
    known = b"\x1b@\x1c.\x1bt\x10\x1bR\x00"
    assert data.startswith(known + known)


def test_kanji_mode_that_raw_bytes_entered_ends_with_them() -> None:
    assert printed(command("raw", hex="1C 26 30 21"), text("a")).startswith(b"\x1c&0!\x1c.\x1bt\x10\x1bR\x00")


# --- raw commands that stand together ---


@given(st.binary(min_size=1, max_size=30), st.integers(1, 29))
def test_raw_bytes_in_parts_are_the_same_bytes(dots: bytes, at: int) -> None:
    whole = g.RasterImage(0, 1, len(dots), dots).encode()
    parts = whole[:at], whole[at:]
    data = printed(*(command("raw", hex=part.hex()) for part in parts if part))
    assert data.startswith(whole + b"\x1bt")
    assert data == printed(command("raw", hex=whole.hex()))


@pytest.mark.parametrize("others", [[], [text("a")]])
@pytest.mark.parametrize("hexa", ["1B", "1D 76 30 00 01 00 01 00", "1B 44 08"])
def test_raw_bytes_that_end_inside_a_command_are_refused(hexa: str, others: list[Any]) -> None:
    error = refused(text("b"), command("raw", hex="41"), command("raw", hex=f"41 {hexa}"), *others)
    assert (error.key, error.path) == ("raw.incomplete", "commands[2].data.hex")
    assert error.parameters["offset"] == 1


# --- raw where the configuration admits what a ticket needs ---


@pytest.mark.parametrize(
    "hexa",
    [
        "1C 71 01 01 00 01 00 FF FF FF FF FF FF FF FF",  # FS q erases all logos
        "1C 67 31 00 00 00 00 00 01 00 41",  # FS g 1 writes NV user memory
        "1D 28 45 03 00 01 49 4E",  # GS ( E enters the user setting mode
        "1D 28 4D 02 00 01 01",  # GS ( M saves settings
        "1D 28 4C 0E 00 30 43 30 41 41 01 08 00 01 00 31 FF 00 00",  # GS ( L defines NV graphics
        "1D 28 4C 05 00 30 41 43 4C 52",  # GS ( L deletes all NV graphics
        "1D 28 43 05 00 00 00 00 41 41",  # GS ( C deletes a record
        "1F 1B 1F 91 00 49 50 C0 A8 01 63",  # a maker's network settings
        "1B 3D 00",  # ESC = deselects
        "10 05 02",  # DLE ENQ clears what waits
        "10 14 02 01 08",  # DLE DC4 switches off
        "10 14 08 01 03 14 01 06 02 08",  # DLE DC4 clears what waits
        "1D 3A",  # GS : records a macro
        "1D 28 41 02 00 00 02",  # GS ( A prints a test sheet
    ],
)
def test_what_stops_or_changes_a_printer_is_refused_unless_raw_is_allowed(hexa: str) -> None:
    error = refused(text("a"), command("raw", hex="0A " + hexa), allow_raw=None)
    assert (error.key, error.path, error.category) == ("raw.not_printing", "commands[1].data.hex", "RAW")
    assert error.parameters["offset"] == 1
    assert refused(command("raw", hex=hexa, safe_mode=True)).key == "raw.unsafe"
    assert bytes.fromhex(hexa) in rendered(command("raw", hex=hexa)).data


@pytest.mark.parametrize(
    "hexa", ["1B 40", "1B 70 00 19 19", "10 14 01 00 01", "1B 45 01 48 0A", "1D 56 42 00", "1B 26 03 41 41 01 FF FF FF"]
)
def test_what_a_ticket_needs_is_admitted(hexa: str) -> None:
    assert bytes.fromhex(hexa) in rendered(command("raw", hex=hexa), allow_raw=None).data


def test_questions_to_the_printer_are_left_out_and_told() -> None:
    ticket = rendered(command("raw", hex="41 1D 72 01 42"), allow_raw=None)
    assert b"AB" in ticket.data
    assert [warned.key for warned in ticket.warnings] == ["warning.raw_asks"]


def test_reprint_leaves_the_drawer_of_raw_bytes_shut() -> None:
    assert printed(command("raw", hex="41 1B 70 00 19 19 42"), with_pulse=False).startswith(b"AB")
