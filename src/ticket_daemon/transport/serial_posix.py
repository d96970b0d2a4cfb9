"""A serial port on POSIX: in the event loop, without threads.

It knows termios and modem lines; it does not know links. It promises that XOFF stops the bytes in the kernel, and that
with DSR no more bytes are under way than a printer has room for when it says stop.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import sys
import termios
from collections.abc import Callable
from typing import Final

import serial

from ticket_daemon.transport.addresses import SerialAddress
from ticket_daemon.transport.descriptors import Descriptor
from ticket_daemon.transport.serial_settings import unopened

assert sys.platform != "win32"  # for the type checker: what follows is not looked at for Windows

#: Epson's printers say stop with some 128 bytes of room left (TM-T88 family, hardware specification: "buffer full");
#: half of that leaves as much for what an adapter holds.
IN_FLIGHT: Final = 64
#: Seconds between two looks at DSR, each twice the one before: the kernel has no flow control by it and tells no event
#: loop of its changes. 64 bytes take 5 ms at 115,200 baud.
FIRST_LOOK_S: Final = 0.002
LAST_LOOK_S: Final = 0.02


def open_device(address: SerialAddress) -> serial.Serial:
    """Open and lock the port, with its settings. Raises OSError, with EBUSY or EAGAIN where somebody else has it."""
    device = unopened(address, exclusive=True)
    try:
        device.open()
        # The lock keeps out those who ask for one; this keeps out everybody, but root.
        fcntl.ioctl(device.fileno(), termios.TIOCEXCL)
        _tune(device.fileno())
    except termios.error as error:
        device.close()
        raise OSError(*error.args) from error
    except OSError:
        device.close()
        raise
    return device


def _tune(fd: int) -> None:
    settings = termios.tcgetattr(fd)
    # pyserial's xonxoff works both ways; an XOFF of ours in the middle of a picture would be a dot of it.
    settings[0] &= ~termios.IXOFF
    # Reading nothing is then an error that says so, and an empty answer means that the line has hung up.
    settings[6][termios.VMIN] = 1
    termios.tcsetattr(fd, termios.TCSANOW, settings)


class EventPort:
    """An open port. `ready` is asked before each few bytes, where the printer steers by DSR."""

    in_doubt = 0  # the kernel takes bytes or says that it took none

    def __init__(self, device: serial.Serial, ready: Callable[[], bool] | None = None) -> None:
        self._device = device
        self._descriptor = Descriptor(device.fileno())
        self._ready = ready

    async def write_some(self, data: bytes) -> int:
        """Hand over some of `data` and say how much, at least a byte. Raises OSError."""
        if self._ready is None:
            return await self._descriptor.write_some(data)
        look = FIRST_LOOK_S
        while self.waiting() or not self._ready():
            await asyncio.sleep(look)
            look = min(2 * look, LAST_LOOK_S)
        return await self._descriptor.write_some(data[:IN_FLIGHT])

    async def read_some(self) -> bytes:
        """What has come; b"" when the port is gone."""
        try:
            return await self._descriptor.read_some()
        except OSError:
            return b""

    def waiting(self) -> int:
        """Bytes that the driver still holds. Raises OSError."""
        if not self._device.is_open:
            raise OSError(errno.EBADF, "closed")
        return self._device.out_waiting

    async def close(self) -> None:
        """Let go of it. What the driver still holds is thrown away: closing would wait for it, half a minute long."""
        self._descriptor.release()
        fd = self._device.fileno()
        with contextlib.suppress(termios.error, OSError):  # the port is gone, and what it held with it
            termios.tcflush(fd, termios.TCOFLUSH)
            fcntl.ioctl(fd, termios.TIOCNXCL)  # it would stay as long as any other program has the port open
        self._device.close()
