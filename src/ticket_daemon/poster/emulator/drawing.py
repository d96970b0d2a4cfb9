"""Items to dots: every run of characters and every picture drawn as the head would burn it.

It knows Pillow and how styles change a character's dots; it does not know borders, cuts or colours. It promises the
same dots for the same items. Pillow is loaded here and in `picture`, never before somebody wants to see paper.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ticket_daemon.poster.emulator.cells import cell, is_blank
from ticket_daemon.poster.emulator.items import Look, Picture, Text, is_second
from ticket_daemon.poster.emulator.paper import Piece
from ticket_daemon.poster.raster.bitmap import Bitmap

if TYPE_CHECKING:
    from PIL.Image import Image


def bitmap(width: int, pieces: tuple[Piece, ...]) -> Bitmap:
    """The dots of all pieces, one under the other."""
    height = sum(piece.height for piece in pieces)
    if not height:
        return Bitmap(width, 0, b"")
    return Bitmap(width, height, b"".join(dots(width, piece).tobytes() for piece in pieces if piece.height))


def dots(width: int, piece: Piece, *, second: bool | None = None) -> Image:
    """One piece as a one-bit image, printed dots set; `second`: only those of the second colour, or of the first."""
    from PIL import Image

    canvas = Image.new("1", (width, max(1, piece.height)))
    for item in piece.items:
        if second is not None and is_second(item) is not second:
            continue
        if isinstance(item, Text):
            _draw_text(canvas, item)
        else:
            _burn(canvas, _picture(item), item.x, item.y)
    return canvas


def _burn(canvas: Image, drawn: Image, x: int, y: int) -> None:
    """Dots add up: what is burnt stays burnt."""
    canvas.paste(1, (x, y), drawn)


def _draw_text(canvas: Image, item: Text) -> None:
    look = item.look
    own = dict(item.own)
    if look.upside_down:
        _burn(canvas, _reversed_run(item.text, look, own), item.x, item.y)
        return
    x, y, advance = item.x, item.y, look.advance
    bare = not look.inverse and not look.underline
    for character in item.text:
        if character in own:
            canvas.paste(1, (x, y), _own_glyph(own[character], look))
        elif not (bare and is_blank(character)):
            canvas.paste(1, (x, y), glyph(character, look))
        x += advance


def _reversed_run(text: str, look: Look, own: dict[str, Bitmap]) -> Image:
    """The run turned by 180°: its last character comes first."""
    from PIL import Image

    run = Image.new("1", (max(1, len(text) * look.advance), look.height))
    for place, character in enumerate(text):
        dots = _own_glyph(own[character], look) if character in own else glyph(character, look)
        run.paste(1, (place * look.advance, 0), dots)
    return run.transpose(Image.Transpose.ROTATE_180)


@lru_cache(maxsize=1024)
def _own_glyph(bitmap: Bitmap, look: Look) -> Image:
    """A character that the sender defined, whose bitmap holds columns, in the look's cell and style."""
    width, height = look.cell_width, look.cell_height
    columns = [int.from_bytes(bitmap.rows(x, 1), "big") for x in range(min(bitmap.height, width))]
    tops = range(bitmap.stride * 8 - 1, -1, -1)
    rows = [sum((column >> bit & 1) << (width - 1 - x) for x, column in enumerate(columns)) for bit in tops]
    return _styled(tuple((rows + [0] * height)[:height]), look)


@lru_cache(maxsize=4096)
def glyph(character: str, look: Look) -> Image:
    """A character with its style, as wide as its advance."""
    width, height = look.cell_width, look.cell_height
    return _styled((0,) * height if is_blank(character) else cell(character, width, height), look)


def _styled(rows: tuple[int, ...], look: Look) -> Image:
    """A cell's rows with a look's style, as wide as its advance."""
    from PIL import Image

    width, height = look.cell_width, look.cell_height
    if look.bold:
        rows = tuple(row | row >> 1 for row in rows)
    stride = (width + 7) // 8
    pad = stride * 8 - width
    drawn = Image.frombytes("1", (width, height), b"".join((row << pad).to_bytes(stride, "big") for row in rows))
    if look.rotated:
        drawn = drawn.transpose(Image.Transpose.ROTATE_270)
    drawn = drawn.resize((look.width, look.height), Image.Resampling.NEAREST)
    whole = Image.new("1", (look.advance, look.height))
    whole.paste(drawn, (0, 0))
    if look.inverse:
        return whole.point(lambda dot: 0 if dot else 255)
    if look.underline and not look.rotated:  # Epson: neither inverse nor rotated characters are underlined
        whole.paste(1, (0, look.height - look.underline, look.advance, look.height))
    return whole


def _picture(item: Picture) -> Image:
    from PIL import Image

    source = item.bitmap
    drawn = Image.frombytes("1", (source.width, source.height), source.data)
    if item.by_columns:
        drawn = drawn.transpose(Image.Transpose.TRANSPOSE)
    if item.scale_x != 1 or item.scale_y != 1:
        size = (item.height, item.width) if item.turned else (item.width, item.height)
        drawn = drawn.resize(size, Image.Resampling.NEAREST)
    if item.turned:
        drawn = drawn.transpose(Image.Transpose.ROTATE_270)
    return drawn.transpose(Image.Transpose.ROTATE_180) if item.upside_down else drawn
