"""The printer's condition and the bytes that tell it: DLE EOT, GS r, ASB.

It knows each status byte's bits, by the tables of docs/escpos.md (Epson APG; Citizen CT-S310 p. 310); it does not
know when they are sent. It promises that bits which never change are as the tables say, so that a host can tell the
kinds of bytes apart.
"""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

Trouble = Literal["", "recoverable", "cutter", "unrecoverable", "overheated"]

#: Bits of a DLE EOT answer that are always set: 0xx1xx10.
_EOT: Final = 0x12
#: The bit of ASB byte 1 that is always set: 0xx1xx00. Without it a host takes the printer for offline.
_ASB: Final = 0x10
#: GS a n: which change each bit of n watches, as masks over the four ASB bytes. Source: Epson reference, GS a.
_WATCHED: Final = {
    0x01: b"\x04\x00\x00\x00",  # drawer
    0x02: b"\x28\x00\x00\x00",  # online, cover
    0x04: b"\x00\x6c\x00\x00",  # errors
    0x08: b"\x00\x00\x0f\x00",  # paper sensors
    0x40: b"\x40\x00\x00\x00",  # panel button
}


class Conditions(Struct, frozen=True):
    """All that a status byte can tell. `drawer_open`: the drawer's switch makes pin 3 high, as Epson's drawers do."""

    paper_out: bool = False
    paper_near_end: bool = False
    cover_open: bool = False
    offline: bool = False
    drawer_open: bool = False
    error: Trouble = ""

    @property
    def stopped(self) -> bool:
        """Printing waits until this ends."""
        return self.paper_out or self.cover_open or self.offline or self.error != ""

    def realtime(self, n: int) -> bytes:
        """DLE EOT n: one byte, or none for an n that there is not."""
        if n == 1:
            return _byte(_EOT, (0x04, self.drawer_open), (0x08, self.stopped))
        if n == 2:
            return _byte(_EOT, (0x04, self.cover_open), (0x20, self.paper_out), (0x40, self.error != ""))
        if n == 3:
            return _byte(_EOT, *self._errors())
        if n == 4:
            return _byte(_EOT, (0x0C, self.paper_near_end), (0x60, self.paper_out))
        return b""

    def _errors(self) -> tuple[tuple[int, bool], ...]:
        return (
            (0x04, self.error == "recoverable"),
            (0x08, self.error == "cutter"),
            (0x20, self.error == "unrecoverable"),
            (0x40, self.error == "overheated"),
        )

    def paper_byte(self) -> bytes:
        """GS r 1, and byte 3 of ASB."""
        return _byte(0, (0x03, self.paper_near_end), (0x0C, self.paper_out))

    def drawer_byte(self) -> bytes:
        """GS r 2."""
        return _byte(0, (0x01, self.drawer_open))

    def asb(self) -> bytes:
        """The four bytes of Automatic Status Back."""
        first = _byte(_ASB, (0x04, self.drawer_open), (0x08, self.stopped), (0x20, self.cover_open))
        return first + _byte(0, *self._errors()) + self.paper_byte() + b"\0"


def _byte(fixed: int, *bits: tuple[int, bool]) -> bytes:
    for mask, is_set in bits:
        if is_set:
            fixed |= mask
    return bytes((fixed,))


def changed(before: Conditions, after: Conditions, watched: int) -> bool:
    """Whether a printer told by `GS a watched` speaks up about this change."""
    old, new = before.asb(), after.asb()
    masks = (mask for bit, mask in _WATCHED.items() if watched & bit)
    return any((a ^ b) & m for mask in masks for a, b, m in zip(old, new, mask, strict=True))
