"""Bytes to characters: code pages, international sets and Kanji modes.

It knows which character a byte means in each mode; it does not know fonts or lines. It promises one character for
every byte outside Kanji mode, and that a two-byte character cut in two by the network is still one.
"""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import Final

from ticket_daemon.poster.profile.code_pages import UNDEFINED, code_page
from ticket_daemon.poster.profile.model import Profile

#: ESC R: the bytes replaced and, by number, the characters that replace them. Source: Epson reference, ESC R.
_REPLACED: Final = b"\x23\x24\x40\x5b\x5c\x5d\x5e\x60\x7b\x7c\x7d\x7e"
_INTERNATIONAL: Final = (
    "#$@[\\]^`{|}~",  # USA
    "#$à°ç§^`éùè¨",  # France
    "#$§ÄÖÜ^`äöüß",  # Germany
    "£$@[\\]^`{|}~",  # United Kingdom
    "#$@ÆØÅ^`æøå~",  # Denmark I
    "#¤ÉÄÖÅÜéäöåü",  # Sweden
    "#$@°\\é^ùàòèì",  # Italy
    "₧$@¡Ñ¿^`¨ñ}~",  # Spain I
    "#$@[¥]^`{|}~",  # Japan
    "#¤ÉÆØÅÜéæøåü",  # Norway
    "#$ÉÆØÅÜéæøåü",  # Denmark II
    "#$á¡Ñ¿é`íñóú",  # Spain II
    "#$á¡Ñ¿éüíñóú",  # Latin America
    "#$@[₩]^`{|}~",  # Korea
    "#$ŽŠĐĆČžšđćč",  # Slovenia, Croatia
    "#¥@[\\]^`{|}~",  # China
)


@lru_cache(maxsize=64)
def _page(name: str) -> str:
    """The 256 characters of a code page; a profile that names one unknown to the tables gets PC437's."""
    try:
        return code_page(name).decode(bytes(range(256)))
    except KeyError:
        return code_page("PC437").decode(bytes(range(256)))


@lru_cache(maxsize=256)
def alphabet(page: str, international: int) -> str:
    """The 256 characters of a code page under an international set."""
    characters = list(_page(page))
    for byte, character in zip(_REPLACED, _INTERNATIONAL[international], strict=True):
        characters[byte] = character
    return "".join(characters)


class Lettering:
    """The character modes of a printer. `decode` gives text in pieces: (text, is it Kanji)."""

    def __init__(self, profile: Profile) -> None:
        self._pages = {number: name for name, number in reversed(profile.code_pages.items())}
        self._default = profile.default_code_page
        self._starts_kanji = profile.kanji
        self._double_byte = profile.double_byte or _USUAL
        self.reset()

    def reset(self) -> None:
        """As ESC @ leaves it."""
        self.kanji = self._starts_kanji
        self.kanji_code = 0
        self._name = self._default
        self._set = 0
        self._lead: int | None = None
        self._alphabet = alphabet(self._name, 0)

    def select_page(self, number: int) -> bool:
        """ESC t. False, and nothing changes, where the printer has no such page."""
        name = self._pages.get(number)
        if name is None:
            return False
        self._name = name
        self._alphabet = alphabet(name, self._set)
        return True

    def select_set(self, number: int) -> bool:
        """ESC R."""
        if number >= len(_INTERNATIONAL):
            return False
        self._set = number
        self._alphabet = alphabet(self._name, number)
        return True

    def decode(self, data: bytes) -> list[tuple[str, bool]]:
        """The characters of `data`; a two-byte character's first half waits for the second."""
        if not self.kanji:
            lead, self._lead = self._lead, None
            text = "".join(map(self._alphabet.__getitem__, data))
            return [(text, False)] if lead is None else [(UNDEFINED, False), (text, False)]
        pieces: list[tuple[str, bool]] = []
        for byte in data:
            if self._lead is not None:
                pieces.append((self._pair(self._lead, byte), True))
                self._lead = None
            elif self._leads(byte):
                self._lead = byte
            else:
                pieces.append((self._single(byte), False))
        return pieces

    def _leads(self, byte: int) -> bool:
        """JIS pairs any printable bytes, Shift JIS leaves A0h-DFh to half-width katakana, the others start at 81h."""
        if self.kanji_code == _JIS:
            return 0x21 <= byte <= 0x7E
        if self._codec == "cp932":
            return 0x81 <= byte <= 0x9F or 0xE0 <= byte <= 0xFC
        return 0x81 <= byte <= 0xFE

    def _pair(self, first: int, second: int) -> str:
        if self.kanji_code == _JIS:
            text = codecs.decode(bytes((first | 0x80, second | 0x80)), "euc_jp", "replace")
        else:
            text = codecs.decode(bytes((first, second)), self._codec, "replace")
        return text if len(text) == 1 else UNDEFINED

    @property
    def _codec(self) -> str:
        return "cp932" if self.kanji_code == _SHIFT_JIS else _CODECS[self._double_byte]

    def _single(self, byte: int) -> str:
        if self._codec == "cp932" and 0xA1 <= byte <= 0xDF:
            return bytes((byte,)).decode("cp932")
        return self._alphabet[byte]


#: What printers read in multi-byte mode that say nothing of it: most of those that start in it are made for China.
_USUAL: Final = "gb18030"
#: The makers' extensions of each set, as Python calls them.
_CODECS: Final = {"euc_kr": "cp949", "gb18030": "gb18030", "big5": "big5", "shift_jis": "cp932"}
#: What FS C selects instead, for Japan.
_JIS, _SHIFT_JIS = 1, 2
KANJI_CODES: Final = {0: _JIS, 48: _JIS, 1: _SHIFT_JIS, 49: _SHIFT_JIS}
