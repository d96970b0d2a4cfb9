"""The order in which a line's characters stand on paper when some are written from right to left.

Unicode's bidirectional algorithm (UAX #9) for one line, brackets in pairs (N0) and isolates included. Explicit
embeddings and overrides are left out: their controls are ignored. FSI…PDI round a table's cell keeps the cell in its
column whatever direction its words have.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

_ISOLATES: Final = {"\u2066": "L", "\u2067": "R", "\u2068": ""}  # LRI, RLI, FSI (by its first letter)
_POP: Final = "\u2069"
_DROPPED: Final = dict.fromkeys(map(ord, (*_ISOLATES, _POP)))
_IGNORED: Final = frozenset(("BN", "LRE", "RLE", "LRO", "RLO", "PDF"))
_STRONG: Final = frozenset(("L", "R", "AL"))
_NEUTRAL: Final = frozenset(("B", "S", "WS", "ON"))
_ANY_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\u200f\u2067\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


#: Opening brackets whose closing one is the next code point. Source: BidiBrackets.txt of Unicode 16.
_NEXT: Final = (
    0x28, 0x0F3A, 0x0F3C, 0x169B, 0x2045, 0x207D, 0x208D, 0x2308, 0x230A, 0x2329, *range(0x2768, 0x2775, 2), 0x27C5,
    *range(0x27E6, 0x27EF, 2), *range(0x2983, 0x298C, 2), *range(0x2991, 0x2998, 2), 0x29D8, 0x29DA, 0x29FC,
    *range(0x2E22, 0x2E29, 2), *range(0x2E55, 0x2E5C, 2), *range(0x3008, 0x3011, 2), *range(0x3014, 0x301B, 2),
    *range(0xFE59, 0xFE5E, 2), 0xFF08, 0xFF5F, 0xFF62,
)  # fmt: skip
_CLOSING: Final = {chr(point): chr(point + 1) for point in _NEXT} | dict(zip("[{［｛⦍⦏", "]}］｝⦐⦎", strict=True))
_OPENED: Final = frozenset(_CLOSING.values())
#: Two brackets that are canonically the same as two others.
_SAME: Final = {"\u2329": "\u3008", "\u232a": "\u3009"}
_MAX_OPEN: Final = 63  #: BD16
_MAX_DEPTH: Final = 125  #: BD2; isolates in deeper ones are ignored


class Run(NamedTuple):
    """Neighbours on paper, in the order they are read; `rtl` when that is from right to left."""

    text: str
    rtl: bool


def base_is_rtl(text: str) -> bool:
    """Whether the line's first letter (outside isolates) is one that is written from right to left."""
    depth = 0
    for char in text:
        if char in _ISOLATES:
            depth += 1
        elif char == _POP:
            depth = max(0, depth - 1)
        elif depth == 0 and (kind := unicodedata.bidirectional(char)) in _STRONG:
            return kind != "L"
    return False


def visual_runs(text: str) -> list[Run]:
    """The line's runs from left to right. Controls of direction are left out."""
    if _ANY_RIGHT_TO_LEFT.search(text) is None:
        text = text.translate(_DROPPED)
        return [Run(text, False)] if text else []
    levels = [0] * len(text)
    base = int(base_is_rtl(text))
    _resolve(_Line(text, _closings(text)), 0, len(text), base, levels)
    for index in range(len(text) - 1, -1, -1):  # L1: spaces at the end stand where the line ends
        if not (text[index].isspace() or ord(text[index]) in _DROPPED):
            break
        levels[index] = base
    return _reorder(text, levels)


class _Line(NamedTuple):
    text: str
    closings: Mapping[int, int]  #: place of an isolate's opening -> of its PDI, or past the end


