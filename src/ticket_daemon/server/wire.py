"""The wire's words: what clients send and what they are told, as types.

It knows field names and `tipo`s, in Spanish and English as protocol v1 has them, and nothing of sockets, jobs' lives
or printers. It promises that any text is either a Request or an error with a code, that unknown extra fields of a
message are ignored (v1 clients carry some), and that no other module spells a wire word.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from ticket_daemon import __version__, messages
from ticket_daemon.errors import InvalidJson, MessageError, MissingDatos, TicketDaemonError, UnknownType
from ticket_daemon.poster.document import Warned
from ticket_daemon.printers import Destination
from ticket_daemon.queue import Accepted, Entry, Job
from ticket_daemon.validation import explain, place

PROTOCOL: Final = 1
MAX_ID: Final = 255
MAX_COPIES: Final = 20
MAX_TTL_S: Final = 31 * 86_400

Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID)]


# --- requests ---


class _Request(Struct, frozen=True, tag_field="tipo", rename={"document": "datos"}):
    auth_token: str | None = None


class TicketRequest(_Request, frozen=True, tag="ticket"):
    """Print a document."""

    id: Annotated[str, Meta(max_length=MAX_ID)] | None = None  #: "" is as good as none, as it was in v1
    document: Raw | UnsetType = UNSET
    printer: str | None = None
    ttl_s: Annotated[float, Meta(gt=0, le=MAX_TTL_S)] | None = None
    copies: Annotated[int, Meta(ge=1, le=MAX_COPIES)] = 1


class StatusRequest(_Request, frozen=True, tag="status"):
    """How full the queue is and how the printers are."""


class PingRequest(_Request, frozen=True, tag="ping"):
    """Is anybody there?"""

    id: Id | None = None


class PrintersRequest(_Request, frozen=True, tag="get_printers"):
    """Which printers there are."""


class JobRequest(_Request, frozen=True, tag="job", kw_only=True):
    """How a job stands."""

    id: Id
    watch: bool = False


class CancelRequest(_Request, frozen=True, tag="cancel", kw_only=True):
    """Do not print a job that has not begun."""

    id: Id


class ReprintRequest(_Request, frozen=True, tag="reprint", kw_only=True):
    """Print a finished or held job once more, as a new job."""

    id: Id
    new_id: Id | None = None
    banner: bool = False  #: REIMPRESIÓN over it
    open_drawer: bool = False


class HoldRequest(_Request, frozen=True, tag="hold", kw_only=True):
    """Keep a waiting job back until it is released."""

    id: Id


class ReleaseRequest(_Request, frozen=True, tag="release", kw_only=True):
    """Let a held job go on."""

    id: Id
    open_drawer: bool = False


class JobsRequest(_Request, frozen=True, tag="get_jobs"):
    """The newest jobs."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 50


class PreviewRequest(_Request, frozen=True, tag="preview"):
    """What a document would look like on paper."""

    id: Id | None = None  #: echoed, so that a client can tell several answers apart
    document: Raw | UnsetType = UNSET
    printer: str | None = None


class SubscribeRequest(_Request, frozen=True, tag="subscribe"):
    """Be told of changes as they happen."""

    topics: tuple[str, ...] = ()


Request = (
    TicketRequest | StatusRequest | PingRequest | PrintersRequest | JobRequest | CancelRequest | ReprintRequest
    | PreviewRequest | SubscribeRequest | HoldRequest | ReleaseRequest | JobsRequest
)  # fmt: skip

#: The `tipo`s, as a client may be told them.
TYPES: Final = (
    "ticket", "status", "ping", "get_printers", "get_jobs", "job", "cancel", "hold", "release", "reprint", "preview",
    "subscribe",
)  # fmt: skip
TOPICS: Final = ("jobs", "printers")

_requests: Final = msgspec.json.Decoder(Request)
_NULL: Final = b"null"


