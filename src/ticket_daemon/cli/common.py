"""What several verbs share: reading a document, finding the daemon, saying what went wrong."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, ParamSpec, TypeVar

import click

from ticket_daemon.errors import FleetUnavailable, NoAnswer, TicketDaemonError, Unreachable
from ticket_daemon.printable import printable, printable_lines

if TYPE_CHECKING:
    from ticket_daemon.client.plain import Client

REFUSED: Final = 1
UNREACHABLE: Final = 3

P = ParamSpec("P")
R = TypeVar("R")


def language() -> str:
    """The language of the terminal's user: Spanish unless the locale, or Windows itself, says English."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    if not locale and sys.platform == "win32":
        from ticket_daemon.machine.windows.console import is_english

        return "en" if is_english() else "es"
    return "en" if locale.lower().startswith("en") else "es"


def echo(text: str, *, err: bool = False) -> None:
    """One line for the person; what is in it that could steer a terminal, or make a line of its own, is escaped."""
    click.echo(printable(text), err=err)


def echo_lines(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Several lines that this program wrote: none that a stranger's text could have made."""
    click.echo(printable_lines(text), err=err, nl=nl)


def fail(text: str, code: int = REFUSED) -> NoReturn:
    """Say why on standard error and leave."""
    echo(text, err=True)
    sys.exit(code)


def says_errors(function: Callable[P, R]) -> Callable[P, R]:
    """The program's own errors end a verb with their sentence and exit code 1, never with a traceback."""

    @functools.wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except (Unreachable, NoAnswer, FleetUnavailable) as error:
            fail(error.text(language()), UNREACHABLE)
        except TicketDaemonError as error:
            fail(error.text(language()))

    return guarded


def read_document(path: str) -> bytes:
    """A file's bytes; "-" is standard input."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        fail(f"{path}: {error.strerror}", 2)


def write_output(path: str, data: bytes) -> None:
    """Write a file; "-" is standard output."""
    if path == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        fail(f"{path}: {error.strerror}", 2)


def _own_url() -> str:
    """Where the daemon of this program listens: a sealed executable knows its own port."""
    from ticket_daemon.settings.seal import current

    seal = current()
    return f"http://127.0.0.1:{seal.port if seal else 8766}"


def url_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--url`: which daemon to talk to."""
    return click.option(
        "--url", default=_own_url, show_default="http://127.0.0.1:8766", envvar="TICKET_DAEMON_URL", help="option.url"
    )(function)


def token_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """The token, from the environment or a file: on the command line the process list would show it."""
    return click.option(
        "--token-file", type=click.Path(exists=True, dir_okay=False), help="option.token_file"
    )(function)  # fmt: skip


def token(token_file: str | None) -> str | None:
    """The token to send, if any."""
    if token_file:
        return Path(token_file).read_text("utf-8").strip()
    return os.environ.get("TICKET_DAEMON_TOKEN")


def daemon_at(url: str, token_file: str | None = None) -> Client:
    """The daemon that `--url` and `--token-file` name; leaves with exit code 2 when that is no URL."""
    from ticket_daemon.client.plain import Client

    try:
        return Client(url, token(token_file))
    except ValueError:
        fail(f"--url: {url}", 2)


def answered(url: str, timeout: float = 10.0) -> tuple[int, bytes]:
    """A GET's status and body; (0, b"") when nobody answers."""
    from ticket_daemon.client.http import exchange
    from ticket_daemon.errors import Unreachable

    try:
        return exchange(url, None, None, timeout)
    except (Unreachable, ValueError):
        return 0, b""


def fetch(
    url: str, body: bytes | None = None, bearer: str | None = None, timeout: float = 10.0, method: str | None = None
) -> tuple[int, bytes]:
    """One HTTP request to the daemon: status and body. Raises Unreachable."""
    from ticket_daemon.client.http import exchange

    try:
        return exchange(url, body, bearer, timeout, method)
    except ValueError:
        fail(f"--url: {url}", 2)
