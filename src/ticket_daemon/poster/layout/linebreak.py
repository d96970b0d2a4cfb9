"""Where a line may be broken: Unicode's line breaking algorithm (UAX #14), without a dictionary for Thai, Lao or Khmer.

The rules are named as the standard names them. A character's class comes from a table
(tools/make_line_breaks.py); a pair of classes says whether a break may stand between them, but for the few rules that
look further.
"""

from __future__ import annotations

import functools
import unicodedata
import zlib
from array import array
from bisect import bisect_right
from importlib import resources
from itertools import accumulate
from typing import Final

CLASSES: Final = (
    "AL", "BK", "ZW", "SP", "ZWJ", "CM", "WJ", "GL", "BA", "HY", "CL", "CP", "EX", "IS", "SY", "OP", "QU", "NS", "B2",
    "CB", "BB", "HL", "IN", "NU", "PR", "PO", "ID", "EB", "EM", "JL", "JV", "JT", "H2", "H3", "RI",
)  # fmt: skip
_LETTERS: Final = ("AL", "HL")
_SYLLABLES: Final = ("JL", "JV", "JT", "H2", "H3")

#: (before, after): no break between them (LB11 to LB30, where nothing else need be known).
_TOGETHER: Final = frozenset(
    (first, second)
    for firsts, seconds in (
        (CLASSES, ("WJ", "CL", "CP", "EX", "IS", "SY", "BA", "HY", "NS", "IN")),  # LB11, LB13, LB21, LB22
        (("WJ", "GL", "BB"), CLASSES),  # LB11, LB12, LB21
        (set(CLASSES) - {"SP", "BA", "HY"}, ("GL",)),  # LB12a
        (("SY",), ("HL",)),  # LB21b
        (_LETTERS, ("NU",)), (("NU",), _LETTERS),  # LB23
        (("PR",), ("ID", "EB", "EM")), (("ID", "EB", "EM"), ("PO",)),  # LB23a
        (("PR", "PO"), _LETTERS), (_LETTERS, ("PR", "PO")),  # LB24
        (("NU",), ("PO", "PR")), (("PO", "PR", "HY", "IS", "NU"), ("NU",)),  # LB25
        (("JL",), ("JL", "JV", "H2", "H3")), (("JV", "H2"), ("JV", "JT")), (("JT", "H3"), ("JT",)),  # LB26
        (_SYLLABLES, ("PO",)), (("PR",), _SYLLABLES),  # LB27
        ((*_LETTERS, "IS"), _LETTERS),  # LB28, LB29
        (("EB",), ("EM",)),  # LB30b
    )
    for first in firsts
    for second in seconds
)  # fmt: skip
_WIDE: Final = frozenset("FWH")


@functools.cache
def _table() -> tuple[array[int], bytes]:
    data = zlib.decompress(resources.files(__package__).joinpath("data/line_breaks.bin").read_bytes())
    lengths = (int.from_bytes(data[place : place + 3], "little") for place in range(0, len(data), 4))
    return array("L", accumulate(lengths)), data[3::4]


@functools.lru_cache(maxsize=4096)
def line_break_class(char: str) -> str:
    """The class of `char`, LB1 applied."""
    ends, classes = _table()
    return CLASSES[classes[bisect_right(ends, ord(char))]]


def breaks(text: str) -> list[int]:
    """The places in `text` (one line) before which it may be broken."""
    found: list[int] = []
    kinds = _without_marks(text)
    solid = 0  # the last place that is no space
    regional = 0
    for place in range(1, len(text)):
        before, after = kinds[place - 1], kinds[place]
        if kinds[solid] == "RI" and solid == place - 1:
            regional += 1
        elif before != "":
            regional = 0
        if _may_break(text, kinds, place, solid, regional):
            found.append(place)
        if after not in ("SP", ""):
            solid = place
    return found


def _without_marks(text: str) -> list[str]:
    """The classes, with "" for what belongs to the character before it (LB9) and AL for marks without one (LB10)."""
    kinds: list[str] = []
    base = "SP"
    for char in text:
        kind = line_break_class(char)
        if kind in ("CM", "ZWJ"):
            if base in ("SP", "BK", "ZW"):
                kind = base = "AL"
            else:
                kind = ""
        else:
            base = kind
        kinds.append(kind)
    return kinds


