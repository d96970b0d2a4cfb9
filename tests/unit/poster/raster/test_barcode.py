"""Barcodes: rules, check digits, widths, and bars that independent readers read."""

import contextlib
import itertools
import re
import string
import subprocess

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ticket_daemon.poster.document.model import SYMBOLOGIES, Fault
from ticket_daemon.poster.raster import barcode, code128, gs1
from ticket_daemon.poster.raster.code128 import FNC1

ASCII = "".join(map(chr, range(128)))
PAPER_MARGIN = 40  # dots of white on each side of a 58 mm paper's 384

#: symbology, data, what stands in the symbol, what a reader says.
READ_BACK = [
    ("upca", "03600029145", "036000291452", "0036000291452"),
    ("upca", "036000291452", "036000291452", "0036000291452"),
    ("upce", "425261", "04252614", "0042100005264"),
    ("upce", "0425261", "04252614", "0042100005264"),
    ("upce", "04252614", "04252614", "0042100005264"),
    ("upce", "04210000526", "04252614", "0042100005264"),
    ("upce", "042100005264", "04252614", "0042100005264"),
    ("upce", "1425261", "14252611", "0142100005261"),
    ("ean13", "750103131130", "7501031311309", "7501031311309"),
    ("ean13", "7501031311309", "7501031311309", "7501031311309"),
    ("ean8", "9638507", "96385074", "96385074"),
    ("ean8", "96385074", "96385074", "96385074"),
    ("code39", "AB-12 $/+%.", "AB-12 $/+%.", "AB-12 $/+%."),
    ("code39", "*AB*", "AB", "AB"),
    ("code93", "Ab\x01{}~@:%$", "Ab\x01{}~@:%$", "Ab\x01{}~@:%$"),
    ("code128", "ab{12345678\x05Q", "ab{12345678\x05Q", "ab{12345678\x05Q"),
    ("itf", "1234567890", "1234567890", "1234567890"),
    ("codabar", "123-$:/.+", "A123-$:/.+A", "A123-$:/.+A"),
    ("codabar", "b123d", "B123D", "B123D"),
    ("gs1-128", "(01)0950110153000", "(01)09501101530003", "\x1d0109501101530003"),
    ("gs1-128", "(10)AB(C)*(17)261231", "(10)AB(C)*(17)261231", "\x1d10AB(C)*\x1d17261231"),
    ("gs1-128", "10AB\x1d17261231", "10AB 17261231", "\x1d10AB\x1d17261231"),
]


def picture(bitmap) -> Image.Image:
    bars = Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.data, "raw", "1;I").convert("L")
    paper = Image.new("L", (bitmap.width + 2 * PAPER_MARGIN, bitmap.height + 40), 255)
    paper.paste(bars, (PAPER_MARGIN, 20))
    return paper


def read(bitmap) -> bytes:
    (found,) = zxingcpp.read_barcodes(picture(bitmap))
    return (b"\x1d" if found.symbology_identifier == "]C1" else b"") + found.bytes


@pytest.mark.parametrize(("symbology", "data", "shown", "expected"), READ_BACK)
@pytest.mark.parametrize("width", barcode.WIDTHS)
def test_bars_read_back(symbology, data, shown, expected, width):
    code = barcode.code(symbology, data)
    assert code.shown == shown
    bitmap = barcode.bitmap(code, width, 50)
    assert (bitmap.width, bitmap.height) == (barcode.dots(code, width), 50)
    assert read(bitmap).decode() == expected


@pytest.mark.parametrize(
    ("symbology", "data", "expected"),
    [
        ("upca", "03600029145", "UPC-A:036000291452"),
        ("upce", "425261", "UPC-E:04252614"),
        ("ean13", "7501031311309", "EAN-13:7501031311309"),
        ("ean8", "96385074", "EAN-8:96385074"),
        ("code39", "AB-12 $/+%.", "CODE-39:AB-12 $/+%."),
        ("code93", "AB12ab", "CODE-93:AB12ab"),
        ("code128", "ab{12345678Q", "CODE-128:ab{12345678Q"),
        ("itf", "1234567890", "I2/5:1234567890"),
        ("codabar", "A123-$:/.+B", "Codabar:A123-$:/.+B"),
    ],
)
def test_bars_read_back_by_zbar(symbology, data, expected, tmp_path, zbarimg):
    path = tmp_path / "bars.png"
    picture(barcode.bitmap(barcode.code(symbology, data), 2, 80)).save(path)
    settings = ["-Sdisable", "-Supca.enable", "-Supce.enable", "-Sean13.enable", "-Sean8.enable", "-Scode39.enable"]
    settings += ["-Scode93.enable", "-Scode128.enable", "-Si25.enable", "-Scodabar.enable"]
    done = subprocess.run([zbarimg, "-q", *settings, str(path)], capture_output=True, text=True, check=True)
    assert expected in done.stdout.splitlines()


@pytest.fixture
def zbarimg():
    import shutil

    return shutil.which("zbarimg") or pytest.skip("no zbarimg: apt install zbar-tools")


