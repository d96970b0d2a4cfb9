"""IPP messages as bytes (RFC 8010) and the few operations that finding and using a queue take (RFC 8011, CUPS).

It knows how attributes are written and read; it does not know HTTP, where CUPS is or jobs' meaning. It promises that
any bytes give a Response or an IppFault, never another error.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from msgspec import Struct

CONTENT_TYPE: Final = "application/ipp"
_VERSION: Final = b"\x02\x00"


class Operation(IntEnum):
    """RFC 8011, 5.4.15; the last is CUPS' own."""

    PRINT_JOB = 0x0002
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B
    CUPS_GET_PRINTERS = 0x4002


class Status(IntEnum):
    """The answers told apart (RFC 8011, appendix B); below 0x0100 all went well."""

    OK_LIMIT = 0x00FF
    NOT_FOUND = 0x0406
    TEMPORARY = 0x0505
    NOT_ACCEPTING = 0x0506
    BUSY = 0x0507


class JobState(IntEnum):
    """RFC 8011, 5.3.7."""

    PENDING = 3
    HELD = 4
    PROCESSING = 5
    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


#: printer-state "stopped", RFC 8011, 5.4.11.
PRINTER_STOPPED: Final = 5


class Tag(IntEnum):
    """Groups, and the kinds of values that are sent (RFC 8010, 3.5)."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    PRINTER = 0x04
    UNSUPPORTED = 0x05
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    FORMAT = 0x49


#: Below this a tag begins a group; from here on it begins a value. Up to 1Fh a value says that there is none.
_FIRST_VALUE: Final = 0x10
_LAST_VOID: Final = 0x1F
_NUMBERS: Final = frozenset((Tag.INTEGER, Tag.ENUM))
_FIRST_TEXT: Final = 0x40

Value = int | bool | str | bytes | None
Attributes = dict[str, list[Value]]
Attribute = tuple[Tag, str, str]


class IppFault(ValueError):
    """The bytes are no IPP message."""


class Response(Struct, frozen=True):
    """An answer: its status, what is said of the whole, and of each printer or job in it; by name, lists of values."""

    status: int
    whole: Attributes
    each: tuple[Attributes, ...] = ()

    @property
    def attributes(self) -> Attributes:
        """What is said of the whole and of the first printer or job."""
        return self.whole | self.each[0] if self.each else self.whole

    @property
    def is_well(self) -> bool:
        """Whether what was asked for was done."""
        return self.status <= Status.OK_LIMIT

    def number(self, name: str) -> int | None:
        """The first value of an attribute, if it is a number."""
        value = next(iter(self.attributes.get(name, ())), None)
        return value if isinstance(value, int) else None

    def words(self, name: str) -> tuple[str, ...]:
        """The values of an attribute that are words."""
        return tuple(value for value in self.attributes.get(name, ()) if isinstance(value, str))


def request(
    operation: Operation, printer: str, more: Iterable[Attribute] = (), job: Iterable[Attribute] = (), number: int = 1
) -> bytes:
    """A request to the printer of that URI ("": to the server itself), without the document."""
    head: tuple[Attribute, ...] = (
        (Tag.CHARSET, "attributes-charset", "utf-8"),
        (Tag.LANGUAGE, "attributes-natural-language", "en"),
        *(((Tag.URI, "printer-uri", printer),) if printer else ()),
        (Tag.NAME, "requesting-user-name", "ticket-daemon"),
    )
    message = bytearray(_VERSION + struct.pack(">hi", operation, number))
    message.append(Tag.OPERATION)
    _write(message, (*head, *more))
    if job := tuple(job):
        message.append(Tag.JOB)
        _write(message, job)
    message.append(Tag.END)
    return bytes(message)


def wanted(names: Iterable[str]) -> tuple[Attribute, ...]:
    """What a request adds to be told these attributes and no others."""
    return tuple((Tag.KEYWORD, "requested-attributes", name) for name in names)


def _write(message: bytearray, attributes: Iterable[Attribute]) -> None:
    last = ""
    for tag, name, value in attributes:
        data = struct.pack(">i", int(value)) if tag in _NUMBERS else value.encode()
        # Another value of the same attribute has no name (RFC 8010, 3.1.5).
        key = b"" if name == last else name.encode()
        message += bytes((tag,)) + struct.pack(">H", len(key)) + key + struct.pack(">H", len(data)) + data
        last = name


def read(message: bytes) -> Response:
    """Raises IppFault."""
    try:
        return _read(message)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise IppFault(str(error)) from None


def _read(message: bytes) -> Response:
    (status,) = struct.unpack_from(">h", message, 2)
    groups: list[Attributes] = [{}]  # the first for the whole, then one for each printer or job
    at, name = 8, ""
    while (tag := message[at]) != Tag.END:
        at += 1
        if tag < _FIRST_VALUE:
            groups += [{}] if tag in (Tag.JOB, Tag.PRINTER) else []
            name = ""
            continue
        key, at = _piece(message, at)
        data, at = _piece(message, at)
        name = key.decode() or name
        groups[-1].setdefault(name, []).append(_value(tag, data))
    return Response(status, groups[0], tuple(groups[1:]))


def _piece(message: bytes, at: int) -> tuple[bytes, int]:
    (size,) = struct.unpack_from(">H", message, at)
    end = at + 2 + size
    if end > len(message):
        raise IppFault("cut short")
    return message[at + 2 : end], end


def _value(tag: int, data: bytes) -> Value:
    if tag <= _LAST_VOID:
        return None
    if tag in _NUMBERS:
        return int(struct.unpack(">i", data)[0])
    if tag == Tag.BOOLEAN:
        return data != b"\0"
    return data.decode() if tag >= _FIRST_TEXT else data
