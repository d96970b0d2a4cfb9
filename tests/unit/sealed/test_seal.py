"""What a seal fixes, files, variables and flags cannot change; what it does not, they can."""

from __future__ import annotations

import datetime
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ticket_daemon import builder
from ticket_daemon.cli import main
from ticket_daemon.daemon import Daemon
from ticket_daemon.errors import BuildError, ConfigError
from ticket_daemon.machine import places
from ticket_daemon.settings import config
from ticket_daemon.settings.config import Settings, load
from ticket_daemon.settings.seal import MODULE, Seal, current, encode

TOKEN = hashlib.sha256(b"secret").hexdigest()
OTHER = hashlib.sha256(b"other").hexdigest()
SEAL = Seal(
    env="prod", host="0.0.0.0", port=9000, capacity=50, log_level="warning", service_name="Caja", version="0.1.0",
    date="2026-11-22", time="10:00:00", commit="abc", token_sha256=TOKEN, dashboard_password_hash="hash",
)  # fmt: skip
#: key -> (another value as TOML, as a variable's text)
CHANGES = {
    "server.host": ("'127.0.0.1'", "127.0.0.1"),
    "server.port": ("8766", "8766"),
    "queue.capacity": ("51", "51"),
    "log.level": ("'debug'", "debug"),
    "auth.token_sha256": (f"'{OTHER}'", OTHER),
    "auth.dashboard_password_hash": ("'x'", "x"),
}


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration of a service on this machine."""
    where = places.Places(tmp_path / "etc", tmp_path / "var", tmp_path / "log")
    monkeypatch.setattr(places, "of_service", lambda name: where)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "ticket-daemon"))


def sealed(env: str | None = None, file: Path | None = None, environ: Any = None, flags: Any = None) -> Settings:
    return load(env, file, environ, flags, Path("data"), seal=SEAL)


def refused(path: str, source: str, *given: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        sealed(*given)
    error = caught.value
    assert (error.key, error.path, error.parameters["source"]) == ("config.sealed", path, source)
    for lang in ("es", "en"):
        assert path in error.text(lang)
        assert source in error.text(lang)


def test_every_sealed_value_steers_the_daemon() -> None:
    settings = sealed()
    assert settings.env == "prod"
    assert (settings.server.host, settings.server.port) == ("0.0.0.0", 9000)
    assert (settings.queue.capacity, settings.log.level) == (50, "warning")
    assert (settings.auth.token_sha256, settings.auth.dashboard_password_hash) == (TOKEN, "hash")
    assert settings.service_name == "Caja"
    assert settings.log_file.name == "Caja.log"


def test_every_sealed_key_is_tried_here() -> None:
    assert {f"{section}.{key}" for section, table in SEAL.values.items() for key in table} == set(CHANGES)


@pytest.mark.parametrize("key", CHANGES)
def test_file_that_tries_to_change_it_is_named(key: str, tmp_path: Path) -> None:
    section, _, name = key.partition(".")
    (tmp_path / "c.toml").write_text(f"[{section}]\n{name} = {CHANGES[key][0]}\n")
    refused(key, str(tmp_path / "c.toml"), None, tmp_path / "c.toml")


@pytest.mark.parametrize("key", CHANGES)
def test_variable_that_tries_to_change_it_is_named(key: str) -> None:
    variable = "TICKET_DAEMON_" + key.replace(".", "_").upper()
    refused(key, variable, None, None, {variable: CHANGES[key][1]})


@pytest.mark.parametrize(
    ("key", "flag", "value"),
    [("server.host", "--host", "::1"), ("server.port", "--port", 1), ("log.level", "--log-level", "debug")],
)
def test_flag_that_tries_to_change_it_is_named(key: str, flag: str, value: Any) -> None:
    section, _, name = key.partition(".")
    refused(key, flag, None, None, None, {section: {name: value}})


def test_environment_cannot_be_changed_by_flag_or_variable() -> None:
    refused("env", "--env", "test")
    refused("env", "TICKET_DAEMON_ENV", None, None, {"TICKET_DAEMON_ENV": "test"})
    refused("env", "TICKET_DAEMON_ENV", "prod", None, {"TICKET_DAEMON_ENV": "test"})


def test_token_beside_the_sealed_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(f"[[auth.tokens]]\nname = 'mine'\nsha256 = '{OTHER}'\n")
    refused("auth.tokens", str(tmp_path / "c.toml"), None, tmp_path / "c.toml")


def test_seal_itself_cannot_be_given_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[seal]\nenv = 'test'\n")
    for seal in (SEAL, None):
        with pytest.raises(ConfigError) as caught:
            load("prod", tmp_path / "c.toml", {}, data_dir=Path(), seal=seal)
        assert caught.value.path == "seal"


def test_same_value_again_changes_nothing_and_is_let_pass(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[server]\nport = 9000\n")
    environ = {"TICKET_DAEMON_ENV": "prod", "TICKET_DAEMON_QUEUE_CAPACITY": "50"}
    assert sealed("prod", tmp_path / "c.toml", environ, {"server": {"host": None, "port": 9000}}).server.port == 9000


def test_printers_and_the_shops_own_settings_stay_outside(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[server]\nlang = 'en'\n[[printers]]\nname = 'caja'\nuri = 'socket://p'\n")
    settings = sealed(None, tmp_path / "c.toml", {"TICKET_DAEMON_LOG_KEEP": "9"})
    assert (settings.server.lang, settings.log.keep) == ("en", 9)
    assert [printer.name for printer in settings.printers] == ["caja"]


def test_configuration_is_found_beside_the_executable_before_the_machines(tmp_path: Path) -> None:
    for folder, lang in (("etc", "es"), ("bin", "en")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "config.toml").write_text(f"[server]\nlang = '{lang}'\n[log]\nkeep = {len(lang)}\n")
    assert sealed().server.lang == "en"
    (tmp_path / "bin" / "config.toml").unlink()
    assert sealed().log.keep == 2
    assert load("test", data_dir=Path()).log.keep == 5  # without a seal nothing is read that was not named


def test_token_stays_out_of_everything_that_is_shown() -> None:
    assert TOKEN not in SEAL.summary
    assert "abc" in SEAL.summary
    assert "0.0.0.0:9000" in SEAL.summary


def test_health_shows_the_build(tmp_path: Path) -> None:
    settings = load(None, None, {}, data_dir=tmp_path, seal=SEAL._replace(env="test"))
    build = Daemon(settings).overview.health().build
    assert (build.env, build.date, build.time, build.version, build.commit, build.sealed, build.service) == (
        "test", "2026-11-22", "10:00:00", "0.1.0", "abc", True, "Caja",
    )  # fmt: skip


# --- where the seal is ---


def test_python_that_runs_the_package_has_no_seal(tmp_path: Path) -> None:
    """Also where a module of the seal's name lies on the path."""
    (tmp_path / f"{MODULE}.py").write_text(encode(SEAL))
    code = "from ticket_daemon.settings.seal import current; print(current())"
    paths = f"{tmp_path}:{Path(builder.__file__).parents[1]}"
    python = str(Path(sys.prefix) / "bin" / "python")
    said = subprocess.run([python, "-c", code], env={"PYTHONPATH": paths}, capture_output=True, text=True, timeout=30)
    assert said.stdout == "None\n", said.stderr


