"""Characters, lines and modes: where each run stands and how it looks."""

from __future__ import annotations

import pytest

from ticket_daemon.poster.emulator import Ignored, NotPrinted, Paper, draw
from ticket_daemon.poster.emulator.items import Picture, Text
from ticket_daemon.poster.profile.model import Profile

PROFILE = Profile("Test 80mm", code_pages={"PC437": 0, "PC850": 2, "WPC1252": 16, "PC866": 17})
DOTS, LINE = 576, 30


def runs(data: bytes, profile: Profile = PROFILE) -> list[Text]:
    return [item for item in paper_items(draw(data, profile)) if isinstance(item, Text)]


def paper_items(paper: Paper) -> list[Text | Picture]:
    return [item for piece in paper.pieces for item in piece.items]


def test_a_line_feed_prints_the_line_and_feeds_the_spacing() -> None:
    paper = draw(b"one\ntwo\n", PROFILE)
    assert paper.text == ["one", "two"]
    assert [(run.x, run.y, run.text) for run in runs(b"one\ntwo\n")] == [(0, 0, "one"), (0, LINE, "two")]
    assert paper.height == 2 * LINE


def test_characters_without_a_line_feed_stay_in_the_printer_and_are_told() -> None:
    paper = draw(b"printed\nnot printed", PROFILE)
    assert paper.text == ["printed"]
    assert paper.events == (NotPrinted("not printed"),)


@pytest.mark.parametrize(("columns", "lines"), [(47, 1), (48, 1), (49, 2), (96, 2), (97, 3)])
def test_a_line_of_exactly_the_width_and_its_line_feed_are_one_line(columns: int, lines: int) -> None:
    paper = draw(b"x" * columns + b"\n", PROFILE)
    assert len(paper.text) == lines
    assert "" not in paper.text
    assert paper.height == lines * LINE


def test_carriage_return_before_line_feed_adds_nothing() -> None:
    assert draw(b"a\r\nb\r\n", PROFILE).text == ["a", "b"]


def test_empty_lines_are_told_as_empty_texts() -> None:
    assert draw(b"a\n\n\nb\n", PROFILE).text == ["a", "", "", "b"]


