"""Other printers while the daemon runs: by the verb, by HTTP and by SIGHUP, with tickets under way."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from support.client import Client, client, ticket
from support.daemon_process import DaemonProcess, daemon_process
from support.tcp_printer import TcpPrinter
from ticket_daemon.daemon import Daemon
from ticket_daemon.errors import ConfigError
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter, Faults
from ticket_daemon.queue import Job
from ticket_daemon.settings import config

PATIENCE_S = 20.0


def printer(name: str, uri: str, profile: str = "Generic 80mm", **more: object) -> str:
    lines = {"name": name, "uri": uri, "profile": profile, **more}
    return "[[printers]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines.items())


#: Lines of the longest ticket that is sent here.
LINES = 15_000


class Shop:
    """A daemon in this process, its file, and a client."""

    def __init__(self, folder: Path, daemon: Daemon, pos: Client) -> None:
        self.file = folder / "shop.toml"
        self.daemon = daemon
        self.pos = pos

    async def reload(self, text: str) -> Any:
        self.file.write_text(text, "utf-8")
        return await self.daemon.reload()

    async def send(self, job_id: str, where: str, text: str = "hola", repeat: int = 1) -> dict[str, Any]:
        copies = max(1, repeat // LINES)  # a ticket has a bound of lines; what is wanted here is bytes
        document = ticket(text, repeat // copies)
        message = {"tipo": "ticket", "id": job_id, "printer": where, "datos": document, "copies": copies}
        return await self.pos.until_answer(message, "ack")

    async def result(self, job_id: str) -> dict[str, Any]:
        heard = [answer for answer in self.pos.heard if answer["tipo"] == "result" and answer["id"] == job_id]
        return heard[0] if heard else await self.pos.until(lambda a: a["tipo"] == "result" and a["id"] == job_id)


@contextlib.asynccontextmanager
async def shop(folder: Path, text: str) -> AsyncIterator[Shop]:
    file = folder / "shop.toml"
    file.write_text(text, "utf-8")

    def load() -> config.Settings:
        return config.load("test", file, {}, {"server": {"port": 0}}, folder)

    daemon = Daemon(load(), again=load)
    await daemon.start()
    try:
        async with client(daemon.url.rstrip("/")) as pos:
            yield Shop(folder, daemon, pos)
    finally:
        await daemon.close()


def emulated(profile: str = "TM-T20III", **options: Any) -> EmulatedPrinter:
    found = find(profile)
    assert found is not None
    return EmulatedPrinter(found, **options)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_new_printer_prints_over_the_connection_that_was_open_before(tmp_path: Path) -> None:
    async with emulated() as old, emulated() as new, shop(tmp_path, printer("caja", old.uri)) as here:
        refused = await here.pos.ask({"tipo": "ticket", "printer": "cocina", "datos": ticket("hola")})
        change = await here.reload(printer("caja", old.uri) + printer("cocina", new.uri))
        await here.send("t1", "cocina")
        result = await here.result("t1")
    assert (refused["code"], change.added, change.changed, change.removed) == ("unknown_printer", ("cocina",), (), ())
    assert result["status"] == "success"
    assert "hola" in new.tickets[0].paper.text[0] if new.tickets else b"hola" in new.received[0]


async def test_an_unchanged_printer_keeps_its_very_connection(tmp_path: Path) -> None:
    async with emulated() as one, shop(tmp_path, printer("caja", one.uri, "TM-T20III")) as here:
        await here.send("t1", "caja")
        await here.result("t1")
        change = await here.reload(printer("caja", one.uri, "TM-T20III", default=True, retry_s=7))
        await here.send("t2", "caja")
        await here.result("t2")
        assert (change.added, change.changed, change.removed) == ((), (), ())
        assert len(one.received) == 1
        default = here.daemon.destinations.default
    assert default is not None
    assert (default.name, default.settings.retry_s) == ("caja", 7)


async def test_what_waits_for_a_removed_printer_is_held_and_says_why(tmp_path: Path) -> None:
    async with shop(tmp_path, printer("caja", "socket://127.0.0.1:9", retry_s=600)) as here:
        await here.send("t1", "caja")
        change = await here.reload("")
        result = await here.result("t1")
    assert change.removed == ("caja",)
    assert (result["state"], result["code"]) == ("held", "unknown_printer")
    assert "«caja» ya no está en la configuración" in result["mensaje"]


async def test_a_removed_printer_finishes_the_ticket_in_hand(tmp_path: Path) -> None:
    with TcpPrinter(reads=False) as slow:
        async with shop(tmp_path, printer("caja", slow.uri)) as here:
            await here.send("t1", "caja", "x" * 40, 30_000)
            await asyncio.to_thread(slow.wait_for_connection)
            await until(lambda: here.daemon.queue.is_printing("caja"))
            await here.send("t2", "caja")
            await here.reload("")
            held = await here.result("t2")
            slow.start_reading()
            result = await here.result("t1")
    assert (result["state"], held["state"]) == ("sent", "held")


async def test_a_changed_address_finishes_the_ticket_in_hand_and_the_next_goes_to_the_new_one(tmp_path: Path) -> None:
    with TcpPrinter(reads=False) as slow:
        async with emulated() as new, shop(tmp_path, printer("caja", slow.uri)) as here:
            await here.send("t1", "caja", "x" * 40, 30_000)
            await asyncio.to_thread(slow.wait_for_connection)
            await until(lambda: here.daemon.queue.is_printing("caja"))
            await here.send("t2", "caja", "AL NUEVO")
            change = await here.reload(printer("caja", new.uri, "TM-T20III"))
            assert here.daemon.queue.is_printing("caja")
            slow.start_reading()
            results = [await here.result("t1"), await here.result("t2")]
            bytes_there = b"".join(new.received)
        old = bytes(slow.received)
    assert change.changed == ("caja",)
    assert [result["state"] for result in results] == ["sent", "confirmed"]
    assert b"AL NUEVO" in bytes_there
    assert b"AL NUEVO" not in old


async def test_a_printer_changed_twice_while_it_finishes_ends_at_the_last_address(tmp_path: Path) -> None:
    with TcpPrinter(reads=False) as slow:
        async with emulated() as second, emulated() as third, shop(tmp_path, printer("caja", slow.uri)) as here:
            await here.send("t1", "caja", "x" * 40, 30_000)
            await until(lambda: here.daemon.queue.is_printing("caja"))
            await here.reload(printer("caja", second.uri, "TM-T20III"))
            await here.reload("")
            await here.reload(printer("caja", third.uri, "TM-T20III"))
            await here.send("t2", "caja", "AL TERCERO")
            slow.start_reading()
            results = [await here.result("t1"), await here.result("t2")]
            assert b"AL TERCERO" in b"".join(third.received)
            assert not second.received
    assert [result["state"] for result in results] == ["sent", "confirmed"]


async def test_a_worker_that_stands_still_is_stopped_with_the_daemon_also_while_it_is_replaced(tmp_path: Path) -> None:
    async with emulated(faults=Faults(never_read=True)) as dead, shop(tmp_path, printer("caja", dead.uri)) as here:
        await here.send("t1", "caja", "x" * 40, 60_000)
        await until(lambda: here.daemon.queue.is_printing("caja"))
        await here.reload(printer("caja", "socket://127.0.0.1:9"))
        ended: list[Job] = []
        here.daemon.queue.listen(ended.append)
        began = time.monotonic()
        await here.daemon.close()
        assert time.monotonic() - began < 10
    assert [(job.state, job.reason and job.reason.code) for job in ended] == [("held", "unknown_outcome")]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[[printers]]\nname = "caja"\nuri = "gopher://x"\n', "printers[0].uri"),
        ('[[printers]]\nname = "caja"\n', "printers[0].uri"),
        ("[[printers]\n", "shop.toml"),
        (printer("caja", "socket://127.0.0.1:9", "TM-T2OIII"), "TM-T20III"),
        (printer("caja", "socket://127.0.0.1:9") + printer("CAJA", "socket://127.0.0.1:9"), "printers[1].name"),
    ],
)
async def test_a_file_with_a_mistake_changes_nothing(tmp_path: Path, text: str, place: str) -> None:
    async with emulated() as one, shop(tmp_path, printer("caja", one.uri, "TM-T20III")) as here:
        here.file.write_text(text, "utf-8")
        async with aiohttp.ClientSession() as http, http.post(f"{here.daemon.url}api/v1/reload") as answer:
            status, said = answer.status, await answer.json()
        await here.send("t1", "caja")
        result = await here.result("t1")
    assert (status, result["state"]) == (422, "confirmed")
    assert said["code"] in ("invalid_config", "invalid_document")
    assert place in said["mensaje"]


async def test_subscribers_are_told_of_the_new_list(tmp_path: Path) -> None:
    async with shop(tmp_path, "") as here:
        await here.pos.send({"tipo": "subscribe", "topics": ["printers"]})
        await here.pos.until(lambda a: a["tipo"] == "printer_status")
        await here.reload(printer("caja", "socket://127.0.0.1:9"))
        news = await here.pos.until(lambda a: a["tipo"] == "printers")
    assert {"caja", "virtual"} <= {one["name"] for one in news["printers"]}


async def test_keys_that_need_a_restart_are_named_and_not_taken(tmp_path: Path) -> None:
    async with shop(tmp_path, "") as here:
        change = await here.reload("[queue]\ncapacity = 3\n")
    assert change.needs_restart == ("queue.capacity",)
    assert here.daemon.queue.capacity == 100


async def test_a_daemon_that_cannot_read_again_says_so(tmp_path: Path) -> None:
    daemon = Daemon(config.load("test", None, {}, {"server": {"port": 0}}, tmp_path))
    with pytest.raises(ConfigError, match="restart it"):
        await daemon.reload()


# --- the installed command ---


def command(*arguments: str, daemon: DaemonProcess, **environ: str) -> subprocess.CompletedProcess[str]:
    called = [sys.executable, "-m", "ticket_daemon", *arguments, "--url", daemon.url]
    plain = {k: v for k, v in os.environ.items() if not k.startswith("TICKET_DAEMON_")}
    return subprocess.run(
        called, capture_output=True, text=True, encoding="utf-8", env=plain | {"LC_ALL": "en_US.UTF-8"} | environ,
        timeout=60,
    )  # fmt: skip


def names(daemon: DaemonProcess) -> list[str]:
    return [one["name"] for one in json.loads(daemon.get("/api/v1/printers")[1])["printers"]]


def test_the_verb_reload_takes_the_file_as_it_is_now(tmp_path: Path) -> None:
    with daemon_process(tmp_path, config=printer("caja", "socket://127.0.0.1:9")) as daemon:
        (tmp_path / "config.toml").write_text(printer("cocina", "socket://127.0.0.1:9"), "utf-8")
        done = command("reload", daemon=daemon)
        assert (done.returncode, done.stderr) == (0, "")
        assert "new printers: cocina" in done.stdout
        assert "removed printers: caja" in done.stdout
        assert "cocina" in names(daemon)
        assert "nothing has changed" in command("reload", daemon=daemon).stdout
        (tmp_path / "config.toml").write_text("[[printers]\n", "utf-8")
        refused = command("reload", daemon=daemon)
        assert refused.returncode == 1
        assert "config.toml" in refused.stderr
        assert "cocina" in names(daemon)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no SIGHUP on this system; the verb does the same")
def test_sighup_reloads_and_a_bad_file_is_refused_in_the_log(tmp_path: Path) -> None:
    def logged(event: str) -> dict[str, object]:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            for line in daemon.log:
                if line["event"] == event:
                    return line
            time.sleep(0.02)
        raise AssertionError(daemon.log)

    with daemon_process(tmp_path, config="") as daemon:
        (tmp_path / "config.toml").write_text(printer("caja", "socket://127.0.0.1:9"), "utf-8")
        daemon.process.send_signal(signal.SIGHUP)
        assert logged("reloaded")["added"] == ["caja"]
        (tmp_path / "config.toml").write_text("[[printers]\n", "utf-8")
        daemon.process.send_signal(signal.SIGHUP)
        assert "config.toml" in str(logged("reload_refused")["detail"])
        assert "caja" in names(daemon)


def test_reload_needs_the_token_where_one_is_set(tmp_path: Path) -> None:
    token = "secreto"
    text = f'[auth]\ntoken_sha256 = "{hashlib.sha256(token.encode()).hexdigest()}"\n'
    with daemon_process(tmp_path, config=text) as daemon:
        refused = command("reload", daemon=daemon)
        assert (refused.returncode, "token" in refused.stderr) == (1, True)
        assert command("reload", daemon=daemon, TICKET_DAEMON_TOKEN=token).returncode == 0
