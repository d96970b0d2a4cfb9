"""Lines of text that fit a number of columns.

It knows words, spaces and column widths; it does not know styles, fonts or bytes. It promises that no character but
the space at a break is lost, and that what is seen as one character is never cut in two.
"""

from __future__ import annotations

from ticket_daemon.poster.layout.width import cluster_columns, columns, split_clusters

TAB_COLUMNS = 8


def wrap(text: str, width: int, first: int | None = None) -> list[str]:
    """`text` (one line, no line feeds) in lines of at most `width` columns.

    `first` is the room left on the line already begun, where that is less; the first line is "" when not even a word
    fits there. Breaks are at spaces; a word longer than a line is cut.
    """
    room = width if first is None else first
    if len(text) * 2 <= room or columns(text) <= room:
        return [text]
    lines: list[str] = []
    line, used = "", 0
    for word, gap in _words(text):
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
