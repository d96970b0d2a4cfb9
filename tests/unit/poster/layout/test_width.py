"""Columns of text, and where it may be cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.poster.clusters import cluster_columns
from ticket_daemon.poster.layout.width import columns, isolated, split_clusters

FAMILY = "👨‍👩‍👧"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("Total", 5),
        ("Año — 1,50 €", 12),
        ("Кофе Ωμέγα", 10),
        ("─│┼█", 4),
        ("咖啡", 4),
        ("ｶﾞ", 2),
        ("ＡＢ", 4),
        ("한국", 4),
        ("\u1112\u1161\u11ab", 2),
        ("e\u0301", 1),
        ("กำ", 2),
        ("ที่", 1),
        ("नमस्ते", 4),
        ("مرحبا", 5),
        ("שָׁלוֹם", 4),
        ("☕", 2),
        ("❤", 1),
        ("❤\ufe0f", 2),
        ("1\ufe0f\u20e3", 2),
        (FAMILY, 2),
        ("👍🏽", 2),
        ("🇪🇸🇫🇷", 4),
        ("🏴\U000e0067\U000e0062\U000e007f", 2),
        ("a\u200bb\u200fc", 3),
        ("\ufeffa\x07", 1),
        ("so\u00adft", 5),
    ],
)
def test_columns(text: str, expected: int) -> None:
    assert columns(text) == expected


@pytest.mark.parametrize(
    ("text", "clusters"),
    [
        ("añ", ["a", "ñ"]),
        ("e\u0301a", ["e\u0301", "a"]),
        ("ที่นี่", ["ที่", "นี่"]),
        ("क्षि क", ["क्षि", " ", "क"]),
        (FAMILY + "!", [FAMILY, "!"]),
        ("👍🏽👍", ["👍🏽", "👍"]),
        ("🇪🇸🇫🇷", ["🇪🇸", "🇫🇷"]),
        ("\u0301a", ["\u0301", "a"]),
        ("咖啡", ["咖", "啡"]),
    ],
)
def test_what_is_seen_as_one_character_is_one_cluster(text: str, clusters: list[str]) -> None:
    assert split_clusters(text) == clusters


@given(st.text())
def test_clusters_are_the_text_and_their_columns_its_columns(text: str) -> None:
    clusters = split_clusters(text)
    assert "".join(clusters) == text
    assert sum(map(columns, clusters)) == columns(text)
    assert 0 <= columns(text) <= 2 * len(text)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FF, exclude_categories=["Cc"])))
def test_latin_counts_one_each(text: str) -> None:
    assert columns(text) == len(text)


def test_only_right_to_left_text_is_isolated_and_no_wider_for_it() -> None:
    assert isolated("Café") == "Café"
    assert isolated("咖啡") == "咖啡"
    assert isolated("קפה") == "\u2068קפה\u2069"
    assert columns(isolated("קפה")) == 3


@pytest.mark.parametrize("plane", range(4))
def test_the_short_way_counts_as_the_long_one(plane: int) -> None:
    for point in range(plane << 14, (plane + 1) << 14):
        char = chr(point)
        if not 0xD800 <= point < 0xE000:
            assert columns(char) == cluster_columns(char), hex(point)


def test_a_long_line_of_latin_is_one_search() -> None:
    assert columns("á" * 100_000) == 100_000
