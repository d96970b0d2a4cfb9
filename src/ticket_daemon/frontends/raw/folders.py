"""Hot folders: a file that is moved in is a ticket, and is moved on to say what became of it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Final

from ticket_daemon import tasks
from ticket_daemon.errors import QueueFull, RateLimited, StorageUnavailable, TicketDaemonError, UnknownJob
from ticket_daemon.formats import BY_SUFFIX
from ticket_daemon.frontends import Room
from ticket_daemon.queue import Job
from ticket_daemon.settings.config import FolderSettings
from ticket_daemon.verbs import Order

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 1.0
#: Files taken at one look; the rest at the next.
AT_ONCE: Final = 50
#: Where a file is while its ticket waits or prints, and where it ends.
WAITING, DONE, FAILED = "waiting", "done", "failed"
_REASON: Final = ".reason.txt"
_MIB: Final = 1 << 20


class Folders:
    """All hot folders, looked into by one task."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._sizes: dict[Path, tuple[int, int]] = {}  #: a file's size and time at the last look: still being written?
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._room.settings.folders:
            self._task = asyncio.create_task(self._run(), name="folders")

    async def stop(self) -> None:
        if self._task is not None:
            await tasks.end(self._task)

    async def _run(self) -> None:
        while True:
            for folder in self._room.settings.folders:
                try:
                    await self.look(folder)
                except OSError as error:
                    log.error("folder_unreadable", extra={"folder": folder.path, "detail": error.strerror})
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self, folder: FolderSettings) -> None:
        """Take new files, and move those whose tickets have ended. Raises OSError."""
        base = Path(folder.path)
        for file in await asyncio.to_thread(self._whole_files, base):
            await self._take(folder, file)
        for file in await asyncio.to_thread(lambda: sorted((base / WAITING).iterdir())[:AT_ONCE]):
            await self._follow(base, file)

    def _whole_files(self, base: Path) -> list[Path]:
        """The files that did not change since the last look. Runs in a thread."""
        for name in (WAITING, DONE, FAILED):
            (base / name).mkdir(parents=True, exist_ok=True)
        seen: dict[Path, tuple[int, int]] = {}
        for file in sorted(base.iterdir()):
            if file.is_file() and not file.is_symlink() and not file.name.startswith("."):
                status = file.stat()
                seen[file] = status.st_size, status.st_mtime_ns
                if len(seen) >= AT_ONCE:
                    break
        whole = [file for file, now in seen.items() if self._sizes.get(file) == now]
        self._sizes = {**{f: s for f, s in self._sizes.items() if f.parent != base}, **seen}
        return whole

    async def _take(self, folder: FolderSettings, file: Path) -> None:
        limit = self._room.settings.server.max_frame_mib * _MIB
        base = Path(folder.path)
        try:
            size, changed = self._sizes[file]
            if size > limit:
                await asyncio.to_thread(_move, file, base / FAILED, f"over {limit} bytes")
                return
            body = await asyncio.to_thread(file.read_bytes)
            job_id = f"{file.name}@{changed}"
            order = Order(
                body, id=job_id, printer=folder.printer or None,
                format=BY_SUFFIX.get(file.suffix.casefold(), "printer"), origin=f"folder {folder.path}",
            )  # fmt: skip
            await self._room.verbs.submit(order)
            await asyncio.to_thread(_move, file, base / WAITING, "", f"{changed}_{file.name}")
        except (QueueFull, StorageUnavailable, RateLimited):
            return  # it stays, and is tried at the next look
        except TicketDaemonError as problem:
            text = problem.text(self._room.settings.server.lang)
            await asyncio.to_thread(_move, file, base / FAILED, text)

    async def _follow(self, base: Path, file: Path) -> None:
        changed, _, name = file.name.partition("_")
        try:
            job: Job = await self._room.verbs.job(f"{name}@{changed}")
        except UnknownJob:
            await asyncio.to_thread(_move, file, base / FAILED, "?", name)
            return
        if job.is_printed:
            await asyncio.to_thread(_move, file, base / DONE, "", name)
        elif job.is_final:
            reason = job.reason.text(self._room.settings.server.lang) if job.reason else str(job.state)
            await asyncio.to_thread(_move, file, base / FAILED, reason, name)


def _move(file: Path, folder: Path, reason: str, name: str = "") -> None:
    """Move a file without losing another of its name; `reason` stands beside it."""
    wanted = target = folder / (name or file.name)
    number = 1
    while target.exists():
        number += 1
        target = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
    file.rename(target)
    if reason:
        with contextlib.suppress(OSError):
            target.with_name(target.name + _REASON).write_text(reason + "\n", "utf-8")
