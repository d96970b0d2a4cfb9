"""A row of free cells with their own styles (the `columns` command of document 1.1).

It knows cell widths, sizes and wrapping; it does not know code pages or bytes. It promises that cells stand side by
side at their columns, each wrapped inside its own, whatever sizes their styles have.
"""

from __future__ import annotations

from msgspec.structs import replace

from ticket_daemon.poster.clusters import may_be_overlong
from ticket_daemon.poster.document.model import PLAIN, SIZES, Cell, Columns, Fault
from ticket_daemon.poster.layout.width import columns, isolated
from ticket_daemon.poster.layout.wrap import fill, wrap
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
    """Each cell's columns: as asked, and what is left shared among those that did not ask (the last gets the rest)."""
    room = paper - data.spacing * (len(data.cells) - 1) - sum(cell.width or 0 for cell in data.cells)
    open_cells = sum(cell.width is None for cell in data.cells)
    if room < open_cells:
        width = paper - room + open_cells
        raise Fault("table.too_wide_fixed", "cells", width=width, paper=paper)
    widths = []
    for cell in data.cells:
        if cell.width is not None:
            widths.append(cell.width)
            continue
        share = room // open_cells
        open_cells -= 1
        room -= share
        widths.append(share)
    return widths


def _lines(cell: Cell, width: int, to: Writer) -> list[str]:
    text = to.clean(cell.text) if not cell.text.isprintable() or may_be_overlong(cell.text) else cell.text
    inner = max(1, width // SIZES[cell.style.size][0])
    return [part for line in text.replace("\t", " ").split("\n") for part in wrap(line, inner)]
