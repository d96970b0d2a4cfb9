"""Code pages: which character each byte from 80h to FFh prints, for the pages that ESC t selects.

It knows the tables (`data/code_pages.toml`, and Python's codecs where those agree with printers) and their many
names; it does not know which printer has which page, that is the profile's. It promises that `encode` gives only
bytes that print what was asked, in one column each, left to right; whatever a printer would set out wrongly
(right-to-left letters, combining marks, ideographs squeezed into one column) is not in `encoding_map` and is
left for a raster line. Nothing is read before the first page is asked for.
"""

from __future__ import annotations

import codecs
import functools
import re
import tomllib
import types
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final

UNDEFINED: Final = "\N{REPLACEMENT CHARACTER}"

#: What codecs.charmap_build takes for "no character here".
_NO_CHARACTER: Final = "\ufffe"
_ASCII: Final = range(0x20, 0x7F)
_LINE_FEED: Final = 0x0A
_SOFT_HYPHEN: Final = "\N{SOFT HYPHEN}"  #: a format character, yet printers print a hyphen

#: Categories that a printer cannot set out: marks over another letter, controls, and what is not a character.
_NOT_SET: Final = frozenset(("Mn", "Me", "Cc", "Cf", "Co", "Cn"))
_RIGHT_TO_LEFT: Final = frozenset(("R", "AL"))
_WIDE: Final = frozenset(("W", "F"))


@dataclass(frozen=True, slots=True)
class CodePage:
    """One code page. `upper` is what bytes 80h to FFh print, 128 characters, U+FFFD where undefined.

    `table` is for `codecs.charmap_encode(text, "strict", page.table)`, one call in C. It takes NUL and line feed
    besides the characters of `encoding_map`, so that several lines are one call; text is to be free of other controls
    before it comes here.
    """

    name: str
    upper: str
    encoding_map: Mapping[int, int] = field(repr=False, compare=False)  #: code point -> byte
    table: Any = field(repr=False, compare=False)
    _decoding: str = field(repr=False, compare=False)

    def decode(self, data: bytes) -> str:
        """What the printer would show for `data`; U+FFFD for undefined bytes. Controls stay what they are."""
        return codecs.charmap_decode(data, "replace", self._decoding)[0]

    def encode(self, text: str) -> bytes:
        """The bytes that print `text`. Raises UnicodeEncodeError for a character that this page does not print."""
        return codecs.charmap_encode(text, "strict", self.table)[0]

    def __contains__(self, char: object) -> bool:
        return isinstance(char, str) and len(char) == 1 and ord(char) in self.encoding_map


def code_page(name: str) -> CodePage:
    """The page called `name`: "PC437", "cp437", "WPC1252", "windows-1252", "ISO8859-15", "KATAKANA"…

    Letter case and punctuation do not matter. Raises KeyError.
    """
    return _page(canonical(name))


@functools.lru_cache(maxsize=256)
def canonical(name: str) -> str:
    """The one name by which profiles call that page ("windows-1252" -> "WPC1252"). Raises KeyError."""
    found = _names().get(_folded(name))
    if found is None:
        raise KeyError(name)
    return found


def names() -> tuple[str, ...]:
    """All pages known, by the names profiles use."""
    return tuple(_data())


#: The makers of names: all of these mean the same page when the same number follows.
_FAMILY: Final = re.compile(r"(?:pc|cp|wpc|ibm|oem|msdos|dos|win|windows|codepage|page)0*(\d+)")


def _folded(name: str) -> str:
    plain = re.sub(r"[^0-9a-z]", "", name.casefold())
    match = _FAMILY.fullmatch(plain)
    return match.group(1) if match else plain


@functools.cache
def _data() -> dict[str, dict[str, Any]]:
    text = resources.files(__package__).joinpath("data/code_pages.toml").read_text("utf-8")
    return tomllib.loads(text)


@functools.cache
def _names() -> Mapping[str, str]:
    folded = {}
    for name, page in _data().items():
        for word in (name, *page.get("aliases", ())):
            folded[_folded(word)] = name
    return types.MappingProxyType(folded)


@functools.cache
def _page(name: str) -> CodePage:
    upper = _upper(_data()[name])
    lower = "".join(map(chr, range(128)))
    encoding_map = {byte: byte for byte in _ASCII}
    for byte, char in enumerate(upper, 128):
        if _printable(char):
            encoding_map.setdefault(ord(char), byte)
    return CodePage(name, upper, types.MappingProxyType(encoding_map), _table(encoding_map), lower + upper)


def _upper(page: Mapping[str, Any]) -> str:
    if "upper" in page:
        return "".join(page["upper"])
    upper = list(bytes(range(128, 256)).decode(page["codec"], "replace"))
    for byte, char in page.get("change", {}).items():
        upper[int(byte, 16) - 128] = char or UNDEFINED
    return "".join(UNDEFINED if unicodedata.category(char) == "Cc" else char for char in upper)


def _printable(char: str) -> bool:
    """Whether a printer sets this character as text does: in one column, in its place, by itself."""
    if char in (UNDEFINED, _SOFT_HYPHEN):
        return char == _SOFT_HYPHEN
    return (
        unicodedata.category(char) not in _NOT_SET
        and unicodedata.bidirectional(char) not in _RIGHT_TO_LEFT
        and unicodedata.east_asian_width(char) not in _WIDE
    )


def _table(encoding_map: Mapping[int, int]) -> Any:
    """An EncodingMap: a third of the time that a dict takes. It wants byte 0 to be NUL."""
    slots = ["\0"] + [_NO_CHARACTER] * 255
    slots[_LINE_FEED] = "\n"
    for point, byte in encoding_map.items():
        slots[byte] = chr(point)
    return codecs.charmap_build("".join(slots))
