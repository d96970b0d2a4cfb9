"""`usb://vid:pid[/serial]`: a USB printer reached by libusb, without a driver in between (Linux).

It knows USB's printer class; it does not know what the bytes mean. It promises that nobody else has the printer
meanwhile (the kernel's own driver is asked to let go and given it back), that answers are always read, that a write
says how much may have left when the cable was pulled, and that a printer one may not use names the rule to add.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import errno
import time
from typing import Any, Final

from ticket_daemon.errors import LinkError
from ticket_daemon.transport.addresses import UsbAddress
from ticket_daemon.transport.base import OPEN_TIMEOUT_S, STALL_S, Capabilities, Link, LinkBroken
from ticket_daemon.transport.threads import Threads

#: Bytes handed to libusb at once: when the cable is pulled meanwhile, so many are in doubt.
CHUNK: Final = 4096
#: Milliseconds after which a transfer that goes on is looked at: how soon closing is heard.
TRANSFER_MS: Final = 250
#: Seconds between two reads of a printer that answers at once with nothing, as some do.
NOTHING_S: Final = 0.05

# USB Device Class Definition for Printing Devices 1.1
PRINTER_CLASS: Final = 7
VENDOR_CLASS: Final = 0xFF
#: bInterfaceProtocol, the best first: bidirectional, unidirectional, IEEE 1284.4 (packets, which we do not speak).
_PROTOCOLS: Final = {2: 0, 1: 1}
GET_PORT_STATUS: Final = 1
_CLASS_IN: Final = 0xA1  # device to host, class, interface
#: Bits of the port status (4.2.2): as on the parallel port.
PAPER_EMPTY: Final = 0x20
SELECTED: Final = 0x10
NOT_ERROR: Final = 0x08

_DENIED: Final = frozenset((errno.EACCES, errno.EPERM))
_GONE: Final = frozenset((errno.ENODEV, errno.ENOENT, errno.EIO))


def port_reasons(status: int) -> tuple[str, ...]:
    """What a port status says is the matter. 0 is what printers answer that do not know: no reason."""
    if status == 0:
        return ()
    if status & PAPER_EMPTY:
        return ("media-empty",)
    if not status & SELECTED:
        return ("offline",)
    return () if status & NOT_ERROR else ("error",)


class UsbLink(Link):
    """One USB printer. `backend` is pyusb's; None means libusb."""

    capabilities = Capabilities("exclusive", True, "printer", "printer")

    def __init__(self, address: UsbAddress, stall_s: float = STALL_S, backend: Any = None) -> None:
        self._address = address
        self._stall_s = stall_s
        self._backend = backend
        self._claim: _Claim | None = None
        self._threads: Threads | None = None
        self._gone = False
        # Instance attributes: known once it is open.
        self.two_way = True
        self.tells = True
        serial = f"/{address.serial}" if address.serial else ""
        self.port = f"USB {address.vendor:04x}:{address.product:04x}{serial}"

    @property
    def is_open(self) -> bool:
        return self._claim is not None and not self._gone

    async def open(self) -> None:
        await self.close()
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                claim = await asyncio.to_thread(self._find_and_claim)
        except TimeoutError:
            raise LinkError("link.no_answer", port=self.port, seconds=OPEN_TIMEOUT_S) from None
        self._claim, self._threads, self._gone = claim, Threads(self.port), False
        self.two_way = claim.reads is not None

    def _find_and_claim(self) -> _Claim:
        try:
            import usb.core
        except ImportError:
            raise LinkError("link.no_libusb", port=self.port) from None
        try:
            return _Claim(self._find())
        except usb.core.NoBackendError:
            raise LinkError("link.no_libusb", port=self.port) from None
        except OSError as error:  # USBError is one
            raise self._not_opened(error) from error

    def _find(self) -> Any:
        import usb.core

        wanted = self._address
        found = usb.core.find(find_all=True, backend=self._backend, idVendor=wanted.vendor, idProduct=wanted.product)
        for device in found:
            if not wanted.serial or _serial_of(device) == wanted.serial:
                return device
        raise OSError(errno.ENODEV, "no such device")

    def _not_opened(self, error: OSError) -> LinkError:
        if error.errno in _DENIED:
            ids = {"vendor": f"{self._address.vendor:04x}", "product": f"{self._address.product:04x}"}
            return LinkError("link.usb_permission", port=self.port, **ids)
        if error.errno == errno.EBUSY:
            return LinkError("link.in_use", port=self.port)
        if error.errno in _GONE:
            return LinkError("link.no_device", port=self.port)
        return LinkError("link.cannot_open", port=self.port, detail=error.strerror or str(error))

    async def write(self, data: bytes) -> None:
        assert self._claim is not None
        assert self._threads is not None
        sent, moved = 0, time.monotonic()
        while sent < len(data):
            chunk = data[sent : sent + CHUNK]
            try:
                taken = await self._threads.do(self._claim.write, chunk)
            except (OSError, RuntimeError) as error:
                self._gone = True
                detail = getattr(error, "strerror", None) or str(error)
                # Of the piece under way nobody knows how much left.
                raise LinkBroken("link.broken", sent=sent + len(chunk), port=self.port, detail=detail) from error
            sent += taken
            if taken or await self._says_why():
                moved = time.monotonic()
            elif time.monotonic() - moved >= self._stall_s:
                raise LinkBroken("link.stalled", sent=sent, port=self.port, seconds=self._stall_s)

    async def _says_why(self) -> bool:
        """Whether a printer that takes nothing says what it waits for: then it is waited for as well."""
        try:
            reasons = await self.reasons() if self.tells else ()
        except LinkBroken:  # the write that follows finds the same, and knows how much may have left
            return False
        if reasons:
            self.heard(reasons)
        return bool(reasons)

    async def read(self) -> bytes:
        assert self._claim is not None
        assert self._threads is not None
        try:
            data = await self._threads.do(self._claim.read, self._threads)
        except (OSError, RuntimeError):
            data = b""
        if not data:
            self._gone = True
        return data

    async def reasons(self) -> tuple[str, ...]:
        """The port status, which also printers without answers of their own have. Raises LinkBroken."""
        if self._claim is None or self._threads is None:
            raise LinkBroken("link.broken", sent=0, port=self.port, detail="closed")
        try:
            return port_reasons(await self._threads.do(self._claim.port_status))
        except (OSError, RuntimeError) as error:
            if getattr(error, "errno", None) in (errno.EPIPE, errno.ETIMEDOUT):
                self.tells = False  # a printer that does not know the question
                return ()
            self._gone = True
            raise LinkBroken("link.no_device", sent=0, port=self.port) from error

    async def close(self) -> None:
        claim, self._claim = self._claim, None
        threads, self._threads = self._threads, None
        if threads is not None:
            await threads.close()
        if claim is not None:
            await asyncio.to_thread(claim.release)


