"""Where lines may be broken: the standard's own examples, and uniseg as the judge of random lines."""

from __future__ import annotations

import random

import pytest

from ticket_daemon.poster.layout.linebreak import breaks, line_break_class

LETTERS = [
    *"abc 12.,$€%()[]«»“”!?-/:;番茄牛肉、。」「ーっゃカかな한국가각ᄀ…",
    *"¥£°ñéא\u00a0\u2060\u2014\u00ad👍🏽🇲🇽·&@#*+=\u200b\u0e01  ",
]  # fmt: skip


def test_random_lines_break_where_uniseg_breaks_them() -> None:
    from uniseg.linebreak import line_break_boundaries

    draw = random.Random(7)
    for _ in range(1500):
        line = "".join(draw.choices(LETTERS, k=draw.randrange(2, 12)))
        judged = [place for place in line_break_boundaries(line) if 0 < place < len(line)]
        assert breaks(line) == judged, ascii(line)


@pytest.mark.parametrize(
    ("marked", "why"),
    [
        ("番÷茄÷牛", "between ideographs"),
        ("肉、÷番", "a comma does not begin a line"),
        ("「番」÷「茄」", "brackets hold what they open and close"),
        ("カー÷ト", "the sign of a long vowel stays with its kana"),
        ("¥38.00", "a price is whole"),
        ("a\u0301b", "a mark stays with its letter"),
        ("👍🏽÷👍", "a skin tone stays with its emoji"),
        ("🇲🇽÷🇪🇸", "flags are pairs"),
        ("ก\u200b÷ข", "a space of no width"),
    ],
)
def test_breaks(marked: str, why: str) -> None:
    places, text = [], ""
    for part in marked.split("÷"):
        text += part
        places.append(len(text))
    assert breaks(text) == places[:-1], why


def test_every_character_has_a_class() -> None:
    assert {line_break_class(char) for char in ("a", "番", "\U0010ffff", "\0", " ")} == {"AL", "ID", "CM", "SP"}
