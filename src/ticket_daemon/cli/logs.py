"""`logs`: what the daemon wrote down, readable, also while it writes on."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import click

from ticket_daemon.cli.common import echo, echo_lines, fail, language, says_errors
from ticket_daemon.cli.manual import verb

#: How often a log that is followed is looked at, in seconds.
LOOK_S = 0.25
#: How often the files are listed anew when the one read last is in none of the names: a rotation takes an instant.
LISTINGS: Final = 5
_LEVELS: Final = ("debug", "info", "warning", "error", "critical")


class Wanted(NamedTuple):
    """Which lines, and how they are shown."""

    level: str
    audit: bool
    as_json: bool

    def shown(self, line: str) -> str:
        """The line as it is to be printed; "" when it is not wanted."""
        import msgspec

        from ticket_daemon.machine.logs import readable

        line = line.rstrip("\n")
        try:
            record = msgspec.json.decode(line)
            unwanted = _LEVELS.index(record["level"]) < _LEVELS.index(self.level)
            if unwanted or (self.audit and record.get("audit") is not True):
                return ""
        except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError):
            return "" if self.audit else line  # torn by a power cut, say: better shown than hidden
        return line if self.as_json else readable(record)


@verb("logs", "does.logs")
@click.option("-n", "count", type=click.IntRange(0), default=50, show_default=True, help="option.lines")
@click.option("-f", "--follow", is_flag=True, help="option.follow")
@click.option("--level", type=click.Choice(["debug", "info", "warning", "error"]), default="debug", help="option.level")
@click.option("--audit", is_flag=True, help="option.audit")
@click.option("--json", "as_json", is_flag=True, help="option.raw_lines")
@click.option("--env", type=click.Choice(["prod", "test"]), help="option.log_env")
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help="option.config")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="option.data_dir")
@says_errors
def logs_command(
    count: int,
    follow: bool,
    level: str,
    audit: bool,
    as_json: bool,
    env: str | None,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """The daemon's log, readable: the newest of the service's and your own."""
    path = _newest(_places(env, config, data_dir, audit=audit))
    wanted = Wanted(level, audit, as_json)
    tail = Tail(path)
    try:
        for line in last(tail, count, wanted):
            echo_lines(line)
        while follow:
            for line in filter(None, map(wanted.shown, tail.lines())):
                echo_lines(line)
            time.sleep(LOOK_S)
    except KeyboardInterrupt:
        return
    except OSError as error:
        fail(f"{path}: {error.strerror}")


def _places(env: str | None, config: Path | None, data_dir: Path | None, *, audit: bool) -> list[Path]:
    """Where the log, or the file of audit lines, may be: this user's daemon's, and the machine's service's."""
    from ticket_daemon.errors import ConfigError
    from ticket_daemon.machine import places
    from ticket_daemon.settings.config import default_data_dir, identity, load

    meant = identity(env, os.environ)
    usual = (data_dir or default_data_dir(meant.env)) / "logs", places.of_service(meant.service_name).logs
    found = []
    for folder, as_service in zip(usual, (False, True), strict=True):
        try:
            settings = load(env, config, os.environ, data_dir=data_dir, as_service=as_service)
            found.append(settings.audit_file if audit and settings.audit_file.exists() else settings.log_file)
        except ConfigError:  # the log is where one looks when the configuration has a mistake
            found.append(folder / f"{meant.service_name}.log")
    return found[:1] if config or data_dir else found


def _newest(paths: Iterable[Path]) -> Path:
    from ticket_daemon import messages

    candidates: dict[Path, float] = {}
    locked: list[str] = []
    tried = list(dict.fromkeys(paths))
    for path in tried:
        try:
            candidates[path] = path.stat().st_mtime
        except PermissionError:
            locked.append(messages.text("logs.rights", language(), file=path))
        except OSError:
            continue
    if not candidates:
        fail(locked[0] if locked else messages.text("logs.none", language(), files=", ".join(map(str, tried))))
    for line in locked:
        echo(line, err=True)
    return max(candidates, key=candidates.__getitem__)


class Tail:
    """Reads a log that another program writes and rotates, each line once.

    It holds no file open (Windows would not let it be renamed) and knows by its inode the file it has read last, so
    that it finds it again under whatever name a rotation has given it meanwhile.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._inode = 0
        self._position = 0

    def older(self) -> list[Path]:
        """The files put aside, the newest first."""
        numbered = []
        for path in self.path.parent.glob(f"{self.path.name}.*"):
            number = path.name.removeprefix(f"{self.path.name}.")
            if number.isdigit():
                numbered.append((int(number), path))
        return [path for _, path in sorted(numbered)]

    def lines(self) -> Iterator[str]:
        """The whole lines written since the last call (or since the beginning of the newest file)."""
        for _ in range(LISTINGS):
            files = [self.path, *self.older()]
            inodes = [_inode(file) for file in files]
            if inodes[0] == 0 and len(files) == 1:
                return
            self._inode = self._inode or inodes[0]
            if self._inode not in inodes:  # listed in the middle of a rotation; or put aside so often that it is gone
                continue
            index = inodes.index(self._inode)
            while (found := self._read(files[index])) is not None:
                yield from found
                if index == 0 or inodes[index - 1] == 0:
                    return
                index -= 1
                self._inode, self._position = inodes[index], 0
        self._inode = self._position = 0

    def _read(self, path: Path) -> list[str] | None:
        """The new whole lines of the file last read; None when `path` is another one by now."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return None
        with file:
            status = os.fstat(file.fileno())
            if status.st_ino != self._inode:
                return None
            if status.st_size < self._position:  # emptied
                self._position = 0
            file.seek(self._position)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]  # what follows is being written
        self._position += len(whole)
        return [f"{line}\n" for line in whole.decode("utf-8", "replace").split("\n")[:-1]]


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def last(tail: Tail, count: int, wanted: Wanted) -> list[str]:
    """The last `count` wanted lines, from files put aside where the newest has too few; `tail` goes on after them."""
    found: deque[str] = deque(filter(None, map(wanted.shown, tail.lines())), maxlen=count)
    if count == 0:
        return []
    for path in tail.older():
        if len(found) >= count:
            break
        with path.open(encoding="utf-8", errors="replace") as file:
            before: deque[str] = deque(filter(None, map(wanted.shown, file)), maxlen=count - len(found))
        found.extendleft(reversed(before))
    return list(found)
