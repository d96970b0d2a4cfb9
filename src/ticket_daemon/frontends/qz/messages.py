"""Frames of the QZ protocol as values, both ways; no sockets."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

#: The version that is answered: below 2.1 a client rewrites its data, below 2.2 it renames options.
VERSION: Final = "2.2.5"
#: What a client sends once a minute to keep the connection; it expects no answer.
KEEP_ALIVE: Final = "ping"
#: Characters of a uid (the client makes 6) and of a call's name that are echoed.
_MAX_WORD: Final = 64


class Refused(Exception):
    """A call that is answered with an error, in the words that QZ Tray uses."""


class Frame(Struct, frozen=True):
    """What a client sends. `certificate` is there in the greeting alone; `call` in everything else."""

    uid: str | None = None
    call: str | None = None
    params: Raw | UnsetType = UNSET
    certificate: str | UnsetType | None = UNSET
    signature: str | None = None
    signAlgorithm: str | None = None  # noqa: N815 - the wire's word
    timestamp: int | float | None = None

    @property
    def signed_text(self) -> bytes:
        """The JSON that the page signed: call, params and timestamp, each as it wrote them."""
        params = b"" if self.params is UNSET else b',"params":' + bytes(self.params)
        call = msgspec.json.encode(self.call)
        return b'{"call":%b%b,"timestamp":%b}' % (call, params, msgspec.json.encode(self.timestamp))


_frames: Final = msgspec.json.Decoder(Frame)


def parse(text: str) -> Frame:
    """A frame. Raises Refused for what is none."""
    try:
        frame = _frames.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Refused("Invalid JSON") from None
    if len(frame.uid or "") > _MAX_WORD or len(frame.call or "") > _MAX_WORD:
        raise Refused("Invalid JSON")
    return frame


def result(uid: str, value: object) -> bytes:
    """The answer to a call that went well."""
    return msgspec.json.encode({"uid": uid, "result": value})


def error(uid: str | None, text: str) -> bytes:
    """The answer to one that did not. Every answer has a uid: a client closes the connection over one without."""
    return msgspec.json.encode({"uid": uid or "", "error": text})


def printer_event(printer: str, status: str, severity: str, code: int, message: str) -> bytes:
    """How a printer is, for a page that listens."""
    event: dict[str, Any] = {
        "type": "ACTION",
        "printerName": printer,
        "eventType": "PRINTER",
        "statusText": status,
        "severity": severity,
        "statusCode": code,
        "message": message,
    }
    return msgspec.json.encode({"type": "PRINTER", "event": msgspec.json.encode(event).decode()})
