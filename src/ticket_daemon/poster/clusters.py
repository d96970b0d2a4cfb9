"""What a reader sees as one character, and the columns it takes on paper.

It knows Unicode's widths, marks and emoji sequences; it does not know fonts, sizes or paper. It promises that East
Asian wide characters and emoji count two, marks and format characters none, everything else one; and that clusters,
put together again, are the text. Layout counts with it and raster draws by it, so that they agree.

Texts without any special character (Latin, Greek, Cyrillic, box drawing, common punctuation, plain Chinese, Japanese
and Korean) are told by one regular expression and cost one search.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Final

_ZWJ: Final = "\N{ZERO WIDTH JOINER}"
_EMOJI_STYLE: Final = "\N{VARIATION SELECTOR-16}"
_TEXT_STYLE: Final = "\N{VARIATION SELECTOR-15}"
_KEYCAP: Final = "\N{COMBINING ENCLOSING KEYCAP}"
SOFT_HYPHEN: Final = (
    "\N{SOFT HYPHEN}"  #: printers print it as a hyphen; layout lets it show only where a line is broken
)

#: Characters of one column that never join a neighbour, and such of two. Anything else needs a look.
_NARROW_FROM_LEFT: Final = (
    "\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u058f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf"
    "\u2100-\u2138\u2150-\u2319\u2500-\u25fc\uff61-\uff9d"
)
_NARROW: Final = _NARROW_FROM_LEFT + "\u05d0-\u05ea\u0620-\u064a\u0660-\u066d\u0671-\u06d3"
_WIDE: Final = "\u3000-\u3020\u3041-\u3096\u309b-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60\uffe0-\uffe6"
_SPECIAL: Final = re.compile(f"[^{_NARROW}{_WIDE}]")
_PLAIN_WIDE: Final = re.compile(f"[{_WIDE}]")
_NOT_ONE_EACH: Final = re.compile(f"[^{_NARROW_FROM_LEFT}]")

_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_REGIONAL_INDICATORS: Final = range(0x1F1E6, 0x1F200)
_PICTOGRAPHS_AND_IDEOGRAPHS: Final = range(0x1F000, 0x3FFFE)
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
#: Vowels and finals of Hangul written letter by letter: they stand in the cell of the syllable's first letter.
_HANGUL_VOWELS_FINALS: Final = (*range(0x1160, 0x1200), *range(0xD7B0, 0xD7FC))
_SARA_AM: Final = ("\N{THAI CHARACTER SARA AM}", "\N{LAO VOWEL SIGN AM}")
_MARKS: Final = frozenset(("Mn", "Me", "Mc"))
#: Characters of one cluster that are kept: a letter and 30 marks (UAX #15's stream-safe text; real words have 5).
MAX_CLUSTER: Final = 31
_LONG_RUN: Final = re.compile(f"[^{_NARROW}{_WIDE}]{{{MAX_CLUSTER + 1}}}")
#: Only the first of such changes anything.
_REPEATED: Final = re.compile("([\U0001f3fb-\U0001f3ff])[\U0001f3fb-\U0001f3ff]+|(\u200d)\u200d+")
#: Canonical combining class of the marks that join two consonants of an Indic script.
_VIRAMA: Final = 9


def columns(text: str) -> int:
    """The columns that `text` (one line) takes at size 1x1. Controls take none."""
    if text.isascii() and text.isprintable():
        return len(text)
    if _SPECIAL.search(text) is None:
        return len(text) + len(_PLAIN_WIDE.findall(text))
    return sum(map(cluster_columns, split_clusters(text)))


def one_column_each(text: str) -> bool:
    """Whether every character of `text` takes one column, by itself, from left to right: its length is its columns."""
    return (text.isascii() and text.isprintable()) or _NOT_ONE_EACH.search(text) is None


def isolated(text: str) -> str:
    """`text` between marks (no columns wide) that keep it in its place on a line, if it has right-to-left letters.

    For the cells of a table: without them a line that begins in Arabic is set, columns and all, from the right.
    """
    return f"\u2068{text}\u2069" if _RIGHT_TO_LEFT.search(text) else text


def split_clusters(text: str) -> list[str]:
    """`text` in the pieces that a reader sees as one character each; a line may be cut between any two."""
    if _SPECIAL.search(text) is None:
        return list(text)
    clusters: list[str] = []
    start = 0
    for index in range(1, len(text)):
        if not _joined(text, start, index):
            clusters.append(text[start:index])
            start = index
    clusters.append(text[start:])
    return clusters


def may_be_overlong(text: str) -> bool:
    """Whether some cluster of `text` may be longer than MAX_CLUSTER: a cheap look, never wrong when it says no."""
    return not text.isascii() and _LONG_RUN.search(text) is not None


def stream_safe(text: str) -> str:
    """`text` without what no reader would see in clusters longer than MAX_CLUSTER: further marks, repeated skin tones
    and joiners. So no cluster costs more than its letter."""
    text = _REPEATED.sub(r"\1\2", text)
    return "".join(cluster if len(cluster) <= MAX_CLUSTER else _shortened(cluster) for cluster in split_clusters(text))


def _shortened(cluster: str) -> str:
    end = MAX_CLUSTER
    while end > 1 and (cluster[end - 1] == _ZWJ or unicodedata.combining(cluster[end - 1]) == _VIRAMA):
        end -= 1  # they would take what follows into the cluster
    return cluster[:end]


def cluster_columns(cluster: str) -> int:
    """The columns of one piece of `split_clusters`."""
    return _kept_columns(cluster) if len(cluster) <= MAX_CLUSTER else _columns_of(cluster)


@functools.lru_cache(maxsize=4096)
def _kept_columns(cluster: str) -> int:
    return _columns_of(cluster)


def _columns_of(cluster: str) -> int:
    first = cluster[0]
    if len(cluster) == 1:
        return _char_columns(first)
    if _KEYCAP in cluster or (_EMOJI_STYLE in cluster and unicodedata.category(first)[0] in "SP"):
        return 2
    if ord(first) in _REGIONAL_INDICATORS or _is_pictograph(first):
        return 2  # a flag; or a person with a skin tone, a family: one picture
    return sum(map(_char_columns, cluster))


def _char_columns(char: str) -> int:
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cc") or (category == "Cf" and char != SOFT_HYPHEN):
        return 0
    if ord(char) in _HANGUL_VOWELS_FINALS or category in ("Zl", "Zp"):
        return 0
    if category == "Cn":  # not yet in this Python's Unicode, whose widths of such are not to be relied on
        return 2 if ord(char) in _PICTOGRAPHS_AND_IDEOGRAPHS else 1
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _is_pictograph(char: str) -> bool:
    return unicodedata.category(char) == "So" and unicodedata.east_asian_width(char) == "W"


def _joined(text: str, start: int, index: int) -> bool:
    """Whether the character at `index` belongs to the cluster that began at `start`."""
    char, before = text[index], text[index - 1]
    category = unicodedata.category(char)
    if category in _MARKS or char in _SARA_AM or char == _ZWJ or ord(char) in _SKIN_TONES:
        return unicodedata.category(before) != "Cc"
    if category == "Cf":
        return char in "\N{ZERO WIDTH NON-JOINER}" or 0xE0020 <= ord(char) <= 0xE007F  # the tags of a flag
    if before == _ZWJ:
        return index - 2 >= start
    if unicodedata.combining(before) == _VIRAMA:
        return category == "Lo" and index - 2 >= start
    if ord(char) in _HANGUL_VOWELS_FINALS:
        return "\u1100" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7fb"
    if ord(char) in _REGIONAL_INDICATORS:
        return index - start == 1 and ord(before) in _REGIONAL_INDICATORS
    return False
