"""The `ticket-daemon` command: one file per group of verbs, loaded when first used."""

from __future__ import annotations

import sys
from typing import Any, Final

import click

from ticket_daemon import __version__
from ticket_daemon.cli.common import echo, echo_lines
from ticket_daemon.cli.lazy import LazyGroup

#: verb -> the module that has it, in the order of `--help`.
VERBS: Final = {
    "run": "daemon",
    "reload": "daemon",
    "print": "tickets",
    "render": "tickets",
    "preview": "tickets",
    "calibrate": "calibrate",
    "emulator": "emulator",
    "printers": "printers",
    "doctor": "doctor",
    "jobs": "jobs",
    "job": "jobs",
    "cancel": "jobs",
    "hold": "jobs",
    "release": "jobs",
    "reprint": "jobs",
    "status": "watching",
    "health": "watching",
    "logs": "logs",
    "open": "watching",
    "token": "keys",
    "password": "keys",
    "tls": "tls",
    "install": "service",
    "uninstall": "service",
    "start": "service",
    "stop": "service",
    "service": "service",
    "update": "update",
    "fleet": "fleet",
    "build": "build",
    "build-console": "build",
}


class _Overview(LazyGroup):
    """All verbs; `--help` is a page about them."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a verb, with text that any program can read behind it."""
        if sys.platform == "win32":
            from ticket_daemon.machine.windows import console

            console.speak_utf8()
        return super().main(*args, **kwargs)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from ticket_daemon.cli import overview

        commands = {verb: command for verb in VERBS if (command := self.get_command(ctx, verb)) is not None}
        overview.write(ctx, commands, formatter)


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    """The version, and of a sealed executable what is sealed in it."""
    if not wanted:
        return
    from ticket_daemon.settings.seal import current

    echo(f"ticket-daemon, version {__version__}")
    if seal := current():
        echo_lines(seal.summary)
    ctx.exit()


@click.group(
    cls=_Overview, modules=VERBS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "-V", "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="option.version"
)
def main() -> None:
    """Ticket Daemon: prints the tickets of web points of sale on thermal printers (the page is in `overview`)."""
