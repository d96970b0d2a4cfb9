"""A line of text as dots, for what no code page prints.

It knows clusters, directions, shaping and how glyphs sit in a printer's cells; it does not know documents, code pages
or commands. It promises a bitmap exactly as many columns wide as the text is counted, so that what stands in
columns stays in them; that joined scripts are shaped and set in their own direction; and that a character no font has
is drawn as a box and named.

Letters that stand alone (Latin, Greek, Cyrillic, CJK) take the cells they are counted as. Words of joined scripts
(Arabic, Hebrew, Thai, the Indic ones) are set as a whole in the columns they are counted as, pressed together where
they are longer. Latin comes from the bundled cells, all else from the system's fonts (fonts.py).
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from ticket_daemon.poster.clusters import cluster_columns, may_be_overlong, split_clusters, stream_safe
from ticket_daemon.poster.profile.model import CharacterCell
from ticket_daemon.poster.raster.bidi import visual_runs
from ticket_daemon.poster.raster.bitmap import Bitmap
from ticket_daemon.poster.raster.cache import SizedCache
from ticket_daemon.poster.raster.cells import CellFont, cell_font
from ticket_daemon.poster.raster.fonts import INVISIBLE, Face, FontBook, script_of, system_fonts

if TYPE_CHECKING:
    from PIL import Image

#: Coverage of a dot, of 255, from which it is burnt: a little below half, for thin strokes of outline fonts.
_INK: Final = 112
#: The line that letters stand on, in heights of the cell. Source: the bundled cells (19 of 24).
_BASELINE: Final = 19 / 24
#: The same for ideographs, which fill their em. Source: Noto Sans CJK's ascent.
_IDEOGRAPH_BASELINE: Final = 0.88
#: How much wider than drawn words of joined scripts may be set to fill their columns, so that no gap parts them from
#: a colon or a number.
_WIDENED: Final = 1.3
#: Part of the cell's height that a colour picture fills.
_PICTURE: Final = 0.92
#: Brightness, of 255, between which a colour picture is parted into black and white.
_DARKEST: Final = 96
_LIGHTEST: Final = 176
#: Signs that face the other way among letters from right to left. (Shaping does it in outline fonts.)
_MIRRORED: Final = str.maketrans("()[]{}<>«»‹›≤≥", ")(][}{><»«›‹≥≤")
_EMOJI_STYLE: Final = "\N{VARIATION SELECTOR-16}"
_KEYCAP: Final = "\N{COMBINING ENCLOSING KEYCAP}"
_KANA: Final = (range(0x3040, 0x3100), range(0x31F0, 0x3200))
#: What a character of a key takes at most, in bytes: once for the text, once for what it is asked by.
_TEXT_BYTES: Final = 8


class DrawnText(NamedTuple):
    """A drawn line, and the characters that no font had (each once, in order)."""

    bitmap: Bitmap
    missing: str


#: Drawn lines kept: headings and names come again on every ticket.
_LINES: Final = SizedCache[DrawnText](4 << 20)


@dataclass(frozen=True)
class _Piece:
    """What is drawn together: one cell's character, or words of a joined script. `face` None: the bundled cells."""

    text: str
    columns: int
    face: Face | None
    shaped: bool = False
    rtl: bool = False
    em: float = 1.0
    missing: bool = False
    boxed: bool = False


def draw_text(
    text: str,
    *,
    cell: CharacterCell,
    size: tuple[int, int] = (1, 1),
    bold: bool = False,
    underline: int = 0,
    inverse: bool = False,
    max_width: int,
    fonts: FontBook | None = None,
) -> DrawnText:
    """Draw `text`, one line, in cells of `cell` dots times `size` (width, height).

    The bitmap is `columns(text)` cells wide, cut off at `max_width` dots, and one cell high. `underline` is 0, 1 or 2
    dots thick. `fonts` are the system's when not given.
    """
    how = (text, cell, size, bold, underline, inverse, max_width, fonts or system_fonts())
    return _LINES.made(how, lambda: _draw(*how), lambda drawn: len(drawn.bitmap.data) + _TEXT_BYTES * len(text))


