"""What pictures and symbols are as bytes: exact for the printer's own commands, read back for those drawn."""

import base64
import contextlib
import io

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PILImage

from ticket_daemon.poster.document.model import SYMBOLOGIES, Barcode, Fault, Image, Qr, Symbol2D
from ticket_daemon.poster.escpos import Unknown, parse
from ticket_daemon.poster.escpos.characters import DefaultLineSpacing, Justify, LineFeed, LineSpacing, Print, SelectFont
from ticket_daemon.poster.escpos.graphics import BitImage, Graphics, LargeGraphics, RasterImage
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.raster.bitmap import Bitmap
from ticket_daemon.poster.render import graphics

ALL = tuple(SYMBOLOGIES.values())
NATIVE = Profile("native", barcodes=ALL, qr=True, pdf417=True, datamatrix=True, aztec=True)
WAYS = ["raster", "graphics", "column"]
KINDS = {"pdf417": zxingcpp.PDF417, "datamatrix": zxingcpp.DataMatrix, "aztec": zxingcpp.Aztec}

SAMPLES = {
    "upca": "036000291452", "upce": "04252614", "ean13": "7501031311309", "ean8": "96385074", "code39": "AB-12",
    "code93": "AB12ab", "code128": "Ticket 0012345678", "itf": "1234567890", "codabar": "A1234B",
    "gs1-128": "(01)09501101530003",
}  # fmt: skip
READ_AS = {"upca": "0036000291452", "upce": "0042100005264", "gs1-128": "0109501101530003"}


def drawing(dots: int = 384, way: str = "raster", **more) -> Profile:
    return Profile("drawing", dots=dots, qr=False, image=way, **more)


def picture_code(drawn: PILImage.Image) -> str:
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def commands(data: bytes):
    found = [parsed.command for parsed in parse(data)]
    assert not any(isinstance(command, Unknown) for command in found)
    return found


def paper_picture(data: bytes, dots: int) -> PILImage.Image:
    """What the drawing commands in `data` put on paper, with the paper's margins around."""
    pieces = []
    for command in commands(data):
        match command:
            case RasterImage(0, x, y, bits):
                pieces.append(PILImage.frombytes("1", (x * 8, y), bits, "raw", "1;I"))
            case Graphics(body) | LargeGraphics(body) if body[:2] == b"0p":
                width, height = int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
                pieces.append(PILImage.frombytes("1", (width, height), body[10:], "raw", "1;I"))
            case BitImage(33, n, bits):
                turned = PILImage.frombytes("1", (24, n), bits, "raw", "1;I")
                pieces.append(turned.transpose(PILImage.Transpose.TRANSPOSE))
    paper = PILImage.new("L", (dots + 80, sum(piece.height for piece in pieces) + 40), 255)
    top = 20
    for piece in pieces:
        assert piece.width <= dots
        paper.paste(piece, (40, top))
        top += piece.height
    return paper


def read(data: bytes, dots: int):
    (found,) = zxingcpp.read_barcodes(paper_picture(data, dots), text_mode=zxingcpp.TextMode.Plain)
    return found


# --- the printer's own commands ---


def test_native_ean_13():
    data = graphics.barcode(Barcode("ean13", "750103131130", width=2, height=80, align="right"), NATIVE)
    assert data == b"\x1ba\x02\x1dh\x50\x1dw\x02\x1dH\x02\x1df\x00\x1dkC\x0d7501031311309"


def test_native_code_128_has_digit_pairs_as_values():
    data = graphics.barcode(Barcode("code128", "ab012345", hri_position="both", hri_font="B"), NATIVE)
    assert data.endswith(b"\x1dH\x03\x1df\x01\x1dkI\x09{Bab{C\x01\x17\x2d")


def test_native_qr():
    data = graphics.qr(Qr("https://a.co/ñ", correction="Q", pixel_width=300, align="left"), NATIVE)
    stored = "https://a.co/ñ".encode()
    assert data == (
        b"\x1ba\x00\x1bJ\x30"  # 4 modules of quiet zone
        b"\x1d(k\x04\x001A\x32\x00"
        b"\x1d(k\x03\x001C\x0c"  # version 2: 25 modules in 300 dots
        b"\x1d(k\x03\x001E\x32"
        b"\x1d(k" + bytes((len(stored) + 3, 0)) + b"1P0" + stored + b"\x1d(k\x03\x001Q0\x1bJ\x30"
    )


def test_native_pdf417():
    data = graphics.symbol("pdf417", Symbol2D("HELLO"), NATIVE)
    assert data == (
        b"\x1ba\x01\x1bJ\x06\x1d(k\x03\x000A\x02\x1d(k\x03\x000C\x03\x1d(k\x03\x000D\x03"
        b"\x1d(k\x08\x000P0HELLO\x1d(k\x03\x000Q0\x1bJ\x06"
    )


