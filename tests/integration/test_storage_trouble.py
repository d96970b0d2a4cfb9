"""The disk is full, the database is locked, damaged or not to be had, the clock goes back: what the clients hear then.

A full disk is a limit on the size of the daemon's files (prlimit), set and lifted while it runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.client import Client, client, ticket
from support.daemon_process import DaemonProcess, daemon_process
from support.tcp_printer import TcpPrinter
from ticket_daemon.daemon import Daemon
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter
from ticket_daemon.queue import JobState, NewJob, Queue, commits, store
from ticket_daemon.settings import config as configuration

PATIENCE_S = 20.0
DAY_MS = 86_400_000
#: Bytes that the daemon's own log has room for.
LOG_ROOM = 32_768
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="prlimit")


def config(printer: TcpPrinter | EmulatedPrinter) -> str:
    return f'[limits]\njobs_per_minute = 0\n[[printers]]\nname = "caja"\nuri = "{printer.uri}"\ndefault = true\n'


def order(job_id: str, lines: int = 1) -> dict[str, Any]:
    return {"tipo": "ticket", "id": job_id, "datos": ticket(f"<{job_id}>", lines)}


@contextlib.contextmanager
def full_disk(daemon: DaemonProcess, room: int = 0) -> Iterator[None]:
    """Nothing can be written behind `room` bytes of any file of the daemon's."""
    import resource

    pid = daemon.process.pid
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        if daemon.process.poll() is None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


async def storage_is(daemon: DaemonProcess, status: str) -> None:
    """Until `/health` says so."""
    async with asyncio.timeout(PATIENCE_S):
        while (await asyncio.to_thread(daemon.health))["storage"]["status"] != status:  # type: ignore[index]
            await asyncio.sleep(0.05)


async def filled(pos: Client) -> None:
    """Some tickets, so that the database's log goes on behind LOG_ROOM."""
    for n in range(20):
        await pos.print(ticket(f"before {n}"), id=f"before-{n}")


# --- a full disk ---


@linux_only
async def test_a_full_disk_takes_no_ticket_says_so_and_recovers_by_itself(tmp_path: Path) -> None:
    with TcpPrinter() as printer:
        with daemon_process(tmp_path, "--log-level", "warning", config=config(printer)) as daemon:
            async with client(daemon.url) as pos:
                await filled(pos)
                with full_disk(daemon, LOG_ROOM):
                    for job_id in ("a", "b", "a"):
                        refused = await pos.ask(order(job_id))
                        assert (refused["tipo"], refused["id"]) == ("error", job_id)
                        assert refused["code"] == "storage_unavailable"
                        assert refused["mensaje"]
                    health = daemon.health()
                    assert health["status"] == "degraded"
                    assert health["storage"]["status"] == "error"  # type: ignore[index]
                    assert health["storage"]["detail"]  # type: ignore[index]
                    assert health["queue"]["current"] == 0  # type: ignore[index]
                    assert (await pos.ask({"tipo": "ping", "id": "p"}))["tipo"] == "pong"
                    assert b"<a>" not in printer.received
                for job_id in ("a", "b"):
                    ack, result = await pos.print(order(job_id)["datos"], id=job_id)
                    assert not ack["duplicate"]
                    assert result["status"] == "success"
                health = daemon.health()
                assert health["status"] == "ok"
                assert health["storage"] == {"status": "ok", "detail": ""}
            assert daemon.terminate() == 0
        events = [line["event"] for line in daemon.log]
        assert events.count("storage_trouble") == 1
        assert bytes(printer.received).count(b"<a>") == bytes(printer.received).count(b"<b>") == 1


@linux_only
async def test_an_outcome_that_cannot_be_saved_is_saved_and_told_when_the_disk_has_room(tmp_path: Path) -> None:
    with (
        TcpPrinter(reads=False) as printer,
        daemon_process(tmp_path, "--log-level", "warning", config=config(printer)) as daemon,
    ):
        async with client(daemon.url) as pos:
            await pos.send(order("long", 20_000))
            await pos.until(lambda a: a["tipo"] == "ack" and a["id"] == "long")
            await pos.send(order("next"))
            await pos.until(lambda a: a["tipo"] == "ack" and a["id"] == "next")
            await _until_state(pos, "long", "printing")
            with full_disk(daemon):
                printer.start_reading()
                await storage_is(daemon, "error")
                assert not any(a["tipo"] == "result" and a["id"] in ("long", "next") for a in pos.heard)
            for job_id in ("long", "next"):
                result = await pos.until(lambda a, i=job_id: a["tipo"] == "result" and a["id"] == i)  # type: ignore[misc]
                assert result["state"] == "sent"
        assert bytes(printer.received).count(b"<long>") == 20_000
        assert bytes(printer.received).count(b"<next>") == 1


async def _until_state(pos: Client, job_id: str, state: str) -> None:
    while True:
        await pos.send({"tipo": "job", "id": job_id})
        if (await pos.until(lambda a: a["tipo"] == "job" and a["id"] == job_id))["state"] == state:
            return
        await asyncio.sleep(0.02)


