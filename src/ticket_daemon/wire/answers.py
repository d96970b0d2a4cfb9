"""What the daemon says, as types. Absent fields are left out, so a v1 client meets nothing that it does not know.

The descriptions in `Meta` are those of `/schemas/answers.json`.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

PROTOCOL: Final = 1


def _one_of(*words: str) -> dict[str, list[str]]:
    """Of a text that the daemon itself fills: which words there are. Nothing is checked when it is sent."""
    return {"enum": list(words)}


_WHEN: Final = {"format": "date-time"}

JobId = Annotated[str, Meta(description="The job, by the id of its `ticket`.")]
Echo = Annotated[str, Meta(description="The `id` of what this answers, where it had one.")]
Sentence = Annotated[str, Meta(description="For people, in the daemon's language.")]
Moment = Annotated[str, Meta(description="RFC 3339, UTC.", extra_json_schema=_WHEN)]
Count = Annotated[int, Meta(ge=0)]
Ok = Annotated[str, Meta(extra_json_schema=_one_of("ok"))]
State = Annotated[
    str,
    Meta(
        description="Where the job stands. `confirmed`, `sent` and `spooled` mean printed; `held` waits for a person.",
        extra_json_schema=_one_of(
            "queued", "printing", "confirmed", "sent", "spooled", "failed", "expired", "cancelled", "held"
        ),
    ),
]
Why = Annotated[str, Meta(description="Why it did not print, for programs.", examples=["printer_offline", "expired"])]
Simulated = Annotated[bool, Meta(description="A virtual printer drew it; nothing is on paper.")]
PrinterName = Annotated[str, Meta(description="The printer's name, as configured.")]
MovedFrom = Annotated[
    str, Meta(description="The printer it was accepted for, where another one stood in (`fallback`).")
]
PrinterState = Annotated[str, Meta(extra_json_schema=_one_of("idle", "processing", "stopped"))]
Reasons = Annotated[
    tuple[str, ...],
    Meta(
        description="What is wrong with it.",
        examples=[["media-empty"], ["cover-open"], ["offline"], ["media-low"], ["error"]],
    ),
]
Warnings = Annotated[
    tuple[str, ...], Meta(description="What will print otherwise than one may think, each with its place.")
]
OfCapacity = Annotated[int, Meta(ge=1, description="How many places the queue has.")]
Taken = Annotated[int, Meta(ge=0, description="How many places of the queue are taken, over all printers.")]


class _Answer(Struct, frozen=True, tag_field="tipo", rename={"message": "mensaje", "job_id": "id"}, omit_defaults=True):
    """What the server says. Fields that are absent (None) are left out."""


class Info(_Answer, frozen=True, tag="info", kw_only=True):
    """The greeting on connecting, and the answer to `subscribe`."""

    status: Annotated[str, Meta(extra_json_schema=_one_of("connected"))]
    message: Sentence
    version: Annotated[str, Meta(description="The daemon's version; in the greeting only.")] | None = None
    protocol: Annotated[int, Meta(description="The protocol's version; in the greeting only.")] | None = None


class Ack(_Answer, frozen=True, tag="ack", kw_only=True):
    """The job is on disk, wholly rendered: a promise. Its `result` follows."""

    job_id: JobId
    status: Annotated[str, Meta(extra_json_schema=_one_of("queued"))]
    pos: Annotated[int, Meta(ge=0, description="Place in that printer's queue, from 1; 0 when it has ended.")]
    current: Annotated[int, Meta(ge=0, description="How many places of that printer's queue are taken.")]
    capacity: OfCapacity
    message: Sentence
    printer: PrinterName
    duplicate: Annotated[bool, Meta(description="This id was accepted before; nothing is printed a second time.")]
    warnings: Warnings = ()
    reasons: Annotated[
        tuple[str, ...], Meta(description="Why the printer cannot print now, where that is known; the ticket waits.")
    ] = ()
    retry: Annotated[
        bool, Meta(description="This id had failed or expired, with nothing printed; it is to be printed after all.")
    ] = False


class Result(_Answer, frozen=True, tag="result", kw_only=True):
    """What became of a job: once for each job and connection."""

    job_id: JobId
    status: Annotated[
        str,
        Meta(description="`success`: confirmed, sent or spooled.", extra_json_schema=_one_of("success", "error")),
    ]
    message: Sentence
    state: State
    code: Why | None = None
    printer: Annotated[str, Meta(description="Where it came out, or would have.")]
    moved_from: MovedFrom | None = None
    duration_ms: Annotated[int, Meta(ge=0, description="From acceptance to the end.")]
    simulated: Simulated = False


class Error(_Answer, frozen=True, tag="error", kw_only=True):
    """What was asked is refused; nothing was accepted."""

    job_id: Echo | None = None
    status: Annotated[str, Meta(extra_json_schema=_one_of("error"))]
    message: Sentence
    code: Annotated[str, Meta(description="What is wrong, for programs.")]
    path: Annotated[str, Meta(description="Where in the document.", examples=["commands[3].data.align"])] | None = None
    retry_after_s: Annotated[int, Meta(ge=0, description="When to send the same again.")] | None = None


class Pong(_Answer, frozen=True, tag="pong", kw_only=True):
    """Somebody is there."""

    job_id: Echo | None = None
    status: Ok


class PrinterLine(Struct, frozen=True):
    """One printer in `status`."""

    name: PrinterName
    state: PrinterState
    reasons: Reasons
    waiting: Annotated[int, Meta(ge=0, description="Jobs that wait for it.")]
    taken: Annotated[int, Meta(ge=0, description="Its places that are taken: what waits, and what prints.")] = 0
    capacity: Annotated[int, Meta(ge=0, description="How many places it has.")] = 0


class Status(_Answer, frozen=True, tag="status", kw_only=True):
    """How full the queue is and how the printers are."""

    status: Ok
    current: Taken
    capacity: OfCapacity
    message: Sentence
    printers: tuple[PrinterLine, ...]


class PrinterEntry(Struct, frozen=True, omit_defaults=True):
    """One printer in `printers`. Fields after `printer_type` came with protocol 1; empty ones are left out."""

    name: PrinterName
    port: Annotated[str, Meta(description="Where it is; for people.")]
    driver: Annotated[str, Meta(description="Its profile; empty when the document's model decides.")]
    status: Annotated[str, Meta(extra_json_schema=_one_of("ready", "offline", "paused", "error", "unknown"))]
    is_default: bool
    is_virtual: bool
    printer_type: Annotated[str, Meta(extra_json_schema=_one_of("thermal", "virtual", "network", "unknown"))]
    configured: bool | None = None  #: False: it was found, or a ticket named it
    uri: str = ""
    model: str = ""
    profile: str = ""  #: of a configured one what it prints by, of a found one what is likely
    source: str = ""  #: where one that is not configured was found
    location: str = ""
    usable: bool = False  #: not configured, and yet tickets may name it: the system has it installed


class NotLookedAt(Struct, frozen=True, rename={"message": "mensaje"}):
    """A place where printers may be that could not be looked at."""

    source: str
    message: str


class Summary(Struct, frozen=True, omit_defaults=True):
    """The printers in one line."""

    status: Annotated[
        str, Meta(description="`error`: none is ready.", extra_json_schema=_one_of("ok", "warning", "error"))
    ]
    detected_count: Count
    thermal_count: Count
    default_name: PrinterName | None = None


class Printers(_Answer, frozen=True, tag="printers", kw_only=True):
    """Every printer."""

    status: Ok
    printers: tuple[PrinterEntry, ...]
    summary: Summary
    not_looked: tuple[NotLookedAt, ...] = ()


class JobAnswer(_Answer, frozen=True, tag="job", kw_only=True):
    """How a job stands."""

    job_id: JobId
    state: State
    printer: PrinterName
    submitted_at: Moment
    updated_at: Moment
    attempts: Annotated[int, Meta(ge=0, description="How often its printing was begun.")]
    message: Sentence | None = None
    code: Why | None = None
    reprint_of: Annotated[str, Meta(description="The job it prints once more.")] | None = None
    moved_from: MovedFrom | None = None
    origin: Annotated[str, Meta(description="What it came through, and the site or program that sent it.")] = ""
    simulated: Simulated = False
    history: Annotated[tuple[Change, ...], Meta(description="Its changes, oldest first; in the answer to `job`.")] = ()


class Change(Struct, frozen=True, omit_defaults=True):
    """One change in a job's life."""

    state: State
    at: Moment
    code: Why | None = None
    moved_from: MovedFrom | None = None
    moved_to: Annotated[str, Meta(description="The printer that it waits for from here on.")] | None = None


