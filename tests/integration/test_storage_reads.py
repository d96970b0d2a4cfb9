"""Who only looks, while the disk is full: sees everything, and is not taken for a sign that the disk is well."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path

from support.client import client, ticket
from support.daemon_process import DaemonProcess, daemon_process
from support.tcp_printer import TcpPrinter

LOG_ROOM = 32_768


def config(printer: TcpPrinter) -> str:
    return f'[limits]\njobs_per_minute = 0\n[[printers]]\nname = "caja"\nuri = "{printer.uri}"\ndefault = true\n'


@contextlib.contextmanager
def full_disk(daemon: DaemonProcess, room: int = LOG_ROOM) -> Iterator[None]:
    pid = daemon.process.pid
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, -1))
    try:
        yield
    finally:
        if daemon.process.poll() is None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (-1, -1))


async def test_a_read_does_not_call_a_full_disk_well(tmp_path: Path) -> None:
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer)) as daemon:
        async with client(daemon.url) as pos:
            for n in range(20):
                await pos.print(ticket("before"), id=f"before-{n}")
            assert daemon.get("/api/v1/jobs")[0] == 200  # what is in memory goes into the tables
            with full_disk(daemon):
                assert (await pos.ask({"tipo": "ticket", "id": "a", "datos": ticket("a")}))[
                    "code"
                ] == "storage_unavailable"
                assert daemon.health()["status"] == "degraded"
                assert daemon.get("/api/v1/jobs")[0] == 200
                assert daemon.health()["status"] == "degraded"


async def test_jobs_can_be_listed_while_the_disk_is_full(tmp_path: Path) -> None:
    """Who has to decide what to do wants to see them just then."""
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer)) as daemon:
        async with client(daemon.url) as pos:
            for n in range(20):
                await pos.print(ticket("before"), id=f"before-{n}")
            with full_disk(daemon):
                assert (await asyncio.to_thread(daemon.get, "/api/v1/jobs"))[0] == 200


async def test_a_daemon_stops_in_good_order_while_the_disk_is_full(tmp_path: Path) -> None:
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer)) as daemon:
        async with client(daemon.url) as pos:
            for n in range(20):
                await pos.print(ticket("before"), id=f"before-{n}")
            with full_disk(daemon):
                assert await asyncio.to_thread(daemon.terminate) == 0
        assert "Traceback" not in "".join(daemon.output)


async def test_the_end_of_the_trouble_is_noticed_though_nobody_prints(tmp_path: Path) -> None:
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer)) as daemon:
        async with client(daemon.url) as pos:
            await pos.print(ticket("before"), id="before")
            with full_disk(daemon, 0):
                refused = await pos.ask({"tipo": "ticket", "id": "a", "datos": ticket("a")})
                assert refused["code"] == "storage_unavailable"
                assert daemon.health()["status"] == "degraded"
            async with asyncio.timeout(20):
                while (await asyncio.to_thread(daemon.health))["status"] != "ok":
                    pass
