"""A printer that was found, and why a place could not be looked at.

It knows what can be said of a printer nobody configured; it does not know where anything is looked for. It promises
that every printer found carries the address a destination would reach it with, or "" where no link does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from msgspec import Struct

Kind = Literal["thermal", "virtual", "network", "unknown"]
Status = Literal["ready", "offline", "paused", "error", "unknown"]


class FoundPrinter(Struct, frozen=True, kw_only=True):
    """One printer. `model` is what it (or its driver) calls itself, `profile` the likeliest printer profile's name."""

    name: str
    uri: str
    port: str
    source: str  #: where it was found: a key of SOURCES, or "scan"
    driver: str = ""
    status: Status = "unknown"
    is_default: bool = False
    is_virtual: bool = False
    kind: Kind = "unknown"
    model: str = ""
    profile: str = ""
    location: str = ""
    same_as: tuple[str, ...] = ()  #: other addresses of the same device

    @property
    def is_installed(self) -> bool:
        """Whether the operating system has it under this name, so that tickets may name it."""
        return self.source in ("windows", "cups") and bool(self.uri)


Source = Callable[[], Awaitable[list[FoundPrinter]]]
