"""The functions of Windows' `winspool.drv` that printing needs, typed, and nothing else.

It knows structures, sizes and error numbers of the Windows SDK (winspool.h); it does not know what is printed or what
an error means for a ticket. It promises plain values, SpoolerError with the system's number for whatever fails, and
that Python's lock is not held while the system works. That is why pywin32 is not used here: its EndDocPrinter keeps
the lock, and a port that takes two seconds stops every other printer and client for two seconds (measured).
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import POINTER, Structure, byref, c_uint32, c_void_p, c_wchar_p
from typing import Any, Final, Protocol

from msgspec import Struct

# Error numbers (winerror.h).
ACCESS_DENIED: Final = 5
INVALID_HANDLE: Final = 6
INVALID_PARAMETER: Final = 87
INSUFFICIENT_BUFFER: Final = 122
RPC_SERVER_UNAVAILABLE: Final = 1722
RPC_CALL_FAILED: Final = 1726
INVALID_PRINTER_NAME: Final = 1801
NOT_ON_WINDOWS: Final = 50  # ERROR_NOT_SUPPORTED

# Which printers are listed (winspool.h, PRINTER_ENUM_…): this computer's own, and the user's connections to others'.
_LOCAL: Final = 2
_CONNECTIONS: Final = 4


class SpoolerError(Exception):
    """A call failed. `number` is Windows' error number, `detail` its own sentence."""

    def __init__(self, function: str, number: int, detail: str = "") -> None:
        super().__init__(f"{function}: {detail or 'error'} ({number})")
        self.function = function
        self.number = number
        self.detail = detail or f"{function}: {number}"


class PrinterInfo(Struct, frozen=True):
    """PRINTER_INFO_2, as far as it is of use. `attributes` and `status` are PRINTER_ATTRIBUTE_… and PRINTER_STATUS_…"""

    name: str
    port: str = ""
    driver: str = ""
    comment: str = ""
    location: str = ""
    attributes: int = 0
    status: int = 0
    jobs: int = 0


class JobInfo(Struct, frozen=True):
    """JOB_INFO_1, as far as it is of use. `status` is JOB_STATUS_…"""

    status: int
    pages_printed: int = 0


class PrintApi(Protocol):
    """What the rest of the program uses; tests stand in for what no test machine can show."""

    def printers(self) -> list[PrinterInfo]:
        """Every printer of this computer and this user, in full. May wait for the print servers of other computers."""

    def names(self) -> list[str]:
        """Their names alone, from this computer's registry: quick."""

    def default_printer(self) -> str:
        """The user's default; "" when there is none."""

    def open(self, name: str) -> int: ...

    def close(self, handle: int) -> None: ...

    def printer(self, handle: int) -> PrinterInfo: ...

    def driver_attributes(self, handle: int) -> int:
        """PRINTER_DRIVER_… flags of the printer's driver."""

    def start_document(self, handle: int, title: str, datatype: str) -> int:
        """The number of the new job."""

    def write(self, handle: int, data: bytes | memoryview) -> int:
        """How many bytes were taken."""

    def end_document(self, handle: int) -> None: ...

    def abort(self, handle: int) -> None: ...

    def job(self, handle: int, number: int) -> JobInfo: ...


# --- winspool.h ---


class _PrinterInfo2(Structure):
    _fields_ = [
        *((name, c_wchar_p) for name in ("server", "name", "share", "port", "driver", "comment", "location")),
        ("devmode", c_void_p),
        *((name, c_wchar_p) for name in ("separator", "processor", "datatype", "parameters")),
        ("security", c_void_p),
        *((name, c_uint32) for name in ("attributes", "priority", "default_priority", "start", "until")),
        *((name, c_uint32) for name in ("status", "jobs", "pages_per_minute")),
    ]


class _PrinterInfo4(Structure):
    _fields_ = [("name", c_wchar_p), ("server", c_wchar_p), ("attributes", c_uint32)]


class _DocumentInfo1(Structure):
    _fields_ = [("title", c_wchar_p), ("file", c_wchar_p), ("datatype", c_wchar_p)]


class _DriverInfo8(Structure):
    _fields_ = [
        ("version", c_uint32),
        *(
            (name, c_wchar_p)
            for name in (
                "name", "environment", "path", "data_file", "config_file", "help_file", "dependent_files", "monitor",
                "default_datatype", "previous_names",
            )
        ),
        ("date", c_uint32 * 2),
        ("driver_version", ctypes.c_uint64),
        *(
            (name, c_wchar_p)
            for name in ("maker", "url", "hardware", "provider", "processor", "setup", "profiles", "inf")
        ),
        ("attributes", c_uint32),
        ("core_dependencies", c_wchar_p),
        ("oldest_inbox_date", c_uint32 * 2),
        ("oldest_inbox_version", ctypes.c_uint64),
    ]  # fmt: skip


class _JobInfo1(Structure):
    _fields_ = [
        ("number", c_uint32),
        *((name, c_wchar_p) for name in ("printer", "machine", "user", "document", "datatype", "status_text")),
        *((name, c_uint32) for name in ("status", "priority", "position", "total_pages", "pages_printed")),
        ("submitted", ctypes.c_uint16 * 8),
    ]


_HANDLE: Final = c_void_p
_COUNT: Final = POINTER(c_uint32)

