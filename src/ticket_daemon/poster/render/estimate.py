"""About how long a document takes to render, from a look at it: worth doing at once, in a thread, or in a process."""

from __future__ import annotations

from typing import Final

from ticket_daemon.poster.document import Document
from ticket_daemon.poster.document import model as m

#: Microseconds on a small office machine, measured with the largest documents that the budget admits. A little high:
#: a document that is quicker than its estimate only takes a longer way.
_COMMAND: Final = 10
_CHARACTER: Final = 0.3
_DRAWN_CHARACTER: Final = 15  # in no code page, perhaps
_CELL: Final = 0.5
_PICTURE: Final = 20_000  # a photograph of unknown size, printed as asked
_BASE64: Final = 0.05  # a character of a picture's text, of which each may stand for some pixels
_DOT: Final = 0.08
_QR_BYTE: Final = 150
_SYMBOL_BYTE: Final = 25
_RAW_BYTE: Final = 3


def estimated_us(document: Document) -> int:
    """Microseconds of processor time that rendering `document` takes, about and at most. Linear in its length."""
    return round(sum(_COMMAND + _data(command.data) for command in document.commands))


def _data(data: object) -> float:
    if isinstance(data, m.Text):
        assert isinstance(data.content, m.Content)
        label = data.label.text if isinstance(data.label, m.Label) else ""
        return _text(data.content.text) + _text(label)
    if isinstance(data, m.Table):
        return _table(data)
    if isinstance(data, m.Columns):
        return sum(_CELL * (len(data.cells) + len(cell.text)) + _text(cell.text) for cell in data.cells)
    if isinstance(data, m.Image):
        width = data.pixel_width or 0
        return _PICTURE + _BASE64 * len(data.code) + _DOT * width * width
    if isinstance(data, m.Qr):
        drawn = _PICTURE if data.logo is not None else 0
        return drawn + _QR_BYTE * len(data.data) + _text(data.human_text or "")
    if isinstance(data, m.Symbol2D):
        return _SYMBOL_BYTE * len(data.data) + _text(data.human_text or "")
    return _RAW_BYTE * len(data.hex) / 2 if isinstance(data, m.Raw) else 0.0


def _text(text: str) -> float:
    return len(text) * (_CHARACTER if text.isascii() else _DRAWN_CHARACTER)


def _table(table: m.Table) -> float:
    assert table.definition is not None  # the document's own promise
    cells = (len(table.rows) + 1) * len(table.definition.columns)
    return _CELL * cells + sum(_text(str(cell)) for row in table.rows for cell in row)
