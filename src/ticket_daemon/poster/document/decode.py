"""From what a client sent to a Document, or to an error that names the place and what would be right.

It knows msgspec's way of saying what is wrong and the wire names of fields; it does not know printers. It promises
that any input at all ends in a Document or a DocumentError, that unknown extra fields are reported and otherwise
ignored, and that nothing else is forgiven.

The usual document is read once, in C, straight into the frozen types. Only one that holds unknown fields or a fault
is looked at a second time, loosely, to say what is wrong with it.
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
        return read(), ()
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
    if not str(fault).startswith("Object contains unknown field"):
        raise _explain(fault, loose) from None
    unknown: list[tuple[str, str]] = []
    known = without_unknown(loose, Document, "", unknown)
    try:
        document = _from_values(known)
    except msgspec.ValidationError as second:
        raise _explain(second, loose) from None
    except UnicodeError as broken:
        raise DocumentError("json.invalid", category="JSON", detail=str(broken)) from None
    return document, _warnings(unknown)


def _warnings(unknown: list[tuple[str, str]]) -> tuple[Warned, ...]:
    shown = [Warned("document.unknown_field", path, {"field": field}) for path, field in unknown[:MAX_WARNINGS]]
    if len(unknown) > MAX_WARNINGS:
        shown.append(Warned("document.more_unknown_fields", "", {"count": len(unknown) - MAX_WARNINGS}))
    return tuple(shown)


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
