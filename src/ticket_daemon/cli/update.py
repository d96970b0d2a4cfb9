"""`update`: the newest release of the channel, installed; back to the present one when it does not work."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from ticket_daemon.cli.common import answered, echo, language, says_errors, url_option
from ticket_daemon.cli.manual import verb

#: What installs a file of this name's end, without a question; the file's path stands in for {}.
_INSTALLERS = {".deb": ("dpkg", "--install", "{}"), ".exe": ("{}", "/S")}
#: What a copy of the program's folder is called that an update runs from.
_COPY = "ticket-daemon-copy-"


@verb("update", "does.update")
@click.option("--check", is_flag=True, help="option.update_check")
@click.option("--env", type=click.Choice(["prod", "test"]), help="option.service_env")
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help="option.config")
@url_option
@says_errors
def update_command(check: bool, env: str | None, config: Path | None, url: str) -> None:
    """Look for a newer version and install it."""
    from ticket_daemon import __version__, messages
    from ticket_daemon.errors import UpdateError
    from ticket_daemon.settings.config import load
    from ticket_daemon.update.channel import Channel, system_name
    from ticket_daemon.update.updater import Updater

    def say(key: str, **values: Any) -> None:
        echo(messages.text(key, language(), **values))

    settings = load(env, config, os.environ, as_service=True)
    if not settings.update.channel:
        raise UpdateError("update.off")
    if sys.platform == "win32" and not check:
        _leave_the_folder()
    # A folder that nobody else can write to, the service's account least of all: what is checked there is what is run.
    with tempfile.TemporaryDirectory(prefix="ticket-daemon-update-") as folder:
        updater = Updater(
            Channel(settings.update.channel, settings.update.public_key), __version__, system_name(), Path(folder),
            lambda: _health(url), _install, say,
        )  # fmt: skip
        if check:
            found = updater.newer()
            say("update.there_is" if found else "update.newest", version=found[1].version if found else __version__)
            return
        if not getattr(sys, "frozen", False):
            raise UpdateError("update.not_sealed")
        done = updater.run()
    say("update.done" if done else "update.newest", version=done or __version__)


def _health(url: str) -> Mapping[str, Any] | None:
    import msgspec

    status, body = answered(f"{url}/health")
    return msgspec.json.decode(body) if status == 200 else None


def _install(path: Path) -> None:
    """Run an installer to its end. Raises UpdateError."""
    from ticket_daemon.errors import UpdateError

    command = [word.format(path) for word in _INSTALLERS[path.suffix]]
    try:
        ended = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - signed by the channel
    except OSError as error:
        raise UpdateError("update.not_installed", detail=str(error)) from None
    if ended.returncode != 0:
        detail = (ended.stderr or ended.stdout).strip() or str(ended.returncode)
        raise UpdateError("update.not_installed", detail=detail[-500:])


def _leave_the_folder() -> None:
    """Go on from a copy: Windows lets nobody replace a folder whose libraries are in use."""
    import shutil

    from ticket_daemon.machine import program_files

    program = Path(sys.executable)
    if program_files.is_one_file() or program.parent.name.startswith(_COPY):
        return
    copy = Path(tempfile.mkdtemp(prefix=_COPY))
    shutil.copytree(program.parent, copy, dirs_exist_ok=True)
    # A console of its own: this process ends, so that its folder is free.
    console = getattr(subprocess, "CREATE_NEW_CONSOLE", 0)
    command = [str(copy / program.name), *sys.argv[1:]]
    subprocess.Popen(command, creationflags=console)  # noqa: S603 - ourselves
    raise SystemExit(0)
