"""Pictures: from base64 to a bitmap of dots.

It knows picture files (PNG, JPEG, BMP, GIF, WebP), scaling, transparency and dithering; it does not know paper,
alignment or commands. It promises that the size a file claims is looked at before any pixel is decoded, so that a
bomb costs nothing; that the file's own bytes, not its name, say what it is; and that whatever cannot be read is a
Fault, never a crash.
"""

from __future__ import annotations

import base64
import binascii
import functools
import importlib
import io
import struct
from typing import TYPE_CHECKING, Final

from ticket_daemon.poster.document.model import Fault
from ticket_daemon.poster.document.model import Image as Picture
from ticket_daemon.poster.raster.bitmap import Bitmap

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

#: Pixels of a source picture: a phone's photograph. The worst of them (transparent PNG) takes 110 MB while it is read.
MAX_PIXELS: Final = 16_000_000

#: Pixels of a WebP, which takes 16 bytes for each while it is read: two canvases, the frame and the picture.
MAX_WEBP_PIXELS: Final = 6_000_000

#: Rows that a picture may have on paper, four metres at 203 dpi, and dots in all. Receipts come as pictures too.
MAX_HEIGHT: Final = 32_000
MAX_DOTS: Final = 20_000_000

_WEBP: Final = (b"WEBP", 8)

#: What the file begins with -> Pillow's class for it. The classes are asked directly: Image.open would try dozens of
#: formats, and knows a limit of its own that is higher.
_FORMATS: Final[tuple[tuple[bytes, int, str, str], ...]] = (
    (b"\x89PNG\r\n\x1a\n", 0, "PIL.PngImagePlugin", "PngImageFile"),
    (b"\xff\xd8\xff", 0, "PIL.JpegImagePlugin", "JpegImageFile"),
    (b"GIF8", 0, "PIL.GifImagePlugin", "GifImageFile"),
    (b"BM", 0, "PIL.BmpImagePlugin", "BmpImageFile"),
    (*_WEBP, "PIL.WebPImagePlugin", "WebPImageFile"),
)

#: What Pillow raises for a broken file, by fuzzing (half a million of them). Warnings are raised only where they are
#: made errors: for EXIF that is cut off, and for GIF frames beyond the screen.
_BROKEN: Final = (
    OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError, TypeError, KeyError, OverflowError, Warning,
)  # fmt: skip

_BLACK, _WHITE = 0, 255
#: Grey of 2 and 4 bits in PNG: Pillow widens the pixels so many times, and leaves the transparent one as it is.
_GREY_STEPS: Final = {"L;2": 85, "L;4": 17}
_LEAST_WIDTH: Final = 4  # of `diffuse`