def _closings(text: str) -> dict[int, int]:
    """BD9: which PDI closes which isolate."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for index, char in enumerate(text):
        if char in _ISOLATES:
            opened.append(index)
        elif char == _POP and opened:
            found[opened.pop()] = index
    return found | dict.fromkeys(opened, len(text))


def _reorder(text: str, levels: list[int]) -> list[Run]:
    """L2: from the highest level down, turn round every sequence of runs at that level or above."""
    placed = groupby(zip(levels, text, strict=True), key=itemgetter(0))
    runs = [(level, "".join(char for _, char in part)) for level, part in placed]
    highest = max((level for level, _ in runs), default=0)
    for turning in range(highest, 0, -1):
        start = 0
        while start < len(runs):
            end = start
            while end < len(runs) and runs[end][0] >= turning:
                end += 1
            runs[start:end] = runs[start:end][::-1]
            start = end + 1
    shown = ((run.translate(_DROPPED), level % 2 == 1) for level, run in runs)
    return [Run(run, rtl) for run, rtl in shown if run]


def _resolve(line: _Line, start: int, end: int, base: int, levels: list[int]) -> None:
    """Set the levels of text[start:end], whose own level is `base`; isolates inside are lines of their own."""
    text = line.text
    places: list[int] = []
    kinds: list[str] = []
    index = start
    while index < end:
        char = text[index]
        places.append(index)
        kinds.append("ON" if ord(char) in _DROPPED else unicodedata.bidirectional(char) or "L")
        if char in _ISOLATES and base < _MAX_DEPTH - 1:
            close = min(line.closings[index], end)
            inner = _ISOLATES[char] == "R" or (char == "\u2068" and base_is_rtl(text[index + 1 : close]))
            _resolve(line, index + 1, close, base + 1 if inner != bool(base % 2) else base + 2, levels)
            index = close
        else:
            index += 1
    marks = [kind == "NSM" for kind in kinds]
    _weak(kinds, base)
    _brackets([text[place] for place in places], kinds, marks, base)
    _neutral(kinds, base)
    for place, kind in zip(places, kinds, strict=True):
        levels[place] = base + (kind != "L" if base % 2 == 0 else kind != "R")
        if base % 2 == 0 and kind in ("EN", "AN"):
            levels[place] = base + 2


def _brackets(chars: Sequence[str], kinds: list[str], marks: Sequence[bool], base: int) -> None:
    """N0: both brackets of a pair take one side: the line's where anything between them has it, else that of what is
    between them and before them alike."""
    own = "R" if base % 2 else "L"
    other = "L" if own == "R" else "R"
    before, seen = own, 0
    for first, last in _pairs(chars, kinds):
        for kind in kinds[seen:first]:
            before = _strong_side(kind) or before
        seen = first
        sides = set(map(_strong_side, kinds[first + 1 : last]))
        if own in sides:
            side = own
        elif other in sides:
            side = other if before == other else own
        else:
            continue
        for place in (first, last):
            kinds[place] = side
            place += 1
            while place < len(kinds) and marks[place]:
                kinds[place] = side
                place += 1


def _pairs(chars: Sequence[str], kinds: Sequence[str]) -> list[tuple[int, int]]:
    """BD16: the places of brackets that belong together, by the place of the first."""
    found: list[tuple[int, int]] = []
    opened: list[tuple[str, int]] = []
    for index, char in enumerate(chars):
        if kinds[index] != "ON":
            continue
        if char in _CLOSING:
            if len(opened) == _MAX_OPEN:
                return []
            opened.append((_SAME.get(_CLOSING[char], _CLOSING[char]), index))
        elif char in _OPENED:
            wanted = _SAME.get(char, char)
            for place in range(len(opened) - 1, -1, -1):
                if opened[place][0] == wanted:
                    found.append((opened[place][1], index))
                    del opened[place:]
                    break
    return sorted(found)


def _strong_side(kind: str) -> str:
    """The side that N0 takes a kind for; "" for what has none."""
    return kind if kind in ("L", "R") else "R" if kind in ("EN", "AN") else ""


def _weak(kinds: list[str], base: int) -> None:
    """W1 to W7: marks follow their letter, numbers and their separators find their side."""
    edge = "R" if base % 2 else "L"
    before, strong = edge, edge
    for index, kind in enumerate(kinds):
        if kind == "NSM" or kind in _IGNORED:  # W1
            kinds[index] = kind = before
        if kind == "EN" and strong == "AL":  # W2
            kinds[index] = kind = "AN"
        if kind in _STRONG:
            strong = kind
        before = kind
    for index, kind in enumerate(kinds):  # W3, W4
        if kind == "AL":
            kinds[index] = "R"
        elif kind in ("ES", "CS") and 0 < index < len(kinds) - 1:
            left, right = kinds[index - 1], kinds[index + 1]
            if left == right and (left == "EN" or (left == "AN" and kind == "CS")):
                kinds[index] = left
    _currency(kinds)
    strong = edge
    for index, kind in enumerate(kinds):  # W6, W7
        if kind in ("ES", "ET", "CS"):
            kinds[index] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[index] = "L"


def _currency(kinds: list[str]) -> None:
    """W5: signs of currency and per cent that touch a number belong to it."""
    index = 0
    while index < len(kinds):
        if kinds[index] != "ET":
            index += 1
            continue
        end = index
        while end < len(kinds) and kinds[end] == "ET":
            end += 1
        if (index > 0 and kinds[index - 1] == "EN") or (end < len(kinds) and kinds[end] == "EN"):
            kinds[index:end] = ["EN"] * (end - index)
        index = end


def _neutral(kinds: list[str], base: int) -> None:
    """N1, N2: what has no side of its own takes that of both neighbours, or the line's."""
    edge = "R" if base % 2 else "L"
    index = 0
    while index < len(kinds):
        if kinds[index] not in _NEUTRAL:
            index += 1
            continue
        end = index
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        left = _side(kinds[index - 1]) if index else edge
        right = _side(kinds[end]) if end < len(kinds) else edge
        kinds[index:end] = [left if left == right else edge] * (end - index)
        index = end


def _side(kind: str) -> str:
    return "L" if kind == "L" else "R"
