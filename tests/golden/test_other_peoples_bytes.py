"""Receipts that other programs made, on the emulator: it reads bytes, so it must read theirs.

The files in `others` are described there; python-escpos makes its receipts here.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import pytest
from PIL import Image

from support import readers
from ticket_daemon.poster.emulator import Beep, Cut, DrawerKick, Paper, SymbolPrinted, UnknownBytes, draw
from ticket_daemon.poster.profile.catalogue import find

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own imports are not this project's concern
    from escpos.printer import Dummy

OTHERS = Path(__file__).parent / "others"


def on_paper(data: bytes, model: str) -> Paper:
    profile = find(model)
    assert profile is not None
    return draw(data, profile)


def other(name: str, model: str) -> Paper:
    return on_paper((OTHERS / f"{name}.bin").read_bytes(), model)


def kinds(paper: Paper) -> list[str]:
    return [type(event).__name__ for event in paper.events if not isinstance(event, SymbolPrinted)]


# --- ReceiptPrinterEncoder ---


def test_receipt_printer_encoders_receipt_reads() -> None:
    paper = other("rpe_receipt", "TM-T88V")
    lines = [line for line in paper.text if line]
    assert lines == [
        "           CAFÉ ÑANDÚ",
        "           Crème brûlée & Żółw",
        "─" * 42,
        "Espresso                            1.80 €",
        "Té con limón                        2.10 €",
        "TOTAL                               3.90 €",
        "═" * 42,
        "Underlined",
        "Inverse",
        "5012345678900",
    ]
    assert readers.zxing(paper.png()) == [
        ("EAN-13", "5012345678900"),
        ("Code 128", "ABC-1234"),
        ("QR Code", "https://example.com/rpe"),
        ("PDF417", "PDF417 by RPE"),
    ]
    assert kinds(paper) == ["DrawerKick", "Cut"]


def test_receipt_printer_encoders_box_is_a_box() -> None:
    paper = other("rpe_box_58", "XP-58IIH")
    assert [line.strip() for line in paper.text] == [
        "┌" + "─" * 30 + "┐",
        "│           in a box           │",
        "└" + "─" * 30 + "┘",
        "32 columns",
        "A long line that has to be",
        "wrapped by the encoder itself",
    ]
    assert kinds(paper) == []


# --- receiptline ---

#: FS ( A (font of Kanji) and FS S (space around Kanji): it sends them to every printer. FS S 0 0 is told byte by byte.
_KANJI_SETUP = (b"\x1c(A", b"\x1cS")
RECEIPTLINE = [
    "RECEIPT LINE", "12 High St.", "Coffee 2 5.00", "Tea 1 2.20", "TOTAL 7.20", "4901234567894",
]  # fmt: skip


@pytest.mark.parametrize(("name", "model"), [("receiptline_escpos", "TM-T20III"), ("receiptline_generic", "TM-P20")])
def test_receiptlines_receipt_reads(name: str, model: str) -> None:
    paper = other(name, model)
    words = " ".join(word for line in paper.text for word in line.split() if "─" not in line)
    assert words.startswith(" ".join(RECEIPTLINE))
    assert sum(set(line) == {"─"} for line in paper.text) == 2
    found = readers.zxing(paper.png())
    assert found == [("EAN-13", "4901234567894"), ("QR Code", "https://receiptline.example")]
    unknown = [event.data for event in paper.events if isinstance(event, UnknownBytes)]
    assert all(data.startswith(_KANJI_SETUP) for data in unknown)


def test_receiptline_chooses_code_pages_and_cuts() -> None:
    paper = other("receiptline_escpos", "TM-T20III")
    assert "Größe ñ Ж Ω ¥1,000" in [line.strip() for line in paper.text]
    assert sum(isinstance(event, Cut) for event in paper.events) == 2


# --- python-escpos ---

#: Its profile -> ours.
PROFILES = {"default": "TM-T88V", "TM-T88V": "TM-T88V", "TM-T20II": "TM-T20II", "POS-5890": "POS-5890"}


@pytest.mark.parametrize(("theirs", "ours"), PROFILES.items())
def test_python_escpos_text_in_many_scripts_reads(theirs: str, ours: str) -> None:
    printer = Dummy(profile=theirs)
    printer._raw(b"\x1c.")  # cheap printers start in Chinese, and it does not leave that by itself
    texts = ["plain", "¡Ñandú, pingüino y á é í ó ú!", "Größe Übung", "Crème brûlée"]
    if theirs != "POS-5890":
        texts += ["Привет, мир", "Zażółć gęślą jaźń"]
    for text in texts:
        printer.textln(text)
    paper = on_paper(printer.output, ours)
    assert paper.text == texts
    assert "UnknownBytes" not in kinds(paper)


@pytest.mark.parametrize("ours", ["TM-T88V", "Generic 80mm"])
def test_python_escpos_styles_leave_the_words_readable(ours: str) -> None:
    printer = Dummy(profile="TM-T88V")
    looks = [
        {"bold": True}, {"underline": 2}, {"invert": True}, {"double_width": True, "double_height": True},
        {"custom_size": True, "width": 4, "height": 3}, {"font": "b"}, {"align": "right"}, {"align": "center"},
        {"flip": True},
    ]  # fmt: skip
    for number, look in enumerate(looks):
        printer.set_with_default(**look)
        printer.textln(f"Style {number}")
    paper = on_paper(printer.output, ours)
    assert paper.text == [f"Style {number}" for number in range(len(looks))]
    assert paper.height >= 48 + 72 + 7 * 24


BARCODES = [
    ("EAN13", "4006381333931", "EAN-13", "4006381333931"), ("EAN8", "96385074", "EAN-8", "96385074"),
    ("UPC-A", "036000291452", "EAN-13", "0036000291452"), ("CODE39", "AB-12", "Code 39", "AB-12"),
    ("ITF", "123456", "ITF", "123456"), ("NW7", "A40156B", "Codabar", "A40156B"),
    ("CODE93", "FOLIO 7", "Code 93", "FOLIO 7"), ("CODE128", "{BFolio-77", "Code 128", "Folio-77"),
    ("GS1-128", "(01)09501101530003", "Code 128", "0109501101530003"),
]  # fmt: skip


@pytest.mark.parametrize(("symbology", "data", "name", "reads"), BARCODES)
def test_python_escpos_barcodes_read(symbology: str, data: str, name: str, reads: str) -> None:
    printer = Dummy(profile="TM-T88V")
    printer.barcode(
        data, symbology, height=64, width=2, pos="BELOW", function_type="B" if "128" in symbology else None, check=False
    )
    printer.textln("after")
    paper = on_paper(printer.output, "TM-T88V")
    assert readers.zxing(paper.png()) == [(name, reads)]
    assert paper.text[-1] == "after"


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("size", [3, 8])
def test_python_escpos_qr_reads(native: bool, size: int) -> None:
    printer = Dummy(profile="TM-T88V")
    printer.qr("https://example.com/python-escpos", native=native, size=size, center=not native)
    assert readers.zxing(on_paper(printer.output, "TM-T88V").png()) == [
        ("QR Code", "https://example.com/python-escpos")
    ]


@pytest.mark.parametrize("way", ["bitImageRaster", "graphics", "bitImageColumn"])
@pytest.mark.parametrize("rows", [24, 200, 1000])
def test_python_escpos_pictures_come_out_dot_for_dot(way: str, rows: int) -> None:
    picture = Image.effect_noise((320, rows), 80).point(lambda value: 255 if value > 128 else 0).convert("1")
    printer = Dummy(profile="TM-T20II")
    printer.image(picture, impl=way)
    paper = on_paper(printer.output, "TM-T20II")
    bitmap = paper.bitmap()
    drawn = Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.data, "raw", "1;I")
    inked = drawn.convert("L").point(lambda value: 255 - value).getbbox()
    expected = picture.convert("L").point(lambda value: 255 - value)
    box = expected.getbbox()
    assert inked is not None
    assert box is not None
    assert drawn.convert("L").crop(inked).tobytes() == picture.convert("L").crop(box).tobytes()


def test_python_escpos_drawer_buzzer_and_cuts() -> None:
    printer = Dummy(profile="TM-T88V")
    printer.textln("first")
    printer.cashdraw(2)
    printer.cashdraw(5)
    printer.buzzer(times=3, duration=4)
    printer.cut(mode="PART")
    printer.textln("second")
    printer.cut()
    paper = on_paper(printer.output, "Generic 80mm")
    assert [event.pin for event in paper.events if isinstance(event, DrawerKick)] == [0, 1]
    assert [event.times for event in paper.events if isinstance(event, Beep)] == [3]
    assert [event.mode for event in paper.events if isinstance(event, Cut)] == ["partial", "full"]
    assert [line for line in paper.text if line] == ["first", "second"]


def test_python_escpos_whole_receipt() -> None:
    """Block text, feeds, a logo and a reset in the middle: the picture is read as a person would."""
    logo = Image.new("1", (200, 60), 1)
    logo.paste(0, (20, 10, 180, 50))
    printer = Dummy(profile="TM-T88V")
    printer.hw("INIT")
    printer.image(logo, center=False)
    printer.set(align="center", bold=True)
    printer.textln("FERRETERÍA LA TUERCA")
    printer.set_with_default()
    printer.textln(f"{'Tornillo 1/4':<26}{'12':>6}{'$36.00':>10}")
    printer.block_text("Una línea larga que la biblioteca parte sola por palabras en el ancho del papel.", columns=42)
    printer.ln()
    printer.barcode("4006381333931", "EAN13", 64, 2, "BELOW", "A")
    printer.qr("https://example.com/f/77", native=True, size=5)
    printer.cut()
    paper = on_paper(printer.output, "TM-T88V")
    words = " ".join(" ".join(paper.text).split())
    assert words.startswith("FERRETERÍA LA TUERCA Tornillo 1/4 12 $36.00 Una línea larga que la biblioteca parte sola")
    assert [found.text for found in readers.zxing(paper.png())] == ["4006381333931", "https://example.com/f/77"]
    assert Image.open(io.BytesIO(paper.png())).width > 512
