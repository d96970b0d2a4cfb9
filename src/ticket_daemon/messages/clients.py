"""What this program's own client says to those who use it."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "client.refused": ("{message}", "{message}"),
    "client.unreachable": (
        "No hay ningún Ticket Daemon en {url} ({reason}). ¿Está en marcha? ticket-daemon run",
        "No Ticket Daemon at {url} ({reason}). Is it running? ticket-daemon run",
    ),
    "client.no_result": (
        "{id}: el daemon lo tiene y todavía no se sabe qué fue de él; pregunte con el mismo id",
        "{id}: the daemon has it and it is not known yet what became of it; ask with the same id",
    ),
    "client.not_accepted": (
        "{id}: no se pudo entregar al daemon a tiempo; no se imprimirá",
        "{id}: it could not be handed to the daemon in time; it will not print",
    ),
    "client.perhaps_accepted": (
        "{id}: no se sabe si el daemon lo tiene; repita con el mismo id, que no se imprime dos veces",
        "{id}: it is not known whether the daemon has it; repeat with the same id, which is never printed twice",
    ),
}