@pytest.mark.parametrize(("kind", "cn"), [("datamatrix", b"6"), ("aztec", b"5")])
def test_native_matrix_symbols(kind, cn):
    data = graphics.symbol(kind, Symbol2D("HELLO"), NATIVE)
    size, store, shown = b"C\x06", b"P0HELLO", b"Q0"
    expected = b"".join(b"\x1d(k" + bytes((len(part) + 1, 0)) + cn + part for part in (size, store, shown))
    assert data == b"\x1ba\x01\x1bJ\x0c" + expected + b"\x1bJ\x0c"


@pytest.mark.parametrize("asked", [{"logo": picture_code(PILImage.new("L", (9, 9)))}, {"circle_shape": True}])
def test_qr_with_logo_or_round_modules_is_drawn_even_where_the_printer_has_qr(asked):
    data = graphics.qr(Qr("HELLO", **asked), NATIVE)
    assert any(isinstance(command, RasterImage) for command in commands(data))
    assert read(data, 576).text == "HELLO"


def test_what_the_printers_command_cannot_say_is_drawn():
    data = graphics.barcode(Barcode("upce", "1425261"), NATIVE)
    assert read(data, 576).text == "0142100005261"


def test_too_wide_gets_narrower_bars_for_both_ways():
    for profile in (NATIVE, drawing(576)):
        assert graphics.barcode_width(Barcode("code128", "x" * 20, width=6), profile) == 2
        with pytest.raises(Fault) as caught:
            graphics.barcode_width(Barcode("code128", "x" * 60, width=6), profile)
        assert (caught.value.key, caught.value.field) == ("barcode.too_wide", "width")


# --- drawn ---


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dots", [384, 576])
@pytest.mark.parametrize("symbology", ALL)
def test_drawn_barcodes_read_back(symbology, dots, way):
    data = graphics.barcode(Barcode(symbology, SAMPLES[symbology], width=2), drawing(dots, way))
    assert read(data, dots).text == READ_AS.get(symbology, SAMPLES[symbology])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dots", [384, 576])
def test_drawn_symbols_read_back(dots, way):
    profile = drawing(dots, way)
    assert read(graphics.qr(Qr("https://example.com/?ñ=€"), profile), dots).text == "https://example.com/?ñ=€"
    for kind, expected in KINDS.items():
        found = read(graphics.symbol(kind, Symbol2D("https://example.com/?ñ=€"), profile), dots)
        assert (found.text, found.format) == ("https://example.com/?ñ=€", expected)


@pytest.mark.parametrize(
    ("position", "above", "below"), [("none", 0, 0), ("above", 1, 0), ("below", 0, 1), ("both", 1, 1)]
)
def test_drawn_barcode_has_its_text_as_printed_lines(position, above, below):
    data = graphics.barcode(Barcode("ean8", "9638507", hri_position=position, height=20), drawing())
    line = [Print(b"96385074"), LineFeed()]
    first, *rest = commands(data)
    assert first == Justify(1)
    bars = next(command for command in rest if isinstance(command, RasterImage))
    assert rest == line * above + [bars] + line * below


def test_text_of_a_drawn_barcode_in_font_b_leaves_font_a_behind():
    data = graphics.barcode(Barcode("ean8", "9638507", hri_font="B", height=20), drawing())
    assert commands(data)[-4:] == [SelectFont(1), Print(b"96385074"), LineFeed(), SelectFont(0)]


def test_text_of_a_drawn_barcode_can_never_be_a_command():
    data = graphics.barcode(Barcode("code128", "A\x1b@\n\x7fB", width=2), drawing())
    assert commands(data)[-2:] == [Print(b"A @  B"), LineFeed()]


# --- bitmaps as bytes ---

BITMAP = Bitmap(12, 30, bytes((0xAA, 0xF0)) * 30)


def test_raster_comes_in_bands():
    data = graphics.bitmap_bytes(BITMAP, drawing(band_rows=20))
    assert data == b"\x1dv0\x00\x02\x00\x14\x00" + b"\xaa\xf0" * 20 + b"\x1dv0\x00\x02\x00\x0a\x00" + b"\xaa\xf0" * 10


def test_graphics_are_stored_and_printed():
    data = graphics.bitmap_bytes(BITMAP, drawing(way="graphics"))
    assert data == (
        b"\x1d(L\x46\x000p0\x01\x011\x0c\x00\x1e\x00" + b"\xaa\xf0" * 30 + b"\x1d(L\x02\x0002"
    )  # 70 = 10 + 60


def test_graphics_above_64_kb_take_the_long_command():
    wide = Bitmap(1000, 700, bytes(125 * 700))
    long, shown = commands(graphics.bitmap_bytes(wide, drawing(1000, "graphics")))
    assert isinstance(long, LargeGraphics)
    assert len(long.data) == 10 + 125 * 700
    assert shown == Graphics(b"02")