def _draw(
    text: str,
    cell: CharacterCell,
    size: tuple[int, int],
    bold: bool,
    underline: int,
    inverse: bool,
    max_width: int,
    fonts: FontBook,
) -> DrawnText:
    from PIL import Image

    if may_be_overlong(text):  # with marks by the thousand, normalizing costs their number squared
        text = stream_safe(text)
    text = unicodedata.normalize("NFC", text)
    pieces = list(_pieces(text, cell_font(cell.height), fonts))
    column, height = cell.width * size[0], cell.height * size[1]
    width = max(1, min(max_width, sum(piece.columns for piece in pieces) * column))
    canvas = Image.new("L", (width, height))
    pen = _Pen(canvas, cell, size)
    for piece in pieces:
        pen.set(piece)
    dots = _finish(canvas, size, bold, underline, inverse)
    missing = "".join(dict.fromkeys(char for piece in pieces for char in _missing(piece)))
    return DrawnText(Bitmap(dots.width, dots.height, dots.tobytes()), missing)


def _missing(piece: _Piece) -> str:
    if piece.missing:
        return "".join(char for char in piece.text if char not in INVISIBLE)
    if piece.face is None:
        return ""
    return "".join(char for char in piece.text if not piece.face.has(char))


def _finish(canvas: Image.Image, size: tuple[int, int], bold: bool, underline: int, inverse: bool) -> Image.Image:
    """Grey to dots, with what is done to the line as a whole."""
    from PIL import Image, ImageChops

    dots = canvas.point(lambda value: 255 if value >= _INK else 0)
    if bold:  # as printers do: struck twice, a dot apart
        struck = dots.copy()
        struck.paste(dots, (size[0], 0))
        dots = ImageChops.lighter(dots, struck)
    if inverse:
        dots = ImageChops.invert(dots)
    elif underline:
        dots.paste(255, (0, dots.height - underline, dots.width, dots.height))
    return dots.convert("1", dither=Image.Dither.NONE)


# --- pieces ---


def _pieces(text: str, cells: CellFont, fonts: FontBook) -> Iterator[_Piece]:
    """The line's pieces from left to right."""
    hint = "japanese" if any(ord(char) in block for char in text for block in _KANA) else ""
    for run in visual_runs(text):
        pieces = _joined([_piece(cluster, run.rtl, cells, fonts, hint) for cluster in split_clusters(run.text)])
        yield from reversed(pieces) if run.rtl else pieces


def _piece(cluster: str, rtl: bool, cells: CellFont, fonts: FontBook, hint: str) -> _Piece:
    columns = cluster_columns(cluster)
    visible = "".join(char for char in cluster if char not in INVISIBLE)
    bundled = visible in cells.rows
    if not visible or visible.isspace() or (bundled and (visible.isalnum() or _EMOJI_STYLE not in cluster)):
        return _Piece(visible, columns, None, rtl=rtl)
    if _KEYCAP in cluster and cluster[0] in cells.rows:  # its picture, so small, would not show which key
        return _Piece(cluster[0], columns, None, rtl=rtl, boxed=True)
    name = script_of(cluster[0]).name
    if name == "latin":
        hint = "marked" if any(map(unicodedata.combining, cluster)) else ""
    face = fonts.face(cluster, hint if name in ("han", "latin") else "")
    if face is None and bundled:
        return _Piece(visible, columns, None, rtl=rtl)
    if face is None or ((rtl or script_of(cluster[0]).shaped) and not _can_shape()):
        return _Piece(cluster, columns, None, rtl=rtl, missing=True)
    script = script_of(cluster[0])
    return _Piece(cluster, columns, face, script.shaped, rtl, script.em)


