"""The words for a job's states: the catalogue, the page and the documentation are made from this one table.

*Sent* is not *printed*: only the printer's own word makes a ticket printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

Text = tuple[str, str]  #: Spanish, English


class StateWords(NamedTuple):
    """How one state is called."""

    word: Text  #: beside a ticket
    told: Text  #: in what a client is told; the reason may follow
    meaning: Text  #: in half a sentence, for people who wonder
    docs: str  #: for programmers


_FAILED: Final = ("No se imprimió", "Not printed")
_HELD: Final = ("Hay que decidir", "Needs a decision")

STATES: Final[Mapping[str, StateWords]] = MappingProxyType(
    {
        "queued": StateWords(
            ("En cola", "Queued"),
            ("En cola", "Queued"),
            ("guardado en disco, espera su turno", "kept on disk, waiting its turn"),
            "on disk, waits for its printer",
        ),
        "printing": StateWords(
            ("Imprimiendo", "Printing"),
            ("Imprimiendo", "Printing"),
            ("la impresora lo está recibiendo", "on its way into the printer"),
            "its bytes are on their way",
        ),
        "confirmed": StateWords(
            ("Impreso", "Printed"),
            ("Impreso y confirmado por la impresora", "Printed, and confirmed by the printer"),
            ("la impresora confirmó que salió", "the printer confirmed that it came out"),
            "the printer itself said that it has printed it",
        ),
        "sent": StateWords(
            ("Enviado", "Sent"),
            ("Enviado completo a la impresora", "Sent to the printer in full"),
            (
                "la impresora lo recibió completo (este modelo no confirma)",
                "the printer received all of it (this model cannot confirm)",
            ),
            "the link took every byte; it cannot say more",
        ),
        "spooled": StateWords(
            ("En el sistema", "With the system"),
            ("Entregado al sistema de impresión", "Handed to the system's print spooler"),
            ("lo tomó la cola del sistema operativo", "the operating system's spooler took it"),
            "the operating system's print spooler took it",
        ),
        "failed": StateWords(
            _FAILED, _FAILED, ("no se imprimió", "it was not printed"),
            "not printed, and it will not be tried again by itself",
        ),
        "expired": StateWords(
            ("Caducado", "Expired"),
            ("Caducado", "Expired"),
            ("pasó su tiempo sin imprimirse", "its time ran out before it could print"),
            "its `ttl_s` was over before it could begin; not printed",
        ),
        "cancelled": StateWords(
            ("Cancelado", "Cancelled"),
            ("Cancelado", "Cancelled"),
            ("se canceló antes de imprimirse", "it was cancelled before it printed"),
            "taken back by a client or a person; what was held may be on paper in part",
        ),
        "held": StateWords(
            _HELD, _HELD, ("espera a que una persona decida", "waits for a person to decide"),
            "waits for a person: the printer was away too long, nobody knows how much was printed, or one asked",
        ),
    }
)  # fmt: skip
