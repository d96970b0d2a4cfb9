"""What Windows' service control manager is told, with the manager played by the test."""

from __future__ import annotations

import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ticket_daemon.errors import ConfigError, ServiceError
from ticket_daemon.machine.service import ServiceState, carry_out, platform, windows
from ticket_daemon.machine.service.spec import make_spec
from ticket_daemon.machine.service.windows_host import (
    ACCEPTED,
    CONTROL_POWER,
    CONTROL_PRESHUTDOWN,
    CONTROL_SHUTDOWN,
    CONTROL_STOP,
    RUNNING,
    START_PENDING,
    STATE_STOPPED,
    STOP_PENDING,
    Control,
    Hosted,
    Status,
    host,
)


class Manager:
    """Hears what a service says, and asks it."""

    def __init__(self) -> None:
        self.heard: list[Status] = []
        self.left: list[int] = []
        self.ask: Callable[[int, int, Any], None] = lambda *_: None

    def connect(self, asked: Callable[[int, int, Any], None]) -> Callable[[Status], None]:
        self.ask = asked
        return self.heard.append

    def run(self, work: Callable[[Control], None]) -> list[int]:
        Hosted("x", work, self.connect, self.left.append).SvcRun()
        return [status.state for status in self.heard]


def test_running_is_said_when_the_daemon_listens_and_stopped_when_it_has_ended() -> None:
    manager = Manager()
    assert manager.run(lambda control: control.running()) == [START_PENDING, RUNNING, STATE_STOPPED]
    assert manager.heard[1].accepts == ACCEPTED
    assert manager.heard[0].hint_ms > 0
    assert manager.heard[2].code == 0
    assert manager.left == [0]


@pytest.mark.parametrize("asked", [CONTROL_STOP, CONTROL_SHUTDOWN, CONTROL_PRESHUTDOWN])
def test_every_way_of_being_asked_to_stop_is_the_same_stop(asked: int) -> None:
    manager, stopped = Manager(), []

    def work(control: Control) -> None:
        control.attach(lambda: stopped.append(True))
        control.running()
        manager.ask(asked, 0, None)
        control.stopping()

    assert manager.run(work) == [START_PENDING, RUNNING, STOP_PENDING, STATE_STOPPED]
    assert stopped == [True]
    assert manager.heard[2].hint_ms >= 10_000


def test_sleep_and_waking_of_the_machine_are_passed_on_and_other_power_events_are_not() -> None:
    manager, heard = Manager(), []

    def work(control: Control) -> None:
        manager.ask(CONTROL_POWER, 0x04, None)  # before anybody listens
        control.attach(lambda: None, heard.append)
        control.running()
        for event in (0x04, 0x0A, 0x12):  # suspend, battery, awake by itself
            manager.ask(CONTROL_POWER, event, None)

    assert manager.run(work) == [START_PENDING, RUNNING, STATE_STOPPED]
    assert heard == [False, True]


def test_a_stop_asked_for_before_the_daemon_is_there_is_not_forgotten() -> None:
    manager, stopped = Manager(), []

    def work(control: Control) -> None:
        manager.ask(CONTROL_STOP, 0, None)
        control.attach(lambda: stopped.append(True))

    manager.run(work)
    assert stopped == [True]


def test_the_manager_may_ask_how_it_is_at_any_time() -> None:
    manager = Manager()

    def work(control: Control) -> None:
        control.running()
        manager.ask(4, 0, None)

    assert manager.run(work) == [START_PENDING, RUNNING, RUNNING, STATE_STOPPED]


@pytest.mark.parametrize("error", [ConfigError("config.token_needed"), RuntimeError("a mistake")])
def test_a_daemon_that_fails_ends_with_an_error_so_that_windows_starts_it_again(error: Exception) -> None:
    manager = Manager()

    def work(_: Control) -> None:
        raise error

    manager.run(work)
    assert manager.heard[-1].state == STATE_STOPPED
    assert manager.heard[-1].code == 1066
    assert manager.heard[-1].own_code == 1
    assert manager.left == [1]


@pytest.mark.skipif(sys.platform == "win32", reason="there is a manager on Windows")
def test_nobody_hosts_it_elsewhere() -> None:
    assert host("x", lambda _: None) is False


# --- what is registered ---


def test_paths_with_spaces_are_quoted_in_what_windows_starts() -> None:
    spec = make_spec("prod", "TicketServicio", config_file=Path("/shop files/config.toml"), system="win32")
    line = windows.command_line(spec)
    assert line.endswith('run --service --env prod --config "/shop files/config.toml"')
    assert line.startswith(subprocess.list2cmdline([getattr(sys, "_base_executable", sys.executable)]))


class _Denied(Exception):
    winerror, funcname, strerror = 5, "OpenSCManager", "Access is denied."


def _pywin32(monkeypatch: pytest.MonkeyPatch, **functions: Any) -> None:
    """pywin32's modules with these functions: what wine's manager does not keep or refuse."""
    scm = types.SimpleNamespace(
        SERVICE_CONFIG_DESCRIPTION=1, SERVICE_CONFIG_FAILURE_ACTIONS=2, SC_ACTION_RESTART=1, SC_MANAGER_CONNECT=1,
        SERVICE_START=16, SERVICE_QUERY_STATUS=4, **functions,
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "win32service", scm)
    monkeypatch.setitem(sys.modules, "pywintypes", types.SimpleNamespace(error=_Denied))


def test_windows_is_told_to_start_it_again_after_a_failure_of_any_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[int, Any] = {}
    _pywin32(monkeypatch, ChangeServiceConfig2=lambda _, level, value: told.update({level: value}))
    windows._describe(None, make_spec("prod", "TicketServicio", system="win32"))
    assert told[2]["Actions"] == [(1, 5_000), (1, 5_000), (1, 60_000)]
    assert told[2]["ResetPeriod"] == 86_400
    assert told[4] is True  # also when it ends with an error instead of crashing
    assert told[7] >= 10_000  # milliseconds to stop in at a shutdown


def test_without_administrator_rights_it_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise _Denied

    _pywin32(monkeypatch, OpenSCManager=refuse)
    with pytest.raises(ServiceError) as caught:
        carry_out(windows.start(make_spec("prod", "TicketServicio", system="win32")))
    assert caught.value.key == "service.rights_windows"
    assert "Ejecutar como administrador" in caught.value.text("es")


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"CurrentState": 1, "Win32ExitCode": 0}, ServiceState.STOPPED),
        ({"CurrentState": 1, "Win32ExitCode": 1077}, ServiceState.STOPPED),  # never started
        ({"CurrentState": 1, "Win32ExitCode": 1066, "ServiceSpecificExitCode": 1}, ServiceState.FAILED),
        ({"CurrentState": 2}, ServiceState.STARTING),
        ({"CurrentState": 3}, ServiceState.STOPPING),
        ({"CurrentState": 4, "ProcessId": 77}, ServiceState.RUNNING),
    ],
)
def test_windows_states_become_ours(said: dict[str, int], state: ServiceState) -> None:
    status = windows.read_status(said, automatic=True)
    assert status.state is state
    assert status.automatic
    assert status.pid == said.get("ProcessId")


def test_a_dry_run_shows_what_would_be_registered() -> None:
    spec = make_spec("test", "TicketServicioTest", system="win32")
    shown = "\n".join(map(str, platform("win32").install(spec)))
    for part in ("TicketServicioTest", "run --service --env test", "Spooler", "5 s", "event source"):
        assert part in shown
    assert "stop the service" in "\n".join(map(str, platform("win32").uninstall(spec)))