def decode_base64(code: str, field: str = "code") -> bytes:
    """The bytes of base64 text, with or without a `data:` URL before it. Raises Fault at `field`."""
    if code[:5].lower() == "data:":
        code = code.partition(",")[2]
    try:
        data = base64.b64decode("".join(code.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Fault("image.base64", field) from None
    if not data:
        raise Fault("image.base64", field)
    return data


def picture_bitmap(picture: Picture, data: bytes, paper: int, row_dots: int = 1) -> Bitmap:
    """The dots of `picture`, whose decoded file is `data`, on paper of `paper` dots, each row `row_dots` dots high.
    Raises Fault at "code"."""
    width = min(picture.pixel_width or paper, paper)
    grey = grey_picture(data, width, row_dots=row_dots, smooth=picture.scaling == "bilinear", field="code")
    return dither(grey, picture.dithering, picture.threshold)


def grey_picture(data: bytes, width: int, *, row_dots: int = 1, smooth: bool = True, field: str) -> Image:
    """The picture in the file `data` in grey on white, `width` dots wide, its height in proportion. Raises Fault at
    `field`, also where that is more than MAX_HEIGHT rows or MAX_DOTS."""
    source = _open(data, field)
    _check_size(source.width, source.height, MAX_PIXELS, field)
    height = max(1, round(source.height * width / source.width / row_dots))
    if height > MAX_HEIGHT or width * height > MAX_DOTS:
        limit = min(MAX_HEIGHT, MAX_DOTS // width)
        raise Fault("image.too_tall", field, width=width, height=f"{height:,}", limit=f"{limit:,}")
    try:
        # For JPEG only: it decodes at a half to an eighth, but not below twice what is wanted.
        source.draft("L", (width * 2, max(1, width * 2 * source.height // source.width)))
        upright = _upright(source)
        grey = _on_white(upright)
    except _BROKEN:
        raise Fault("image.unreadable", field) from None
    return _scaled(grey, width, row_dots, smooth=smooth)


def own_width(data: bytes, field: str) -> int:
    """The width of `own_size`."""
    return own_size(data, field)[0]


def own_size(data: bytes, field: str) -> tuple[int, int]:
    """Width and height in pixels of the picture in a file, of which only the head is read. Raises Fault at `field`."""
    source = _open(data, field)
    _check_size(source.width, source.height, MAX_PIXELS, field)
    return source.width, source.height


def dither(grey: Image, method: str, threshold: int) -> Bitmap:
    """A grey ("L") picture in dots: "atkinson", "floyd-steinberg" or "threshold" (white from `threshold` on)."""
    import PIL.Image

    width, height = grey.size
    if method == "threshold":
        return _pack(grey, threshold)
    from ticket_daemon.poster.raster.dither import ATKINSON, FLOYD_STEINBERG, diffuse

    even = max(width + width % 2, _LEAST_WIDTH)
    if even != width:
        wider = PIL.Image.new("L", (even, height), _WHITE)
        wider.paste(grey)
        grey = wider
    dots = diffuse(grey.tobytes(), even, height, threshold, ATKINSON if method == "atkinson" else FLOYD_STEINBERG)
    return _pack(PIL.Image.frombytes("L", (even, height), dots).crop((0, 0, width, height)), 1)


def _pack(grey: Image, threshold: int) -> Bitmap:
    """Eight pixels to a byte; white from `threshold` on."""
    black_and_white = grey.point([_BLACK] * threshold + [_WHITE] * (256 - threshold), "1")
    return Bitmap(grey.width, grey.height, blacken(black_and_white))


def blacken(one: Image) -> bytes:
    """The rows of a picture of mode "1" with 1 for black, zeros to the right of the last."""
    return one.tobytes("raw", "1;I")


@functools.cache
def _class(module: str, name: str) -> type[ImageFile]:
    found: type[ImageFile] = getattr(importlib.import_module(module), name)
    return found


def _open(data: bytes, field: str) -> ImageFile:
    """The file with its header read and nothing decoded."""
    names = next((names for magic, offset, *names in _FORMATS if data.startswith(magic, offset)), None)
    if names is None:
        raise Fault("image.unreadable", field)
    if data.startswith(*_WEBP):
        _check_webp(data, field)
    from PIL.Image import DecompressionBombError

    try:
        return _class(*names)(io.BytesIO(data))
    except (*_BROKEN, DecompressionBombError):  # the last: GIF frames far beyond the screen
        raise Fault("image.unreadable", field) from None


def _check_size(width: int, height: int, limit: int, field: str) -> None:
    if width * height > limit:
        raise Fault("image.too_large", field, width=width, height=height, limit=f"{limit:,}")
    if width * height == 0:
        raise Fault("image.unreadable", field)


def _check_webp(data: bytes, field: str) -> None:
    """Pillow makes room for the whole canvas when it opens a WebP, so its size is read here first (RFC 9649)."""
    kind, head = data[12:16], data[:30].ljust(30, b"\0")
    if kind == b"VP8X":
        width, height = (int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))
    elif kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    _check_size(width, height, MAX_WEBP_PIXELS, field)


def _upright(source: ImageFile) -> Image:
    """A photograph turned as its EXIF says, like browsers show it."""
    from PIL import ImageOps

    step = _GREY_STEPS.get(str(source.tile[0][3])) if source.tile else None  # what a row is coded as
    if step and isinstance(source.info.get("transparency"), int):
        source.info["transparency"] *= step
    source.load()
    return ImageOps.exif_transpose(source) if "exif" in source.info else source


def _on_white(image: Image) -> Image:
    """In grey ("L"), with transparency as white."""
    import PIL.Image

    if image.mode == "I;16":
        return _from_16_bits(image)
    if image.mode == "RGB" and max(image.info.get("transparency", (0,))) > _WHITE:  # of 16 bits a colour, the rest 8
        image.info["transparency"] = tuple(value >> 8 for value in image.info["transparency"])
    if not image.has_transparency_data:
        return image if image.mode == "L" else image.convert("L")
    seen = image if image.mode in ("RGBA", "LA") else image.convert("RGBA")
    white = PIL.Image.new("L", image.size, _WHITE)
    white.paste(seen.convert("L"), mask=seen.getchannel("A"))
    return white


def _from_16_bits(image: Image) -> Image:
    """Of 16-bit grey, `convert` would clip all but the darkest. Low bytes come first."""
    import PIL.Image
    from PIL import ImageChops

    data = image.tobytes()
    low, high = data[::2], data[1::2]
    grey = PIL.Image.frombytes("L", image.size, high)
    transparent = image.info.get("transparency")
    if transparent is None:
        return grey
    masks = (
        PIL.Image.frombytes("L", image.size, half.translate(_is(value)))
        for half, value in ((low, transparent & 0xFF), (high, transparent >> 8))
    )
    grey.paste(_WHITE, mask=ImageChops.darker(*masks))
    return grey


def _is(value: int) -> bytes:
    """For bytes.translate: 255 for `value`, 0 for the rest."""
    return bytes(_WHITE * (byte == value) for byte in range(256))


def _scaled(grey: Image, width: int, row_dots: int, *, smooth: bool) -> Image:
    from PIL.Image import Resampling

    height = max(1, round(grey.height * width / grey.width / row_dots))
    if grey.size == (width, height):
        return grey
    return grey.resize((width, height), Resampling.BILINEAR if smooth else Resampling.NEAREST)