def test_every_symbology_of_the_document_is_made():
    samples = {symbology: data for symbology, data, *_ in READ_BACK}
    assert set(samples) == set(SYMBOLOGIES.values())


# --- laws ---


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(sorted(SYMBOLOGIES.values())), st.text(max_size=30) | st.text("0123456789", max_size=30))
def test_any_data_is_a_symbol_or_a_fault(symbology, data):
    with contextlib.suppress(Fault):
        code = barcode.code(symbology, data)
        assert len(code.elements) % 2 == 1
        assert barcode.bitmap(code, 2, 1).width == barcode.dots(code, 2)
        assert barcode.command_data(code) is None or code.native


@settings(deadline=None, max_examples=150)
@given(st.text(ASCII, min_size=1, max_size=20))
def test_any_ascii_reads_back_from_code_128_and_code_93(data):
    for symbology in ("code128", "code93"):
        assert read(barcode.bitmap(barcode.code(symbology, data), 2, 30)) == data.encode()


@settings(deadline=None, max_examples=50)
@given(st.text("0123456789", min_size=12, max_size=12))
def test_any_digits_read_back_from_the_retail_codes(digits):
    code = barcode.code("ean13", digits)
    assert read(barcode.bitmap(code, 2, 30)).decode() == code.shown
    code = barcode.code("ean8", digits[:7])
    assert read(barcode.bitmap(code, 2, 30)).decode() == code.shown


def test_upce_forms_are_inverses():
    for system, six in itertools.product("01", (f"{n:06}" for n in range(0, 1_000_000, 997))):
        long = barcode.expand_upce(system + six)
        short = barcode.compress_upca(long)
        assert short is not None
        assert barcode.expand_upce(short) == long


# --- rules ---


@pytest.mark.parametrize(
    ("symbology", "data", "key"),
    [
        ("ean13", "7501031311300", "barcode.check_digit"),
        ("ean13", "75010313113", "barcode.length"),
        ("ean13", "75010313113o9", "barcode.alphabet"),
        ("ean13", "", "barcode.length"),
        ("ean8", "96385075", "barcode.check_digit"),
        ("upca", "036000291453", "barcode.check_digit"),
        ("upca", "0360002914", "barcode.length"),
        ("upce", "04252615", "barcode.check_digit"),
        ("upce", "042100005265", "barcode.check_digit"),
        ("upce", "12345678901", "barcode.upce"),
        ("upce", "2425261", "barcode.upce"),
        ("upce", "42526", "barcode.length"),
        ("code39", "abc", "barcode.alphabet"),
        ("code39", "A*B", "barcode.alphabet"),
        ("code93", "ñ", "barcode.alphabet"),
        ("code128", "€", "barcode.alphabet"),
        ("code128", "x" * 256, "barcode.length"),
        ("itf", "123", "barcode.length"),
        ("itf", "12a4", "barcode.alphabet"),
        ("codabar", "A123", "barcode.codabar_ends"),
        ("codabar", "A", "barcode.codabar_ends"),
        ("codabar", "12A34", "barcode.alphabet"),
        ("gs1-128", "(01)09501101530004", "barcode.check_digit"),
        ("gs1-128", "(01)123", "barcode.gs1"),
        ("gs1-128", "(310)000400", "barcode.gs1"),
        ("gs1-128", "(10)", "barcode.gs1"),
        ("gs1-128", "()1", "barcode.gs1"),
        ("gs1-128", "AB", "barcode.gs1"),
        ("gs1-128", "(10)a b", "barcode.alphabet"),
    ],
)
def test_wrong_data_is_refused(symbology, data, key):
    with pytest.raises(Fault) as caught:
        barcode.code(symbology, data)
    assert (caught.value.key, caught.value.field) == (key, "data")


def test_a_wrong_check_digit_says_the_right_one():
    with pytest.raises(Fault) as caught:
        barcode.code("ean13", "7501031311300")
    assert caught.value.parameters == {"symbology": "ean13", "expected": "9", "got": "0"}


def test_too_wide_gets_the_widest_bars_that_fit():
    code = barcode.code("ean13", "7501031311309")  # 95 modules
    assert barcode.fitting_width(code, 4, 384) == 4
    assert barcode.fitting_width(code, 6, 384) == 4


def test_too_wide_with_the_narrowest_bars_is_refused():
    with pytest.raises(Fault) as caught:
        barcode.fitting_width(barcode.code("code128", "x" * 40), 6, 384)
    assert caught.value.field == "width"
    assert caught.value.parameters == {"dots": barcode.dots(barcode.code("code128", "x" * 40), 2), "paper": 384}


@pytest.mark.parametrize(("width", "thick"), [(2, 5), (3, 8), (4, 10), (5, 13), (6, 16)])
def test_two_level_codes_have_the_printers_thick_bars(width, thick):
    code = barcode.code("itf", "00")  # start nnnn, nn nn ww ww nn, stop wnn
    assert barcode.dots(code, width) == 12 * width + 5 * thick


# --- what GS k is sent ---


