"""A USB bus without hardware: a backend of pyusb's, where libusb would be. All of pyusb above it is the real one."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import usb.backend
from usb.core import USBError, USBTimeoutError

BULK_OUT, BULK_IN = 0x01, 0x82
TIMEOUT = (-7, errno.ETIMEDOUT)  # libusb's number and the system's


def error(number: int) -> USBError:
    return USBError(f"[fake] {errno.errorcode[number]}", -1, number)


class FakeUsbPrinter:
    """One device: what it received, and how it behaves. `answer` makes answers of what comes."""

    def __init__(
        self,
        vendor: int = 0x04B8,
        product: int = 0x0E15,
        serial: str = "J3XB001",
        *,
        interfaces: tuple[tuple[int, int, int], ...] = ((7, 1, 2),),
        answer: Callable[[bytes], bytes] | None = None,
    ) -> None:
        self.vendor, self.product, self.serial = vendor, product, serial
        self.interfaces = interfaces  #: (class, subclass, protocol) of each alternate setting of interface 0
        self.answer = answer
        self.received = bytearray()
        self.answers = bytearray()
        self.port_status: int | None = 0x18  #: None: does not know the question
        self.plugged = True
        self.takes = True
        self.takes_at_most: int | None = None  #: bytes in all, until it has paper again
        self.vanish_after: int | None = None  #: bytes after which the cable is pulled
        self.kernel_driver = True
        self.kernel_driver_held = True
        self.claimed = False
        self.alternate = 0
        self.refuses: dict[str, int] = {}  #: step -> errno
        self.configured = True
        self.changed = threading.Condition()

    def wait_for(self, size: int, timeout: float = 20.0) -> bytes:
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.received) >= size, timeout):
                raise TimeoutError(f"{len(self.received)} of {size} bytes came")
            return bytes(self.received)

    def unplug(self) -> None:
        with self.changed:
            self.plugged = False
            self.changed.notify_all()

    def stall(self) -> None:
        self.takes = False

    @property
    def is_stalled(self) -> bool:
        return not self.takes or (self.takes_at_most is not None and len(self.received) >= self.takes_at_most)

    def say(self, data: bytes) -> None:
        with self.changed:
            self.answers += data
            self.changed.notify_all()

    # --- what the backend asks ---

    def check(self, step: str) -> None:
        if not self.plugged:
            raise error(errno.ENODEV)
        if step in self.refuses:
            raise error(self.refuses[step])

    def write(self, data: bytes, timeout_s: float) -> int:
        self.check("write")
        with self.changed:
            if self.is_stalled:
                self.changed.wait_for(lambda: not self.plugged or not self.is_stalled, timeout_s)
                self.check("write")
                if self.is_stalled:
                    raise USBTimeoutError("[fake] timeout", *TIMEOUT)
            if self.vanish_after is not None and len(self.received) + len(data) > self.vanish_after:
                self.received += data[: self.vanish_after - len(self.received)]
                self.plugged = False
                self.check("write")
            self.received += data
            if self.answer is not None:
                self.answers += self.answer(data)
            self.changed.notify_all()
        return len(data)

    def read(self, size: int, timeout_s: float) -> bytes:
        with self.changed:
            self.changed.wait_for(lambda: self.answers or not self.plugged, timeout_s)
            self.check("read")
            if not self.answers:
                raise USBTimeoutError("[fake] timeout", *TIMEOUT)
            data = bytes(self.answers[:size])
            del self.answers[:size]
            return data


class FakeUsb(usb.backend.IBackend):
    """The bus. Handles are the devices themselves."""

    def __init__(self, *devices: FakeUsbPrinter) -> None:
        self.devices = list(devices)

    def enumerate_devices(self) -> Iterator[FakeUsbPrinter]:
        return iter([device for device in self.devices if device.plugged])

    def get_device_descriptor(self, dev: FakeUsbPrinter) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=dev.vendor, idProduct=dev.product, bcdDevice=0x0100, iManufacturer=0,
            iProduct=0, iSerialNumber=3 if dev.serial else 0, bNumConfigurations=1, address=5, bus=1,
            port_number=1, port_numbers=(1,), speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: FakeUsbPrinter, config: int) -> Any:
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=0, bNumInterfaces=1, bConfigurationValue=1, iConfiguration=0,
            bmAttributes=0xC0, bMaxPower=1, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: FakeUsbPrinter, intf: int, alt: int, config: int) -> Any:
        if intf or alt >= len(dev.interfaces):
            raise IndexError
        kind, sub, protocol = dev.interfaces[alt]
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=alt,
            bNumEndpoints=1 if protocol == 1 else 2, bInterfaceClass=kind, bInterfaceSubClass=sub,
            bInterfaceProtocol=protocol, iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: FakeUsbPrinter, ep: int, intf: int, alt: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(BULK_OUT, BULK_IN)[ep], bmAttributes=2,
            wMaxPacketSize=64, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: FakeUsbPrinter) -> FakeUsbPrinter:
        dev.check("open")
        return dev

    def close_device(self, dev_handle: FakeUsbPrinter) -> None:
        pass

    def get_configuration(self, dev_handle: FakeUsbPrinter) -> int:
        dev_handle.check("configuration")
        return 1 if dev_handle.configured else 0

    def set_configuration(self, dev_handle: FakeUsbPrinter, config_value: int) -> None:
        dev_handle.configured = True

    def set_interface_altsetting(self, dev_handle: FakeUsbPrinter, intf: int, altsetting: int) -> None:
        dev_handle.alternate = altsetting

    def claim_interface(self, dev_handle: FakeUsbPrinter, intf: int) -> None:
        dev_handle.check("claim")
        if dev_handle.claimed or dev_handle.kernel_driver_held:
            raise error(errno.EBUSY)
        dev_handle.claimed = True

    def release_interface(self, dev_handle: FakeUsbPrinter, intf: int) -> None:
        dev_handle.claimed = False
        dev_handle.check("release")

    def is_kernel_driver_active(self, dev_handle: FakeUsbPrinter, intf: int) -> bool:
        return dev_handle.kernel_driver_held

    def detach_kernel_driver(self, dev_handle: FakeUsbPrinter, intf: int) -> None:
        dev_handle.check("detach")
        dev_handle.kernel_driver_held = False

    def attach_kernel_driver(self, dev_handle: FakeUsbPrinter, intf: int) -> None:
        dev_handle.check("attach")
        dev_handle.kernel_driver_held = True

    def bulk_write(self, dev_handle: FakeUsbPrinter, ep: int, intf: int, data: Any, timeout: int) -> int:
        assert (ep, dev_handle.claimed) == (BULK_OUT, True)
        return dev_handle.write(data.tobytes(), timeout / 1000)

    def bulk_read(self, dev_handle: FakeUsbPrinter, ep: int, intf: int, buff: Any, timeout: int) -> int:
        assert (ep, dev_handle.claimed) == (BULK_IN, True)
        data = dev_handle.read(len(buff), timeout / 1000)
        for at, byte in enumerate(data):
            buff[at] = byte
        return len(data)

    def ctrl_transfer(
        self, dev_handle: FakeUsbPrinter, bmRequestType: int, bRequest: int, wValue: int, wIndex: int,  # noqa: N803
        data: Any, timeout: int,
    ) -> int:  # fmt: skip
        dev_handle.check("control")
        if (bmRequestType, bRequest) == (0x80, 6):
            text = b"\x04\x03\x09\x04" if wValue & 0xFF == 0 else _string(dev_handle.serial)
        elif (bmRequestType, bRequest) == (0xA1, 1) and dev_handle.port_status is not None:
            text = bytes((dev_handle.port_status,))
        else:
            raise error(errno.EPIPE)
        for at, byte in enumerate(text[: len(data)]):
            data[at] = byte
        return min(len(text), len(data))


def _string(text: str) -> bytes:
    data = text.encode("utf-16-le")
    return bytes((len(data) + 2, 3)) + data
