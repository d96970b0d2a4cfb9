"""The daemon dies between every two steps of a ticket's way, one point after the other, and is started again.

What the protocol promises then: a ticket without an ack may be sent again and comes out once; one that was acked and
had certainly not begun prints; one that may have begun is held with `unknown_outcome`; nothing prints twice, nothing
out of turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest

from support.client import client
from support.daemon_process import DaemonProcess
from ticket_daemon.daemon import Daemon
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter
from ticket_daemon.settings import config as configuration

CRASH_AT = str(Path(__file__).parent.parent / "support" / "crash_at.py")
IDS = ("a", "b", "c")
#: Lines of each ticket: half of it is more than nothing and less than all.
LINES = 20
DIES_WITHIN_S = 20.0
PRINTED = ("confirmed", "sent")

ONE_WAY, TWO_WAY = "Generic 80mm", "TM-T20III"


class Point(NamedTuple):
    """Where it dies, and what becomes of the first ticket: it "prints", is "held", or is "done" already."""

    profile: str
    steps: str
    when: str
    first: str


#: From the first byte heard to the last one told. `commit` after `insert` is the acceptance's, and so on.
POINTS = [
    Point(ONE_WAY, "ticket", "before", "prints"),
    Point(ONE_WAY, "insert", "before", "prints"),
    Point(ONE_WAY, "insert", "after", "prints"),
    Point(ONE_WAY, "insert,commit", "before", "prints"),
    Point(ONE_WAY, "insert,commit", "after", "prints"),
    Point(ONE_WAY, "insert,commit,say", "before", "prints"),
    Point(ONE_WAY, "insert,commit,say", "after", "prints"),
    Point(ONE_WAY, "insert,write", "before", "prints"),  # the printer is asked how it is
    Point(ONE_WAY, "insert,write", "after", "prints"),
    Point(ONE_WAY, "start", "before", "prints"),
    Point(ONE_WAY, "start", "after", "prints"),
    Point(ONE_WAY, "start,commit", "before", "prints"),
    Point(ONE_WAY, "start,commit", "after", "held"),
    Point(ONE_WAY, "start,write", "before", "held"),
    Point(ONE_WAY, "start,write", "half", "held"),
    Point(ONE_WAY, "start,write", "after", "held"),
    Point(ONE_WAY, "start,settled", "before", "held"),
    Point(ONE_WAY, "start,settled", "after", "held"),
    Point(ONE_WAY, "start,move", "before", "held"),
    Point(ONE_WAY, "start,move", "after", "held"),
    Point(ONE_WAY, "start,move,commit", "before", "held"),
    Point(ONE_WAY, "start,move,commit", "after", "done"),
    Point(ONE_WAY, "start,move,tell", "before", "done"),
    Point(ONE_WAY, "start,move,tell", "after", "done"),
    Point(ONE_WAY, "start,move,start", "before", "done"),  # the third one's: the second starts before this move
    Point(ONE_WAY, "start,move,start", "after", "done"),
    Point(TWO_WAY, "start,commit", "before", "prints"),
    Point(TWO_WAY, "start,commit", "after", "held"),
    Point(TWO_WAY, "start,ask", "after", "held"),
    Point(TWO_WAY, "start,write", "half", "held"),
    Point(TWO_WAY, "start,write", "after", "held"),
    Point(TWO_WAY, "start,move", "before", "held"),
    Point(TWO_WAY, "start,move,commit", "before", "held"),
    Point(TWO_WAY, "start,move,commit", "after", "done"),
    Point(TWO_WAY, "start,move,start", "before", "done"),  # the second one's, after a look at the printer
    Point(TWO_WAY, "start,move,start", "after", "done"),
]


def order(job_id: str, printer: str = "caja") -> dict[str, Any]:
    texts = [f"BEGIN {job_id}.", *(f"{n} of {job_id}" for n in range(LINES)), f"END {job_id}."]
    commands: list[dict[str, Any]] = [{"type": "text", "data": {"content": text}} for text in texts]
    document = {"version": "1.0", "profile": {"model": ONE_WAY}, "commands": [*commands, {"type": "cut"}]}
    return {"tipo": "ticket", "id": job_id, "printer": printer, "datos": document}


def config(printer: EmulatedPrinter, profile: str) -> str:
    return f'[limits]\njobs_per_minute = 0\n[[printers]]\nname = "caja"\nuri = "{printer.uri}"\nprofile = "{profile}"\n'


def emulated(profile: str) -> EmulatedPrinter:
    found = find(profile)
    assert found is not None
    return EmulatedPrinter(found)


def on_paper(printer: EmulatedPrinter, word: str) -> list[str]:
    """Which tickets have a first (BEGIN) or last (END) line on paper, in the order they came out."""
    texts = [text for paper in (*printer.printer.tickets, printer.printer.paper) for text in paper.text]
    return [found for text in texts for found in re.findall(rf"{word} (\w+)\.", text)]


@contextlib.asynccontextmanager
async def restarted(folder: Path) -> AsyncIterator[Daemon]:
    """The daemon once more on the same data, in this process."""
    settings = configuration.load("test", folder / "config.toml", {}, {"server": {"port": 0}}, folder)
    daemon = Daemon(settings)
    await daemon.start()
    try:
        yield daemon
    finally:
        await daemon.close()


async def until_it_dies(daemon: DaemonProcess) -> set[str]:
    """Send the tickets; the ids whose ack came before the end."""
    acked: set[str] = set()
    try:
        await _listen(daemon, acked)
        assert await asyncio.to_thread(daemon.process.wait, DIES_WITHIN_S) == -signal.SIGKILL
    finally:
        daemon.kill()
    return acked


async def _listen(daemon: DaemonProcess, acked: set[str]) -> None:
    with contextlib.suppress(aiohttp.ClientError, ConnectionError):
        async with (
            asyncio.timeout(DIES_WITHIN_S),
            aiohttp.ClientSession() as http,
            http.ws_connect(f"{daemon.url}/ws") as ws,
        ):
            for job_id in IDS:
                await ws.send_json(order(job_id))
            async for message in ws:
                answer = message.json()
                if answer["tipo"] == "ack":
                    acked.add(answer["id"])


async def asked_again(url: str) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Every ticket sent once more: the acks and the results."""
    acks: dict[str, dict[str, Any]] = {}
    results: dict[str, dict[str, Any]] = {}
    async with client(url) as pos:
        for job_id in IDS:
            await pos.send(order(job_id))
        while len(results) < len(IDS):
            answer = await pos.receive()
            assert answer["tipo"] in ("ack", "result"), answer
            (acks if answer["tipo"] == "ack" else results)[answer["id"]] = answer
    return acks, results


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("point", POINTS, ids=lambda p: f"{p.profile.split()[0]}-{p.when}-{p.steps.replace(',', '-')}")
async def test_a_crash_at_this_point_keeps_every_promise(tmp_path: Path, point: Point) -> None:
    async with emulated(point.profile) as printer:
        first_run = await asyncio.to_thread(
            lambda: DaemonProcess(
                tmp_path, config=config(printer, point.profile), program=(CRASH_AT, point.steps, point.when)
            )
        )
        acked = await until_it_dies(first_run)
        async with restarted(tmp_path) as daemon:
            acks, results = await asked_again(daemon.url.rstrip("/"))
        begun, ended = on_paper(printer, "BEGIN"), on_paper(printer, "END")

    assert all(acks[job_id]["duplicate"] for job_id in acked), "an acked ticket was forgotten"
    assert len(begun) == len(set(begun)), "something was begun twice"
    assert begun == sorted(begun), "out of turn"
    assert ended == sorted(set(ended))
    states = {job_id: result["state"] for job_id, result in results.items()}
    if point.first == "done" and states["b"] == "held":  # its start may have been committed with the first one's end
        assert results["b"]["code"] == "unknown_outcome"
    else:
        assert states["b"] in PRINTED
        assert "b" in ended
    assert states["c"] in PRINTED
    assert "c" in ended
    if point.first == "held":
        assert states["a"] == "held"
        assert results["a"]["code"] == "unknown_outcome"
        assert results["a"]["status"] == "error"
        assert acks["a"]["duplicate"]
    else:
        assert states["a"] in PRINTED
        assert "a" in ended