def test_columns_come_in_strips_of_24_rows():
    spacing, one, feed_one, two, feed_two, usual = commands(graphics.bitmap_bytes(BITMAP, drawing(way="column")))
    assert (spacing, usual) == (LineSpacing(24), DefaultLineSpacing())
    assert feed_one == feed_two == LineFeed()
    black, white = b"\xff\xff\xff", b"\0\0\0"
    assert one == BitImage(33, 12, (black + white) * 4 + black * 4)
    black = b"\xfc\0\0"  # the last six rows
    assert two == BitImage(33, 12, (black + white) * 4 + black * 4)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_draws_the_same_picture(way):
    data = graphics.image(Image(picture_code(PILImage.linear_gradient("L")), pixel_width=100), drawing(384, way))
    usual = graphics.image(Image(picture_code(PILImage.linear_gradient("L")), pixel_width=100), drawing(384))
    size = (40, 20, 140, 120)
    assert paper_picture(data, 384).crop(size).tobytes() == paper_picture(usual, 384).crop(size).tobytes()


# --- what is kept ---


def test_a_picture_is_made_once(monkeypatch):
    data = Image(picture_code(PILImage.linear_gradient("L").resize((33, 44))))
    made = graphics.image(data, drawing())
    monkeypatch.setattr(graphics, "picture_bitmap", None)
    assert graphics.image(data, drawing()) == made


@pytest.mark.parametrize(
    "other", [{"align": "left"}, {"threshold": 1}, {"dithering": "threshold"}, {"scaling": "nns"}, {"pixel_width": 99}]
)
def test_other_settings_are_another_picture(other):
    code = picture_code(PILImage.linear_gradient("L").resize((70, 41)))
    assert graphics.image(Image(code), drawing()) != graphics.image(Image(code, **other), drawing())


def test_other_paper_or_way_is_another_picture():
    data = Image(picture_code(PILImage.linear_gradient("L")), pixel_width=600)
    profiles = [drawing(384), drawing(576), drawing(384, "graphics"), drawing(384, band_rows=24)]
    assert len({graphics.image(data, profile) for profile in profiles}) == 4


def test_what_is_kept_is_bounded():
    for number in range(40):
        noise = PILImage.frombytes("L", (8, 1), number.to_bytes(8, "big"))
        graphics.image(Image(picture_code(noise.resize((8, 80))), pixel_width=576), drawing(576))
    assert graphics.DRAWN.size <= graphics.DRAWN.limit == 8 << 20


# --- laws ---


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(ALL),
    st.text(max_size=20) | st.text("0123456789", max_size=14),
    st.integers(2, 6),
    st.sampled_from(["none", "above", "below", "both"]),
    st.booleans(),
    st.sampled_from(WAYS),
)
def test_any_barcode_is_whole_commands_or_a_fault(symbology, data, width, position, native, way):
    profile = Profile("any", barcodes=ALL if native else (), image=way)
    with contextlib.suppress(Fault):
        made = graphics.barcode(Barcode(symbology, data, width=width, hri_position=position), profile)
        assert b"".join(command.encode() for command in commands(made)) == made


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1, max_size=60), st.booleans(), st.sampled_from(WAYS), st.sampled_from(["qr", *KINDS]))
def test_any_symbol_is_whole_commands_or_a_fault(data, native, way, kind):
    profile = Profile("any", qr=native, pdf417=native, datamatrix=native, aztec=native, image=way)
    with contextlib.suppress(Fault):
        made = graphics.qr(Qr(data), profile) if kind == "qr" else graphics.symbol(kind, Symbol2D(data), profile)
        assert b"".join(command.encode() for command in commands(made)) == made


# --- what printers obey in the midst of a picture ---

REALTIME = [b"\x10\x14\x02\x01\x08", b"\x10\x04\x01", b"\x10\x05\x02", b"\x10\x14\x01\x00\x01"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sign", REALTIME)
def test_no_picture_holds_a_real_time_command(sign, way):
    row = sign.ljust(8, b"\0")
    bitmap = Bitmap(64, 48, row * 48)
    if way == "column":  # the bytes stand upright there
        picture = PILImage.frombytes("1", (24, 64), sign.ljust(9, b"\0") * 21 + bytes(3))
        bitmap = Bitmap(64, 24, picture.transpose(PILImage.Transpose.TRANSPOSE).tobytes())
    data = graphics.bitmap_bytes(bitmap, drawing(384, way))
    assert sign not in data
    assert sign[1:] in data  # one dot more, and the rest as it was
    size = (bitmap.width, bitmap.height)
    asked = PILImage.frombytes("1", size, bitmap.data, "raw", "1;I")
    printed = paper_picture(data, 384)
    assert ink(asked) < ink(printed) <= 2 * ink(asked)


def ink(picture):
    return picture.histogram()[0]


@pytest.mark.parametrize(
    ("make", "data"),
    [
        (graphics.qr, Qr("a\x10\x14\x02\x01\x08b")),
        (graphics.barcode, Barcode("code128", "a\x10\x14\x02\x01\x08b", width=2)),
        (lambda data, profile: graphics.symbol("pdf417", data, profile), Symbol2D("a\x10\x05\x02b")),
    ],
)
def test_symbols_whose_data_would_be_a_real_time_command_are_drawn(make, data):
    made = make(data, NATIVE)
    assert b"\x10\x14" not in made
    assert b"\x10\x05" not in made
    assert any(isinstance(command, RasterImage) for command in commands(made))
