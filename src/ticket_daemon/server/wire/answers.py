"""What the daemon says, as types.

It knows each answer's `tipo` and fields, and nothing of how it comes about. It promises that what is absent is left
out, so that a v1 client meets nothing it does not know where there is nothing to say.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

PROTOCOL: Final = 1


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
