"""`serial://COM3`, `serial:///dev/ttyUSB0?baud=38400&flow=xonxoff`: printers on a serial line.

It knows a line's settings and its flow control; it does not know what the bytes mean. It promises that nobody else has
the port meanwhile, that a printer which says stop (XOFF, CTS, DSR) is waited for and not overrun, that answers are
always read, and that a job has settled only when the system's driver has passed its last byte on.
"""

from __future__ import annotations

import asyncio
import errno
import sys
from typing import TYPE_CHECKING, Final, Protocol

from ticket_daemon.errors import LinkError
from ticket_daemon.transport.addresses import SerialAddress
from ticket_daemon.transport.base import OPEN_TIMEOUT_S, STALL_S, Capabilities, Link, LinkBroken
from ticket_daemon.transport.permission import group_of

if TYPE_CHECKING:
    import serial

#: Seconds between two looks at what the driver still holds.
LOOK_S: Final = 0.005
_IN_USE: Final = frozenset((errno.EBUSY, errno.EAGAIN))
_NOT_THERE: Final = frozenset((errno.ENOENT, errno.ENODEV, errno.ENXIO))


class Port(Protocol):
    """An open serial port as this system drives it: `serial_posix`, `serial_threads`."""

    #: Bytes of a write that failed which may have left nevertheless.
    in_doubt: int

    async def write_some(self, data: bytes) -> int:
        """Hand over some of `data` and say how much, at least a byte. Raises OSError, TimeoutError."""

    async def read_some(self) -> bytes:
        """What has come; b"" when the port is gone."""

    def waiting(self) -> int:
        """Bytes that the driver still holds. Raises OSError."""

    async def close(self) -> None:
        """Let go of it, whatever state it is in."""


class SerialLink(Link):
    """One serial port."""

    capabilities = Capabilities("exclusive", True, "printer", "printer")
    two_way = True

    def __init__(self, address: SerialAddress, stall_s: float = STALL_S, *, threads: bool = sys.platform == "win32"):
        self._address = address
        self._stall_s = stall_s
        self._threads = threads  #: event loops can wait for serial ports on POSIX only
        self._port: Port | None = None
        self._gone = False
        self.port = address.device

    @property
    def is_open(self) -> bool:
        return self._port is not None and not self._gone

    async def open(self) -> None:
        await self.close()
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                device = await asyncio.to_thread(self._open_device)
        except TimeoutError:
            raise LinkError("link.no_answer", port=self.port, seconds=OPEN_TIMEOUT_S) from None
        except (OSError, ValueError) as error:
            raise self._not_opened(error) from error
        self._port, self._gone = self._driven(device), False

    def _open_device(self) -> serial.Serial:
        if sys.platform == "win32":
            from ticket_daemon.transport.serial_threads import open_device
        else:
            from ticket_daemon.transport.serial_posix import open_device
        return open_device(self._address)

    def _driven(self, device: serial.Serial) -> Port:
        if sys.platform != "win32" and not self._threads:
            from ticket_daemon.transport.serial_posix import EventPort

            return EventPort(device, (lambda: bool(device.dsr)) if self._address.flow == "dsrdtr" else None)
        from ticket_daemon.transport.serial_threads import ThreadPort

        return ThreadPort(device, self._stall_s)

    def _not_opened(self, error: OSError | ValueError) -> LinkError:
        number = getattr(error, "errno", None)
        if number in _NOT_THERE:
            return LinkError("link.no_device", port=self.port)
        # Windows says "access denied" of a port that another program has; it has no rights on them.
        if number in _IN_USE or (number == errno.EACCES and sys.platform == "win32"):
            return LinkError("link.in_use", port=self.port)
        if number == errno.EACCES:
            return LinkError("link.no_permission", port=self.port, group=group_of(self.port))
        return LinkError("link.cannot_open", port=self.port, detail=getattr(error, "strerror", None) or str(error))

    async def write(self, data: bytes) -> None:
        port = self._port
        assert port is not None
        sent = 0
        try:
            while sent < len(data):
                async with asyncio.timeout(self._stall_s):
                    sent += await port.write_some(data[sent:])
        except TimeoutError:
            sent = min(sent + port.in_doubt, len(data))
            raise LinkBroken("link.stalled", sent=sent, port=self.port, seconds=self._stall_s) from None
        except OSError as error:
            raise self._broken(error, min(sent + port.in_doubt, len(data))) from error

    async def settled(self) -> None:
        """Until the driver has passed everything on; what a UART or an adapter holds then is some bytes at most."""
        if self._port is None:
            raise LinkBroken("link.broken", sent=1, port=self.port, detail="closed")
        try:
            left, still = self._port.waiting(), 0.0
            while left:
                await asyncio.sleep(LOOK_S)
                still += LOOK_S
                now = self._port.waiting()
                if now != left:
                    left, still = now, 0.0
                elif still >= self._stall_s:
                    raise LinkBroken("link.stalled", sent=1, port=self.port, seconds=self._stall_s)
        except OSError as error:
            raise self._broken(error, 1) from error

    def _broken(self, error: OSError, sent: int) -> LinkBroken:
        self._gone = True
        return LinkBroken("link.broken", sent=sent, port=self.port, detail=error.strerror or str(error))

    async def read(self) -> bytes:
        assert self._port is not None
        data = await self._port.read_some()
        if not data:
            self._gone = True
        return data

    async def close(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            await port.close()
