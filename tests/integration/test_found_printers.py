"""Printers that nobody configured: found, listed, named by tickets, added to the configuration, asked what they are."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from support.client import Client, client, ticket
from support.cups_server import cups_server
from support.daemon_process import DaemonProcess, daemon_process
from ticket_daemon.daemon import Daemon
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers import FoundPrinter
from ticket_daemon.printers import discovery as places
from ticket_daemon.printers.discovery import cups, mdns, scan
from ticket_daemon.printers.emulated import EmulatedPrinter, Faults
from ticket_daemon.settings import config
from ticket_daemon.spooler.identify import ANSWER_S

PATIENCE_S = 20.0


def emulated(profile: str = "TM-T20III", **options: Any) -> EmulatedPrinter:
    found = find(profile)
    assert found is not None
    return EmulatedPrinter(found, **options)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.005)


class Street:
    """What is installed on a machine, as its spooler would tell."""

    def __init__(self) -> None:
        self.installed: list[FoundPrinter] = []
        self.open = asyncio.Event()
        self.open.set()

    async def look(self) -> list[FoundPrinter]:
        await self.open.wait()
        return self.installed

    def install(self, name: str, uri: str, **more: Any) -> None:
        facts: dict[str, Any] = {"kind": "thermal", "driver": "EPSON TM-T20III Receipt", "profile": "TM-T20III"} | more
        self.installed = [*self.installed, FoundPrinter(name=name, uri=uri, port="USB001", source="cups", **facts)]


@contextlib.asynccontextmanager
async def shop(folder: Path, street: Street, text: str = "", env: str = "test") -> AsyncIterator[tuple[Daemon, Client]]:
    file = folder / "shop.toml"
    file.write_text('[discovery]\nsources = ["cups"]\n' + text, "utf-8")

    def load() -> config.Settings:
        return config.load(env, file, {}, {"server": {"port": 0}}, folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(places.SOURCES, "cups", street.look)
        daemon = Daemon(load(), again=load)
    await daemon.start()
    try:
        async with client(daemon.url.rstrip("/")) as pos:
            yield daemon, pos
    finally:
        await daemon.close()


def document(model: str) -> dict[str, Any]:
    return {**ticket("hola"), "profile": {"model": model}}


# --- tickets that name an installed printer ---


@pytest.mark.parametrize("name", ["EPSON TM-T20III Receipt", "epson tm-t20iii RECEIPT"])
@pytest.mark.parametrize("how", ["printer", "model"])
async def test_a_ticket_may_name_an_installed_printer_that_nobody_configured(
    tmp_path: Path, name: str, how: str
) -> None:
    street = Street()
    async with emulated() as printer:
        street.install("EPSON TM-T20III Receipt", printer.uri)
        async with shop(tmp_path, street) as (_, pos):
            asked = {"printer": name} if how == "printer" else {}
            ack, result = await pos.print(document(name if how == "model" else "Generic 80mm"), **asked)
            listed = (await pos.until_answer({"tipo": "get_printers"}, "printers"))["printers"]
    assert (ack["printer"], result["state"]) == ("EPSON TM-T20III Receipt", "confirmed")
    (entry,) = [one for one in listed if one["name"] == ack["printer"]]
    assert (entry["configured"], entry["profile"], entry["status"]) == (False, "TM-T20III", "ready")


async def test_a_ticket_that_comes_before_the_first_look_waits_for_it(tmp_path: Path) -> None:
    street = Street()
    street.open.clear()
    async with emulated() as printer:
        street.install("caja", printer.uri)
        async with shop(tmp_path, street) as (_, pos):
            await pos.send({"tipo": "ticket", "id": "t1", "datos": document("caja")})
            assert (await pos.ask({"tipo": "ping"}))["tipo"] == "pong"
            street.open.set()
            ack = await pos.until(lambda a: a["tipo"] == "ack")
    assert ack["printer"] == "caja"


async def test_a_virtual_installed_printer_is_not_printed_on(tmp_path: Path) -> None:
    street = Street()
    street.install("Microsoft Print to PDF", "socket://127.0.0.1:9", is_virtual=True, kind="virtual", profile="")
    async with shop(tmp_path, street) as (_, pos):
        ack = await pos.ask({"tipo": "ticket", "datos": document("Microsoft Print to PDF")})
    assert ack["printer"] == "virtual"


async def test_a_name_nobody_has_is_answered_with_the_nearest_installed_one(tmp_path: Path) -> None:
    street = Street()
    street.install("EPSON TM-T20III Receipt", "socket://127.0.0.1:9")
    async with shop(tmp_path, street) as (_, pos):
        await pos.until_answer({"tipo": "get_printers"}, "printers")
        refused = await pos.ask({"tipo": "ticket", "printer": "EPSON TM-T20II", "datos": ticket("x")})
    assert refused["code"] == "unknown_printer"
    assert "EPSON TM-T20III Receipt" in refused["mensaje"]


async def test_what_waits_for_an_installed_printer_prints_after_a_restart(tmp_path: Path) -> None:
    street = Street()
    async with emulated(refuse=True) as printer:
        street.install("caja", printer.uri)
        async with shop(tmp_path, street) as (_, pos):
            await pos.ask({"tipo": "ticket", "id": "t1", "printer": "caja", "datos": ticket("hola")})
        await printer.listen()
        async with shop(tmp_path, street) as (_, pos):
            await pos.send({"tipo": "job", "id": "t1", "watch": True})
            result = await pos.until(lambda a: a["tipo"] == "result")
    assert result["state"] == "confirmed"


async def test_an_installed_printer_that_was_named_outlives_a_reload(tmp_path: Path) -> None:
    street = Street()
    async with emulated() as printer:
        street.install("caja", printer.uri)
        async with shop(tmp_path, street) as (daemon, pos):
            await pos.print(document("caja"))
            change = await daemon.reload()
            _, result = await pos.print(document("caja"))
            assert len(printer.received) == 1
    assert (change.removed, result["state"]) == ((), "confirmed")


# --- the list ---


async def test_a_printer_that_comes_or_goes_is_told_without_being_asked(tmp_path: Path) -> None:
    street = Street()
    async with shop(tmp_path, street) as (daemon, pos):
        await pos.until_answer({"tipo": "subscribe", "topics": ["printers"]}, "printer_status")
        street.install("caja", "socket://127.0.0.1:9")
        await daemon.discovery.refresh(force=True)
        came = await pos.until(lambda a: a["tipo"] == "printers")
        street.installed = []
        await daemon.discovery.refresh(force=True)
        went = await pos.until(lambda a: a["tipo"] == "printers")
    assert [one["name"] for one in came["printers"]] == ["virtual", "caja"]
    assert [one["name"] for one in went["printers"]] == ["virtual"]


async def test_a_found_printer_is_marked_counted_and_changes_no_health(tmp_path: Path) -> None:
    street = Street()
    street.install("caja", "socket://127.0.0.1:9", status="offline")
    async with shop(tmp_path, street) as (daemon, pos):
        listed = await pos.until_answer({"tipo": "get_printers"}, "printers")
        health = daemon.overview.health()
    (found,) = [one for one in listed["printers"] if one["name"] == "caja"]
    assert (found["configured"], found["usable"], found["source"]) == (False, True, "cups")
    assert listed["summary"] == {"status": "ok", "detected_count": 2, "thermal_count": 1, "default_name": "virtual"}
    assert health.status == "ok"


async def test_a_configured_printer_is_not_listed_a_second_time(tmp_path: Path) -> None:
    street = Street()
    street.install("EPSON", "socket://127.0.0.1:9")
    text = '[[printers]]\nname = "caja"\nuri = "socket://127.0.0.1:9"\n'
    async with shop(tmp_path, street, text) as (_, pos):
        listed = await pos.until_answer({"tipo": "get_printers"}, "printers")
    assert [one["name"] for one in listed["printers"]] == ["caja", "virtual"]
    assert listed["printers"][0]["printer_type"] == "network"


# --- what a printer says it is ---


async def test_a_printer_without_a_profile_is_asked_what_it_is_and_printed_to_by_that(tmp_path: Path) -> None:
    async with emulated("TM-T88V") as printer:
        text = f'[[printers]]\nname = "caja"\nuri = "{printer.uri}"\ndefault = true\n'
        async with shop(tmp_path, Street(), text) as (daemon, pos):
            caja = daemon.destinations.get("caja")
            assert caja is not None
            await until(lambda: caja.profile is not None)
            _, result = await pos.print(document("Generic 58mm"))
            listed = await pos.until_answer({"tipo": "get_printers"}, "printers")
            change = await daemon.reload()
    entry = listed["printers"][0]
    assert (entry["model"], entry["profile"], entry["printer_type"]) == ("Epson TM-T88V", "TM-T88V", "thermal")
    assert (result["state"], change.changed) == ("confirmed", ())


async def test_a_printer_that_does_not_answer_is_asked_once_and_by_nothing_that_could_print(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "ticket_daemon")
    async with emulated(faults=Faults(mute=True)) as printer:
        text = f'[[printers]]\nname = "caja"\nuri = "{printer.uri}"\ndefault = true\n'
        async with shop(tmp_path, Street(), text) as (_, pos):
            await until(lambda: any(record.message == "printer_said_what_it_is" for record in caplog.records))
            asked = list(printer.received)
            _, result = await pos.print(document("Generic 80mm"))
    assert asked == [b"\x10\x04\x01"]
    assert b"\x10\x04\x01" not in b"".join(printer.received[1:])
    assert result["state"] == "sent"


# --- a real CUPS ---


async def test_queues_of_a_real_cups_are_found_with_their_state() -> None:
    with cups_server() as server:
        server.queue("caja")
        server.queue("EPSON_TM-T20III", "socket://127.0.0.1:9")
        server.run("lpadmin", "-d", "caja")
        server.run("cupsdisable", "EPSON_TM-T20III")
        for where in (str(server.socket), f"127.0.0.1:{server.port}"):
            found = {one.name: one for one in await cups.find(where)}
            caja, epson = found["caja"], found["EPSON_TM-T20III"]
            assert (caja.uri, caja.is_default, caja.status) == ("cups://caja", True, "ready")
            assert (epson.status, epson.port, epson.profile) == ("paused", "socket://127.0.0.1:9", "TM-T20III")


async def test_a_ticket_that_comes_while_a_printer_is_asked_goes_before(tmp_path: Path) -> None:
    async with emulated(faults=Faults(mute=True)) as printer:
        text = f'[[printers]]\nname = "caja"\nuri = "{printer.uri}"\ndefault = true\n'
        async with shop(tmp_path, Street(), text) as (_, pos):
            await until(lambda: bool(printer.received and printer.received[0]))
            began = time.monotonic()
            await pos.print(document("Generic 80mm"))
            assert time.monotonic() - began < ANSWER_S


# --- the network ---


async def test_a_printer_that_announces_itself_is_found() -> None:
    from zeroconf import ServiceInfo
    from zeroconf.asyncio import AsyncZeroconf

    def service(kind: str, name: str, port: int, **about: str) -> ServiceInfo:
        address = socket.inet_aton("127.0.0.1")
        return ServiceInfo(kind, f"{name}.{kind}", port, addresses=[address], properties=about, server="caja.local.")

    mine = f"EPSON TM-T20III {os.getpid()}"
    announcer = AsyncZeroconf(interfaces=["127.0.0.1"])
    try:
        told = [
            service(mdns.RAW, mine, 9100, ty="EPSON TM-T20III", note="Mostrador"),
            service(mdns.IPP, mine, 631, ty="EPSON TM-T20III"),
            service(mdns.IPP, f"Oficina {os.getpid()}", 631, ty="HP LaserJet"),
        ]
        await asyncio.gather(*[await announcer.async_register_service(one) for one in told])
        found = {one.name: one for one in await mdns.find(interfaces=["127.0.0.1"])}
    finally:
        await announcer.async_close()
    raw = found[mine]
    assert (raw.uri, raw.kind, raw.profile) == ("socket://127.0.0.1:9100", "thermal", "TM-T20III")
    assert (raw.location, raw.same_as) == ("Mostrador", ("socket://caja.local:9100",))
    assert (found[f"Oficina {os.getpid()}"].uri, found[f"Oficina {os.getpid()}"].kind) == ("", "network")


async def test_a_scan_finds_what_listens_and_sends_it_nothing() -> None:
    async with emulated() as printer:
        result = await scan.scan("127.0.0.0/30", port=printer.port)
        await until(lambda: not printer._connections)
        assert b"".join(printer.received) == b""
    assert [one.uri for one in result.printers] == [printer.uri]


# --- the command line ---


def command(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith("TICKET_DAEMON_")}
    return subprocess.run(
        [sys.executable, "-m", "ticket_daemon", *arguments], capture_output=True, text=True, encoding="utf-8",
        env=plain | {"LC_ALL": "en_US.UTF-8"} | environ, timeout=60,
    )  # fmt: skip


@contextlib.contextmanager
def emulator(folder: Path, profile: str = "TM-T88V") -> Any:
    """The emulator as a process; its address."""
    called = [
        sys.executable,
        "-m",
        "ticket_daemon",
        "emulator",
        "--port",
        "0",
        "--profile",
        profile,
        "--output",
        folder,
    ]
    process = subprocess.Popen(called, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        yield "socket://" + first.partition("socket://")[2].split()[0].rstrip(".,;)")
    finally:
        process.terminate()
        process.communicate(timeout=15)


def listed(daemon: DaemonProcess) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{daemon.url}/api/v1/printers", timeout=10) as answer:
        return json.load(answer)["printers"]  # type: ignore[no-any-return]


FILE = """# La tienda de la esquina.
[queue]
capacity = 50  # pocos

