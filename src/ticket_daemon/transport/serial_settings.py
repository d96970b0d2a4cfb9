"""What an address says of a serial line, as pyserial wants it; the same on every system.

It knows pyserial's words for settings; it does not open anything. It promises that the same address means the same line
everywhere, whoever opens the port.
"""

from __future__ import annotations

from typing import Any, Final

import serial

from ticket_daemon.transport.addresses import SerialAddress

_ODD: Final = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}


def unopened(address: SerialAddress, **more: Any) -> serial.Serial:
    """The port at that address, with its settings and those that only one system has; not open yet."""
    device = serial.Serial(
        baudrate=address.baud,
        bytesize=address.bytesize,
        parity=_ODD[address.parity],
        stopbits=address.stopbits,
        xonxoff=address.flow == "xonxoff",
        rtscts=address.flow == "rtscts",
        **more,
    )
    device.port = address.device
    return device
