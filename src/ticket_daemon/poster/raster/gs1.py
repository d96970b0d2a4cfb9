"""GS1 element strings: application identifiers (AI), their lengths and check digits.

It knows which elements have a length given beforehand and so need no separator after them, and which end in a check
digit; it does not know the meaning of the hundreds of AIs, nor bars or printers. It promises that what it lets
through is separated as a reader expects it, and that a wrong length or check digit is a Fault.

Two forms are taken: "(01)09501101530003(10)AB-12", and the bare string with GS (1Dh) where a separator goes.
Source: GS1 General Specifications 5.10.1 (concatenation), 7.9.1 (check digit), 7.11 (character set 82).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ticket_daemon.messages import Phrase
from ticket_daemon.poster.document.model import Fault
from ticket_daemon.poster.raster.code128 import FNC1

SEPARATOR: Final = "\x1d"

_AI: Final = re.compile(r"\(([0-9]{2,4})\)")
_OUTSIDE_SET_82: Final = re.compile(r"[^!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]")

#: First two digits of an AI -> characters of the element with its AI. All are digits.
_PREDEFINED: Final = {
    "00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "20": 4, "41": 16,
    **dict.fromkeys(("11", "12", "13", "14", "15", "16", "17", "18", "19"), 8),
    **dict.fromkeys(("31", "32", "33", "34", "35", "36"), 10),
}  # fmt: skip
_CHECKED: Final = frozenset(
    ("00", "01", "02", "03", "410", "411", "412", "413", "414", "415", "416", "417")
)  # SSCC, GTINs, GLNs


class Elements(NamedTuple):
    """`encoded` as it goes into the bars, FNC1 first; `shown` for people; `escaped` as GS k 74 wants it."""

    encoded: str
    shown: str
    escaped: bytes


def check_digit(digits: str) -> str:
    """The GS1 check digit of `digits`: weights 3 and 1 from the right, up to the next ten. UPC and EAN share it."""
    total = 3 * sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2]))
    return str(-total % 10)


def elements(data: str) -> Elements:
    """The element string in `data`. Raises Fault with field "data"."""
    return _bracketed(data) if data.startswith("(") else _bare(data)


def _bracketed(data: str) -> Elements:
    pieces = _AI.split(data)  # "", ai, value, ai, value, …
    if pieces[0] or len(pieces) < 3:
        raise _fault("gs1.no_ai")
    pairs = [(ai, _value(ai, value)) for ai, value in zip(pieces[1::2], pieces[2::2], strict=True)]
    encoded, escaped = FNC1, ""
    for index, (ai, value) in enumerate(pairs):
        separate = ai[:2] not in _PREDEFINED and index + 1 < len(pairs)
        encoded += ai + value + (FNC1 if separate else "")
        escaped += f"({ai}){_escape(value)}" + ("{1" if separate else "")
    return Elements(encoded, "".join(f"({ai}){value}" for ai, value in pairs), escaped.encode("ascii"))


def _bare(data: str) -> Elements:
    parts = data.strip(SEPARATOR).split(SEPARATOR)
    for part in parts:
        _check_alphabet(part)
        if not part[:2].isdigit() or len(part) < 3:
            raise _fault("gs1.no_ai")
    escaped = "{1".join(map(_escape, parts))
    return Elements(FNC1 + FNC1.join(parts), " ".join(parts), escaped.encode("ascii"))


def _value(ai: str, value: str) -> str:
    """The element's value, its check digit added where it was left out."""
    _check_alphabet(value)
    if not value:
        raise _fault("gs1.empty", ai=ai)
    whole = _PREDEFINED.get(ai[:2])
    if whole is None:
        return value
    length = whole - len(ai)
    if not value.isdigit() or (len(value) != length and not (ai in _CHECKED and len(value) == length - 1)):
        raise _fault("gs1.length", ai=ai, length=length, got=len(value))
    if ai not in _CHECKED:
        return value
    expected = check_digit(value[: length - 1])
    if len(value) == length and value[-1] != expected:
        raise Fault("barcode.check_digit", "data", symbology=f"({ai})", expected=expected, got=value[-1])
    return value[: length - 1] + expected


def _check_alphabet(value: str) -> None:
    if bad := _OUTSIDE_SET_82.search(value):
        raise Fault("barcode.alphabet", "data", symbology="gs1-128", got=repr(bad.group()))


def _escape(value: str) -> str:
    """Parentheses that are data and the asterisk, which would ask for a check digit. Source: Epson TM-J2000 p. 348."""
    return re.sub(r"([()*])", r"{\1", value)


def _fault(key: str, **parameters: object) -> Fault:
    return Fault("barcode.gs1", "data", detail=Phrase(key, parameters))
