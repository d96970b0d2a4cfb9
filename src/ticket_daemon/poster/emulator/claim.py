"""How many bytes an unfinished command still asks for, and which claims are not believed.

It knows where the long commands keep their lengths; it does not know what they do. It promises that a claim of
gigabytes costs no memory: the command is given up and the bytes it claimed are skipped, as they come, in any pieces.
"""

from __future__ import annotations

from typing import Final

#: The longest command that is waited for: more than a raster of the longest piece at 576 dots.
LONGEST_COMMAND: Final = 4 << 20
#: The longest one that ends with NUL (ESC D has 32 positions, GS k 255 characters at most).
LONGEST_UNTIL_NUL: Final = 1024
#: The longest ESC &: 224 characters of 24 columns of 3 bytes (fonts of 24 by 24 dots), doubled.
LONGEST_DEFINITION: Final = 32 << 10
#: Bytes at the head of a command that hold its length.
_HEAD: Final = 15
#: How many those are, for the commands that can claim too much: GS v 0, GS Q 0, GS 8 L, FS q, GS D.
_HEADERS: Final = {b"\x1dv": 8, b"\x1dQ": 8, b"\x1d8": 7, b"\x1cq": 7, b"\x1dD": 15}


class Claim:
    """The unfinished command at the end of what was read."""

    def __init__(self) -> None:
        self.skipped = 0  #: bytes that the parser never saw
        self._head = b""
        self._missing = 0
        self._to_skip = 0

    def skip(self, data: bytes) -> bytes:
        """`data` without what a given-up command claimed of it."""
        count = min(self._to_skip, len(data))
        self._to_skip -= count
        self.skipped += count
        return data[count:]

    def worth_reading(self, unread: int) -> bool:
        """Whether `unread` more bytes could finish the command; reading earlier would only copy."""
        return unread >= self._missing

    def is_believed(self, data: bytes, pending: int) -> bool:
        """Look at what the parser holds back after reading `data`. False: it is to be given up."""
        self._head = (data[len(data) - pending :] if pending <= len(data) else self._head + data)[:_HEAD]
        length = max(_claimed(self._head), pending + 1) if pending else 0
        self._missing = length - pending
        return length <= _limit(self._head)

    def give_up(self, pending: bytes) -> tuple[bytes, bytes]:
        """What of the bytes held back is dropped, and what is to be read anew. What is claimed yet will be skipped."""
        claimed, limit = _claimed(self._head), _limit(self._head)
        self._missing = 0
        if claimed > limit:
            header = _HEADERS[self._head[:2]]
            self._to_skip = claimed - len(pending)
            return pending[:header], b""
        self.skipped -= len(pending) - limit  # the rest comes past the parser a second time
        return pending[:limit], pending[limit:]

    def forget(self) -> None:
        """The unfinished command was dropped."""
        self._missing = self._to_skip = 0


def _limit(head: bytes) -> int:
    """The longest that this command may be, in bytes."""
    if head[:2] == b"\x1bD" or (head[:2] == b"\x1dk" and head[2:3] < b"\x41"):
        return LONGEST_UNTIL_NUL
    return LONGEST_DEFINITION if head[:2] == b"\x1b&" else LONGEST_COMMAND


def _claimed(head: bytes) -> int:
    """The command's whole length in bytes, as far as its head tells; 0 if it does not."""
    words = [head[at] | head[at + 1] << 8 for at in range(len(head) - 1)]
    if head[:3] in (b"\x1dv0", b"\x1dQ0"):
        return 8 + words[4] * words[6] if len(head) >= 8 else 8
    if head[:3] == b"\x1d8L":
        return 7 + (words[3] | words[5] << 16) if len(head) >= 7 else 7
    if head[:1] in (b"\x1d", b"\x1b") and head[1:2] == b"(":
        return 5 + words[3] if len(head) >= 5 else 5
    if head[:2] == b"\x1b*":
        return 5 + words[3] * (3 if head[2] in (32, 33) else 1) if len(head) >= 5 else 5
    if head[:2] == b"\x1d*":
        return 4 + head[2] * head[3] * 8 if len(head) >= 4 else 4
    if head[:2] == b"\x1cq":
        return 7 + words[3] * words[5] * 8 if len(head) >= 7 else 7
    if head[:2] == b"\x1dD":
        return 9 + (words[11] | words[13] << 16) if head[9:11] == b"BM" and len(head) >= 15 else 15
    if head[:3] == b"\x1cg1":
        return 10 + words[8] if len(head) >= 10 else 10
    return 0
