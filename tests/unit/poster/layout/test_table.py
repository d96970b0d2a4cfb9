"""Tables that never lose a digit: alignment, wrapping, shrinking."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.poster.document.model import Column, Definition, Fault, Table, TableOptions
from ticket_daemon.poster.layout.table import MIN_COLUMN, table_lines
from ticket_daemon.poster.layout.width import columns


def table(widths: list[int], rows: list[list[Any]], aligns: str = "", paper: int | None = None, **fields: Any) -> Table:
    names = {"l": "left", "c": "center", "r": "right"}
    layout = tuple(
        Column(width, f"C{i}", align=names[aligns[i]] if aligns else "center")  # type: ignore[arg-type]
        for i, width in enumerate(widths)
    )
    fields = {"options": options()} | fields
    return Table(Definition(layout, paper), tuple(map(tuple, rows)), **fields)


def options(**fields: Any) -> TableOptions:
    return TableOptions(**{"align": "left"} | fields)


def test_cells_stand_under_their_headers() -> None:
    header, body = table_lines(
        table([10, 4, 8], [["Café", "2", "50.00"], ["Pan dulce", "10", "1,125.50"]], aligns="lrr"), 48
    )
    assert header == ["C0           C1       C2"]
    assert body == [
        "Café          2    50.00",
        "Pan dulce    10 1,125.50",
    ]


@pytest.mark.parametrize(
    ("align", "line"), [("l", "|ab"), ("c", "| ab"), ("r", "|   ab")]
)  # a wall on the left; what is empty on the right is not sent
def test_alignment_inside_a_column(align: str, line: str) -> None:
    _, (found,) = table_lines(table([1, 5], [["|", "ab"]], "l" + align, options=options(column_spacing=0)), 48)
    assert found == line


def test_long_cell_wraps_by_words_beside_the_others() -> None:
    _, body = table_lines(table([8, 6], [["Pan de muerto grande", "45.00"]], "lr"), 48)
    assert body == ["Pan de    45.00", "muerto", "grande"]


def test_without_word_wrap_a_cell_is_cut_at_the_column() -> None:
    _, body = table_lines(table([8, 6], [["Pan de muerto", "45.00"]], "lr", options=options(word_wrap=False)), 48)
    assert body == ["Pan de m  45.00", "uerto"]


def test_digits_longer_than_the_column_go_on_below_and_stay_aligned() -> None:
    _, body = table_lines(table([4, 5], [["x", "1234567890123"]], "lr"), 48)
    assert body == ["x    12345", "     67890", "       123"]


def test_wide_characters_count_two() -> None:
    _, body = table_lines(table([6, 4], [["漢字", "9.0"], ["abcd", "9.0"]], "lr"), 48)
    assert body == ["漢字    9.0", "abcd    9.0"]


def test_row_with_fewer_cells_is_padded() -> None:
    assert table_lines(table([3, 3], [["a"], []], "lr"), 48)[1] == ["a", ""]


def test_line_feeds_in_a_cell_are_lines_of_the_cell() -> None:
    assert table_lines(table([4, 4], [["a\nb", "1"]], "lr"), 48)[1] == ["a       1", "b"]


def test_headers_may_be_left_out() -> None:
    assert table_lines(table([4], [["a"]], show_headers=False), 48)[0] == []


@pytest.mark.parametrize(("align", "indent"), [(None, 0), ("left", 0), ("center", 9), ("right", 19)])
def test_table_stands_where_its_alignment_says(align: Any, indent: int) -> None:
    header, body = table_lines(table([5, 7], [["x", "1234567"]], "lr", options=options(align=align)), 32)
    assert [len(line) - len(line.lstrip(" ")) for line in body] == [indent]
    assert header[0].index("C0") == indent


def widths_of(widths: list[int], paper: int, **fields: Any) -> list[int]:
    """The columns' widths after shrinking, told from where a full row's cells begin and end."""
    spacing = fields.get("column_spacing", 1)
    row = [chr(ord("a") + i) * width for i, width in enumerate(widths)]
    _, (line, *_) = table_lines(table(widths, [row], "l" * len(widths), options=options(**fields)), paper)
    parts = [sum(c == chr(ord("a") + i) for c in line) for i in range(len(widths))]
    assert len(line) == sum(parts) + spacing * (len(widths) - 1)
    return parts


@pytest.mark.parametrize(
    ("widths", "paper", "shrunk"),
    [
        ([10, 10], 21, [10, 10]),
        ([10, 10], 20, [10, 9]),
        ([20, 6, 8], 32, [16, 6, 8]),
        ([20, 6, 8], 24, [8, 6, 8]),
        ([20, 6, 8], 22, [7, 6, 7]),
        ([20, 6, 8], 11, [3, 3, 3]),
        ([2, 20], 6, [2, 3]),
        ([1, 1, 20], 10, [1, 1, 6]),
    ],
)
def test_widest_columns_shrink_first(widths: list[int], paper: int, shrunk: list[int]) -> None:
    assert widths_of(widths, paper) == shrunk


@pytest.mark.parametrize(
    ("widths", "paper", "fields", "key"),
    [
        ([20, 6, 8], 10, {}, "table.too_wide"),
        ([5] * 20, 48, {}, "table.too_wide"),
        ([10, 10], 20, {"auto_reduce": False}, "table.too_wide_fixed"),
        ([5, 5], 14, {"column_spacing": 100}, "table.too_wide"),
    ],
)
def test_table_that_cannot_fit_is_refused(widths: list[int], paper: int, fields: Any, key: str) -> None:
    with pytest.raises(Fault) as caught:
        table_lines(table(widths, [], options=options(**fields)), paper)
    assert caught.value.key == key
    assert caught.value.field == "definition.columns"
    assert caught.value.parameters["paper"] == paper


def test_tables_own_paper_width_narrows_the_paper_and_never_widens_it() -> None:
    assert max(map(len, table_lines(table([30, 30], [["x" * 30, "y" * 30]], paper=20), 48)[1])) <= 20
    assert max(map(len, table_lines(table([30, 30], [["x" * 30, "y" * 30]], paper=500), 48)[1])) <= 48


# --- laws ---

CELL = st.text("0123456789.,$ab ñ漢字\n\t", max_size=24)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, int]:
    # From 3 up: an East Asian character stands in no column narrower than two.
    widths = draw(st.lists(st.integers(3, 30), min_size=1, max_size=5))
    rows = draw(st.lists(st.lists(CELL, max_size=len(widths)), min_size=1, max_size=4))
    spacing = draw(st.integers(0, 3))
    aligns = "".join(draw(st.lists(st.sampled_from("lcr"), min_size=len(widths), max_size=len(widths))))
    paper = draw(st.integers(MIN_COLUMN * len(widths) + spacing * (len(widths) - 1), 64))
    how = options(
        word_wrap=draw(st.booleans()),
        column_spacing=spacing,
        align=draw(st.sampled_from([None, "left", "center", "right"])),
    )
    return table(widths, rows, aligns, options=how), paper


@given(tables())
def test_no_line_is_wider_than_the_paper(case: tuple[Table, int]) -> None:
    header, body = table_lines(*case)
    assert all(columns(line) <= case[1] for line in header + body)


@given(tables())
def test_every_character_of_every_cell_is_there(case: tuple[Table, int]) -> None:
    made, paper = case
    _, body = table_lines(made, paper)
    wanted = sorted(char for row in made.rows for cell in row for char in str(cell) if not char.isspace())
    assert sorted(char for line in body for char in line if not char.isspace()) == wanted


def shrunk(widths: list[int], spacing: int, paper: int) -> list[int]:
    """The rule of document.md, the plain way."""
    widths = list(widths)
    while sum(widths) + spacing * (len(widths) - 1) > paper:
        widest = max(widths)
        widths[len(widths) - 1 - widths[::-1].index(widest)] -= 1
    return widths


@given(tables())
def test_every_digit_stays_in_its_own_column(case: tuple[Table, int]) -> None:
    made, paper = case
    assert made.definition is not None
    spacing = made.options.column_spacing
    widths = shrunk([c.width for c in made.definition.columns], spacing, paper)
    assert min(widths) >= MIN_COLUMN
    table_width = sum(widths) + spacing * (len(widths) - 1)
    start = {"center": (paper - table_width) // 2, "right": paper - table_width}.get(made.options.align or "", 0)
    for row in made.rows:
        one = Table(made.definition, (row,), made.show_headers, made.options)
        lines = table_lines(one, paper)[1]
        left = start
        for index, width in enumerate(widths):
            found = "".join(_between(line, left, left + width) for line in lines)
            wanted = row[index] if index < len(row) else ""
            assert _inked(found) == _inked(str(wanted))
            left += width + spacing


def _between(line: str, start: int, end: int) -> str:
    """The characters of `line` that stand from column `start` to before column `end`."""
    found, at = "", 0
    for char in line:
        if start <= at < end:
            assert at + columns(char) <= end
            found += char
        at += columns(char)
    return found


def _inked(text: str) -> str:
    return "".join(char for char in text if not char.isspace())