@pytest.mark.parametrize(("n", "x"), [(0, 0), (1, (DOTS - 24) // 2), (2, DOTS - 24), (48, 0), (49, 276), (50, 552)])
def test_justification_places_the_line(n: int, x: int) -> None:
    assert runs(b"\x1ba" + bytes((n,)) + b"ab\n")[0].x == x


def test_justification_counts_only_at_the_beginning_of_a_line() -> None:
    data = b"ab\x1ba\x01c\nd\n"
    assert [run.x for run in runs(data)] == [0, 0]
    assert draw(data, PROFILE).events == (Ignored("ESC a – select justification", 2, "not_at_line_start"),)


@pytest.mark.parametrize("width", range(1, 9))
@pytest.mark.parametrize("height", range(1, 9))
def test_gs_exclamation_scales_width_by_the_high_nibble_and_height_by_the_low(width: int, height: int) -> None:
    run = runs(b"\x1d!" + bytes(((width - 1) << 4 | height - 1,)) + b"A\n")[0]
    assert (run.width, run.height) == (12 * width, 24 * height)


def test_sizes_out_of_range_are_ignored() -> None:
    assert runs(b"\x1d!\x88A\n")[0].look.scale_x == 1


def test_print_mode_sets_font_weight_size_and_underline_at_once() -> None:
    look = runs(b"\x1b!\xb9A\n")[0].look
    assert (look.cell_width, look.bold, look.scale_x, look.scale_y, look.underline) == (9, True, 2, 2, 1)
    assert runs(b"\x1b!\xb9\x1b!\x00A\n")[0].look == runs(b"A\n")[0].look


@pytest.mark.parametrize(
    ("command", "field", "value"),
    [
        (b"\x1bE\x01", "bold", True), (b"\x1bE\xfe", "bold", False), (b"\x1bG\x01", "bold", True),
        (b"\x1b-\x01", "underline", 1), (b"\x1b-2", "underline", 2), (b"\x1b-\x07", "underline", 0),
        (b"\x1dB\x01", "inverse", True), (b"\x1bV1", "rotated", True), (b"\x1b{\x01", "upside_down", True),
        (b"\x1bM\x01", "cell_width", 9), (b"\x1bM0", "cell_width", 12), (b"\x1b \x05", "spacing", 5),
    ],
)  # fmt: skip
def test_styles(command: bytes, field: str, value: object) -> None:
    assert getattr(runs(command + b"A\n")[0].look, field) == value


def test_initialize_puts_every_mode_back_and_drops_the_line() -> None:
    assert runs(b"\x1ba\x02\x1dB\x01\x1d!\x77\x1bM\x01lost\x1b@kept\n") == runs(b"kept\n")


def test_mixed_sizes_stand_on_one_foot_and_the_tallest_sets_the_feed() -> None:
    big, small = runs(b"\x1d!\x11A\x1d!\x00b\n")
    assert (big.y, small.y) == (0, 24)
    assert draw(b"\x1d!\x11A\x1d!\x00b\n", PROFILE).height == 48


def test_line_spacing_smaller_than_the_characters_does_not_overprint() -> None:
    assert [run.y for run in runs(b"\x1b3\x05a\nb\n\x1b3\x50c\nd\n\x1b2e\nf\n")] == [0, 24, 48, 128, 208, 238]


def test_feeds_print_what_waits_and_move_the_paper() -> None:
    assert [run.y for run in runs(b"a\x1bd\x03b\x1bJ\x64c\x1bd\x00d\n")] == [0, 90, 190, 214]


def test_reverse_feed_goes_back_never_past_the_beginning() -> None:
    assert [run.y for run in runs(b"a\n\x1bK\x0ab\n\x1bK\xffc\n")] == [0, 20, 0]


def test_default_tabs_stand_every_eight_columns() -> None:
    assert [run.x for run in runs(b"a\tb\tc\n")] == [0, 96, 192]
    assert draw(b"a\tb\n", PROFILE).text == ["a       b"]


def test_tabs_count_in_columns_of_the_width_set_when_they_were_set() -> None:
    assert [run.x for run in runs(b"\x1bD\x05\x0a\x00a\tb\tc\td\n")] == [0, 60, 120]
    assert runs(b"\x1d!\x10\x1bD\x05\x00\x1d!\x00\tb\n")[0].x == 120
    assert runs(b"\x1bD\x00a\tb\n")[0].text == "ab"


def test_absolute_and_relative_positions_are_dots_from_the_left_margin() -> None:
    assert [run.x for run in runs(b"\x1dL\x10\x00\x1b$\x64\x00a\x1b\\\xf4\xffb\x1b$\x00\x00c\n")] == [116, 116, 16]


def test_margin_and_width_make_the_area_that_lines_wrap_in() -> None:
    data = b"\x1dL\x18\x00\x1dW\x30\x00abcdef\n"
    assert [(run.x, run.y, run.text) for run in runs(data)] == [(24, 0, "abcd"), (24, 30, "ef")]
    assert runs(b"\x1dL\x18\x00\x1dW\x30\x00\x1ba\x02a\n")[0].x == 24 + 48 - 12


def test_a_character_wider_than_the_area_is_still_printed() -> None:
    assert draw(b"\x1dW\x05\x00abc\n", PROFILE).text == ["a", "b", "c"]


def test_right_spacing_grows_with_the_width() -> None:
    assert runs(b"\x1b \x04\x1d!\x10ab\n")[0].width == 2 * (24 + 8)


def test_upside_down_turns_the_line_round() -> None:
    first, second = sorted(runs(b"\x1b{\x01ab\x1bE\x01c\n"), key=lambda run: run.x)
    assert (first.text, second.text) == ("c", "ab")
    assert draw(b"\x1b{\x01ab\x1bE\x01c\n", PROFILE).text == ["abc"]


@pytest.mark.parametrize(
    ("number", "byte", "character"), [(0, 0xA4, "ñ"), (2, 0xB5, "Á"), (16, 0x80, "€"), (17, 0x8F, "П")]
)
def test_code_pages_are_the_profiles_numbers(number: int, byte: int, character: str) -> None:
    assert draw(bytes((0x1B, 0x74, number, byte, 0x0A)), PROFILE).text == [character]


def test_an_unknown_code_page_changes_nothing_and_is_told() -> None:
    paper = draw(b"\x1bt\x10\x1bt\x63\x80\n", PROFILE)
    assert paper.text == ["€"]
    assert paper.events == (Ignored("ESC t – select character code table", 3, "unsupported"),)


@pytest.mark.parametrize(
    ("n", "text"), [(0, "#$@[\\]^`{|}~"), (2, "#$§ÄÖÜ^`äöüß"), (3, "£$@[\\]^`{|}~"), (11, "#$á¡Ñ¿é`íñóú")]
)
def test_international_sets_replace_twelve_characters(n: int, text: str) -> None:
    assert draw(b"\x1bR" + bytes((n,)) + b"#$@[\\]^`{|}~\n", PROFILE).text == [text]


def test_kanji_mode_takes_two_bytes_for_a_character_of_24_dots() -> None:
    run = runs(b"\x1c&" + "你好".encode("gb18030") + b"\n")[0]
    assert (run.text, run.width) == ("你好", 48)
    assert draw(b"\x1c&\x1cC\x01" + "日本".encode("cp932") + b"a\n", PROFILE).text == ["日本a"]
    assert draw(b"\x1c&\x1cC\x00\x46\x7c\x4b\x5c\x1c.ab\n", PROFILE).text == ["日本ab"]


def test_a_profile_may_start_in_kanji_mode_which_fs_stop_leaves() -> None:
    asian = Profile("Asian", kanji=True)
    data = "é".encode("cp437") + b"\xa4"
    assert draw(data + b"\n", asian).text != draw(b"\x1c." + data + b"\n", asian).text == ["éñ"]


def test_motion_units_scale_feeds_and_positions() -> None:
    assert [(run.x, run.y) for run in runs(b"\x1dP\x65\x65\x1b$\x0a\x00a\x1bJ\x64b\n")] == [(20, 0), (0, 201)]
