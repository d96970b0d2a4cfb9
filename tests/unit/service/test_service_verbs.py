"""What a service is, where its things are, its steps, and the verbs that people type."""

from __future__ import annotations

import plistlib
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ticket_daemon.cli import main
from ticket_daemon.errors import ServiceError
from ticket_daemon.machine import places, service
from ticket_daemon.machine.service import Do, Remove, Run, ServiceState, ServiceStatus, Write, carry_out, launchd, shown
from ticket_daemon.machine.service.spec import make_spec

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="systemd's verbs")


class FakePlatform:
    """A service manager that remembers what it was asked."""

    def __init__(self, state: ServiceState = ServiceState.STOPPED, rights: bool = True) -> None:
        self.state = state
        self.rights = rights
        self.done: list[str] = []

    def may_change(self) -> bool:
        return self.rights

    def status(self, _: Any) -> ServiceStatus:
        return ServiceStatus(self.state, True, 7 if self.state is ServiceState.RUNNING else None, "its own words")

    def __getattr__(self, verb: str) -> Any:
        return lambda spec: [Do(f"{verb} {spec.name}", lambda: self.done.append(verb))]


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    fake = FakePlatform()
    monkeypatch.setattr(service, "platform", lambda: fake)
    for name in ("TICKET_DAEMON_ENV", "TICKET_DAEMON_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return fake


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"LC_ALL": "en"})


# --- what a service is ---


def test_service_has_its_environments_name_and_folders_that_no_other_has() -> None:
    prod = make_spec("prod", "TicketServicio", system="linux")
    test = make_spec("test", "TicketServicioTest", system="linux")
    assert (prod.data_dir, prod.log_dir, prod.config_dir) == (
        Path("/var/lib/ticket-daemon"), Path("/var/log/ticket-daemon"), Path("/etc/ticket-daemon"),
    )  # fmt: skip
    assert not {prod.data_dir, prod.log_dir, prod.config_dir} & {test.data_dir, test.log_dir, test.config_dir}
    assert prod.command[-4:] == ("run", "--service", "--env", "prod")


def test_folders_on_windows_are_one_named_as_the_service() -> None:
    where = places.of_service("TicketServicio", "win32", {"PROGRAMDATA": "P"})
    assert set(where) == {Path("P") / "TicketServicio"}
    assert where.config_file == Path("P") / "TicketServicio" / "config.toml"


def test_name_of_ones_own_is_the_folders_name() -> None:
    assert places.of_service("Caja2", "linux").data == Path("/var/lib/Caja2")


def test_launchd_is_told_to_keep_it_running() -> None:
    spec = make_spec("prod", "TicketServicio", config_file=Path("/x/c.toml"), system="darwin")
    told = plistlib.loads(launchd.property_list(spec).encode())
    assert told["KeepAlive"] is told["RunAtLoad"] is True
    assert told["ProgramArguments"][-2:] == ["--config", str(Path("/x/c.toml").absolute())]
    assert told["Label"] == "org.ticket-daemon.TicketServicio"


def test_system_without_services_says_so() -> None:
    with pytest.raises(ServiceError, match="plan9"):
        service.platform("plan9")


# --- steps ---


def test_steps_are_taken_in_order_and_shown_without_being_taken(tmp_path: Path) -> None:
    done: list[str] = []
    file = tmp_path / "folder" / "unit"
    steps = [
        Write(file, "text\n"),
        Do("note", lambda: done.append(file.read_text("utf-8"))),
        Run((sys.executable, "-c", "raise SystemExit(3)"), may_fail=True),
        Remove(file),
        Remove(file),
    ]
    said = shown(steps)
    assert not file.exists()
    assert done == []
    assert f"# {file}\ntext\n" in said
    carry_out(steps)
    assert done == ["text\n"]
    assert not file.exists()


def test_first_step_that_fails_ends_the_rest_with_the_systems_words() -> None:
    done: list[str] = []
    failing = Run((sys.executable, "-c", "import sys; sys.exit('no such unit')"))
    with pytest.raises(ServiceError, match="no such unit"):
        carry_out([failing, Do("never", lambda: done.append("never"))])
    assert done == []


def test_program_that_is_not_there_is_named() -> None:
    with pytest.raises(ServiceError, match="no-such-program"):
        carry_out([Run(("no-such-program", "x"))])


def test_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceError, match="unit"):
        carry_out([Write(tmp_path / "file" / "unit", "")])


# --- the verbs ---


@pytest.mark.parametrize("verb", ["install", "uninstall", "start", "stop", "restart"])
def test_verb_is_carried_out_and_said(manager: FakePlatform, verb: str) -> None:
    result = call("service", verb)
    assert (result.exit_code, manager.done) == (0, [verb])
    assert "TicketServicioTest" in result.output


@pytest.mark.parametrize("verb", ["install", "uninstall", "start", "stop"])
def test_daily_verbs_stand_at_the_top_too(manager: FakePlatform, verb: str) -> None:
    assert call(verb, "--env", "test").exit_code == 0
    assert manager.done == [verb]


@pytest.mark.parametrize("verb", ["install", "uninstall", "start", "stop", "restart"])
def test_dry_run_shows_and_changes_nothing_and_needs_no_rights(manager: FakePlatform, verb: str) -> None:
    manager.rights = False
    result = call("service", verb, "--dry-run")
    assert (result.exit_code, result.output, manager.done) == (0, f"# {verb} TicketServicioTest\n", [])


@pytest.mark.parametrize("verb", ["install", "uninstall", "start", "stop", "restart"])
def test_without_rights_nothing_is_tried_and_the_way_is_said(manager: FakePlatform, verb: str) -> None:
    manager.rights = False
    result = call("service", verb)
    assert (result.exit_code, manager.done) == (1, [])
    assert "administrator" in result.output


@pytest.mark.parametrize("verb", ["start", "stop", "restart"])
def test_service_that_is_not_installed_is_said_so(manager: FakePlatform, verb: str) -> None:
    manager.state = ServiceState.NOT_INSTALLED
    result = call("service", verb)
    assert (result.exit_code, manager.done) == (1, [])
    assert "ticket-daemon install" in result.output


def test_configuration_it_would_not_start_with_is_refused_before_installing(
    manager: FakePlatform, tmp_path: Path
) -> None:
    (tmp_path / "c.toml").write_text("[server]\nport = 'x'\n")
    result = call("install", "--config", str(tmp_path / "c.toml"))
    assert (result.exit_code, manager.done) == (1, [])
    assert "server.port" in result.output


@pytest.mark.parametrize(
    ("state", "code", "said"),
    [
        (ServiceState.RUNNING, 0, "TicketServicio: running, starts with the machine, pid 7\n"),
        (ServiceState.STOPPED, 1, "TicketServicio: stopped, starts with the machine\n  its own words\n"),
        (ServiceState.NOT_INSTALLED, 1, "TicketServicio: not installed\n  its own words\n"),
    ],
)
def test_status_says_how_it_stands(manager: FakePlatform, state: ServiceState, code: int, said: str) -> None:
    manager.state = state
    result = call("service", "status", "--env", "prod")
    assert (result.exit_code, result.output) == (code, said)


@linux_only
def test_install_shows_the_unit_on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TICKET_DAEMON_ENV", raising=False)
    result = call("install", "--dry-run")
    assert "# /etc/systemd/system/TicketServicioTest.service\n[Unit]\n" in result.output
    assert "run --service --env test" in result.output
