"""A group of verbs whose modules are imported when one is called: `run` must not wait for what other verbs need."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

from ticket_daemon.cli.manual import Verbs


class LazyGroup(Verbs):
    """`modules`: verb -> the module of `ticket_daemon.cli` that has it as `<verb>_command`, in `--help`'s order."""

    def __init__(self, *args: Any, modules: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs."""
        del ctx
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of that name; None when there is none."""
        del ctx
        if cmd_name not in self.modules:
            return None
        module = importlib.import_module(f"ticket_daemon.cli.{self.modules[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return command