@linux_only
async def test_killed_while_the_disk_is_full_it_holds_what_it_could_not_save(tmp_path: Path) -> None:
    with TcpPrinter(reads=False) as printer:
        with daemon_process(tmp_path, "--log-level", "warning", config=config(printer)) as daemon:
            async with client(daemon.url) as pos:
                await pos.send(order("long", 20_000))
                await pos.until(lambda a: a["tipo"] == "ack")
                await _until_state(pos, "long", "printing")
                with full_disk(daemon):
                    printer.start_reading()
                    await storage_is(daemon, "error")
                    daemon.kill()
        with daemon_process(tmp_path, config=config(printer)) as again:
            async with client(again.url) as pos:
                await pos.send(order("long", 20_000))
                result = await pos.until(lambda a: a["tipo"] == "result")
                assert (result["state"], result["code"]) == ("held", "unknown_outcome")
                _, result = await pos.print(ticket("after"))
                assert result["status"] == "success"
        assert bytes(printer.received).count(b"<long>") == 20_000


# --- a disk that is full at the start ---

#: Starts the command with no room in any file; `prlimit` gives it room later.
FULL = (
    "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))\n"
    "from ticket_daemon.cli import main; main()"
)


def give_room(daemon: DaemonProcess) -> None:
    import resource

    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@linux_only
@pytest.mark.parametrize("before", ["nothing", "a queue", "a queue that was killed"])
async def test_a_disk_full_at_the_start_is_said_and_takes_no_ticket_until_there_is_room(
    tmp_path: Path, before: str
) -> None:
    with TcpPrinter() as printer:
        if before != "nothing":
            with TcpPrinter(reads=False) as other, daemon_process(tmp_path, config=config(other)) as first:
                async with client(first.url) as pos:
                    await pos.send(order("long", 20_000))
                    await pos.until(lambda a: a["tipo"] == "ack" and a["id"] == "long")
                    await _until_state(pos, "long", "printing")
                    await pos.send(order("waits"))
                    await pos.until(lambda a: a["tipo"] == "ack" and a["id"] == "waits")
                    if before == "a queue that was killed":
                        first.kill()
                    else:
                        first.terminate()
        with daemon_process(tmp_path, config=config(printer), program=("-c", FULL)) as daemon:
            async with client(daemon.url) as pos:
                for job_id in ("a", "b"):
                    refused = await pos.ask(order(job_id))
                    assert (refused["tipo"], refused["code"]) == ("error", "storage_unavailable")
                await pos.send({"tipo": "cancel", "id": "waits"})
                refused = await pos.until(lambda a: a["tipo"] == "error" and a["id"] == "waits")
                assert refused["code"] == "storage_unavailable"
                health = daemon.health()
                assert health["status"] == "degraded"
                assert health["storage"]["status"] == "error"  # type: ignore[index]
                assert health["worker"]["running"]  # type: ignore[index]
                assert bytes(printer.received) == b""
                said = "".join(daemon.output)
                assert said.count("storage_trouble") == 1
                assert "Traceback" not in said
                give_room(daemon)
                await storage_is(daemon, "ok")
                _, result = await pos.print(ticket("<after>"), id="after")
                assert result["status"] == "success"
                if before != "nothing":
                    await pos.send({"tipo": "job", "id": "long"})
                    job = await pos.until(lambda a: a["tipo"] == "job" and a["id"] == "long")
                    assert (job["state"], job["code"]) == ("held", "unknown_outcome")
                    paper = bytes(printer.received)
                    assert paper.count(b"<waits>") == 1
                    assert paper.index(b"<waits>") < paper.index(b"<after>")
            assert daemon.terminate() == 0
        events = [line["event"] for line in daemon.log]
        assert "started" in events
        assert events.count("storage_recovered") == 1


@linux_only
def test_a_daemon_that_never_had_room_stops_as_well(tmp_path: Path) -> None:
    with daemon_process(tmp_path, program=("-c", FULL)) as daemon:
        assert daemon.health()["status"] == "degraded"
        assert daemon.terminate() == 0


# --- a database that cannot be had ---


