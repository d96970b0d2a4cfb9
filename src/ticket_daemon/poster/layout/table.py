"""A table as lines of text.

It knows columns' widths, wrapping and alignment; it does not know styles, fonts or bytes. It promises that every
character of every cell is in the lines, each under its column, and that no line is wider than the table may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ticket_daemon.poster.clusters import SOFT_HYPHEN
from ticket_daemon.poster.document.model import Column, Fault, Table
from ticket_daemon.poster.layout.width import isolated, one_column_each
from ticket_daemon.poster.layout.wrap import fill, pieces, wrap

MIN_COLUMN: Final = 3  #: columns; document.md: none shrinks below it


def table_lines(table: Table, paper: int, most: int | None = None) -> tuple[list[str], list[str]]:
    """The header's lines and the rows' lines, each at most `paper` columns wide.

    Raises Fault when the table is too wide and may not, or cannot, shrink; and for more than `most` lines.
    """
    assert table.definition is not None  # the document's own promise
    options = table.options
    paper = min(paper, table.definition.paper_width or paper)
    layout = table.definition.columns
    widths = _shrink([c.width for c in layout], options.column_spacing, paper, options.auto_reduce)
    grid = _Grid(layout, widths, options.column_spacing, options.word_wrap, most)
    indent = _indent(sum(widths) + options.column_spacing * (len(widths) - 1), paper, options.align)
    header = grid.lines([c.name or "" for c in layout]) if table.show_headers else []
    body = grid.all_lines(table.rows)  # type: ignore[arg-type]  # the document made every cell a string
    if indent:
        return [indent + line for line in header], [indent + line for line in body]
    return header, body


def _indent(width: int, paper: int, align: str) -> str:
    return " " * {"center": (paper - width) // 2, "right": paper - width}.get(align, 0)


def _shrink(widths: list[int], spacing: int, paper: int, allowed: bool) -> list[int]:
    """The widest columns give way first, one column at a time, the last of equals first."""
    gaps = spacing * (len(widths) - 1)
    total = sum(widths) + gaps
    if total <= paper:
        return widths
    if not allowed:
        raise Fault("table.too_wide_fixed", "definition.columns", width=total, paper=paper)
    if sum(min(w, MIN_COLUMN) for w in widths) + gaps > paper:
        raise Fault("table.too_wide", "definition.columns", width=total, paper=paper, minimum=MIN_COLUMN)
    return _capped(widths, paper - gaps)


def _capped(widths: list[int], room: int) -> list[int]:
    """`widths` cut off at the height at which they fill `room`; the first of those cut get what is over."""
    lower, upper = 0, max(widths)  # at `lower` they fit, at `upper` they do not
    while upper - lower > 1:
        height = (lower + upper) // 2
        if sum(min(width, height) for width in widths) <= room:
            lower = height
        else:
            upper = height
    over = room - sum(min(width, lower) for width in widths)
    capped = []
    for width in widths:
        extra = width > lower and over > 0
        over -= extra
        capped.append(min(width, lower) + extra)
    return capped


#: How str.format is told to fill a cell. Its centring puts the odd space to the right, as `fill` does.
_FORMAT: Final = {"left": "{{:<{}}}", "center": "{{:^{}}}", "right": "{{:>{}}}"}


class _Grid:
    """Lays rows out under one set of columns.

    Most rows are plain (one column for each character, every cell on one line): one call of str.format fills all
    their cells, and the line is longer than the grid if a cell did not fit after all.
    """

    def __init__(
        self, layout: Sequence[Column], widths: list[int], spacing: int, by_words: bool, most: int | None = None
    ) -> None:
        self._cells = [(width, column.align) for width, column in zip(widths, layout, strict=True)]
        self._gap = " " * spacing
        self._split = wrap if by_words else pieces
        self._most = most
        self._fill = self._gap.join(_FORMAT[align].format(width) for width, align in self._cells).format
        self._width = sum(widths) + spacing * (len(widths) - 1)

    def all_lines(self, rows: Sequence[Sequence[str]]) -> list[str]:
        """Every row's lines. Where all rows are plain, one look at all of them together says so."""
        cells = len(self._cells)
        full = [row if len(row) == cells else [*row, *[""] * (cells - len(row))] for row in rows]
        lines = [self._fill(*row) for row in full]
        if all(map(self._width.__eq__, map(len, lines))) and one_column_each("".join(lines)):
            return [line.rstrip(" ") for line in lines]
        lines = []
        for row in full:
            lines += self.lines(row)
            self._check(len(lines))
        return lines

    def _check(self, lines: int) -> None:
        if self._most is not None and lines > self._most:
            raise Fault("budget.lines", "rows", limit=f"{self._most:,}")

    def lines(self, row: Sequence[str]) -> list[str]:
        """The lines of a row that has every cell: as many as its tallest cell needs."""
        line = self._fill(*row)
        if len(line) == self._width and one_column_each(line):
            return [line.rstrip(" ")]
        return self._tall(row)

    def _tall(self, row: Sequence[str]) -> list[str]:
        cells = [self._cell(text, width) for text, (width, _) in zip(row, self._cells, strict=True)]
        tallest = max(map(len, cells))
        self._check(tallest)
        return [self._join([cell[i] if i < len(cell) else "" for cell in cells]) for i in range(tallest)]

    def _cell(self, text: str, width: int) -> list[str]:
        return [part for line in self._plain(text).split("\n") for part in self._split(line, width)]

    def _plain(self, text: str) -> str:
        text = text.replace("\t", " ")
        return text if self._split is wrap else text.replace(SOFT_HYPHEN, "")

    def _join(self, parts: Sequence[str]) -> str:
        filled = [
            # A right-to-left cell must not turn the whole row around when the line is drawn.
            fill(text if text.isascii() else isolated(text), width, align)
            for text, (width, align) in zip(parts, self._cells, strict=True)
        ]
        return self._gap.join(filled).rstrip(" ")
