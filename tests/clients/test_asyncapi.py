"""The AsyncAPI description against the format's own rules, from its authors' package."""

from __future__ import annotations

import json

import jsonschema

from javascript import TOOLS, needs_node
from ticket_daemon.frontends.native import described


def test_asyncapi_is_valid() -> None:
    needs_node("@asyncapi/specs")
    rules = json.loads((TOOLS / "@asyncapi" / "specs" / "schemas" / "3.0.0.json").read_text("utf-8"))
    jsonschema.Draft7Validator(rules).validate(json.loads(described.written("asyncapi.json")))
