"""From jobs, printers and errors to the answers that tell of them; times are RFC 3339 in UTC."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from ticket_daemon import __version__, messages
from ticket_daemon.errors import TicketDaemonError
from ticket_daemon.poster.document import Warned
from ticket_daemon.printers import Destination, FoundPrinter, Snapshot
from ticket_daemon.queue import Accepted, Entry, Job
from ticket_daemon.wire.answers import (
    PROTOCOL,
    Ack,
    Change,
    Error,
    Info,
    JobAnswer,
    JobNews,
    Jobs,
    NotLookedAt,
    PrinterEntry,
    PrinterNews,
    Result,
    Summary,
)


def welcome(lang: str) -> Info:
    """The first thing a client hears."""
    text = messages.text("server.connected", lang)
    return Info(status="connected", message=text, version=__version__, protocol=PROTOCOL)


def ack(accepted: Accepted, warnings: tuple[Warned, ...], lang: str, reasons: tuple[str, ...] = ()) -> Ack:
    """A job is safely in the queue; `reasons` keep its printer from printing now."""
    key = "job.duplicate" if accepted.duplicate else "job.resent" if accepted.resent else "job.queued"
    return Ack(
        job_id=accepted.job.id,
        status="queued",
        pos=accepted.position,
        current=accepted.current,
        capacity=accepted.capacity,
        message=messages.text(key, lang),
        printer=accepted.job.destination,
        duplicate=accepted.duplicate,
        warnings=tuple(warning.text(lang) for warning in warnings),
        reasons=reasons,
        retry=accepted.resent,
    )


def result(job: Job, lang: str) -> Result:
    """What became of a job."""
    return Result(
        job_id=job.id,
        status="success" if job.is_printed else "error",
        message=_job_text(job, lang),
        state=job.state,
        code=job.reason.code if job.reason else None,
        printer=job.destination,
        moved_from=job.moved_from,
        duration_ms=job.duration_ms,
        simulated=job.simulated,
    )


def _job_text(job: Job, lang: str) -> str:
    simulated = job.simulated and job.is_printed
    state = messages.text("job.state.simulated" if simulated else f"job.state.{job.state}", lang)
    if job.reason is None:
        return state
    return f"PRINTER: {state}: {job.reason.text(lang)}"


def error(problem: TicketDaemonError, lang: str, job_id: str | None = None) -> Error:
    """Why something was refused."""
    return Error(
        job_id=job_id,
        status="error",
        message=problem.text(lang),
        code=problem.code,
        path=problem.path,
        retry_after_s=problem.parameters.get("retry_after_s"),
    )


def job_answer(job: Job, lang: str, history: Iterable[Entry] = ()) -> JobAnswer:
    """How a job stands, and how it came to that."""
    return JobAnswer(**_job_fields(job, lang), history=tuple(map(_change, history)))


def _change(entry: Entry) -> Change:
    moved_from, moved_to = entry.moved or (None, None)
    return Change(state=entry.state, at=rfc3339(entry.at), code=entry.code, moved_from=moved_from, moved_to=moved_to)


def jobs_answer(jobs: Iterable[Job], lang: str, *, pending: bool = False) -> Jobs:
    """Some jobs."""
    return Jobs(status="ok", jobs=tuple(job_answer(job, lang) for job in jobs), pending=pending or None)


def job_news(job: Job, lang: str) -> JobNews:
    """How a job stands now that it changed."""
    return JobNews(**_job_fields(job, lang))


def _job_fields(job: Job, lang: str) -> dict[str, Any]:
    return {
        "job_id": job.id,
        "state": job.state,
        "printer": job.destination,
        "submitted_at": rfc3339(job.submitted_at),
        "updated_at": rfc3339(job.updated_at),
        "attempts": job.attempts,
        "message": _job_text(job, lang),
        "code": job.reason.code if job.reason else None,
        "reprint_of": job.reprint_of,
        "moved_from": job.moved_from,
        "origin": job.origin,
        "simulated": job.simulated,
    }


def rfc3339(ms: int) -> str:
    """A time in ms since 1970 as RFC 3339 text in UTC."""
    moment = datetime.datetime.fromtimestamp(ms / 1000, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def printer_news(destination: Destination) -> PrinterNews:
    """How a printer is now."""
    return PrinterNews(printer=destination.name, state=destination.status.state, reasons=destination.status.reasons)


def printer_entry(destination: Destination, port: str) -> PrinterEntry:
    """A printer for the list."""
    return PrinterEntry(
        name=destination.name,
        port=port,
        driver=destination.profile.name if destination.profile else "",
        status=_readiness(destination),
        is_default=destination.settings.default,
        is_virtual=destination.is_virtual,
        printer_type=destination.kind,
        configured=destination.is_configured,
        uri=destination.settings.uri,
        profile=destination.profile.name if destination.profile else "",
        model=destination.model,
    )


def found_entry(found: FoundPrinter) -> PrinterEntry:
    """A printer that is there and not configured."""
    return PrinterEntry(
        name=found.name,
        port=found.port,
        driver=found.driver,
        status=found.status,
        is_default=found.is_default,
        is_virtual=found.is_virtual,
        printer_type=found.kind,
        configured=False,
        uri=found.uri,
        model=found.model,
        profile=found.profile,
        source=found.source,
        location=found.location,
        usable=found.is_installed,
    )


def not_looked(snapshot: Snapshot, lang: str) -> tuple[NotLookedAt, ...]:
    """Where printers may be that could not be looked at."""
    return tuple(NotLookedAt(source=one.source, message=one.why.text(lang)) for one in snapshot.missing)


def _readiness(destination: Destination) -> str:
    reasons = destination.status.reasons
    if "offline" in reasons:
        return "offline"
    if "paused" in reasons:
        return "paused"
    if reasons and destination.status.state == "stopped":
        return "error"
    return "ready" if destination.status.known or destination.is_virtual else "unknown"


def summary(entries: tuple[PrinterEntry, ...]) -> Summary:
    """The printers in one line: `warning` when one of several cannot print, `error` when none can, else `ok`.

    How those are that nobody configured changes nothing in it; they are counted.
    """
    configured = [entry for entry in entries if not entry.source]
    ready = sum(entry.status in ("ready", "unknown") for entry in configured)
    # A serial port is a place to try; only what says that it is a printer is counted as one.
    printers = [entry for entry in entries if entry.source != "serial" or entry.printer_type != "unknown"]
    return Summary(
        status="error" if not ready else "ok" if ready == len(configured) else "warning",
        detected_count=len(printers),
        thermal_count=sum(entry.printer_type == "thermal" for entry in printers),
        default_name=next((entry.name for entry in configured if entry.is_default), None),
    )
