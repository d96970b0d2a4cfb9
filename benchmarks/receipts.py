"""What the render benchmark prints: one receipt of forty lines, as each engine is given it.

It knows the receipt and how to write it for this project, for python-escpos, and as plain data for the JavaScript
engines (engines.mjs); it does not know clocks. It promises that every receipt has its own number, barcode and QR, as
in a shop, so that nobody's cache prints the same ticket twice, and that each engine gets what it likes best:
python-escpos lines that are laid out already (3.1 has no tables) and one printer object for all receipts.
"""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Callable
from typing import Any, Final

LOGO_WIDTH, LOGO_HEIGHT = 384, 200  #: dots

TITLE: Final = "CAFÉ LA NUBE"
HEAD: Final = ("Calle del Pez 12, 28004 Madrid", "CIF B12345678")
COLUMNS: Final = (("Cant", 5, "right"), ("Producto", 31, "left"), ("Importe", 10, "right"))
ROWS: Final = tuple(
    (str(number % 3 + 1), name, f"{number * 1.35 + 1.2:.2f} €")
    for number, name in enumerate(
        (
            "Café con leche", "Café solo", "Tostada con tomate", "Zumo de naranja natural", "Croissant",
            "Bocadillo de jamón", "Tortilla de patatas", "Agua mineral", "Cerveza de barril", "Piña en almíbar",
            "Ensalada mixta", "Calamares a la romana", "Pan", "Flan casero", "Té verde", "Mosto",
            "Churros con chocolate", "Aceitunas", "Patatas bravas", "Caña pequeña",
        )
    )
)  # fmt: skip
TOTALS: Final = (("Base", "221.32 €"), ("IVA 10%", "22.13 €"), ("TOTAL", "243.45 €"))
FIRST_EAN: Final = 750103000000  #: the check digit is the engines' work
LINK: Final = "https://example.com/t/"
THANKS: Final = ("¡Gracias por su visita!", "Vuelva pronto", "www.example.com")


def logo(seed: int = 0) -> bytes:
    """A PNG of 384x200 grey pixels: rings over a slope, so that dithering has work; another for each seed."""
    from PIL import Image

    def shade(x: int, y: int) -> int:
        ring = math.sin(math.hypot(x - LOGO_WIDTH / 2, y - LOGO_HEIGHT / 2) / 6 + seed)
        return int(min(255, max(0, 128 + 80 * ring + (x - LOGO_WIDTH / 2) / 4)))

    grey = bytes(shade(x, y) for y in range(LOGO_HEIGHT) for x in range(LOGO_WIDTH))
    out = io.BytesIO()
    Image.frombytes("L", (LOGO_WIDTH, LOGO_HEIGHT), grey).save(out, "PNG")
    return out.getvalue()


def numbered(number: int) -> tuple[str, str, str]:
    """What receipt `number` has of its own: a line, the barcode's twelve digits, the QR's link."""
    return f"Ticket 2024-{number:06}   Mesa 7", str(FIRST_EAN + number), f"{LINK}{number:06}"


def document(number: int, png: bytes | None = None) -> str:
    """The receipt as this project's JSON text."""
    ticket, ean, link = numbered(number)

    def text(words: str, align: str = "left", **style: Any) -> dict[str, Any]:
        content = {"text": words, "align": align} | ({"content_style": style} if style else {})
        return {"type": "text", "data": {"content": content}}

    columns = [{"name": name, "width": width, "align": align} for name, width, align in COLUMNS]
    picture = [{"type": "image", "data": {"code": base64.b64encode(png).decode(), "pixel_width": 384}}] if png else []
    commands = [
        *picture,
        text(TITLE, "center", bold=True, size="2x2"),
        *(text(line, "center") for line in (*HEAD, ticket)),
        {"type": "separator", "data": {}},
        {"type": "table", "data": {"definition": {"columns": columns}, "rows": ROWS}},
        {"type": "separator", "data": {}},
        *(text(f"{name}  {amount:>10}", "right", bold=name == "TOTAL") for name, amount in TOTALS),
        {"type": "barcode", "data": {"symbology": "ean13", "data": ean, "width": 2}},
        {"type": "qr", "data": {"data": link, "pixel_width": 200}},
        *(text(line, "center") for line in THANKS),
        {"type": "cut", "data": {}},
    ]
    whole = {"version": "1.0", "profile": {"model": "TM-T20III"}, "commands": commands}
    return json.dumps(whole, ensure_ascii=False)


def plain(png: bytes | None = None) -> dict[str, Any]:
    """The receipt as data, for other languages."""
    picture = base64.b64encode(png).decode() if png else None
    return {
        "title": TITLE, "head": HEAD, "columns": COLUMNS, "rows": ROWS, "totals": TOTALS, "first_ean": FIRST_EAN,
        "link": LINK, "thanks": THANKS, "logo": picture,
    }  # fmt: skip


def python_escpos(png: bytes | None = None) -> Callable[[int], bytes]:
    """A function that makes the receipt of a number with python-escpos, from the PNG's bytes where there is a logo."""
    from escpos.constants import QR_ECLEVEL_M
    from escpos.printer import Dummy
    from PIL import Image

    printer = Dummy(profile="TM-T20II")  # the nearest that it knows

    def line(cells: tuple[str, ...]) -> str:
        count, name, amount = cells
        return f"{count:>5} {name:<31} {amount:>10}\n"

    def receipt(number: int) -> bytes:
        ticket, ean, link = numbered(number)
        printer.clear()
        printer.hw("INIT")
        if png is not None:
            printer.image(Image.open(io.BytesIO(png)), center=True)
        printer.set(align="center", bold=True, double_width=True, double_height=True)
        printer.text(TITLE + "\n")
        printer.set(align="center", bold=False, normal_textsize=True)
        for words in (*HEAD, ticket):
            printer.text(words + "\n")
        printer.set(align="left")
        printer.text("-" * 48 + "\n")
        printer.set(bold=True)
        printer.text(line(tuple(name for name, _, _ in COLUMNS)))
        printer.set(bold=False)
        for row in ROWS:
            printer.text(line(row))
        printer.text("-" * 48 + "\n")
        printer.set(align="right")
        for name, amount in TOTALS:
            printer.set(bold=name == "TOTAL")
            printer.text(f"{name}  {amount:>10}\n")
        printer.set(bold=False, align="center")
        printer.barcode(ean, "EAN13", width=2, height=64)
        printer.qr(link, native=True, ec=QR_ECLEVEL_M, size=6)
        for words in THANKS:
            printer.text(words + "\n")
        printer.cut(mode="PART")
        return bytes(printer.output)

    return receipt
