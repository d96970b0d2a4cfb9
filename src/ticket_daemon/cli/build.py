"""`build`, `build-console`: a sealed executable, with its configuration inside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ticket_daemon.cli.common import language, says_errors


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What is sealed."""
    for option in (
        click.option("--dashboard-password-hash", help="Hash of the dashboard's password; none: as without one."),
        click.option("--token-sha256", help="SHA-256 of the token; prod needs one. Never the token itself."),
        click.option("--service-name", help="Name of the service, its folders and its log."),
        click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), help="What is logged."),
        click.option("--queue", type=click.IntRange(1, 100_000), help="Tickets that may wait."),
        click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on."),
        click.option("--host", help="Address to listen on."),
        click.option("--output", type=click.Path(file_okay=False, path_type=Path), required=True,
                     help="Folder for the executable."),
        click.option("--env", type=click.Choice(["prod", "test"]), required=True, help="Environment."),
    ):  # fmt: skip
        function = option(function)
    return function


def _verb(name: str, text: str, console: bool) -> click.Command:
    @click.command(name, help=text)
    @_options
    @says_errors
    def command(env: Any, output: Path, **values: Any) -> None:
        from ticket_daemon import builder, messages

        seal = builder.make_seal(env, console=console, **values)
        click.echo(messages.text("build.begins", language()))
        click.echo(seal.summary)
        made = builder.build(seal, output)
        size = made.stat().st_size / 1e6
        click.echo(messages.text("build.done", language(), file=made, mb=size))

    return command


build_command = _verb("build", "Make the sealed executable for a shop: nothing in it can be changed afterwards.", False)
build_console_command = _verb(
    "build-console", "The same, as a variant that shows everything on its console: to look for trouble.", True
)
