"""From what a client sent to a Document, or to an error that names the place and what would be right.

Any input at all ends in a Document or a DocumentError. Unknown fields are reported and otherwise ignored; what earlier
clients wrote differently is put as the types take it (`tolerance`); nothing else is forgiven.

The usual document is read once, in C, straight into the frozen types. Only one that holds unknown fields, an earlier
client's ways or a fault is looked at a second time, loosely.
"""

from __future__ import annotations

import functools
import re
import types
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from ticket_daemon import messages
from ticket_daemon.errors import DocumentError
from ticket_daemon.poster.document.model import COMMAND_NAMES, Document, Fault
from ticket_daemon.poster.document.tolerance import Clamped, tolerated
from ticket_daemon.validation import explain, join, place, without_unknown

_TEXT: Final = (str, bytes, bytearray, memoryview, msgspec.Raw)
Source = str | bytes | bytearray | memoryview | Mapping[str, Any] | msgspec.Raw | Document

MAX_WARNINGS: Final = 20

#: v1 clients split messages on these words.
CATEGORIES: Final = {"qr": "QR", "barcode": "BARCODE", "table": "TABLE", "raw": "RAW", "image": "IMAGE"}


class Warned(NamedTuple):
    """Something the sender should know though the ticket prints: a catalogue key, a place, what fills the text."""

    key: str
    path: str
    parameters: Mapping[str, Any] = types.MappingProxyType({})

    def text(self, lang: str = "en") -> str:
        sentence = messages.text(self.key, lang, **self.parameters)
        return f"{self.path}: {sentence}" if self.path else sentence


_decoder: Final = msgspec.json.Decoder(Document)
_encoder: Final = msgspec.json.Encoder()


def decode(source: Source) -> tuple[Document, tuple[Warned, ...]]:
    """Read a document from JSON text, JSON bytes, or a mapping already decoded.

    Raises DocumentError (code `invalid_document`) with the path of the first fault.
    """
    if isinstance(source, Document):
        return source, ()
    is_text = isinstance(source, _TEXT)
    read: Callable[[], Document]
    read = functools.partial(_decoder.decode, source) if is_text else functools.partial(_from_values, source)  # type: ignore[arg-type]
    try:
        document = read()
        return document, _of_version(document.version)
    except msgspec.ValidationError as fault:
        return _second_look(source, fault)
    except (msgspec.DecodeError, UnicodeError) as fault:
        raise DocumentError("json.invalid", category="JSON", detail=str(fault)) from None
    except RecursionError:
        raise DocumentError("json.too_deep", category="JSON") from None


def _from_values(values: Any) -> Document:
    """A document out of values already decoded. Raises UnicodeError for text that no JSON could carry."""
    document = msgspec.convert(values, Document)
    encode(document)
    return document


def encode(document: Document) -> bytes:
    """The document's canonical JSON: the same bytes for the same content, however it was written."""
    return _encoder.encode(document)


def _second_look(source: Source, fault: msgspec.ValidationError) -> tuple[Document, tuple[Warned, ...]]:
    try:
        loose = msgspec.json.decode(source) if isinstance(source, _TEXT) else source
    except (msgspec.DecodeError, UnicodeError) as broken:
        raise DocumentError("json.invalid", category="JSON", detail=str(broken)) from None
    except RecursionError:
        raise DocumentError("json.too_deep", category="JSON") from None
    clamped: list[Clamped] = []
    known = tolerated(loose, Document, "", clamped)
    unknown: list[tuple[str, str]] = []
    if str(fault).startswith(_UNKNOWN_FIELD):
        known = without_unknown(known, Document, "", unknown)
    try:
        document = _checked(known, unknown)
    except msgspec.ValidationError as second:
        raise _explain(second, known) from None
    except UnicodeError as broken:
        raise DocumentError("json.invalid", category="JSON", detail=str(broken)) from None
    warnings = (*_of_version(document.version), *_of_fields(unknown), *_of_numbers(clamped))
    return document, warnings


def _checked(known: Any, unknown: list[tuple[str, str]]) -> Document:
    try:
        return _from_values(known)
    except msgspec.ValidationError as fault:
        if unknown or not str(fault).startswith(_UNKNOWN_FIELD):
            raise
    return _from_values(without_unknown(known, Document, "", unknown))


_UNKNOWN_FIELD: Final = "Object contains unknown field"


def _of_version(version: str) -> tuple[Warned, ...]:
    return () if version.startswith("1.") else (Warned("document.version_major", "version", {"got": version}),)


def _of_fields(unknown: list[tuple[str, str]]) -> tuple[Warned, ...]:
    shown = [Warned("document.unknown_field", path, {"field": field}) for path, field in unknown[:MAX_WARNINGS]]
    if len(unknown) > MAX_WARNINGS:
        shown.append(Warned("document.more_unknown_fields", "", {"count": len(unknown) - MAX_WARNINGS}))
    return tuple(shown)


def _of_numbers(clamped: list[Clamped]) -> tuple[Warned, ...]:
    return tuple(
        Warned("document.clamped", path, {"got": got, "used": used}) for path, got, used in clamped[:MAX_WARNINGS]
    )


# --- saying what is wrong ---

_COMMAND: Final = re.compile(r"commands\[(\d+)\](?:\.(.*))?")


def _explain(fault: msgspec.ValidationError, loose: Any) -> DocumentError:
    sentence, path = place(fault)
    category, command = _category(path, loose)
    if isinstance(fault.__cause__, Fault):
        rule = fault.__cause__
        return DocumentError(rule.key, path=join(path, rule.field) or None, category=category, **rule.parameters)
    if path.endswith("].type") and not sentence.startswith("Object missing"):
        allowed = ", ".join(COMMAND_NAMES)
        return DocumentError(
            "document.unknown_command", path=path, category="COMMAND", got=repr(command), allowed=allowed
        )
    key, path, parameters = explain(fault, Document, command)
    return DocumentError(key, path=path or None, category=category, **parameters)


def _category(path: str, loose: Any) -> tuple[str, Any]:
    """The v1 category word of a path, and the command's own word where the path is in one."""
    match = _COMMAND.match(path)
    if match is None:
        return "VALIDATION", None
    try:
        command = loose["commands"][int(match.group(1))]["type"]
    except (LookupError, TypeError):
        return "VALIDATION", None
    return (CATEGORIES.get(command, "VALIDATION") if isinstance(command, str) else "VALIDATION"), command
