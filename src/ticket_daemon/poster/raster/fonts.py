"""Fonts of the system: where they are, which characters they have, which one to take.

The one place in poster that reads files of the machine it runs on, and only fonts. It knows font files' names
(`data/fonts.toml`), their `cmap` tables and Pillow's way to open them; it does not know lines, cells or directions.
It promises that a face is given for a character only if it has a glyph for it, that the same machine gives the same
face every time. (Latin, Greek and Cyrillic need none of them: cells.py brings those.)

Nothing is looked for before the first drawn line. What was found is kept for the life of the process.
"""

from __future__ import annotations

import functools
import os
import struct
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

#: Sizes in which colour fonts hold their pictures: Noto's (CBDT) and Apple's (sbix) have one each, Microsoft's any.
_COLOUR_TABLES: Final = {b"CBDT": 109, b"sbix": 160, b"COLR": 96}

_SFNT_HEADER: Final = struct.Struct(">4sHHHH")
_TABLE_RECORD: Final = struct.Struct(">4sLLL")
#: cmap subtables (platform, encoding) of Unicode, the fullest first.
_UNICODE_SUBTABLES: Final = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))
_MAX_FONTS_OPEN: Final = 64
_MAX_CHOICES: Final = 8192  #: clusters whose face is remembered
_REGULAR: Final = ("-regular.ttf", "-regular.otf", "[wght].ttf")

#: Joiners and selectors: they need no glyph of their own.
INVISIBLE: Final = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff")


@dataclass(frozen=True)
class Script:
    """How a script is set: `em` is the font's size in heights of the cell."""

    name: str
    em: float
    shaped: bool
    fonts: tuple[str, ...]


@dataclass(frozen=True)
class Face:
    """One face of one font file. `colour` is the size of its pictures in pixels, 0 where it has outlines."""

    path: Path
    index: int
    colour: int
    coverage: Coverage = field(repr=False, compare=False)

    def has(self, text: str) -> bool:
        """Whether there is a glyph for every character of `text` that needs one."""
        return all(char in INVISIBLE or ord(char) in self.coverage for char in text)

    def font(self, size: int) -> FreeTypeFont:
        """The face at `size` pixels per em."""
        return _open(self.path, self.index, size)


