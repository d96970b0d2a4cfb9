"""The bars of each linear symbology: which thick and thin elements stand for which characters.

It knows the tables of the symbologies' standards and how their parts follow each other; it does not know dots, paper
or printers, nor whether data is allowed (barcode.py checks it first). It promises strings of *elements* that begin
and end with a bar and alternate bar and space: "1" to "4" are widths in modules, "n" and "w" a narrow and a wide one.

Sources: ISO/IEC 15420 (EAN/UPC), 16388 (Code 39), 15417 (Code 128), 16390 (ITF), EN 798 (Codabar), AIM USS-93
(Code 93).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

# --- EAN and UPC: a digit is two spaces and two bars, seven modules together ---

_DIGITS: Final = ("3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112")
_SETS: Final = {"L": _DIGITS, "G": tuple(digit[::-1] for digit in _DIGITS)}
_GUARD, _CENTRE, _UPCE_END = "111", "11111", "111111"

#: EAN-13: the first digit is told by the sets that draw the six after it.
_EAN13_SETS: Final = (
    "LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL",
)  # fmt: skip

#: UPC-E of number system 1: the check digit is told by the sets of the six digits. System 0 swaps L and G.
_UPCE_SETS: Final = ("LLLGGG", *_EAN13_SETS[1:])
_SWAP: Final = str.maketrans("LG", "GL")


def _digits(sets: str, digits: str) -> str:
    return "".join(_SETS[which][int(digit)] for which, digit in zip(sets, digits, strict=True))


def ean13(digits: str) -> str:
    """Elements of 13 digits."""
    left = _digits(_EAN13_SETS[int(digits[0])], digits[1:7])
    return _GUARD + left + _CENTRE + _digits("LLLLLL", digits[7:]) + _GUARD


def ean8(digits: str) -> str:
    """Elements of 8 digits."""
    return _GUARD + _digits("LLLL", digits[:4]) + _CENTRE + _digits("LLLL", digits[4:]) + _GUARD


def upca(digits: str) -> str:
    """Elements of 12 digits: the EAN-13 of the same digits with 0 before them."""
    return ean13("0" + digits)


def upce(digits: str) -> str:
    """Elements of 8 digits: number system, six, check digit."""
    sets = _UPCE_SETS[int(digits[7])]
    return _GUARD + _digits(sets if digits[0] == "1" else sets.translate(_SWAP), digits[1:7]) + _UPCE_END


# --- two-level codes: every element is narrow or wide ---

_CODE39: Final = {
    "0": "nnnwwnwnn", "1": "wnnwnnnnw", "2": "nnwwnnnnw", "3": "wnwwnnnnn", "4": "nnnwwnnnw", "5": "wnnwwnnnn",
    "6": "nnwwwnnnn", "7": "nnnwnnwnw", "8": "wnnwnnwnn", "9": "nnwwnnwnn", "A": "wnnnnwnnw", "B": "nnwnnwnnw",
    "C": "wnwnnwnnn", "D": "nnnnwwnnw", "E": "wnnnwwnnn", "F": "nnwnwwnnn", "G": "nnnnnwwnw", "H": "wnnnnwwnn",
    "I": "nnwnnwwnn", "J": "nnnnwwwnn", "K": "wnnnnnnww", "L": "nnwnnnnww", "M": "wnwnnnnwn", "N": "nnnnwnnww",
    "O": "wnnnwnnwn", "P": "nnwnwnnwn", "Q": "nnnnnnwww", "R": "wnnnnnwwn", "S": "nnwnnnwwn", "T": "nnnnwnwwn",
    "U": "wwnnnnnnw", "V": "nwwnnnnnw", "W": "wwwnnnnnn", "X": "nwnnwnnnw", "Y": "wwnnwnnnn", "Z": "nwwnwnnnn",
    "-": "nwnnnnwnw", ".": "wwnnnnwnn", " ": "nwwnnnwnn", "$": "nwnwnwnnn", "/": "nwnwnnnwn", "+": "nwnnnwnwn",
    "%": "nnnwnwnwn", "*": "nwnnwnwnn",
}  # fmt: skip
_CODABAR: Final = {
    "0": "nnnnnww", "1": "nnnnwwn", "2": "nnnwnnw", "3": "wwnnnnn", "4": "nnwnnwn", "5": "wnnnnwn", "6": "nwnnnnw",
    "7": "nwnnwnn", "8": "nwwnnnn", "9": "wnnwnnn", "-": "nnnwwnn", "$": "nnwwnnn", ":": "wnnnwnw", "/": "wnwnnnw",
    ".": "wnwnwnn", "+": "nnwnwnw", "A": "nnwwnwn", "B": "nwnwnnw", "C": "nnnwnww", "D": "nnnwwwn",
}  # fmt: skip
_ITF: Final = ("nnwwn", "wnnnw", "nwnnw", "wwnnn", "nnwnw", "wnwnn", "nwwnn", "nnnww", "wnnwn", "nwnwn")
_ITF_START, _ITF_STOP = "nnnn", "wnn"

CODE39_ALPHABET: Final = frozenset(_CODE39) - {"*"}
CODABAR_ENDS: Final = frozenset("ABCD")
CODABAR_ALPHABET: Final = frozenset(_CODABAR) - CODABAR_ENDS


def code39(text: str) -> str:
    """Elements of `text` with the start and stop asterisks added; a narrow space parts characters."""
    return "n".join(_CODE39[character] for character in f"*{text}*")


def codabar(text: str) -> str:
    """Elements of `text`, whose first and last are A to D; a narrow space parts characters."""
    return "n".join(_CODABAR[character] for character in text)


def itf(digits: str) -> str:
    """Elements of an even number of digits: of each two, the first is the bars and the second the spaces."""
    pairs = zip(digits[::2], digits[1::2], strict=True)
    woven = (bar + space for one, two in pairs for bar, space in zip(_ITF[int(one)], _ITF[int(two)], strict=True))
    return _ITF_START + "".join(woven) + _ITF_STOP


# --- Code 93: 47 values of nine modules, and ASCII by shifts ---

_CODE93: Final = (
    "131112", "111213", "111312", "111411", "121113", "121212", "121311", "111114", "131211", "141111",  # 0-9
    "211113", "211212", "211311", "221112", "221211", "231111", "112113", "112212", "112311", "122112",  # A-J
    "132111", "111123", "111222", "111321", "121122", "131121", "212112", "212211", "211122", "211221",  # K-T
    "221121", "222111", "112122", "112221", "122121", "123111",  # U-Z
    "121131", "311112", "311211", "321111", "112131", "113121", "211131",  # - . space $ / + %
    "121221", "312111", "311121", "122211",  # the shifts ($) (%) (/) (+)
)  # fmt: skip
_CODE93_PLAIN: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_DOLLAR, _PERCENT, _SLASH, _PLUS = 43, 44, 45, 46
_CODE93_END, _CODE93_BAR = "111141", "1"
_CODE93_MODULUS, _C_WEIGHTS, _K_WEIGHTS = 47, 20, 15

#: First of a run of ASCII characters -> its shift and the letter of the first.
_CODE93_RUNS: Final = (
    (0x00, _PERCENT, "U"), (0x01, _DOLLAR, "A"), (0x1B, _PERCENT, "A"), (0x21, _SLASH, "A"), (0x3A, _SLASH, "Z"),
    (0x3B, _PERCENT, "F"), (0x40, _PERCENT, "V"), (0x5B, _PERCENT, "K"), (0x60, _PERCENT, "W"), (0x61, _PLUS, "A"),
    (0x7B, _PERCENT, "P"),
)  # fmt: skip


def _code93_values(character: str) -> tuple[int, ...]:
    plain = _CODE93_PLAIN.find(character)
    if plain >= 0:
        return (plain,)
    first, shift, letter = next(run for run in reversed(_CODE93_RUNS) if run[0] <= ord(character))
    return shift, _CODE93_PLAIN.index(letter) + ord(character) - first


def _code93_check(values: Sequence[int], weights: int) -> int:
    return sum((index % weights + 1) * value for index, value in enumerate(reversed(values))) % _CODE93_MODULUS


def code93(text: str) -> str:
    """Elements of ASCII `text` with both check characters."""
    values = [value for character in text for value in _code93_values(character)]
    values.append(_code93_check(values, _C_WEIGHTS))
    values.append(_code93_check(values, _K_WEIGHTS))
    return _CODE93_END + "".join(_CODE93[value] for value in values) + _CODE93_END + _CODE93_BAR


# --- Code 128: 103 values of eleven modules, three starts and a stop ---

_CODE128: Final = (
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312",
    "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212",
    "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321", "232121",
    "111323", "131123", "131321", "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331",
    "132131", "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131", "311123",
    "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111", "111224", "111422", "121124",
    "121421", "141122", "141221", "112214", "112412", "122114", "122411", "142112", "142211", "241211", "221114",
    "413111", "241112", "134111", "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112",
    "421211", "212141", "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232",
)  # fmt: skip
_CODE128_STOP: Final = "2331112"
_CODE128_MODULUS: Final = 103


def code128(values: Iterable[int]) -> str:
    """Elements of symbol values, the first of which is a start (103 to 105); check and stop are added."""
    values = list(values)
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % _CODE128_MODULUS
    return "".join(_CODE128[value] for value in (*values, check)) + _CODE128_STOP
