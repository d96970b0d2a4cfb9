"""Commands for barcodes and two-dimensional symbols that the printer draws itself."""

from __future__ import annotations

from typing import Final, Self

from ticket_daemon.poster.escpos.base import GS, ByteCommand, Command, FunctionCommand, Reader

#: GS k form B: symbology -> m. Source: APG 345-346. (Form A, m 0-6, is m - 65 of the first seven.)
BARCODE_M: Final = {
    "upca": 65, "upce": 66, "ean13": 67, "ean8": 68, "code39": 69, "itf": 70, "codabar": 71, "code93": 72,
    "code128": 73, "gs1-128": 74,
}  # fmt: skip

#: GS ( k: cn of each family. Source: T81 101-106, T90 170.
CN_PDF417, CN_QR, CN_MAXICODE, CN_DATABAR, CN_COMPOSITE, CN_AZTEC, CN_DATAMATRIX = 48, 49, 50, 51, 52, 53, 54


class BarcodeHeight(ByteCommand, frozen=True):
    """n dots; 162 after ESC @."""

    NAME, PREFIX = "GS h – set bar code height", GS + b"h"


class BarcodeWidth(ByteCommand, frozen=True):
    """n 2-6 dots for the narrowest bar; 3 after ESC @."""

    NAME, PREFIX = "GS w – set bar code width", GS + b"w"


class HriPosition(ByteCommand, frozen=True):
    """n 0/48 none, 1/49 above, 2/50 below, 3/51 both."""

    NAME, PREFIX = "GS H – select print position of HRI characters", GS + b"H"


class HriFont(ByteCommand, frozen=True):
    """n 0/48 font A, 1/49 font B."""

    NAME, PREFIX = "GS f – select font for HRI characters", GS + b"f"


class Barcode(Command, frozen=True):
    """m 0-6: data ends with NUL (form A); m 65 and up: a length byte comes first (form B)."""

    NAME, PREFIX = "GS k – print bar code", GS + b"k"
    m: int
    data: bytes

    def encode(self) -> bytes:
        if self.m < 65:
            return self.PREFIX + bytes((self.m,)) + self.data + b"\0"
        return self.PREFIX + bytes((self.m, len(self.data))) + self.data

    @classmethod
    def read(cls, reader: Reader) -> Self:
        m = reader.byte()
        return cls(m, reader.take(reader.byte()) if m >= 65 else reader.until_nul())


class Symbol(FunctionCommand, frozen=True):
    """`data` is cn fn and parameters. QR (cn 49): 65 model, 67 size, 69 correction, 80 store, 81 print."""

    NAME, PREFIX = "GS ( k – set up and print the symbol", GS + b"(k"


COMMANDS: Final[tuple[type[Command], ...]] = (BarcodeHeight, BarcodeWidth, HriPosition, HriFont, Barcode, Symbol)
