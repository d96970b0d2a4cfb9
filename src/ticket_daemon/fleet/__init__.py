"""Many shops: tickets come from afar through NATS JetStream, and what became of them goes back.

`names`, `shapes`, `streams`, `connection` and `link` are what both ends share; `shop` is the daemon's end,
`backend` the other: `Fleet`, which is loaded by the first who asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ticket_daemon.fleet.backend import Fleet
    from ticket_daemon.fleet.directory import Gone
    from ticket_daemon.fleet.news import Event
    from ticket_daemon.fleet.shapes import Shop

__all__ = ["Event", "Fleet", "Gone", "Shop"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from ticket_daemon.fleet import backend

    return getattr(backend, name)
