"""The WebSocket as AsyncAPI 3, made from the rows of `operations`."""

from __future__ import annotations

from typing import Any, Final

from ticket_daemon import __version__, wire
from ticket_daemon.frontends.native.described.schemas import ANSWERS, components
from ticket_daemon.frontends.native.operations import BY_REQUEST

_SCHEMAS: Final = "#/components/schemas/"
_CHANNEL: Final = "#/channels/daemon"

#: What comes without being asked for each time.
NEWS: Final = (wire.Info, wire.Result, wire.JobNews, wire.PrinterNews)


def asyncapi() -> dict[str, Any]:
    """The whole description. Operations are seen from the daemon, as the format wants it: it receives requests."""
    kinds = (*wire.KINDS, *ANSWERS)
    operations: dict[str, Any] = {}
    for request in wire.KINDS:
        answers: tuple[type, ...] = (*BY_REQUEST[request].answers, wire.Error)
        operations[f"{request.__struct_config__.tag}"] = {
            "action": "receive",
            "channel": {"$ref": _CHANNEL},
            "summary": _summary(request),
            "messages": [_message(request)],
            "reply": {"channel": {"$ref": _CHANNEL}, "messages": [_message(kind) for kind in answers]},
        }
    operations["news"] = {
        "action": "send",
        "channel": {"$ref": _CHANNEL},
        "summary": "The greeting, the results of jobs, and what a client subscribed to.",
        "messages": [_message(kind) for kind in NEWS],
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ticket Daemon",
            "version": __version__,
            "description": "One JSON object per WebSocket text frame; `tipo` says which. "
            "An `ack` means that the job is on disk; exactly one `result` follows on a connection that lasts.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "cashier": {
                "host": "127.0.0.1:8766",
                "protocol": "ws",
                "description": "The daemon on the cashier's machine.",
            }
        },
        "channels": {
            "daemon": {
                "address": "/ws",
                "messages": {kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"} for kind in kinds},
            }
        },
        "operations": operations,
        "components": {
            "messages": {kind.__name__: _described(kind) for kind in kinds},
            "schemas": components(_SCHEMAS),
        },
    }


def _message(kind: type) -> dict[str, str]:
    return {"$ref": f"{_CHANNEL}/messages/{kind.__name__}"}


def _described(kind: Any) -> dict[str, Any]:
    return {
        "name": kind.__struct_config__.tag,
        "summary": _summary(kind),
        "payload": {"$ref": _SCHEMAS + kind.__name__},
    }


def _summary(kind: type) -> str:
    return " ".join((kind.__doc__ or "").split())
