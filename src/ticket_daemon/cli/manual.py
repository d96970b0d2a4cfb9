"""Verbs whose `--help` is in the reader's language.

`help` of a verb or an option is a key of the catalogue; the language is chosen when the page is asked for. Verbs,
options and their choices stay as they are typed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, Final

import click

from ticket_daemon import messages
from ticket_daemon.cli.common import language

#: click's name of a type -> what stands for such a value.
_VALUES: Final = {
    "text": "value.text", "integer": "value.number", "integer range": "value.number", "float": "value.number",
    "float range": "value.number", "file": "value.file", "filename": "value.file", "path": "value.file",
    "directory": "value.folder",
}  # fmt: skip
#: What stands for an argument in the usage -> its word.
_ARGUMENTS: Final = {
    "DOCUMENT": "value.document", "FILE": "value.file", "JOB_ID": "value.job", "NAME": "value.name",
    "PRINTER": "value.printer", "STORE": "value.store", "STORES": "value.stores", "WHICH": "value.which",
}  # fmt: skip


def verb(name: str, key: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A verb of that name; the catalogue's `key` says what it does."""
    return click.command(name, cls=Verb, help=key)


def verbs(name: str, key: str, **more: Any) -> Callable[[Callable[..., Any]], Verbs]:
    """A group of verbs of that name; its own are made by `.command(name, help=key)`."""
    return click.group(name, cls=Verbs, help=key, **more)


def _text(key: str, **parameters: Any) -> str:
    return messages.text(key, language(), **parameters)


class Verb(click.Command):
    """A verb that explains itself."""

    def get_short_help_str(self, limit: int = 45) -> str:
        """Its first sentence."""
        return click.Command("", help=_text(self.help)).get_short_help_str(limit) if self.help else ""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """What may stand behind it."""
        pieces = [_text("help.options_word")]
        for parameter in self.get_params(ctx):
            for piece in parameter.get_usage_pieces(ctx):
                named = piece.strip("[].")
                pieces.append(piece.replace(named, _text(_ARGUMENTS[named])))
        return pieces

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first line."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), _text("help.prefix") + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What it does."""
        del ctx
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(_text(self.help))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its options, each with what it is for."""
        own = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        records = [self._record(option, ctx) for option in own]
        with formatter.section(_text("help.options")):
            formatter.write_dl([record for record in records if record is not None])

    def _record(self, option: click.Option, ctx: click.Context) -> tuple[str, str] | None:
        """An option's names and text. A copy is asked for them, since click's own words go behind the text."""
        spoken = copy.copy(option)
        spoken.show_default = spoken.show_envvar = spoken.required = False
        spoken.help = _text("help.itself" if option is self.get_help_option(ctx) else option.help or "")
        value = _VALUES.get(option.type.name)
        if option.metavar is None and value is not None and not (option.is_flag or option.count):
            spoken.metavar = _text(value)
        record = spoken.get_help_record(ctx)
        further = "; ".join(_further(option, ctx))
        return record if record is None or not further else (record[0], f"{record[1]}  [{further}]")


def _further(option: click.Option, ctx: click.Context) -> list[str]:
    """The variable that does the same, what it is without the option, and that it may not be missing."""
    said = []
    if option.show_envvar and option.envvar:
        said.append(_text("help.variable", name=option.envvar))
    if option.show_default:
        usual = option.show_default if isinstance(option.show_default, str) else option.get_default(ctx, call=False)
        said.append(_text("help.usual", value=usual))
    if option.required:
        said.append(_text("help.required"))
    return said


class Verbs(Verb, click.Group):
    """A group of verbs that explains itself."""

    command_class = Verb

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """What may stand behind it."""
        return [*super().collect_usage_pieces(ctx), _text("help.verb_word")]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its options, then its verbs."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its verbs, each in a line."""
        names = self.list_commands(ctx)
        room = formatter.width - 6 - max(map(len, names))
        known = [(name, self.get_command(ctx, name)) for name in names]
        with formatter.section(_text("help.verbs")):
            formatter.write_dl([(name, one.get_short_help_str(room)) for name, one in known if one is not None])