class _Claim:
    """A device whose printer interface is ours. All of it blocks, and raises OSError (pyusb's USBError is one)."""

    def __init__(self, device: Any) -> None:
        import usb.util

        self._device = device
        interface = _printer_interface(device)
        self._number: int = interface.bInterfaceNumber
        self._detached = False
        try:
            self._take_from_kernel()
            usb.util.claim_interface(device, self._number)
            if interface.bAlternateSetting:
                device.set_interface_altsetting(self._number, interface.bAlternateSetting)
        except BaseException:
            self.release()
            raise
        self._writes: int = _endpoint(interface, usb.util.ENDPOINT_OUT)
        reads = _endpoint(interface, usb.util.ENDPOINT_IN)
        self.reads: int | None = reads or None
        self._room = array.array("B", bytes(512))  # a whole packet of the fastest bulk endpoint

    def _take_from_kernel(self) -> None:
        with contextlib.suppress(NotImplementedError):  # libusb has no such thing on Windows
            if self._device.is_kernel_driver_active(self._number):
                self._device.detach_kernel_driver(self._number)
                self._detached = True

    def write(self, data: bytes) -> int:
        """How much was taken before the transfer was looked at."""
        import usb.core

        try:
            return int(self._device.write(self._writes, data, TRANSFER_MS))
        except usb.core.USBTimeoutError:
            return 0

    def read(self, threads: Threads) -> bytes:
        import usb.core

        while not threads.closing:
            try:
                if size := self._device.read(self.reads, self._room, TRANSFER_MS):
                    return self._room[:size].tobytes()
                time.sleep(NOTHING_S)
            except usb.core.USBTimeoutError:
                continue
        return b""

    def port_status(self) -> int:
        answer = self._device.ctrl_transfer(_CLASS_IN, GET_PORT_STATUS, 0, self._number, 1, TRANSFER_MS)
        return int(answer[0]) if len(answer) else 0

    def release(self) -> None:
        import usb.util

        with contextlib.suppress(OSError):
            usb.util.release_interface(self._device, self._number)
        if self._detached:
            with contextlib.suppress(OSError, NotImplementedError):
                self._device.attach_kernel_driver(self._number)
        with contextlib.suppress(OSError):
            usb.util.dispose_resources(self._device)


def _serial_of(device: Any) -> str:
    try:
        return device.serial_number or ""
    except ValueError as error:  # pyusb's word for strings that may not be read
        raise OSError(errno.EACCES, str(error)) from None


def _printer_interface(device: Any) -> Any:
    """The best interface: of the printer class and bidirectional; else one of the vendor's own with a bulk endpoint."""
    import usb.util

    interfaces = [found for found in _active(device) if _endpoint(found, usb.util.ENDPOINT_OUT)]
    printers = [found for found in interfaces if found.bInterfaceClass == PRINTER_CLASS]
    printers = [found for found in printers if found.bInterfaceProtocol in _PROTOCOLS]
    own = [found for found in interfaces if found.bInterfaceClass == VENDOR_CLASS]
    if not printers and not own:
        raise OSError(errno.ENXIO, "no printer interface")
    return min(printers, key=lambda found: _PROTOCOLS[found.bInterfaceProtocol]) if printers else own[0]


def _active(device: Any) -> Any:
    import usb.core

    try:
        return device.get_active_configuration()
    except usb.core.USBError as error:
        if error.errno in _DENIED | _GONE:
            raise
        device.set_configuration()  # nobody has chosen one yet
        return device.get_active_configuration()


def _endpoint(interface: Any, direction: int) -> int:
    """The address of the first bulk endpoint in that direction; 0 when there is none."""
    import usb.util

    for endpoint in interface:
        address: int = endpoint.bEndpointAddress
        bulk = usb.util.endpoint_type(endpoint.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
        if bulk and usb.util.endpoint_direction(address) == direction:
            return address
    return 0
