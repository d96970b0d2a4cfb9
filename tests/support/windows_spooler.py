"""A Windows spooler in memory, which does what no test machine can be made to do: tell how a job is, abort, pause."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import msgspec

from ticket_daemon.machine.windows.winspool import (
    INVALID_HANDLE,
    INVALID_PARAMETER,
    INVALID_PRINTER_NAME,
    JobInfo,
    PrinterInfo,
    SpoolerError,
)

#: JOB_STATUS_SPOOLING
SPOOLING = 0x8


class FakeSpooler:
    """PrintApi with printers that a test puts there. `calls` has what was asked for, in order."""

    def __init__(self, *printers: PrinterInfo, default: str = "") -> None:
        self.by_name = {printer.name: printer for printer in printers}
        self.default = default
        self.calls: list[str] = []
        self.documents: list[tuple[str, str, bytes]] = []  #: printer, datatype, bytes of each that was ended
        self.aborted: list[bytes] = []
        #: function -> what is done instead of its success; a SpoolerError is raised
        self.trouble: dict[str, Callable[[], Any]] = {}
        self.drivers: dict[str, int] = {}
        self.jobs: dict[int, JobInfo] = {}  #: what `job` answers; one that is not there is not in the queue
        self._handles: dict[int, str] = {}
        self._spooling: dict[int, int] = {}  #: the job of the document that a handle last began
        self._open: dict[int, tuple[str, bytearray]] = {}
        self._numbers = iter(range(1, 1_000_000))
        self._lock = threading.Lock()

    # --- what a test does to it ---

    def change(self, name: str, **fields: Any) -> None:
        self.by_name[name] = msgspec.structs.replace(self.by_name[name], **fields)

    def fail(self, function: str, number: int) -> None:
        def refuse() -> None:
            raise SpoolerError(function, number, "made to fail")

        self.trouble[function] = refuse

    @property
    def open_handles(self) -> int:
        return len(self._handles)

    def _begin(self, function: str) -> Any:
        self.calls.append(function)
        return self.trouble[function]() if function in self.trouble else None

    def _named(self, handle: int) -> str:
        if handle not in self._handles:
            raise SpoolerError("?", INVALID_HANDLE, "invalid handle")
        return self._handles[handle]

    # --- PrintApi ---

    def printers(self) -> list[PrinterInfo]:
        self._begin("printers")
        return list(self.by_name.values())

    def names(self) -> list[str]:
        self._begin("names")
        return list(self.by_name)

    def default_printer(self) -> str:
        return self.default

    def open(self, name: str) -> int:
        self._begin("open")
        if name not in self.by_name:
            raise SpoolerError("OpenPrinterW", INVALID_PRINTER_NAME, "invalid printer name")
        with self._lock:
            handle = next(self._numbers)
            self._handles[handle] = name
        return handle

    def close(self, handle: int) -> None:
        self._begin("close")
        self._named(handle)
        del self._handles[handle]

    def printer(self, handle: int) -> PrinterInfo:
        self._begin("printer")
        return self.by_name[self._named(handle)]

    def driver_attributes(self, handle: int) -> int:
        self._begin("driver_attributes")
        return self.drivers.get(self._named(handle), 0)

    def start_document(self, handle: int, title: str, datatype: str) -> int:
        self._begin("start_document")
        self._named(handle)
        assert title
        self._open[handle] = (datatype, bytearray())
        self._spooling[handle] = next(self._numbers)
        return self._spooling[handle]

    def write(self, handle: int, data: bytes | memoryview) -> int:
        taken = self._begin("write")
        taken = len(data) if taken is None else taken
        self._open[handle][1].extend(data[:taken])
        return int(taken)

    def end_document(self, handle: int) -> None:
        self._begin("end_document")
        kind, data = self._open.pop(handle)
        self.documents.append((self._named(handle), kind, bytes(data)))

    def abort(self, handle: int) -> None:
        self._begin("abort")
        self.aborted.append(bytes(self._open.pop(handle)[1]))

    def job(self, handle: int, number: int) -> JobInfo:
        self._begin("job")
        self._named(handle)
        if handle in self._open and self._spooling[handle] == number:
            return JobInfo(SPOOLING)
        if number not in self.jobs:
            raise SpoolerError("GetJobW", INVALID_PARAMETER, "no such job")
        return self.jobs[number]