def parse(text: str | bytes) -> Request:
    """The request in a frame. Raises MessageError with a code; `request_id(text)` finds the id to answer to."""
    try:
        request: Request = _requests.decode(text)
    except msgspec.ValidationError as fault:
        raise _refusal(fault, text) from None
    except (msgspec.DecodeError, UnicodeError) as fault:
        raise InvalidJson("json.invalid", detail=str(fault)) from None
    except RecursionError:
        raise InvalidJson("json.too_deep") from None
    if isinstance(request, TicketRequest | PreviewRequest) and not _has_document(request):
        raise MissingDatos("message.no_datos")
    return request


def _has_document(request: TicketRequest | PreviewRequest) -> bool:
    return request.document is not UNSET and bytes(request.document).strip() != _NULL


def _refusal(fault: msgspec.ValidationError, text: str | bytes) -> MessageError:
    sentence, path = place(fault)
    message = _loose(text)
    if message is None:
        return MessageError("message.not_object")
    tipo = _value(message, "tipo")
    if path == "tipo" and bytes(message.get("tipo", _NULL)).startswith(b'"'):
        return UnknownType("message.unknown_type", got=(tipo or "")[:80], known=", ".join(TYPES))
    if tipo is None:
        return MessageError("message.no_type")
    if path in ("id", "new_id"):
        return MessageError("message.id_type", path=path, limit=MAX_ID)
    struct = next((s for s in _KINDS if s.__struct_config__.tag == tipo), None)
    key, path, parameters = explain(fault, struct) if struct else ("document.invalid", path, {"detail": sentence})
    return MessageError(key, path=path or None, **parameters)


_KINDS: Final[tuple[type[Struct], ...]] = (
    TicketRequest, StatusRequest, PingRequest, PrintersRequest, JobRequest, CancelRequest, ReprintRequest,
    PreviewRequest, SubscribeRequest, HoldRequest, ReleaseRequest, JobsRequest,
)  # fmt: skip


_objects: Final = msgspec.json.Decoder(dict[str, Raw])
_words: Final[msgspec.json.Decoder[str | None]] = msgspec.json.Decoder(str | None)


def _loose(text: str | bytes) -> Mapping[str, Raw] | None:
    """A message's fields, unread: a long one that is wrong must not take longer than one that is right."""
    try:
        return _objects.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _value(message: Mapping[str, Raw], field: str) -> str | None:
    """A field that should be text; "" when it is there and is none."""
    try:
        return _words.decode(message.get(field, _NULL))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ""


def request_id(text: str | bytes) -> str | None:
    """The id of a message that could not be parsed, so that its sender knows which one was refused."""
    message = _loose(text)
    found = _value(message, "id") if message else None
    return found[:MAX_ID] if found else None


# --- answers ---


class _Answer(Struct, frozen=True, tag_field="tipo", rename={"message": "mensaje", "job_id": "id"}, omit_defaults=True):
    """What the server says. Fields that are absent (None) are left out."""


class Info(_Answer, frozen=True, tag="info", kw_only=True):
    status: str
    message: str
    version: str | None = None
    protocol: int | None = None


class Ack(_Answer, frozen=True, tag="ack", kw_only=True):
    job_id: str
    status: str
    pos: int
    current: int
    capacity: int
    message: str
    printer: str
    duplicate: bool
    warnings: tuple[str, ...] = ()


class Result(_Answer, frozen=True, tag="result", kw_only=True):
    job_id: str
    status: str
    message: str
    state: str
    code: str | None = None
    printer: str
    duration_ms: int


class Error(_Answer, frozen=True, tag="error", kw_only=True):
    job_id: str | None = None
    status: str
    message: str
    code: str
    path: str | None = None
    retry_after_s: int | None = None


class Pong(_Answer, frozen=True, tag="pong", kw_only=True):
    job_id: str | None = None
    status: str


class PrinterLine(Struct, frozen=True):
    """One printer in `status`."""

    name: str
    state: str
    reasons: tuple[str, ...]
    waiting: int


