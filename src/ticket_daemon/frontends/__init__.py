"""The protocols that points of sale speak, a package each, and the table of those that can be switched on.

A frontend turns foreign words into the same verbs that the own protocol uses, and outcomes back into foreign words.
`native` (WebSocket, HTTP and the page) is always there and not in the table.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    import ssl

    from aiohttp import web

    from ticket_daemon.frontends.native.guard.access import Gate
    from ticket_daemon.frontends.native.guard.door import Door
    from ticket_daemon.settings.config import Settings
    from ticket_daemon.verbs import Verbs


class Room(NamedTuple):
    """What every frontend is given."""

    settings: Settings
    verbs: Verbs  #: also the way to `queue`, `destinations` and `formats`
    gate: Gate  #: who may do what
    door: Door  #: opens listeners whose connections are counted and bounded with all others
    clock: Callable[[], int]  #: ms since 1970
    tls: Callable[[], ssl.SSLContext | None]  #: of the shop's certificate, once the daemon has started


class Frontend(Protocol):
    """One protocol, switched on."""

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """What it answers on the daemon's own port."""

    async def start(self) -> None:
        """Open listeners of its own. Raises TicketDaemonError when one cannot be opened."""

    async def stop(self) -> None:
        """Close them, and finish or give up what is under way."""


class Row(NamedTuple):
    """A frontend that can be switched on. `module` has `frontend(room) -> Frontend`; imported when it is wanted."""

    name: str
    module: str
    is_wanted: Callable[[Settings], bool]


FRONTENDS: Final = (
    Row("epos", "ticket_daemon.frontends.epos.frontend", lambda settings: settings.epos.enabled),
    Row("odoo", "ticket_daemon.frontends.odoo.frontend", lambda settings: settings.odoo.enabled),
    Row("qz", "ticket_daemon.frontends.qz.frontend", lambda settings: settings.qz.enabled),
    Row(
        "raw",
        "ticket_daemon.frontends.raw.frontend",
        lambda settings: bool(settings.folders) or any(printer.listen for printer in settings.printers),
    ),
)


def wanted(room: Room, rows: Sequence[Row] = FRONTENDS) -> list[Frontend]:
    """The frontends that the settings switch on."""
    return [importlib.import_module(row.module).frontend(room) for row in rows if row.is_wanted(room.settings)]
