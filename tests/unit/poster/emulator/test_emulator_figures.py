"""Pictures and symbols: drawn from the command's own bytes, read back by an independent reader."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image

from ticket_daemon.poster.emulator import Ignored, Paper, SymbolPrinted, SymbolRefused, draw
from ticket_daemon.poster.profile.model import Profile

WIDE, NARROW = Profile("80mm"), Profile("58mm", paper_mm=58, dots=384)


def codes(paper: Paper) -> list[tuple[str, bytes]]:
    picture = Image.open(io.BytesIO(paper.png())).convert("L")
    return [(str(code.format), code.bytes) for code in zxingcpp.read_barcodes(picture)]


def barcode(m: int, data: bytes, width: int = 2) -> bytes:
    body = bytes((m, len(data))) + data if m >= 65 else bytes((m,)) + data + b"\0"
    return b"\x1dw" + bytes((width,)) + b"\x1dh\x40\x1dH\x02\x1dk" + body


def symbol(cn: int, data: bytes, **settings: bytes) -> bytes:
    out = b""
    for fn, value in settings.items():
        out += b"\x1d(k" + (len(value) + 2).to_bytes(2, "little") + bytes((cn, int(fn[2:]))) + value
    stored = bytes((cn, 80, 48)) + data
    return out + b"\x1d(k" + len(stored).to_bytes(2, "little") + stored + b"\x1d(k\x03\x00" + bytes((cn, 81, 48))


BARCODES = [
    (65, b"03600029145", "EAN-13", b"0036000291452"), (0, b"036000291452", "EAN-13", b"0036000291452"),
    (66, b"01234500006", "UPC-E", b"0012345000065"), (66, b"123456", "UPC-E", b"0012345000065"),
    (66, b"042100005264", "UPC-E", b"0042100005264"), (66, b"01278907", "UPC-E", b"0012000007897"),
    (67, b"590123412345", "EAN-13", b"5901234123457"), (2, b"5901234123457", "EAN-13", b"5901234123457"),
    (68, b"9638507", "EAN-8", b"96385074"), (69, b"AB-1 $", "Code 39", b"AB-1 $"), (4, b"*AB*", "Code 39", b"AB"),
    (70, b"1234567", "ITF", b"123456"), (71, b"A12-34B", "Codabar", b"A12-34B"), (72, b"Ab%1", "Code 93", b"Ab%1"),
    (73, b"{BTicket", "Code 128", b"Ticket"), (73, b"{C\x01\x17\x2d", "Code 128", b"012345"),
    (73, b"{BNo.{C\x00\x63{A\x01Z", "Code 128", b"No.0099\x01Z"), (73, b"{Aa"[:2] + b"Z{SzY", "Code 128", b"ZzY"),
    (73, b"{B{{x{{", "Code 128", b"{x{"), (79, b"AB123456c", "Code 128", b"AB123456c"),
    (75, b"0950110153000", "DataBar Omni", b"0109501101530003"),
    (77, b"0950110153000", "DataBar Limited", b"0109501101530003"),
]  # fmt: skip


@pytest.mark.parametrize(("m", "data", "name", "read"), BARCODES)
@pytest.mark.parametrize("profile", [WIDE, NARROW], ids=lambda profile: profile.name)
def test_barcodes_read_back(profile: Profile, m: int, data: bytes, name: str, read: bytes) -> None:
    paper = draw(b"\x1ba\x01" + barcode(m, data), profile)
    ((found, content),) = codes(paper)
    assert (found, content) == (name, read)


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"(01)09501101530003(17)260101", b"010950110153000317260101"),
        (b"(10)AB{1(21)77", b"10AB\x1d2177"),
        (b"(01)0950110153000*", b"0109501101530003"),
    ],
)
def test_gs1_128_prints_parentheses_and_encodes_fnc1(data: bytes, read: bytes) -> None:
    paper = draw(barcode(74, data), WIDE)
    assert codes(paper) == [("Code 128", read)]
    assert paper.text == [data.decode().replace("{1", "").replace("000*", "0003")]


@pytest.mark.parametrize("width", [2, 3, 4, 5, 6])
@pytest.mark.parametrize(("m", "data"), [(69, b"A1"), (70, b"123456"), (71, b"A123B"), (67, b"590123412345")])
def test_every_module_width_reads(m: int, data: bytes, width: int) -> None:
    assert len(codes(draw(b"\x1ba\x01" + barcode(m, data, width), Profile("wide", dots=832)))) == 1


@pytest.mark.parametrize(
    ("m", "data"),
    [
        (67, b"5901234123450"), (67, b"12"), (68, b"12345"), (65, b"abcdefghijk"), (66, b"12345678"), (69, b"abc"),
        (70, b"1"), (70, b"x1"), (71, b"123"), (71, b"A1A1B"), (72, b"\x80"), (72, b""), (73, b"ABC"), (73, b"{B"),
        (73, b"{C\x64"), (73, b"{Babc{"), (73, b"{B{9"), (73, b"{C{S\x01"), (73, b"{A\x60"), (74, b""), (74, b"{z"),
        (74, b"(01)A*"), (75, b"12"), (78, b"\xff"), (79, b""), (69, b"\xc3"), (66, b"11111111111"),
    ],
)  # fmt: skip
def test_what_breaks_a_symbologys_rules_is_not_printed(m: int, data: bytes) -> None:
    paper = draw(barcode(m, data), WIDE)
    (event,) = paper.events
    assert isinstance(event, SymbolRefused)
    assert (event.reason, paper.height) == ("bad_data", 0)


def test_a_barcode_wider_than_the_area_is_not_printed() -> None:
    paper = draw(barcode(73, b"{B" + b"x" * 40, 4), WIDE)
    assert paper.events == (SymbolRefused("code128", b"x" * 40, "too_wide"),)
    assert paper.height == 0


def test_a_barcode_in_the_middle_of_a_line_falls_through_as_text() -> None:
    paper = draw(b"x" + barcode(67, b"590123412345") + b"\n", WIDE)
    assert paper.text == ["xC590123412345"]
    assert codes(paper) == []


@pytest.mark.parametrize(
    ("position", "height", "lines"), [(0, 64, 0), (1, 92, 1), (2, 92, 1), (3, 120, 1), (49, 92, 1)]
)
def test_hri_stands_where_it_was_asked_and_the_line_spacing_does_not_count(
    position: int, height: int, lines: int
) -> None:
    paper = draw(barcode(67, b"590123412345").replace(b"\x1dH\x02", b"\x1dH" + bytes((position,))), WIDE)
    assert (paper.height, len(paper.text)) == (height, lines)


SYMBOLS = [
    (49, b"https://example.com/t/1", {"fn67": b"\x04"}, "QR Code"),
    (49, b"1" * 200, {"fn67": b"\x04", "fn69": b"3"}, "QR Code"), (49, b"A", {}, "QR Code"),
    (49, b"12345", {"fn65": b"\x33\x00", "fn67": b"\x06"}, "Micro QR Code"),
    (48, b"PDF417 text", {"fn67": b"\x02", "fn65": b"\x03", "fn69": b"\x30\x33"}, "PDF417"),
    (48, b"PDF417 text", {"fn66": b"\x0a", "fn70": b"\x01", "fn67": b"\x03"}, "PDF417"),
    (53, b"Aztec text", {"fn67": b"\x05"}, "Aztec"), (54, b"Data Matrix", {"fn67": b"\x05"}, "Data Matrix"),
]  # fmt: skip


@pytest.mark.parametrize(("cn", "data", "settings", "name"), SYMBOLS)
@pytest.mark.parametrize("profile", [WIDE, NARROW], ids=lambda profile: profile.name)
def test_symbols_read_back(profile: Profile, cn: int, data: bytes, settings: dict[str, bytes], name: str) -> None:
    paper = draw(b"\x1ba\x01" + symbol(cn, data, **settings), profile)
    assert codes(paper) == [(name, data)]
    (event,) = paper.events
    assert isinstance(event, SymbolPrinted)
    assert event.data == data


@pytest.mark.parametrize("size", [1, 3, 16])
def test_a_qr_is_as_many_dots_as_its_module_says(size: int) -> None:
    paper = draw(symbol(49, b"HELLO", fn67=bytes((size,))), WIDE)
    assert paper.height == 21 * size


def test_a_stored_symbol_prints_again_until_initialize() -> None:
    again = b"\x1d(k\x03\x001Q0"
    paper = draw(symbol(49, b"twice") + again + b"\x1b@" + again, WIDE)
    assert paper.events == (
        SymbolPrinted("qr", b"twice"), SymbolPrinted("qr", b"twice"), SymbolRefused("qr", b"", "bad_data"),
    )  # fmt: skip


def test_symbols_too_large_are_refused() -> None:
    assert draw(symbol(49, b"x" * 3000), WIDE).events == (SymbolRefused("qr", b"x" * 3000, "bad_data"),)
    (event,) = draw(symbol(49, b"x" * 500, fn67=b"\x10"), WIDE).events
    assert isinstance(event, SymbolRefused)
    assert event.reason == "too_wide"


def dots(data: bytes, profile: Profile = WIDE) -> list[str]:
    """Rows of the paper's dots, as far right as anything stands."""
    bitmap = draw(data, profile).bitmap()
    rows = [f"{int.from_bytes(bitmap.rows(y, 1), 'big'):0{bitmap.stride * 8}b}" for y in range(bitmap.height)]
    return [row.rstrip("0") for row in rows]


