"""Two-dimensional symbols: capacity, sizes, and modules that independent readers read."""

import base64
import contextlib
import io
import random
import shutil
import subprocess

import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ticket_daemon.poster.document.model import Fault, Qr
from ticket_daemon.poster.raster import symbol

PAPERS = [384, 576]


def picture(bitmap) -> Image.Image:
    return Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.data, "raw", "1;I").convert("L")


def read(bitmap):
    paper = Image.new("L", (bitmap.width + 40, bitmap.height + 40), 255)
    paper.paste(picture(bitmap), (20, 20))
    (found,) = zxingcpp.read_barcodes(paper, text_mode=zxingcpp.TextMode.Plain)
    return found


def logo_of(drawn: Image.Image) -> str:
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


DATA = ["0123456789", "HELLO-42 $%", "https://example.com/t?id=1&x=ñ€", "日本語 العربية 😀", "x" * 300, "1" * 900]


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("correction", "LMQH")
@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("round_modules", [False, True])
def test_qr_reads_back(data, correction, paper, round_modules):
    bitmap = symbol.qr_bitmap(Qr(data=data, correction=correction, circle_shape=round_modules), paper)
    assert bitmap.width <= paper
    found = read(bitmap)
    assert (found.text, found.format) == (data, zxingcpp.QRCode)


@pytest.mark.parametrize("data", [data for data in DATA if "ñ" not in data])  # zbar guesses a Chinese code page there
def test_qr_reads_back_by_zbar(data, tmp_path):
    zbarimg = shutil.which("zbarimg") or pytest.skip("no zbarimg: apt install zbar-tools")
    path = tmp_path / "qr.png"
    picture(symbol.qr_bitmap(Qr(data=data, pixel_width=384), 384)).save(path)
    command = [zbarimg, "-q", "--raw", "-Sdisable", "-Sqrcode.enable", str(path)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout.decode().rstrip("\n") == data


@pytest.mark.parametrize(("paper", "asked"), [(384, 87), (384, 256), (384, 384), (384, 9000), (576, 576)])
def test_qr_is_as_near_to_what_is_asked_as_whole_modules_come(paper, asked):
    bitmap = symbol.qr_bitmap(Qr(data="HELLO", pixel_width=asked), paper)  # 21 modules and 8 of quiet zone
    assert bitmap.width == bitmap.height
    module = bitmap.width // 29
    fitting = [size for size in range(2, 17) if size * 29 <= paper]
    assert module == min(fitting, key=lambda size: abs(size * 21 - asked))


def test_qr_modules_are_never_finer_than_two_dots():
    bitmap = symbol.qr_bitmap(Qr(data="x" * 1000, pixel_width=87), 384)
    assert bitmap.width >= 2 * 117
    assert read(bitmap).text == "x" * 1000


@pytest.mark.parametrize("correction", "LMQH")
def test_the_largest_qr_fits_58_mm_paper(correction):
    data = "7" * {"L": 7089, "M": 5596, "Q": 3993, "H": 3057}[correction]
    bitmap = symbol.qr_bitmap(Qr(data=data, correction=correction), 384)
    assert bitmap.width <= 384
    assert read(bitmap).text == data


def test_qr_wider_than_the_paper_is_refused():
    with pytest.raises(Fault) as caught:
        symbol.qr_bitmap(Qr(data="7" * 7089, correction="L"), 320)
    assert caught.value.key == "symbol.too_wide"
    assert caught.value.parameters == {"dots": 354, "paper": 320}


@pytest.mark.parametrize(
    ("correction", "numeric", "alphanumeric", "byte"),
    [("L", 7089, 4296, 2953), ("M", 5596, 3391, 2331), ("Q", 3993, 2420, 1663), ("H", 3057, 1852, 1273)],
)
def test_qr_capacity_is_the_standards(correction, numeric, alphanumeric, byte):
    for character, limit in (("1", numeric), ("A", alphanumeric), ("a", byte)):
        assert symbol.qr_version(character * limit, correction) == 40
        with pytest.raises(Fault) as caught:
            symbol.qr_version(character * (limit + 1), correction)
        assert caught.value.key == "symbol.too_much"
        assert caught.value.parameters["detail"].parameters == {"limit": limit, "got": limit + 1}


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 1200), st.sampled_from("1Aa"), st.sampled_from("LMQH"))
def test_qr_version_is_the_smallest(count, character, correction):
    made = segno.make(character * count, error=correction, boost_error=False, micro=False)
    assert symbol.qr_version(character * count, correction) == made.version


