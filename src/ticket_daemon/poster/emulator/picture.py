"""Paper as people see it: off-white with grey-black dots, borders, cut edges, and notes beside it.

It knows colours, edges and signs; the dots are `drawing`'s. It promises a palette picture in the printer's own
resolution (a dot is a pixel), so that symbols on it can be read by any reader.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ticket_daemon.poster.emulator.drawing import dots, glyph
from ticket_daemon.poster.emulator.events import Beep, DrawerKick, Event, SymbolRefused, UnknownBytes
from ticket_daemon.poster.emulator.items import Look, is_second
from ticket_daemon.poster.emulator.paper import Paper, Piece

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

_OUTSIDE, _PAPER, _INK, _EDGE, _NOTE, _TROUBLE, _SECOND = range(7)
#: Transparent outside; paper slightly warm; ink as heat leaves it, not quite black.
_COLOURS: Final = (
    (236, 237, 239), (252, 250, 243), (43, 40, 42), (214, 210, 199), (96, 108, 124), (178, 58, 40), (196, 36, 46),
)  # fmt: skip
_MARGIN: Final = 12  #: dots around the paper
_BORDER: Final = 16  #: dots of paper at least on each side of the printable area
_LEAD: Final = 20  #: blank dots at a piece's open ends
_TOOTH: Final = 8  #: dots of a torn edge's tooth
_GAP: Final = 26  #: dots between pieces that a full cut parted
_SLIT: Final = 5  #: dots of a partial cut's slit
_BRIDGE: Final = 36  #: dots of the bridge that a partial cut leaves
_GUTTER: Final = 132  #: dots beside the paper for notes, if there are any
_NOTE_LOOK: Final = Look(9, 17)
_NOTE_ROW: Final = 28
_MAX_NOTES: Final = 300
_MM_PER_INCH: Final = 25.4


def png(paper: Paper) -> bytes:
    """The picture, as bytes."""
    out = io.BytesIO()
    drawn = _drawn(paper)
    drawn.save(out, "PNG", transparency=_OUTSIDE, dpi=(paper.dpi, paper.dpi), compress_level=6)
    return out.getvalue()


def svg(paper: Paper) -> str:
    """The picture in a scalable drawing, in millimetres, its text selectable by readers as the title."""
    from xml.sax.saxutils import escape

    width, height = _drawn(paper).size
    scale = _MM_PER_INCH / paper.dpi
    code = base64.b64encode(png(paper)).decode("ascii")
    title = escape("".join(c for line in paper.text for c in line + "\n" if c == "\n" or c.isprintable()))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * scale:.2f}mm" height="{height * scale:.2f}mm" '
        f'viewBox="0 0 {width} {height}" role="img"><title>{title}</title>'
        f'<image width="{width}" height="{height}" style="image-rendering:pixelated" '
        f'href="data:image/png;base64,{code}"/></svg>'
    )


def _drawn(paper: Paper) -> Image:
    from PIL import Image, ImageDraw

    pieces = [piece for piece in paper.pieces if piece.height or piece.marks] or [Piece(0)]
    across = max(paper.width + 2 * _BORDER, round(paper.paper_mm * paper.dpi / _MM_PER_INCH))
    notes = any(True for piece in pieces for _ in _notes(piece))
    width = across + 2 * _MARGIN + (_GUTTER if notes else 0)
    height = sum(map(_height, pieces)) + sum(_gap(piece) for piece in pieces[:-1]) + 2 * _MARGIN + _TOOTH
    canvas = Image.new("P", (width, height), _OUTSIDE)
    canvas.putpalette([value for colour in _COLOURS for value in colour])
    pen = ImageDraw.Draw(canvas)
    pen.fontmode = "1"
    top = _MARGIN
    before: Piece | None = None
    for piece in pieces:
        _draw_piece(canvas, pen, paper, piece, before, top, across)
        top += _height(piece) + _gap(piece)
        before = piece
    return canvas


def _top_lead(piece: Piece) -> int:
    """Blank above the first dots, where the printer itself left too little to look at."""
    first = min((item.y for item in piece.items), default=_LEAD)
    return max(0, _LEAD - first)


def _bottom_lead(piece: Piece) -> int:
    return _LEAD if piece.end == "open" else 0


def _height(piece: Piece) -> int:
    return _top_lead(piece) + piece.height + _bottom_lead(piece)


def _gap(piece: Piece) -> int:
    return {"full": _GAP, "partial": _SLIT, "open": _GAP, "split": 0}[piece.end]


def _draw_piece(
    canvas: Image, pen: ImageDraw, paper: Paper, piece: Piece, before: Piece | None, top: int, across: int
) -> None:
    left, right = _MARGIN, _MARGIN + across
    bottom = top + _height(piece)
    if bottom == top:
        return
    pen.rectangle((left, top, right - 1, bottom - 1), fill=_PAPER)
    pen.line((left, top, left, bottom - 1), fill=_EDGE)
    pen.line((right - 1, top, right - 1, bottom - 1), fill=_EDGE)
    if before is None or before.end in ("full", "partial"):
        pen.line((left, top, right - 1, top), fill=_EDGE)
    inner = left + (across - paper.width) // 2
    if piece.height:
        place = (inner, top + _top_lead(piece))
        canvas.paste(_INK, place, dots(paper.width, piece, second=False))
        if any(map(is_second, piece.items)):
            canvas.paste(_SECOND, place, dots(paper.width, piece, second=True))
    _draw_end(pen, piece, left, right, bottom)
    _draw_notes(canvas, pen, piece, right + 8, top + _top_lead(piece))


def _draw_end(pen: ImageDraw, piece: Piece, left: int, right: int, bottom: int) -> None:
    """A straight edge where a blade went through, a bridge in the slit of a partial cut, teeth where paper was torn."""
    if piece.end == "split":
        return
    if piece.end == "open":
        teeth = [*range(left, right, _TOOTH), right - 1]
        edge = [(x, bottom + (_TOOTH - 2 if place % 2 else -2)) for place, x in enumerate(teeth)]
        pen.polygon([(left, bottom - _TOOTH), *edge, (right - 1, bottom - _TOOTH)], fill=_PAPER)
        pen.rectangle((left, bottom - _TOOTH - 1, right - 1, bottom - 3), fill=_PAPER)
        for start, end in pairwise(edge):
            pen.line((start, end), fill=_EDGE)
        return
    pen.line((left, bottom - 1, right - 1, bottom - 1), fill=_EDGE)
    if piece.end == "partial":
        middle = (left + right) // 2
        bridge = (middle - _BRIDGE // 2, bottom - 1, middle + _BRIDGE // 2, bottom + _SLIT)
        pen.rectangle(bridge, fill=_PAPER)
        for x in range(left + 2, right - 4, 12):  # the blade's line beside the bridge
            if not bridge[0] - 6 <= x <= bridge[2]:
                pen.line((x, bottom + _SLIT // 2, x + 5, bottom + _SLIT // 2), fill=_EDGE)


# --- notes beside the paper ---


def _notes(piece: Piece) -> Iterator[tuple[int, Event]]:
    kinds = (DrawerKick, Beep, UnknownBytes, SymbolRefused)
    return ((y, event) for y, event in piece.marks[:_MAX_NOTES] if isinstance(event, kinds))


def _draw_notes(canvas: Image, pen: ImageDraw, piece: Piece, left: int, top: int) -> None:
    """One row for each, as near its place as the one above leaves it; none past the piece's end."""
    free = top
    for y, event in _notes(piece):
        at = max(free, min(top + y, top + piece.height) - _NOTE_ROW // 2)
        if at + _NOTE_ROW > canvas.height:
            return
        colour = _NOTE if isinstance(event, (DrawerKick, Beep)) else _TROUBLE
        _draw_sign(pen, event, left, at + 3, colour)
        _write(canvas, _words(event), left + 30, at + 5, colour)
        free = at + _NOTE_ROW


def _words(event: Event) -> str:
    """Numbers only: a picture has no language."""
    if isinstance(event, DrawerKick):
        return f"{event.pin + 1} {event.on_ms} ms"
    if isinstance(event, Beep):
        return f"×{event.times}"
    if isinstance(event, UnknownBytes):
        return event.data[:3].hex(" ").upper() + ("…" if len(event.data) > 3 else "")
    return event.kind[:10] if isinstance(event, SymbolRefused) else ""


def _write(canvas: Image, text: str, x: int, y: int, colour: int) -> None:
    for place, character in enumerate(text):
        canvas.paste(colour, (x + place * _NOTE_LOOK.advance, y), glyph(character, _NOTE_LOOK))


def _draw_sign(pen: ImageDraw, event: Event, x: int, y: int, colour: int) -> None:
    """A drawer, a bell, or a warning triangle, 22 dots wide."""
    if isinstance(event, DrawerKick):
        pen.rectangle((x + 3, y + 1, x + 19, y + 8), outline=colour, width=2)
        pen.polygon(((x + 3, y + 10), (x + 19, y + 10), (x + 22, y + 20), (x, y + 20)), outline=colour, width=2)
        pen.line((x + 8, y + 15, x + 14, y + 15), fill=colour, width=2)
    elif isinstance(event, Beep):
        pen.pieslice((x + 4, y + 1, x + 18, y + 21), 180, 360, fill=colour)
        pen.rectangle((x + 4, y + 11, x + 18, y + 15), fill=colour)
        pen.line((x + 1, y + 16, x + 21, y + 16), fill=colour, width=2)
        pen.ellipse((x + 9, y + 17, x + 13, y + 21), fill=colour)
    else:
        pen.polygon(((x + 11, y), (x + 22, y + 20), (x, y + 20)), outline=colour, width=2)
        pen.line((x + 11, y + 7, x + 11, y + 13), fill=colour, width=2)
        pen.line((x + 11, y + 16, x + 11, y + 17), fill=colour, width=2)
