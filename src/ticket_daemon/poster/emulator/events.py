"""What a printer did besides putting dots on paper, and what it could not do.

It knows the kinds of events as types; it does not know how they look on paper or who reads them. It promises that an
event says what the bytes said, so that a test can compare it with what was meant.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

IgnoredReason = Literal["not_at_line_start", "unsupported", "nothing_stored", "bad_parameters"]
RefusedReason = Literal["bad_data", "too_wide"]


class Event(Struct, frozen=True):
    """Root of the events."""


class Cut(Event, frozen=True):
    """The paper was cut. `y`: dots from the top of the Paper that holds the event. `mode` as commanded."""

    mode: Literal["full", "partial"]
    y: int


class PaperSplit(Event, frozen=True):
    """The piece grew past the longest one kept (5 m at 203 dpi) and goes on in the next, at `y` dots."""

    y: int


class DrawerKick(Event, frozen=True):
    """A pulse to the drawer: `pin` 0 is the connector's pin 2, 1 its pin 5; times in ms."""

    pin: int
    on_ms: int
    off_ms: int


class Beep(Event, frozen=True):
    """The buzzer: `times` beeps, each on and off for so many ms (0 off: the printer's own pause)."""

    times: int
    on_ms: int
    off_ms: int = 0


class SymbolPrinted(Event, frozen=True):
    """A barcode or two-dimensional symbol came out. `data` is what it says, check digit included."""

    kind: str
    data: bytes


class SymbolRefused(Event, frozen=True):
    """A symbol that a printer would not print: its data breaks the symbology's rules, or it is wider than the area."""

    kind: str
    data: bytes
    reason: RefusedReason


class UnknownBytes(Event, frozen=True):
    """Bytes that are no command. `offset` counts from the first byte ever fed; `data` holds at most the first 64."""

    offset: int
    data: bytes


class Ignored(Event, frozen=True):
    """A known command without effect here. `command` is the manual's name, `offset` as in UnknownBytes."""

    command: str
    offset: int
    reason: IgnoredReason


class NotPrinted(Event, frozen=True):
    """Characters still in the line buffer when the job ended: no line feed brought them to paper."""

    text: str


class Overrun(Event, frozen=True):
    """Bytes lost because they were sent to a stopped printer whose buffer was full."""

    count: int
