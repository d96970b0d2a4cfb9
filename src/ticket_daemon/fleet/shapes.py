"""What a shop says of itself in the bucket, as types.

It knows the fields, which are part of the protocol; it does not know how they come about or travel. It promises that
unknown fields of a later version are ignored.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

#: Held jobs that a shop names; of more than these it says only how many they are.
NAMED_HELD: Final = 20


class ShopPrinter(Struct, frozen=True):
    """One printer: as in `status`, and how many of its jobs wait for a person."""

    name: str
    state: str
    reasons: tuple[str, ...]
    waiting: int
    held: int


class HeldJob(Struct, frozen=True):
    """A job that waits for a person. `since` is RFC 3339."""

    id: str
    printer: str
    code: str
    since: str


class Shop(Struct, frozen=True, kw_only=True):
    """A shop that is there. Times are RFC 3339; `every_s`: when it says so again."""

    store: str
    version: str
    since: str  #: when the daemon started
    at: str  #: when this was said
    every_s: float
    current: int  #: places taken in the queue
    capacity: int
    held: int
    printers: tuple[ShopPrinter, ...]
    needs: tuple[HeldJob, ...] = ()  #: the oldest held jobs, at most NAMED_HELD
    storage: str = ""  #: what the disk fails of, if it does


encode: Final = msgspec.json.Encoder().encode
decode: Final = msgspec.json.Decoder(Shop).decode