class Status(_Answer, frozen=True, tag="status", kw_only=True):
    status: str
    current: int
    capacity: int
    message: str
    printers: tuple[PrinterLine, ...]


class PrinterEntry(Struct, frozen=True):
    """One printer in `printers`."""

    name: str
    port: str
    driver: str
    status: str
    is_default: bool
    is_virtual: bool
    printer_type: str


class Summary(Struct, frozen=True, omit_defaults=True):
    """The printers in one line."""

    status: str
    detected_count: int
    thermal_count: int
    default_name: str | None = None


class Printers(_Answer, frozen=True, tag="printers", kw_only=True):
    status: str
    printers: tuple[PrinterEntry, ...]
    summary: Summary


class JobAnswer(_Answer, frozen=True, tag="job", kw_only=True):
    job_id: str
    state: str
    printer: str
    submitted_at: str
    updated_at: str
    attempts: int
    message: str | None = None
    code: str | None = None
    reprint_of: str | None = None
    history: tuple[Change, ...] = ()


class Change(Struct, frozen=True, omit_defaults=True):
    """One change in a job's life."""

    state: str
    at: str
    code: str | None = None


class Jobs(_Answer, frozen=True, tag="jobs", kw_only=True):
    """The newest jobs, newest first; each as in `job`."""

    status: str
    jobs: tuple[JobAnswer, ...]


class JobNews(JobAnswer, frozen=True, tag="job_event", kw_only=True):
    """A job changed."""


class PrinterNews(_Answer, frozen=True, tag="printer_status", kw_only=True):
    printer: str
    state: str
    reasons: tuple[str, ...]


class Preview(_Answer, frozen=True, tag="preview", kw_only=True):
    job_id: str | None = None
    png: str
    width: int
    height: int
    warnings: tuple[str, ...]


#: `attempts`, `pos` and the like are always there even when they are what a default would be.
encode: Final = msgspec.json.Encoder().encode


# --- from the program's own values to answers ---


def welcome(lang: str) -> Info:
    """The first thing a client hears."""
    text = messages.text("server.connected", lang)
    return Info(status="connected", message=text, version=__version__, protocol=PROTOCOL)


def ack(accepted: Accepted, warnings: tuple[Warned, ...], lang: str) -> Ack:
    """A job is safely in the queue."""
    return Ack(
        job_id=accepted.job.id,
        status="queued",
        pos=accepted.position,
        current=accepted.current,
        capacity=accepted.capacity,
        message=messages.text("job.duplicate" if accepted.duplicate else "job.queued", lang),
        printer=accepted.job.destination,
        duplicate=accepted.duplicate,
        warnings=tuple(warning.text(lang) for warning in warnings),
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
        duration_ms=job.duration_ms,
    )


def _job_text(job: Job, lang: str) -> str:
    state = messages.text(f"job.state.{job.state}", lang)
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
    changes = tuple(Change(state=entry.state, at=rfc3339(entry.at), code=entry.code) for entry in history)
    return JobAnswer(**_job_fields(job, lang), history=changes)


def jobs_answer(jobs: Iterable[Job], lang: str) -> Jobs:
    """The newest jobs."""
    return Jobs(status="ok", jobs=tuple(job_answer(job, lang) for job in jobs))


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
    )


def _readiness(destination: Destination) -> str:
    reasons = destination.status.reasons
    if "offline" in reasons:
        return "offline"
    if "paused" in reasons:
        return "paused"
    return "error" if reasons and destination.status.state == "stopped" else "ready"


def summary(entries: tuple[PrinterEntry, ...]) -> Summary:
    """The printers in one line: `ok` when one can print, `warning` when one of several cannot, else `error`."""
    ready = sum(entry.status == "ready" for entry in entries)
    return Summary(
        status="error" if not ready else "ok" if ready == len(entries) else "warning",
        detected_count=len(entries),
        thermal_count=sum(entry.printer_type == "thermal" for entry in entries),
        default_name=next((entry.name for entry in entries if entry.is_default), None),
    )
