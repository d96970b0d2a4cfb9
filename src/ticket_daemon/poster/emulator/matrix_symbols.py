"""GS ( k: the printer's symbol storage, and its QR, PDF417, Aztec, Data Matrix and DataBar modules.

It knows the functions of each family and its settings; the patterns come from segno and zxing-cpp, loaded when first
needed. It promises modules that an independent reader reads back as what was stored, or BadData.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from msgspec import Struct

from ticket_daemon.poster.emulator.symbologies import BadData, check_digit
from ticket_daemon.poster.escpos.symbols import CN_AZTEC, CN_DATAMATRIX, CN_MAXICODE, CN_PDF417, CN_QR
from ticket_daemon.poster.raster.bitmap import Bitmap

KINDS: Final = {
    CN_PDF417: "pdf417", CN_QR: "qr", CN_MAXICODE: "maxicode", CN_AZTEC: "aztec", CN_DATAMATRIX: "datamatrix",
}  # fmt: skip
_MODEL, _SIZE, _CORRECTION, _STORE, _PRINT, _TRANSMIT = 65, 67, 69, 80, 81, 82
#: What each family's settings are after ESC @, by function. Source: T81 101-106, Epson reference.
_DEFAULTS: Final[dict[int, dict[int, bytes]]] = {
    CN_PDF417: {65: b"\0", 66: b"\0", 67: b"\3", 68: b"\3", 69: b"\x31\1", 70: b"\0"},
    CN_QR: {_MODEL: b"\x32\0", _SIZE: b"\3", _CORRECTION: b"0"},
    CN_MAXICODE: {65: b"\x32"},
    CN_AZTEC: {66: b"\0\0", _SIZE: b"\3", _CORRECTION: b"\x17"},
    CN_DATAMATRIX: {66: b"\0\0\0", _SIZE: b"\3"},
}
_QR_LEVELS: Final = {48: "L", 49: "M", 50: "Q", 51: "H"}
_MICRO_QR: Final = 51


class Symbol(Struct, frozen=True):
    """Modules to print, each `scale_x` by `scale_y` dots."""

    kind: str
    data: bytes
    modules: Bitmap
    scale_x: int
    scale_y: int


class SymbolStore:
    """What GS ( k set and stored. It survives printing and ends with ESC @."""

    def __init__(self) -> None:
        self._settings: dict[tuple[int, int], bytes] = {}
        self._data: dict[int, bytes] = {}

    def apply(self, data: bytes) -> Literal["print", "done", "unknown"]:
        """One GS ( k. "print" asks for `symbol`."""
        if len(data) < 2 or data[0] not in KINDS:
            return "unknown"
        cn, fn, rest = data[0], data[1], data[2:]
        if fn == _PRINT:
            return "print"
        if fn == _STORE:
            self._data[cn] = rest[1:]
        elif fn in _DEFAULTS[cn]:
            self._settings[cn, fn] = rest
        elif fn != _TRANSMIT:
            return "unknown"
        return "done"

    def stored(self, cn: int) -> bytes:
        return self._data.get(cn, b"")

    def _setting(self, cn: int, fn: int, place: int = 0) -> int:
        default = _DEFAULTS[cn][fn]
        value = self._settings.get((cn, fn), default)
        return value[place] if place < len(value) else default[place] if place < len(default) else 0

    def symbol(self, cn: int) -> Symbol:
        """The stored data as modules. Raises BadData for what no symbol of that family can hold."""
        data = self.stored(cn)
        if not data:
            raise BadData
        if cn == CN_QR:
            return self._qr(data)
        if cn == CN_PDF417:
            return self._pdf417(data)
        if cn == CN_MAXICODE:
            return Symbol("maxicode", data, _drawn("MaxiCode", data), 1, 1)
        size = _between(self._setting(cn, _SIZE), 2, 16)
        if cn == CN_AZTEC:
            level = _between(self._setting(cn, _CORRECTION), 5, 95)
            return Symbol("aztec", data, _drawn("Aztec", data, ec_level=f"{level}%"), size, size)
        return Symbol("datamatrix", data, _drawn("DataMatrix", data, options="forceSquare"), size, size)

    def _qr(self, data: bytes) -> Symbol:
        import segno

        micro = self._setting(CN_QR, _MODEL) == _MICRO_QR
        level = _QR_LEVELS.get(self._setting(CN_QR, _CORRECTION), "L")
        try:
            code = segno.make(data, error=level, micro=micro, boost_error=False)
        except ValueError as error:  # segno's DataOverflowError is one
            raise BadData from error
        rows = [bytes(row) for row in code.matrix]
        size = _between(self._setting(CN_QR, _SIZE), 1, 16)
        return Symbol("micro-qr" if micro else "qr", data, packed(rows), size, size)

    def _pdf417(self, data: bytes) -> Symbol:
        setting = self._setting
        wanted: dict[str, Any] = {}
        if columns := setting(CN_PDF417, 65):
            wanted["columns"] = _between(columns, 1, 30)
        if rows := setting(CN_PDF417, 66):
            wanted["rows"] = _between(rows, 3, 90)
        if setting(CN_PDF417, 69) == 48:
            wanted["ec_level"] = str(_between(setting(CN_PDF417, 69, 1) - 48, 0, 8))
        kind = "CompactPDF417" if setting(CN_PDF417, 70) == 1 else "PDF417"
        modules = _drawn(kind, data, **wanted)
        rows_only = modules.data[::1] if modules.height < _PDF417_ROW else _every(modules, _PDF417_ROW)
        width = _between(setting(CN_PDF417, 67), 2, 8)
        height = _between(setting(CN_PDF417, 68), 2, 8) * width
        bitmap = Bitmap(modules.width, len(rows_only) // modules.stride, rows_only)
        return Symbol("pdf417", data, bitmap, width, height)


#: zxing-cpp draws each PDF417 row three modules high.
_PDF417_ROW: Final = 3


def _every(modules: Bitmap, step: int) -> bytes:
    return b"".join(modules.rows(row, 1) for row in range(0, modules.height, step))


def _between(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))


def packed(rows: list[bytes]) -> Bitmap:
    """Rows of one byte per module (not 0 is black) as a bitmap."""
    width = len(rows[0])
    stride = (width + 7) // 8
    pad = stride * 8 - width
    data = [(int("".join("1" if module else "0" for module in row), 2) << pad).to_bytes(stride, "big") for row in rows]
    return Bitmap(width, len(rows), b"".join(data))


def _drawn(name: str, data: bytes, **wanted: Any) -> Bitmap:
    """The symbol as zxing-cpp makes it, without quiet zone. It wants text where the bytes are text."""
    import zxingcpp

    try:
        content: str | bytes = data.decode("ascii")
    except UnicodeDecodeError:
        content = data
    try:
        code = zxingcpp.create_barcode(content, getattr(zxingcpp.BarcodeFormat, name), **wanted)
        image = code.to_image(scale=1, add_quiet_zones=False)
    except (ValueError, RuntimeError, TypeError) as error:
        raise BadData from error
    height, width = image.shape
    drawn = _grey(image)
    if not drawn:
        raise BadData
    return packed([bytes(255 - value for value in drawn[row * width : (row + 1) * width]) for row in range(height)])


def _grey(image: Any) -> bytes:
    """zxing-cpp's image as one byte a module; it speaks the buffer protocol."""
    return memoryview(image).tobytes()


_DATABAR: Final = {75: "DataBarOmni", 76: "DataBarOmni", 77: "DataBarLtd", 78: "DataBarExp"}


def databar(m: int, data: bytes) -> tuple[tuple[int, ...], bytes]:
    """GS k 75 to 78: widths in modules, beginning with a bar, and what a reader reads. Raises BadData."""
    if not data.isascii():
        raise BadData
    if m != 78:
        digits = data.decode("ascii")
        if len(digits) != 13 or not digits.isdigit():
            raise BadData
        data = (digits + check_digit(digits)).encode()
    bitmap = _drawn(_DATABAR[m], data.replace(b"(", b"[").replace(b")", b"]"))
    row = bitmap.rows(bitmap.height // 2, 1)
    bits = f"{int.from_bytes(row, 'big'):0{len(row) * 8}b}"[: bitmap.width].strip("0")
    widths, last = [], ""
    for bit in bits:
        if bit != last:
            widths.append(0)
            last = bit
        widths[-1] += 1
    return tuple(widths), data
