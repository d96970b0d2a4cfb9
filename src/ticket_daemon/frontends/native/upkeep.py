"""What looks after the daemon itself: the work as functions that the daemon passes in, and the answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from msgspec import Struct

from ticket_daemon import wire


class Reloaded(Struct, frozen=True, kw_only=True):
    """What a reload changed: names of printers, and keys (`server.port`) that only a restart takes."""

    status: str = "ok"
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    needs_restart: tuple[str, ...] = ()


class Scanned(Struct, frozen=True, kw_only=True):
    """What listens on port 9100 in one network: printers, perhaps."""

    status: str = "ok"
    network: str
    printers: tuple[wire.PrinterEntry, ...] = ()


class Symptom(Struct, frozen=True, kw_only=True, rename={"message": "mensaje"}, omit_defaults=True):
    """One finding of the doctor. `severity` is ok, warning or problem."""

    code: str
    severity: str
    subject: str = ""
    message: str
    advice: str = ""


class Diagnosis(Struct, frozen=True, kw_only=True):
    """What the doctor found; `status` is the worst severity."""

    status: str
    findings: tuple[Symptom, ...]


class Upkeep(Struct, frozen=True):
    """The work, as functions."""

    reload: Callable[[], Awaitable[Reloaded]]
    look: Callable[[], Awaitable[object]]  #: look for printers anew, on the network too
    doctor: Callable[[], Awaitable[Diagnosis]]
    scan: Callable[[str], Awaitable[Scanned]]  #: look for port 9100 in the network of that name ("": the own one)
    metrics: Callable[[str], Awaitable[tuple[bytes, str]]]  #: for an `Accept` header: the figures, their content type