#: function -> the types of its arguments. All answer a BOOL but StartDocPrinter, which answers the job's number.
_FUNCTIONS: Final[dict[str, tuple[Any, ...]]] = {
    "EnumPrintersW": (c_uint32, c_wchar_p, c_uint32, c_void_p, c_uint32, _COUNT, _COUNT),
    "GetDefaultPrinterW": (c_void_p, _COUNT),
    "OpenPrinterW": (c_wchar_p, POINTER(_HANDLE), c_void_p),
    "ClosePrinter": (_HANDLE,),
    "GetPrinterW": (_HANDLE, c_uint32, c_void_p, c_uint32, _COUNT),
    "GetPrinterDriverW": (_HANDLE, c_wchar_p, c_uint32, c_void_p, c_uint32, _COUNT),
    "StartDocPrinterW": (_HANDLE, c_uint32, POINTER(_DocumentInfo1)),
    "WritePrinter": (_HANDLE, c_void_p, c_uint32, _COUNT),
    "EndDocPrinter": (_HANDLE,),
    "AbortPrinter": (_HANDLE,),
    "GetJobW": (_HANDLE, c_uint32, c_uint32, c_void_p, c_uint32, _COUNT),
}


class Winspool:
    """The real thing. Each call may block for as long as the system likes: call it in a thread."""

    def __init__(self) -> None:
        if sys.platform != "win32":
            raise SpoolerError("winspool.drv", NOT_ON_WINDOWS, "there is no Windows spooler on this system")
        library = ctypes.WinDLL("winspool.drv", use_last_error=True)
        for name, types in _FUNCTIONS.items():
            function = library[name]
            function.argtypes = types
            function.restype = c_uint32
        self._library: Any = library

    def _call(self, name: str, *arguments: Any) -> int:
        answer: int = getattr(self._library, name)(*arguments)
        if not answer:
            raise _last_error(name)
        return answer

    def _filled(self, name: str, *before: Any, after: tuple[Any, ...] = ()) -> Any:
        """Call a function that fills a buffer, the first time to learn how large it must be."""
        needed = c_uint32()
        size = 0
        while True:
            buffer = ctypes.create_string_buffer(max(size, 1))
            try:
                self._call(name, *before, buffer if size else None, size, byref(needed), *after)
            except SpoolerError as error:
                # It may have grown since it was asked: a printer was added, a driver's settings changed.
                if error.number != INSUFFICIENT_BUFFER or needed.value <= size:
                    raise
                size = needed.value
            else:
                return buffer

    def _listed(self, level: int, structure: Any) -> tuple[Any, Any]:
        count = c_uint32()
        flags = _LOCAL | _CONNECTIONS
        buffer = self._filled("EnumPrintersW", flags, None, level, after=(byref(count),))
        return (structure * count.value).from_buffer(buffer) if count.value else (), buffer

    def printers(self) -> list[PrinterInfo]:
        listed, _buffer = self._listed(2, _PrinterInfo2)
        return [_printer_info(printer) for printer in listed]

    def names(self) -> list[str]:
        listed, _buffer = self._listed(4, _PrinterInfo4)
        return [printer.name or "" for printer in listed]

    def default_printer(self) -> str:
        size = c_uint32(0)
        self._library.GetDefaultPrinterW(None, byref(size))
        if not size.value:
            return ""
        buffer = ctypes.create_unicode_buffer(size.value)
        return buffer.value if self._library.GetDefaultPrinterW(buffer, byref(size)) else ""

    def open(self, name: str) -> int:
        handle = _HANDLE()
        self._call("OpenPrinterW", name, byref(handle), None)
        return handle.value or 0

    def close(self, handle: int) -> None:
        self._call("ClosePrinter", handle)

    def printer(self, handle: int) -> PrinterInfo:
        buffer = self._filled("GetPrinterW", handle, 2)
        return _printer_info(_PrinterInfo2.from_buffer(buffer))

    def driver_attributes(self, handle: int) -> int:
        buffer = self._filled("GetPrinterDriverW", handle, None, 8)
        attributes: int = _DriverInfo8.from_buffer(buffer).attributes
        return attributes

    def start_document(self, handle: int, title: str, datatype: str) -> int:
        return self._call("StartDocPrinterW", handle, 1, byref(_DocumentInfo1(title, None, datatype)))

    def write(self, handle: int, data: bytes | memoryview) -> int:
        taken = c_uint32()
        self._call("WritePrinter", handle, bytes(data), len(data), byref(taken))
        return taken.value

    def end_document(self, handle: int) -> None:
        self._call("EndDocPrinter", handle)

    def abort(self, handle: int) -> None:
        self._call("AbortPrinter", handle)

    def job(self, handle: int, number: int) -> JobInfo:
        buffer = self._filled("GetJobW", handle, number, 1)
        job = _JobInfo1.from_buffer(buffer)
        if job.number != number:  # a spooler that answers without knowing (wine's)
            raise SpoolerError("GetJobW", NOT_ON_WINDOWS, "the spooler cannot tell")
        return JobInfo(job.status, job.pages_printed)


def _printer_info(printer: Any) -> PrinterInfo:
    return PrinterInfo(
        name=printer.name or "",
        port=printer.port or "",
        driver=printer.driver or "",
        comment=printer.comment or "",
        location=printer.location or "",
        attributes=printer.attributes,
        status=printer.status,
        jobs=printer.jobs,
    )


def _last_error(function: str) -> SpoolerError:
    if sys.platform == "win32":
        number = ctypes.get_last_error()
        return SpoolerError(function, number, ctypes.FormatError(number).strip())
    return SpoolerError(function, NOT_ON_WINDOWS)