def _may_break(text: str, kinds: list[str], place: int, solid: int, regional: int) -> bool:
    after = kinds[place]
    if after in ("", "SP", "ZW", "BK"):  # LB9, LB7, LB6
        return False
    first = kinds[solid]
    if kinds[place - 1] == "BK" or first == "ZW":  # LB4, LB8
        return True
    if text[place - 1] == "\u200d":  # LB8a
        return False
    spaced = kinds[place - 1] == "SP"
    if first == "OP" and solid < place:  # LB14
        return False
    if after == "IS" and spaced and _next(kinds, place) == "NU":  # LB15c
        return True
    if after in ("WJ", "CL", "CP", "EX", "IS", "SY"):  # LB11, LB13
        return False
    if (first in ("CL", "CP") and after == "NS") or (first == after == "B2"):  # LB16, LB17
        return False
    if _quoted(text, kinds, place, solid):
        return False
    if spaced:  # LB18
        return True
    if _beside_quotation(text, kinds, place, solid):
        return False
    if "CB" in (first, after):  # LB20, behind what binds to anything
        return "GL" not in (first, after) and first != "WJ"
    if (first, after) in _TOGETHER:
        return False
    return not _further(text, kinds, place, solid, regional)


def _quoted(text: str, kinds: list[str], place: int, solid: int) -> bool:
    """LB15a, LB15b: an opening quotation mark keeps what follows, a closing one what is before, spaces or not."""
    if kinds[solid] == "QU" and unicodedata.category(text[solid]) == "Pi":
        return solid == 0 or kinds[solid - 1] in ("BK", "OP", "QU", "GL", "SP", "ZW")
    if kinds[place] == "QU" and unicodedata.category(text[place]) == "Pf":
        after = _next(kinds, place)
        return after in ("", "SP", "GL", "WJ", "CL", "QU", "CP", "EX", "IS", "SY", "BK", "ZW")
    return False


def _beside_quotation(text: str, kinds: list[str], place: int, solid: int) -> bool:
    """LB19, LB19a: quotation marks keep to both sides, but among ideographs an opening one is parted from what is
    before it, a closing one from what follows."""
    if kinds[place] == "QU":
        end = _next_place(kinds, place)
        between = _is_wide(text[solid]) and end < len(text) and _is_wide(text[end])
        if unicodedata.category(text[place]) != "Pi" or not between:
            return True
    if kinds[solid] == "QU":
        between = _is_wide(text[place]) and solid > 0 and _is_wide(text[_base(kinds, solid - 1)])
        return unicodedata.category(text[solid]) != "Pf" or not between
    return False


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in _WIDE


def _base(kinds: list[str], place: int) -> int:
    """The place of the character whose mark may stand at `place`."""
    while place > 0 and not kinds[place]:
        place -= 1
    return place


def _next_place(kinds: list[str], place: int) -> int:
    """The place behind the character at `place` and its marks."""
    place += 1
    while place < len(kinds) and not kinds[place]:
        place += 1
    return place


def _next(kinds: list[str], place: int) -> str:
    """The class behind the character at `place` and its marks; "" at the end."""
    end = _next_place(kinds, place)
    return kinds[end] if end < len(kinds) else ""


def _number_ends(kinds: list[str], place: int, *, closed: bool) -> bool:
    """Whether a number ends at `place`: NU, then signs within numbers, then a bracket where `closed`."""
    while place >= 0 and (kinds[place] in ("", "SY", "IS") or (closed and kinds[place] in ("CL", "CP"))):
        closed = closed and kinds[place] not in ("CL", "CP", "SY", "IS")
        place -= 1
    return place >= 0 and kinds[place] == "NU"


def _further(text: str, kinds: list[str], place: int, solid: int, regional: int) -> bool:
    """LB20a, LB21a, LB25, LB30, LB30a: whether what looks further keeps two together."""
    first, after = kinds[solid], kinds[place]
    if first in ("CL", "CP", "SY", "IS") and after in ("PO", "PR"):
        return _number_ends(kinds, solid, closed=True)
    if first == "SY" and after == "NU":
        return _number_ends(kinds, solid, closed=False)
    if first in ("PO", "PR") and after == "OP":
        return _next(kinds, place) == "NU"
    hyphen = first == "HY" or text[solid] == "\u2010"
    if hyphen and after == "AL" and (solid == 0 or kinds[solid - 1] in ("BK", "SP", "ZW", "CB", "GL")):  # LB20a
        return True
    if first in ("HY", "BA") and solid and kinds[_base(kinds, solid - 1)] == "HL" and after != "HL":
        return True
    if first in (*_LETTERS, "NU") and after == "OP":
        return not _is_wide(text[place])
    if first == "CP" and after in (*_LETTERS, "NU"):
        return not _is_wide(text[solid])
    if first == after == "RI":
        return regional % 2 == 1
    return False
