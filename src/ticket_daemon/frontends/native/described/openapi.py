"""The HTTP interface as OpenAPI 3.1.

It knows each path, what goes in and what may come out; it does not know what happens in between. It promises one
operation for each path under `/api/v1` and for `/health` (a test compares them with the routes), and that errors have
the status that the server gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from ticket_daemon import __version__
from ticket_daemon.frontends.native.described.schemas import Schema, body_of, components
from ticket_daemon.frontends.native.http import STATUS
from ticket_daemon.frontends.native.log_lines import MAX_LINES

_WHERE: Final = "#/components/schemas/"
#: A schema's name for an answer that is a picture.
PNG: Final = "image/png"
#: And for one that is lines of JSON.
JSON_LINES: Final = "application/x-ndjson"

_BODY: Final = ("invalid_json", "invalid_message", "too_large", "too_slow", "unsupported_media_type")
_TOKEN: Final = ("unauthorized",)
_QUEUE: Final = ("storage_unavailable", "shutting_down")
_ALWAYS: Final = ("internal", "origin_refused", "host_refused")


class Operation(NamedTuple):
    """One path and method. `good` is status -> (what it means, the answer's schema)."""

    method: str
    path: str
    name: str
    summary: str
    good: Mapping[int, tuple[str, str]]
    errors: tuple[str, ...] = ()
    body: str | None = None
    token: bool = True


_JOB: Final = (*_TOKEN, "unknown_job", *_QUEUE)
_TRY: Final = (*_TOKEN, "unknown_printer", "invalid_document", "queue_full", *_QUEUE)
_STEER: Final = (*_BODY, *_JOB, "not_cancellable")

OPERATIONS: Final = (
    Operation(
        "post", "/api/v1/jobs", "print", "Print a document.",
        {202: ("Accepted: it is on disk.", "Ack"), 200: ("This id was accepted before.", "Ack")},
        (*_BODY, "missing_datos", *_TOKEN, "unknown_printer", "id_conflict", "invalid_document", "rate_limited",
         "queue_full", *_QUEUE),
        body="TicketBody",
    ),
    Operation(
        "get", "/api/v1/jobs", "listJobs", "The newest jobs.", {200: ("Newest first.", "Jobs")},
        ("invalid_message", *_TOKEN, *_QUEUE),
    ),
    Operation("get", "/api/v1/jobs/{id}", "getJob", "How a job stands.", {200: ("The job.", "JobAnswer")}, _JOB),
    Operation(
        "delete", "/api/v1/jobs/{id}", "cancelJob", "Do not print a job that has not begun.",
        {200: ("It will not print.", "JobAnswer")}, (*_JOB, "not_cancellable"),
    ),
    Operation(
        "get", "/api/v1/jobs/{id}/paper.png", "getPaper", "What a job's bytes print.",
        {200: ("A picture.", PNG)}, _JOB,
    ),
    Operation(
        "post", "/api/v1/jobs/{id}/hold", "holdJob", "Keep a waiting job back until it is released.",
        {200: ("It is held.", "JobAnswer")}, _STEER, body="HoldBody",
    ),
    Operation(
        "post", "/api/v1/jobs/{id}/release", "releaseJob", "Let a held job go on.",
        {200: ("It waits for its turn, as the last of its queue.", "JobAnswer")}, (*_STEER, "unknown_printer"),
        body="ReleaseBody",
    ),
    Operation(
        "post", "/api/v1/jobs/{id}/reprint", "reprintJob", "Print a job once more, as a new job.",
        {202: ("Accepted: the new job is on disk.", "Ack")},
        (*_BODY, *_JOB, "unknown_printer", "id_conflict", "queue_full", "rate_limited"), body="ReprintBody",
    ),
    Operation(
        "get", "/api/v1/printers", "listPrinters", "Every printer.", {200: ("The printers.", "Printers")}, token=False
    ),
    Operation(
        "get", "/api/v1/printers/{name}/profile", "getProfile", "What a printer can do.",
        {200: ("Its profile.", "Profile")}, ("unknown_printer",), token=False,
    ),
    Operation(
        "post", "/api/v1/printers/scan", "scan", "Who listens on port 9100 in a network.",
        {200: ("Printers, perhaps.", "Scanned")}, (*_BODY, *_TOKEN, "invalid_config"), body="ScanBody",
    ),
    Operation(
        "post", "/api/v1/preview", "preview", "What a document would look like on paper.",
        {200: ("A picture.", PNG)}, (*_BODY, "missing_datos", "invalid_document", *_TOKEN, "rate_limited"),
        body="PreviewBody",
    ),
    Operation(
        "post", "/api/v1/reload", "reload", "Take the configuration's printers as they are now.",
        {200: ("What it changed.", "Reloaded")}, (*_TOKEN, "invalid_config", "invalid_profiles", *_QUEUE),
    ),
    *(
        Operation(
            "post", f"/api/v1/printers/{{name}}/{what}", f"{what}Printer", summary,
            {202: ("Accepted: the job that does it is on disk.", "Ack")}, _TRY,
        )
        for what, summary in (
            ("test", "Print a test ticket."),
            ("drawer", "Open the drawer."),
            ("calibration", "Print the calibration ticket."),
        )
    ),
    Operation(
        "post", "/api/v1/printers/{name}/burst", "burstPrinter", "Print many test tickets at once.",
        {202: ("Those accepted, and how many were refused for want of places.", "Burst")},
        (*_BODY, *_TOKEN, "unknown_printer", *_QUEUE), body="BurstRequest",
    ),
    Operation(
        "get", "/api/v1/log", "log", "Lines of the daemon's log.", {200: ("Newest first.", "LogLines")},
        ("invalid_message", *_TOKEN),
    ),
    Operation(
        "get", "/api/v1/log.jsonl", "exportLog", "Lines of the daemon's log as a file.",
        {200: ("Oldest first, as many as 5,000 unless said.", JSON_LINES)}, ("invalid_message", *_TOKEN),
    ),
    Operation(
        "get", "/api/v1/doctor", "doctor", "What may keep it from printing, and what to do.",
        {200: ("What was found.", "Diagnosis")}, _TOKEN,
    ),
    Operation("get", "/health", "health", "How the daemon is.", {200: ("How it is.", "Health")}, token=False),
)  # fmt: skip

#: Body -> the message it is, and the fields that the path or the header says.
_BODIES: Final = {
    "TicketBody": ("TicketRequest", ()),
    "PreviewBody": ("PreviewRequest", ("id", "auth_token")),
    "HoldBody": ("HoldRequest", ("id", "auth_token")),
    "ReleaseBody": ("ReleaseRequest", ("id", "auth_token")),
    "ReprintBody": ("ReprintRequest", ("id", "auth_token")),
}
_LIMIT: Final = {
    "name": "limit", "in": "query", "description": "How many.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50},
}  # fmt: skip
_PENDING: Final = {
    "name": "pending", "in": "query", "description": "Only those that have not ended, in their order.",
    "schema": {"type": "boolean", "default": False},
}  # fmt: skip
_LOOK: Final = {
    "name": "look", "in": "query", "description": "1: look for printers anew first, on the network too.",
    "schema": {"type": "integer", "enum": [0, 1], "default": 0},
}  # fmt: skip
_SCAN: Final = {
    "type": "object",
    "properties": {"network": {"type": "string", "description": "As 192.168.1.0/24; this machine's own without it."}},
}
_CHOICE: Final = tuple(
    {"name": name, "in": "query", "description": meaning, "schema": schema}
    for name, meaning, schema in (
        ("limit", "How many lines.", {"type": "integer", "minimum": 1, "maximum": MAX_LINES}),
        ("level", "At least.", {"enum": ["debug", "info", "warning", "error"], "default": "debug"}),
        ("text", "What is in the line.", {"type": "string", "maxLength": 200}),
        ("audit", "Audit lines only.", {"type": "boolean", "default": False}),
    )
)


def _in_path(name: str, meaning: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": meaning, "schema": {"type": "string"}}


#: Operation -> its parameters; those of the path are found by it.
_PARAMETERS: Final[Mapping[str, tuple[Schema, ...]]] = MappingProxyType(
    {"listJobs": (_LIMIT, _PENDING), "listPrinters": (_LOOK,), "log": _CHOICE, "exportLog": _CHOICE}
)
_PLACES: Final[Mapping[str, Schema]] = MappingProxyType(
    {"{id}": _in_path("id", "The job."), "{name}": _in_path("name", "The printer's name, whatever its case.")}
)


def openapi() -> dict[str, Any]:
    """The whole description."""
    found = components(_WHERE, discriminators=True)
    bodies = {name: body_of(request, found, without) for name, (request, without) in _BODIES.items()}
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ticket Daemon",
            "version": __version__,
            "summary": "A print spooler for web points of sale.",
            "description": "The verbs of the WebSocket (see /asyncapi.json) for clients without one. "
            "An accepted job is on disk; the same id is never printed twice.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "http://127.0.0.1:8766", "description": "The daemon on the cashier's machine."}],
        "paths": paths,
        "components": {
            "schemas": {**found, **bodies, "ScanBody": _SCAN},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {"operationId": operation.name, "summary": operation.summary}
    described["security"] = [{}, {"token": []}] if operation.token else []
    parameters = [place for word, place in _PLACES.items() if word in operation.path]
    parameters += _PARAMETERS.get(operation.name, ())
    if parameters:
        described["parameters"] = parameters
    if operation.body:
        needed = operation.body in ("TicketBody", "PreviewBody")
        described["requestBody"] = {"required": needed, "content": _content(operation.body)}
    answers = {
        str(status): {"description": meaning, "content": _content(name)}
        for status, (meaning, name) in operation.good.items()
    }
    described["responses"] = {**answers, **_refusals((*operation.errors, *_ALWAYS))}
    return described


def _content(name: str) -> dict[str, Any]:
    if name in (PNG, JSON_LINES):
        return {name: {}}
    schema: Schema = {"$ref": _WHERE + name}
    return {"application/json": {"schema": schema}}


def _refusals(codes: tuple[str, ...]) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(STATUS.get(code, 400), []).append(code)
    return {
        str(status): {
            "description": ", ".join(f"`{code}`" for code in dict.fromkeys(same)),
            "content": _content("Error"),
        }
        for status, same in sorted(by_status.items())
    }
