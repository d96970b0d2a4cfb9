"""The calibration ticket: for every profile whole, silent, and saying what the profile says."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from support.readers import zxing
from ticket_daemon.poster.calibration import calibration
from ticket_daemon.poster.emulator import Cut, Paper, SymbolPrinted, draw
from ticket_daemon.poster.escpos import parse
from ticket_daemon.poster.escpos.characters import SelectCodePage
from ticket_daemon.poster.escpos.graphics import RasterImage
from ticket_daemon.poster.profile.catalogue import find, names
from ticket_daemon.poster.profile.code_pages import code_page
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render import Rendered, render_ticket


def made(model: str, lang: str = "en") -> Rendered:
    profile = profile_of(model)
    return render_ticket(calibration(profile, lang), profile)


def profile_of(model: str) -> Profile:
    profile = find(model)
    assert profile is not None
    return profile


def on_paper(model: str, lang: str = "en") -> Paper:
    rendered = made(model, lang)
    return draw(rendered.data, rendered.profile)


@pytest.mark.parametrize("model", names())
def test_every_profile_has_one_that_prints_whole_and_opens_no_drawer(model: str) -> None:
    rendered = made(model)
    warnings = {warning.key for warning in rendered.warnings}
    assert warnings <= {"warning.no_cutter"}
    paper = draw(rendered.data, rendered.profile)
    kinds = {type(event) for event in paper.events}
    assert kinds <= {Cut, SymbolPrinted}
    assert sum(isinstance(event, Cut) for event in paper.events) == (rendered.profile.cutter != "none")


@pytest.mark.parametrize("model", ["TM-T20III", "Generic 58mm", "TM-U220", "T-1"])
def test_the_figures_fill_each_fonts_columns_and_one_more_would_not_fit(model: str) -> None:
    profile = profile_of(model)
    figures = [line for line in on_paper(model).text if line.startswith("1234567890")]
    assert [len(line) for line in figures] == [profile.columns("A"), profile.columns("B")]


@pytest.mark.parametrize("model", ["TM-T20III", "Generic 58mm", "SRP-350"])
def test_the_dot_ruler_reaches_the_first_and_the_last_dot(model: str) -> None:
    rendered = made(model)
    rulers = [c for c, _, _ in parse(rendered.data) if isinstance(c, RasterImage) and c.y == 40]
    (ruler,) = rulers
    assert ruler.x == rendered.profile.dots // 8
    assert ruler.data[: ruler.x] == b"\xff" * ruler.x
    rows = [ruler.data[start : start + ruler.x] for start in range(0, len(ruler.data), ruler.x)]
    assert all(row[0] & 0x80 and row[-1] & 1 for row in rows)


@pytest.mark.parametrize("model", ["TM-T20III", "Generic 58mm", "XP-80C"])
def test_each_code_page_is_printed_by_its_number_with_all_its_bytes(model: str) -> None:
    profile = profile_of(model)
    lines = on_paper(model).text
    for name, number in profile.code_pages.items():
        at = lines.index(f"ESC t {number}  {name}")
        upper = code_page(name).upper
        printed = "".join(line[3:].ljust(32) for line in lines[at + 1 : at + 5])
        readable = [(had, seen) for had, seen in zip(upper, printed, strict=True) if had.isalnum() and had.isascii()]
        assert all(had == seen for had, seen in readable)
        assert sum(had == seen for had, seen in zip(upper, printed, strict=True)) > 90
    selected = {c.n for c, _, _ in parse(made(model).data) if isinstance(c, SelectCodePage)}
    assert selected == set(profile.code_pages.values())


@pytest.mark.parametrize("model", ["TM-T20III", "Generic 58mm", "ZJ-5870"])
def test_its_symbols_read_and_say_who_draws_them(model: str) -> None:
    profile, paper = profile_of(model), on_paper(model)
    found = {symbol.kind: symbol.text for symbol in zxing(paper.png())}
    wanted = {"EAN-13": "7501031311309", "Code 128": "Code 128: 0042", "QR Code": "https://example.com/calibration"}
    if profile.pdf417:
        wanted["PDF417"] = "PDF417"
    assert found == wanted
    words = " ".join(paper.text)
    assert ("QR: the printer's own command" in words) == profile.qr
    assert ("EAN-13: drawn" in words) == ("ean13" not in profile.barcodes)


def test_it_speaks_both_languages() -> None:
    assert "CALIBRACIÓN" in " ".join(on_paper("Generic 80mm", "es").text)
    assert "CALIBRATION" in " ".join(on_paper("Generic 80mm", "en").text)


def test_the_grey_ramp_goes_from_white_to_black() -> None:
    paper = on_paper("Generic 80mm")
    bitmap = paper.bitmap()
    picture = Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.data, "raw", "1;I").convert("L")
    last_ink = picture.point(lambda value: 255 - value).getbbox()
    assert last_ink is not None
    ramp = picture.crop((0, last_ink[3] - 48, bitmap.width, last_ink[3]))
    parts = [
        ramp.crop((x, 0, x + 96, 48)).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)) for x in range(0, 576, 96)
    ]
    assert parts == sorted(parts, reverse=True)
    assert parts[0] > 240
    assert parts[-1] < 15
    assert Image.open(io.BytesIO(paper.png())).height > bitmap.height
