"""Which elements ePOS-Print XML has, which attributes each takes, and what their values may be."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from ticket_daemon.errors import DocumentError
from ticket_daemon.formats.epos.xml import EPOS, Element

#: Characters of a value that an error repeats.
_SHOWN: Final = 40

#: The value of an attribute's text. Raises ValueError that says what was expected.
Read = Callable[[str], Any]


class Item(NamedTuple):
    """An element that was found right, its attributes as values."""

    name: str
    values: Mapping[str, Any]
    text: str
    items: tuple[Item, ...]
    path: str


def _number(low: int, high: int) -> Read:
    def read(value: str) -> int:
        if not re.fullmatch(r"\s*\d{1,6}\s*", value) or not low <= int(value) <= high:
            raise ValueError(f"{low}-{high}")
        return int(value)

    return read


def _choice(*words: str) -> Read:
    def read(value: str) -> str:
        if value not in words:
            raise ValueError(" | ".join(words))
        return value

    return read


def _bool(value: str) -> bool:
    return _choice("true", "false", "1", "0")(value) in ("true", "1")


def _level(value: str) -> str:
    """How much of a symbol may be harmed; written with and without `level_`."""
    level = value.removeprefix("level_")
    if level not in ("l", "m", "q", "h", "default"):
        _BYTE(level)
    return level


_WORD: Final = _number(0, 65_535)
_BYTE: Final = _number(0, 255)
_ALIGN: Final = _choice("left", "center", "right")
_FONT: Final = _choice("font_a", "font_b", "font_c", "font_d", "font_e", "special_a", "special_b")
_STYLE: Final = _choice("thin", "medium", "thick", "thin_double", "medium_double", "thick_double")
_COLOR: Final = _choice("none", "color_1", "color_2", "color_3", "color_4")
_LINE: Final = {"x1": _WORD, "y1": _WORD, "x2": _WORD, "y2": _WORD, "style": _STYLE}

BARCODES: Final = {
    "upc_a": "upca", "upc_e": "upce", "ean13": "ean13", "jan13": "ean13", "ean8": "ean8", "jan8": "ean8",
    "code39": "code39", "code93": "code93", "code128": "code128", "code128_auto": "code128", "itf": "itf",
    "codabar": "codabar", "gs1_128": "gs1-128", "gs1_databar_omnidirectional": "DataBarOmni",
    "gs1_databar_truncated": "DataBarOmni", "gs1_databar_limited": "DataBarLimited",
    "gs1_databar_expanded": "DataBarExp",
}  # fmt: skip
SYMBOLS: Final = {
    "pdf417_standard": "pdf417", "pdf417_truncated": "pdf417", "qrcode_model_1": "qr", "qrcode_model_2": "qr",
    "qrcode_micro": "MicroQRCode", "azteccode_fullrange": "aztec", "azteccode_compact": "aztec",
    "datamatrix_square": "datamatrix", "datamatrix_rectangle_8": "datamatrix", "datamatrix_rectangle_12": "datamatrix",
    "datamatrix_rectangle_16": "datamatrix", "gs1_databar_stacked": "DataBarStk",
    "gs1_databar_stacked_omnidirectional": "DataBarStkOmni", "gs1_databar_expanded_stacked": "DataBarExpStk",
    **{f"maxicode_mode_{mode}": "MaxiCode" for mode in range(2, 7)},
}  # fmt: skip

_TEXT: Final[Mapping[str, Read]] = {
    "lang": str, "font": _FONT, "smooth": _bool, "dw": _bool, "dh": _bool, "width": _number(1, 8),
    "height": _number(1, 8), "reverse": _bool, "ul": _bool, "em": _bool, "color": _COLOR, "x": _WORD, "y": _WORD,
    "align": _ALIGN, "rotate": _bool, "linespc": _BYTE,
}  # fmt: skip
_CODE: Final[Mapping[str, Read]] = {"width": _BYTE, "height": _BYTE, "align": _ALIGN, "rotate": _bool}
_MARKS: Final[Mapping[str, Mapping[str, Read]]] = {
    "text": _TEXT,
    "image": {
        "width": _WORD, "height": _WORD, "color": _COLOR, "mode": _choice("mono", "gray16"), "align": _ALIGN,
        "rotate": _bool,
    },
    "logo": {"key1": _BYTE, "key2": _BYTE, "align": _ALIGN},
    "barcode": {
**_CODE,
        "type": _choice(*BARCODES), "hri": _choice("none", "above", "below", "both"), "font": _FONT,
    },
    "symbol": {
**_CODE,
        "type": _choice(*SYMBOLS), "size": _WORD,
        "level": _level,
    },
    "feed": {
        "unit": _BYTE, "line": _BYTE, "linespc": _BYTE,
        "pos": _choice("peeling", "cutting", "current_tof", "next_tof"),
    },
}  # fmt: skip
_ON_PAGE: Final[Mapping[str, Mapping[str, Read]]] = {
    **_MARKS,
    "area": {"x": _WORD, "y": _WORD, "width": _WORD, "height": _WORD},
    "direction": {"dir": _choice("left_to_right", "bottom_to_top", "right_to_left", "top_to_bottom")},
    "position": {"x": _WORD, "y": _WORD},
    "line": _LINE,
    "rectangle": _LINE,
}
#: Of elements that hold others: what those may be.
_INSIDE: Final[Mapping[str, Mapping[str, Mapping[str, Read]]]] = {"page": _ON_PAGE}
ELEMENTS: Final[Mapping[str, Mapping[str, Read]]] = {
**_MARKS,
    "hline": {"x1": _WORD, "x2": _WORD, "style": _STYLE},
    "vline-begin": {"x": _WORD, "style": _STYLE},
    "vline-end": {"x": _WORD, "style": _STYLE},
    "cut": {"type": _choice("no_feed", "feed", "reserve", "no_feed_fullcut", "feed_fullcut", "reserve_fullcut")},
    "pulse": {
        "drawer": _choice("drawer_1", "drawer_2"), "time": _choice(*(f"pulse_{n}" for n in range(100, 600, 100)))
    },
    "sound": {
        "pattern": _choice("none", *(f"pattern_{n}" for n in "abcde"), *map(str, range(11)), "error", "paper_end"),
        "repeat": _BYTE, "cycle": _WORD,
    },
    "page": {},
    "rotate-begin": {},
    "rotate-end": {},
    "layout": {},
    "recovery": {},
    "reset": {},
    "command": {},
}  # fmt: skip
_HOLDS_TEXT: Final = frozenset(("text", "image", "barcode", "symbol", "command"))


def items(document: Element) -> tuple[Item, ...]:
    """What an `epos-print` element asks for. Raises DocumentError with the path of the first fault."""
    _check_text(document, document.name)
    return _items(document, ELEMENTS, "")


def _items(parent: Element, known: Mapping[str, Mapping[str, Read]], above: str) -> tuple[Item, ...]:
    read = functools.partial(_item, known, above)
    return tuple(read(place, child) for place, child in enumerate(parent.children))


def _item(known: Mapping[str, Mapping[str, Read]], above: str, place: int, element: Element) -> Item:
    path = f"{above}{element.name[:_SHOWN]}[{place}]"
    attributes = known.get(element.name) if element.namespace == EPOS else None
    if attributes is None:
        raise DocumentError("epos.unknown_element", path=path, got=element.name[:_SHOWN])
    _check_text(element, path)
    inside = _INSIDE.get(element.name)
    if inside is None and element.children:
        raise DocumentError("epos.unknown_element", path=path, got=element.children[0].name[:_SHOWN])
    values = {name: _value(attributes, name, given, path) for name, given in element.attributes.items()}
    return Item(element.name, values, element.text, _items(element, inside, f"{path}/") if inside else (), path)


def _check_text(element: Element, path: str) -> None:
    """Text where none is printed would be lost without a word."""
    if element.name not in _HOLDS_TEXT and element.text.strip():
        raise DocumentError("epos.stray_text", path=path, got=repr(element.text.strip()[:_SHOWN]))


def _value(attributes: Mapping[str, Read], name: str, given: str, path: str) -> Any:
    """An attribute's value; one that nobody knows is taken as it is, and used by nobody."""
    try:
        return attributes.get(name, str)(given)
    except ValueError as wanted:
        raise DocumentError(
            "epos.bad_value", path=f"{path}.{name[:_SHOWN]}", got=repr(given[:_SHOWN]), expected=str(wanted)
        ) from None
