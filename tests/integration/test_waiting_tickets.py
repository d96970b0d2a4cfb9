"""Tickets whose printer is away: they wait, say why, and print by themselves or are asked about."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.client import client, ticket
from support.daemon_process import daemon_process
from support.shop import Shop
from support.tcp_printer import TcpPrinter
from ticket_daemon.errors import QueueFull
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter
from ticket_daemon.queue import JobState, NewJob
from ticket_daemon.settings.config import PrinterSettings

PROFILE = "TM-T20III"


def emulated(**options: bool) -> EmulatedPrinter:
    found = find(PROFILE)
    assert found is not None
    return EmulatedPrinter(found, **options)  # type: ignore[arg-type]


def caja(printer: EmulatedPrinter, **more: object) -> PrinterSettings:
    return PrinterSettings("caja", printer.uri, PROFILE, default=True, **more)  # type: ignore[arg-type]


async def test_by_default_a_ticket_waits_for_a_printer_that_is_off_and_prints_by_itself(tmp_path: Path) -> None:
    async with emulated(refuse=True) as printer:
        shop = Shop(tmp_path, caja(printer))
        await shop.start()
        await shop.submit("a")
        await shop.until_status("offline")
        assert shop.history["a"] == ["queued"]
        await printer.listen()
        assert await shop.until("a", "confirmed", "held", "failed") == "confirmed"
        await shop.stop()


async def test_what_waited_too_long_is_held_at_once_as_one_lot_and_never_printed_by_itself(tmp_path: Path) -> None:
    async with emulated(refuse=True) as printer:
        shop = Shop(tmp_path, caja(printer, retry_s=0))
        await shop.queue.open()
        for name in "abc":
            await shop.submit(name)
        await shop.queue.close()
        shop = Shop(tmp_path, caja(printer, retry_s=1))
        await shop.start()
        for name in "abc":
            await shop.until(name, "held")
        await printer.listen()
        await shop.submit("fresh")
        assert await shop.until("fresh", "confirmed", "held") == "confirmed"
        assert len(printer.tickets) == 1
        await shop.stop()


async def test_old_tickets_of_a_stopped_service_are_asked_about_at_its_start_though_the_printer_is_there(
    tmp_path: Path,
) -> None:
    async with emulated() as printer:
        shop = Shop(tmp_path, caja(printer))
        await shop.queue.open()
        long_ago = time.time_ns() // 1_000_000 - 3_600_000
        await shop.queue.submit(NewJob("old", "caja", b"o", b"{}", b"old\n", long_ago))
        await shop.submit("fresh")
        await shop.queue.close()
        shop = Shop(tmp_path, caja(printer))
        await shop.start()
        assert await shop.until("fresh", "confirmed", "held") == "confirmed"
        held = await shop.queue.find("old")
        assert held is not None
        assert held.state is JobState.HELD
        assert held.reason is not None
        assert "60 min" in held.reason.text("es")
        await shop.stop()


async def test_a_released_ticket_gets_its_whole_patience_again(tmp_path: Path) -> None:
    async with emulated(refuse=True) as printer:
        shop = Shop(tmp_path, caja(printer, retry_s=1))
        await shop.start()
        await shop.submit("a")
        await shop.until("a", "held")
        shop.spooler._workers["caja"].adopt(caja(printer, retry_s=600))
        await shop.queue.release("a", b"a\n")
        await printer.listen()
        assert await shop.until("a", "confirmed", "held") == "confirmed"
        await shop.stop()


@pytest.mark.parametrize(
    ("condition", "word"), [({"paper_out": True}, "papel"), ({"cover_open": True}, "tapa"), (None, "apagada")]
)
async def test_an_expired_ticket_says_what_kept_it(
    tmp_path: Path, condition: dict[str, bool] | None, word: str
) -> None:
    async with emulated(refuse=condition is None) as printer:
        shop = Shop(tmp_path, caja(printer))
        await shop.start()
        if condition is not None:
            printer.set_condition(**condition)
        await shop.until_status({"papel": "media-empty", "tapa": "cover-open", "apagada": "offline"}[word])
        await shop.submit("a", ttl_ms=1)
        await shop.until("a", "expired")
        job = await shop.queue.find("a")
        assert job is not None
        assert job.reason is not None
        assert word in job.reason.text("es")
        await shop.stop()


async def test_what_expired_while_the_service_was_stopped_is_ended_before_any_worker_sees_it(tmp_path: Path) -> None:
    async with emulated() as printer:
        shop = Shop(tmp_path, caja(printer))
        await shop.queue.open()
        await shop.submit("late", ttl_ms=0)
        await shop.queue.close()
        shop = Shop(tmp_path, caja(printer))
        await shop.queue.open()
        assert shop.queue.head("caja") is None
        late = await shop.queue.find("late")
        assert late is not None
        assert late.state is JobState.EXPIRED
        await shop.queue.close()


@pytest.mark.parametrize("state", ["failed", "expired"])
async def test_an_id_that_failed_with_nothing_printed_is_printed_when_it_is_sent_again(
    tmp_path: Path, state: str
) -> None:
    async with emulated(refuse=True) as printer:
        shop = Shop(tmp_path, caja(printer, retry_s=0 if state == "failed" else 600, on_failure="fail"))
        await shop.start()
        await shop.submit("sale", ttl_ms=1 if state == "expired" else None)
        await shop.until("sale", state)
        await printer.listen()
        await shop.submit("sale")
        assert await shop.until("sale", "confirmed", "held") == "confirmed"
        again = await shop.queue.submit(NewJob("sale", "caja", b"sale", b"{}", b"x", 1))
        assert (again.duplicate, again.resent) == (True, False), "printed is printed"
        assert len(printer.tickets) == 1
        await shop.stop()


async def test_a_full_queue_of_one_printer_refuses_nothing_of_another(tmp_path: Path) -> None:
    async with emulated(refuse=True) as printer:
        shop = Shop(tmp_path, caja(printer))
        await shop.queue.open()
        for n in range(shop.queue.capacity):
            await shop.queue.submit(NewJob(f"b{n}", "barra", b"b", b"{}", b"x", 1))
        with pytest.raises(QueueFull):
            await shop.queue.submit(NewJob("too much", "barra", b"b", b"{}", b"x", 1))
        await shop.submit("c")
        assert (shop.queue.taken("barra"), shop.queue.taken("caja")) == (100, 1)
        await shop.queue.close()


async def test_the_ack_says_why_the_ticket_waits_and_a_drawn_one_is_called_simulated(tmp_path: Path) -> None:
    off = TcpPrinter()
    off.close()
    config = f'[[printers]]\nname = "caja"\nuri = "{off.uri}"\ndefault = true\n'
    with daemon_process(tmp_path, config=config) as daemon:
        async with client(daemon.url) as pos:
            await pos.ask({"tipo": "ticket", "id": "a", "datos": ticket("one")})
            async with asyncio.timeout(20):
                while not (await pos.ask({"tipo": "status"}))["printers"][0]["reasons"]:
                    pass
            told = await pos.ask({"tipo": "ticket", "id": "b", "datos": ticket("two")})
            assert (told["tipo"], told["reasons"]) == ("ack", ["offline"])
            _, drawn = await pos.print(ticket("three"), printer="virtual")
            assert drawn["simulated"] is True
            assert drawn["mensaje"].startswith("Simulado")


def released(url: str, job_id: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ticket_daemon", "release", job_id, "--url", url]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("is_back", [False, True])
async def test_the_command_line_says_what_became_of_a_release_not_that_it_was_asked_for(
    tmp_path: Path, is_back: bool
) -> None:
    async with emulated(refuse=True) as printer:
        config = f'[[printers]]\nname = "caja"\nuri = "{printer.uri}"\nprofile = "{PROFILE}"\nretry_s = 1\n'
        with daemon_process(tmp_path, config=config) as daemon:
            async with client(daemon.url) as pos:
                _, held = await pos.print(ticket("one"), id="a", printer="caja")
                assert held["state"] == "held"
            if is_back:
                await printer.listen()
            done = await asyncio.to_thread(released, daemon.url, "a")
        assert done.returncode == (0 if is_back else 1), done.stderr
        assert ("confirmada" in done.stdout or "confirmado" in done.stdout) == is_back, done.stdout
