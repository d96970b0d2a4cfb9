"""A row of free cells with their own styles (the `columns` command of document 1.1).

It knows cell widths, sizes and wrapping; it does not know code pages or bytes. It promises that cells stand side by
side at their columns, each wrapped inside its own, whatever sizes their styles have.
"""

from __future__ import annotations

from msgspec.structs import replace

from ticket_daemon.poster.clusters import may_be_overlong
from ticket_daemon.poster.document.model import PLAIN, SIZES, Cell, Columns, Fault
from ticket_daemon.poster.layout.width import columns, isolated
from ticket_daemon.poster.layout.wrap import fill, longest_unit, wrap
from ticket_daemon.poster.render.writer import Writer


def free_columns(data: Columns, to: Writer) -> None:
    """Lay the cells out on the paper's columns (font A) and write their lines."""
    data = replace(data, cells=tuple(replace(cell, style=to.possible(cell.style)) for cell in data.cells))
    paper = to.profile.columns("A")
    widths = _widths(data, paper)
    cells = [_lines(cell, width, to) for cell, width in zip(data.cells, widths, strict=True)]
    to.end_open_line()
    rows = max(map(len, cells))
    to.budget.spend("budget.cells", rows * len(cells), "cells")
    for row in range(rows):
        for index, (cell, width, lines) in enumerate(zip(data.cells, widths, cells, strict=True)):
            if index and data.spacing:
                to.text(" " * data.spacing, PLAIN)
            part = lines[row] if row < len(lines) else ""
            per_column = SIZES[cell.style.size][0]
            # Isolated as in a table: else the padding of a right-to-left cell would go to its other side.
            filled = fill(isolated(part), width // per_column, cell.align)
            rest = " " * (width - columns(filled) * per_column)  # columns that the size leaves over
            before, after = (rest, "") if cell.align == "right" else ("", rest)
            if before:
                to.text(before, PLAIN)
            to.text(filled, cell.style)
            if after:
                to.text(after, PLAIN)
        to.end_line()


def _widths(data: Columns, paper: int) -> list[int]:
    """Each cell's columns: as asked, and what is left shared among those that did not ask (the last gets the rest), but
    none less than its longest word needs where there is room for that."""
    room = paper - data.spacing * (len(data.cells) - 1) - sum(cell.width or 0 for cell in data.cells)
    open_cells = [cell for cell in data.cells if cell.width is None]
    if room < len(open_cells):
        width = paper - room + len(open_cells)
        raise Fault("table.too_wide_fixed", "cells", width=width, paper=paper)
    # Where every text fits an equal share as it stands, no word needs more.
    alike = room // max(1, len(open_cells))
    fits = all(len(cell.text) * 2 * SIZES[cell.style.size][0] <= alike for cell in open_cells)
    shares = iter(_shares([1 if fits else _needed(cell) for cell in open_cells], room))
    return [next(shares) if cell.width is None else cell.width for cell in data.cells]


def _needed(cell: Cell) -> int:
    """Columns for the longest word of a cell."""
    text = cell.text
    if "\t" in text or "\n" in text:
        text = text.replace("\t", " ").replace("\n", " ")
    return max(1, longest_unit(text) * SIZES[cell.style.size][0])


def _shares(needed: list[int], room: int) -> list[int]:
    """`room` shared alike, but for those that need more. Where there is not enough for all, those that need least get
    it: a price stays whole, a long word is cut."""
    shares = [0] * len(needed)
    waiting = sorted(range(len(needed)), key=lambda index: -needed[index])
    if sum(needed) <= room:
        while waiting and needed[waiting[0]] > room // len(waiting):  # gets what it needs, the others share the rest
            index = waiting.pop(0)
            shares[index] = needed[index]
            room -= needed[index]
    else:
        while waiting and needed[waiting[-1]] <= room - (len(waiting) - 1) and needed[waiting[-1]] <= room // 2:
            index = waiting.pop()
            shares[index] = needed[index]
            room -= needed[index]
    for left, index in zip(range(len(waiting), 0, -1), sorted(waiting), strict=True):
        shares[index] = room // left
        room -= shares[index]
    return shares


def _lines(cell: Cell, width: int, to: Writer) -> list[str]:
    text = to.clean(cell.text) if not cell.text.isprintable() or may_be_overlong(cell.text) else cell.text
    inner = max(1, width // SIZES[cell.style.size][0])
    return [part for line in text.replace("\t", " ").split("\n") for part in wrap(line, inner)]
