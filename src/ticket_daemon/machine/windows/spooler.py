"""Windows' print spooler in this program's words: installed printers, RAW documents, how printers and jobs are.

It knows what Windows' flags mean and in which order a document is written; it does not know threads, event loops or
tickets. It promises that a document which was not written whole is aborted, never ended; that what may have been
handed over is counted before it is; and that a status which Windows itself does not vouch for is not passed on.
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable
from typing import Final, Literal

import msgspec
from msgspec import Struct

from ticket_daemon.machine.windows.winspool import (
    INVALID_HANDLE,
    INVALID_PARAMETER,
    JobInfo,
    PrintApi,
    PrinterInfo,
    SpoolerError,
    Winspool,
)

#: What Windows shows in its own list of jobs.
TITLE: Final = "Ticket Daemon"
#: Bytes of one WritePrinter. Progress is seen from one to the next.
CHUNK: Final = 64 * 1024
#: Drivers built on XPS, of version 4 or 3, take bytes unchanged under the second name (winspool.h, PRINTER_DRIVER_XPS).
RAW: Final = "RAW"
XPS: Final = "XPS_PASS"
_DRIVER_XPS: Final = 0x0002

# PRINTER_ATTRIBUTE_… (winspool.h)
_SHARED: Final = 0x0008
_NETWORK: Final = 0x0010
_WORK_OFFLINE: Final = 0x0400
_FAX: Final = 0x4000

# PRINTER_STATUS_… that stand by themselves, and those that a port monitor sets while it works on a job. Of the latter
# Microsoft says that they mean nothing when no job is in the queue: nobody takes them back until the next one prints.
_STANDING: Final = (
    (0x00000001, "paused"),
    (0x00000004, "error"),  # about to be deleted
    (0x00000080, "offline"),
    (0x00001000, "offline"),  # not available
)
_WITH_A_JOB: Final = (
    (0x00000002, "error"),
    (0x00000008, "media-jam"),
    (0x00000010, "media-empty"),
    (0x00000020, "media-empty"),  # asks for paper by hand
    (0x00000040, "media-empty"),  # "paper problem": too little to say more
    (0x00000800, "error"),  # the output is full
    (0x00040000, "error"),  # no toner
    (0x00100000, "error"),  # wants a person
    (0x00200000, "error"),  # out of memory
    (0x00400000, "cover-open"),
)
# JOB_STATUS_…
_JOB_REASONS: Final = (
    (0x0001, "paused"),
    (0x0002, "error"),
    (0x0020, "offline"),
    (0x0040, "media-empty"),
    (0x0200, "error"),  # the driver cannot print it
    (0x0400, "error"),  # wants a person
)
_JOB_DELETED: Final = 0x0004 | 0x0100
#: Printed, complete, or printed and kept. A job that is done may bear the mark of being removed as well.
_JOB_DONE: Final = 0x0080 | 0x1000 | 0x2000

#: JOB_STATUS_PRINTING
_JOB_PRINTING: Final = 0x0010

#: Errors with which a spooler (wine's) may say that it knows no such job, while it knows the printer's handle.
_NO_JOB: Final = frozenset((0, INVALID_HANDLE))
#: `unknown`: it is not in the queue, and nobody can say whether it was printed, deleted or lost with the spooler.
JobEnd = Literal["done", "deleted", "unknown"]
Stage = Literal["spooling", "waiting", "printing"]


class InstalledPrinter(Struct, frozen=True):
    """A printer as Windows knows it. `reasons` are what stands in its way, in the field's words: offline, paused, …"""

    name: str
    port: str
    driver: str
    is_default: bool = False
    is_network: bool = False
    is_shared: bool = False
    is_fax: bool = False
    comment: str = ""
    location: str = ""
    reasons: tuple[str, ...] = ()
    jobs: int = 0


class JobState(Struct, frozen=True):
    """How a job in Windows' queue is: `end` says that it has ended; `progress` changes when it moves.

    `stage`: `spooling` while it is being handed over, then `waiting` or `printing`.
    """

    end: JobEnd | None = None
    reasons: tuple[str, ...] = ()
    progress: tuple[int, int] = (0, 0)
    stage: Stage = "waiting"


class Progress:
    """How far a document is; written by the thread that prints it, read by who watches it."""

    def __init__(self) -> None:
        self.offered = 0  #: bytes that may have left, counted before they do
        self.steps = 0  #: calls that came back
        self.look: JobState | None = None  #: the last one before the document was ended, if the spooler could tell
        self.abandoned = False  #: nobody waits any more: do not end the document


class Abandoned(Exception):
    """The document was given up while it was written."""


def installed_printers(api: PrintApi | None = None) -> tuple[InstalledPrinter, ...]:
    """Every printer of this computer and its user, by name. May take long where one is another computer's.

    Raises SpoolerError, on other systems always.
    """
    api = api or Winspool()
    default = api.default_printer()
    listed = (_installed(printer, default) for printer in api.printers())
    return tuple(sorted(listed, key=lambda printer: printer.name.casefold()))


