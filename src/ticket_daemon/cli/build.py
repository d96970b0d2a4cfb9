"""`build`, `build-console`: a sealed executable, with its configuration inside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ticket_daemon.cli.common import echo, echo_lines, language, says_errors
from ticket_daemon.cli.manual import verb


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What is sealed."""
    for option in (
        click.option("--update-key", help="option.update_key"),
        click.option("--folder", is_flag=True, help="option.build_folder"),
        click.option("--dashboard-password-hash", help="option.password_hash"),
        click.option("--token-sha256", help="option.token_sha256"),
        click.option("--service-name", help="option.service_name"),
        click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]),
                     help="option.sealed_level"),
        click.option("--queue", type=click.IntRange(1, 100_000), help="option.queue"),
        click.option("--port", type=click.IntRange(0, 65535), help="option.sealed_port"),
        click.option("--host", help="option.host"),
        click.option("--output", type=click.Path(file_okay=False, path_type=Path), required=True,
                     help="option.executable"),
        click.option("--env", type=click.Choice(["prod", "test"]), required=True, help="option.sealed_env"),
    ):  # fmt: skip
        function = option(function)
    return function


def _verb(name: str, does: str, console: bool) -> click.Command:
    @verb(name, does)
    @_options
    @says_errors
    def command(env: Any, output: Path, folder: bool, **values: Any) -> None:
        from ticket_daemon import builder, messages

        seal = builder.make_seal(env, console=console, **values)
        echo(messages.text("build.begins", language()))
        echo_lines(seal.summary)
        made = builder.build(seal, output, folder=folder)
        files = made.parent.rglob("*") if folder else [made]
        size = sum(file.stat().st_size for file in files if file.is_file()) / 1e6
        echo(messages.text("build.done", language(), file=made, mb=size))

    return command


build_command = _verb("build", "does.build", False)
build_console_command = _verb("build-console", "does.build_console", True)
