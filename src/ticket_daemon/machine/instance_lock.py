"""One daemon only: who has the data directory, and who has the port.

It knows lock files and listening sockets; it does not know what a daemon does. It promises that a lock ends with its
process however that ends, so that no stale one is ever in the way, and that what it says of somebody else's process is
a help for a person and never decides anything.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from ticket_daemon.errors import AlreadyRunning

#: Where the locked byte stands: behind the text, since Windows keeps others from reading what is locked.
LOCKED_BYTE: Final = 1 << 30
#: The state LISTEN in /proc/net/tcp (Linux include/net/tcp_states.h).
_LISTEN: Final = "0A"


def hold(path: Path) -> IO[str]:
    """Lock `path` for as long as the process lives or the file is open, and write our process id into it.

    Raises AlreadyRunning, which names the process that has it where it can be known.
    """
    try:
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise AlreadyRunning("start.no_data", folder=str(path.parent), detail=error.strerror or str(error)) from None
    try:
        _lock(file)
    except OSError:
        file.seek(0)
        owner = file.read(20).strip()
        file.close()
        if owner.isdigit():
            raise AlreadyRunning("start.data_taken_by", folder=str(path.parent), pid=int(owner)) from None
        raise AlreadyRunning("start.data_taken", folder=str(path.parent)) from None
    with contextlib.suppress(OSError):  # a full disk: the lock counts, not the text
        os.ftruncate(file.fileno(), 0)
        os.write(file.fileno(), f"{os.getpid()}\n".encode())
    return file


def _lock(file: IO[str]) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(file.fileno(), LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        os.lseek(file.fileno(), 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def who_listens(port: int) -> str:
    """The program and process that listen on a TCP port, as far as this user may know (Linux); "" otherwise."""
    try:
        wanted = {f"socket:[{inode}]" for inode in _listening(port)}
        for process in Path("/proc").iterdir():
            if process.name.isdigit() and _has_one_of(process, wanted):
                return f"{(process / 'comm').read_text('utf-8', 'replace').strip()}, pid {process.name}"
    except OSError:  # another system, or a process that ended meanwhile
        pass
    return ""


def _listening(port: int) -> Iterator[str]:
    """The inodes of the sockets that listen on `port`."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text("ascii").splitlines()[1:]:
                cells = line.split()
                if cells[3] == _LISTEN and int(cells[1].rpartition(":")[2], 16) == port:
                    yield cells[9]


def _has_one_of(process: Path, sockets: set[str]) -> bool:
    with contextlib.suppress(OSError):  # another user's
        for open_file in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                if str(open_file.readlink()) in sockets:
                    return True
    return False
