"""The order of a line on paper."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.poster.raster.bidi import base_is_rtl, visual_runs


def paper(text: str) -> str:
    """The line as it stands on paper, from left to right."""
    return "".join(run.text[::-1] if run.rtl else run.text for run in visual_runs(text))


# Hebrew letters stand for any right-to-left script; the right column is paper order, brackets not yet turned round.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("abc 1,50 €", "abc 1,50 €"),
        ("אבג", "גבא"),
        ("אבג דה", "הד גבא"),
        ("abc אבג def", "abc גבא def"),
        ("אבג abc דה", "הד abc גבא"),
        ("אבג 123", "123 גבא"),
        ("אבג 1,234.50 דה", "הד 1,234.50 גבא"),
        ("אבג: 15 €", "€ 15 :גבא"),
        ("אבג 50%", "50% גבא"),
        ("abc אבג.", "abc גבא."),
        ("אבג.", ".גבא"),
        ("a אב 12 גד b", "a דג 12 בא b"),
        ("\u2067abc\u2069", "abc"),
        ("\u2068אב\u2069 12 \u2068גד\u2069", "בא 12 דג"),
        ("אב \u2066x 1 y\u2069 גד", "דג x 1 y בא"),
        ("אב  ", "  בא"),
        ("קהוה (a) ב", "ב )a( הוהק"),
    ],
)
def test_order_on_paper(text: str, expected: str) -> None:
    assert paper(text) == expected


def test_arabic_letters_and_their_numbers() -> None:
    assert paper("مرحبا 12") == "12 ابحرم"
    assert paper("Total مرحبا 5") == "Total 5 ابحرم"


@pytest.mark.parametrize(
    ("text", "rtl"), [("abc אב", False), ("12 אב", True), ("\u2068אב\u2069 abc", False), ("12", False)]
)
def test_the_lines_direction_is_that_of_its_first_letter(text: str, rtl: bool) -> None:
    assert base_is_rtl(text) is rtl


@given(st.text("abאבقم12 .,(€\u0301\u2066\u2067\u2068\u2069\u200f\u202b"))
def test_every_character_comes_out_once(text: str) -> None:
    controls = "\u2066\u2067\u2068\u2069"
    assert sorted("".join(run.text for run in visual_runs(text))) == sorted(c for c in text if c not in controls)


@given(st.text(st.characters(max_codepoint=0x58F)))
def test_left_to_right_text_is_one_run(text: str) -> None:
    assert paper(text) == text


@given(st.text("abאבق 1").map(lambda t: t + "e\u0301א\u05b8"))
def test_a_mark_stays_with_its_letter(text: str) -> None:
    assert any("e\u0301" in run.text for run in visual_runs(text))
    assert any("א\u05b8" in run.text for run in visual_runs(text))


# --- judged by others ---

LETTERS = "abc אבג عرب 123 ١٢ .,:/-+$€%!\u0301\u05b0  "
BRACKETS = "()[]{}<>⟨⟩【】〈〉"
ISOLATES = "\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("alphabet", [LETTERS + BRACKETS, LETTERS + BRACKETS + ISOLATES], ids=["brackets", "isolates"])
def test_random_lines_stand_as_python_bidi_has_them(alphabet: str) -> None:
    from bidi import get_display

    draw = random.Random(14)
    for _ in range(20_000):
        line = "".join(draw.choices(alphabet, k=draw.randrange(1, 30)))
        judged = get_display(line, base_dir="R" if base_is_rtl(line) else "L")
        assert paper(line) == "".join(char for char in judged if char not in ISOLATES), ascii(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("בירה (Corona) 355ml", "355ml (Corona) הריב"),
        ("Total / המחיר (כולל מס)", "Total / (סמ ללוכ) ריחמה"),
        ("שלום (hola) mundo שוב", "בוש mundo (hola) םולש"),
    ],
)
def test_brackets_keep_what_they_hold(line: str, expected: str) -> None:
    turned = str.maketrans("()", ")(")
    shown = "".join(run.text[::-1].translate(turned) if run.rtl else run.text for run in visual_runs(line))
    assert shown == expected


def test_isolates_deeper_than_the_standard_has_them_are_drawn_all_the_same() -> None:
    assert paper("א" + "\u2068" * 50_000 + "ב") == "בא"
