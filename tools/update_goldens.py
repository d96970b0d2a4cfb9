"""Write what the golden receipts are expected to print: bytes, outline and picture.

    python tools/update_goldens.py              write them all
    python tools/update_goldens.py taqueria     only these
    python tools/update_goldens.py --check      say which would change; exit code 1 when one would

Look at every picture that changed before you keep it. Beside `NAME.json` in tests/golden/receipts stand:

NAME.bin      the printer's bytes; none where system fonts draw (their versions differ from machine to machine)
NAME.outline  there instead: one line for each command, pictures by their size, which no font changes
NAME.png      the paper as the emulator draws it from the bytes
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from ticket_daemon.poster.emulator import draw
from ticket_daemon.poster.escpos import parse
from ticket_daemon.poster.escpos.characters import Print
from ticket_daemon.poster.escpos.graphics import RasterImage
from ticket_daemon.poster.render import Rendered, render_ticket

RECEIPTS: Final = Path(__file__).resolve().parents[1] / "tests" / "golden" / "receipts"
#: Receipts with lines in scripts that only system fonts have, and the Debian packages that bring them.
FONT_DRAWN: Final = {"baqala": "fonts-noto-core", "kissaten": "fonts-noto-cjk", "noodle_thai": "fonts-noto-core"}


def names() -> list[str]:
    """Every receipt there is."""
    return sorted(path.stem for path in RECEIPTS.glob("*.json"))


def rendered(name: str) -> Rendered:
    """The receipt as the engine renders it now, for its own model."""
    return render_ticket((RECEIPTS / f"{name}.json").read_bytes())


def outline(data: bytes) -> str:
    """The commands of `data`, one a line. Equal wherever the same fonts draw other dots in the same place."""
    lines = []
    for command, _, _ in parse(data):
        if isinstance(command, RasterImage):
            lines.append(f"RasterImage {command.x} bytes x {command.y} rows")
        elif isinstance(command, Print):
            lines.append(f"Print {command.data!r}")
        else:
            lines.append(repr(command))
    return "\n".join(lines) + "\n"


def expected(name: str) -> dict[str, bytes]:
    """File name -> content, as the engine makes them now."""
    made = rendered(name)
    exact = {f"{name}.outline": outline(made.data).encode()} if name in FONT_DRAWN else {f"{name}.bin": made.data}
    return {**exact, f"{name}.png": draw(made.data, made.profile).png()}


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    chosen = [argument for argument in arguments if argument != "--check"] or names()
    changed = 0
    for name in chosen:
        for file, content in expected(name).items():
            path = RECEIPTS / file
            if not path.exists() or path.read_bytes() != content:
                changed += 1
                print(f"{'would change' if check else 'written'}: {path.relative_to(RECEIPTS.parents[2])}")
                if not check:
                    path.write_bytes(content)
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
