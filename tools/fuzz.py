"""Throws damaged documents and random bytes at decode, render, parse and the emulator, for as long as it is told.

    python tools/fuzz.py --minutes 60 [--seed N]

What it wants: every document renders or is refused with a DocumentError; its bytes parse back without a rest; the
emulator outlives any bytes. What breaks that is written to `fuzz-finds/` as a file to keep as a test.
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
from ticket_daemon.poster.emulator import Printer
from ticket_daemon.poster.escpos import parse
from ticket_daemon.poster.profile.catalogue import find, names
from ticket_daemon.poster.render import render_ticket

ROOT = Path(__file__).resolve().parent.parent
FINDS = ROOT / "fuzz-finds"
SPLICES: list[Any] = [
    None, True, False, 0, 1, -1, 255, 256, 65536, 2**63, 1e308, 0.5, "", " ", "ñ€á¿", "中文字", "مرحبا", "👩\u200d👧",
    "\x00\x1b@", "\t\n\r\n", "1x1", "9x9", "center", "A" * 300, "é" * 300, [], {}, [[]], [{}], "0", "hex",
    "123456789012", "{B1{C", "(01)09501101530003",
]  # fmt: skip


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
    for _ in range(rng.randrange(1, 6)):
        document = damaged(document, rng)
    profile = find(rng.choice(names())) if rng.random() < 0.5 else None
    try:
        rendered = render_ticket(json.dumps(document).encode() if rng.random() < 0.7 else document, profile)
    except DocumentError as refused:
        assert refused.text("es")
        assert refused.key != "document.invalid", refused.text()
        return None
    parsed = parse(rendered.data)
    assert sum(item.length for item in parsed) == len(rendered.data)
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
    printer = Printer(find(rng.choice(("Generic 80mm", "58mm PT-210", "TM-T20III"))))  # type: ignore[arg-type]
    for start in range(0, len(data), 97):
        printer.feed(bytes(data[start : start + 97]))
    paper = printer.finish()
    if rng.random() < 0.02:
        paper.png()
    return paper.text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
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
