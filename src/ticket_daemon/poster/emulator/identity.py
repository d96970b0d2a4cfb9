"""What a printer says of itself: GS I and GS ( H.

It knows the blocks' headers and ends (docs/escpos.md: T81 110, U220A 80, Epson reference GS ( H); it does not know when
they are sent. It promises an empty answer for what no printer answers.
"""

from __future__ import annotations

from typing import Final

from ticket_daemon.poster.profile.model import Profile

#: GS I 1: the model byte. 20h is the one of the TM-T88 line that most hosts know.
_MODEL_ID: Final = b"\x20"
_FIRMWARE: Final = "1.0"
_SERIAL: Final = "EMULATED"
#: GS I 69, by the set of multi-byte mode.
_LANGUAGES: Final = {
    "gb18030": "CHINA",
    "big5": "TAIWAN",
    "euc_kr": "KOREA",
    "shift_jis": "JAPAN",
}
#: Characters of the longest GS I text. Source: T81 110.
_LONGEST: Final = 80


def identity(profile: Profile, n: int) -> bytes:
    """The answer to GS I n."""
    if n in (1, 49):
        return _MODEL_ID
    if n in (2, 50):
        return bytes((profile.kanji << 0 | (profile.cutter != "none") << 1,))
    if n in (3, 51):
        return b"\x01"
    language = _LANGUAGES[profile.double_byte or "gb18030"] if profile.kanji else ""
    texts = {65: _FIRMWARE, 66: profile.vendor, 67: profile.name, 68: _SERIAL, 69: language}
    if n not in texts:
        return b""
    return b"\x5f" + texts[n].encode("ascii", "replace")[:_LONGEST] + b"\0"


def process_id(data: bytes) -> bytes:
    """The answer to GS ( H with function 48: the four characters come back."""
    identifier = data[2:]
    if data[:2] != b"00" or len(identifier) != 4 or not all(0x20 <= byte <= 0x7E for byte in identifier):
        return b""
    return b"\x37\x22" + identifier + b"\0"
