"""What a technician tries at a printer, and the log, over real HTTP."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from support.client import client
from support.daemon_process import DaemonProcess, daemon_process

NOBODY = "fuera/de línea"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """One with the virtual printer and one that nobody answers for."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        uri = f"socket://127.0.0.1:{nobody.getsockname()[1]}"
        config = f"[queue]\ncapacity = 20\n[[printers]]\nname = {json.dumps(NOBODY)}\nuri = '{uri}'\nretry_s = 3600\n"
        with daemon_process(tmp_path_factory.mktemp("daemon"), config=config) as running:
            yield running


@pytest.fixture
async def http(daemon: DaemonProcess) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(daemon.url) as session:
        yield session


async def ended(daemon: DaemonProcess, job_id: str) -> dict[str, Any]:
    async with client(daemon.url) as pos:
        await pos.send({"tipo": "job", "id": job_id, "watch": True})
        return await pos.until(lambda answer: answer["tipo"] == "result")


@pytest.mark.parametrize("what", ["test", "drawer", "calibration"])
async def test_a_printer_is_tried_out(daemon: DaemonProcess, http: aiohttp.ClientSession, what: str) -> None:
    answer = await http.post(f"/api/v1/printers/VIRTUAL/{what}")
    ack = await answer.json()
    assert answer.status == 202
    assert ack["tipo"] == "ack"
    assert ack["printer"] == "virtual"
    assert (await ended(daemon, ack["id"]))["state"] == "confirmed"
    lines = (await (await http.get("/api/v1/log", params={"audit": "true", "text": ack["id"]})).json())["lines"]
    assert [(line["event"], line["what"]) for line in lines if "what" in line] == [("printer_tried", what)]


async def test_a_printer_nobody_has_is_named_with_those_there_are(http: aiohttp.ClientSession) -> None:
    answer = await http.post("/api/v1/printers/nadie/test")
    assert answer.status == 404
    refusal = await answer.json()
    assert refusal["code"] == "unknown_printer"
    assert "virtual" in refusal["mensaje"]


async def test_a_burst_prints_every_ticket_in_order(daemon: DaemonProcess, http: aiohttp.ClientSession) -> None:
    answer = await http.post("/api/v1/printers/virtual/burst", json={"count": 7})
    assert answer.status == 202
    burst = await answer.json()
    assert (len(burst["ids"]), burst["refused"]) == (7, 0)
    for job_id in burst["ids"]:
        assert (await ended(daemon, job_id))["status"] == "success"
    jobs = (await (await http.get("/api/v1/jobs", params={"limit": "50"})).json())["jobs"]
    assert [job["id"] for job in reversed(jobs) if job["id"] in burst["ids"]] == burst["ids"]


@pytest.mark.parametrize("body", ['{"count":0}', '{"count":101}', '{"count":"many"}', "[]", "{"])
async def test_a_burst_of_another_size_is_refused(http: aiohttp.ClientSession, body: str) -> None:
    answer = await http.post("/api/v1/printers/virtual/burst", data=body, headers={"Content-Type": "application/json"})
    assert answer.status == 400
    assert (await answer.json())["code"] in ("invalid_message", "invalid_json")


async def test_what_waits_is_told_in_order_and_a_full_queue_says_so(http: aiohttp.ClientSession) -> None:
    """The printer's name has a slash, a space and an accent: a path carries them all."""
    path = "/api/v1/printers/fuera%2Fde%20l%C3%ADnea/burst"
    burst = await (await http.post(path, json={"count": 30})).json()
    assert (len(burst["ids"]), burst["refused"]) == (20, 10)
    pending = await (await http.get("/api/v1/jobs", params={"pending": "true", "limit": "100"})).json()
    assert pending["pending"] is True
    assert [job["id"] for job in pending["jobs"]] == burst["ids"]
    first, second, *others = burst["ids"]
    assert (await http.post(f"/api/v1/jobs/{first}/hold")).status == 200
    assert (await http.post(f"/api/v1/jobs/{second}/hold")).status == 200
    assert (await http.post(f"/api/v1/jobs/{first}/release")).status == 200  # the last of its queue from here on
    pending = await (await http.get("/api/v1/jobs", params={"pending": "true", "limit": "100"})).json()
    assert [job["id"] for job in pending["jobs"]] == [*others, first, second]
    for job_id in burst["ids"]:
        assert (await http.delete(f"/api/v1/jobs/{job_id}")).status == 200
    pending = await (await http.get("/api/v1/jobs", params={"pending": "true"})).json()
    assert pending["jobs"] == []


async def test_the_log_is_told_until_nothing_is_new(daemon: DaemonProcess, http: aiohttp.ClientSession) -> None:
    first = await http.get("/api/v1/log", params={"limit": "5"})
    lines = (await first.json())["lines"]
    assert 0 < len(lines) <= 5
    again = await http.get("/api/v1/log", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304
    await http.post("/api/v1/printers/virtual/test")
    later = await http.get("/api/v1/log", headers={"If-None-Match": first.headers["ETag"]})
    assert later.status == 200


async def test_the_log_is_exported_as_it_stands(daemon: DaemonProcess, http: aiohttp.ClientSession) -> None:
    answer = await http.get("/api/v1/log.jsonl", params={"text": "started"})
    assert "attachment" in answer.headers["Content-Disposition"]
    (started,) = [json.loads(line) for line in (await answer.text()).splitlines() if '"started"' in line]
    assert started["event"] == "started"


@pytest.mark.parametrize("query", [{"level": "loud"}, {"limit": "0"}, {"limit": "x"}, {"colour": "red"}])
async def test_a_wrong_question_to_the_log_is_named(http: aiohttp.ClientSession, query: dict[str, str]) -> None:
    answer = await http.get("/api/v1/log", params=query)
    assert answer.status == 400
    refusal = await answer.json()
    assert refusal["code"] == "invalid_message"
    assert next(iter(query)) in refusal["mensaje"]


async def test_trying_and_reading_need_the_token_when_there_is_one(tmp_path: Path) -> None:
    import hashlib

    config = f'[auth]\ntoken_sha256 = "{hashlib.sha256(b"clave").hexdigest()}"\n'
    with daemon_process(tmp_path, config=config) as daemon:
        async with aiohttp.ClientSession(daemon.url) as http:
            for method, path in (
                ("POST", "/api/v1/printers/virtual/test"),
                ("POST", "/api/v1/printers/virtual/drawer"),
                ("POST", "/api/v1/printers/virtual/calibration"),
                ("POST", "/api/v1/printers/virtual/burst"),
                ("GET", "/api/v1/log"),
                ("GET", "/api/v1/log.jsonl"),
            ):
                assert (await http.request(method, path)).status == 401, path
                answer = await http.request(method, path, headers={"Authorization": "Bearer clave"})
                assert answer.status in (200, 202), path
