"""Convert Terminus Font's PCF files into the emulator's one data file of character cells.

    python tools/make_emulator_font.py [FOLDER WITH ter-u24b_unicode.pcf.gz AND ter-u16n_unicode.pcf.gz]

The files come from Debian's `xfonts-terminus` (SIL Open Font License 1.1). The licence reserves the name "Terminus
Font", so what is written here is called "Receipt Cells". Braille and private characters are left out: no printer has
them, and they would be a quarter of the file.

The file: zlib over, for each font, `width height count` (three little-endian 16-bit numbers), `count` code points in
ascending order (16 bit), then `count` glyphs of `height` rows of whole bytes, bit 7 leftmost.
"""

from __future__ import annotations

import gzip
import struct
import sys
import zlib
from pathlib import Path

FONTS = ("ter-u24b_unicode.pcf.gz", "ter-u16n_unicode.pcf.gz")
SOURCE = Path("/usr/share/fonts/X11/misc")
TARGET = Path(__file__).parents[1] / "src/ticket_daemon/poster/emulator/data/receipt_cells.bin"

METRICS, BITMAPS, ENCODINGS = 1 << 2, 1 << 3, 1 << 5
BIG_ENDIAN, COMPRESSED_METRICS = 1 << 2, 0x100
LEFT_OUT = (range(0x2800, 0x2900), range(0xE000, 0xF900))


def tables(data: bytes) -> dict[int, int]:
    """Table type -> offset."""
    (count,) = struct.unpack_from("<I", data, 4)
    entries = (struct.unpack_from("<4I", data, 8 + 16 * index) for index in range(count))
    return {kind: offset for kind, _, _, offset in entries}


def order(data: bytes, offset: int) -> tuple[int, str]:
    (layout,) = struct.unpack_from("<I", data, offset)
    return layout, ">" if layout & BIG_ENDIAN else "<"


def encodings(data: bytes, offset: int) -> dict[int, int]:
    """Code point -> glyph number."""
    _, end = order(data, offset)
    low, high, first, last, _ = struct.unpack_from(f"{end}5h", data, offset + 4)
    columns = high - low + 1
    numbers = struct.unpack_from(f"{end}{columns * (last - first + 1)}H", data, offset + 14)
    return {
        (first + index // columns) * 256 + low + index % columns: number
        for index, number in enumerate(numbers)
        if number != 0xFFFF
    }


def glyphs(data: bytes, offset: int, metrics: int) -> tuple[int, int, list[bytes]]:
    """Width, height and every glyph's rows without padding. All of a cell font's glyphs have one size."""
    layout, end = order(data, metrics)
    if layout & COMPRESSED_METRICS:
        _, right, _, ascent, descent = (value - 0x80 for value in data[metrics + 6 : metrics + 11])
    else:
        _, right, _, ascent, descent = struct.unpack_from(f"{end}5h", data, metrics + 8)
    width, height = right, ascent + descent
    layout, end = order(data, offset)
    pad = 1 << (layout & 3)
    stride, wanted = -(-width // (8 * pad)) * pad, -(-width // 8)
    (count,) = struct.unpack_from(f"{end}I", data, offset + 4)
    starts = struct.unpack_from(f"{end}{count}I", data, offset + 8)
    bits = offset + 8 + 4 * count + 16
    cut = [
        b"".join(data[bits + start + row * stride : bits + start + row * stride + wanted] for row in range(height))
        for start in starts
    ]
    return width, height, cut


def convert(path: Path) -> bytes:
    data = gzip.decompress(path.read_bytes())
    where = tables(data)
    width, height, drawn = glyphs(data, where[BITMAPS], where[METRICS])
    numbers = encodings(data, where[ENCODINGS])
    kept = [point for point in sorted(numbers) if point > 0x20 and not any(point in part for part in LEFT_OUT)]
    print(f"{path.name}: {width} x {height}, {len(kept)} characters")
    head = struct.pack(f"<3H{len(kept)}H", width, height, len(kept), *kept)
    return head + b"".join(drawn[numbers[point]] for point in kept)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    TARGET.write_bytes(zlib.compress(b"".join(convert(folder / name) for name in FONTS), 9))
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
