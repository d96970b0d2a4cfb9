"""A file descriptor that never blocks, in the event loop: how POSIX devices are written to and read.

It knows readiness; it does not know what kind of device it is or what the bytes mean. It promises that closing wakes
whoever waits for it, and that no watch is left behind for a number which the system gives to the next open file.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import sys
from typing import Final, Literal

log = logging.getLogger(__name__)

READ_AT_ONCE: Final = 4096
#: Files and connections that the process may have open, where the system lets it: 1,024, as it mostly is, can be used
#: up by pages, and then no printer's link opens any more.
OPEN_FILES: Final = 16_384


def raise_limit() -> None:
    """Let this process have more open, as far as its hard limit allows; Windows has no such limit."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError) as error:  # a sandbox may not let it
            log.warning("open_files_limited", extra={"limit": soft, "detail": str(error)})


class Descriptor:
    """Owns `fd`, which must be non-blocking. At most one task reads and one writes."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._waits: dict[Literal["read", "write"], asyncio.Future[None]] = {}
        self._closed = False

    async def write_some(self, data: bytes) -> int:
        """Hand over some of `data` and say how much, at least a byte. Raises OSError."""
        while True:
            self._check()
            try:
                return os.write(self.fd, data)
            except BlockingIOError:
                await self._until("write")

    async def read_some(self) -> bytes:
        """What has come; b"" at the end of it. Raises OSError."""
        while True:
            self._check()
            try:
                return os.read(self.fd, READ_AT_ONCE)
            except BlockingIOError:
                await self._until("read")

    def _check(self) -> None:
        if self._closed:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    async def _until(self, what: Literal["read", "write"]) -> None:
        loop = asyncio.get_running_loop()
        ready = self._waits[what] = loop.create_future()
        if what == "read":
            loop.add_reader(self.fd, _wake, ready)
        else:
            loop.add_writer(self.fd, _wake, ready)
        try:
            await ready
        finally:
            self._forget(what, ready)

    def _forget(self, what: Literal["read", "write"], ready: asyncio.Future[None]) -> None:
        """Stop watching; nothing is left to stop when `close` was first."""
        if self._waits.get(what) is not ready:
            return
        del self._waits[what]
        loop = asyncio.get_running_loop()
        if what == "read":
            loop.remove_reader(self.fd)
        else:
            loop.remove_writer(self.fd)

    def release(self) -> None:
        """Stop watching and wake whoever waits, with an error; the descriptor itself stays open."""
        self._closed = True
        for what, ready in tuple(self._waits.items()):
            self._forget(what, ready)
            _wake(ready)

    def close(self) -> None:
        """Release and close it; safe to call twice."""
        if not self._closed:
            self.release()
            os.close(self.fd)


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
