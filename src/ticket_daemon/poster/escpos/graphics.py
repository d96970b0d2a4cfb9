"""Commands for pictures. One bit is one dot, 1 is black, bit 7 (or the top) comes first."""

from __future__ import annotations

from typing import Final, Self

from ticket_daemon.poster.escpos.base import ESC, FS, GS, ByteCommand, Command, FunctionCommand, Reader, word

#: A .bmp file's beginning: "BM" and the file's size.
_BMP_HEAD: Final = 6


class RasterImage(Command, frozen=True):
    """m 0/48 normal, 1/49 double width, 2/50 double height, 3/51 both; x bytes by y rows.

    "Obsolete" in Epson's terms and understood everywhere. Needs an empty line buffer; obeys ESC a.
    """

    NAME, PREFIX = "GS v 0 – print raster bit image", GS + b"v0"
    m: int
    x: int  #: bytes across
    y: int  #: rows
    data: bytes

    def encode(self) -> bytes:
        return b"".join((self.PREFIX, bytes((self.m,)), word(self.x), word(self.y), self.data))

    @classmethod
    def read(cls, reader: Reader) -> Self:
        m, x, y = reader.byte(), reader.word(), reader.word()
        return cls(m, x, y, reader.take(x * y))


class Graphics(FunctionCommand, frozen=True):
    """`data` is m fn and parameters: fn 112 store raster (x in dots), 113 column format, 2/50 print what is stored."""

    NAME, PREFIX = "GS ( L – set graphics data", GS + b"(L"


class LargeGraphics(Command, frozen=True):
    """As GS ( L with a 32-bit length, needed above 65,535 bytes."""

    NAME, PREFIX = "GS 8 L – set graphics data", GS + b"8L"
    data: bytes

    def encode(self) -> bytes:
        return self.PREFIX + len(self.data).to_bytes(4, "little") + self.data

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.take(reader.word() | reader.word() << 16))


class BitImage(Command, frozen=True):
    """A strip in column format: m 0/1 8 dots, 32/33 24 dots high, single/double density; n columns."""

    NAME, PREFIX = "ESC * – select bit-image mode", ESC + b"*"
    m: int
    n: int
    data: bytes

    def encode(self) -> bytes:
        return self.PREFIX + bytes((self.m,)) + word(self.n) + self.data

    @classmethod
    def read(cls, reader: Reader) -> Self:
        m, n = reader.byte(), reader.word()
        return cls(m, n, reader.take(n * (3 if m in (32, 33) else 1)))


class DefineDownloadedImage(Command, frozen=True):
    """x × 8 dots across by y × 8 dots, in column format."""

    NAME, PREFIX = "GS * – define downloaded bit image", GS + b"*"
    x: int
    y: int
    data: bytes

    def encode(self) -> bytes:
        return self.PREFIX + bytes((self.x, self.y)) + self.data

    @classmethod
    def read(cls, reader: Reader) -> Self:
        x, y = reader.byte(), reader.byte()
        return cls(x, y, reader.take(x * y * 8))


class PrintDownloadedImage(ByteCommand, frozen=True):
    NAME, PREFIX = "GS / – print downloaded bit image", GS + b"/"


class DefineStoredImages(Command, frozen=True):
    """n images, each xL xH yL yH and x × y × 8 bytes in column format; written to the printer's flash."""

    NAME, PREFIX = "FS q – define NV bit image", FS + b"q"
    images: tuple[tuple[int, int, bytes], ...]

    def encode(self) -> bytes:
        parts = [word(x) + word(y) + data for x, y, data in self.images]
        return self.PREFIX + bytes((len(parts),)) + b"".join(parts)

    @classmethod
    def read(cls, reader: Reader) -> Self:
        images = []
        for _ in range(reader.byte()):
            x, y = reader.word(), reader.word()
            images.append((x, y, reader.take(x * y * 8)))
        return cls(tuple(images))


class PrintStoredImage(Command, frozen=True):
    """Image n; m as in GS v 0."""

    NAME, PREFIX = "FS p – print NV bit image", FS + b"p"
    n: int
    m: int

    def encode(self) -> bytes:
        return self.PREFIX + bytes((self.n, self.m))

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.byte(), reader.byte())


class WindowsBitmap(Command, frozen=True):
    """A .bmp file under a key code: fn 67 for good, fn 83 until the power goes."""

    NAME, PREFIX = "GS D – define Windows BMP graphics data", GS + b"D"
    m: int
    fn: int
    a: int
    key: bytes
    b: int
    c: int
    data: bytes  #: the file: "BM", its size in four bytes, the rest

    def encode(self) -> bytes:
        return b"".join((self.PREFIX, bytes((self.m, self.fn, self.a)), self.key, bytes((self.b, self.c)), self.data))

    @classmethod
    def read(cls, reader: Reader) -> Self:
        m, fn, a, key, b, c = reader.byte(), reader.byte(), reader.byte(), reader.take(2), reader.byte(), reader.byte()
        head = reader.take(_BMP_HEAD)
        rest = int.from_bytes(head[2:], "little") - _BMP_HEAD if head.startswith(b"BM") else 0
        return cls(m, fn, a, key, b, c, head + reader.take(max(0, rest)))


class TallImage(Command, frozen=True):
    """x dots by y bytes in column format."""

    NAME, PREFIX = "GS Q 0 – print variable vertical size bit image", GS + b"Q0"
    m: int
    x: int
    y: int
    data: bytes

    def encode(self) -> bytes:
        return b"".join((self.PREFIX, bytes((self.m,)), word(self.x), word(self.y), self.data))

    @classmethod
    def read(cls, reader: Reader) -> Self:
        m, x, y = reader.byte(), reader.word(), reader.word()
        return cls(m, x, y, reader.take(x * y))


COMMANDS: Final[tuple[type[Command], ...]] = (
    RasterImage, Graphics, LargeGraphics, BitImage, DefineDownloadedImage, PrintDownloadedImage,
    DefineStoredImages, PrintStoredImage, WindowsBitmap, TallImage,
)  # fmt: skip
