"""Finds out why it does not print, and says what to do: small checks over one view of the surroundings."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from typing import Final

from ticket_daemon.doctor import daemon_checks, machine_checks, printer_checks
from ticket_daemon.doctor.finding import KINDS, Finding, Severity, found, worst
from ticket_daemon.doctor.surroundings import Surroundings

log = logging.getLogger(__name__)

Check = Callable[[Surroundings], AsyncIterator[Finding]]

#: In the order in which a technician would look.
CHECKS: Final[tuple[Check, ...]] = (
    daemon_checks.configuration,
    daemon_checks.running,
    machine_checks.storage,
    machine_checks.clock,
    machine_checks.tls,
    printer_checks.any_printer,
    printer_checks.spooler,
    printer_checks.each_printer,
    daemon_checks.held_jobs,
)


async def examine(around: Surroundings) -> list[Finding]:
    """Everything that the checks find. One that fails itself is a finding too, and hides no other."""
    findings: list[Finding] = []
    for check in CHECKS:
        try:
            findings += [finding async for finding in check(around)]
        except Exception as error:  # the edge of a check: the others are to be heard
            log.exception("check_failed", extra={"check": check.__name__})
            findings.append(found("check-failed", check.__name__, detail=str(error) or type(error).__name__))
    return findings


__all__ = ["CHECKS", "KINDS", "Finding", "Severity", "Surroundings", "examine", "found", "worst"]