[[printers]]
name = "vieja"
uri = "socket://127.0.0.1:9"
default = true  # por ahora
"""


def test_add_writes_the_printer_keeps_the_rest_and_the_daemon_takes_it(tmp_path: Path) -> None:
    with emulator(tmp_path / "out") as uri, daemon_process(tmp_path, config=FILE) as daemon:
        file = tmp_path / "config.toml"
        file.chmod(0o640)
        done = command(
            "printers", "add", uri, "--name", "caja", "--default", "--config", str(file), "--url", daemon.url
        )
        assert done.returncode == 0, done.stderr
        (caja,) = [one for one in listed(daemon) if one["name"] == "caja"]
    text = file.read_text("utf-8")
    assert "# La tienda de la esquina.\n[queue]\ncapacity = 50  # pocos\n" in text
    assert f'[[printers]]\nname = "caja"\nuri = "{uri}"\nprofile = "TM-T88V"\ndefault = true\n' in text
    assert (text.count("default = true"), file.stat().st_mode & 0o777) == (1, 0o640)
    assert "'vieja' is not the default printer any more" in done.stdout
    assert "new printers: caja" in done.stdout
    assert (caja["is_default"], caja["profile"]) == (True, "TM-T88V")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("socket://127.0.0.1:9", "--name", "VIEJA"), "two printers"),
        (("gopher://x", "--name", "caja"), "does not begin with a known link"),
        (("socket://127.0.0.1:9", "--name", "caja", "--profile", "TM-T2OIII"), "TM-T20III"),
        (("no such printer at all",), "there is no printer"),
    ],
)
def test_what_would_be_a_mistake_is_not_written(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    file = tmp_path / "shop.toml"
    file.write_text(FILE, "utf-8")
    done = command("printers", "add", *arguments, "--config", str(file), "--no-reload")
    assert done.returncode == 1
    assert said in done.stderr
    assert file.read_text("utf-8") == FILE
    assert [path.name for path in tmp_path.iterdir()] == ["shop.toml"]


def test_add_begins_a_file_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "new" / "shop.toml"
    done = command(
        "printers", "add", "socket://127.0.0.1:9", "--name", "caja", "--profile", "Generic 80mm", "--config", str(file),
        "--no-reload",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [one.name for one in config.load("test", file, {}).printers] == ["caja", "virtual"]


def test_add_without_a_file_writes_the_one_in_the_data_directory(tmp_path: Path) -> None:
    done = command(
        "printers", "add", "socket://127.0.0.1:9", "--name", "caja", "--profile", "Generic 80mm", "--no-reload",
        TICKET_DAEMON_CONFIG="", TICKET_DAEMON_DATA_DIR=str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    settings = config.load("test", None, {"TICKET_DAEMON_DATA_DIR": str(tmp_path)})
    assert settings.file == tmp_path / "config.toml"
    assert [one.name for one in settings.printers] == ["caja", "virtual"]


def test_detect_names_model_and_profile(tmp_path: Path) -> None:
    with emulator(tmp_path / "out") as uri:
        done = command("printers", "detect", uri)
    assert (done.returncode, done.stdout) == (0, f"'{uri}' is Epson TM-T88V; profile: TM-T88V\n")


def test_detect_of_a_printer_that_is_not_there_says_so() -> None:
    done = command("printers", "detect", "socket://127.0.0.1:9")
    assert done.returncode == 1
    assert "refuses the connection" in done.stderr
    assert "does not say what it is" in done.stderr


def test_printers_shows_what_the_daemon_shows(tmp_path: Path) -> None:
    text = '[[printers]]\nname = "caja"\nuri = "socket://127.0.0.1:9"\nprofile = "TM-T20III"\n'
    with daemon_process(tmp_path, config=text) as daemon:
        shown = command("printers", "--url", daemon.url)
        as_json = json.loads(command("printers", "--json", "--url", daemon.url).stdout)
        expected = json.loads(daemon.get("/api/v1/printers")[1])
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.split()[0] == "caja"
    assert as_json["printers"] == expected["printers"]
    assert as_json["summary"] == expected["summary"]


def test_printers_without_a_daemon_shows_what_this_machine_sees() -> None:
    done = command("printers", "--json", "--url", "http://127.0.0.1:9")
    assert done.returncode == 0
    assert "No Ticket Daemon at http://127.0.0.1:9" in done.stderr
    assert "printers" in json.loads(done.stdout)


def test_scan_says_which_network_it_looked_at_and_refuses_others() -> None:
    done = command("printers", "--scan", "127.0.0.0/30", "--url", "http://127.0.0.1:9")
    assert "Looking for port 9100 in 127.0.0.0/30" in done.stderr
    refused = command("printers", "--scan", "8.8.8.0/24", "--url", "http://127.0.0.1:9")
    assert (refused.returncode, "not a private network" in refused.stderr) == (1, True)
