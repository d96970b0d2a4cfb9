"""Tickets come from afar while the shop has trouble: its disk is full, its clock is wrong, much has piled up.

A full disk is a limit on the size of the daemon's files (prlimit), set and lifted while it runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.client import client, ticket
from support.daemon_process import DaemonProcess, daemon_process
from support.far_backend import PATIENCE_S, FarBackend, far_backend
from support.nats_server import NatsServer, nats_server
from ticket_daemon.daemon import Daemon, now_ms
from ticket_daemon.fleet import names
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter
from ticket_daemon.queue import NewJob, Queue
from ticket_daemon.settings import config as configuration

PROFILE = "TM-T20III"
#: Bytes that the daemon's own log has room for.
LOG_ROOM = 32_768
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="prlimit")
#: Starts the command with no room in any file.
FULL = (
    "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))\n"
    "from ticket_daemon.cli import main; main()"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    with nats_server(tmp_path / "nats") as running:
        yield running


def printer() -> EmulatedPrinter:
    profile = find(PROFILE)
    assert profile is not None
    return EmulatedPrinter(profile)


def config(server: NatsServer, caja: EmulatedPrinter) -> str:
    return (
        f'[limits]\njobs_per_minute = 0\n[fleet]\nurl = "{server.url}"\nstore = "lima"\n'
        f'[[printers]]\nname = "caja"\nuri = "{caja.uri}"\nprofile = "{PROFILE}"\nretry_s = 600\n'
    )


def on_paper(caja: EmulatedPrinter) -> list[str]:
    texts = [text for paper in (*caja.printer.tickets, caja.printer.paper) for text in paper.text]
    return [found for text in texts for found in re.findall(r"ticket (\S+)", text)]


def document(job_id: str) -> dict[str, Any]:
    return ticket(f"ticket {job_id}")


# --- the disk ---


def room(daemon: DaemonProcess, size: int) -> None:
    import resource

    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextlib.contextmanager
def full_disk(daemon: DaemonProcess) -> Iterator[None]:
    """The queue cannot be written, for the length of a block."""
    import resource

    room(daemon, LOG_ROOM)
    try:
        yield
    finally:
        if daemon.process.poll() is None:
            room(daemon, resource.RLIM_INFINITY)


async def health(daemon: DaemonProcess) -> tuple[str, str]:
    said: dict[str, Any] = await asyncio.to_thread(daemon.health)
    return said["status"], said["storage"]["status"]


async def sent_to_the_shop(backend: FarBackend) -> int:
    """How often the server has sent it a ticket, again and again counted."""
    consumer = await backend.js.consumer_info(names.stream("lima"), names.consumer("lima"))
    assert consumer.delivered is not None
    return consumer.delivered.consumer_seq


@linux_only
async def test_a_full_disk_has_tickets_wait_at_the_server_and_they_come_in_order_when_there_is_room(
    server: NatsServer, tmp_path: Path
) -> None:
    ids = [f"n{number}" for number in range(8)]
    async with far_backend(server) as backend, printer() as caja:
        with daemon_process(tmp_path / "shop", config=config(server, caja)) as daemon:
            before = [f"before{number}" for number in range(20)]  # the database's log goes on behind LOG_ROOM
            for job_id in before:
                await backend.send(job_id, document(job_id))
            await backend.result(before[-1])
            await backend.all_taken()
            tried = await sent_to_the_shop(backend)
            with full_disk(daemon):
                for job_id in ids:
                    await backend.send(job_id, document(job_id))
                async with asyncio.timeout(PATIENCE_S):
                    while await sent_to_the_shop(backend) < tried + 4:
                        await asyncio.sleep(0.01)
                    while await health(daemon) != ("degraded", "error"):
                        await asyncio.sleep(0.01)
                assert await backend.waiting() == len(ids), "nothing is acknowledged that is not on disk"
                shop = await backend.shop(lambda s: s is not None and s.storage != "")
                assert shop is not None
                assert shop.current == 0
            for job_id in ids:
                assert (await backend.result(job_id))["state"] == "confirmed"
            assert await health(daemon) == ("ok", "ok")
            for job_id in (*before, *ids):
                assert backend.states(job_id) == ["queued", "printing", "confirmed"], "each change once"
            await backend.all_taken()
        assert on_paper(caja) == [*before, *ids]


@linux_only
async def test_tickets_for_a_shop_whose_disk_is_full_at_the_start_wait_until_there_is_room(
    server: NatsServer, tmp_path: Path
) -> None:
    import resource

    ids = [f"n{number}" for number in range(5)]
    async with far_backend(server) as backend, printer() as caja:
        for job_id in ids:
            await backend.send(job_id, document(job_id))
        with daemon_process(tmp_path / "shop", config=config(server, caja), program=("-c", FULL)) as daemon:
            async with asyncio.timeout(PATIENCE_S):
                while await sent_to_the_shop(backend) < 2:
                    assert await health(daemon) == ("degraded", "error")
            assert await backend.waiting() == len(ids)
            room(daemon, resource.RLIM_INFINITY)
            for job_id in ids:
                assert (await backend.result(job_id))["state"] == "confirmed"
            assert await health(daemon) == ("ok", "ok")
            await backend.all_taken()
        assert on_paper(caja) == ids


@linux_only
async def test_what_became_of_tickets_is_told_once_when_the_disk_had_no_room_for_it(
    server: NatsServer, tmp_path: Path
) -> None:
    ids = [f"n{number}" for number in range(5)]
    async with far_backend(server) as backend, printer() as caja:
        with daemon_process(tmp_path / "shop", config=config(server, caja)) as daemon:
            caja.set_condition(paper_out=True)
            for job_id in ids:
                await backend.send(job_id, document(job_id))
            await backend.until(lambda h: h.id == ids[-1])
            await backend.all_taken()
            with full_disk(daemon):
                caja.set_condition(paper_out=False)
                async with asyncio.timeout(PATIENCE_S):
                    while await health(daemon) != ("degraded", "error"):
                        await asyncio.sleep(0.01)
                assert not any(h.answer["tipo"] == "result" for h in backend.heard)
            for job_id in ids:
                assert (await backend.result(job_id))["state"] == "confirmed"
                assert backend.states(job_id) == ["queued", "printing", "confirmed"]
        assert on_paper(caja) == ids


# --- the clock ---

HOUR_MS = 3_600_000


@contextlib.asynccontextmanager
async def running(folder: Path, text: str, clock: Callable[[], int]) -> AsyncIterator[Daemon]:
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(text, "utf-8")
    settings = configuration.load("test", folder / "config.toml", {}, {"server": {"port": 0}}, folder)
    daemon = Daemon(settings, clock)
    await daemon.start()
    try:
        yield daemon
    finally:
        await daemon.close()


@pytest.mark.parametrize("wrong_by_h", [-30, -3, 3, 30])
async def test_a_shops_wrong_clock_neither_expires_what_is_new_nor_prints_what_is_old(
    server: NatsServer, tmp_path: Path, wrong_by_h: int
) -> None:
    async with far_backend(server) as backend, printer() as caja:
        await backend.send("old", document("old"), ttl_s=0.2)
        published = now_ms()
        await backend.send("new", document("new"), ttl_s=600)
        while now_ms() < published + 200:
            await asyncio.sleep(0.01)
        async with running(tmp_path / "shop", config(server, caja), lambda: now_ms() + wrong_by_h * HOUR_MS):
            assert (await backend.result("new"))["state"] == "confirmed"
            assert (await backend.result("old"))["state"] == "expired"
        assert on_paper(caja) == ["new"]


async def test_a_clock_set_back_under_tickets_from_afar_loses_doubles_expires_and_reorders_nothing(
    server: NatsServer, tmp_path: Path
) -> None:
    wrong_by = 0
    ids = [f"n{number}" for number in range(30)]
    async with far_backend(server) as backend, printer() as caja:
        async with running(tmp_path / "shop", config(server, caja), lambda: now_ms() + wrong_by):
            for job_id in ids[:15]:
                await backend.send(job_id, document(job_id), ttl_s=600)
            await backend.until(lambda h: h.id == ids[7])
            wrong_by = -3 * HOUR_MS
            for job_id in ids[15:]:
                await backend.send(job_id, document(job_id), ttl_s=600)
            for job_id in ids:
                assert (await backend.result(job_id))["state"] == "confirmed"
                assert backend.states(job_id) == ["queued", "printing", "confirmed"]
        assert on_paper(caja) == ids


# --- what has piled up ---


async def test_what_piled_up_while_the_link_was_down_is_told_in_order_and_once_while_the_shop_prints(
    server: NatsServer, tmp_path: Path
) -> None:
    ids = [f"n{number}" for number in range(3000)]
    (tmp_path / "shop").mkdir()
    queue = Queue(tmp_path / "shop" / "queue.db", 2 * len(ids), now_ms)
    await queue.open()
    new = [NewJob(job_id, "gone", b"d", b"{}", b"x", now_ms(), remote=True) for job_id in ids]
    await asyncio.gather(*map(queue.submit, new))
    await queue.close()
    async with (
        printer() as caja,
        running(tmp_path / "shop", config(server, caja), now_ms) as daemon,  # which holds them: that printer is gone
        client(daemon.url.rstrip("/")) as pos,
        far_backend(server) as backend,
    ):
        await backend.until(lambda _: True)
        _, result = await pos.print(document("local"), id="local", printer="caja")
        assert result["state"] == "confirmed"
        assert len(backend.heard) < 3 * len(ids), "it need not wait until all is told"
        await backend.until(lambda h: h.id == ids[-1] and h.answer["tipo"] == "result")
        for what, state in (("job_event", "queued"), ("job_event", "held"), ("result", "held")):
            told = [h.id for h in backend.heard if (h.answer["tipo"], h.answer["state"]) == (what, state)]
            assert told == ids
        assert len(backend.heard) == 3 * len(ids)
        async with asyncio.timeout(PATIENCE_S):
            while await daemon.queue.outbox(1):
                await asyncio.sleep(0.01)
