"""What stands on the paper: runs of characters and dot pictures, each at its place.

It knows sizes and places in dots; it does not draw. It promises that every item has `x`, `y`, `width` and `height`
in dots, `y` downwards from the top of its piece.
"""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from ticket_daemon.poster.raster.bitmap import Bitmap


class Look(Struct, frozen=True):
    """How a run of characters is drawn. `cell_*` in dots before scaling; `spacing` dots right of each, scaled too."""

    cell_width: int = 12
    cell_height: int = 24
    scale_x: int = 1
    scale_y: int = 1
    bold: bool = False
    underline: int = 0  #: dots
    inverse: bool = False
    rotated: bool = False  #: 90° clockwise
    upside_down: bool = False
    spacing: int = 0
    second: bool = False  #: in the second colour

    @property
    def width(self) -> int:
        """Dots across one character, without its spacing. A rotated cell lies on its side."""
        return (self.cell_height if self.rotated else self.cell_width) * self.scale_x

    @property
    def height(self) -> int:
        """Dots from top to bottom of one character."""
        return (self.cell_width if self.rotated else self.cell_height) * self.scale_y

    @property
    def advance(self) -> int:
        """Dots from one character to the next."""
        return self.width + self.spacing * self.scale_x


class Text(Struct, frozen=True):
    """Characters of one look, side by side; of those in `own` the dots that the sender gave them."""

    x: int
    y: int
    text: str
    look: Look
    own: tuple[tuple[str, Bitmap], ...] = ()

    @property
    def width(self) -> int:
        return len(self.text) * self.look.advance

    @property
    def height(self) -> int:
        return self.look.height


class Picture(Struct, frozen=True):
    """A bitmap, each dot `scale_x` by `scale_y` dots. With `by_columns` the bitmap's rows are the picture's columns."""

    x: int
    y: int
    bitmap: Bitmap
    scale_x: int = 1
    scale_y: int = 1
    by_columns: bool = False
    upside_down: bool = False
    second: bool = False  #: in the second colour
    turned: bool = False  #: 90° clockwise

    @property
    def width(self) -> int:
        return self._down if self.turned else self._across

    @property
    def height(self) -> int:
        return self._across if self.turned else self._down

    @property
    def _across(self) -> int:
        return (self.bitmap.height if self.by_columns else self.bitmap.width) * self.scale_x

    @property
    def _down(self) -> int:
        return (self.bitmap.width if self.by_columns else self.bitmap.height) * self.scale_y


Item = Text | Picture


def is_second(item: Item) -> bool:
    """Whether the item is in the second colour."""
    return item.second if isinstance(item, Picture) else item.look.second


def moved(item: Item, dx: int, dy: int) -> Item:
    """The item `dx` dots to the right and `dy` down."""
    return replace(item, x=item.x + dx, y=item.y + dy) if dx or dy else item


def flipped(item: Item, width: int, height: int) -> Item:
    """The item turned by 180° inside an area of `width` by `height` dots."""
    x, y = width - item.x - item.width, height - item.y - item.height
    if isinstance(item, Picture):
        return replace(item, x=x, y=y, upside_down=not item.upside_down)
    return replace(item, x=x, y=y, look=_turned(item.look))


@lru_cache(maxsize=256)
def _turned(look: Look) -> Look:
    return replace(look, upside_down=not look.upside_down)


def weight(item: Item) -> int:
    """About how many bytes of memory the item holds."""
    return 200 + (len(item.bitmap.data) if isinstance(item, Picture) else len(item.text))