def _joined(pieces: list[_Piece]) -> list[_Piece]:
    """Neighbours of a joined script in one piece, with the single spaces and the signs between them."""
    joined: list[_Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if piece.shaped and before is not None:
            if before.shaped and before.face == piece.face:
                joined[-1] = _together(before, piece)
                continue
            if len(joined) > 1 and _between(joined[-2], before, piece):
                joined[-2:] = [_together(_together(joined[-2], before), piece)]
                continue
        joined.append(piece)
    return joined


def _between(first: _Piece, sign: _Piece, second: _Piece) -> bool:
    """Whether `sign` stands between two pieces of one script and may be set with them."""
    return (
        first.shaped
        and first.face is not None
        and first.face == second.face
        and sign.columns == 1
        and not sign.missing
        and not sign.text.isalnum()
        and first.face.has(sign.text)
    )


def _together(first: _Piece, second: _Piece) -> _Piece:
    columns = first.columns + second.columns
    return _Piece(first.text + (second.text or " "), columns, first.face, True, first.rtl, first.em)


@functools.cache
def _can_shape() -> bool:
    """Pillow's wheels bring Raqm; a build without it cannot set these scripts, and says so by naming them."""
    from PIL import features

    return bool(features.check("raqm"))


# --- setting ---


class _Pen:
    """Sets pieces side by side on a canvas."""

    def __init__(self, canvas: Image.Image, cell: CharacterCell, size: tuple[int, int]) -> None:
        self._canvas = canvas
        self._cell = cell
        self._column, self._height = cell.width * size[0], cell.height * size[1]
        self._size = size
        self._stretch = size[0] / size[1]
        self._x = 0

    def set(self, piece: _Piece) -> None:
        """Draw `piece` in the columns that follow."""
        slot = piece.columns * self._column
        if self._x >= self._canvas.width:
            return
        if piece.missing or piece.boxed:
            self._box(slot)
        if piece.missing:
            pass
        elif piece.face is None:
            self._cells(piece.text.translate(_MIRRORED) if piece.rtl else piece.text, slot)
        elif piece.face.colour:
            self._picture(piece.text, piece.face, slot)
        elif not piece.text.isspace():
            self._letters(piece, piece.face, slot)
        self._x += slot

    def _box(self, slot: int) -> None:
        from PIL import ImageDraw

        # Margins and stroke from the cell's height, less where a tall cell is narrow.
        width, thinnest = max(slot, self._column), max(slot, self._column) // 6
        top = max(1, self._height // 12)
        side = min(top, thinnest)
        frame = (self._x + side, top, self._x + width - side - 1, self._height - top - 1)
        stroke = max(1, min(self._height // 24, thinnest))
        ImageDraw.Draw(self._canvas).rectangle(frame, outline=255, width=stroke)

    def _cells(self, char: str, slot: int) -> None:
        """A bundled letter: its dots repeated by whole numbers, in the middle of its columns."""
        from PIL import Image

        glyph = cell_font(self._cell.height).glyph(char)
        if glyph is None:  # a space
            return
        dots = Image.frombytes("1", (glyph.width, glyph.height), glyph.data).convert("L")
        if glyph.width > self._cell.width or glyph.height > self._cell.height:
            narrow = (min(glyph.width, self._cell.width), min(glyph.height, self._cell.height))
            dots = dots.resize(narrow, Image.Resampling.BOX)
        dots = dots.resize((dots.width * self._size[0], dots.height * self._size[1]), Image.Resampling.NEAREST)
        self._paste(dots, self._x + (slot - dots.width) // 2, (self._height - dots.height) // 2)

    def _letters(self, piece: _Piece, face: Face, slot: int) -> None:
        """A glyph or words from an outline font; shrunk where they are higher or wider than their place."""
        em = round(piece.em * self._height)
        ink, top = _ink(piece.text, face, em, piece.rtl)
        if ink.height > self._height:
            em = em * self._height // ink.height
            ink, top = _ink(piece.text, face, em, piece.rtl)
        widest = _WIDENED if piece.shaped else 1.0
        width = max(1, min(slot, round(ink.width * self._stretch * widest)))
        if width != ink.width:
            from PIL import Image

            ink = ink.resize((width, ink.height), Image.Resampling.LANCZOS)
        x = self._x + (slot - width) // 2
        if piece.shaped:
            x = self._x + (slot - width if piece.rtl else 0)  # words begin where their reader does
        # Ideographs fill their em; all others stand on the line, raised where they would reach below the cell.
        ideograph = piece.columns == 2 and not piece.shaped
        baseline = round(self._height * (_IDEOGRAPH_BASELINE if ideograph else _BASELINE))
        self._paste(ink, x, max(0, min(baseline + top, self._height - ink.height)))

    def _picture(self, text: str, face: Face, slot: int) -> None:
        picture = _picture(text, face)
        scale = min(self._height * _PICTURE / picture.height, slot / self._stretch / picture.width)
        width = max(1, min(slot, round(picture.width * scale * self._stretch)))
        height = max(1, round(picture.height * scale))
        dots = _line_art(picture, (width, height))
        self._paste(dots, self._x + (slot - width) // 2, (self._height - height) // 2)

    def _paste(self, ink: Image.Image, x: int, y: int) -> None:
        # Lighter, not over: a neighbour's overhang stays.
        from PIL import ImageChops

        place = (x, y, x + ink.width, y + ink.height)
        self._canvas.paste(ImageChops.lighter(self._canvas.crop(place), ink), (x, y))


#: Greys of glyphs and words kept, and of colour pictures at their fonts' own size (four bytes a pixel).
_INKS: Final = SizedCache["tuple[Image.Image, int]"](8 << 20)
_PICTURES: Final = SizedCache["Image.Image"](8 << 20)


def _ink(text: str, face: Face, em: int, rtl: bool) -> tuple[Image.Image, int]:
    """The grey of shaped `text`, cut to its ink, and where its top stands to the line (negative: above)."""
    return _INKS.made(
        (text, face, em, rtl),
        lambda: _set_ink(text, face, em, rtl),
        lambda found: found[0].width * found[0].height + _TEXT_BYTES * len(text),
    )


def _set_ink(text: str, face: Face, em: int, rtl: bool) -> tuple[Image.Image, int]:
    from PIL import Image

    font = face.font(em)
    direction = ("rtl" if rtl else "ltr") if _can_shape() else None
    mask, (_, top) = font.getmask2(text, "L", direction=direction, anchor="ls")
    if not all(mask.size):
        return Image.new("L", (1, 1)), 0
    return Image.frombytes("L", mask.size, bytes(mask)), top


def _picture(text: str, face: Face) -> Image.Image:
    """A colour font's picture, cut to its edges, at the font's own size."""
    return _PICTURES.made((text, face), lambda: _set_picture(text, face), lambda found: 4 * found.width * found.height)


def _set_picture(text: str, face: Face) -> Image.Image:
    from PIL import Image, ImageDraw

    font = face.font(face.colour)
    left, top, right, bottom = map(int, font.getbbox(text))
    picture = Image.new("RGBA", (max(1, right - left), max(1, bottom - top)), (255, 255, 255, 0))
    ImageDraw.Draw(picture).text((-left, -top), text, font=font, embedded_color=True)
    return picture.crop(picture.getbbox() or (0, 0, 1, 1))


def _line_art(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A picture in dots: its outline, and black where it is dark. At this size dithering is only noise."""
    from PIL import Image, ImageChops, ImageFilter

    small = picture.resize(size, Image.Resampling.LANCZOS)
    shape = small.getchannel("A").point(lambda value: 255 if value >= 128 else 0)
    framed = Image.new("L", (size[0] + 2, size[1] + 2))
    framed.paste(shape, (1, 1))
    inside = framed.filter(ImageFilter.MinFilter(3)).crop((1, 1, size[0] + 1, size[1] + 1))
    grey = small.convert("L")
    limit = max(_DARKEST, min(_threshold(grey.histogram(shape)), _LIGHTEST))
    dark = grey.point(lambda value: 255 if value < limit else 0)
    return ImageChops.lighter(ImageChops.subtract(shape, inside), ImageChops.multiply(dark, shape))


def _threshold(histogram: list[int]) -> int:
    """The brightness that parts a picture into its two most different halves (Otsu's method)."""
    total, weighted = sum(histogram), sum(value * count for value, count in enumerate(histogram))
    best, best_spread, below, below_weighted = 0, -1.0, 0, 0
    for value, count in enumerate(histogram):
        below += count
        below_weighted += value * count
        if 0 < below < total:
            apart = below_weighted / below - (weighted - below_weighted) / (total - below)
            if (spread := below * (total - below) * apart**2) > best_spread:
                best, best_spread = value + 1, spread
    return best
