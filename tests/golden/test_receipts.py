"""Receipts that real shops would print: document -> bytes -> picture, held to what was looked at and found good.

After a change that is meant: `python tools/update_goldens.py`, and look at the pictures.
"""

from __future__ import annotations

import importlib.util
import io
import json
import types
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from support.readers import zxing
from ticket_daemon.poster.emulator import Beep, Cut, DrawerKick, NotPrinted, SymbolRefused, UnknownBytes, draw
from ticket_daemon.poster.emulator.events import Ignored
from ticket_daemon.poster.escpos import parse
from ticket_daemon.poster.escpos.graphics import RasterImage
from ticket_daemon.poster.render import Rendered

ROOT = Path(__file__).resolve().parents[2]


def _tool() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("update_goldens", ROOT / "tools" / "update_goldens.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


goldens = _tool()
NAMES: list[str] = goldens.names()
RECEIPTS: Path = goldens.RECEIPTS
#: Rows of a drawn line of single and of double height.
LINE_ROWS = (24, 48)
MEND = "if that is meant: python tools/update_goldens.py, then look at the picture"


def document(name: str) -> dict[str, Any]:
    return json.loads((RECEIPTS / f"{name}.json").read_text("utf-8"))  # type: ignore[no-any-return]


def rendered(name: str) -> Rendered:
    """The receipt, or a skip where this machine has no font for it."""
    made: Rendered = goldens.rendered(name)
    missing = [warning.text() for warning in made.warnings if warning.key == "warning.not_drawn"]
    if missing:
        advice = f"{missing[0]}: apt install {goldens.FONT_DRAWN.get(name, 'fonts-unifont')}"
        pytest.skip(advice)
    return made


def dots(png: bytes) -> tuple[tuple[int, int], bytes]:
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    return picture.size, picture.tobytes()


def test_there_are_twelve_at_least_in_four_scripts() -> None:
    text = "".join(json.dumps(document(name), ensure_ascii=False) for name in NAMES)
    scripts = {unicodedata.name(char).split()[0] for char in text if char.isalpha()}
    assert len(NAMES) >= 12
    assert {"LATIN", "CYRILLIC", "ARABIC", "CJK", "HIRAGANA", "THAI"} <= scripts


@pytest.mark.parametrize("name", [name for name in NAMES if name not in goldens.FONT_DRAWN])
def test_bytes_and_picture_are_exact(name: str, tmp_path: Path) -> None:
    made = rendered(name)
    (tmp_path / f"{name}.bin").write_bytes(made.data)
    assert made.data == (RECEIPTS / f"{name}.bin").read_bytes(), f"see {tmp_path}; {MEND}"
    png = draw(made.data, made.profile).png()
    (tmp_path / f"{name}.png").write_bytes(png)
    assert dots(png) == dots((RECEIPTS / f"{name}.png").read_bytes()), f"see {tmp_path}; {MEND}"


@pytest.mark.parametrize("name", goldens.FONT_DRAWN)
def test_what_fonts_draw_has_its_structure(name: str) -> None:
    made = rendered(name)
    assert goldens.outline(made.data) == (RECEIPTS / f"{name}.outline").read_text("utf-8"), MEND
    pictures = [command for command, _, _ in parse(made.data) if isinstance(command, RasterImage)]
    lines = [picture for picture in pictures if picture.y in LINE_ROWS]
    assert len(lines) > 5
    assert all(any(line.data) for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_the_printer_does_all_that_was_asked_and_nothing_else(name: str) -> None:
    made = rendered(name)
    events = draw(made.data, made.profile).events
    assert [e for e in events if isinstance(e, (UnknownBytes, Ignored, NotPrinted, SymbolRefused))] == []
    asked = [command["type"] for command in document(name)["commands"]]
    assert sum(isinstance(e, Beep) for e in events) == asked.count("beep")
    assert sum(isinstance(e, DrawerKick) for e in events) == asked.count("pulse")
    assert sum(isinstance(e, Cut) for e in events) == (asked.count("cut") if made.profile.cutter != "none" else 0)


@pytest.mark.parametrize("name", NAMES)
def test_no_price_is_lost(name: str) -> None:
    """Every amount of the document's tables and columns that a code page prints stands on the paper, whole."""
    made = rendered(name)
    lines = draw(made.data, made.profile).text
    if name in goldens.FONT_DRAWN:  # their amounts stand in drawn lines, which have no text to read
        return
    for command in document(name)["commands"]:
        data = command["data"]
        cells = [cell["text"] for cell in data.get("cells", ())] + [
            cell for row in data.get("rows", ()) for cell in row
        ]
        amounts = [cell for cell in cells if any(char.isdigit() for char in cell) and " " not in cell]
        assert [amount for amount in amounts if not any(amount in line for line in lines)] == []


def _symbols(name: str) -> list[str]:
    """The data of the receipt's symbols as a reader gives them."""
    found = []
    for command in document(name)["commands"]:
        data = command["data"].get("data")
        if command["type"] == "barcode" and command["data"]["symbology"] == "gs1-128":
            data = data.replace("(", "").replace(")", "")
        if command["type"] in ("barcode", "qr", "pdf417"):
            found.append(data)
    return sorted(found)


@pytest.mark.parametrize("name", [name for name in NAMES if _symbols(name)])
def test_symbols_on_the_pictures_read(name: str) -> None:
    made = rendered(name)
    read = sorted(found.text for found in zxing(draw(made.data, made.profile).png()))
    assert len(read) == len(_symbols(name))
    for found, wanted in zip(read, _symbols(name), strict=True):
        assert found.startswith(wanted)  # an EAN-13 has its check digit besides
