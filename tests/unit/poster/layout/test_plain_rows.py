"""The quick way for plain text gives what the careful way gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.poster.document.model import Column
from ticket_daemon.poster.layout.encoding import Encoder
from ticket_daemon.poster.layout.table import _Grid
from ticket_daemon.poster.layout.width import columns, isolated, one_column_each
from ticket_daemon.poster.profile.catalogue import generic

TEXTS = st.text(st.sampled_from("aZ 9-éñ€Жλ│ﾊ日本א\u0301\u202e\u200b\t\n😀ع"), max_size=12)
ALIGNS = st.sampled_from(["left", "center", "right"])
LAYOUTS = st.lists(st.builds(Column, st.integers(1, 10), st.just("x"), align=ALIGNS), min_size=1, max_size=4)


@given(LAYOUTS, st.integers(0, 2), st.booleans(), st.data())
def test_row_filled_at_once_is_the_row_filled_cell_by_cell(
    layout: list[Column], spacing: int, by_words: bool, data: st.DataObject
) -> None:
    grid = _Grid(layout, [column.width for column in layout], spacing, by_words)
    row = data.draw(st.lists(TEXTS, min_size=len(layout), max_size=len(layout)))
    assert grid.lines(row) == grid._tall(row)


@given(st.text())
def test_one_column_each_means_length_is_columns_and_order_is_kept(text: str) -> None:
    if one_column_each(text):
        assert columns(text) == len(text)
        assert isolated(text) == text


@pytest.mark.parametrize("text", ["日", "א", "ع", "e\u0301", "a\u200db", "\n", "\t", "\u202e", "😀", "\x7f"])
def test_wide_joined_turned_and_control_characters_are_not_one_column_each(text: str) -> None:
    assert not one_column_each(text)


def test_lines_in_the_page_that_is_set_are_one_text() -> None:
    encoder = Encoder(generic(80))
    encoder.start()
    assert encoder.unswitched("café\n\nplain") == "café\n\nplain".encode("cp1252")
    assert encoder.unswitched("café\nЖ") is None
    assert encoder.unswitched("plain\nplain") == b"plain\nplain"


def test_lines_before_any_page_is_set_must_be_ascii() -> None:
    encoder = Encoder(generic(80))
    assert encoder.unswitched("a\nb") == b"a\nb"
    assert encoder.unswitched("é") is None
