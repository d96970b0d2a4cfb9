"""sd_notify over a real socket, and the watchdog's meals."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ticket_daemon.machine.service.notify import Notifier

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="systemd")
DEADLINE_S = 20.0


class Manager:
    """systemd's ear."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._socket.settimeout(DEADLINE_S)

    def heard(self) -> list[str]:
        return self._socket.recv(4096).decode().split("\n")

    def until(self, line: str) -> list[str]:
        while line not in (heard := self.heard()):
            pass
        return heard

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(str(tmp_path / "notify"))
    yield made
    made.close()


def test_lines_arrive_as_one_datagram(manager: Manager) -> None:
    Notifier.of({"NOTIFY_SOCKET": manager.address}, 1).tell("READY=1", "STATUS=there")
    assert manager.heard() == ["READY=1", "STATUS=there"]


def test_abstract_socket_is_reached_too(tmp_path: Path) -> None:
    manager = Manager(f"@ticket-daemon-{os.getpid()}-{tmp_path.name}")
    try:
        Notifier.of({"NOTIFY_SOCKET": manager.address}, 1).tell("READY=1")
        assert manager.heard() == ["READY=1"]
    finally:
        manager.close()


def test_without_a_manager_nothing_is_said_and_nothing_fails(tmp_path: Path) -> None:
    Notifier.of({}, 1).tell("READY=1")
    Notifier.of({"NOTIFY_SOCKET": str(tmp_path / "nobody")}, 1).tell("READY=1")


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, 0.0),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "77"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getppid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "78"}, 0.0),
        ({"WATCHDOG_USEC": "soon"}, 0.0),
    ],
)
def test_watchdog_is_fed_when_it_is_meant_for_this_process(environ: dict[str, str], seconds: float) -> None:
    assert Notifier.of(environ, 77).watchdog_s == seconds


async def test_watchdog_is_fed_only_while_the_daemon_is_healthy(manager: Manager) -> None:
    health = iter([True, False, False, True])
    asked = asyncio.Event()

    def healthy() -> bool:
        try:
            return next(health)
        except StopIteration:
            asked.set()
            return False

    feeding = asyncio.create_task(Notifier(manager.address, 0.002).feed(healthy))
    async with asyncio.timeout(DEADLINE_S):
        await asked.wait()
    feeding.cancel()
    await asyncio.gather(feeding, return_exceptions=True)
    assert [manager.heard(), manager.heard()] == [["WATCHDOG=1"]] * 2
    manager._socket.settimeout(0)
    with pytest.raises(BlockingIOError):
        manager.heard()


def test_daemon_run_as_a_service_says_when_it_is_ready_alive_and_stopping(tmp_path: Path, manager: Manager) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TICKET_DAEMON_")}
    environ |= {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "200000", "TICKET_DAEMON_LOG_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "ticket_daemon", "run", "--service", "--port", "0", "--data-dir", str(tmp_path)]
    daemon = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ready, status = manager.heard()
        assert ready == "READY=1"
        assert status.startswith("STATUS=http://127.0.0.1:")
        for _ in range(3):
            assert manager.heard() == ["WATCHDOG=1"]
        daemon.terminate()
        manager.until("STOPPING=1")
        assert daemon.wait(DEADLINE_S) == 0
    finally:
        daemon.kill()
        daemon.wait()
