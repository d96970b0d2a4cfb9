"""A serial port where no event loop can wait for it (Windows): two threads of its own, one to write and one to read.

It knows pyserial; it does not know links. It promises that the event loop never waits for the port, and that closing
ends both threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from typing import Final

import serial

from ticket_daemon.transport.addresses import SerialAddress
from ticket_daemon.transport.serial_settings import unopened
from ticket_daemon.transport.threads import Threads

#: Bytes handed over at once: when a write times out, so many are in doubt.
CHUNK: Final = 512
#: Seconds after which a read that heard nothing looks whether it is to go on.
READ_S: Final = 0.25
if sys.platform == "win32":
    _GONE: Final[tuple[type[Exception], ...]] = (OSError, TypeError)
else:
    import termios

    #: What pyserial raises of a port that is closed or gone: besides OSError what it trips over.
    _GONE: Final[tuple[type[Exception], ...]] = (OSError, TypeError, termios.error)


def open_device(address: SerialAddress) -> serial.Serial:
    """Open the port with its settings; Windows gives it to one program at a time. Raises OSError with its number."""
    device = unopened(address, dsrdtr=address.flow == "dsrdtr")
    try:
        device.open()
    except serial.SerialException:
        # pyserial keeps Windows' reason as text only; asking once more gives its number.
        os.close(os.open(rf"\\.\{address.device}", os.O_RDWR))
        raise
    return device


#: The same, and the pool's word when it is closed.
_ENDED: Final[tuple[type[Exception], ...]] = (*_GONE, RuntimeError)


class ThreadPort:
    """An open port."""

    in_doubt = CHUNK

    def __init__(self, device: serial.Serial, stall_s: float) -> None:
        self._device = device
        device.timeout, device.write_timeout = READ_S, stall_s
        self._threads = Threads(f"serial {device.port}")

    async def write_some(self, data: bytes) -> int:
        """Hand over some of `data` and say how much. Raises OSError; TimeoutError when the printer takes nothing."""
        try:
            return await self._threads.do(self._write, data[:CHUNK])
        except serial.SerialTimeoutException:
            raise TimeoutError from None

    def _write(self, data: bytes) -> int:
        return self._device.write(data) or 0

    async def read_some(self) -> bytes:
        """What has come; b"" when the port is gone."""
        try:
            return await self._threads.do(self._read)
        except _ENDED:
            return b""

    def _read(self) -> bytes:
        while not self._threads.closing:
            if data := self._device.read(max(1, self._device.in_waiting)):
                return data
        return b""

    def waiting(self) -> int:
        """Bytes that the driver still holds. Raises OSError."""
        return self._device.out_waiting

    async def close(self) -> None:
        """Let go of it."""
        await self._threads.close(self._wake)
        await asyncio.to_thread(self._device.close)

    def _wake(self) -> None:
        with contextlib.suppress(*_GONE):
            self._device.cancel_read()
            self._device.cancel_write()
            self._device.reset_output_buffer()
