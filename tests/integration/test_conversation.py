"""What clients may say, well and badly, over real connections."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from support.client import EXAMPLE, client, ticket
from support.daemon_process import DaemonProcess, daemon_process
from support.tcp_printer import TcpPrinter
from ticket_daemon.poster.render import render_ticket


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with daemon_process(tmp_path_factory.mktemp("daemon")) as running:
        yield running


async def test_a_client_is_greeted_with_version_and_protocol(daemon: DaemonProcess) -> None:
    async with client(daemon.url) as pos:
        (info,) = pos.heard
    assert info["status"] == "connected"
    assert info["protocol"] == 1
    assert info["mensaje"]
    assert info["version"]


async def test_status_ping_and_printers_answer_as_v1_did(daemon: DaemonProcess) -> None:
    async with client(daemon.url) as pos:
        status = await pos.ask({"tipo": "status"})
        assert {"tipo", "status", "current", "capacity", "mensaje", "printers"} <= set(status)
        assert await pos.ask({"tipo": "ping"}) == {"tipo": "pong", "status": "ok"}
        assert await pos.ask({"tipo": "ping", "id": "7"}) == {"tipo": "pong", "status": "ok", "id": "7"}
        printers = await pos.ask({"tipo": "get_printers"})
    (virtual,) = printers["printers"]
    assert virtual["is_virtual"]
    assert virtual["is_default"]
    v1 = {"name", "port", "driver", "status", "is_default", "is_virtual", "printer_type"}
    assert set(virtual) == v1 | {"configured", "uri"}
    assert printers["summary"] == {
        "status": "ok", "detected_count": 1, "thermal_count": 0, "default_name": "virtual",
    }  # fmt: skip


BAD = [
    ("{", "invalid_json"),
    ("", "invalid_json"),
    ("[]", "invalid_message"),
    ("5", "invalid_message"),
    ("{}", "invalid_message"),
    ('{"tipo":5}', "invalid_message"),
    ('{"tipo":"imprime"}', "unknown_type"),
    ('{"tipo":"ticket"}', "missing_datos"),
    ('{"tipo":"ticket","datos":null}', "missing_datos"),
    ('{"tipo":"ticket","datos":"x"}', "invalid_document"),
    ('{"tipo":"ticket","datos":{}}', "invalid_document"),
    ('{"tipo":"ticket","id":7,"datos":{}}', "invalid_message"),
    (json.dumps({"tipo": "ticket", "datos": EXAMPLE, "printer": "nadie"}), "unknown_printer"),
    ('{"tipo":"job","id":"nobody"}', "unknown_job"),
    ('{"tipo":"cancel","id":"nobody"}', "unknown_job"),
    ('{"tipo":"reprint","id":"nobody"}', "unknown_job"),
    ('{"tipo":"preview"}', "missing_datos"),
    ("[" * 100_000, "invalid_message"),
    ('{"tipo":"ping","x":' + "[" * 100_000, "invalid_json"),
]


@pytest.mark.parametrize(("text", "code"), BAD, ids=[text[:40] for text, _ in BAD])
async def test_bad_input_gets_its_error_and_the_connection_lives_on(
    daemon: DaemonProcess, text: str, code: str
) -> None:
    async with client(daemon.url) as pos:
        answer = await pos.ask(text)
        assert (answer["tipo"], answer["status"], answer["code"]) == ("error", "error", code)
        assert answer["mensaje"]
        assert (await pos.ask({"tipo": "ping", "id": "after"}))["id"] == "after"


async def test_an_error_names_the_message_it_answers_and_the_place_in_the_document(daemon: DaemonProcess) -> None:
    wrong = {**EXAMPLE, "commands": [{"type": "feed", "data": {"lines": -1}}]}
    async with client(daemon.url) as pos:
        answer = await pos.ask({"tipo": "ticket", "id": "w1", "datos": wrong})
    assert (answer["id"], answer["code"], answer["path"]) == ("w1", "invalid_document", "commands[0].data.lines")
    assert answer["mensaje"].startswith("VALIDATION:")


async def test_a_binary_frame_is_refused_and_the_connection_lives_on(daemon: DaemonProcess) -> None:
    async with client(daemon.url) as pos:
        await pos.ws.send_bytes(b'{"tipo":"ping"}')
        assert (await pos.receive())["code"] == "invalid_message"
        assert (await pos.ask({"tipo": "ping"}))["tipo"] == "pong"


async def test_a_document_of_nine_mebibytes_is_taken_and_delays_nobody(daemon: DaemonProcess) -> None:
    big = {**EXAMPLE, "notes_of_the_sender": "x" * (9 << 20)}
    text = json.dumps({"tipo": "ticket", "id": "big", "datos": big}, separators=(",", ":"))
    assert 7 << 20 < len(text) < 10 << 20
    async with client(daemon.url) as pos, client(daemon.url) as other:
        await pos.send(text)
        longest = 0.0
        loop = asyncio.get_running_loop()
        answer = asyncio.ensure_future(pos.receive())
        while not answer.done():
            begun = loop.time()
            await other.ask({"tipo": "ping"})
            longest = max(longest, loop.time() - begun)
        assert (await answer)["tipo"] == "ack"
        result = await pos.until(lambda a: a["tipo"] == "result")
        assert result["status"] == "success"
    assert longest < 2.0, f"a ping waited {longest:.2f} s"


async def test_a_frame_over_the_limit_closes_with_1009(daemon: DaemonProcess) -> None:
    async with client(daemon.url) as pos:
        await pos.ws.send_str("x" * (11 << 20))
        message = await pos.ws.receive(30)
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING)
        assert pos.ws.close_code == 1009
    async with client(daemon.url) as pos:
        assert (await pos.ask({"tipo": "ping"}))["tipo"] == "pong"


async def test_the_same_id_is_the_same_job_from_any_connection(daemon: DaemonProcess) -> None:
    async with client(daemon.url) as first, client(daemon.url) as second:
        ack, result = await first.print(EXAMPLE, id="same")
        again, told = await second.print(EXAMPLE, id="same")
        assert (ack["duplicate"], again["duplicate"]) == (False, True)
        assert told["state"] == result["state"]
        other = await second.ask({"tipo": "ticket", "id": "same", "datos": ticket("other")})
        assert (other["tipo"], other["code"], other["id"]) == ("error", "id_conflict", "same")


async def test_a_ticket_without_an_id_gets_one(daemon: DaemonProcess) -> None:
    async with client(daemon.url) as pos:
        first, _ = await pos.print(EXAMPLE)
        second, _ = await pos.print(EXAMPLE, id="")
    assert first["id"]
    assert second["id"]
    assert first["id"] != second["id"]


async def test_subscribers_hear_of_every_step_of_every_job(daemon: DaemonProcess) -> None:
    async with client(daemon.url) as watching, client(daemon.url) as pos:
        assert (await watching.ask({"tipo": "subscribe", "topics": ["jobs", "printers"]}))["tipo"] == "info"
        await pos.print(EXAMPLE, id="watched")
        states: list[str] = []
        while not states or states[-1] not in ("sent", "confirmed"):
            news = await watching.until(lambda a: a["tipo"] == "job_event" and a["id"] == "watched")
            states.append(news["state"])
    assert states[:2] == ["queued", "printing"]


async def test_a_result_is_told_to_whoever_watches_also_after_the_sender_left(daemon: DaemonProcess) -> None:
    async with client(daemon.url) as pos:
        await pos.send({"tipo": "ticket", "id": "left", "datos": EXAMPLE})
        await pos.receive()
    async with client(daemon.url) as other:
        await other.send({"tipo": "job", "id": "left", "watch": True})
        result = await other.until(lambda a: a["tipo"] == "result")
    assert (result["id"], result["status"]) == ("left", "success")


async def test_copies_print_that_often_and_open_the_drawer_once(tmp_path: Path) -> None:
    document = ticket("COPIA")
    document["commands"].append({"type": "pulse", "data": {}})
    with TcpPrinter() as printer:
        config = f'[[printers]]\nname = "p"\nuri = "{printer.uri}"\ndefault = true\n'
        with daemon_process(tmp_path, config=config) as running:
            async with client(running.url) as pos:
                await pos.print(document, copies=3)
        pulse = len(render_ticket(document).data) - len(render_ticket(document, with_pulse=False).data)
        data = printer.wait_for(len(render_ticket(document).data) * 3 - 2 * pulse)
    assert data.count(b"COPIA") == 3
    assert data.count(b"\x1bp") == 1


async def test_an_expired_ticket_is_not_printed(tmp_path: Path) -> None:
    off = TcpPrinter()
    off.close()
    config = f'[[printers]]\nname = "p"\nuri = "{off.uri}"\ndefault = true\n'
    with daemon_process(tmp_path, config=config) as running:
        async with client(running.url) as pos:
            _, result = await pos.print(EXAMPLE, ttl_s=0.2)
    assert (result["status"], result["state"], result["code"]) == ("error", "expired", "expired")


async def test_a_reprint_is_a_new_job_that_leaves_the_drawer_shut(daemon: DaemonProcess) -> None:
    document = ticket("OTRA VEZ")
    document["commands"].append({"type": "pulse", "data": {}})
    async with client(daemon.url) as pos:
        ack, _ = await pos.print(document, id="once")
        await pos.send({"tipo": "reprint", "id": "once", "new_id": "twice"})
        again = await pos.receive()
        result = await pos.until(lambda a: a["tipo"] == "result")
    assert (again["tipo"], again["id"], again["duplicate"]) == ("ack", "twice", False)
    assert result["id"] == "twice"
    assert ack["id"] == "once"


async def test_a_preview_is_a_picture(daemon: DaemonProcess) -> None:
    import base64

    async with client(daemon.url) as pos:
        answer = await pos.ask({"tipo": "preview", "datos": EXAMPLE})
    assert answer["tipo"] == "preview"
    assert base64.b64decode(answer["png"]).startswith(b"\x89PNG")
    assert answer["width"] >= 576
    assert answer["height"] > 0


def _request(url: str, body: Any = None, method: str | None = None) -> tuple[int, Any]:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if answer.headers.get_content_type() == "application/json" else text
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_the_same_verbs_work_over_http(daemon: DaemonProcess) -> None:
    status, ack = _request(f"{daemon.url}/api/v1/jobs", {"id": "http", "datos": EXAMPLE})
    assert (status, ack["id"], ack["duplicate"]) == (202, "http", False)
    status, again = _request(f"{daemon.url}/api/v1/jobs", {"id": "http", "datos": EXAMPLE})
    assert (status, again["duplicate"]) == (200, True)
    status, job = _request(f"{daemon.url}/api/v1/jobs/http")
    assert (status, job["id"]) == (200, "http")
    status, printers = _request(f"{daemon.url}/api/v1/printers")
    assert (status, printers["summary"]["detected_count"]) == (200, 1)
    status, picture = _request(f"{daemon.url}/api/v1/preview", {"datos": EXAMPLE})
    assert (status, picture[:4]) == (200, b"\x89PNG")
    status, picture = _request(f"{daemon.url}/api/v1/jobs/http/paper.png")
    assert (status, picture[:4]) == (200, b"\x89PNG")


@pytest.mark.parametrize(
    ("path", "body", "method", "status", "code"),
    [
        ("/api/v1/jobs/nobody", None, "GET", 404, "unknown_job"),
        ("/api/v1/jobs/nobody", None, "DELETE", 404, "unknown_job"),
        ("/api/v1/jobs", {}, "POST", 400, "missing_datos"),
        ("/api/v1/jobs", [], "POST", 400, "invalid_message"),
        ("/api/v1/jobs", {"datos": {}}, "POST", 422, "invalid_document"),
        ("/api/v1/jobs", {"datos": EXAMPLE, "printer": "x"}, "POST", 404, "unknown_printer"),
    ],
)
def test_http_errors_carry_the_same_codes(
    daemon: DaemonProcess, path: str, body: Any, method: str, status: int, code: str
) -> None:
    answered, error = _request(daemon.url + path, body, method)
    assert (answered, error["code"]) == (status, code)


def test_health_has_every_field_that_v1_had(daemon: DaemonProcess) -> None:
    health = daemon.health()
    assert health["status"] == "ok"
    assert set(health["queue"]) >= {"current", "capacity", "utilization"}  # type: ignore[call-overload]
    assert {"running", "jobs_processed", "jobs_failed"} <= set(health["worker"])  # type: ignore[call-overload]
    assert {"env", "date", "time", "version"} <= set(health["build"])  # type: ignore[call-overload]
    assert health["uptime_seconds"] == health["uptime"]


def test_the_page_and_its_files_are_served_and_nothing_else(daemon: DaemonProcess) -> None:
    status, page = daemon.get("/")
    assert status == 200
    assert b"<html" in page
    for path in ("/static/..%2fapp.py", "/static/__init__.py", "/static/nothing.js", "/nothing"):
        with pytest.raises(urllib.error.HTTPError) as caught:
            daemon.get(path)
        caught.value.close()
        assert caught.value.code == 404


async def test_a_client_that_stops_reading_costs_nobody_else_anything(daemon: DaemonProcess) -> None:
    import socket

    deaf = socket.create_connection(("127.0.0.1", daemon.port))
    deaf.sendall(
        b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
    )
    frame = json.dumps({"tipo": "subscribe", "topics": ["jobs"]}).encode()
    deaf.sendall(bytes([0x81, 0x80 | len(frame), 0, 0, 0, 0]) + frame)
    async with client(daemon.url) as pos:
        for _ in range(50):
            _, result = await pos.print(EXAMPLE)
            assert result["status"] == "success"
    deaf.close()


async def test_a_waiting_job_can_be_held_and_released_and_its_history_tells(tmp_path: Path) -> None:
    off = TcpPrinter()
    off.close()
    config = f'[[printers]]\nname = "p"\nuri = "{off.uri}"\ndefault = true\nretry_s = 600\n'
    with daemon_process(tmp_path, config=config) as running:
        async with client(running.url) as pos:
            document = ticket("EN ESPERA")
            document["commands"].append({"type": "pulse", "data": {}})
            await pos.ask({"tipo": "ticket", "id": "h", "datos": document, "copies": 2})
            held = await pos.until_answer({"tipo": "hold", "id": "h"}, "job")
            assert (held["state"], held["code"]) == ("held", "held")
            released = await pos.until_answer({"tipo": "release", "id": "h"}, "job")
            assert released["state"] == "queued"
            back = TcpPrinter(port=off.port)
            while True:
                job = await pos.until_answer({"tipo": "job", "id": "h"}, "job")
                if job["state"] == "sent":
                    break
            data = back.wait_for(len(render_ticket(document, with_pulse=False).data) * 2)
            back.close()
            again = await pos.until_answer({"tipo": "release", "id": "h"}, "error")
            assert again["code"] == "not_cancellable"
    assert data.count(b"EN ESPERA") == 2
    assert b"\x1bp" not in data  # a held job that is let go on does not open the drawer unless asked
    states = [change["state"] for change in job["history"]]
    assert states == ["queued", "held", "queued", "printing", "sent"]


async def test_a_reprint_can_carry_a_banner_and_open_the_drawer_when_asked(tmp_path: Path) -> None:
    document = ticket("COPIA FIEL")
    document["commands"].append({"type": "pulse", "data": {}})
    with TcpPrinter() as printer:
        config = f'[[printers]]\nname = "p"\nuri = "{printer.uri}"\ndefault = true\n'
        with daemon_process(tmp_path, config=config) as running:
            async with client(running.url) as pos:
                await pos.print(document, id="a")
                printer.wait_for(len(render_ticket(document).data))
                printer.received.clear()
                await pos.send({"tipo": "reprint", "id": "a", "banner": True})
                await pos.until(lambda a: a["tipo"] == "result")
                with_banner = printer.wait_until_has(b"REIMPRESI", b"COPIA FIEL")
                printer.received.clear()
                await pos.send({"tipo": "reprint", "id": "a", "open_drawer": True})
                await pos.until(lambda a: a["tipo"] == "result")
                with_drawer = printer.wait_until_has(b"COPIA FIEL", b"\x1bp")
                jobs = await pos.until_answer({"tipo": "get_jobs", "limit": 2}, "jobs")
    assert b"REIMPRESI" in with_banner
    assert b"\x1bp" not in with_banner
    assert b"REIMPRESI" not in with_drawer
    assert b"\x1bp" in with_drawer
    assert [job["reprint_of"] for job in jobs["jobs"]] == ["a", "a"]


def test_the_verbs_on_jobs_work_over_http_and_from_the_command_line(daemon: DaemonProcess) -> None:
    import subprocess
    import sys

    def verb(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ticket_daemon", *arguments, "--url", daemon.url]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, encoding="utf-8")

    odd = "a/b?c=1 ñ"
    assert _request(f"{daemon.url}/api/v1/jobs", {"id": odd, "datos": EXAMPLE})[0] == 202
    told = verb("reprint", odd, "--banner")
    assert told.returncode == 0, told.stderr
    assert "virtual" in told.stdout
    listed = verb("jobs", "-n", "5")
    assert odd in listed.stdout
    assert verb("job", odd).stdout.count("\n") >= 3
    refused = verb("cancel", odd)
    assert (refused.returncode, bool(refused.stderr)) == (1, True)
    assert verb("job", "nobody").returncode == 1
    assert verb("status").returncode == 0
    assert verb("health").returncode == 0
    gone = subprocess.run(
        [sys.executable, "-m", "ticket_daemon", "status", "--url", "http://127.0.0.1:1"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert gone.returncode == 3
