"""The descriptions: valid in their own formats, and in step with the types, the routes and the documents."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate as validate_openapi

from ticket_daemon import wire
from ticket_daemon.daemon import Daemon
from ticket_daemon.errors import DocumentError
from ticket_daemon.frontends.native import described
from ticket_daemon.frontends.native.described.asyncapi import NEWS
from ticket_daemon.frontends.native.described.meanings import COMPONENTS, FIELDS
from ticket_daemon.frontends.native.described.schemas import ANSWERS
from ticket_daemon.frontends.native.operations import BY_REQUEST, OPERATIONS
from ticket_daemon.poster.document import decode, encode
from ticket_daemon.queue import JobState
from ticket_daemon.settings.config import load

ROOT = Path(__file__).resolve().parents[3]
RECEIPTS = sorted((ROOT / "tests" / "golden" / "receipts").glob("*.json"))


def load_description(name: str) -> Any:
    return json.loads(described.written(name))


def document_validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(load_description("schemas/document.json"))


# --- the formats' own rules ---


def test_openapi_is_valid() -> None:
    validate_openapi(load_description("openapi.json"))


@pytest.mark.parametrize("name", [name for name in described.DESCRIPTIONS if name.startswith("schemas/")])
def test_schemas_are_valid_and_lead_nowhere_else(name: str) -> None:
    schema = load_description(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    references = set(re.findall(r'"\$ref": "([^"]*)"', described.written(name)))
    assert references <= {f"#/$defs/{defined}" for defined in schema["$defs"]}


# --- in step with the code ---


def test_every_path_of_the_interface_is_an_operation(tmp_path: Path) -> None:
    """One that is missing has no row in frontends/native/operations.py."""
    routes = Daemon(load("test", None, {}, data_dir=tmp_path)).server.application().router.routes()
    served = set()
    for route in routes:
        path = route.resource.canonical if route.resource else ""
        if route.method in ("GET", "POST", "PUT", "PATCH", "DELETE") and path.startswith(
            ("/api/v1/", "/health", "/metrics")
        ):
            served.add((route.method.lower(), path))
    rows = [(operation.route.method, operation.route.path) for operation in OPERATIONS if operation.route]
    assert sorted(rows) == sorted(served)
    description = load_description("openapi.json")["paths"]
    assert {(method, path) for path, methods in description.items() for method in methods} == served


def test_every_message_has_one_row_and_every_answer_is_some_rows() -> None:
    rows = [operation.request for operation in OPERATIONS if issubclass(operation.request, wire.Request)]
    assert sorted(kind.__name__ for kind in rows) == sorted(kind.__name__ for kind in wire.KINDS)
    told = {kind for row in BY_REQUEST.values() for kind in row.answers} | set(NEWS) | {wire.Error}
    assert told == set(ANSWERS)


def test_fields_of_a_path_are_fields_of_the_request() -> None:
    for operation in OPERATIONS:
        if operation.route is not None:
            places = set(re.findall(r"{(\w+)}", operation.route.path))
            assert places <= set(operation.request.__struct_fields__), operation.name


def test_asyncapi_references_lead_somewhere() -> None:
    description = load_description("asyncapi.json")
    for reference in set(re.findall(r'"\$ref": "#/([^"]*)"', described.written("asyncapi.json"))):
        place = description
        for step in reference.split("/"):
            place = place[step]


def test_states_said_are_the_states_there_are() -> None:
    state = load_description("schemas/answers.json")["$defs"]["Result"]["properties"]["state"]
    assert state["enum"] == [state.value for state in JobState]


def test_types_said_are_the_types_there_are() -> None:
    tags = [kind.__struct_config__.tag for kind in wire.KINDS]
    assert sorted(tags) == sorted(wire.TYPES)


# --- documents ---


def test_every_part_of_a_document_says_what_it_is() -> None:
    parts = load_description("schemas/document.json")["$defs"]
    assert [name for name, part in parts.items() if not part.get("description")] == []
    said = {name: set(fields) for name, fields in FIELDS.items()}
    there = {name: set(part["properties"]) for name, part in parts.items() if not name.endswith("Command")}
    assert said == there
    assert set(COMPONENTS) <= set(parts)


@pytest.mark.parametrize("path", RECEIPTS, ids=lambda path: path.stem)
def test_receipts_are_valid_documents(path: Path) -> None:
    document_validator().validate(json.loads(path.read_text("utf-8")))


def test_the_canonical_form_is_valid_too() -> None:
    short = {"version": "1.0", "profile": {"model": "x", "supports_qr": True}, "commands": [
        {"type": "text", "data": {"content": "Hola", "style": {"size": "normal", "underline": True}, "newline": False}},
        {"type": "table", "data": {"columns": [{"header": "A", "width": 3}], "rows": [["1"], [2], [None]]}},
    ]}  # fmt: skip
    document_validator().validate(short)
    document_validator().validate(json.loads(encode(decode(short)[0])))


#: A value that no field takes.
_ODD = [{}]


def _with_one_odd_value(value: Any) -> Iterator[Any]:
    """The same document again and again, with another field of it made odd each time."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield {**value, key: _ODD}
            for changed in _with_one_odd_value(inner):
                yield {**value, key: changed}
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            for changed in _with_one_odd_value(inner):
                yield [*value[:index], changed, *value[index + 1 :]]


