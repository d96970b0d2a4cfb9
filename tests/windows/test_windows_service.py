"""The daemon as a Windows service: installed, started, printing, stopped, removed, by the command itself."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from support.client import EXAMPLE, client
from support.windows_daemon import windows_daemon
from support.wine import Wine, windows_path
from ticket_daemon.poster.library import render_ticket

NAME = "TicketServicioTest"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ticket_daemon(windows: Wine, *arguments: str) -> tuple[int, str]:
    return windows.run_python("-m", "ticket_daemon", *arguments, environ={"LANG": "en_US"})


def stop_took(windows: Wine) -> float:
    """Seconds between the manager's word and the last line of the log."""
    log = (windows.drive / "ProgramData" / NAME / f"{NAME}.log").read_text("utf-8").splitlines()
    at = {(line := json.loads(text))["event"]: datetime.fromisoformat(line["time"]) for text in log}
    return (at["stopped"] - at["asked_to_stop"]).total_seconds()


@pytest.fixture
def service(windows: Wine, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The service, installed, with a printer and a port of its own."""
    paper = tmp_path / "paper.bin"
    windows.add_printer("Caja", f"|cat >>'{paper}'")
    port = free_port()
    config = tmp_path / "shop config.toml"
    config.write_text(
        f'[server]\nport = {port}\n\n[[printers]]\nname = "Caja"\nuri = "winspool://Caja"\ndefault = true\n', "utf-8"
    )
    code, output = ticket_daemon(windows, "install", "--env", "test", "--config", windows_path(config))
    assert code == 0, output
    yield {"paper": paper, "url": f"http://127.0.0.1:{port}", "config": config}
    ticket_daemon(windows, "uninstall", "--env", "test")


async def test_it_is_installed_started_prints_stops_and_is_removed(windows: Wine, service: dict[str, Any]) -> None:
    code, output = ticket_daemon(windows, "service", "status", "--env", "test")
    assert (code, output) == (1, f"{NAME}: stopped, starts with the machine\n")

    assert ticket_daemon(windows, "start", "--env", "test") == (0, f"Service {NAME} started.\n")
    code, output = ticket_daemon(windows, "service", "status", "--env", "test")
    assert code == 0
    assert output.startswith(f"{NAME}: running, starts with the machine, pid ")

    async with client(service["url"]) as shop:
        _, result = await shop.print(EXAMPLE)
        assert result["state"] == "spooled"
    assert service["paper"].read_bytes() == render_ticket(EXAMPLE).data

    assert ticket_daemon(windows, "stop", "--env", "test") == (0, f"Service {NAME} stopped.\n")
    log = windows.drive / "ProgramData" / NAME / f"{NAME}.log"
    events = [json.loads(line)["event"] for line in log.read_text("utf-8").splitlines()]
    assert events[-1] == "stopped"
    assert "asked_to_stop" in events

    assert ticket_daemon(windows, "uninstall", "--env", "test")[0] == 0
    code, output = ticket_daemon(windows, "service", "status", "--env", "test")
    assert (code, output) == (1, f"{NAME}: not installed\n")
    assert log.exists()
    assert (windows.drive / "ProgramData" / NAME / "queue.db").exists()


REGISTERED = r"""
import json, win32service as scm, winreg
manager = scm.OpenSCManager(None, None, scm.SC_MANAGER_CONNECT)
service = scm.OpenService(manager, "TicketServicioTest", scm.SERVICE_QUERY_CONFIG)
kind, start, _, line, _, _, _, account, display = scm.QueryServiceConfig(service)
with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Services\TicketServicioTest") as key:
    depends = winreg.QueryValueEx(key, "DependOnService")[0]
with winreg.OpenKey(
    winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Services\EventLog\Application\TicketServicioTest"
) as key:
    texts = winreg.QueryValueEx(key, "EventMessageFile")[0]
print(json.dumps({
    "automatic": start == scm.SERVICE_AUTO_START, "line": line, "depends": depends, "account": account,
    "display": display, "description": scm.QueryServiceConfig2(service, scm.SERVICE_CONFIG_DESCRIPTION),
    "texts": texts,
}))
"""


def test_what_is_registered(windows: Wine, service: dict[str, Any]) -> None:
    registered = json.loads(windows.done(windows.python, "-c", REGISTERED))
    assert registered["automatic"]
    assert registered["line"].endswith(f'run --service --env test --config "{windows_path(service["config"])}"')
    assert registered["display"] == "Ticket Servicio (Test)"
    assert "tickets" in registered["description"]
    assert "Spooler" in registered["depends"]
    assert "EventCreate" in registered["texts"]


def test_installing_it_again_brings_it_up_to_date(windows: Wine, service: dict[str, Any], tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("", "utf-8")
    assert ticket_daemon(windows, "install", "--env", "test", "--config", windows_path(other))[0] == 0
    assert json.loads(windows.done(windows.python, "-c", REGISTERED))["line"].endswith("other.toml")


async def test_what_waits_when_it_stops_is_printed_after_the_next_start(windows: Wine, service: dict[str, Any]) -> None:
    paper = service["paper"]
    windows.add_printer("Caja", f"|cat >>'{paper}'", 0x400)
    assert ticket_daemon(windows, "start", "--env", "test")[0] == 0
    async with client(service["url"]) as shop:
        await shop.until_answer({"tipo": "ticket", "datos": EXAMPLE, "id": "one"}, "ack")
    assert ticket_daemon(windows, "stop", "--env", "test")[0] == 0
    assert stop_took(windows) < 10
    windows.add_printer("Caja", f"|cat >>'{paper}'", 0)
    assert not paper.exists()
    assert ticket_daemon(windows, "start", "--env", "test")[0] == 0
    async with asyncio.timeout(30):
        while not paper.exists() or len(paper.read_bytes()) < len(render_ticket(EXAMPLE).data):
            await asyncio.sleep(0.05)
    assert paper.read_bytes() == render_ticket(EXAMPLE).data


def test_a_service_that_cannot_start_says_where_the_reason_is(windows: Wine, service: dict[str, Any]) -> None:
    service["config"].write_text("[server]\nport = 'eighty'\n", "utf-8")
    code, output = ticket_daemon(windows, "start", "--env", "test")
    assert code == 1
    assert f"the service {NAME} did not start" in output
    code, output = ticket_daemon(windows, "service", "status", "--env", "test")
    assert code == 1
    assert "ended with an error" in output


def test_a_service_that_is_not_installed_cannot_be_started(windows: Wine) -> None:
    code, output = ticket_daemon(windows, "start", "--env", "prod")
    assert code == 1
    assert "TicketServicio is not installed" in output


def test_run_with_service_by_hand_works_on_the_console(windows: Wine, tmp_path: Path) -> None:
    with windows_daemon(windows, tmp_path / "data", "", "--service") as daemon:
        assert b"healthy" in daemon.get("/health") or b"ok" in daemon.get("/health")