def run_and_fail(folder: Path) -> str:
    """Start the daemon where it cannot; what it says."""
    command = [sys.executable, "-m", "ticket_daemon", "run", "--env", "test", "--port", "0", "--data-dir", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1, ended
    assert "Traceback" not in ended.stderr + ended.stdout
    return ended.stdout + ended.stderr


def test_a_database_that_cannot_be_opened_is_named_and_nothing_is_touched(tmp_path: Path) -> None:
    (tmp_path / "queue.db").mkdir()
    assert "queue.db" in run_and_fail(tmp_path)
    assert not list(tmp_path.glob("*damaged*"))


def test_a_database_another_program_holds_is_left_alone(tmp_path: Path) -> None:
    fill(tmp_path)
    with contextlib.closing(sqlite3.connect(tmp_path / "queue.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert "queue.db" in run_and_fail(tmp_path)
    assert not list(tmp_path.glob("*damaged*"))
    assert count(tmp_path) == 200


# --- a damaged database ---


def fill(folder: Path) -> None:
    """A queue of 200 tickets that wait for `caja`."""

    async def fill() -> None:
        queue = Queue(folder / "queue.db", 1000, lambda: 1)
        await queue.open()
        for n in range(200):
            await queue.submit(NewJob(f"old-{n}", "caja", b"d", b"{}", b"x" * 500, 1))
        await queue.close()

    asyncio.run(fill())


def count(folder: Path) -> int:
    with contextlib.closing(sqlite3.connect(folder / "queue.db")) as db:
        return int(db.execute("SELECT count(*) FROM jobs").fetchone()[0])


def rubbish(data: bytes) -> bytes:
    return random.Random(1).randbytes(len(data))


def no_header(data: bytes) -> bytes:
    return bytes(100) + data[100:]


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def torn_pages(data: bytes) -> bytes:
    """Every page but the first written over."""
    return data[:4096] + random.Random(1).randbytes(len(data) - 4096)


@pytest.mark.parametrize("damage", [rubbish, no_header, half, torn_pages])
async def test_a_damaged_database_is_set_aside_and_the_daemon_starts_with_a_new_one(
    tmp_path: Path, damage: Any
) -> None:
    await asyncio.to_thread(fill, tmp_path)
    broken = damage((tmp_path / "queue.db").read_bytes())
    (tmp_path / "queue.db").write_bytes(broken)
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer)) as daemon:
        async with client(daemon.url) as pos:
            _, result = await pos.print(ticket("after"), id="after")
            assert result["status"] == "success"
        (kept,) = tmp_path.glob("queue.damaged-*.db")
        assert kept.read_bytes() == broken
        (said,) = [line for line in daemon.log if line["event"] == "database_set_aside"]
        assert said["kept_as"] == str(kept)
        assert said["level"] == "error"
        assert said["detail"]
        assert daemon.health()["status"] == "ok"


async def test_damage_in_a_file_too_large_to_be_checked_is_set_aside_when_it_is_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(fill, tmp_path)
    (tmp_path / "queue.db").write_bytes(torn_pages((tmp_path / "queue.db").read_bytes()))
    monkeypatch.setattr(store, "CHECKED_PAGES", 0)
    queue = Queue(tmp_path / "queue.db", 10, lambda: 1)
    try:
        assert await queue.open() == []
        await queue.submit(NewJob("after", "caja", b"d", b"{}", b"x", 1))
    finally:
        await queue.close()
    assert list(tmp_path.glob("queue.damaged-*.db"))


async def test_two_damaged_databases_in_one_second_are_both_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits.time, "strftime", lambda _: "20261122-120000")
    for content in (b"first " * 1000, b"second " * 1000):
        (tmp_path / "queue.db").write_bytes(content)
        queue = Queue(tmp_path / "queue.db", 10, lambda: 1)
        await queue.open()
        await queue.close()
    kept = [path.read_bytes()[:5] for path in tmp_path.glob("queue.damaged-*.db")]
    assert sorted(kept) == [b"first", b"secon"]


# --- the clock ---


async def test_a_clock_set_back_neither_loses_nor_expires_nor_reorders_anything(tmp_path: Path) -> None:
    now = [100 * DAY_MS]
    profile = find("Generic 58mm")
    assert profile is not None
    async with EmulatedPrinter(profile, refuse=True) as printer:
        (tmp_path / "config.toml").write_text(config(printer), "utf-8")
        settings = configuration.load("test", tmp_path / "config.toml", {}, {"server": {"port": 0}}, tmp_path)
        daemon = Daemon(settings, clock=lambda: now[0])
        await daemon.start()
        async with client(daemon.url.rstrip("/")) as pos:
            for n in range(4):
                if n == 2:
                    now[0] -= 50 * DAY_MS
                assert (await pos.ask({**order(f"t{n}"), "ttl_s": 3600}))["tipo"] == "ack"
            await printer.listen()
            results = [await pos.until(lambda a: a["tipo"] == "result") for _ in range(4)]
        await daemon.close()
        assert [(r["id"], r["status"]) for r in results] == [(f"t{n}", "success") for n in range(4)]
        assert all(result["duration_ms"] >= 0 for result in results)
        lines = [text for paper in (*printer.printer.tickets, printer.printer.paper) for text in paper.text]
        assert [line for line in lines if line.startswith("<")] == [f"<t{n}>" for n in range(4)]
    again = Queue(tmp_path / "queue.db", 10, lambda: now[0])
    await again.open()
    try:
        assert await again.prune(now[0] - 7 * DAY_MS) == 0
        assert {job.state for job in await again.recent(10)} == {JobState.SENT}
    finally:
        await again.close()