class Coverage:
    """The code points that a font has glyphs for, as sorted ranges."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        merged: list[list[int]] = []
        for first, last in sorted(ranges):
            if merged and first <= merged[-1][1] + 1:
                merged[-1][1] = max(last, merged[-1][1])
            else:
                merged.append([first, last])
        self._firsts = [first for first, _ in merged]
        self._lasts = [last for _, last in merged]

    def __contains__(self, point: object) -> bool:
        if not isinstance(point, int):
            return False
        place = bisect_right(self._firsts, point) - 1
        return place >= 0 and point <= self._lasts[place]


class FontBook:
    """The fonts found below some directories."""

    def __init__(self, directories: Iterable[str | Path]) -> None:
        self._files = _files(directories)
        self._faces: dict[str, Face | None] = {}
        self._chosen: dict[tuple[str, str], Face | None] = {}

    def face(self, cluster: str, hint: str = "") -> Face | None:
        """The best face that has all of `cluster`; else one that has its first character; else None.

        `hint` is the name of a script whose fonts go first ("japanese" for Han characters among kana).
        """
        key = (cluster, hint)
        if key not in self._chosen:
            if len(self._chosen) >= _MAX_CHOICES:
                self._chosen.clear()
            self._chosen[key] = self._choose(cluster, hint)
        return self._chosen[key]

    def _choose(self, cluster: str, hint: str) -> Face | None:
        first = None
        for face in self._candidates(cluster, hint):
            if face.has(cluster):
                return face
            if first is None and ord(cluster[0]) in face.coverage:
                first = face
        return first

    def _candidates(self, cluster: str, hint: str) -> Iterator[Face]:
        scripts = [_scripts()[hint]] if hint else []
        if "\ufe0f" in cluster or "\u20e3" in cluster:
            scripts.append(_scripts()["emoji"])
        scripts.append(script_of(cluster[0]))
        listed = [name for script in scripts for name in script.fonts]
        for name in dict.fromkeys((*listed, *_fallback())):
            if face := self._face(name):
                yield face
        for name in self._files:  # a script without a list of its own: any Noto font that has it
            if name.startswith("noto") and name.endswith(_REGULAR) and (face := self._face(name)):
                yield face

    def _face(self, name: str) -> Face | None:
        if name not in self._faces:
            file, _, index = name.partition("#")
            path = self._files.get(file.casefold())
            self._faces[name] = read_face(path, int(index or 0)) if path else None
        return self._faces[name]


@functools.cache
def system_fonts() -> FontBook:
    """The fonts of this machine."""
    return FontBook(_data()["directories"])


# --- scripts ---


@functools.cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("data/fonts.toml").read_text("utf-8"))


@functools.cache
def _fallback() -> tuple[str, ...]:
    return tuple(_data()["fallback"])


@functools.cache
def _scripts() -> Mapping[str, Script]:
    return {
        name: Script(name, table["em"], table.get("shaped", False), tuple(table["fonts"]))
        for name, table in _data()["script"].items()
    }


@functools.cache
def _blocks() -> tuple[list[int], list[tuple[int, str]]]:
    blocks = sorted((*block, name) for name, table in _data()["script"].items() for block in table["blocks"])
    return [first for first, _, _ in blocks], [(last, name) for _, last, name in blocks]


@functools.lru_cache(maxsize=4096)
def script_of(char: str) -> Script:
    """The script whose fonts draw `char`; "latin" for what belongs to none."""
    firsts, blocks = _blocks()
    place = bisect_right(firsts, ord(char)) - 1
    if place >= 0 and ord(char) <= blocks[place][0]:
        return _scripts()[blocks[place][1]]
    return _scripts()["latin"]


# --- font files ---


def _files(directories: Iterable[str | Path]) -> Mapping[str, Path]:
    """Font files by name in lower case; of two with one name the first in order of path."""
    found: dict[str, Path] = {}
    for directory in directories:
        for folder, folders, files in os.walk(directory):
            folders.sort()
            for file in sorted(files):
                if file.casefold().endswith((".ttf", ".ttc", ".otf")):
                    found.setdefault(file.casefold(), Path(folder, file))
    return found


def read_face(path: Path, index: int = 0) -> Face | None:
    """The face of that file, or None where it cannot be read as a font with a Unicode table."""
    try:
        with path.open("rb") as file:
            tables = _tables(file, index)
            file.seek(tables[b"cmap"][0])
            cmap = file.read(tables[b"cmap"][1])
        coverage = Coverage(_ranges(cmap))
    except (OSError, KeyError, IndexError, ValueError, struct.error):
        return None
    colour = next((size for tag, size in _COLOUR_TABLES.items() if tag in tables), 0)
    return Face(path, index, colour, coverage)


def _tables(file: Any, index: int) -> dict[bytes, tuple[int, int]]:
    """Tag -> (offset, length) of a font's tables; `index` is the face in a collection."""
    start = file.read(12)
    if start[:4] == b"ttcf":
        count = int.from_bytes(start[8:12], "big")
        offsets = struct.unpack(f">{count}L", file.read(4 * count))
        file.seek(offsets[index])
        start = file.read(12)
    elif index:
        raise IndexError(index)
    _, count, *_ = _SFNT_HEADER.unpack(start)
    records = _TABLE_RECORD.iter_unpack(file.read(_TABLE_RECORD.size * count))
    return {tag: (offset, length) for tag, _, offset, length in records}


def _ranges(cmap: bytes) -> list[tuple[int, int]]:
    """The ranges of code points that a cmap table gives a glyph (formats 4 and 12)."""
    (count,) = struct.unpack_from(">H", cmap, 2)
    places = {(p, e): offset for p, e, offset in struct.iter_unpack(">HHL", cmap[4 : 4 + 8 * count])}
    for kind in _UNICODE_SUBTABLES:
        if kind not in places:
            continue
        subtable = cmap[places[kind] :]
        (form,) = struct.unpack_from(">H", subtable)
        if form == 12:
            return _format12(subtable)
        if form == 4:
            return _format4(subtable)
    raise ValueError("no Unicode cmap")


def _format12(table: bytes) -> list[tuple[int, int]]:
    (count,) = struct.unpack_from(">L", table, 12)
    groups = struct.iter_unpack(">LLL", table[16 : 16 + 12 * count])
    return [(first + (glyph == 0), last) for first, last, glyph in groups]


def _format4(table: bytes) -> list[tuple[int, int]]:
    length, _, twice = struct.unpack_from(">HHH", table, 2)
    count = twice // 2
    words = struct.unpack(f">{length // 2}H", table[: length // 2 * 2])
    lasts, firsts = words[7 : 7 + count], words[8 + count : 8 + 2 * count]
    deltas, offsets = words[8 + 2 * count : 8 + 3 * count], words[8 + 3 * count : 8 + 4 * count]
    ranges = []
    for place, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        if first == 0xFFFF or first > last:
            continue
        if offsets[place] == 0:
            nothing = -deltas[place] & 0xFFFF  # the one point that would come to glyph 0
            parts = ((first, min(last, nothing - 1)), (max(first, nothing + 1), last))
            ranges += [part for part in parts if part[0] <= part[1]] if first <= nothing <= last else [(first, last)]
            continue
        base = 8 + 3 * count + place + offsets[place] // 2
        ranges += [(point, point) for point in range(first, last + 1) if words[base + point - first]]
    return ranges


@functools.lru_cache(maxsize=_MAX_FONTS_OPEN)
def _open(path: Path, index: int, size: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(path), size, index)
