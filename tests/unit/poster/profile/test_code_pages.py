"""Code pages: what each byte prints, and which characters a page can be trusted with."""

from __future__ import annotations

import codecs
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.poster.profile.code_pages import UNDEFINED, canonical, code_page, names

#: Pages whose bytes 80h-FFh are Python's, wherever that has a printing character.
FROM_PYTHON = [(name, f"cp{name.lstrip('WPC')}") for name in names() if name[0] in "WP"]


@pytest.mark.parametrize("name", names())
def test_what_is_encoded_decodes_to_itself(name: str) -> None:
    page = code_page(name)
    assert len(page.upper) == 128
    for point, byte in page.encoding_map.items():
        char = chr(point)
        assert page.encode(char) == bytes([byte])
        assert page.decode(bytes([byte])) == char
        assert char in page


@pytest.mark.parametrize("name", names())
def test_ascii_is_ascii(name: str) -> None:
    ascii_ = bytes(range(0x20, 0x7F))
    assert code_page(name).encode(ascii_.decode()) == ascii_
    assert code_page(name).decode(ascii_) == ascii_.decode()


@pytest.mark.parametrize("name", names())
def test_only_what_a_printer_sets_in_one_column_left_to_right_is_encoded(name: str) -> None:
    for char in code_page(name).upper:
        odd = (
            unicodedata.category(char) in ("Mn", "Me", "Cc", "Co")
            or unicodedata.bidirectional(char) in ("R", "AL")
            or unicodedata.east_asian_width(char) in ("W", "F")
            or char == UNDEFINED
        )
        if odd:
            assert char not in code_page(name)
            with pytest.raises(UnicodeEncodeError):
                code_page(name).encode(char)
        elif unicodedata.category(char) != "Cf":
            assert char in code_page(name)


@given(st.sampled_from(names()), st.binary())
def test_any_bytes_decode_to_as_many_characters(name: str, data: bytes) -> None:
    assert len(code_page(name).decode(data)) == len(data)


@given(st.sampled_from(names()), st.text())
def test_text_is_encoded_wholly_or_refused_and_no_control_byte_but_a_line_feed_comes_out(name: str, text: str) -> None:
    page = code_page(name)
    try:
        data = page.encode(text)
    except UnicodeEncodeError:
        return
    assert page.decode(data) == text
    assert not set(data) & (set(range(1, 32)) - {0x0A} | {127})


@pytest.mark.parametrize(("name", "codec"), FROM_PYTHON)
def test_tables_are_pythons_but_for_the_known_bytes(name: str, codec: str) -> None:
    try:
        codecs.lookup(codec)
    except LookupError:
        assert name in ("PC851", "PC853", "PC774", "PC772", "PC1098")
        return
    differing = {
        f"{byte:02X}"
        for byte in range(128, 256)
        if code_page(name).decode(bytes([byte])) != bytes([byte]).decode(codec, "replace")
        and unicodedata.category(bytes([byte]).decode(codec, "replace")) != "Cc"
    }
    assert differing == ({"FA", "FB"} if name == "PC1125" else set())


def test_printers_tables_where_python_has_another_edition() -> None:
    assert code_page("PC1125").decode(b"\xfa\xfb") == "÷±"
    assert code_page("ISO8859-7").decode(b"\xa4\xa5\xaa") == UNDEFINED * 3
    assert code_page("ISO8859-7").encode("‘Ωμέγα’") == b"\xa1\xd9\xec\xdd\xe3\xe1\xa2"


def test_greek_alphabet_of_pc851_is_in_order() -> None:
    capitals = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"
    assert list(code_page("PC851").encode(capitals)) == sorted(code_page("PC851").encode(capitals))


def test_pc853_holds_all_letters_of_latin_3() -> None:
    latin3 = bytes(range(0xC0, 256)).decode("iso8859-3", "ignore")
    assert all(char in code_page("PC853") for char in latin3)


def test_lithuanian_pages_share_their_letters() -> None:
    for page in map(code_page, ("PC774", "PC772")):
        assert page.encode("ĄČĘĖĮŠŲŪŽąčęėįšųūž") == bytes.fromhex("B5B6B7B8BDBEC6C7CFD0D1D2D3D4D5D6D7D8")


def test_katakana_half_width() -> None:
    assert code_page("KATAKANA").encode("ｶﾞﾗｽ") == b"\xb6\xde\xd7\xbd"
    assert "年" not in code_page("KATAKANA")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("PC437", "PC437"), ("cp437", "PC437"), ("IBM-437", "PC437"), ("437", "PC437"), ("WPC1252", "WPC1252"),
        ("windows-1252", "WPC1252"), ("Win_1252", "WPC1252"), ("CP1252", "WPC1252"), ("ISO8859-15", "ISO8859-15"),
        ("iso_8859-15", "ISO8859-15"), ("Latin-9", "ISO8859-15"), ("katakana", "KATAKANA"), ("PC1118", "PC774"),
        ("PC1119", "PC772"), ("RK1048", "KZ1048"), ("cp932", "KATAKANA"), ("iso8859_1", "ISO8859-1"),
    ],
)  # fmt: skip
def test_names_people_write(name: str, expected: str) -> None:
    assert canonical(name) == expected
    assert code_page(name) is code_page(expected)


@pytest.mark.parametrize("name", ["", "PC", "utf-8", "PC9999", "thai42"])
def test_an_unknown_name_is_a_key_error(name: str) -> None:
    with pytest.raises(KeyError):
        code_page(name)
