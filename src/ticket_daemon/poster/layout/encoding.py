"""Text to a printer's bytes: which code page has each character, and when to switch.

It knows a profile's code pages; it does not know styles, lines or paper. It promises that every byte it returns
means exactly the character asked for in the page that is then set, that it never puts a `?` for a letter, and that
it says None where no page of the profile has a character (the line must be drawn instead).
"""

from __future__ import annotations

import codecs
import functools
import unicodedata
from typing import Any, Final, NamedTuple

from ticket_daemon.poster.escpos.characters import EnterKanji, InternationalSet, LeaveKanji, SelectCodePage
from ticket_daemon.poster.layout.width import columns
from ticket_daemon.poster.profile.code_pages import code_page
from ticket_daemon.poster.profile.model import Profile


class _Page(NamedTuple):
    name: str
    select: bytes  #: the ESC t that sets it
    table: Any  #: for charmap_encode: code point -> byte

    def encode(self, text: str) -> bytes:
        return codecs.charmap_encode(text, "strict", self.table)[0]


#: KS X 1001 has the won sign two columns wide only; Korea's international set has it in one, for the backslash.
_KOREAN: Final = "euc_kr"
_WON: Final = "\N{WON SIGN}"
_KOREA, _USA = 13, 0
_WON_BYTES: Final = InternationalSet(_KOREA).encode() + b"\\" + InternationalSet(_USA).encode()


class _DoubleByte(NamedTuple):
    """Multi-byte mode as one more page: ASCII, and two bytes for what is two columns wide."""

    name: str  #: of Python's codec
    select: bytes  #: the FS & that sets it

    def encode(self, text: str) -> bytes:
        encoded = self._bytes(text)
        if encoded is not None:
            return encoded
        at = next(at for at, char in enumerate(text) if self._bytes(char) is None)
        raise UnicodeEncodeError(self.name, text, at, at + 1, "not there, or not as wide as its bytes")

    def _bytes(self, text: str) -> bytes | None:
        """None for a character that the set lacks, or has in another number of columns than text counts."""
        if self.name == _KOREAN and _WON in text:
            parts = [self._bytes(part) for part in text.split(_WON)]
            return None if None in parts else _WON_BYTES.join(part for part in parts if part is not None)
        try:
            encoded = text.encode(self.name)
        except UnicodeEncodeError:
            return None
        return encoded if len(encoded) == columns(text) else None


_AnyPage = _Page | _DoubleByte

_MAX_PROFILES: Final = 64


@functools.lru_cache(_MAX_PROFILES)
def _double_byte(name: str | None) -> _DoubleByte | None:
    return _DoubleByte(name, EnterKanji().encode()) if name else None


@functools.lru_cache(_MAX_PROFILES)
def _pages(numbers: tuple[tuple[str, int], ...], double_byte: str | None) -> tuple[_Page, ...]:
    leave = LeaveKanji().encode() if double_byte else b""
    pages = []
    for name, number in numbers:
        try:
            page = code_page(name)
        except KeyError:
            continue  # a page the printer has and whose table nobody could vouch for is not used
        pages.append(_Page(name, leave + SelectCodePage(number).encode(), page.table))
    return tuple(pages)


class Encoder:
    """Encodes the texts of one ticket, remembering the page that the printer is in."""

    def __init__(self, profile: Profile) -> None:
        pages = _pages(tuple(profile.code_pages.items()), profile.double_byte)
        wide = _double_byte(profile.double_byte)
        self._narrow: tuple[_AnyPage, ...] = pages
        self._all: tuple[_AnyPage, ...] = (*pages, wide) if wide else pages
        self._current: _AnyPage | None = None

    def start(self) -> bytes:
        """Set the preferred page, so that the ticket does not depend on what printed before."""
        if not self._narrow:
            return b""
        self._current = self._narrow[0]
        return self._current.select

    def mark(self) -> object:
        """Where the encoder stands, for `back` when what it encoded since is not sent after all."""
        return self._current

    def back(self, mark: object) -> None:
        """Return to `mark`."""
        assert mark is None or isinstance(mark, _AnyPage)
        self._current = mark

    def encode(self, text: str, *, wide: bool = True) -> bytes | None:
        """The bytes of `text` (one line), page switches among them; None when a character is in no page. `wide` False
        does without multi-byte mode, whose characters do not take every style."""
        encoded = self.unswitched(text, wide=wide)
        if encoded is not None:
            return encoded
        return self._switching(unicodedata.normalize("NFC", text), self._all if wide else self._narrow)

    def unswitched(self, text: str, *, wide: bool = True) -> bytes | None:
        """The bytes of `text`, its line feeds as they are; None when it needs another page than the one that is set."""
        if text.isascii():
            return text.encode("ascii")
        if self._current is None or not (wide or isinstance(self._current, _Page)):
            return None
        try:
            return self._current.encode(text)
        except UnicodeEncodeError:
            return None

    def _switching(self, text: str, pages: tuple[_AnyPage, ...]) -> bytes | None:
        for page in pages:
            try:
                encoded = page.encode(text)
            except UnicodeEncodeError:
                continue
            return self._enter(page) + encoded
        runs: list[bytes] = []
        before = self._current
        while text:
            # The longest run first; of equals, the page the profile prefers.
            length, index = max(((_reach(page, text), -i) for i, page in enumerate(pages)), default=(0, 0))
            if length == 0:
                self._current = before
                return None
            page = pages[-index]
            runs += self._enter(page), page.encode(text[:length])
            text = text[length:]
        return b"".join(runs)

    def _enter(self, page: _AnyPage) -> bytes:
        if page is self._current:
            return b""
        self._current = page
        return page.select


def _reach(page: _AnyPage, text: str) -> int:
    """How many characters of `text`, from its beginning, the page has."""
    try:
        page.encode(text)
    except UnicodeEncodeError as stop:
        return stop.start
    return len(text)
