"""`token` and `password`: what the configuration keeps of secrets, made and taken away."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ticket_daemon import messages
from ticket_daemon.cli.common import echo, echo_lines, fail, language, says_errors
from ticket_daemon.cli.manual import verb, verbs
from ticket_daemon.errors import ConfigError
from ticket_daemon.frontends.native.guard.tokens import digest, new_token

if TYPE_CHECKING:
    import tomlkit

#: The name under which `auth.token_sha256`, which has none, is listed and revoked.
UNNAMED: Final = "token_sha256"


def _say(key: str, **parameters: Any) -> None:
    echo(messages.text(key, language(), **parameters), err=True)


def _config_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--config", type=click.Path(dir_okay=False, path_type=Path), envvar="TICKET_DAEMON_CONFIG",
        help="option.config_to_change",
    )(function)  # fmt: skip


@verbs("token", "does.token")
def token_command() -> None:
    """Tokens: what a point of sale shows to be let in. The configuration keeps their hashes only."""


@token_command.command("new", help="does.token_new")
@click.argument("name")
@_config_option
@says_errors
def _new(name: str, config: Path | None) -> None:
    """Make a token called NAME and show it, this once."""
    token = new_token()
    sha256 = digest(token)
    if config is None:
        _say("token.paste", name=name)
        echo_lines(f'[[auth.tokens]]\nname = {_quoted(name)}\nsha256 = "{sha256}"\n', err=True)
    else:
        document = _read(config)
        _add(document, name, sha256, str(config))
        _write(config, document)
        _say("token.saved", name=name, file=str(config))
    _say("token.shown_once")
    echo(token)


@token_command.command("list", help="does.token_list")
@_config_option
@says_errors
def _list(config: Path | None) -> None:
    """The names of all tokens."""
    for name, sha256 in _tokens(_read(_needed(config))):
        echo(f"{name:<24} sha256 {sha256[:12]}…")


@token_command.command("revoke", help="does.token_revoke")
@click.argument("name")
@_config_option
@says_errors
def _revoke(name: str, config: Path | None) -> None:
    """Take the token called NAME back."""
    file = _needed(config)
    document = _read(file)
    if name not in dict(_tokens(document)):
        known = ", ".join(known for known, _ in _tokens(document)) or "-"
        fail(messages.text("token.unknown", language(), name=name, known=known))
    auth: Any = document["auth"]
    if name == UNNAMED:
        del auth["token_sha256"]
    else:
        tables = auth["tokens"]
        del tables[next(at for at, table in enumerate(tables) if table["name"] == name)]
        if not tables:
            del auth["tokens"]
    _write(file, document)
    _say("token.revoked", name=name)


@verb("password", "does.password")
@_config_option
@click.option("--password-file", type=click.Path(allow_dash=True), help="option.password_file")
@says_errors
def password_command(config: Path | None, password_file: str | None) -> None:
    """Set the password of the daemon's page."""
    from ticket_daemon.frontends.native.guard.passwords import MAX_LENGTH, MIN_LENGTH, hash_of

    password = _password(password_file)
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        fail(messages.text("password.length", language(), low=MIN_LENGTH, high=MAX_LENGTH))
    hashed = hash_of(password)
    if config is None:
        _say("password.paste")
        echo_lines(f'[auth]\ndashboard_password_hash = "{hashed}"')
        return
    document = _read(config)
    document.setdefault("auth", _table())["dashboard_password_hash"] = hashed
    _write(config, document)
    _say("password.saved", file=str(config))


def _password(file: str | None) -> str:
    if file == "-":
        return sys.stdin.readline().rstrip("\r\n")
    if file is not None:
        try:
            return Path(file).read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            fail(f"{file}: {error}", 2)
    asked: str = click.prompt(
        messages.text("password.ask", language()), hide_input=True, confirmation_prompt=True, err=True
    )
    return asked


# --- the configuration file ---


def _needed(config: Path | None) -> Path:
    if config is None:
        fail(messages.text("token.which_file", language()), 2)
    return config


def _read(file: Path) -> tomlkit.TOMLDocument:
    """The file with its comments; an empty one when there is none yet. Raises ConfigError."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(file.read_text("utf-8") if file.exists() else "")
    except OSError as error:
        raise ConfigError("config.unreadable", file=str(file), detail=error.strerror or str(error)) from None
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise ConfigError("config.not_toml", file=str(file), detail=str(error)) from None


def _write(file: Path, document: tomlkit.TOMLDocument) -> None:
    """Put the document in the file's place, whole or not at all, with the rights it had. Raises ConfigError."""
    import tomlkit

    fresh = file.with_name(f"{file.name}.new")
    try:
        mode = file.stat().st_mode & 0o777 if file.exists() else 0o600
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as opened:
            opened.write(tomlkit.dumps(document))
        fresh.replace(file)
    except OSError as error:
        raise ConfigError("config.not_written", file=str(file), detail=error.strerror or str(error)) from None


def _tokens(document: tomlkit.TOMLDocument) -> list[tuple[str, str]]:
    auth: Any = document.get("auth", {})
    unnamed = [(UNNAMED, str(auth["token_sha256"]))] if auth.get("token_sha256") else []
    return unnamed + [(str(table["name"]), str(table["sha256"])) for table in auth.get("tokens", ())]


def _add(document: tomlkit.TOMLDocument, name: str, sha256: str, file: str) -> None:
    import tomlkit

    if name.casefold() in {known.casefold() for known, _ in _tokens(document)}:
        raise ConfigError("config.same_token", file=file, name=name)
    table = tomlkit.table()
    table.update({"name": name, "sha256": sha256})
    auth: Any = document.setdefault("auth", _table())
    if "tokens" not in auth:
        auth["tokens"] = tomlkit.aot()
    auth["tokens"].append(table)


def _table() -> Any:
    import tomlkit

    return tomlkit.table()


def _quoted(text: str) -> str:
    import tomlkit

    return tomlkit.string(text).as_string()
