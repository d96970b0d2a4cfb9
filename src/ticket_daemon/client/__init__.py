"""Print from Python programs through a daemon that runs: `Client` waits, `AsyncClient` does not.

A ticket that was asked for is sent until it is acknowledged, always under the same id so that it is printed once, and
the call ends with what became of it, also over a daemon that was killed and started again.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ticket_daemon.client.asynchronous import AsyncClient
    from ticket_daemon.client.outcome import Content, Outcome
    from ticket_daemon.client.plain import Client
    from ticket_daemon.errors import NoAnswer, Refused, Unreachable

#: Name -> its module, imported when first asked for: one HTTP request needs neither an event loop nor documents.
_HOMES = {
    "AsyncClient": "ticket_daemon.client.asynchronous",
    "Client": "ticket_daemon.client.plain",
    "Content": "ticket_daemon.client.outcome",
    "NoAnswer": "ticket_daemon.errors",
    "Outcome": "ticket_daemon.client.outcome",
    "Refused": "ticket_daemon.errors",
    "Unreachable": "ticket_daemon.errors",
}

__all__ = ["AsyncClient", "Client", "Content", "NoAnswer", "Outcome", "Refused", "Unreachable"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
