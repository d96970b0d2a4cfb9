"""The HTTP interface as OpenAPI 3.1, made from the rows of `operations`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ticket_daemon import __version__
from ticket_daemon.frontends.native.described.schemas import Schema, body_name, body_of, components
from ticket_daemon.frontends.native.http import STATUS
from ticket_daemon.frontends.native.operations import OPERATIONS, Operation, Route

_WHERE: Final = "#/components/schemas/"
_BODY: Final = ("invalid_json", "invalid_message", "too_large", "too_slow", "unsupported_media_type")
_ALWAYS: Final = ("internal", "origin_refused", "host_refused")
_PLACES: Final[Mapping[str, str]] = MappingProxyType(
    {"id": "The job.", "name": "The printer's name, whatever its case."}
)
#: What a request has for the WebSocket alone, or what a header says over HTTP.
_NEVER_IN_A_QUERY: Final = ("tipo", "auth_token")


def openapi() -> dict[str, Any]:
    """The whole description."""
    found = components(_WHERE, discriminators=True)
    bodies: dict[str, Schema] = {}
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        if (route := operation.route) is not None:
            described = _described(operation, route, found, bodies)
            paths.setdefault(route.path, {})[route.method] = described
    only_asked = {kind.__name__ for kind in (operation.request for operation in OPERATIONS if not operation.is_message)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ticket Daemon",
            "version": __version__,
            "summary": "A print spooler for web points of sale.",
            "description": "The verbs of the WebSocket (see /asyncapi.json) for clients without one. "
            "An accepted job is on disk; the same id is never printed twice.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "http://127.0.0.1:8766", "description": "The daemon on the cashier's machine."}],
        "paths": paths,
        "components": {
            "schemas": {**{name: schema for name, schema in found.items() if name not in only_asked}, **bodies},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(
    operation: Operation, route: Route, found: Mapping[str, Schema], bodies: dict[str, Schema]
) -> dict[str, Any]:
    request = operation.request.__name__
    places = re.findall(r"{(\w+)}", route.path)
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": _summary(operation),
        "security": [{}, {"token": []}] if operation.need else [],
    }
    parameters = [_in_path(name) for name in places]
    if request in found and route.has_body:
        body = body_of(request, found, (*places, *route.unused))
        if body["properties"]:
            bodies[body_name(request)] = body
            content = _content(body_name(request))
            described["requestBody"] = {"required": bool(body["required"]), "content": content}
    elif request in found:
        parameters += _in_query(found[request], (*places, *route.unused, *_NEVER_IN_A_QUERY))
    if parameters:
        described["parameters"] = parameters
    shape = route.file or operation.answers[0].__name__
    good = {str(status): {"description": what, "content": _content(shape)} for status, what in route.good.items()}
    described["responses"] = {**good, **_refusals(_errors(operation, "requestBody" in described, parameters))}
    return described


def _summary(operation: Operation) -> str:
    words = operation.request.__doc__ if operation.is_message else operation.run.__doc__
    return (words or "").partition("\n")[0]


def _errors(operation: Operation, has_body: bool, parameters: list[Schema]) -> tuple[str, ...]:
    asked = _BODY if has_body else ("invalid_message",) if any(one["in"] == "query" for one in parameters) else ()
    need = ("unauthorized",) if operation.need else ()
    return (*asked, *need, *operation.errors, *(("rate_limited",) if operation.spends else ()), *_ALWAYS)


def _in_path(name: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": _PLACES[name], "schema": {"type": "string"}}


def _in_query(schema: Schema, without: Iterable[str]) -> list[Schema]:
    fields = {name: dict(field) for name, field in schema["properties"].items() if name not in without}
    return [
        {"name": name, "in": "query", "description": field.pop("description"), "schema": field}
        for name, field in fields.items()
    ]


def _content(name: str) -> dict[str, Any]:
    return {name: {}} if "/" in name else {"application/json": {"schema": {"$ref": _WHERE + name}}}


def _refusals(codes: tuple[str, ...]) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(STATUS.get(code, 400), []).append(code)
    return {
        str(status): {
            "description": ", ".join(f"`{code}`" for code in dict.fromkeys(same)),
            "content": _content("Error"),
        }
        for status, same in sorted(by_status.items())
    }
