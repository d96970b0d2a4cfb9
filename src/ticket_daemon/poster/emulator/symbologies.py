"""One-dimensional symbols as bars, from the bytes a printer receives.

It knows the symbologies' rules and bar patterns (ISO/IEC 15420, 16388, 16390, 15417; AIM for Codabar and Code 93) and
the printer's own habits (check digits added, `*` added, odd ITF digit dropped: docs/escpos.md); it does not know
paper. It promises bars that an independent reader reads back as `data`, or BadData.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from ticket_daemon.poster.emulator import code128

#: Dots of a thick element for a thin one of GS w 2 to 6 dots. Source: T88III 155.
THICK: Final = {1: 3, 2: 5, 3: 8, 4: 10, 5: 13, 6: 16}


class BadData(ValueError):
    """The data breaks the symbology's rules: a printer prints nothing."""


class Bars(Struct, frozen=True):
    """`widths` in dots: bar, space, bar … ; `hri` the text for people; `data` what a reader reads."""

    widths: tuple[int, ...]
    hri: str
    data: bytes


KINDS: Final = {
    65: "upca", 66: "upce", 67: "ean13", 68: "ean8", 69: "code39", 70: "itf", 71: "codabar", 72: "code93",
    73: "code128", 74: "gs1-128", 75: "databar", 76: "databar-truncated", 77: "databar-limited",
    78: "databar-expanded", 79: "code128",
}  # fmt: skip


def bars(m: int, data: bytes, module: int) -> Bars:
    """GS k m (65 and up; form A's 0-6 are 65-71) with a narrow bar of `module` dots. Raises BadData."""
    if m in (69, 70, 71):
        return {69: _code39, 70: _itf, 71: _codabar}[m](data, module)
    widths, hri, told = _modular(m, data)
    return Bars(tuple(width * module for width in widths), hri, told)


def _modular(m: int, data: bytes) -> tuple[list[int], str, bytes]:
    """Widths in modules, human text and data of the symbologies whose elements are 1 to 4 modules wide."""
    if m in (73, 74, 79):
        try:
            values, hri, told = {73: code128.epson, 74: code128.gs1, 79: code128.automatic}[m](data)
        except ValueError as error:
            raise BadData from error
        return code128.widths(values), hri, told
    if m == 72:
        return _code93(data)
    digits = _digits(data)
    if m == 67:
        digits = _checked(digits, 13)
        return _ean13(digits), digits, digits.encode()
    if m == 68:
        digits = _checked(digits, 8)
        return _ean8(digits), digits, digits.encode()
    if m == 65:
        digits = _checked(digits, 12)
        return _ean13("0" + digits), digits, digits.encode()
    if m == 66:
        return _upce(digits)
    raise BadData


def _digits(data: bytes) -> str:
    if not data.isdigit():
        raise BadData
    return data.decode("ascii")


