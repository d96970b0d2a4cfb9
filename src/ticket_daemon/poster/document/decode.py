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
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

from ticket_daemon import messages
from ticket_daemon.errors import DocumentError
from ticket_daemon.messages import Phrase
from ticket_daemon.poster.document.model import COMMAND_NAMES, Document, Fault

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
    read: Callable[[], Document]
    if isinstance(source, Mapping):
        read = functools.partial(msgspec.convert, source, Document)
    else:
        read = functools.partial(_decoder.decode, source)
    try:
        return read(), ()
    except msgspec.ValidationError as fault:
        return _second_look(source, fault)
    except (msgspec.DecodeError, UnicodeError) as fault:
        raise DocumentError("json.invalid", category="JSON", detail=str(fault)) from None
    except RecursionError:
        raise DocumentError("json.too_deep", category="JSON") from None


def encode(document: Document) -> bytes:
    """The document's canonical JSON: the same bytes for the same content, however it was written."""
    return _encoder.encode(document)


def _second_look(source: Source, fault: msgspec.ValidationError) -> tuple[Document, tuple[Warned, ...]]:
    try:
        loose = source if isinstance(source, Mapping) else msgspec.json.decode(source)  # type: ignore[arg-type]
    except (msgspec.DecodeError, UnicodeError) as broken:
        raise DocumentError("json.invalid", category="JSON", detail=str(broken)) from None
    except RecursionError:
        raise DocumentError("json.too_deep", category="JSON") from None
    if not str(fault).startswith("Object contains unknown field"):
        raise _explain(fault, loose) from None
    unknown: list[str] = []
    known = _without_unknown(loose, Document, "", unknown)
    try:
        document = msgspec.convert(known, Document)
    except msgspec.ValidationError as second:
        raise _explain(second, loose) from None
    return document, _warnings(unknown)


def _warnings(unknown: list[str]) -> tuple[Warned, ...]:
    shown = [
        Warned("document.unknown_field", path.rpartition(".")[0], {"field": path.rpartition(".")[2]})
        for path in unknown[:MAX_WARNINGS]
    ]
    if len(unknown) > MAX_WARNINGS:
        shown.append(Warned("document.more_unknown_fields", "", {"count": len(unknown) - MAX_WARNINGS}))
    return tuple(shown)


# --- unknown fields ---


@functools.cache
def _fields(struct: type[msgspec.Struct]) -> Mapping[str, Any]:
    hints = get_type_hints(struct, include_extras=True)
    return {name: hints[name] for name in struct.__struct_fields__}


def _without_unknown(value: Any, wanted: Any, path: str, unknown: list[str]) -> Any:
    """`value` without the keys that `wanted` does not have; their paths go to `unknown`."""
    if isinstance(value, Mapping):
        struct = _struct_for(value, wanted)
        if struct is None:
            return value
        fields, kept = _fields(struct), {}
        tag = struct.__struct_config__.tag_field
        for key, item in value.items():
            place = f"{path}.{key}" if path else str(key)
            if key in fields:
                kept[key] = _without_unknown(item, fields[key], place, unknown)
            elif key == tag:
                kept[key] = item
            else:
                unknown.append(place)
        return kept
    if isinstance(value, list | tuple):
        for option in _options(wanted):
            if get_origin(option) is tuple:
                inner = get_args(option)[0]
                return [_without_unknown(v, inner, f"{path}[{i}]", unknown) for i, v in enumerate(value)]
    return value


def _options(wanted: Any) -> tuple[Any, ...]:
    if get_origin(wanted) is Annotated:
        return _options(get_args(wanted)[0])
    # `A | B` and what get_type_hints makes of `Literal[…] | None` are two classes of the same thing.
    return get_args(wanted) if get_origin(wanted) in (types.UnionType, Union) else (wanted,)


def _struct_for(value: Mapping[str, Any], wanted: Any) -> type[msgspec.Struct] | None:
    structs = [option for option in _options(wanted) if isinstance(option, type) and issubclass(option, msgspec.Struct)]
    if len(structs) > 1:
        return next((s for s in structs if s.__struct_config__.tag == value.get("type")), None)
    return structs[0] if structs else None


