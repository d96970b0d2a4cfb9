"""What looks after the daemon itself, for those who may ask for it over HTTP.

It knows what can be asked and the answers' shapes; it does not know who does it (the daemon passes that in) or who
asks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from msgspec import Struct


class Reloaded(Struct, frozen=True, kw_only=True):
    """What a reload changed: names of printers, and keys (`server.port`) that only a restart takes."""

    status: str = "ok"
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    needs_restart: tuple[str, ...] = ()


class Upkeep(Struct, frozen=True):
    """The work, as functions."""

    reload: Callable[[], Awaitable[Reloaded]]
