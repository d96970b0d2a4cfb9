"""JSON Schemas (2020-12) of the document and of every message, from their msgspec types.

What msgspec's schemas leave unsaid is added: fields that do not exist are ignored, an answer's absent field is left out
rather than null, and some rules of the document are in no type.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from ticket_daemon import errors, wire
from ticket_daemon.frontends.native.actions import Nothing
from ticket_daemon.frontends.native.described.meanings import COMPONENTS, FIELDS
from ticket_daemon.frontends.native.operations import OPERATIONS
from ticket_daemon.poster.document import Document
from ticket_daemon.poster.document.model import SYMBOLOGIES

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
#: Where components stand in a JSON Schema by itself.
DEFS: Final = "#/$defs/"

ANSWERS: Final[tuple[type[msgspec.Struct], ...]] = wire.Answer.__args__
#: What is asked and answered over HTTP only.
HTTP_ONLY: Final = tuple(
    dict.fromkeys(
        kind
        for operation in OPERATIONS
        for kind in (operation.request, *operation.answers)
        if not operation.is_message and kind is not Nothing and kind not in ANSWERS
    )
)

#: Components whose fields are absent, never null.
_LEAVE_OUT: Final = {kind.__name__ for kind in ANSWERS} | {"Change", "Summary", "PrinterEntry", "Symptom"}

#: Rules that `__post_init__` keeps: component -> field -> what to add to its schema.
_RULES: Final[Mapping[str, Mapping[str, Schema]]] = MappingProxyType(
    {
        "Document": {"version": {"pattern": r"^1\.\d+$", "examples": ["1.0", "1.1"]}, "commands": {"minItems": 1}},
        "ProfileRequest": {"model": {"pattern": r"\S", "examples": ["Generic 80mm", "Generic 58mm", "TM-T20III"]}},
        "Style": {"size": {"pattern": r"^([1-8][xX][1-8]|normal|large|wide|tall|)$"}},
        "Barcode": {"symbology": {"examples": list(SYMBOLOGIES.values())}},
        "Definition": {"columns": {"minItems": 1}},
        "Columns": {"cells": {"minItems": 1}},
        "Raw": {"hex": {"minLength": 1}},
    }
)
#: Errors of the command line and of clients: no answer has these codes.
_NOT_ON_THE_WIRE: Final = frozenset(
    (
        "already_running",
        "build_error",
        "no_answer",
        "not_looked",
        "program_gone",
        "service_error",
        "tls_error",
        "unreachable",
    )
)


def error_codes() -> list[str]:
    """The codes that an `error` may have."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return sorted({kind.code for kind in kinds if issubclass(kind, errors.TicketDaemonError)} - _NOT_ON_THE_WIRE)


def components(where: str, *, discriminators: bool = False) -> dict[str, Schema]:
    """Every component by name; references to others begin with `where`. `discriminators` are OpenAPI's."""
    types: tuple[type[msgspec.Struct], ...] = (*wire.KINDS, *ANSWERS, *HTTP_ONLY, Document)
    _, found = msgspec.json.schema_components(types, ref_template=where + "{name}")
    for name, schema in found.items():
        if "description" in schema:  # a docstring, of which msgspec's releases strip more or less
            schema["description"] = inspect.cleandoc(schema["description"])
        _null_last(schema)
        _open(schema)
        if not discriminators:
            _drop(schema, "discriminator")
        if name in _LEAVE_OUT:
            _absent_not_null(schema)
        for field, rule in _RULES.get(name, {}).items():
            schema["properties"][field].update(rule)
        for field, meaning in FIELDS.get(name, {}).items():
            schema["properties"][field]["description"] = meaning
        if name in COMPONENTS:
            schema["description"] = COMPONENTS[name]
    found["Error"]["properties"]["code"]["enum"] = error_codes()
    found["SubscribeRequest"]["properties"]["topics"]["items"] = {"enum": list(wire.TOPICS)}
    for name in ("TicketRequest", "PreviewRequest"):
        found[name]["properties"]["datos"] = {"$ref": f"{where}Document"}
        found[name]["required"].append("datos")
    return found


def _open(schema: Schema) -> None:
    """Fields that do not exist are ignored, and those of a document named in a warning; they are no error."""
    schema.pop("additionalProperties", None)


def _null_last(schema: Any) -> None:
    """Order the alternatives in a schema and all schemas in it: msgspec's releases differ."""
    if isinstance(schema, dict):
        if options := schema.get("anyOf"):
            options.sort(key=lambda option: option == {"type": "null"})
        for inner in schema.values():
            _null_last(inner)
    elif isinstance(schema, list):
        for inner in schema:
            _null_last(inner)


def _drop(schema: Any, word: str) -> None:
    """Take `word` out of a schema and all schemas in it."""
    if isinstance(schema, dict):
        schema.pop(word, None)
        for inner in schema.values():
            _drop(inner, word)
    elif isinstance(schema, list):
        for inner in schema:
            _drop(inner, word)


def _absent_not_null(schema: Schema) -> None:
    """An answer leaves out what it has nothing to say of."""
    for name, field in schema["properties"].items():
        options = [option for option in field.get("anyOf", ()) if option != {"type": "null"}]
        if len(options) == 1:
            schema["properties"][name] = options[0]
        if name not in schema["required"]:
            schema["properties"][name].pop("default", None)


def body_name(request: str) -> str:
    """What a request's schema is called as an HTTP body."""
    return request.removesuffix("Request") + "Body"


def body_of(name: str, found: Mapping[str, Schema], without: Iterable[str]) -> Schema:
    """A request's schema as an HTTP body: the path says its `tipo` and perhaps more."""
    left_out = {"tipo", *without}
    schema = dict(found[name])
    schema["title"] = body_name(name)
    schema["properties"] = {field: what for field, what in schema["properties"].items() if field not in left_out}
    schema["required"] = [field for field in schema["required"] if field not in left_out]
    return schema


# --- schemas that stand by themselves ---


def document_schema() -> Schema:
    """`datos`, and what the command line reads from files."""
    return _standing("Ticket Daemon: document", [Document.__name__])


def requests_schema() -> Schema:
    """Any message a client may send; each by itself under `$defs`."""
    return _standing("Ticket Daemon: messages of a client", [kind.__name__ for kind in wire.KINDS])


def answers_schema() -> Schema:
    """Any message the daemon may send, and `/health`; each by itself under `$defs`."""
    return _standing("Ticket Daemon: messages of the daemon", [kind.__name__ for kind in ANSWERS], "Health")


def _standing(title: str, names: list[str], *more: str) -> Schema:
    found = components(DEFS)
    used = _reached(found, [*names, *more])
    roots = [{"$ref": DEFS + name} for name in names]
    whole = roots[0] if len(roots) == 1 else {"oneOf": roots}
    return {
        "$schema": DIALECT,
        "title": title,
        **whole,
        "$defs": {name: schema for name, schema in found.items() if name in used},
    }


def _reached(found: Mapping[str, Schema], names: Iterable[str]) -> set[str]:
    """`names` and every component they lead to."""
    reached: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += _references(found[name])
    return reached


def _references(schema: Any) -> Iterable[str]:
    if isinstance(schema, dict):
        if isinstance(reference := schema.get("$ref"), str):
            yield reference.rpartition("/")[2]
        for inner in schema.values():
            yield from _references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _references(inner)
