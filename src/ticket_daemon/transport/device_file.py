"""`file:///path`: a device file (`/dev/usb/lp0`), a FIFO, a plain file that grows; on Windows `file:///LPT1` as well.

It knows files; it does not know what the bytes mean. It promises that a device which takes nothing blocks nobody else,
that a plain file is on disk when a write has ended, and that what can only be written to is closed between jobs, so
that another program may print. A character device is read as well, where it can be, and stays open then.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import select
import stat
import sys
from pathlib import Path
from typing import Final
from urllib.parse import unquote
from urllib.request import url2pathname

from ticket_daemon.errors import LinkError
from ticket_daemon.transport.base import STALL_S, Capabilities, Link, LinkBroken
from ticket_daemon.transport.descriptors import Descriptor
from ticket_daemon.transport.permission import group_of
from ticket_daemon.transport.threads import CLOSE_S, Threads

CHUNK: Final = 16 * 1024
#: Of a port on Windows: when a write fails, so many bytes are in doubt.
PORT_CHUNK: Final = 1024
_DEVICES: Final = Path("/dev")
#: Names that mean a port on Windows, whatever stands before them.
_PORTS: Final = re.compile(r"(?:^|[/\\])((?:LPT|COM)\d{1,3}|PRN)$", re.IGNORECASE)
#: What a device says that cannot be read at all; it can still be written to.
_MUTE: Final = frozenset((errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP))
#: Seconds after which a device that answered with nothing at all (some do when idle) is read again.
NOTHING_S: Final = 0.5


def windows_name(path: str) -> str:
    r"""What Windows opens for a URI's path: `\\.\LPT1` for a port, else the file's own path."""
    if found := _PORTS.search(path):
        return rf"\\.\{found[1].upper()}"
    return url2pathname(path)


def _is_port(name: str) -> bool:
    return name.startswith("\\\\.\\")


class FileLink(Link):
    """A path that is written to and, if it is a device that answers, read."""

    capabilities = Capabilities("shared", True, "printer", "printer")

    def __init__(self, path: str, stall_s: float = STALL_S) -> None:
        self.port = windows_name(path) if sys.platform == "win32" else unquote(path)
        self._path = Path(self.port)
        self._stall_s = stall_s
        self._fd: int | None = None
        self._device: Descriptor | None = None  #: may take bytes slowly
        self._threads: Threads | None = None  #: for a port on Windows, which may take bytes slowly too
        self._gone = False
        self.two_way = sys.platform != "win32" and _DEVICES in self._path.parents  #: known for sure once it is open

    @property
    def is_open(self) -> bool:
        return self._fd is not None and not self._gone

    async def open(self) -> None:
        await self.close()
        try:
            if self._is_device():
                self._fd = self._open_device()
                self._device = Descriptor(self._fd)
            else:
                self._fd, self.two_way = self._open_file(), False
                self._threads = Threads(self.port) if _is_port(self.port) else None
        except PermissionError:
            if _is_port(self.port):  # Windows' word for a port that another program has
                raise LinkError("link.in_use", port=self.port) from None
            raise LinkError("link.no_permission", port=self.port, group=group_of(self.port)) from None
        except (OSError, ValueError) as error:  # ValueError: a path that no file can have
            number = getattr(error, "errno", None)
            if number == errno.EBUSY:
                raise LinkError("link.in_use", port=self.port) from None
            if number in (errno.ENOENT, errno.ENODEV) and _DEVICES in self._path.parents:
                raise LinkError("link.no_device", port=self.port) from None
            detail = getattr(error, "strerror", None) or str(error)
            raise LinkError("link.cannot_open", port=self.port, detail=detail) from error
        self._gone = False

    def _is_device(self) -> bool:
        if sys.platform == "win32":
            return False
        try:
            mode = os.stat(self._path).st_mode
        except FileNotFoundError:
            return False
        # A FIFO opened both ways would be read by ourselves.
        self.two_way = stat.S_ISCHR(mode)
        return not stat.S_ISREG(mode)

    def _open_device(self) -> int:
        if sys.platform == "win32":
            raise NotImplementedError  # `_is_device` says that there are none
        flags = os.O_NONBLOCK | os.O_NOCTTY
        if self.two_way:
            try:
                fd = os.open(self._path, flags | os.O_RDWR)
            except OSError as error:
                if error.errno == errno.EBUSY:
                    raise
                self.two_way = False
            else:
                self.two_way = _can_wait(fd)
                return fd
        return os.open(self._path, flags | os.O_WRONLY)

    def _open_file(self) -> int:
        flags = os.O_WRONLY | getattr(os, "O_BINARY", 0)
        # A printer that is unplugged, or a port, is not a file to be made.
        if _DEVICES not in self._path.parents and not _is_port(self.port):
            flags |= os.O_CREAT | os.O_APPEND
        # Not by the Path, which makes a folder of a port's name: \\.\LPT1\.
        return os.open(self.port, flags, 0o640)

    async def write(self, data: bytes) -> None:
        assert self._fd is not None
        if self._device is not None:
            await self._write_device(self._device, data)
        elif self._threads is not None:
            await self._write_port(self._fd, self._threads, data)
        else:
            await self._write_file(self._fd, data)

    async def _write_file(self, fd: int, data: bytes) -> None:
        try:
            # The thread has a descriptor of its own, which `close` cannot pull away when waiting for it is given up.
            await asyncio.to_thread(_write_all, os.dup(fd), data)
        except OSError as error:
            raise LinkBroken("link.broken", sent=len(data), port=self.port, detail=error.strerror) from error

    async def _write_port(self, fd: int, threads: Threads, data: bytes) -> None:
        """Windows' ports: each piece in a thread, since a printer without paper takes it when it has some again."""
        sent = 0
        try:
            while sent < len(data):
                async with asyncio.timeout(self._stall_s):
                    sent += await threads.do(os.write, fd, data[sent : sent + PORT_CHUNK])
        except TimeoutError:
            self._gone = True
            sent = min(sent + PORT_CHUNK, len(data))
            raise LinkBroken("link.stalled", sent=sent, port=self.port, seconds=self._stall_s) from None
        except OSError as error:
            sent = min(sent + PORT_CHUNK, len(data))
            raise LinkBroken("link.broken", sent=sent, port=self.port, detail=error.strerror) from error

    async def _write_device(self, device: Descriptor, data: bytes) -> None:
        sent = 0
        try:
            while sent < len(data):
                async with asyncio.timeout(self._stall_s):
                    sent += await device.write_some(data[sent : sent + CHUNK])
        except TimeoutError:
            raise LinkBroken("link.stalled", sent=sent, port=self.port, seconds=self._stall_s) from None
        except OSError as error:
            self._gone = True
            raise LinkBroken("link.broken", sent=sent, port=self.port, detail=error.strerror) from error

    async def read(self) -> bytes:
        assert self._device is not None
        while True:
            try:
                data = await self._device.read_some()
            except OSError as error:
                if error.errno in _MUTE:
                    await asyncio.get_running_loop().create_future()  # it never says anything
                self._gone = True
                return b""
            if data:
                return data
            await asyncio.sleep(NOTHING_S)

    async def end_job(self) -> None:
        if not self.two_way:
            await self.close()

    async def close(self) -> None:
        fd, self._fd = self._fd, None
        device, self._device = self._device, None
        threads, self._threads = self._threads, None
        if device is not None:
            device.close()
        elif threads is not None and fd is not None:
            await threads.close()
            with contextlib.suppress(TimeoutError, OSError):
                async with asyncio.timeout(CLOSE_S):  # a write that hangs holds it as well
                    await Threads(self.port).do(os.close, fd)
        elif fd is not None:
            os.close(fd)


def _can_wait(fd: int) -> bool:
    """Whether the system can say when there is something to read; /dev/null and its like are always ready."""
    if sys.platform != "linux":
        return True
    with select.epoll() as poll:
        try:
            poll.register(fd, select.EPOLLIN)
        except PermissionError:
            return False
    return True


def _write_all(fd: int, data: bytes) -> None:
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]
        os.fsync(fd)
    finally:
        os.close(fd)
