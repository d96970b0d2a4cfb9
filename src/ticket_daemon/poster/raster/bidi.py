"""The order in which a line's characters stand on paper when some are written from right to left.

It knows Unicode's bidirectional algorithm (UAX #9) for one line: levels of letters and numbers, and isolates; it does
not know fonts or shaping. It promises that every character comes out once, and that a line without right-to-left
letters comes out as it went in.

Left out: explicit embeddings and overrides (their controls are ignored) and the pairing of brackets (rule N0): a
bracket takes its side from its neighbours. FSI…PDI round a table's cell keeps the cell in its column whatever
direction its words have.
"""

from __future__ import annotations

import re
import unicodedata
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
    _resolve(text, 0, len(text), base, levels)
    for index in range(len(text) - 1, -1, -1):  # L1: spaces at the end stand where the line ends
        if not text[index].isspace():
            break
        levels[index] = base
    return _reorder(text, levels)


def _reorder(text: str, levels: list[int]) -> list[Run]:
    """L2: from the highest level down, turn round every sequence of runs at that level or above."""
    runs: list[tuple[int, str]] = []
    for char, level in zip(text, levels, strict=True):
        if char in _ISOLATES or char == _POP:
            continue
        if runs and runs[-1][0] == level:
            runs[-1] = (level, runs[-1][1] + char)
        else:
            runs.append((level, char))
    highest = max((level for level, _ in runs), default=0)
    for turning in range(highest, 0, -1):
        start = 0
        while start < len(runs):
            end = start
            while end < len(runs) and runs[end][0] >= turning:
                end += 1
            runs[start:end] = runs[start:end][::-1]
            start = end + 1
    return [Run(run, level % 2 == 1) for level, run in runs]


def _resolve(text: str, start: int, end: int, base: int, levels: list[int]) -> None:
    """Set the levels of text[start:end], whose own level is `base`; isolates inside are lines of their own."""
    places: list[int] = []
    kinds: list[str] = []
    index = start
    while index < end:
        char = text[index]
        if char in _ISOLATES:
            close = _closing(text, index, end)
            inner = _ISOLATES[char] == "R" or (char == "\u2068" and base_is_rtl(text[index + 1 : close]))
            _resolve(text, index + 1, close, base + 1 if inner != bool(base % 2) else base + 2, levels)
            places.append(index)
            kinds.append("ON")
            levels[index : index + 1] = [base]
            index = close + 1
            continue
        places.append(index)
        kinds.append("ON" if char == _POP else unicodedata.bidirectional(char) or "L")
        index += 1
    isolated = [place for place, kind in zip(places, kinds, strict=True) if text[place] in _ISOLATES]
    _weak(kinds, base)
    _neutral(kinds, base)
    for place, kind in zip(places, kinds, strict=True):
        levels[place] = base + (kind != "L" if base % 2 == 0 else kind != "R")
        if base % 2 == 0 and kind in ("EN", "AN"):
            levels[place] = base + 2
    for place in isolated:
        _lift_isolate(text, place, end, levels, levels[place] - base)


def _lift_isolate(text: str, place: int, end: int, levels: list[int], by: int) -> None:
    """An isolate among letters of the other direction stands on their level: what is in it keeps its own above that."""
    if by:
        for index in range(place + 1, _closing(text, place, end)):
            levels[index] += by + by % 2


def _closing(text: str, start: int, end: int) -> int:
    """The place of the PDI that closes the isolate opened at `start`; `end` if none does."""
    depth = 0
    for index in range(start, end):
        if text[index] in _ISOLATES:
            depth += 1
        elif text[index] == _POP:
            depth -= 1
            if depth == 0:
                return index
    return end


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
