"""Throws damaged documents and random bytes at decode, render, parse and the emulator, for as long as it is told.

    python tools/fuzz.py --minutes 60 [--seed N] [--no-fonts]

What it wants: every document renders for every profile or is refused with a DocumentError, also where the system has
no fonts; its bytes parse back without a rest; the emulator outlives any bytes and does not care for their pieces.
What breaks that is written to `fuzz-finds/` as a file to keep as a test.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ticket_daemon.errors import DocumentError
from ticket_daemon.poster.emulator import Printer, draw
from ticket_daemon.poster.escpos import parse
from ticket_daemon.poster.profile.catalogue import find, names
from ticket_daemon.poster.raster import fonts, text
from ticket_daemon.poster.render import render_ticket

ROOT = Path(__file__).resolve().parent.parent
FINDS = ROOT / "fuzz-finds"
#: A black dot as PNG.
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
SPLICES: list[Any] = [
    None, True, False, 0, 1, -1, 255, 256, 65536, 2**63, 1e308, 0.5, "", " ", "ñ€á¿", "中文字", "مرحبا", "👩\u200d👧",
    "\x00\x1b@", "\t\n\r\n", "1x1", "9x9", "center", "A" * 300, "é" * 300, [], {}, [[]], [{}], "0", "hex",
    "123456789012", "{B1{C", "(01)09501101530003",
]  # fmt: skip


#: One of everything beside what the golden receipts have.
MORE: list[Any] = [
    {"type": kind, "data": data}
    for kind, data in (
        (
            "text",
            {"content": {"text": "漢字 불고기 ñ", "content_style": {"size": "3x2", "inverse": True, "font": "B"}}},
        ),
        ("text", {"content": "مرحبا (hello) 👩\u200d👧 é\u0301\u0323 ₩5,000", "new_line": False}),
        ("image", {"code": DOT, "pixel_width": 40, "dithering": "floyd-steinberg", "scaling": "nns"}),
        ("barcode", {"symbology": "gs1-128", "data": "(01)09501101530003", "width": 2}),
        ("barcode", {"symbology": "code39", "data": "A-1", "hri_font": "B", "hri_position": "both"}),
        ("qr", {"data": "q", "logo": DOT, "circle_shape": True, "human_text": "漢"}),
        ("pdf417", {"data": "words", "pixel_width": 300}),
        ("datamatrix", {"data": "m", "human_text": "m"}),
        ("aztec", {"data": "é"}),
        ("raw", {"hex": "1b 52 07 23 1b 40 1c 26 b0 a1"}),
        ("raw", {"hex": "1d 76 30 00 01 00 02 00 ff", "safe_mode": True}),
        ("raw", {"hex": "ff 1b 4c 41 0c", "safe_mode": False}),
        ("columns", {"cells": [{"text": "a", "width": 9, "style": {"size": "2x2"}}, {"text": "9", "align": "right"}]}),
        ("table", {"columns": [{"name": "a", "width": 30}, {"name": "b", "width": 30}], "rows": [["x", 1]]}),
        ("separator", {"char": "=-", "length": 200}),
        ("beep", {"times": 9, "lapse": 9}),
    )
]


def damaged(value: Any, rng: random.Random) -> Any:
    """`value` with something in it changed, removed, doubled or replaced."""
    if rng.random() < 0.08:
        return rng.choice(SPLICES)
    if isinstance(value, dict) and value:
        key = rng.choice(list(value))
        changed = dict(value)
        match rng.randrange(5):
            case 0:
                del changed[key]
            case 1:
                changed[rng.choice(["x", "align", "width", "data", "style", "size", key + "s"])] = rng.choice(SPLICES)
            case _:
                changed[key] = damaged(value[key], rng)
        return changed
    if isinstance(value, list) and value:
        index = rng.randrange(len(value))
        changed_list = list(value)
        match rng.randrange(5):
            case 0:
                del changed_list[index]
            case 1:
                changed_list.insert(index, rng.choice(value))
            case _:
                changed_list[index] = damaged(value[index], rng)
        return changed_list
    if isinstance(value, str):
        at = rng.randrange(len(value) + 1)
        return value[:at] + chr(rng.choice((rng.randrange(0x20, 0x250), rng.randrange(0x20, 0x11000)))) + value[at:]
    if isinstance(value, int | float):
        return value + rng.choice((-1, 1, 100, -300))
    return rng.choice(SPLICES)


def try_document(seeds: list[Any], rng: random.Random) -> object:
    document = rng.choice(seeds)
    if rng.random() < 0.5:
        document = document | {"commands": [rng.choice(MORE) for _ in range(rng.randrange(1, 6))]}
    for _ in range(rng.randrange(1, 6)):
        document = damaged(document, rng)
    profile = find(rng.choice(names())) if rng.random() < 0.9 else None
    try:
        source = json.dumps(document).encode() if rng.random() < 0.7 else document
        allow_raw = rng.choice((True, True, None, False))
        rendered = render_ticket(source, profile, allow_raw=allow_raw, with_pulse=rng.random() < 0.8)
    except DocumentError as refused:
        assert refused.text("es")
        assert refused.key != "document.invalid", refused.text()
        return None
    parsed = parse(rendered.data)
    assert sum(item.length for item in parsed) == len(rendered.data)
    if rng.random() < 0.05:
        assert draw(rendered.data, rendered.profile).height >= 0
    return None


def try_bytes(tickets: list[bytes], rng: random.Random) -> object:
    data = bytearray(rng.choice(tickets) if rng.random() < 0.7 else rng.randbytes(rng.randrange(400)))
    for _ in range(rng.randrange(1, 12)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(4):
            case 0:
                data[at:at] = rng.randbytes(rng.randrange(1, 8))
            case 1:
                del data[at : at + rng.randrange(1, 8)]
            case 2:
                data[at:at] = rng.choice((b"\x1b", b"\x1d", b"\x1c", b"\x10")) + rng.randbytes(rng.randrange(1, 10))
            case _:
                data[at : at + 1] = rng.randbytes(1)
    assert sum(item.length for item in parse(bytes(data))) == len(data)
    profile = find(rng.choice(("Generic 80mm", "58mm PT-210", "TM-T20III", "TM-U220", "Generic 80mm Korea")))
    assert profile is not None
    printer, step = Printer(profile), rng.choice((1, 7, 97))
    for start in range(0, len(data), step):
        printer.feed(bytes(data[start : start + step]))
    paper = printer.finish()
    assert paper.pieces == draw(bytes(data), profile).pieces
    if rng.random() < 0.02:
        paper.png()
    return paper.text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--no-fonts", action="store_true", help="as on a system that has none")
    options = parser.parse_args()
    if options.no_fonts:
        fonts.system_fonts = text.system_fonts = lambda: fonts.FontBook(())  # type: ignore[assignment]
    rng = random.Random(options.seed)
    seeds = [json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "tests/golden/receipts").glob("*.json"))]
    tickets = [render_ticket(seed).data for seed in seeds]
    tries: dict[str, int] = {"documents": 0, "bytes": 0}
    finds = 0
    until = time.process_time() + options.minutes * 60
    while time.process_time() < until:
        state = rng.getstate()
        kind, attempt = ("documents", try_document) if rng.random() < 0.6 else ("bytes", try_bytes)
        tries[kind] += 1
        try:
            _run(attempt, seeds if kind == "documents" else tickets, rng)
        except Exception:  # what is looked for
            finds += 1
            FINDS.mkdir(exist_ok=True)
            note = f"seed {options.seed}, try {tries}, kind {kind}\n{traceback.format_exc()}\nstate {state!r}\n"
            (FINDS / f"find-{options.seed}-{finds}.txt").write_text(note, "utf-8")
            print(traceback.format_exc(limit=-3), flush=True)
            if finds >= 50:
                break
    print(f"seed {options.seed}: {tries}, {finds} finds in {options.minutes:g} minutes of processor time")
    return 1 if finds else 0


def _run(attempt: Callable[[Any, random.Random], object], material: Any, rng: random.Random) -> None:
    attempt(material, rng)


if __name__ == "__main__":
    sys.exit(main())
