"""Lines that fit: nothing is lost but the spaces at breaks, and nothing is wider than it may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.poster.layout.width import columns, split_clusters
from ticket_daemon.poster.layout.wrap import cut, expand_tabs, fill, longest_unit, units, wrap

ASCII = st.text("ab c-9 ", max_size=60)
#: Pieces that a reader sees as one character, at most two columns wide.
PIECES = [*"ab ñ€漢字한-9 ب", "e\u0301", "ก็", "👩‍👧", "🇲🇽", "👍🏽", "1\ufe0f\u20e3"]
MIXED = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
LINES = ASCII | MIXED


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, [""]),
        ("abc", 5, ["abc"]),
        ("abcde", 5, ["abcde"]),
        ("abc def", 5, ["abc", "def"]),
        ("abc def", 7, ["abc def"]),
        ("abcdefgh", 5, ["abcde", "fgh"]),
        ("ab cdefghijk l", 5, ["ab", "cdefg", "hijk", "l"]),
        ("a   b", 3, ["a", "b"]),
        ("  ab", 4, ["  ab"]),
        ("abc   ", 4, ["abc"]),
        ("漢字漢字", 5, ["漢字", "漢字"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
        ("ab\u00a0cd ef", 5, ["ab\u00a0cd", "ef"]),
        ("3x 牛肉麺大盛り ¥980", 12, ["3x 牛肉麺大", "盛り ¥980"]),
        ("備考: 十二時に届けて", 8, ["備考: 十", "二時に届", "けて"]),
        ("値段は「九百円」。", 8, ["値段は", "「九百", "円」。"]),
        ("a-b/c 3-pack", 6, ["a-b/c", "3-pack"]),
        ("Do\u00adnau\u00addampf\u00adschiff", 40, ["Donaudampfschiff"]),
        ("Do\u00adnau\u00addampf\u00adschiff", 12, ["Donaudampf-", "schiff"]),
        ("eine Do\u00adnau\u00addampf\u00adfahrt", 9, ["eine Do-", "naudampf-", "fahrt"]),
        ("aaaaaaaa\u00adb", 5, ["aaaaa", "aaab"]),
    ],
)
def test_wrap(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@pytest.mark.parametrize(
    ("text", "first", "lines"),
    [
        ("abc", 3, ["abc"]),
        ("abcd", 3, ["", "abcd"]),
        ("ab cd", 3, ["ab", "cd"]),
        ("abcdefgh", 3, ["", "abcde", "fgh"]),
        ("abc", 0, ["", "abc"]),
    ],
)
def test_wrap_on_a_line_already_begun(text: str, first: int, lines: list[str]) -> None:
    assert wrap(text, 5, first) == lines


def without_spaces(text: str) -> str:
    return text.replace(" ", "")


@given(LINES, st.integers(2, 20), st.none() | st.integers(0, 20))
def test_nothing_but_break_spaces_is_lost(text: str, width: int, first: int | None) -> None:
    lines = wrap(text, width, first)
    assert without_spaces("".join(lines)) == without_spaces(text)
    rest = text
    for index, line in enumerate(lines):
        if index:
            rest = rest.lstrip(" ")
            line = line.lstrip(" ")
        assert rest.startswith(line)
        rest = rest[len(line) :]
    assert not rest.strip(" ")


@given(LINES, st.integers(2, 20), st.none() | st.integers(0, 20))
def test_no_line_is_wider_than_the_width(text: str, width: int, first: int | None) -> None:
    first = None if first is None else min(first, width)
    head, *others = wrap(text, width, first)
    assert columns(head) <= (width if first is None else first)
    assert all(columns(line) <= width for line in others)


@given(MIXED.map(without_spaces), st.integers(2, 12))
def test_what_is_seen_as_one_character_is_never_cut(word: str, width: int) -> None:
    if word:
        assert [cluster for line in wrap(word, width) for cluster in split_clusters(line)] == split_clusters(word)


@given(LINES, st.integers(1, 20))
def test_words_are_kept_whole_where_they_fit(text: str, width: int) -> None:
    kept = [word for line in wrap(text, width) for word in line.split(" ") if word]
    for word in text.split(" "):
        if word and columns(word) <= width and len(units(word)) == 1:
            assert word in kept


@given(LINES.filter(bool), st.integers(0, 20))
def test_cut_parts_the_text_in_two_and_always_takes_something(text: str, width: int) -> None:
    head, rest = cut(text, width)
    assert head + rest == text
    assert head
    assert columns(head) <= width or len(split_clusters(head)) == 1


@given(LINES, st.integers(0, 30), st.sampled_from(["left", "center", "right"]))
def test_fill_makes_the_width_exactly_or_leaves_what_is_longer(text: str, width: int, align: str) -> None:
    filled = fill(text, width, align)
    assert columns(filled) == max(width, columns(text))
    assert filled.strip(" ") == text.strip(" ")


@pytest.mark.parametrize(
    ("text", "align", "expected"),
    [
        ("ab", "left", "ab   "),
        ("ab", "right", "   ab"),
        ("ab", "center", " ab  "),
        ("abc", "center", " abc "),
        ("漢", "right", "   漢"),
        ("漢", "center", " 漢  "),
        ("abcdef", "center", "abcdef"),
    ],
)
def test_fill(text: str, align: str, expected: str) -> None:
    assert fill(text, 5, align) == expected


@given(st.text("abée\u0301កโ", min_size=1, max_size=80), st.integers(2, 12))
def test_a_long_word_is_parted_in_one_walk_as_cutting_again_and_again_would(word: str, width: int) -> None:
    pieces, rest = [], word
    while columns(rest) > width:
        head, rest = cut(rest, width)
        pieces.append(head)
    assert wrap(word, width) == [piece for piece in (*pieces, rest) if piece]


# --- soft hyphens, tabs, units ---


@given(st.text("abé \u00ad漢", max_size=60), st.integers(2, 12), st.integers(0, 12))
def test_soft_hyphens_are_lost_or_shown_at_a_lines_end_and_nothing_else_is(text: str, width: int, first: int) -> None:
    lines = wrap(text, width, min(first, width))
    assert all(columns(line) <= width for line in lines)
    assert "\u00ad" not in "".join(lines)
    shown = "".join(line.removesuffix("-") for line in lines)
    assert shown.replace(" ", "") == text.replace("\u00ad", "").replace(" ", "")


@given(st.lists(st.text("aé咖🇲🇽e\u0301", max_size=9), min_size=1, max_size=6), st.integers(0, 20))
def test_after_a_tab_text_stands_at_a_multiple_of_eight_columns(parts: list[str], start: int) -> None:
    expanded = expand_tabs("\t".join(parts), start)
    at, rest = start, expanded
    for index, part in enumerate(parts):
        if index:
            gap = 8 - at % 8
            assert rest.startswith(" " * gap)
            rest, at = rest[gap:], at + gap
            assert at % 8 == 0
        assert rest.startswith(part)
        rest, at = rest[len(part) :], at + columns(part)


def test_the_longest_unit_is_what_must_not_be_broken() -> None:
    assert longest_unit("Total $1,234.56 de") == 9
    assert longest_unit("牛肉麺 ab") == 2
    assert longest_unit("") == 0
