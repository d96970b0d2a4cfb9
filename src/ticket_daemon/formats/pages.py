"""Pages that were drawn elsewhere (pictures, PDF, HTML) as a printer's bytes."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ticket_daemon.errors import DocumentError
from ticket_daemon.poster.document import Warned
from ticket_daemon.poster.document.model import Cut, CutCommand, Fault, Image, ImageCommand
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.raster.bitmap import Bitmap
from ticket_daemon.poster.render import Rendered
from ticket_daemon.poster.render.commands import RENDERERS
from ticket_daemon.poster.render.graphics import bitmap_bytes
from ticket_daemon.poster.render.writer import JUSTIFY, Writer

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

#: Height of all pages of one ticket in dots: six metres at 203 dpi, twice the longest receipt that anybody sent.
MAX_HEIGHT: Final = 48_000
#: Where white begins when letters are made black and white: a little below half keeps thin strokes.
INK: Final = 160


def generic_paper(profile: Profile | None) -> Profile:
    """The destination's profile, else 80 mm paper. Raises DocumentError for a printer that takes ready bytes only."""
    if profile is None:
        return generic()
    if profile.passthrough:
        raise DocumentError("format.passthrough", path="printer", name=profile.name)
    return profile


def rendered(pages: Sequence[Bitmap], profile: Profile, warnings: Sequence[Warned] = ()) -> Rendered:
    """Pages one below the other, each cut off."""
    writer = Writer(profile)
    try:
        for page in pages:
            writer.block(JUSTIFY["center"] + bitmap_bytes(page, profile), aligned=True)
            RENDERERS[CutCommand](Cut(), writer)
    except Fault as fault:
        raise DocumentError(fault.key, path="contenido", category="IMAGE", **fault.parameters) from None
    if pages and not any(any(page.data) for page in pages):
        writer.warn("warning.blank_image")
    return Rendered(writer.finish(), profile, (*warnings, *writer.warnings))


def picture(file: bytes, profile: Profile, *, dithered: bool = True) -> Rendered:
    """A picture's file as wide as it is, or as the paper where that is narrower. Raises DocumentError."""
    from ticket_daemon.poster.raster.image import own_width

    writer = Writer(profile)
    try:
        look = Image(
            code=base64.b64encode(file).decode(),
            pixel_width=min(own_width(file, "contenido"), profile.dots),
            dithering="floyd-steinberg" if dithered else "threshold",
        )
        RENDERERS[ImageCommand](look, writer)
        RENDERERS[CutCommand](Cut(), writer)
    except Fault as fault:
        raise DocumentError(fault.key, path="contenido", category="IMAGE", **fault.parameters) from None
    return Rendered(writer.finish(), profile, writer.warnings)


def black_and_white(page: Picture, dithered: Sequence[tuple[int, int, int, int]] = ()) -> Bitmap:
    """A grey page in dots: letters by a threshold, so that they stay sharp; the boxes `dithered` (x, y, x, y) by
    error diffusion."""
    from PIL import Image as Pillow

    from ticket_daemon.poster.raster.image import blacken

    grey = page.convert("L")
    dots = grey.point([0] * INK + [255] * (256 - INK), "1")
    for box in dithered:
        left, top, right, bottom = max(0, box[0]), max(0, box[1]), min(grey.width, box[2]), min(grey.height, box[3])
        if right > left and bottom > top:
            part = grey.crop((left, top, right, bottom)).convert("1", dither=Pillow.Dither.FLOYDSTEINBERG)
            dots.paste(part, (left, top))
    return Bitmap(dots.width, dots.height, blacken(dots))


def from_png(png: bytes) -> Picture:
    """A PNG of our own making, in grey."""
    from PIL import Image as Pillow

    page = Pillow.open(io.BytesIO(png))
    page.load()
    return page.convert("L")


def check_height(dots: int, path: str) -> None:
    """Raises DocumentError for pages that are too long together."""
    if dots > MAX_HEIGHT:
        raise DocumentError("format.too_long", path=path, dots=dots, limit=MAX_HEIGHT)