@pytest.mark.parametrize("version", range(1, 41))
@pytest.mark.parametrize("noise", [False, True])
def test_every_version_reads_back_under_a_logo(version, noise):
    limit = {v: n for n in range(1273, 0, -1) if (v := symbol.qr_version("x" * n, "H"))}  # any length of the version
    data = "x" * limit[version]
    drawn = Image.new("L", (64, 64), 0)
    if noise:
        drawn = Image.frombytes("L", (64, 64), random.Random(version).randbytes(64 * 64))
    bitmap = symbol.qr_bitmap(Qr(data=data, logo=logo_of(drawn), pixel_width=576), 576)
    assert read(bitmap).text == data


@pytest.mark.parametrize("size", [(10, 300), (300, 10), (1, 1)])
def test_a_logo_of_any_shape_stays_in_its_box(size):
    plain = symbol.qr_bitmap(Qr(data="HELLO WORLD 12345", correction="H", pixel_width=384), 384)
    bitmap = symbol.qr_bitmap(Qr(data="HELLO WORLD 12345", logo=logo_of(Image.new("L", size)), pixel_width=384), 384)
    assert (bitmap.width, bitmap.height) == (plain.width, plain.height)
    changed = sum((a ^ b).bit_count() for a, b in zip(plain.data, bitmap.data, strict=True))
    assert 0 < changed <= 0.09 * plain.width * plain.height
    assert read(bitmap).text == "HELLO WORLD 12345"


def test_a_broken_logo_is_refused_at_its_field():
    for logo in ("????", base64.b64encode(b"no picture").decode()):
        with pytest.raises(Fault) as caught:
            symbol.qr_bitmap(Qr(data="x", logo=logo), 384)
        assert caught.value.field == "logo"


# --- PDF417, Data Matrix, Aztec ---

KINDS = {"pdf417": zxingcpp.PDF417, "datamatrix": zxingcpp.DataMatrix, "aztec": zxingcpp.Aztec}


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("asked", [None, 200, 384])
@pytest.mark.parametrize(
    "data", ["1", "HELLO", "https://example.com/ñ€?id=123456", "A1b2" * 30, "日本語 😀", "\0\1\x7f"]
)
def test_symbols_read_back(kind, data, asked, paper):
    bitmap = symbol.symbol_bitmap(symbol.symbol_layout(kind, data, asked, paper), paper)
    assert bitmap.width <= paper
    found = read(bitmap)
    assert (found.text, found.format) == (data, KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("asked", [200, 384, 576])
def test_symbols_fit_what_is_asked_where_their_modules_can(kind, asked):
    layout = symbol.symbol_layout(kind, "A1b2" * 8, asked, 576)
    assert symbol.symbol_bitmap(layout, 576).width <= asked
    assert symbol.LEAST_MODULE <= layout.module <= symbol.LARGEST_MODULE


def test_long_pdf417_takes_the_columns_the_paper_has_room_for():
    data = "Lorem ipsum dolor sit amet 12345. " * 20
    for paper in PAPERS:
        layout = symbol.symbol_layout("pdf417", data, None, paper)
        assert len(layout.rows[0]) == 69 + 17 * layout.columns
        assert read(symbol.symbol_bitmap(layout, paper)).text == data


@pytest.mark.parametrize("kind", KINDS)
def test_too_much_data_is_refused(kind):
    with pytest.raises(Fault) as caught:
        symbol.symbol_layout(kind, "aB1" * 1365, None, 576)
    assert (caught.value.key, caught.value.field) == ("symbol.too_much", "data")


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=40)
@given(data=st.text(min_size=1, max_size=200), asked=st.none() | st.integers(1, 700))
def test_any_data_is_a_symbol_or_a_fault(kind, data, asked):
    with contextlib.suppress(Fault):
        assert symbol.symbol_bitmap(symbol.symbol_layout(kind, data, asked, 384), 384).width <= 384


@settings(deadline=None, max_examples=60)
@given(
    data=st.text(min_size=1, max_size=300),
    correction=st.sampled_from("LMQH"),
    asked=st.integers(87, 2000),
    paper=st.sampled_from([64, 384, 576, 4096]),
)
def test_any_text_is_a_qr_or_a_fault(data, correction, asked, paper):
    with contextlib.suppress(Fault):
        bitmap = symbol.qr_bitmap(Qr(data=data, correction=correction, pixel_width=asked), paper)
        assert bitmap.width <= paper


def test_half_a_surrogate_pair_is_refused():
    for make in (lambda: symbol.qr_version("\ud800", "M"), lambda: symbol.symbol_layout("aztec", "\ud800", None, 384)):
        with pytest.raises(Fault) as caught:
            make()
        assert caught.value.key == "barcode.alphabet"