def _accepted(document: Any) -> bool:
    try:
        decode(document)
    except DocumentError:
        return False
    return True


@pytest.mark.parametrize("path", RECEIPTS[::3], ids=lambda path: path.stem)
def test_the_daemon_and_the_schema_refuse_the_same_values(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    document["commands"] = document["commands"][:12]
    validator = document_validator()
    tried = 0
    for changed in _with_one_odd_value(document):
        assert not validator.is_valid(changed), changed
        assert not _accepted(changed), changed
        tried += 1
    assert tried > 20


@pytest.mark.parametrize(
    ("command", "field", "value", "good"),
    [
        ("feed", "lines", 255, True),
        ("feed", "lines", 256, False),
        ("feed", "lines", "3", False),
        ("cut", "mode", "half", False),
        ("cut", "feed", 0, True),
        ("beep", "times", 9, True),
        ("separator", "char", "", True),
        ("separator", "private", "kept by the client", True),
    ],
)
def test_limits_are_the_same_in_schema_and_daemon(command: str, field: str, value: Any, good: bool) -> None:
    data = {"lines": 1} if command == "feed" else {}
    document = {
        "version": "1.0",
        "profile": {"model": "x"},
        "commands": [{"type": command, "data": {**data, field: value}}],
    }
    assert document_validator().is_valid(document) is good
    assert _accepted(document) is good


@pytest.mark.parametrize("change", [{"version": "1"}, {"commands": []}, {"profile": {}}, {"profile": {"model": " "}}])
def test_rules_that_no_type_says_are_in_the_schema(change: dict[str, Any]) -> None:
    document = {"version": "1.0", "profile": {"model": "x"}, "commands": [{"type": "cut"}]}
    assert document_validator().is_valid(document)
    changed = copy.deepcopy(document) | change
    assert not document_validator().is_valid(changed)
    assert not _accepted(changed)


@pytest.mark.parametrize(
    "change",
    [{"version": "2.0"}, {"commands": [{"type": "pulse", "data": {"on_time": 1}}]}, {"commands": [{"type": "CUT"}]}],
)
def test_the_daemon_takes_what_earlier_clients_send_and_the_schema_shows_no_one_how(change: dict[str, Any]) -> None:
    document = {"version": "1.0", "profile": {"model": "x"}, "commands": [{"type": "cut"}]} | change
    assert not document_validator().is_valid(document)
    assert _accepted(document)
