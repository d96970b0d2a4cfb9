"""Text to a printer's bytes: every byte means the character asked for, in the page that is then set."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ticket_daemon.poster.layout.encoding import Encoder
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.poster.profile.code_pages import code_page
from ticket_daemon.poster.profile.model import Profile

EPSON = Profile("test", code_pages={"WPC1252": 16, "PC437": 0, "PC858": 19, "PC852": 18, "PC866": 17, "PC737": 14})
PLAIN = Profile("plain", code_pages={"PC437": 0})
REAL = tuple(
    p for name in ("TM-T88V", "58mm PT-210", "XP-80C", "Star TSP143", "Sunmi V2", "CT-S310II") if (p := find(name))
)


def read(data: bytes, profile: Profile) -> str:
    """What the printer prints for `data`, walking its ESC t."""
    by_number = {number: code_page(name) for name, number in reversed(profile.code_pages.items()) if _known(name)}
    page, text, position = None, "", 0
    while position < len(data):
        if data[position] == 0x1B:
            assert data[position + 1] == ord("t")
            page = by_number[data[position + 2]]
            position += 3
            continue
        byte = data[position : position + 1]
        assert byte >= b" "
        assert byte < b"\x7f" or page is not None
        text += byte.decode("ascii") if byte < b"\x80" else page.decode(byte)  # type: ignore[union-attr]
        position += 1
    return text


def _known(name: str) -> bool:
    try:
        code_page(name)
    except KeyError:
        return False
    return True


def encoded(profile: Profile, *texts: str) -> bytes | None:
    encoder = Encoder(profile)
    parts = [encoder.start()]
    for text in texts:
        part = encoder.encode(text)
        if part is None:
            return None
        parts.append(part)
    return b"".join(parts)


def test_ticket_starts_in_the_preferred_page() -> None:
    assert Encoder(EPSON).start() == b"\x1bt\x10"
    assert Encoder(PLAIN).start() == b"\x1bt\x00"


def test_text_of_the_preferred_page_needs_no_switch() -> None:
    assert encoded(EPSON, "ñ € á ¿") == b"\x1bt\x10" + "ñ € á ¿".encode("cp1252")


def test_other_page_is_switched_to_and_stays() -> None:
    assert encoded(EPSON, "я", "ю", "a") == b"\x1bt\x10\x1bt\x11" + "яю".encode("cp866") + b"a"


def test_page_is_switched_in_the_middle_of_a_text_that_no_page_has_whole() -> None:
    assert encoded(EPSON, "€я") == b"\x1bt\x10\x80\x1bt\x11" + "я".encode("cp866")


def test_letter_with_a_separate_accent_is_put_together() -> None:
    assert encoded(EPSON, "e\u0301") == b"\x1bt\x10\xe9"


@pytest.mark.parametrize("text", ["漢", "ب", "ש", "ก", "👍", "a漢", "é\x1b"])
def test_what_no_page_prints_is_none(text: str) -> None:
    assert Encoder(EPSON).encode(text) is None


def test_after_none_the_page_is_what_it_was() -> None:
    encoder = Encoder(EPSON)
    encoder.start()
    assert encoder.encode("я漢") is None
    assert encoder.encode("é") == b"\xe9"


def test_back_returns_to_the_page_of_the_mark() -> None:
    encoder = Encoder(EPSON)
    encoder.start()
    mark = encoder.mark()
    assert encoder.encode("я") == b"\x1bt\x11\xef"
    encoder.back(mark)
    assert encoder.encode("é") == b"\xe9"


def test_printer_without_pages_prints_ascii_only() -> None:
    bare = Profile("bare", code_pages={})
    assert Encoder(bare).start() == b""
    assert Encoder(bare).encode("abc?") == b"abc?"
    assert Encoder(bare).encode("é") is None


def test_page_that_nobody_can_vouch_for_is_not_used() -> None:
    odd = Profile("odd", code_pages={"NOBODY-KNOWS": 99, "PC437": 0})
    assert Encoder(odd).start() == b"\x1bt\x00"


@pytest.mark.parametrize("profile", REAL, ids=lambda p: p.name)
@pytest.mark.parametrize("text", ["ñÑ", "á é í ó ú ü", "¿¡", "$1,234.50", "°"])
def test_spanish_is_printed_by_the_code_pages_of_real_printers(profile: Profile, text: str) -> None:
    data = encoded(profile, text)
    assert data is not None
    assert read(data, profile) == text


LETTERS = st.text(
    st.sampled_from("abcXYZ 09?ñáéíóúü¿¡€ÀßøæčšžłąęщЯжΩδ░═╬½²")
    | st.characters(min_codepoint=0x20, max_codepoint=0x2600),
    max_size=12,
)


@given(st.sampled_from([EPSON, PLAIN, *REAL]), st.lists(LETTERS, max_size=4))
def test_bytes_read_by_code_page_give_the_text_back(profile: Profile, texts: list[str]) -> None:
    data = encoded(profile, *texts)
    assume(data is not None)
    assert data is not None
    assert unicodedata.normalize("NFC", read(data, profile)) == unicodedata.normalize("NFC", "".join(texts))


@given(st.sampled_from([EPSON, PLAIN, *REAL]), st.text(max_size=20))
def test_a_letter_never_becomes_a_question_mark(profile: Profile, text: str) -> None:
    data = encoded(profile, text)
    assert data is None or data.count(b"?") == text.count("?")


@given(st.text(st.characters(min_codepoint=1, max_codepoint=0x9F), max_size=20))
def test_no_control_is_encoded_beside_a_letter(text: str) -> None:
    # The writer takes controls out of every text before; NUL (a codec's own) and line feed (of whole lines) may pass.
    data = Encoder(EPSON).encode("é" + text)
    assert data is None or not any(byte < 0x20 and byte != 0x0A for byte in data.replace(b"\x1bt\x10", b""))