@pytest.mark.parametrize(
    ("m", "rows"),
    [
        (0, ["10000001", "0111111"]), (1, ["1100000000000011", "00111111111111"]),
        (50, ["10000001", "10000001", "0111111", "0111111"]),
        (51, ["1100000000000011", "1100000000000011", "00111111111111", "00111111111111"]),
    ],
)  # fmt: skip
def test_gs_v_0_draws_bytes_as_dots(m: int, rows: list[str]) -> None:
    assert dots(b"\x1dv0" + bytes((m,)) + b"\x01\x00\x02\x00\x81\x7e") == rows


def test_a_raster_obeys_justification_and_loses_what_is_too_wide() -> None:
    assert dots(b"\x1ba\x02\x1dv0\x00\x01\x00\x01\x00\xff") == ["0" * 568 + "1" * 8]
    assert dots(b"\x1dv0\x00\x64\x00\x01\x00" + b"\xff" * 100) == ["1" * 576]


def test_a_raster_in_the_middle_of_a_line_is_ignored() -> None:
    assert draw(b"a\x1dv0\x00\x01\x00\x01\x00\xff\n", WIDE).events == (
        Ignored("GS v 0 – print raster bit image", 1, "not_at_line_start"),
    )


@pytest.mark.parametrize("prefix", [b"\x1d(L\x0c\x00", b"\x1d8L\x0c\x00\x00\x00"])
@pytest.mark.parametrize("print_function", [b"2", b"\x02"])
def test_graphics_are_stored_then_printed_once(prefix: bytes, print_function: bytes) -> None:
    store = prefix + b"0p0\x01\x021\x07\x00\x02\x00\x82\xfe"
    show = b"\x1d(L\x02\x000" + print_function
    assert dots(store + show) == ["1000001", "1000001", "1111111", "1111111"]
    assert draw(show, WIDE).events == (Ignored("GS ( L – set graphics data", 0, "nothing_stored"),)


