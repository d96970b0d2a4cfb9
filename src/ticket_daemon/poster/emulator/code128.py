"""Code 128 and GS1-128: a printer's data bytes to symbol values, and those to bar widths (ISO/IEC 15417).

It knows the three code sets, Epson's `{` escapes and the rule that set C takes one byte 0-99 per digit pair (not ASCII
digits: APG 351); it does not know paper. It promises values with start, check and stop, or ValueError.
"""

from __future__ import annotations

import re
from typing import Final

_START: Final = {"A": 103, "B": 104, "C": 105}
_SWITCH: Final = {"A": 101, "B": 100, "C": 99}
_SHIFT, _FNC1, _FNC2, _FNC3, _STOP = 98, 102, 97, 96, 106

#: Values 0-106: widths of bar, space, bar, space, bar, space (eleven modules); the stop has a seventh, a bar.
_PATTERNS: Final = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
)
_WIDTHS: Final = _PATTERNS.split()


def widths(values: list[int]) -> list[int]:
    """Bar and space widths in modules."""
    return [int(width) for value in values for width in _WIDTHS[value]]


def _closed(values: list[int]) -> list[int]:
    """With the check character and the stop."""
    total = values[0] + sum(place * value for place, value in enumerate(values))
    return [*values, total % 103, _STOP]


def _value(code_set: str, byte: int) -> int:
    """The value of a character in set A or B."""
    if code_set == "A" and byte < 0x60:
        return byte - 0x20 if byte >= 0x20 else byte + 0x40
    if code_set == "B" and 0x20 <= byte < 0x80:
        return byte - 0x20
    raise ValueError(byte)


class _Epson:
    """GS k 73's data, read byte by byte in the current code set."""

    def __init__(self) -> None:
        self.values: list[int] = []
        self.told = bytearray()
        self.code_set = ""
        self.shifted = False

    def escape(self, letter: str) -> None:
        if letter in _START:
            self.values.append(_SWITCH[letter] if self.code_set else _START[letter])
            self.code_set = letter
        elif not self.code_set:
            raise ValueError(letter)
        elif letter == "1":
            self.values.append(_FNC1)
        elif self.code_set == "C":
            raise ValueError(letter)
        elif letter == "S":
            self.values.append(_SHIFT)
            self.shifted = True
        elif letter in ("2", "3", "4"):
            self.values.append({"2": _FNC2, "3": _FNC3, "4": _SWITCH[self.code_set]}[letter])
        elif letter == "{":
            self.character(ord("{"))
        else:
            raise ValueError(letter)

    def character(self, byte: int) -> None:
        if self.code_set == "C":
            if byte > 99:
                raise ValueError(byte)
            self.values.append(byte)
            self.told += b"%02d" % byte
            return
        code_set = {"A": "B", "B": "A"}[self.code_set] if self.shifted else self.code_set
        self.shifted = False
        self.values.append(_value(code_set, byte))
        self.told.append(byte)


def epson(data: bytes) -> tuple[list[int], str, bytes]:
    """GS k 73: values, human text, what a reader reads. Raises ValueError for what a printer would refuse."""
    if data[:2] not in (b"{A", b"{B", b"{C"):
        raise ValueError(data)
    state, place = _Epson(), 0
    while place < len(data):
        if data[place] == 0x7B:  # in set C too: 7Bh is above 99
            state.escape(chr(data[place + 1]) if place + 1 < len(data) else "")
            place += 2
        else:
            state.character(data[place])
            place += 1
    if not state.told:
        raise ValueError(data)
    return _closed(state.values), _human(bytes(state.told)), bytes(state.told)


def _human(data: bytes) -> str:
    """Control characters are printed as blanks under the bars."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else " " for byte in data)


_PAIRS: Final = re.compile(rb"\d{4,}")


def _chosen(data: bytes) -> list[int]:
    """The printer's own choice of sets: runs of four digits and more in C, the rest in B, or A for controls."""
    values: list[int] = []
    code_set = ""

    def switch(wanted: str) -> None:
        nonlocal code_set
        if wanted != code_set:
            values.append(_SWITCH[wanted] if code_set else _START[wanted])
            code_set = wanted

    place = 0
    while place < len(data):
        run = _PAIRS.match(data, place)
        if run:
            switch("C")
            end = place + len(run.group()) // 2 * 2
            values += [int(data[at : at + 2]) for at in range(place, end, 2)]
            place = end
            continue
        byte = data[place]
        switch("A" if byte < 0x20 else "B" if byte >= 0x60 or code_set in ("", "C") else code_set)
        values.append(_value(code_set, byte))
        place += 1
    return values


def automatic(data: bytes) -> tuple[list[int], str, bytes]:
    """GS k 79: plain ASCII, the sets chosen by the printer."""
    if not data:
        raise ValueError(data)
    return _closed(_chosen(data)), _human(data), data


_ESCAPES: Final = re.compile(rb"\{[1(){*]|[()* ]|[^{]")


def gs1(data: bytes) -> tuple[list[int], str, bytes]:
    """GS k 74: `(01)…` with parentheses printed, not encoded; `{1` FNC1, `*` the check digit of the run before it.

    FNC1 follows the start. In what a reader reads, an FNC1 inside is GS (1Dh).
    """
    encoded, hri = bytearray(), ""
    since = 0
    place = 0
    while place < len(data):
        token = _ESCAPES.match(data, place)
        if token is None:
            raise ValueError(data)
        sign, place = token.group(), token.end()
        if sign == b"{1":
            encoded.append(0x1D)
            continue
        if sign == b")":
            since = len(encoded)
        if sign == b"*":
            sign = _check(bytes(encoded[since:]))
        hri += sign[-1:].decode("ascii")
        if sign not in (b"(", b")", b" "):
            encoded += sign[-1:]
    if not encoded:
        raise ValueError(data)
    return _closed(_gs1_values(bytes(encoded))), hri, bytes(encoded)


def _check(digits: bytes) -> bytes:
    if not digits.isdigit():
        raise ValueError(digits)
    total = sum((byte - 0x30) * (3 if place % 2 == 0 else 1) for place, byte in enumerate(reversed(digits)))
    return b"%d" % (-total % 10)


def _gs1_values(encoded: bytes) -> list[int]:
    """Start, FNC1, then each part between separators; parts keep their own sets."""
    values: list[int] = []
    code_set = ""
    for part in encoded.split(b"\x1d"):
        chosen = _chosen(part) if part else []
        if not values:
            if not chosen:
                raise ValueError(encoded)
            values = [chosen[0], _FNC1, *chosen[1:]]
        else:
            values.append(_FNC1)
            if chosen:
                wanted = {103: "A", 104: "B", 105: "C"}[chosen[0]]
                values += chosen[1:] if wanted == code_set else [_SWITCH[wanted], *chosen[1:]]
        code_set = _ends_in(values)
    return values


def _ends_in(values: list[int]) -> str:
    """The code set after these values."""
    code_set = {103: "A", 104: "B", 105: "C"}[values[0]]
    for value in values[1:]:
        if value >= 99 and value in (99, 100, 101):
            code_set = {99: "C", 100: "B", 101: "A"}[value]
    return code_set