def _installed(printer: PrinterInfo, default: str) -> InstalledPrinter:
    return InstalledPrinter(
        name=printer.name,
        port=printer.port,
        driver=printer.driver,
        is_default=printer.name == default,
        is_network=bool(printer.attributes & _NETWORK),
        is_shared=bool(printer.attributes & _SHARED),
        is_fax=bool(printer.attributes & _FAX),
        comment=printer.comment,
        location=printer.location,
        reasons=reasons(printer),
        jobs=printer.jobs,
    )


def reasons(printer: PrinterInfo) -> tuple[str, ...]:
    """What stands in a printer's way, each word once."""
    words = _words(printer.status, _STANDING)
    if printer.attributes & _WORK_OFFLINE:
        words.append("offline")
    if printer.jobs:
        words += _words(printer.status, _WITH_A_JOB)
    return tuple(dict.fromkeys(words))


def _words(flags: int, table: Iterable[tuple[int, str]]) -> list[str]:
    return [word for flag, word in table if flags & flag]


def known_name(name: str, api: PrintApi) -> str | None:
    """The name as Windows spells it; None when no printer has it. Shares (`\\\\computer\\printer`) are believed."""
    if name.startswith("\\\\"):
        return name
    return next((known for known in api.names() if known.casefold() == name.casefold()), None)


def nearest_names(name: str, api: PrintApi) -> list[str]:
    """The names most like `name`, best first."""
    folded = {known.casefold(): known for known in api.names()}
    return [folded[near] for near in difflib.get_close_matches(name.casefold(), folded, 3, 0.0)]


def datatype(handle: int, api: PrintApi) -> str:
    """The word under which this printer's driver takes bytes as they are."""
    try:
        return XPS if api.driver_attributes(handle) & _DRIVER_XPS else RAW
    except SpoolerError:  # a driver that cannot even say what it is is an old one
        return RAW


def print_document(api: PrintApi, handle: int, kind: str, data: bytes, progress: Progress) -> int:
    """Print `data` as one document; the number of its job in Windows' queue. Blocks.

    Raises SpoolerError, or Abandoned when told to stop; `progress.offered` bytes may have left then, even though the
    document was aborted: Windows may begin to print while it still spools.
    """
    number = api.start_document(handle, TITLE, kind)
    try:
        written = 0
        while written < len(data):
            _go_on(progress)
            chunk = memoryview(data)[written : written + CHUNK]
            progress.offered = written + len(chunk)
            taken = api.write(handle, chunk)
            if taken == 0:
                raise SpoolerError("WritePrinter", INVALID_PARAMETER, "no byte was taken")
            written += taken
            progress.steps += 1
        _go_on(progress)
    except (SpoolerError, Abandoned):
        with contextlib.suppress(SpoolerError):  # what failed first is what is told
            api.abort(handle)
        raise
    progress.look = _spooling(api, handle, number)
    api.end_document(handle)
    return number


def _spooling(api: PrintApi, handle: int, number: int) -> JobState | None:
    """A look at a job while it is handed over: a small ticket has left the queue before the next one."""
    try:
        return msgspec.structs.replace(_state(api.job(handle, number)), stage="spooling")
    except SpoolerError:
        return None


def _go_on(progress: Progress) -> None:
    if progress.abandoned:
        raise Abandoned


def job_state(api: PrintApi, handle: int, number: int, last: JobState | None) -> JobState:
    """How a job that was handed over is; `last` is the look before this one."""
    try:
        return _state(api.job(handle, number))
    except SpoolerError as error:
        gone = error.number == INVALID_PARAMETER or (error.number in _NO_JOB and _is_valid(api, handle))
        return JobState(end=without(last) if gone else "unknown")


def _state(job: JobInfo) -> JobState:
    if job.status & _JOB_DONE:
        return JobState(end="done")
    if job.status & _JOB_DELETED:
        return JobState(end="deleted")
    return JobState(
        reasons=tuple(dict.fromkeys(_words(job.status, _JOB_REASONS))),
        progress=(job.status, job.pages_printed),
        stage="printing" if job.status & _JOB_PRINTING else "waiting",
    )


def without(last: JobState | None) -> JobEnd:
    """What became of a job that a working spooler does not know any more, by the last look at it.

    Windows takes a job out of its queue when the port has all of it. A person takes out one that waits, or that stands
    still for a reason; then nobody can tell the two apart.
    """
    if last is None or last.reasons or last.stage == "waiting":
        return "unknown"
    return "done"


def _is_valid(api: PrintApi, handle: int) -> bool:
    """Whether the spooler still knows this printer's handle: one that was restarted does not."""
    try:
        api.printer(handle)
    except SpoolerError:
        return False
    return True