def test_graphics_in_column_format() -> None:
    assert dots(b"\x1d(L\x0c\x000q0\x01\x011\x02\x00\x08\x00\x80\x01\x1d(L\x02\x0002") == [
        "1", "", "", "", "", "", "", "01",
    ]  # fmt: skip


def test_nv_graphics_are_kept_under_their_key() -> None:
    define = b"\x1d(L\x0d\x000C0AB\x01\x08\x00\x02\x001\x81\x7e"
    assert dots(define + b"\x1b@\x1d(L\x06\x000EAB\x01\x01") == []
    assert dots(define + b"\x1d(L\x06\x000EAB\x02\x01") == ["1100000000000011", "00111111111111"]


@pytest.mark.parametrize(
    ("m", "column", "rows"),
    [
        (0, b"\x81", ["11"] * 3 + [""] * 18 + ["11"] * 3), (1, b"\x81", ["1"] * 3 + [""] * 18 + ["1"] * 3),
        (32, b"\x80\x00\x01", ["11"] + [""] * 22 + ["11"]), (33, b"\x80\x00\x01", ["1"] + [""] * 22 + ["1"]),
    ],
)  # fmt: skip
def test_bit_image_strips_by_density(m: int, column: bytes, rows: list[str]) -> None:
    assert dots(b"\x1b3\x10\x1b*" + bytes((m,)) + b"\x01\x00" + column + b"\n") == rows


def test_bit_image_strips_with_small_spacing_join_without_a_gap() -> None:
    strip = b"\x1b*\x21\x02\x00" + b"\xff" * 6 + b"\n"
    assert dots(b"\x1b3\x10" + strip + strip) == ["11"] * 48


def test_downloaded_and_nv_images_print_by_columns() -> None:
    column = b"\xff" + b"\x00" * 7
    assert dots(b"\x1d*\x01\x01" + column + b"\x1d/\x00") == ["1"] * 8
    assert dots(b"\x1cq\x01\x01\x00\x01\x00" + column + b"\x1b@\x1cp\x01\x01") == ["11"] * 8
    assert draw(b"\x1cp\x01\x00", WIDE).events == (Ignored("FS p – print NV bit image", 0, "nothing_stored"),)


@pytest.mark.parametrize(
    "data",
    [
        b"\x1dv0\x07\x01\x00\x01\x00\xff",
        b"\x1dv0\x00\x00\x00\x00\x00",
        b"\x1b*\x05\x01\x00\xff",
        b"\x1d(L\x02\x000\x70",
    ],
)
def test_bad_image_parameters_are_told(data: bytes) -> None:
    (event,) = draw(data, WIDE).events
    assert isinstance(event, Ignored)
    assert event.reason == "bad_parameters"


def test_graphics_shorter_than_they_claim_print_the_rows_that_came() -> None:
    assert dots(b"\x1d(L\x0c\x000p0\x01\x011\x08\x00\xff\xff\x81\x7e\x1d(L\x02\x0002") == ["10000001", "0111111"]
