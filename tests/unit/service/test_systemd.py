"""The unit: what stands in it, that systemd itself accepts it, and what is run to drive it."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ticket_daemon.errors import ServiceError
from ticket_daemon.machine import program_files
from ticket_daemon.machine.service import ServiceState, ServiceStatus, systemd
from ticket_daemon.machine.service.spec import ServiceSpec, make_spec
from ticket_daemon.machine.service.steps import Remove, Run, Write

#: What `systemd-analyze security` may say at most: 0 is a service that can do nothing, 10 one that can do everything.
EXPOSURE = 2.0
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is missing: apt-get install systemd"
)


def spec(**changes: object) -> ServiceSpec:
    made = make_spec("prod", "TicketServicio", 8766, system="linux")
    return dataclasses.replace(made, **{"command": ("/bin/true", "run", "--service", "--env", "prod"), **changes})  # type: ignore[arg-type]


def lines(text: str) -> list[str]:
    return text.splitlines()


def analyzed(tmp_path: Path, text: str, *words: str) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "TicketServicio.service"
    file.write_text(text, "utf-8")
    return subprocess.run(["systemd-analyze", *words, str(file)], capture_output=True, text=True, timeout=60)


@needs_systemd
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"port": 80},
        {"config_file": Path("/etc/a b/50%.toml")},
        {"command": ("/bin/true", "", '"$HOME" %n \\', "a'b")},
    ],
)
def test_systemd_accepts_the_unit_without_a_word(tmp_path: Path, changes: dict[str, object]) -> None:
    verified = analyzed(tmp_path, systemd.unit(spec(**changes)), "verify")
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


@needs_systemd
def test_unit_is_hardened_by_systemds_own_measure(tmp_path: Path) -> None:
    said = analyzed(tmp_path, systemd.unit(spec()), "security", "--offline=true", "--no-pager").stdout
    found = re.search(r"Overall exposure level.*: ([\d.]+)", said)
    assert found, said
    assert float(found[1]) <= EXPOSURE


def test_unit_starts_the_daemon_as_a_service_and_has_it_watched() -> None:
    text = lines(systemd.unit(spec(), groups=["lp"]))
    assert "ExecStart=/bin/true run --service --env prod" in text
    for line in ("Type=notify", "WatchdogSec=30", "Restart=always", "RestartSec=5", "DynamicUser=yes",
                 "SupplementaryGroups=lp", "StateDirectory=ticket-daemon", "LogsDirectory=ticket-daemon"):  # fmt: skip
        assert line in text


def test_unit_names_only_groups_that_the_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd, "_is_group", lambda name: name in ("uucp", "dialout"))
    assert "SupplementaryGroups=dialout" in lines(systemd.unit(spec()))
    monkeypatch.setattr(systemd, "_is_group", lambda _: False)
    assert "SupplementaryGroups" not in systemd.unit(spec())


def test_configuration_that_was_named_is_read() -> None:
    text = systemd.unit(spec(config_file=Path("/srv/my shop/50%.toml")))
    assert 'ExecStart=/bin/true run --service --env prod --config "/srv/my shop/50%%.toml"' in lines(text)


def test_only_a_port_that_needs_it_gets_a_capability() -> None:
    assert "CapabilityBoundingSet=" in lines(systemd.unit(spec()))
    assert "CapabilityBoundingSet=CAP_NET_BIND_SERVICE" in lines(systemd.unit(spec(port=443)))


def test_program_in_a_persons_folder_stays_visible_and_is_noticed() -> None:
    at_home = spec(command=("/home/ana/.venv/bin/python", "-m", "ticket_daemon", "run"))
    assert systemd.stands_in_a_home(at_home)
    assert "ProtectHome=read-only" in lines(systemd.unit(at_home))
    assert not systemd.stands_in_a_home(spec())
    assert "ProtectHome=yes" in lines(systemd.unit(spec()))


def test_executable_of_two_processes_may_speak_from_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "NotifyAccess=main" in lines(systemd.unit(spec()))
    monkeypatch.setattr(program_files, "is_one_file", lambda: True)
    assert "NotifyAccess=all" in lines(systemd.unit(spec()))


def test_install_writes_the_unit_and_has_it_started_with_the_machine() -> None:
    write, *rest = systemd.install(spec())
    assert isinstance(write, Write)
    assert write.path == Path("/etc/systemd/system/TicketServicio.service")
    assert rest == [Run(("systemctl", "daemon-reload")), Run(("systemctl", "enable", "TicketServicio.service"))]


def test_uninstall_stops_first_and_leaves_the_shops_files() -> None:
    stop, *rest = systemd.uninstall(spec())
    assert stop == Run(("systemctl", "disable", "--now", "TicketServicio.service"), may_fail=True)
    assert [step.path for step in rest if isinstance(step, Remove)] == [
        Path("/etc/systemd/system/TicketServicio.service")
    ]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("LoadState=not-found\nActiveState=inactive\nMainPID=0", ServiceStatus(ServiceState.NOT_INSTALLED)),
        (
            "LoadState=loaded\nActiveState=active\nSubState=running\nMainPID=77\nUnitFileState=enabled\nResult=success",
            ServiceStatus(ServiceState.RUNNING, True, 77, "active (running), success"),
        ),
        (
            "LoadState=loaded\nActiveState=failed\nSubState=failed\nMainPID=0\nUnitFileState=disabled\nResult=watchdog",
            ServiceStatus(ServiceState.FAILED, False, None, "failed (failed), watchdog"),
        ),
        (
            "LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nMainPID=0\nUnitFileState=enabled",
            ServiceStatus(ServiceState.STARTING, True, None, "activating (auto-restart), "),
        ),
        ("LoadState=loaded\nActiveState=inactive", ServiceStatus(ServiceState.STOPPED, False, None, "inactive (), ")),
    ],
)
def test_status_is_read_from_what_systemctl_shows(said: str, status: ServiceStatus) -> None:
    assert systemd.read_status(said) == status
    asked: list[tuple[str, ...]] = []

    def answer(command: tuple[str, ...]) -> str:
        asked.append(command)
        return said

    assert systemd.status(spec(), answer) == status
    assert asked[0][-1] == "TicketServicio.service"


def test_machine_without_systemd_is_an_error_not_a_stopped_service() -> None:
    def fails(command: tuple[str, ...]) -> str:
        raise ServiceError("service.command", command=command[0], detail="not booted with systemd")

    with pytest.raises(ServiceError, match="not booted with systemd"):
        systemd.status(spec(), fails)