def test_seal_is_read_from_the_module_that_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"{MODULE}.py").write_text(encode(SEAL))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    current.cache_clear()
    try:
        assert current() == SEAL
        result = CliRunner().invoke(main, ["-V"])
        assert SEAL.summary in result.output
        with pytest.raises(ConfigError):
            load("test", data_dir=Path())
    finally:
        current.cache_clear()
        sys.modules.pop(MODULE, None)


# --- what is sealed ---


def test_seal_has_the_environments_defaults_and_todays_date() -> None:
    now = datetime.datetime(2026, 11, 22, 9, 8, 7, tzinfo=datetime.UTC)
    seal = builder.make_seal("prod", token_sha256=TOKEN, now=now)
    assert (seal.host, seal.port, seal.capacity, seal.log_level) == ("0.0.0.0", 8766, 100, "info")
    assert (seal.service_name, seal.date, seal.time) == ("TicketServicio", "2026-11-22", "09:08:07")
    assert builder.make_seal("test", now=now).service_name == "TicketServicioTest"


def test_seal_takes_what_is_given() -> None:
    seal = builder.make_seal("test", host="::", port=1, queue=2, log_level="error", service_name="Caja-2", console=True)
    assert (seal.host, seal.port, seal.capacity, seal.log_level, seal.service_name) == ("::", 1, 2, "error", "Caja-2")
    assert builder.program_name(seal) == "ticket-daemon-console"


def test_what_the_daemon_would_not_start_with_is_not_sealed() -> None:
    with pytest.raises(ConfigError, match="prod needs a token"):
        builder.make_seal("prod")
    with pytest.raises(ConfigError, match="not the token"):
        builder.make_seal("prod", token_sha256="secret")
    with pytest.raises(BuildError, match=r"\.\./x"):
        builder.make_seal("test", service_name="../x")


def test_build_without_pyinstaller_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BuildError, match=r"ticket-daemon\[build\]"):
        builder.build(builder.make_seal("test"), tmp_path)


def test_build_that_fails_says_what_pyinstaller_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(Path(sys.prefix) / "bin" / "python"))
    monkeypatch.setattr(builder, "arguments", lambda *_, **__: ["-c", "raise SystemExit('no room')"])
    with pytest.raises(BuildError, match="no room"):
        builder.build(builder.make_seal("test"), tmp_path)


def test_environments_of_seal_and_configuration_are_the_same() -> None:
    assert set(config.SERVICE_NAMES) == {"prod", "test"}
