"""Writes the line-breaking classes of all characters to `poster/layout/data/line_breaks.bin`, from uniseg's tables.

    python tools/make_line_breaks.py

The file: zlib over pairs of a run's length (three little-endian bytes) and its class (one byte, a place in `CLASSES`).
"""

from __future__ import annotations

import unicodedata
import zlib
from itertools import groupby
from pathlib import Path

from uniseg.linebreak import line_break

from ticket_daemon.poster.layout.linebreak import CLASSES

TARGET = Path(__file__).parent.parent / "src/ticket_daemon/poster/layout/data/line_breaks.bin"
#: LB1, and what is told apart only by rules for scripts that receipts are not written in (LB28a), or newer names.
RESOLVED = {"AI": "AL", "SG": "AL", "XX": "AL", "CJ": "NS", "AK": "AL", "AS": "AL", "AP": "AL", "VI": "CM", "VF": "CM",
            "HH": "BA", "LF": "BK", "CR": "BK", "NL": "BK"}  # fmt: skip


def resolved(point: int) -> int:
    name = str(line_break(chr(point)).value)
    if name == "SA":
        name = "CM" if unicodedata.category(chr(point)) in ("Mn", "Mc") else "AL"
    return CLASSES.index(RESOLVED.get(name, name))


def main() -> None:
    data = b""
    for kind, run in groupby(map(resolved, range(0x110000))):
        data += len(list(run)).to_bytes(3, "little") + bytes((kind,))
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(zlib.compress(data, 9))
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