@pytest.mark.parametrize("profile", [ONE_WAY, TWO_WAY])
@pytest.mark.parametrize(("steps", "when"), [("move", "before"), ("move", "after"), ("move,commit", "before"),
                                             ("move,commit", "after")])  # fmt: skip
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
async def test_a_crash_while_it_recovers_from_a_crash_changes_nothing(
    tmp_path: Path, profile: str, steps: str, when: str
) -> None:
    async with emulated(profile) as printer:
        first_run = await asyncio.to_thread(
            lambda: DaemonProcess(tmp_path, config=config(printer, profile), program=(CRASH_AT, "start,write", "after"))
        )
        await until_it_dies(first_run)
        command = [sys.executable, CRASH_AT, steps, when, "run", "--env", "test", "--port", "0"]
        command += ["--data-dir", str(tmp_path), "--config", str(tmp_path / "config.toml")]
        second_run = await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=30)
        assert second_run.returncode == -signal.SIGKILL, second_run.stderr
        async with restarted(tmp_path) as daemon:
            _, results = await asked_again(daemon.url.rstrip("/"))
        begun = on_paper(printer, "BEGIN")
    assert results["a"]["code"] == "unknown_outcome"
    assert [results[job_id]["state"] in PRINTED for job_id in IDS] == [False, True, True]
    assert begun == ["a", "b", "c"]