class Jobs(_Answer, frozen=True, tag="jobs", kw_only=True):
    """Jobs, each as in `job`: the newest first, or, `pending`, those that have not ended, in their order."""

    status: Ok
    jobs: tuple[JobAnswer, ...]
    pending: bool | None = None


class JobNews(JobAnswer, frozen=True, tag="job_event", kw_only=True):
    """A job changed; for those who subscribed to `jobs`."""


class PrinterNews(_Answer, frozen=True, tag="printer_status", kw_only=True):
    """A printer changed; for those who subscribed to `printers`, at once for each printer there is."""

    printer: PrinterName
    state: PrinterState
    reasons: Reasons


class Preview(_Answer, frozen=True, tag="preview", kw_only=True):
    """What a document looks like on paper."""

    job_id: Echo | None = None
    png: Annotated[str, Meta(description="The picture.", extra_json_schema={"contentEncoding": "base64"})]
    width: Annotated[int, Meta(ge=1, description="Dots.")]
    height: Annotated[int, Meta(ge=0, description="Dots.")]
    warnings: Warnings


# --- health ---


class PrinterQueue(Struct, frozen=True):
    """How full one printer's queue is."""

    name: PrinterName
    current: Annotated[int, Meta(ge=0, description="Its places that are taken.")]
    capacity: OfCapacity


