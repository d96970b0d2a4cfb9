"""Java's names of character encodings, as pages give them, and the Python codec for each."""

from __future__ import annotations

import codecs
import re
from typing import Final

from ticket_daemon.frontends.qz.messages import Refused

#: Java's default since version 18 (JEP 400), and so what a page that names no encoding gets.
DEFAULT: Final = "utf-8"
#: Names that Java knows and Python spells otherwise; both folded (letters and digits only).
_ALIASES: Final = {
    "ibm850": "cp850", "ibm858": "cp858", "ibm00858": "cp858", "pcmultilingual850euro": "cp858", "cp00858": "cp858",
    "windows31j": "cp932", "ms932": "cp932", "xwindows31j": "cp932", "xmswin936": "gbk", "ms936": "gbk",
    "ms949": "cp949", "xwindows949": "cp949", "ms950": "cp950", "xwindows950": "cp950", "ms874": "cp874",
    "xwindows874": "cp874", "xibm874": "cp874", "tis620": "tis-620", "xmacroman": "mac-roman", "macroman": "mac-roman",
    "unicodebig": "utf-16", "unicodebigunmarked": "utf-16-be", "unicodelittleunmarked": "utf-16-le",
    "xutf16lebom": "utf-16", "iso2022jp": "iso2022_jp", "eucjpopen": "euc_jp", "iso885911": "iso8859-11",
    "xiso885911": "iso8859-11", "cp1252": "cp1252", "default": DEFAULT,
}  # fmt: skip
_PUNCTUATION: Final = re.compile(r"[^a-z0-9]")
_NUMBERED: Final = re.compile(r"(?:x?ibm|x?cp|xwindows|windows|ms)0*(\d+)")


def codec(name: str) -> str:
    """The Python codec of an encoding as Java spells it. Raises Refused for one that nobody knows."""
    folded = _PUNCTUATION.sub("", name.casefold())
    numbered = _NUMBERED.fullmatch(folded)
    for candidate in (_ALIASES.get(folded), name, folded, f"cp{numbered[1]}" if numbered else None):
        if candidate is None:
            continue
        try:
            found = codecs.lookup(candidate)
        except LookupError:
            continue
        if found._is_text_encoding:  # rot13 and its like are codecs too
            return found.name
    raise Refused(f"Unsupported encoding: {name[:80]}")


def encode(text: str, encoding: str) -> bytes:
    """`text` in an encoding of Java's name; a character it does not have is "?", as Java prints it."""
    return text.encode(codec(encoding), "replace")


def convert(data: bytes, source: str, target: str) -> bytes:
    """Bytes of one encoding in another."""
    return data.decode(codec(source), "replace").encode(codec(target), "replace")
