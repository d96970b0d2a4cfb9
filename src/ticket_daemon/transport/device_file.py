"""`file:///path`: a device file (`/dev/usb/lp0`), a FIFO, or a plain file that grows.

It knows file descriptors; it does not know what the bytes mean. It promises that a device which takes nothing blocks
nobody else, that each job opens and closes the file (another program may print in between), and that a plain file is
on disk when a write has ended.
"""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote
from urllib.request import url2pathname

from ticket_daemon.errors import LinkError
from ticket_daemon.transport.base import STALL_S, Capabilities, Link, LinkBroken

CHUNK: Final = 16 * 1024
_DEVICES: Final = Path("/dev")


class FileLink(Link):
    """A path that is written to."""

    capabilities = Capabilities("shared", False, "none", "none")

    def __init__(self, uri: SplitResult, stall_s: float = STALL_S) -> None:
        self._path = Path(url2pathname(uri.path) if sys.platform == "win32" else unquote(uri.path))
        self._stall_s = stall_s
        self._fd: int | None = None
        self._waits = False  #: a device or FIFO that may take bytes slowly
        self.port = str(self._path)

    @property
    def is_open(self) -> bool:
        return self._fd is not None

    async def open(self) -> None:
        await self.close()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
        try:
            self._waits = self._is_device()
            if self._waits:
                flags = (flags | os.O_NONBLOCK) & ~(os.O_CREAT | os.O_APPEND)
            elif _DEVICES in self._path.parents:
                flags &= ~os.O_CREAT  # a printer that is unplugged is not a file to be made
            self._fd = os.open(self._path, flags, 0o640)
        except PermissionError:
            raise LinkError("link.no_permission", port=self.port) from None
        except (OSError, ValueError) as error:  # ValueError: a path that no file can have
            detail = getattr(error, "strerror", None) or str(error)
            raise LinkError("link.cannot_open", port=self.port, detail=detail) from error

    def _is_device(self) -> bool:
        if sys.platform == "win32":
            return False
        try:
            mode = os.stat(self._path).st_mode
        except FileNotFoundError:
            return False
        return not stat.S_ISREG(mode)

    async def write(self, data: bytes) -> None:
        assert self._fd is not None
        if self._waits:
            await self._write_device(self._fd, data)
        else:
            await self._write_file(self._fd, data)

    async def _write_file(self, fd: int, data: bytes) -> None:
        try:
            # The thread has a descriptor of its own, which `close` cannot pull away when waiting for it is given up.
            await asyncio.to_thread(_write_all, os.dup(fd), data)
        except OSError as error:
            raise LinkBroken("link.broken", sent=len(data), port=self.port, detail=error.strerror) from error

    async def _write_device(self, fd: int, data: bytes) -> None:
        sent = 0
        try:
            while sent < len(data):
                try:
                    sent += os.write(fd, data[sent : sent + CHUNK])
                except BlockingIOError:
                    async with asyncio.timeout(self._stall_s):
                        await _writable(fd)
        except TimeoutError:
            raise LinkBroken("link.stalled", sent=sent, port=self.port, seconds=self._stall_s) from None
        except OSError as error:
            raise LinkBroken("link.broken", sent=sent, port=self.port, detail=error.strerror) from error

    async def end_job(self) -> None:
        await self.close()

    async def close(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


def _write_all(fd: int, data: bytes) -> None:
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]
        os.fsync(fd)
    finally:
        os.close(fd)


async def _writable(fd: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_writer(fd, wake)
    try:
        await ready
    finally:
        loop.remove_writer(fd)
