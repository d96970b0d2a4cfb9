"""Configuration: where values come from, and how every mistake stops the start with file, key and what is right."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from ticket_daemon.errors import ConfigError
from ticket_daemon.settings.config import Settings, load

TOKEN = hashlib.sha256(b"secret").hexdigest()


@pytest.fixture
def written(tmp_path: Path) -> Any:
    def write(text: str) -> Path:
        file = tmp_path / "daemon.toml"
        file.write_text(text, "utf-8")
        return file

    return write


def loaded(env: str | None = "test", **given: Any) -> Settings:
    return load(env, data_dir=Path("data"), **given)


def refused(**given: Any) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        loaded(**given)
    error = caught.value
    assert error.code == "invalid_config"
    assert error.key != "document.invalid"
    assert error.text("es") != error.text("en")
    return error


# --- where values come from ---


def test_defaults_of_test() -> None:
    settings = loaded()
    assert (settings.server.host, settings.server.port, settings.server.lang) == ("127.0.0.1", 8766, "es")
    assert (settings.server.max_frame_mib, settings.server.allowed_origins) == (10, ())
    assert (settings.queue.capacity, settings.queue.keep_days) == (100, 7)
    assert settings.limits.jobs_per_minute == 30
    assert (settings.log.level, settings.log.max_mb, settings.log.keep) == ("debug", 5, 5)
    assert settings.documents.allow_raw is True
    assert settings.service_name == "TicketServicioTest"
    assert settings.default_printer == "virtual"
    assert settings.log_dir == Path("data/logs")


def test_defaults_of_prod() -> None:
    settings = loaded("prod", environ={"TICKET_DAEMON_AUTH_TOKEN_SHA256": TOKEN})
    assert (settings.server.host, settings.log.level) == ("0.0.0.0", "info")
    assert settings.documents.allow_raw is None
    assert settings.service_name == "TicketServicio"
    assert settings.printers == ()
    assert settings.default_printer is None


def test_environment_is_named_by_a_variable_and_a_flag_goes_over_it() -> None:
    assert loaded(None, environ={}).env == "test"
    environ = {"TICKET_DAEMON_ENV": "prod", "TICKET_DAEMON_AUTH_TOKEN_SHA256": TOKEN}
    assert loaded(None, environ=environ).env == "prod"
    assert loaded("test", environ=environ).env == "test"


def test_file_variables_and_flags_each_go_over_the_one_before(written: Any) -> None:
    file = written("[server]\nport = 1\nhost = 'file'\nlang = 'en'\n[queue]\ncapacity = 5\n")
    environ = {"TICKET_DAEMON_SERVER_PORT": "2", "TICKET_DAEMON_SERVER_HOST": "variable"}
    flags = {"server": {"port": 3, "host": None}}
    assert loaded().server.port == 8766
    assert loaded(file=file).server.port == 1
    assert loaded(file=file, environ=environ).server.port == 2
    settings = loaded(file=file, environ=environ, flags=flags)
    assert (settings.server.port, settings.server.host, settings.server.lang) == (3, "variable", "en")
    assert settings.queue.capacity == 5


def test_file_and_data_directory_may_be_named_by_variables(written: Any, tmp_path: Path) -> None:
    file = written("[queue]\ncapacity = 5\n")
    environ = {"TICKET_DAEMON_CONFIG": str(file), "TICKET_DAEMON_DATA_DIR": str(tmp_path / "d")}
    settings = load("test", environ=environ)
    assert (settings.queue.capacity, settings.data_dir) == (5, tmp_path / "d")


def test_data_directory_when_nothing_is_said_is_the_environments_own() -> None:
    assert load("test").data_dir.name == "test"


@pytest.mark.parametrize(
    ("name", "text", "section", "key", "value"),
    [
        ("SERVER_PORT", "80", "server", "port", 80),
        ("SERVER_ALLOWED_ORIGINS", "http://a, http://b", "server", "allowed_origins", ("http://a", "http://b")),
        ("SERVER_ALLOWED_ORIGINS", "", "server", "allowed_origins", ()),
        ("SERVER_MAX_FRAME_MIB", "1", "server", "max_frame_mib", 1),
        ("DOCUMENTS_ALLOW_RAW", "false", "documents", "allow_raw", False),
        ("DOCUMENTS_ALLOW_RAW", "1", "documents", "allow_raw", True),
        ("LOG_LEVEL", "warning", "log", "level", "warning"),
        ("LOG_DIR", "/var/log/x", "log", "dir", "/var/log/x"),
        ("LIMITS_JOBS_PER_MINUTE", "0", "limits", "jobs_per_minute", 0),
        ("AUTH_TOKEN_SHA256", TOKEN, "auth", "token_sha256", TOKEN),
    ],
)
def test_variables_are_read_as_their_keys_types(name: str, text: str, section: str, key: str, value: Any) -> None:
    settings = loaded(environ={"TICKET_DAEMON_" + name: text, "PATH": "/bin"})
    assert getattr(getattr(settings, section), key) == value


def test_printers(written: Any) -> None:
    file = written(
        """
        [[printers]]
        name = "caja"
        uri = "socket://192.168.1.50:9100"
        profile = "TM-T20III"
        default = true
        [[printers]]
        name = "cocina"
        uri = "file:///dev/usb/lp0"
        on_failure = "hold"
        retry_s = 0
        """
    )
    caja, cocina, virtual = loaded(file=file).printers
    assert (caja.name, caja.uri, caja.profile, caja.default) == (
        "caja",
        "socket://192.168.1.50:9100",
        "TM-T20III",
        True,
    )
    assert (caja.retry_s, caja.on_failure) == (600, "hold")
    assert (cocina.on_failure, cocina.retry_s, cocina.default) == ("hold", 0, False)
    assert (virtual.name, virtual.default) == ("virtual", False)


def test_own_printer_of_the_name_virtual_takes_the_place_of_the_built_in(written: Any) -> None:
    file = written("[[printers]]\nname = 'virtual'\nuri = 'virtual://mine'\n")
    (only,) = loaded(file=file).printers
    assert (only.uri, only.default) == ("virtual://mine", False)


# --- mistakes ---


@pytest.mark.parametrize(
    ("text", "path", "says"),
    [
        ("[server]\nport = 70000", "server.port", "de 0 a 65535"),
        ("[server]\nport = '80'", "server.port", "un número entero de 0 a 65535"),
        ("[server]\nlang = 'fr'", "server.lang", "es, en"),
        ("[server]\nhots = 'x'", "server.hots", "hots"),
        ("[server]\nallowed_origins = 'x'", "server.allowed_origins", "una lista"),
        ("[server]\nallowed_origins = [1]", "server.allowed_origins[0]", "un texto"),
        ("[server]\nmax_frame_mib = 0", "server.max_frame_mib", "de 1 a 256"),
        ("[queue]\ncapacity = 0", "queue.capacity", "de 1 a 100000"),
        ("[queue]\nkeep_days = 1.5", "queue.keep_days", "un número entero"),
        ("[limits]\njobs_per_minute = -1", "limits.jobs_per_minute", "de 0 a"),
        ("[log]\nlevel = 'loud'", "log.level", "debug, info, warning, error"),
        ("[log]\nkeep = 0", "log.keep", "de 1 a 100"),
        ("[documents]\nallow_raw = 'no'", "documents.allow_raw", "true o false"),
        ("[severs]\nport = 1", "severs", "severs"),
        ("server = 5", "server", "un objeto"),
        ("printers = 5", "printers", "una lista"),
        ("[[printers]]\nuri = 'virtual://x'", "printers[0].name", "name"),
        ("[[printers]]\nname = 'x'", "printers[0].uri", "uri"),
        ("[[printers]]\nname = ''\nuri = 'x'", "printers[0].name", "de 1 a 200"),
        ("[[printers]]\nname = 'x'\nuri = 'x'\non_failure = 'cry'", "printers[0].on_failure", "fail, hold"),
        ("[[printers]]\nname = 'x'\nuri = 'x'\nretry_s = -1", "printers[0].retry_s", "de 0 a 86400"),
        ("[[printers]]\nname = 'x'\nuri = 'x'\ncolour = 1", "printers[0].colour", "colour"),
        ("[[printers]]\nname = 'a'\nuri = 'x'\n[[printers]]\nname = 'A'\nuri = 'y'", "printers[1].name", "dos"),
        ("[[printers]]\nname='a'\nuri='x'\ndefault=true\n[[printers]]\nname='b'\nuri='y'\ndefault=true", "printers",
         "a, b"),
        ("[auth]\ntoken_sha256 = 'secret'", "auth.token_sha256", "64"),
        ("env = 'prod'", "env", "env"),
        ("data_dir = '/x'", "data_dir", "data_dir"),
    ],
)  # fmt: skip
def test_mistake_in_the_file_names_file_key_and_what_would_be_right(
    written: Any, text: str, path: str, says: str
) -> None:
    file = written(text)
    error = refused(file=file)
    assert error.path == path
    assert error.text("es").startswith(f"{file}: {path}: ")
    assert says in error.text("es").removeprefix(f"{file}: {path}: ")


@pytest.mark.parametrize("text", ["[server", "a = ", "a = 1\na = 2"])
def test_file_that_is_not_toml(written: Any, text: str) -> None:
    file = written(text)
    error = refused(file=file)
    assert error.key == "config.not_toml"
    assert error.text("es").startswith(f"{file}: ")


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    for file in (tmp_path / "none.toml", tmp_path):
        error = refused(file=file)
        assert error.key == "config.unreadable"
        assert str(file) in error.text("es")


def test_file_that_is_not_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "latin.toml"
    file.write_bytes("[[printers]]\nname = 'Cañón'\n".encode("latin-1"))
    assert refused(file=file).key == "config.not_toml"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("TICKET_DAEMON_SERVER_PROT", "TICKET_DAEMON_SERVER_PORT"),
        ("TICKET_DAEMON_LOGLEVEL", "TICKET_DAEMON_LOG_LEVEL"),
        ("TICKET_DAEMON_DATADIR", "TICKET_DAEMON_DATA_DIR"),
    ],
)
def test_unknown_variable_is_answered_with_the_nearest(name: str, nearest: str) -> None:
    error = refused(environ={name: "1"})
    assert error.key == "config.unknown_key"
    assert name in error.text("es")
    assert nearest in error.text("es")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("TICKET_DAEMON_SERVER_PORT", "http", "de 0 a 65535"),
        ("TICKET_DAEMON_SERVER_PORT", "99999", "de 0 a 65535"),
        ("TICKET_DAEMON_SERVER_LANG", "fr", "es, en"),
        ("TICKET_DAEMON_DOCUMENTS_ALLOW_RAW", "maybe", "true o false"),
    ],
)
def test_mistake_in_a_variable_names_the_variable(name: str, text: str, says: str) -> None:
    error = refused(environ={name: text})
    assert error.path == name
    assert says in error.text("es")


def test_unknown_environment() -> None:
    assert "prod, test" in refused(env="staging").text("es")
    assert "prod, test" in refused(env=None, environ={"TICKET_DAEMON_ENV": "x"}).text("es")


def test_prod_does_not_start_without_a_token() -> None:
    error = refused(env="prod")
    assert (error.key, error.path) == ("config.token_needed", "auth.token_sha256")
    assert "SHA-256" in error.text("es")


def test_token_itself_is_never_in_the_message(written: Any) -> None:
    error = refused(file=written("[auth]\ntoken_sha256 = 'my-secret-token'"))
    assert "my-secret-token" not in error.text("es") + repr(error.parameters)


def test_settings_are_frozen() -> None:
    settings = loaded()
    with pytest.raises(AttributeError):
        settings.server.port = 1  # type: ignore[misc]


# --- security ---


def test_named_tokens_from_the_file_and_from_the_variable(written: Any) -> None:
    file = written(f"[[auth.tokens]]\nname = 'caja'\nsha256 = '{TOKEN}'\n")
    assert [(t.name, t.sha256) for t in loaded(file=file, env="prod").auth.tokens] == [("caja", TOKEN)]
    variable = {"TICKET_DAEMON_AUTH_TOKENS": f"caja: {TOKEN}, bar:2:{'b' * 64}"}
    assert [(t.name, t.sha256) for t in loaded(environ=variable).auth.tokens] == [("caja", TOKEN), ("bar:2", "b" * 64)]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[[auth.tokens]]\nname = 'a'\nsha256 = 'x'", "auth.tokens[0].sha256"),
        ("[[auth.tokens]]\nname = ''\nsha256 = 'x'", "auth.tokens[0].name"),
        (f"[auth]\ntokens = [{{name='a', sha256='{TOKEN}'}}, {{name='A', sha256='{TOKEN}'}}]", "auth.tokens[1].name"),
        ("[auth]\nsession_hours = 0", "auth.session_hours"),
        ("[server]\nallowed_origins = ['*']", "server.allowed_origins[0]"),
        ("[server]\nallowed_origins = ['https://a.example', 'https://*.b.example']", "server.allowed_origins[1]"),
        ("[server]\nallowed_origins = ['https://a.example/path']", "server.allowed_origins[0]"),
        ("[server]\nallowed_origins = ['a.example']", "server.allowed_origins[0]"),
        ("[server]\ntls_cert = 'a'", "server.tls_key"),
        ("[server]\ntls_key = 'a'", "server.tls_cert"),
        ("[server]\ntls_port = 1", "server.tls_cert"),
        ("[limits]\nconnections = 0", "limits.connections"),
    ],
)
def test_mistakes_that_would_leave_a_door_open_stop_the_start(written: Any, text: str, path: str) -> None:
    assert refused(file=written(text)).path == path


@pytest.mark.parametrize("origin", ["https://POS.example.mx/", "http://localhost:5173", "http://[::1]:3000", "null"])
def test_origins_in_any_spelling_are_taken(written: Any, origin: str) -> None:
    assert loaded(file=written(f"[server]\nallowed_origins = ['{origin}']")).server.allowed_origins == (origin,)
