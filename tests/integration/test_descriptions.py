"""What the running daemon says, good and bad, against its own descriptions."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import urllib.request
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
from referencing import Registry, Resource

from support.client import EXAMPLE, client, ticket
from support.daemon_process import daemon_process
from support.tcp_printer import TcpPrinter

SETTINGS = """
[queue]
capacity = 3
[auth]
token_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
[[printers]]
name = "stuck"
uri = "{uri}"
[[printers]]
name = "con perfil"
uri = "virtual://con-perfil"
profile = "TM-T20III"
[[printers]]
name = "virtual"
uri = "virtual://virtual"
default = true
"""
TOKEN = "test"


BROKEN = {**EXAMPLE, "commands": [{"type": "feed", "data": {"lines": -1}}]}
LONG = ticket("x" * 40, repeat=400)

#: What is sent -> the `tipo` of its answer, or the code of its error. Every message is here, good and bad.
TALK: list[tuple[Any, str]] = [
    ({"tipo": "ping"}, "pong"),
    ({"tipo": "ping", "id": "p"}, "pong"),
    ({"tipo": "status"}, "status"),
    ({"tipo": "get_printers"}, "printers"),
    ({"tipo": "subscribe", "topics": ["jobs", "printers"]}, "printer_status"),
    ({"tipo": "ticket", "id": "a", "datos": EXAMPLE}, "result"),
    ({"tipo": "ticket", "id": "a", "datos": EXAMPLE}, "result"),
    ({"tipo": "ticket", "id": "a", "datos": ticket("other")}, "id_conflict"),
    ({"tipo": "ticket", "id": "w", "datos": {**EXAMPLE, "private": 1}}, "ack"),
    ({"tipo": "ticket", "datos": BROKEN}, "invalid_document"),
    ({"tipo": "ticket", "id": "u", "datos": EXAMPLE, "printer": "nobody"}, "unknown_printer"),
    *((({"tipo": "ticket", "id": f"s{n}", "printer": "stuck", "datos": LONG}, "ack")) for n in range(3)),
    ({"tipo": "ticket", "id": "s3", "printer": "stuck", "datos": LONG}, "queue_full"),
    ({"tipo": "hold", "id": "s2"}, "job"),
    ({"tipo": "release", "id": "s2", "open_drawer": True}, "job"),
    ({"tipo": "cancel", "id": "s2"}, "job"),
    ({"tipo": "cancel", "id": "s2"}, "not_cancellable"),
    ({"tipo": "job", "id": "a", "watch": True}, "result"),
    ({"tipo": "job", "id": "nobody"}, "unknown_job"),
    ({"tipo": "reprint", "id": "a", "new_id": "r", "banner": True}, "result"),
    ({"tipo": "get_jobs", "limit": 5}, "jobs"),
    ({"tipo": "get_jobs", "limit": 0}, "invalid_message"),
    ({"tipo": "preview", "id": "v", "datos": EXAMPLE}, "preview"),
    ({"tipo": "preview", "datos": BROKEN}, "invalid_document"),
    ({"tipo": "ticket"}, "missing_datos"),
    ({"tipo": "dance"}, "unknown_type"),
    ({"tipo": 7}, "invalid_message"),
    ({}, "invalid_message"),
    ([], "invalid_message"),
    ("{", "invalid_json"),
]


async def test_every_answer_over_the_websocket_is_as_described(tmp_path: Path) -> None:
    with (
        TcpPrinter(reads=False) as printer,
        daemon_process(tmp_path, config=SETTINGS.format(uri=printer.uri)) as daemon,
    ):
        requests = jsonschema.Draft202012Validator(json.loads(daemon.get("/schemas/requests.json")[1]))
        answers = jsonschema.Draft202012Validator(json.loads(daemon.get("/schemas/answers.json")[1]))
        async with client(daemon.url) as pos:
            for message, expected in TALK:
                signed = {**message, "auth_token": TOKEN} if isinstance(message, dict) else message
                await pos.send(signed if isinstance(signed, str) else json.dumps(signed))
                await pos.until(lambda answer, expected=expected: expected in (answer["tipo"], answer.get("code")))  # type: ignore[misc]
            await pos.send({"tipo": "ticket", "id": "no token", "datos": EXAMPLE})
            await pos.until(lambda answer: answer.get("code") == "unauthorized")
    for answer in pos.heard:
        answers.validate(answer)
    assert {answer["tipo"] for answer in pos.heard} == set(_tipos(answers.schema))
    good = [message["tipo"] for message, _ in TALK if requests.is_valid(message)]
    assert set(good) == set(_tipos(requests.schema))
    mistakes = ("invalid_message", "missing_datos", "unknown_type", "invalid_document")
    assert not [message for message, answer in TALK if answer in mistakes and requests.is_valid(message)]


def _tipos(schema: dict[str, Any]) -> list[str]:
    fields = [kind["properties"] for kind in schema["$defs"].values()]
    return [field["tipo"]["enum"][0] for field in fields if "tipo" in field]


class QueueIsFull(Exception):
    """No place was free this time."""


class Http:
    """Asks over HTTP and holds each answer to what OpenAPI says of that operation and status."""

    def __init__(self, session: aiohttp.ClientSession, description: dict[str, Any]) -> None:
        self._session = session
        self._description = description
        self._registry = Registry().with_resource("urn:it", Resource.opaque(description))  # type: ignore[var-annotated]
        self.asked: set[str] = set()

    async def ask_until_taken(self, method: str, path: str, described: str, body: Any = None) -> Any:
        """`ask` for a 202, as often as the queue is full: the jobs before it may not have printed yet."""
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(QueueIsFull):
                    return await self.ask(method, path, described, 202, body)

    async def ask(
        self, method: str, path: str, described: str, status: int, body: Any = None, token: str | None = TOKEN
    ) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {} if body is None else {"Content-Type": "application/json"}
        data = None if body is None else io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        async with self._session.request(method, path, data=data, headers=headers) as answer:
            content = await answer.read()
            if (answer.status, status) == (503, 202):
                raise QueueIsFull
            assert answer.status == status, content
            operation = self._description["paths"][described][method.lower()]
            said = operation["responses"][str(status)]["content"]
            assert answer.content_type in said, operation["operationId"]
        self.asked.add(operation["operationId"])
        if answer.content_type == "image/png":
            assert content.startswith(b"\x89PNG")
            return content
        if answer.content_type == "application/x-ndjson":
            return [json.loads(line) for line in content.splitlines()]
        if answer.content_type == "text/plain":
            return content.decode()
        decoded = json.loads(content)
        reference = said["application/json"]["schema"]["$ref"]
        schema = {"$ref": f"urn:it{reference}"}
        jsonschema.Draft202012Validator(schema, registry=self._registry).validate(decoded)
        return decoded


async def _try_printers_out(http: Http) -> None:
    printer = "/api/v1/printers/{name}"
    for what in ("test", "drawer", "calibration"):
        await http.ask_until_taken("POST", f"/api/v1/printers/virtual/{what}", f"{printer}/{what}")
        await http.ask("POST", f"/api/v1/printers/nobody/{what}", f"{printer}/{what}", 404)
    await http.ask_until_taken("POST", "/api/v1/printers/virtual/burst", f"{printer}/burst", {"count": 2})
    await http.ask("POST", "/api/v1/printers/virtual/burst", f"{printer}/burst", 400, {"count": 0})
    await http.ask("GET", "/api/v1/log", "/api/v1/log", 200)
    await http.ask("GET", "/api/v1/log?level=loud", "/api/v1/log", 400)
    await http.ask("GET", "/api/v1/log.jsonl", "/api/v1/log.jsonl", 200)


async def test_every_answer_over_http_is_as_described(tmp_path: Path) -> None:
    jobs, job = "/api/v1/jobs", "/api/v1/jobs/{id}"
    with (
        TcpPrinter(reads=False) as printer,
        daemon_process(tmp_path, config=SETTINGS.format(uri=printer.uri)) as daemon,
    ):
        description = json.loads(daemon.get("/openapi.json")[1])
        async with aiohttp.ClientSession(daemon.url) as session:
            http = Http(session, description)
            await http.ask("POST", jobs, jobs, 202, {"id": "a", "datos": EXAMPLE})
            await http.ask("POST", jobs, jobs, 200, {"id": "a", "datos": EXAMPLE})
            await http.ask("POST", jobs, jobs, 409, {"id": "a", "datos": ticket("other")})
            await http.ask("POST", jobs, jobs, 422, {"datos": BROKEN})
            await http.ask("POST", jobs, jobs, 400, b"{")
            await http.ask("POST", jobs, jobs, 400, {"id": "x"})
            await http.ask("POST", jobs, jobs, 413, b"{" + b" " * (11 << 20) + b"}")
            await http.ask("POST", jobs, jobs, 404, {"datos": EXAMPLE, "printer": "nobody"})
            await http.ask("POST", jobs, jobs, 401, {"datos": EXAMPLE}, token=None)
            for n in range(3):
                await http.ask("POST", jobs, jobs, 202, {"id": f"s{n}", "printer": "stuck", "datos": LONG})
            await http.ask("POST", jobs, jobs, 503, {"id": "s3", "printer": "stuck", "datos": LONG})
            await http.ask("GET", jobs, jobs, 200)
            await http.ask("GET", f"{jobs}?limit=0", jobs, 400)
            await http.ask("GET", f"{jobs}/a", job, 200)
            await http.ask("GET", f"{jobs}/nobody", job, 404)
            await http.ask("GET", f"{jobs}/a/paper.png", f"{job}/paper.png", 200)
            await http.ask("POST", f"{jobs}/s2/hold", f"{job}/hold", 200)
            await http.ask("POST", f"{jobs}/s2/hold", f"{job}/hold", 409, {})
            await http.ask("POST", f"{jobs}/s2/release", f"{job}/release", 200, {"open_drawer": True})
            await http.ask("POST", f"{jobs}/s2/release", f"{job}/release", 400, {"open_drawer": "yes"})
            await http.ask("DELETE", f"{jobs}/s2", job, 200)
            await http.ask("DELETE", f"{jobs}/s2", job, 409)
            again = {"new_id": "r", "banner": True}
            await http.ask_until_taken("POST", f"{jobs}/a/reprint", f"{job}/reprint", again)
            await http.ask("GET", "/api/v1/printers", "/api/v1/printers", 200)
            await http.ask("POST", "/api/v1/preview", "/api/v1/preview", 200, {"datos": EXAMPLE})
            await http.ask("POST", "/api/v1/preview", "/api/v1/preview", 422, {"datos": BROKEN})
            await http.ask("GET", "/api/v1/printers?look=1", "/api/v1/printers", 200)
            await http.ask("GET", "/api/v1/printers/virtual/profile", "/api/v1/printers/{name}/profile", 404)
            await http.ask("GET", "/api/v1/printers/con%20perfil/profile", "/api/v1/printers/{name}/profile", 200)
            scan = {"network": "127.0.0.0/30"}
            await http.ask("POST", "/api/v1/printers/scan", "/api/v1/printers/scan", 200, scan)
            await http.ask("POST", "/api/v1/printers/scan", "/api/v1/printers/scan", 422, {"network": "8.8.8.0/24"})
            await http.ask("GET", "/api/v1/doctor", "/api/v1/doctor", 200)
            await http.ask("POST", "/api/v1/reload", "/api/v1/reload", 200)
            await _try_printers_out(http)
            await http.ask("GET", "/health", "/health", 200)
            assert "ticket_daemon_" in await http.ask("GET", "/metrics", "/metrics", 200)
    operations = {operation["operationId"] for path in description["paths"].values() for operation in path.values()}
    assert http.asked == operations


def test_descriptions_are_served_to_pages_of_any_origin(tmp_path: Path) -> None:
    with daemon_process(tmp_path) as daemon:
        for name in ("openapi.json", "asyncapi.json", "schemas/document.json"):
            request = urllib.request.Request(f"{daemon.url}/{name}", headers={"Origin": "https://editor.example"})
            with urllib.request.urlopen(request, timeout=10) as answer:
                assert answer.headers["Access-Control-Allow-Origin"] == "*"
                assert json.load(answer)
