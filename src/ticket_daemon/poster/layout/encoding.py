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

from ticket_daemon.poster.escpos.characters import SelectCodePage
from ticket_daemon.poster.profile.code_pages import code_page
from ticket_daemon.poster.profile.model import Profile


class _Page(NamedTuple):
    name: str
    select: bytes  #: the ESC t that sets it
    table: Any  #: for charmap_encode: code point -> byte

    def encode(self, text: str) -> bytes:
        return codecs.charmap_encode(text, "strict", self.table)[0]


_MAX_PROFILES: Final = 64


@functools.lru_cache(_MAX_PROFILES)
def _pages(numbers: tuple[tuple[str, int], ...]) -> tuple[_Page, ...]:
    pages = []
    for name, number in numbers:
        try:
            page = code_page(name)
        except KeyError:
            continue  # a page the printer has and whose table nobody could vouch for is not used
        pages.append(_Page(name, SelectCodePage(number).encode(), page.table))
    return tuple(pages)


class Encoder:
    """Encodes the texts of one ticket, remembering the page that the printer is in."""

    def __init__(self, profile: Profile) -> None:
        self._pages = _pages(tuple(profile.code_pages.items()))
        self._current: _Page | None = None

    def start(self) -> bytes:
        """Set the preferred page, so that the ticket does not depend on what printed before."""
        if not self._pages:
            return b""
        self._current = self._pages[0]
        return self._current.select

    def mark(self) -> object:
        """Where the encoder stands, for `back` when what it encoded since is not sent after all."""
        return self._current

    def back(self, mark: object) -> None:
        """Return to `mark`."""
        assert mark is None or isinstance(mark, _Page)
        self._current = mark

    def encode(self, text: str) -> bytes | None:
        """The bytes of `text` (one line), page switches among them; None when a character is in no page."""
        encoded = self.unswitched(text)
        return encoded if encoded is not None else self._switching(unicodedata.normalize("NFC", text))

    def unswitched(self, text: str) -> bytes | None:
        """The bytes of `text`, its line feeds as they are; None when it needs another page than the one that is set."""
        if text.isascii():
            return text.encode("ascii")
        if self._current is None:
            return None
        try:
            return self._current.encode(text)
        except UnicodeEncodeError:
            return None

    def _switching(self, text: str) -> bytes | None:
        for page in self._pages:
            try:
                encoded = page.encode(text)
            except UnicodeEncodeError:
                continue
            return self._enter(page) + encoded
        runs: list[bytes] = []
        before = self._current
        while text:
            # The longest run first; of equals, the page the profile prefers.
            length, index = max(((_reach(page, text), -i) for i, page in enumerate(self._pages)), default=(0, 0))
            if length == 0:
                self._current = before
                return None
            page = self._pages[-index]
            runs += self._enter(page), page.encode(text[:length])
            text = text[length:]
        return b"".join(runs)

    def _enter(self, page: _Page) -> bytes:
        if page is self._current:
            return b""
        self._current = page
        return page.select


def _reach(page: _Page, text: str) -> int:
    """How many characters of `text`, from its beginning, the page has."""
    try:
        page.encode(text)
    except UnicodeEncodeError as stop:
        return stop.start
    return len(text)
