"""Lines of text that fit a number of columns.

It knows words, spaces and column widths; it does not know styles, fonts or bytes. It promises that no character but
the space at a break is lost, and that what is seen as one character is never cut in two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ticket_daemon.poster.clusters import SOFT_HYPHEN
from ticket_daemon.poster.layout.linebreak import breaks
from ticket_daemon.poster.layout.width import cluster_columns, columns, split_clusters

TAB_COLUMNS = 8


def wrap(text: str, width: int, first: int | None = None) -> list[str]:
    """`text` (one line, no line feeds) in lines of at most `width` columns.

    `first` is the room left on the line already begun, where that is less; the first line is "" when not even a word
    fits there. Breaks are at spaces, at soft hyphens, which show only there, and between ideographs as UAX #14 has it;
    a word longer than a line is cut.
    """
    room = width if first is None else first
    if SOFT_HYPHEN in text:
        return _hyphenated(text, width, room)
    if len(text) * 2 <= room or columns(text) <= room:
        return [text]
    return _filled(units(text), width, room)


def _filled(parts: Iterable[tuple[str, str]], width: int, room: int) -> list[str]:
    """Lines of `parts` (a text that is not broken, the spaces after it), each line of `width` columns, the first of
    `room`."""
    lines: list[str] = []
    line, used = "", 0
    for word, gap in parts:
        size = columns(word)
        if used + size > room and (line or room < width):
            lines.append(line.rstrip(" "))
            line, used, room = "", 0, width
        if size > room:  # the line is empty and whole then
            *heads, word = pieces(word, width)
            lines += heads
            size = columns(word)
        line += word + gap
        used += size + len(gap)
    lines.append(line.rstrip(" ") if used > room else line)
    return lines


def _hyphenated(text: str, width: int, room: int) -> list[str]:
    """`wrap` of a text with soft hyphens: a word that does not fit ends in a hyphen where one may stand."""
    shown = text.replace(SOFT_HYPHEN, "")
    if columns(shown) <= room:
        return [shown]
    parts: list[tuple[str, str]] = []
    for word, gap in units(text):
        *heads, tail = word.split(SOFT_HYPHEN)
        parts += [(head, SOFT_HYPHEN) for head in heads if head]
        parts.append((tail, gap))
    lines: list[str] = []
    line, used, soft = "", 0, False  # soft: the line ends where a hyphen would stand
    for word, gap in parts:
        size = columns(word) + (gap == SOFT_HYPHEN)  # with room for the hyphen, should the line end here
        if used + size > room and (line or room < width):
            lines.append(line + "-" if soft else line.rstrip(" "))
            line, used, room = "", 0, width
        if size > room:
            *heads, word = pieces(word, width)
            lines += heads
        soft = gap == SOFT_HYPHEN and columns(line) + columns(word) < width  # else the hyphen has no room
        line += word if gap == SOFT_HYPHEN else word + gap
        used = columns(line)
    return [*lines, line.rstrip(" ") if used > room else line]


def longest_unit(text: str) -> int:
    """Columns of the longest part of `text` that is not broken."""
    if text.isascii():
        return max(map(len, text.split(" ")))
    return max((columns(word) for word, _ in units(text.replace(SOFT_HYPHEN, ""))), default=0)


#: Characters beside which a line may be broken without a space: ideographs, kana, Hangul, emoji and their punctuation.
_BREAKABLE: Final = re.compile(
    "[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U0001f000-\U0003fffd]"
)


def units(text: str) -> list[tuple[str, str]]:
    """(what is not broken, the spaces after it). Words of letters are broken at spaces alone, whatever UAX #14 says of
    hyphens and slashes: `3-pack`, `$/kg` and a date stay whole."""
    if text.isascii() or _BREAKABLE.search(text) is None:
        return _words(text)
    made: list[tuple[str, str]] = []
    for word, gap in _words(text):
        if _BREAKABLE.search(word) is None:
            made.append((word, gap))
            continue
        start = 0
        for place in breaks(word):
            if _BREAKABLE.match(word[place - 1]) or _BREAKABLE.match(word[place]):
                made.append((word[start:place], ""))
                start = place
        made.append((word[start:], gap))
    return made


def expand_tabs(text: str, start: int = 0) -> str:
    """`text`, which begins at column `start`, with spaces to the next multiple of TAB_COLUMNS for each tab."""
    first, *others = text.split("\t")
    made, used = [first], start + columns(first)
    for part in others:
        gap = TAB_COLUMNS - used % TAB_COLUMNS
        made += " " * gap, part
        used += gap + columns(part)
    return "".join(made)


def pieces(text: str, width: int) -> list[str]:
    """`text` in pieces that each fill at most `width` columns (at least one character), in one walk."""
    if text.isascii():
        return [text[start : start + width] for start in range(0, len(text), width)] or [""]
    made: list[str] = []
    piece: list[str] = []
    used = 0
    for cluster in split_clusters(text):
        size = cluster_columns(cluster)
        if piece and used + size > width:
            made.append("".join(piece))
            piece, used = [], 0
        piece.append(cluster)
        used += size
    return [*made, "".join(piece)]


def cut(text: str, width: int) -> tuple[str, str]:
    """`text` parted so that the head fills at most `width` columns (at least one character, or nothing would end)."""
    head = pieces(text, max(1, width))[0]
    return head, text[len(head) :]


def fill(text: str, width: int, align: str) -> str:
    """`text` padded with spaces to `width` columns; left as it is when it is longer."""
    if text.isascii():
        if align == "left":
            return text.ljust(width)
        return text.rjust(width) if align == "right" else _centred(text, width - len(text))
    room = width - columns(text)
    if room <= 0:
        return text
    if align == "left":
        return text + " " * room
    return " " * room + text if align == "right" else _centred(text, room)


def _centred(text: str, room: int) -> str:
    # The odd space goes to the right, always (str.center alternates with the width).
    return " " * (room // 2) + text + " " * (room - room // 2) if room > 0 else text


def _words(text: str) -> list[tuple[str, str]]:
    """(word, the spaces after it); leading spaces are a first, empty word's."""
    words: list[tuple[str, str]] = []
    start = 0
    while start < len(text):
        space = text.find(" ", start)
        if space < 0:
            words.append((text[start:], ""))
            break
        end = space
        while end < len(text) and text[end] == " ":
            end += 1
        words.append((text[start:space], text[space:end]))
        start = end
    return words