# --- saying what is wrong ---

_PLACE: Final = re.compile(r"(.*?)(?: - at `\$?\.?(.*)`)?", re.DOTALL)
_COMMAND: Final = re.compile(r"commands\[(\d+)\](?:\.(.*))?")

#: msgspec's sentences -> catalogue keys; the groups become the text's parameters. A sentence that matches none is
#: shown as it is (`document.invalid`); a test walks all kinds of faults so that none needs it.
_SENTENCES: Final = (
    (re.compile(r"Expected (?P<expected>.*), got (?P<got>.*)"), "document.wrong_type"),
    (re.compile(r"Object missing required field `(?P<field>.*)`"), "document.missing_field"),
    (re.compile(r"Expected (?P<expected>.*)"), "document.out_of_range"),
    (re.compile(r"Invalid enum value (?P<got>.*)"), "document.bad_choice"),
)


def _explain(fault: msgspec.ValidationError, loose: Any) -> DocumentError:
    match = _PLACE.fullmatch(str(fault))
    sentence, path = (match.group(1), match.group(2) or "") if match else (str(fault), "")
    category, command = _category(path, loose)
    if isinstance(fault.__cause__, Fault):
        rule = fault.__cause__
        return DocumentError(rule.key, path=_join(path, rule.field), category=category, **rule.parameters)
    if sentence.startswith("Invalid value") and path.endswith("].type"):
        allowed = ", ".join(COMMAND_NAMES)
        return DocumentError(
            "document.unknown_command", path=path, category="COMMAND", got=repr(command), allowed=allowed
        )
    for pattern, key in _SENTENCES:
        if found := pattern.fullmatch(sentence):
            parameters: dict[str, Any] = {name: value.replace("`", "") for name, value in found.groupdict().items()}
            if expected := _describe(_wanted(path, command)):
                parameters["expected"] = expected
            if key == "document.missing_field":
                path = _join(path, parameters["field"])
            return DocumentError(key, path=path or None, category=category, **parameters)
    return DocumentError("document.invalid", path=path or None, category=category, detail=sentence)


def _join(path: str, field: str) -> str:
    return f"{path}.{field}" if path and field else path or field


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


def _wanted(path: str, command: Any) -> Any:
    """The type that the schema has at `path`, inside `command` where that matters."""
    wanted: Any = Document
    for word in re.findall(r"[^.\[\]]+", path):
        if word.isdigit():
            wanted = next((get_args(o)[0] for o in _options(wanted) if get_origin(o) is tuple), None)
            continue
        struct = _struct_for({"type": command}, wanted)
        wanted = _fields(struct).get(word) if struct else None
    return wanted


_KINDS: Final[Mapping[Any, str]] = {
    bool: "kind.bool", int: "kind.int", float: "kind.number", str: "kind.text", tuple: "kind.list",
}  # fmt: skip


def _describe(wanted: Any) -> Phrase | str:
    """What would be right, in words; "" where the schema cannot tell."""
    if get_origin(wanted) is Annotated:
        kind, meta = get_args(wanted)
        if meta.ge is not None:
            return Phrase("kind.int_between", {"low": meta.ge, "high": meta.le})
        if meta.min_length is not None:
            return Phrase("kind.text_between", {"low": meta.min_length, "high": meta.max_length})
        return _describe(kind)
    if get_origin(wanted) in (types.UnionType, Union):
        phrases = list(dict.fromkeys(_describe(option) for option in get_args(wanted) if option is not types.NoneType))
        return functools.reduce(lambda a, b: Phrase("kind.or", {"first": a, "second": b}), phrases)
    if get_origin(wanted) is Literal:
        return Phrase("kind.choice", {"values": ", ".join(map(str, get_args(wanted)))})
    kind = get_origin(wanted) or wanted
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return Phrase("kind.object")
    return Phrase(_KINDS[kind]) if kind in _KINDS else ""
