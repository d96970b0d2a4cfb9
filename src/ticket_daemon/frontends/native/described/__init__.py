"""JSON Schemas, OpenAPI and AsyncAPI, made from the code's own types when somebody asks."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ticket_daemon.frontends.native.described.asyncapi import asyncapi
from ticket_daemon.frontends.native.described.openapi import openapi
from ticket_daemon.frontends.native.described.schemas import answers_schema, document_schema, requests_schema

#: Where each is served (and where it stands in docs/) -> what makes it.
DESCRIPTIONS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = MappingProxyType(
    {
        "openapi.json": openapi,
        "asyncapi.json": asyncapi,
        "schemas/document.json": document_schema,
        "schemas/requests.json": requests_schema,
        "schemas/answers.json": answers_schema,
    }
)


@functools.cache
def written(name: str) -> str:
    """The description called `name` as JSON text. Raises KeyError."""
    return json.dumps(DESCRIPTIONS[name](), ensure_ascii=False, indent=1) + "\n"
