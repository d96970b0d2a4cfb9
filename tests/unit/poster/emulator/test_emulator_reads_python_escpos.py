"""Other people's bytes: receipts made by python-escpos read right."""

from __future__ import annotations

import io
import warnings

import pytest
import zxingcpp
from PIL import Image

from ticket_daemon.poster.emulator import Cut, DrawerKick, Paper, draw
from ticket_daemon.poster.profile.model import Profile

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from escpos.printer import Dummy

PAGES = {
    "PC437": 0, "PC850": 2, "PC860": 3, "PC863": 4, "PC865": 5, "ISO8859-7": 15, "WPC1252": 16, "PC866": 17,
    "PC852": 18, "PC858": 19,
}  # fmt: skip
PROFILE = Profile("TM-T88V", code_pages=PAGES)


@pytest.fixture
def dummy() -> Dummy:
    return Dummy(profile="TM-T88V")


def codes(paper: Paper) -> list[tuple[str, str]]:
    image = Image.open(io.BytesIO(paper.png())).convert("L")
    return [(str(code.format), code.text) for code in zxingcpp.read_barcodes(image)]


def test_text_sizes_and_alignment(dummy: Dummy) -> None:
    dummy.set(align="center", bold=True, double_width=True, double_height=True)
    dummy.text("CAFÉ LUNA\n")
    dummy.set_with_default()
    dummy.charcode("CP858")  # left alone it takes ISO8859-7, whose printers' edition has no euro
    dummy.text("Piñata 3 €\n")
    dummy.set(align="right")
    dummy.text("TOTAL 12,00\n")
    dummy.cut()
    paper = draw(dummy.output, PROFILE)
    assert paper.text[:3] == ["CAFÉ LUNA", "Piñata 3 €", "TOTAL 12,00"]
    big, *_, last = paper.pieces[0].items
    assert (big.x, big.height) == ((576 - 9 * 24) // 2, 48)
    assert last.x + last.width == 576
    assert [event.mode for event in paper.events if isinstance(event, Cut)] == ["full"]


@pytest.mark.parametrize(
    ("symbology", "data", "expected"),
    [
        ("EAN13", "4006381333931", ("EAN-13", "4006381333931")), ("EAN8", "96385074", ("EAN-8", "96385074")),
        ("UPC-A", "036000291452", ("EAN-13", "0036000291452")), ("CODE39", "ABC-123", ("Code 39", "ABC-123")),
        ("ITF", "12345678", ("ITF", "12345678")), ("NW7", "A1234B", ("Codabar", "A1234B")),
        ("CODE93", "CODE93", ("Code 93", "CODE93")), ("CODE128", "{BTicket 7", ("Code 128", "Ticket 7")),
    ],
)  # fmt: skip
def test_barcodes(dummy: Dummy, symbology: str, data: str, expected: tuple[str, str]) -> None:
    dummy.barcode(data, symbology, height=64, width=2, pos="BELOW", function_type="B")
    assert codes(draw(dummy.output, PROFILE)) == [expected]


@pytest.mark.parametrize("native", [True, False])
def test_qr_codes(dummy: Dummy, native: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dummy.qr("https://example.com/t/42", size=6, native=native, center=False)
    assert codes(draw(dummy.output, PROFILE)) == [("QR Code", "https://example.com/t/42")]


@pytest.mark.parametrize("implementation", ["bitImageRaster", "bitImageColumn", "graphics"])
def test_images_come_out_dot_by_dot(dummy: Dummy, implementation: str) -> None:
    image = Image.new("1", (64, 48), 1)
    for x in range(64):
        for y in range(48):
            if (x * 7 + y * 3) % 11 < 4 or x in (0, 63) or y in (0, 47):
                image.putpixel((x, y), 0)
    dummy.image(image, impl=implementation, center=False)
    bitmap = draw(dummy.output, PROFILE).bitmap()
    drawn = Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.data).crop((0, 0, 64, 48))
    assert drawn.tobytes() == bytes(255 - byte for byte in image.tobytes())


def test_drawer_and_feeds(dummy: Dummy) -> None:
    dummy.text("a\n")
    dummy.print_and_feed(3)
    dummy.text("b\n")
    dummy.cashdraw(2)
    paper = draw(dummy.output, PROFILE)
    assert paper.text == ["a", "b"]
    assert [event.pin for event in paper.events if isinstance(event, DrawerKick)] == [0]
    assert paper.height == 30 * 5
