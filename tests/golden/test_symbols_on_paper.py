"""Every symbol, native and drawn, on 58 and 80 mm: from document to picture, and read back by independent readers."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from support import readers
from ticket_daemon.poster.document.model import SYMBOLOGIES
from ticket_daemon.poster.emulator import SymbolPrinted, draw
from ticket_daemon.poster.escpos import parse
from ticket_daemon.poster.escpos.graphics import RasterImage
from ticket_daemon.poster.escpos.symbols import Barcode, Symbol
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render import render_ticket

MODELS = ("58mm PT-210", "Generic 80mm", "TM-T88V")
NATIVE = {"barcodes": tuple(SYMBOLOGIES.values()), "qr": True, "pdf417": True, "datamatrix": True, "aztec": True}
DRAWN = {"barcodes": (), "qr": False, "pdf417": False, "datamatrix": False, "aztec": False}
#: symbology, data, what zxing calls it, what it reads, zbar's name for it: None where zbar reads it otherwise. Both
#: readers take a UPC-A for the EAN-13 that it is.
BARCODES = [
    ("upca", "03600029145", "EAN-13", "0036000291452", "ean13"),
    ("upca", "036000291452", "EAN-13", "0036000291452", "ean13"),
    ("upce", "425261", "UPC-E", "0042100005264", None),
    ("upce", "04252614", "UPC-E", "0042100005264", None),
    ("upce", "1425261", "UPC-E", "0142100005261", None),
    ("ean13", "750103131130", "EAN-13", "7501031311309", "ean13"),
    ("ean13", "5901234123457", "EAN-13", "5901234123457", "ean13"),
    ("ean8", "9638507", "EAN-8", "96385074", "ean8"),
    ("code39", "A-0010482 $", "Code 39", "A-0010482 $", "code39"),
    ("code93", "FOLIO 77/B", "Code 93", "FOLIO 77/B", "code93"),
    ("code93", "Folio", "Code 93", "Folio", None),  # zbar does not read Code 93's shifted letters
    ("code128", "FAC-2026-00417", "Code 128", "FAC-2026-00417", "code128"),
    ("code128", "0123456789", "Code 128", "0123456789", "code128"),
    ("code128", "A{1}b~12345", "Code 128", "A{1}b~12345", "code128"),
    ("itf", "12345678901231", "ITF", "12345678901231", "i25"),
    ("codabar", "A40156B", "Codabar", "A40156B", "codabar"),
    ("codabar", "40156", "Codabar", "A40156A", "codabar"),
    ("gs1-128", "(01)09501101530003", "Code 128", "0109501101530003", None),
    ("gs1-128", "(10)L42B(21)77", "Code 128", "10L42B\x1d2177", None),
]
TEXTS = ("https://example.com/t/001?a=1&b=2", "HELLO 42", "Peña, café y 1,50 €", "日本語 😀", "0123456789" * 9)
KINDS = {"qr": "QR Code", "pdf417": "PDF417", "datamatrix": "Data Matrix", "aztec": "Aztec"}
zbar_installed = pytest.mark.skipif(readers.ZBAR is None, reason="no zbarimg: apt install zbar-tools")


def profile(model: str, *, native: bool) -> Profile:
    found = find(model)
    assert found is not None
    return replace(found, **(NATIVE if native else DRAWN))


def printed(kind: str, data: dict[str, object], of: Profile) -> bytes:
    """The picture of a ticket with one symbol between lines of text; the command is held to the way asked for."""
    commands = [
        {"type": "text", "data": {"content": {"text": "antes"}}},
        {"type": kind, "data": data},
        {"type": "text", "data": {"content": {"text": "después"}}},
        {"type": "cut", "data": {}},
    ]
    made = render_ticket({"version": "1.1", "profile": {"model": "x"}, "commands": commands}, of)
    types = {type(command) for command, _, _ in parse(made.data)}
    drawn = RasterImage in types
    assert drawn != bool(types & {Barcode, Symbol})
    assert drawn == (not of.barcodes or _beyond_the_command(kind, data))
    paper = draw(made.data, of)
    assert "antes" in paper.text[0]
    assert any(isinstance(event, SymbolPrinted) for event in paper.events) != drawn
    return paper.png()


def _beyond_the_command(kind: str, data: dict[str, object]) -> bool:
    """What no printer's own command can say: a UPC-E of number system 1, and, but for QR, text beyond ASCII."""
    text = str(data["data"])
    return (kind != "qr" and not text.isascii()) or (data.get("symbology") == "upce" and text == "1425261")


@pytest.mark.parametrize("native", [True, False], ids=["native", "drawn"])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("symbology", "data", "name", "reads", "zbar"), BARCODES)
def test_barcodes_read(
    symbology: str, data: str, name: str, reads: str, zbar: str | None, model: str, native: bool
) -> None:
    png = printed("barcode", {"symbology": symbology, "data": data, "width": 2}, profile(model, native=native))
    (found,) = readers.zxing(png)
    assert (found.kind, found.text) == (name, reads)


@zbar_installed
@pytest.mark.parametrize("native", [True, False], ids=["native", "drawn"])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("symbology", "data", "reads", "zbar"), [(row[0], row[1], row[3], row[4]) for row in BARCODES if row[4]]
)
def test_barcodes_read_by_zbar_too(symbology: str, data: str, reads: str, zbar: str, model: str, native: bool) -> None:
    png = printed("barcode", {"symbology": symbology, "data": data, "width": 2}, profile(model, native=native))
    assert readers.zbar(png, zbar) == [reads]


@pytest.mark.parametrize("native", [True, False], ids=["native", "drawn"])
@pytest.mark.parametrize("width", [3, 4, 5, 6])
@pytest.mark.parametrize(
    ("symbology", "data"), [("ean8", "9638507"), ("code39", "A1"), ("itf", "1234"), ("codabar", "A123B")]
)
def test_every_module_width_reads(symbology: str, data: str, width: int, native: bool) -> None:
    asked = {"symbology": symbology, "data": data, "width": width, "hri_position": "both"}
    (found,) = readers.zxing(printed("barcode", asked, profile("Generic 80mm", native=native)))
    assert found.text.startswith(data)


@pytest.mark.parametrize("native", [True, False], ids=["native", "drawn"])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(("kind", "name"), KINDS.items())
def test_symbols_read(kind: str, name: str, text: str, model: str, native: bool) -> None:
    (found,) = readers.zxing(printed(kind, {"data": text}, profile(model, native=native)))
    assert (found.kind, found.text) == (name, text)


@pytest.mark.parametrize("native", [True, False], ids=["native", "drawn"])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("correction", "LMQH")
@pytest.mark.parametrize("pixel_width", [87, 200, 384])
def test_qr_of_every_correction_and_size_reads(correction: str, pixel_width: int, model: str, native: bool) -> None:
    asked = {"data": TEXTS[0], "correction": correction, "pixel_width": pixel_width}
    (found,) = readers.zxing(printed("qr", asked, profile(model, native=native)))
    assert found.text == TEXTS[0]


@zbar_installed
@pytest.mark.parametrize("native", [True, False], ids=["native", "drawn"])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("text", [TEXTS[0], TEXTS[1], TEXTS[4]])  # zbar guesses code pages where there is more
def test_qr_reads_by_zbar_too(text: str, model: str, native: bool) -> None:
    assert readers.zbar(printed("qr", {"data": text}, profile(model, native=native)), "qrcode") == [text]
