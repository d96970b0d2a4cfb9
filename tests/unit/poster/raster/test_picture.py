"""Pictures to dots: formats, transparency, scaling, dithering, bombs."""

import base64
import contextlib
import io
import random
import struct
import subprocess
import sys
import textwrap
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PILImage

from ticket_daemon.poster.document.model import Fault
from ticket_daemon.poster.document.model import Image as Picture
from ticket_daemon.poster.raster import image


def file_of(picture: PILImage.Image, kind: str = "PNG", **options) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def bitmap_of(data: bytes, paper: int = 384, **look):
    return image.picture_bitmap(Picture(code="", **look), data, paper)


def black_share(bitmap) -> float:
    return int.from_bytes(bitmap.data, "big").bit_count() / (bitmap.width * bitmap.height)


def half_black(size=(64, 32)) -> PILImage.Image:
    picture = PILImage.new("RGB", size, "white")
    picture.paste("black", (0, 0, size[0] // 2, size[1]))
    return picture


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("JPEG", {"quality": 95}), ("BMP", {}), ("GIF", {}), ("WEBP", {"lossless": True}), ("WEBP", {})],
)
def test_every_format_gives_the_same_dots(kind, options):
    bitmap = bitmap_of(file_of(half_black(), kind, **options), pixel_width=64, dithering="threshold")
    assert (bitmap.width, bitmap.height) == (64, 32)
    assert bitmap.data == b"\xff\xff\xff\xff\0\0\0\0" * 32


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16"])
def test_every_mode_prints_black_as_black(mode):
    if mode == "I;16":
        left_black = PILImage.frombytes("I;16", (64, 32), (b"\0\0" * 32 + b"\xff\xff" * 32) * 32)
    else:
        left_black = half_black().convert(mode)
    kind = "JPEG" if mode == "CMYK" else "PNG"
    bitmap = bitmap_of(file_of(left_black, kind), pixel_width=64, dithering="threshold")
    assert bitmap.data == b"\xff\xff\xff\xff\0\0\0\0" * 32


def test_sixteen_bit_grey_keeps_its_tone():
    grey = PILImage.frombytes("I;16", (64, 64), b"\x00\x40" * 64 * 64)  # a quarter of white
    bitmap = bitmap_of(file_of(grey), pixel_width=64, dithering="floyd-steinberg")
    assert black_share(bitmap) == pytest.approx(0.75, abs=0.03)


