"""A bitmap: rows of one-bit dots, as thermal heads burn them.

It knows dots and bytes; it does not know pictures, printers or commands. It promises that rows are whole bytes, bit 7
leftmost, 1 black, and that what lies right of `width` is white.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct


class Bitmap(Struct, frozen=True):
    """`width` and `height` in dots; `data` is `height` rows of `stride` bytes."""

    width: int
    height: int
    data: bytes

    @property
    def stride(self) -> int:
        """Bytes of one row."""
        return (self.width + 7) // 8

    def rows(self, start: int, count: int) -> bytes:
        """The bytes of `count` rows from `start` (fewer at the end)."""
        return self.data[start * self.stride : (start + count) * self.stride]

    def bands(self, rows: int) -> Iterator[Bitmap]:
        """The bitmap cut into bands of at most `rows` rows, top to bottom."""
        for start in range(0, self.height, rows):
            count = min(rows, self.height - start)
            yield Bitmap(self.width, count, self.rows(start, count))
