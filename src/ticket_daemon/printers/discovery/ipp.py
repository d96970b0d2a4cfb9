"""The few words of IPP that finding a CUPS queue takes: a request's bytes, an answer's attributes.

It knows the encoding (RFC 8010) and the one operation CUPS-Get-Printers; it does not know HTTP. It promises that any
bytes are either attributes or a ValueError.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Final

#: CUPS-Get-Printers (CUPS Implementation of IPP).
CUPS_GET_PRINTERS: Final = 0x4002
#: A status below this is success (RFC 8011, 4.1.8).
_FIRST_ERROR: Final = 0x0100
#: client-error-not-found: what CUPS says when there is no queue at all.
_NOTHING: Final = 0x0406

_OPERATION, _END, _PRINTER = 0x01, 0x03, 0x04
_KEYWORD, _CHARSET, _LANGUAGE = 0x44, 0x47, 0x48
_INTEGER, _BOOLEAN, _ENUM = 0x21, 0x22, 0x23
_FIRST_VALUE: Final = 0x10

Value = str | int | bool
Attributes = dict[str, list[Value]]


def get_printers(wanted: Sequence[str]) -> bytes:
    """The request for all queues, with the attributes called `wanted`."""
    head = struct.pack(">BBHI", 1, 1, CUPS_GET_PRINTERS, 1) + bytes((_OPERATION,))
    parts = [
        _attribute(_CHARSET, "attributes-charset", "utf-8"),
        _attribute(_LANGUAGE, "attributes-natural-language", "en"),
    ]
    for position, name in enumerate(wanted):
        parts.append(_attribute(_KEYWORD, "requested-attributes" if position == 0 else "", name))
    return head + b"".join(parts) + bytes((_END,))


def _attribute(tag: int, name: str, value: str) -> bytes:
    key, data = name.encode(), value.encode()
    return struct.pack(">BH", tag, len(key)) + key + struct.pack(">H", len(data)) + data


def printers(answer: bytes) -> list[Attributes]:
    """The attributes of each printer in an answer. Raises ValueError when it is no answer, or one that refuses."""
    if len(answer) < 8:
        raise ValueError("too short for IPP")
    status = int.from_bytes(answer[2:4])
    if status == _NOTHING:
        return []
    if status >= _FIRST_ERROR:
        raise ValueError(f"IPP status {status:04x}h")
    found: list[Attributes] = []
    name = ""
    for group, tag, key, data in _values(answer):
        if group != _PRINTER:
            continue
        if tag == _PRINTER:
            found.append({})
            continue
        name = key or name
        found[-1].setdefault(name, []).append(_value(tag, data))
    return found


def _values(answer: bytes) -> Iterator[tuple[int, int, str, bytes]]:
    """(group, tag, name, value) of each value; a group's own tag comes first, with neither."""
    at, group = 8, 0
    while at < len(answer) and answer[at] != _END:
        tag = answer[at]
        at += 1
        if tag < _FIRST_VALUE:
            group = tag
            yield group, tag, "", b""
            continue
        name, at = _counted(answer, at)
        data, at = _counted(answer, at)
        yield group, tag, name.decode("utf-8", "replace"), data


def _counted(answer: bytes, at: int) -> tuple[bytes, int]:
    end = at + 2 + int.from_bytes(answer[at : at + 2])
    if end > len(answer):
        raise ValueError("IPP answer cut short")
    return answer[at + 2 : end], end


def _value(tag: int, data: bytes) -> Value:
    if tag in (_INTEGER, _ENUM):
        return int.from_bytes(data, signed=True)
    if tag == _BOOLEAN:
        return data != b"\0"
    return data.decode("utf-8", "replace")
