"""What a verb of the service does, as steps: shown by `--dry-run`, or taken.

It knows files and commands; it does not know services. It promises that steps are taken in order, that the first one
that fails ends the rest and says why, and that showing them changes nothing.
"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ticket_daemon.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Write:
    """Write a text file, and the folders above it."""

    path: Path
    text: str
    mode: int = 0o644

    def __str__(self) -> str:
        return f"# {self.path}\n{self.text}"

    def take(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(self.text, "utf-8")
            self.path.chmod(self.mode)
        except OSError as error:
            raise ServiceError("service.file", file=str(self.path), detail=error.strerror or str(error)) from None


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a file; one that is not there needs no removing."""

    path: Path

    def __str__(self) -> str:
        return f"# remove {self.path}\n"

    def take(self) -> None:
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise ServiceError("service.file", file=str(self.path), detail=error.strerror or str(error)) from None


@dataclass(frozen=True, slots=True)
class Run:
    """Run a program of the system; `may_fail` where it is no harm if it has nothing to do."""

    command: tuple[str, ...]
    may_fail: bool = False

    def __str__(self) -> str:
        return f"# run: {' '.join(self.command)}\n"

    def take(self) -> None:
        with contextlib.ExitStack() as stack:
            if self.may_fail:
                stack.enter_context(contextlib.suppress(ServiceError))
            output(self.command)


@dataclass(frozen=True, slots=True)
class Do:
    """Something that is neither a file nor a command: `text` says what."""

    text: str
    action: Callable[[], None]

    def __str__(self) -> str:
        return f"# {self.text}\n"

    def take(self) -> None:
        self.action()


Step = Write | Remove | Run | Do


def carry_out(steps: Iterable[Step]) -> None:
    """Take the steps. Raises ServiceError at the first that fails."""
    for step in steps:
        step.take()


def shown(steps: Iterable[Step]) -> str:
    """The steps as `--dry-run` prints them."""
    return "\n".join(map(str, steps))


#: Seconds for a program of the system; stopping a service may take as long as the daemon's own promise, and more.
PATIENCE_S = 60


def output(command: tuple[str, ...]) -> str:
    """What a program of the system says. Raises ServiceError with its words when it fails or is not there."""
    try:
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE_S)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServiceError("service.command", command=command[0], detail=str(error)) from None
    if ended.returncode != 0:
        detail = (ended.stderr or ended.stdout).strip() or f"{ended.returncode}"
        raise ServiceError("service.command", command=" ".join(command), detail=detail)
    return ended.stdout
