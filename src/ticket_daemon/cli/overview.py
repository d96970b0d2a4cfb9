"""The page of `ticket-daemon --help`: verbs by what a person wants to do, and examples, in the person's language."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import click

from ticket_daemon import messages
from ticket_daemon.cli.common import language

#: Title's key -> its verbs, in the order of a technician's day; a verb that is in none stands under the last.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "help.daemon": ("run", "status", "health", "logs", "open", "reload"),
    "help.service": ("install", "uninstall", "start", "stop", "service", "update"),
    "help.printers": ("printers", "doctor", "calibrate", "emulator"),
    "help.tickets": ("print", "preview", "render", "jobs", "job", "cancel", "hold", "release", "reprint"),
    "help.security": ("token", "password", "tls"),
    "help.fleet": ("fleet",),
    "help.build": ("build", "build-console"),
    "help.other": (),
}
#: Columns for an example, before what is said of it.
EXAMPLE_COLUMNS: Final = 44
#: Example -> what it is for.
EXAMPLES: Final[Mapping[str, str]] = {
    "ticket-daemon run --env test": "help.try",
    "sudo ticket-daemon install --env prod": "help.install",
    "ticket-daemon status": "help.status",
    "ticket-daemon print ticket.json": "help.print",
    "ticket-daemon logs -n 100 --level warning": "help.logs",
}


def grouped(verbs: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """The groups that have a verb, with those there are."""
    known = list(verbs)
    listed = {verb for group in GROUPS.values() for verb in group}
    for title, group in GROUPS.items():
        found = [verb for verb in group if verb in known]
        if title == "help.other":
            found = [verb for verb in known if verb not in listed]
        if found:
            yield title, found


def write(ctx: click.Context, commands: Mapping[str, click.Command], formatter: click.HelpFormatter) -> None:
    """The whole page."""
    lang = language()
    formatter.write_text(messages.text("help.what", lang))
    formatter.write_paragraph()
    formatter.write_usage(ctx.command_path, messages.text("help.usage", lang), messages.text("help.prefix", lang) + " ")
    for title, verbs in grouped(commands):
        with formatter.section(messages.text(title, lang)):
            formatter.write_dl([(verb, _said(verb, commands[verb], lang)) for verb in verbs])
    with formatter.section(messages.text("help.examples", lang)):
        shown = [(_here(example), messages.text(key, lang)) for example, key in EXAMPLES.items()]
        formatter.write_dl(shown, col_max=EXAMPLE_COLUMNS)
    formatter.write_paragraph()
    formatter.write_text(messages.text("help.more", lang))
    formatter.write_paragraph()
    formatter.write_text(messages.text("help.codes", lang))


def _here(example: str) -> str:
    """As this system wants it: Windows has no sudo."""
    return example.removeprefix("sudo ") if os.name == "nt" else example


def _said(verb: str, command: click.Command, lang: str) -> str:
    """What a verb does: the catalogue's sentence, else the command's own."""
    key = f"verb.{verb}"
    return messages.text(key, lang) if key in messages.CATALOGUE else command.get_short_help_str(limit=80)