def check_digit(digits: str) -> str:
    """The GS1 check digit: weights 3 and 1 from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _checked(digits: str, length: int) -> str:
    """`length` digits, the last one computed where it was left out and right where it was not."""
    if len(digits) == length - 1:
        return digits + check_digit(digits)
    if len(digits) != length or check_digit(digits[:-1]) != digits[-1]:
        raise BadData
    return digits


# --- EAN and UPC ---

#: Elements of each digit in set A (odd parity): space, bar, space, bar. Set B is the mirror, set C the inverse.
_EAN: Final = ("3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112")
#: The left half's parities that tell EAN-13's first digit.
_PARITY: Final = (
    "AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB", "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA",
)  # fmt: skip


def _ean13(digits: str) -> list[int]:
    pairs = zip(digits[1:7], _PARITY[int(digits[0])], strict=True)
    left = "".join(_EAN[int(digit)][:: 1 if parity == "A" else -1] for digit, parity in pairs)
    right = "".join(_EAN[int(digit)] for digit in digits[7:])
    return [int(width) for width in "111" + left + "11111" + right + "111"]


def _ean8(digits: str) -> list[int]:
    left, right = ("".join(_EAN[int(digit)] for digit in half) for half in (digits[:4], digits[4:]))
    return [int(width) for width in "111" + left + "11111" + right + "111"]


#: UPC-E's parities by check digit, for number system 0; 1 swaps A and B.
_UPCE_PARITY: Final = (
    "BBBAAA", "BBABAA", "BBAABA", "BBAAAB", "BABBAA", "BAABBA", "BAAABB", "BABABA", "BABAAB", "BAABAB",
)  # fmt: skip


def _upce(digits: str) -> tuple[list[int], str, bytes]:
    """6 digits, 7 or 8 with the number system and the check digit, or 11-12 of the UPC-A that it shortens."""
    if len(digits) in (11, 12):
        full = _checked(digits, 12)
        short = _suppressed(full)
    else:
        if len(digits) == 6:
            digits = "0" + digits
        if len(digits) not in (7, 8) or digits[0] != "0":
            raise BadData
        short = digits[1:7]
        full = _checked(_expanded(short) + digits[7:], 12)
    parity = _UPCE_PARITY[int(full[-1])]
    elements = "".join(_EAN[int(digit)][:: 1 if p == "A" else -1] for digit, p in zip(short, parity, strict=True))
    hri = "0" + short + full[-1]
    return [int(width) for width in "111" + elements + "111111"], hri, hri.encode()


def _suppressed(full: str) -> str:
    """The six digits of a UPC-A whose zeros can be left out."""
    maker, item = full[1:6], full[6:11]
    if full[0] != "0":
        raise BadData
    if maker[2] in "012" and maker[3:] == "00" and item[:2] == "00":
        return maker[:2] + item[2:] + maker[2]
    if maker[3:] == "00" and item[:3] == "000":
        return maker[:3] + item[3:] + "3"
    if maker[4] == "0" and item[:4] == "0000":
        return maker[:4] + item[4] + "4"
    if item[:4] == "0000" and item[4] in "56789":
        return maker + item[4]
    raise BadData


def _expanded(short: str) -> str:
    """The UPC-A without check digit that six digits stand for."""
    last = short[5]
    if last in "012":
        return "0" + short[:2] + last + "0000" + short[2:5]
    if last == "3":
        return "0" + short[:3] + "00000" + short[3:5]
    if last == "4":
        return "0" + short[:4] + "00000" + short[4]
    return "0" + short[:5] + "0000" + last


# --- thin and thick ---

#: Code 39: nine elements a character, bar first, 1 thick.
_CODE39_PATTERNS: Final = (
    "000110100 100100001 001100001 101100000 000110001 100110000 001110000 000100101 100100100 001100100 "
    "100001001 001001001 101001000 000011001 100011000 001011000 000001101 100001100 001001100 000011100 "
    "100000011 001000011 101000010 000010011 100010010 001010010 000000111 100000110 001000110 000010110 "
    "110000001 011000001 111000000 010010001 110010000 011010000 010000101 110000100 011000100 010010100 "
    "010101000 010100010 010001010 000101010"
)
_CODE39: Final = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. *$/+%", _CODE39_PATTERNS.split(), strict=True))
_ITF: Final = ("00110", "10001", "01001", "11000", "00101", "10100", "01100", "00011", "10010", "01010")
#: Codabar: seven elements a character, bar first, 1 thick.
_CODABAR_PATTERNS: Final = (
    "0000011 0000110 0001001 1100000 0010010 1000010 0100001 0100100 0110000 1001000 "
    "0001100 0011000 1000101 1010001 1010100 0010101 0011010 0101001 0001011 0001110"
)
_CODABAR: Final = dict(zip("0123456789-$:/.+ABCD", _CODABAR_PATTERNS.split(), strict=True))


def _two_widths(elements: str, module: int) -> tuple[int, ...]:
    thick = THICK.get(module, module * 5 // 2)
    return tuple(thick if element == "1" else module for element in elements)


def _ascii(data: bytes) -> str:
    if not data.isascii():
        raise BadData
    return data.decode("ascii")


def _code39(data: bytes, module: int) -> Bars:
    text = _ascii(data)
    text = text if text.startswith("*") else "*" + text
    text = text if text.endswith("*") and len(text) > 1 else text + "*"
    inside = text[1:-1]
    if not inside or "*" in inside or any(character not in _CODE39 for character in inside):
        raise BadData
    elements = "0".join(_CODE39[character] for character in text)
    return Bars(_two_widths(elements, module), text, inside.encode())


def _itf(data: bytes, module: int) -> Bars:
    digits = _digits(data)
    digits = digits[: len(digits) // 2 * 2]  # an odd last digit is ignored [FENIX]
    if not digits:
        raise BadData
    elements = "0000"
    for first, second in zip(digits[::2], digits[1::2], strict=True):
        elements += "".join(a + b for a, b in zip(_ITF[int(first)], _ITF[int(second)], strict=True))
    return Bars(_two_widths(elements + "100", module), digits, digits.encode())


def _codabar(data: bytes, module: int) -> Bars:
    text = _ascii(data).upper()
    letters = "ABCD"
    if len(text) < 3 or text[0] not in letters or text[-1] not in letters:
        raise BadData
    if any(character not in _CODABAR or character in letters for character in text[1:-1]):
        raise BadData
    elements = "0".join(_CODABAR[character] for character in text)
    return Bars(_two_widths(elements, module), text, text.encode())


# --- Code 93 ---

#: Values 0-46 and the start/stop sign: widths of bar, space, bar, space, bar, space (nine modules).
_CODE93_PATTERNS: Final = (
    "131112 111213 111312 111411 121113 121212 121311 111114 131211 141111 211113 211212 211311 221112 221211 231111 "
    "112113 112212 112311 122112 132111 111123 111222 111321 121122 131121 212112 212211 211122 211221 221121 222111 "
    "112122 112221 122121 123111 121131 311112 311211 321111 112131 113121 211131 121221 312111 311121 122211 111141"
)
_CODE93: Final = _CODE93_PATTERNS.split()
_CODE93_SIGNS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_SHIFT_DOLLAR, _SHIFT_PERCENT, _SHIFT_SLASH, _SHIFT_PLUS, _CODE93_START = 43, 44, 45, 46, 47


def _code93_values(byte: int) -> list[int]:
    """One value, or a shift and a letter: every ASCII character has its way."""
    character = chr(byte)
    if character in _CODE93_SIGNS:
        return [_CODE93_SIGNS.index(character)]
    for first, last, shift, letter in (
        (0x01, 0x1A, _SHIFT_DOLLAR, "A"), (0x1B, 0x1F, _SHIFT_PERCENT, "A"), (0x21, 0x3A, _SHIFT_SLASH, "A"),
        (0x3B, 0x3F, _SHIFT_PERCENT, "F"), (0x5B, 0x5F, _SHIFT_PERCENT, "K"), (0x61, 0x7A, _SHIFT_PLUS, "A"),
        (0x7B, 0x7F, _SHIFT_PERCENT, "P"), (0x00, 0x00, _SHIFT_PERCENT, "U"), (0x40, 0x40, _SHIFT_PERCENT, "V"),
        (0x60, 0x60, _SHIFT_PERCENT, "W"),
    ):  # fmt: skip
        if first <= byte <= last:
            return [shift, _CODE93_SIGNS.index(letter) + byte - first]
    raise BadData


def _code93(data: bytes) -> tuple[list[int], str, bytes]:
    values = [value for byte in data for value in _code93_values(byte)]
    if not values:
        raise BadData
    for longest in (20, 15):  # the check characters C and K, with their greatest weights
        weighted = (value * (place % longest + 1) for place, value in enumerate(reversed(values)))
        values.append(sum(weighted) % 47)
    elements = "".join(_CODE93[value] for value in (_CODE93_START, *values, _CODE93_START)) + "1"
    hri = "".join(chr(byte) if 0x20 <= byte < 0x7F else " " for byte in data)
    return [int(width) for width in elements], hri, data