@pytest.mark.parametrize(
    ("symbology", "data", "expected"),
    [
        ("ean13", "750103131130", (67, b"7501031311309")),
        ("upca", "03600029145", (65, b"036000291452")),
        ("upce", "425261", (66, b"042100005264")),
        ("upce", "1425261", None),
        ("ean8", "9638507", (68, b"96385074")),
        ("code39", "*AB*", (69, b"AB")),
        ("itf", "1234", (70, b"1234")),
        ("codabar", "12", (71, b"A12A")),
        ("code93", "a\x01", (72, b"a\x01")),
        ("code128", "012345", (73, b"{C\x01\x17\x2d")),
        ("code128", "a{b", (73, b"{Ba{{b")),
        ("gs1-128", "(10)A(B)*(21)x(17)261231", (74, b"(10)A{(B{){*{1(21)x{1(17)261231")),
        ("gs1-128", "(01)09501101530003(17)261231", (74, b"(01)09501101530003(17)261231")),
    ],
)
def test_command_data(symbology, data, expected):
    assert barcode.command_data(barcode.code(symbology, data)) == expected


def test_data_that_the_length_byte_cannot_say_has_no_command():
    assert barcode.command_data(barcode.code("code128", "{" * 200)) is None


# --- Code 128's choice of sets ---


def shortest(text: str) -> int:
    """Symbols of the shortest way, by breadth-first search over (place, set)."""
    frontier, seen, cost = {(0, name) for name in "ABC"}, set(), 1  # the start
    while not any(place == len(text) for place, _ in frontier):
        seen |= frontier
        reached = set()
        for place, name in frontier:
            rest = text[place:]
            reached |= {(place, other) for other in "ABC"}  # a change
            if rest[0] == FNC1 or (name == "A" and rest[0] < "`") or (name == "B" and rest[0] >= " "):
                reached.add((place + 1, name))
            if name == "C" and re.match("[0-9]{2}", rest):
                reached.add((place + 2, name))
        cost += 1
        frontier = reached - seen
        # A shift costs two symbols: it is a change there and back for one character, found one step late.
        frontier |= {state for state in _shifted.pop(cost, set()) if state not in seen}
        for place, name in frontier:
            if place < len(text) and name in "AB" and text[place] != FNC1:
                _shifted.setdefault(cost + 2, set()).add((place + 1, name))
    _shifted.clear()
    return cost


_shifted: dict[int, set[tuple[int, str]]] = {}


@settings(deadline=None, max_examples=300)
@given(st.text(st.sampled_from("0123456789aB\x01\x02~" + FNC1), min_size=1, max_size=14))
def test_code_128_is_as_short_as_it_can_be(text):
    values = code128.write(text).values
    assert len(values) == shortest(text)


@settings(deadline=None, max_examples=200)
@given(st.text(ASCII, min_size=1, max_size=30))
def test_escaped_data_says_the_same_as_the_values(text):
    written = code128.write(text)
    values = written_from_escapes(written.escaped)
    assert tuple(values) == written.values


def written_from_escapes(data: bytes) -> list[int]:
    """Symbol values as a printer makes them from GS k 73's data (APG 351)."""
    values, name, place = [], "", 0
    shifted = False
    while place < len(data):
        byte, place = data[place], place + 1
        if byte == ord("{"):
            escape, place = chr(data[place]), place + 1
            if escape in "ABC":
                values.append({"A": 101, "B": 100, "C": 99}[escape] if name else {"A": 103, "B": 104, "C": 105}[escape])
                name = escape
                continue
            if escape == "S":
                values.append(98)
                shifted = True
                continue
            if escape == "1":
                values.append(102)
                continue
            assert escape == "{"
        current = {"A": "B", "B": "A"}[name] if shifted else name
        shifted = False
        assert byte <= 99 if current == "C" else byte < 0x60 if current == "A" else byte >= 0x20
        values.append(byte if current == "C" else byte - 32 if byte >= 32 else byte + 64)
    return values


# --- GS1 ---


@pytest.mark.parametrize(
    ("data", "encoded"),
    [
        ("(01)09501101530003(10)AB", f"{FNC1}010950110153000310AB"),
        ("(10)AB(01)09501101530003", f"{FNC1}10AB{FNC1}0109501101530003"),
        ("(00)35901234123412345", None),
        ("(00)34012345123456789", f"{FNC1}00340123451234567895"),
        ("(3103)000400(21)7(8020)9", f"{FNC1}3103000400217{FNC1}80209"),
        ("\x1d10AB\x1d2112", f"{FNC1}10AB{FNC1}2112"),
    ],
)
def test_separators_follow_only_what_has_no_given_length(data, encoded):
    if encoded is not None:
        assert gs1.elements(data).encoded == encoded
    else:
        assert gs1.elements(data).encoded[-1] in string.digits


@pytest.mark.parametrize(("digits", "check"), [("629104150021", "3"), ("750103131130", "9"), ("9638507", "4")])
def test_gs1_check_digit(digits, check):
    assert gs1.check_digit(digits) == check