def png(width: int, depth: int, color_type: int, rows: list[bytes], transparent: bytes = b"") -> bytes:
    """A PNG file from its rows' bytes; `transparent` is tRNS. Source: the PNG specification, filter 0."""
    header = struct.pack(">2I5B", width, len(rows), depth, color_type, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = [(b"IHDR", header), *([(b"tRNS", transparent)] if transparent else []), (b"IDAT", body), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


#: (depth, colour type, a row, tRNS): eight each of black, of a dark colour that is transparent, of black, of white.
TRANSPARENT = {
    "1-bit grey": (1, 0, b"\xff\x00\xff\xff", b"\0\0"),  # its black is transparent, so nothing is left
    "4-bit grey": (4, 0, b"\x00" * 4 + b"\x11" * 4 + b"\x00" * 4 + b"\xff" * 4, b"\0\1"),
    "8-bit grey": (8, 0, b"\x00" * 8 + b"\x20" * 8 + b"\x00" * 8 + b"\xff" * 8, b"\x00\x20"),
    "16-bit grey": (16, 0, b"\0\0" * 8 + b"\x20\x01" * 8 + b"\x20\x02" * 8 + b"\xff\xff" * 8, b"\x20\x01"),
    "8-bit colour": (8, 2, b"\0\0\0" * 8 + b"\x20\0\0" * 8 + b"\0\0\0" * 8 + b"\xff" * 24, b"\0\x20\0\0\0\0"),
    "16-bit colour": (
        16, 2, b"\0" * 48 + b"\x20\1\0\0\0\0" * 8 + b"\0" * 48 + b"\xff" * 48, b"\x20\x01\0\0\0\0",
    ),
    "8-bit grey and alpha": (8, 4, b"\0\xff" * 8 + b"\0\0" * 8 + b"\0\xff" * 8 + b"\xff\xff" * 8, b""),
    "16-bit grey and alpha": (16, 4, b"\0\0\xff\xff" * 8 + b"\0" * 32 + b"\0\0\xff\xff" * 8 + b"\xff" * 32, b""),
    "16-bit colour and alpha": (
        16, 6, b"\0\0\0\0\0\0\xff\xff" * 8 + b"\0" * 64 + b"\0\0\0\0\0\0\xff\xff" * 8 + b"\xff" * 64, b"",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", TRANSPARENT)
def test_transparency_of_every_depth_is_white(kind):
    depth, color_type, row, transparent = TRANSPARENT[kind]
    bitmap = bitmap_of(png(32, depth, color_type, [row] * 4, transparent), pixel_width=32, dithering="threshold")
    assert bitmap.data == (b"\0\0\0\0" if kind == "1-bit grey" else b"\xff\0\xff\0") * 4


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("method", ["atkinson", "floyd-steinberg", "threshold"])
def test_transparency_is_white(mode, method):
    clear = PILImage.new("RGBA", (32, 16), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 8, 16))
    assert bitmap_of(file_of(clear.convert(mode)), pixel_width=32, dithering=method).data == b"\xff\0\0\0" * 16


def test_transparent_colour_of_a_palette_is_white():
    picture = PILImage.new("P", (32, 16), 1)
    picture.putpalette([0, 0, 0, 0, 0, 0, 255, 255, 255])
    picture.paste(0, (0, 0, 8, 16))
    for kind in ("PNG", "GIF"):
        bitmap = bitmap_of(file_of(picture, kind, transparency=1), pixel_width=32, dithering="threshold")
        assert bitmap.data == b"\xff\0\0\0" * 16


def test_half_transparent_black_is_grey():
    data = file_of(PILImage.new("RGBA", (64, 64), (0, 0, 0, 128)))
    assert black_share(bitmap_of(data, pixel_width=64, dithering="floyd-steinberg")) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    ("asked", "paper", "expected"), [(None, 384, 256), (100, 384, 100), (1000, 384, 384), (1000, 576, 576)]
)
def test_width_is_what_is_asked_but_never_more_than_the_paper(asked, paper, expected):
    bitmap = bitmap_of(file_of(half_black((400, 200))), paper, pixel_width=asked)
    assert (bitmap.width, bitmap.height) == (expected, expected // 2)


@pytest.mark.parametrize("height", [8_000, 12_000, 20_000])
def test_a_receipt_sent_as_a_picture_keeps_its_width(height: int) -> None:
    receipt = PILImage.new("1", (576, height), 1)
    receipt.paste(0, (0, height - 8, 576, height))
    bitmap = bitmap_of(file_of(receipt), pixel_width=576, paper=576)
    assert (bitmap.width, bitmap.height) == (576, height)
    assert bitmap.rows(height - 8, 8) == b"\xff" * 72 * 8


@pytest.mark.parametrize(("width", "size"), [(576, (1, 100)), (4096, (160, 200))])
def test_what_is_taller_than_paper_goes_is_refused_by_name(width: int, size: tuple[int, int]) -> None:
    with pytest.raises(Fault) as caught:
        bitmap_of(file_of(PILImage.new("L", size)), pixel_width=width, paper=width)
    assert caught.value.key == "image.too_tall"
    limit = int(caught.value.parameters["limit"].replace(",", ""))
    assert limit == min(image.MAX_HEIGHT, image.MAX_DOTS // width)


@pytest.mark.parametrize("size", [(1, 1), (1, 16_000), (16_000, 1), (3, 2), (5, 5)])
@pytest.mark.parametrize("method", ["atkinson", "floyd-steinberg", "threshold"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_odd_sizes_print(size, method, kind):
    bitmap = bitmap_of(file_of(PILImage.new("L", size), kind), pixel_width=size[0] % 400, dithering=method)
    assert len(bitmap.data) == bitmap.stride * bitmap.height
    assert black_share(bitmap) == 1


def test_nearest_keeps_hard_edges_and_bilinear_softens_them():
    board = PILImage.new("L", (2, 1))
    board.putpixel((1, 0), 255)
    hard = image.grey_picture(file_of(board), 64, smooth=False, field="code")
    soft = image.grey_picture(file_of(board), 64, smooth=True, field="code")
    assert set(hard.tobytes()) == {0, 255}
    assert len(set(soft.tobytes())) > 10


@pytest.mark.parametrize("level", [0, 1, 100, 200, 255])
def test_threshold_is_where_white_begins(level):
    ramp = PILImage.frombytes("L", (256, 1), bytes(range(256)))
    bitmap = bitmap_of(file_of(ramp), pixel_width=256, dithering="threshold", threshold=level)
    assert black_share(bitmap) == level / 256


@pytest.mark.parametrize("method", ["atkinson", "floyd-steinberg"])
def test_a_grey_ramp_has_the_right_share_of_black(method):
    ramp = PILImage.linear_gradient("L")
    assert black_share(bitmap_of(file_of(ramp), dithering=method)) == pytest.approx(0.5, abs=0.02)


def test_photographs_stand_as_their_exif_says():
    exif = PILImage.Exif()
    exif[0x0112] = 6  # Orientation: turn a quarter clockwise
    data = file_of(half_black((64, 32)), "JPEG", exif=exif, quality=95)
    bitmap = bitmap_of(data, pixel_width=32, dithering="threshold")
    assert (bitmap.width, bitmap.height) == (32, 64)
    assert bitmap.data == b"\xff" * 4 * 32 + b"\0" * 4 * 32


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,", "DATA:;base64,"])
def test_base64_comes_with_or_without_a_data_url(prefix):
    assert image.decode_base64(prefix + "AAEC\r\nAw==") == b"\0\1\2\3"


@pytest.mark.parametrize("code", ["", "data:image/png;base64,", "????", "AAE", "ñ", "data:image/png"])
def test_what_is_not_base64_is_refused(code):
    with pytest.raises(Fault) as caught:
        image.decode_base64(code)
    assert (caught.value.key, caught.value.field) == ("image.base64", "code")


@pytest.mark.parametrize(
    "data", [b"hello", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"\xff\xd8\xff", b"RIFF....WEBPVP8 "]
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(Fault) as caught:
        bitmap_of(data)
    assert caught.value.key == "image.unreadable"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP"])
@settings(deadline=None, max_examples=80)
@given(seed=st.integers(0, 2**32))
def test_broken_files_print_or_are_refused(kind, seed):
    chance = random.Random(seed)
    data = bytearray(file_of(PILImage.effect_noise((20, 20), 90).convert("P" if kind == "GIF" else "RGB"), kind))
    for _ in range(chance.randrange(1, 6)):
        data[chance.randrange(min(len(data), chance.choice((60, 10_000))))] = chance.randrange(256)
    del data[chance.randrange(len(data) // 2, len(data) * 2) :]
    with contextlib.suppress(Fault):
        bitmap_of(bytes(data), pixel_width=20)


def png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(9_000_000), 9))
        + chunk(b"IEND", b"")
    )


BOMBS = {
    "png": png_claiming(9000, 9000),
    "huge png": png_claiming(100_000, 100_000),
    "jpeg": b"\xff\xd8\xff\xc0\0\x0b\x08" + struct.pack(">HH", 9000, 9000) + b"\1\1\x11\0\xff\xda\0\x08\1\1\0\0\x3f\0",
    "gif": b"GIF89a" + struct.pack("<HHBBB", 9000, 9000, 0x80, 0, 0) + bytes(6)
    + b"," + struct.pack("<HHHHB", 0, 0, 9000, 9000, 0) + b"\x02\x02\x4c\x01\0;",
    "gif frame": b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    + b"," + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0) + b"\x02\x02\x4c\x01\0;",
    "bmp": b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 9000, 9000, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(99),
    "webp x": b"RIFF\xff\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\x3f\0\xff\x3f\0" + bytes(300),
    "webp l": b"RIFF\xff\0\0\0WEBPVP8L\xff\0\0\0\x2f\xff\xff\xff\x0f" + bytes(300),
    "webp": b"RIFF\xff\0\0\0WEBPVP8 \xff\0\0\0\0\0\0\x9d\x01\x2a\xff\x3f\xff\x3f" + bytes(300),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused(name):
    with pytest.raises(Fault) as caught:
        bitmap_of(BOMBS[name])
    if name == "gif frame":  # a frame that sticks out of its screen by so much is a broken file
        assert caught.value.key in ("image.unreadable", "image.too_large")
    else:
        assert caught.value.key == "image.too_large"
        assert caught.value.parameters["width"] in (9000, 16384, 16383, 100_000)


def megabytes_to_read(data: bytes, tmp_path) -> tuple[str, float]:
    """What became of a picture read in a process of its own, and by how much that grew it."""
    path = tmp_path / "picture"
    path.write_bytes(data)
    script = f"""
        import pathlib, resource
        from ticket_daemon.poster.document.model import Fault
        from ticket_daemon.poster.raster import image
        import PIL.PngImagePlugin, PIL.WebPImagePlugin
        data = pathlib.Path({str(path)!r}).read_bytes()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            image.grey_picture(data, 384, field="code")
            became = "read"
        except Fault as fault:
            became = fault.key
        print(became, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    became, grown = done.stdout.split()
    return became, float(grown)


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is measured in kB on Linux")


@on_linux
def test_a_bomb_costs_no_memory(tmp_path):
    assert len(base64.b64encode(BOMBS["png"])) < 15_000
    became, grown = megabytes_to_read(BOMBS["png"], tmp_path)
    assert became == "image.too_large"
    assert grown < 4


@on_linux
@pytest.mark.parametrize(("kind", "side"), [("PNG", 4000), ("WEBP", 2449)])
def test_the_largest_picture_costs_a_bounded_amount(kind, side, tmp_path):
    became, grown = megabytes_to_read(file_of(PILImage.new("RGBA", (side, side)), kind), tmp_path)
    assert became == "read"
    assert grown < 150
