"""What a printer says back, told apart byte by byte.

It knows the forms of answers and what their bits mean; it does not know who asked. It promises that any bytes are
taken apart without error: what is not an answer's form is dropped.

An answer says by its fixed bits what it is (Citizen CT-S310 manual, p. 310): DLE EOT replies `0xx1xx10`; Automatic
Status Back `0xx1xx00` and three bytes `0xx0xxxx`; GS r and GS I replies `0xx0xxxx`; blocks begin with 35h, 37h, 3Bh,
3Dh or 5Fh and end with NUL; XON 11h and XOFF 13h may stand anywhere.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

_BLOCK_HEADS: Final = frozenset((0x35, 0x37, 0x3B, 0x3D, 0x5F))
_FLOW: Final = frozenset((0x11, 0x13))
_MAX_BLOCK: Final = 256
#: 37h 22h d1-d4 00: the reply to GS ( H fn 48. Source: Epson's reference of that command.
_PROCESS_ID: Final = b"\x37\x22"


class Answer(Struct, frozen=True):
    """Something the printer said."""


class RealtimeAnswer(Answer, frozen=True):
    """The reply to one DLE EOT n; which n, only the order of the questions tells."""

    status: int


class AutoStatusAnswer(Answer, frozen=True):
    """Four bytes of Automatic Status Back."""

    status: bytes

    def reasons(self) -> tuple[str, ...]:
        """What is the matter, in the field's words."""
        first, second, third, _ = self.status
        found = {
            "cover-open": first & 0x20,
            "offline": first & 0x08,
            "error": second & 0x6C,
            "media-empty": third & 0x0C,
            "media-low": third & 0x03,
        }
        return _without_shadows(tuple(reason for reason, bits in found.items() if bits))


class StatusAnswer(Answer, frozen=True):
    """The reply to GS r or to GS I 1-3."""

    status: int


class ProcessAnswer(Answer, frozen=True):
    """Everything before this process id has been printed."""

    identity: bytes


class BlockAnswer(Answer, frozen=True):
    """Any other block, without its head and its NUL; GS I 65-69 answer so."""

    head: int
    data: bytes


#: DLE EOT n -> (bit mask -> reason). Source: Epson reference; n = 1 says offline as such, the others why.
REALTIME_REASONS: Final = {
    1: {0x08: "offline"},
    2: {0x04: "cover-open", 0x20: "media-empty", 0x40: "error"},
    3: {0x08: "error", 0x20: "error", 0x40: "error"},
    4: {0x0C: "media-low", 0x60: "media-empty"},
}


def realtime_reasons(statuses: dict[int, int]) -> tuple[str, ...]:
    """What DLE EOT n's replies, by n, say is the matter."""
    found = [
        reason for n, bits in REALTIME_REASONS.items() for mask, reason in bits.items() if statuses.get(n, 0) & mask
    ]
    return _without_shadows(tuple(dict.fromkeys(found)))


def _without_shadows(reasons: tuple[str, ...]) -> tuple[str, ...]:
    """`offline` only where nothing says why, `media-low` only where there is still some."""
    causes = {"cover-open", "media-empty", "error"} & set(reasons)
    hidden = ({"offline"} if causes else set()) | ({"media-low"} if "media-empty" in reasons else set())
    return tuple(reason for reason in reasons if reason not in hidden)


class AnswerParser:
    """Answers out of a stream that comes in pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Answer]:
        """The answers that `data` completes."""
        buffer = bytes(byte for byte in self._rest + data if byte not in _FLOW)
        answers: list[Answer] = []
        position = 0
        while position < len(buffer):
            answer, length = _answer(buffer, position)
            if length == 0:
                break
            if answer is not None:
                answers.append(answer)
            position += length
        self._rest = buffer[position:]
        return answers


def _answer(buffer: bytes, at: int) -> tuple[Answer | None, int]:
    """The answer at `at` and its length; length 0 when it is not whole yet, no answer when it is none."""
    head = buffer[at]
    if head in _BLOCK_HEADS:
        end = buffer.find(0, at)
        if end < 0:
            return (None, 1) if len(buffer) - at > _MAX_BLOCK else (None, 0)
        block = buffer[at:end]
        if block.startswith(_PROCESS_ID):
            return ProcessAnswer(block[2:]), end + 1 - at
        return BlockAnswer(head, block[1:]), end + 1 - at
    if head & 0x93 == 0x12:
        return RealtimeAnswer(head), 1
    if head & 0x93 == 0x10:
        status = buffer[at : at + 4]
        if len(status) < 4:
            return None, 0
        if any(byte & 0x90 for byte in status[1:]):
            return None, 1
        return AutoStatusAnswer(status), 4
    return (StatusAnswer(head) if head & 0x90 == 0 else None), 1