class QueueHealth(Struct, frozen=True):
    """How full the queue is."""

    current: Taken
    capacity: OfCapacity
    utilization: Annotated[float, Meta(ge=0, description="Percent.")]
    printers: tuple[PrinterQueue, ...] = ()


class WorkerHealth(Struct, frozen=True):
    """What was done since the start."""

    running: Annotated[bool, Meta(description="Every printer has its worker.")]
    jobs_processed: Count
    jobs_failed: Count


class StorageHealth(Struct, frozen=True):
    """How the queue's disk is."""

    status: Annotated[str, Meta(extra_json_schema=_one_of("ok", "error"))]
    detail: str


class ProgramHealth(Struct, frozen=True):
    """The running program's own files: told only where one of them has gone."""

    status: Annotated[str, Meta(extra_json_schema=_one_of("error"))]
    missing: Annotated[str, Meta(description="The file that is gone.")]


class TlsHealth(Struct, frozen=True):
    """How the server's certificate is: `expiring` in its last 30 days."""

    status: Annotated[str, Meta(extra_json_schema=_one_of("ok", "expiring", "expired"))]
    ends: Annotated[str, Meta(description="RFC 3339.")]
    days_left: Count


class FleetHealth(Struct, frozen=True):
    """How the link to the NATS server is. The shop prints without it: it changes nothing in `status`."""

    status: Annotated[str, Meta(extra_json_schema=_one_of("connected", "disconnected"))]
    store: str
    server: str
    detail: Annotated[str, Meta(description="Why it is not connected.")] = ""


class Build(Struct, frozen=True):
    """Which program this is. Date, time (UTC) and commit are a sealed build's, else empty."""

    env: Annotated[str, Meta(extra_json_schema=_one_of("prod", "test"))]
    date: str
    time: str
    version: str
    commit: str = ""
    sealed: bool = False
    service: str = ""


class Health(Struct, frozen=True, omit_defaults=True):
    """How the daemon is: `degraded` while printing is possible and something is wrong, `error` when it is not."""

    status: Annotated[str, Meta(extra_json_schema=_one_of("ok", "degraded", "error"))]
    queue: QueueHealth
    worker: WorkerHealth
    printers: Summary
    storage: StorageHealth
    build: Build
    uptime: Annotated[int, Meta(description="Seconds.")]
    uptime_seconds: Annotated[int, Meta(description="The same.")]
    tls: Annotated[TlsHealth | None, Meta(description="Where there is TLS.")] = None
    fleet: Annotated[FleetHealth | None, Meta(description="Where tickets come from afar.")] = None
    program: Annotated[ProgramHealth | None, Meta(description="Where files of the program are gone.")] = None


#: What may come over a WebSocket.
Answer = (
    Info | Ack | Result | Error | Pong | Status | Printers | JobAnswer | Jobs | JobNews | PrinterNews | Preview
)  # fmt: skip

#: `attempts`, `pos` and the like are always there even when they are what a default would be.
encode: Final = msgspec.json.Encoder().encode
