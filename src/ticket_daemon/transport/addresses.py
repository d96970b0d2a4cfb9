"""What a printer's URI says, scheme by scheme, as values.

It knows how addresses are written; it does not know whether anything is there. It promises a value with everything a
link needs, or a ConfigError that says how such an address is written; and it imports nothing heavy, since every
address is read when the daemon starts.
"""

from __future__ import annotations

import re
from typing import Final, Literal, get_args
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from msgspec import Struct

from ticket_daemon.errors import ConfigError

Flow = Literal["none", "rtscts", "dsrdtr", "xonxoff"]
Parity = Literal["none", "even", "odd"]
#: What pyserial and the systems' drivers take; a UART's divisor makes the rest impossible anyway.
BAUDS: Final = range(50, 4_000_001)
IPP_PORT: Final = 631  # RFC 8010, 5
RAW_PORT: Final = 9100


class SocketAddress(Struct, frozen=True):
    """`socket://host[:port]`."""

    host: str
    port: int


class SerialAddress(Struct, frozen=True):
    """`serial://COM3` or `serial:///dev/ttyUSB0`, with `?baud=…&flow=…&bytesize=…&parity=…&stopbits=…`."""

    device: str
    baud: int = 9600
    flow: Flow = "none"
    bytesize: Literal[7, 8] = 8
    parity: Parity = "none"
    stopbits: Literal[1, 2] = 1


class UsbAddress(Struct, frozen=True):
    """`usb://vid:pid[/serial]`: numbers in hexadecimal, as lsusb shows them."""

    vendor: int
    product: int
    serial: str = ""


class IppAddress(Struct, frozen=True):
    """`cups://queue`, `cups://host[:port]/queue`, `ipp://host[:port]/path`. No host: the CUPS of this machine."""

    path: str
    host: str = ""
    port: int = IPP_PORT
    raw: bool = True  #: CUPS is told to pass the bytes on as they are


class WinspoolAddress(Struct, frozen=True):
    """`winspool://Printer%20Name[?datatype=…]`. No datatype: the one that the printer's driver calls for."""

    name: str
    datatype: str = ""


def socket_address(uri: SplitResult) -> SocketAddress:
    host, port = _host_and_port(uri, RAW_PORT)
    if not host or uri.path.strip("/"):
        raise _wrong(uri, "config.uri_host")
    return SocketAddress(host, port)


def file_path(uri: SplitResult) -> str:
    """The path of `file:///path`, not yet in the system's own spelling."""
    if not uri.path.strip("/"):
        raise _wrong(uri, "config.uri_path")
    return uri.path


def virtual_name(uri: SplitResult) -> str:
    """The name of `virtual://name`."""
    return uri.hostname or "virtual"


def serial_address(uri: SplitResult) -> SerialAddress:
    device = unquote(uri.netloc) if not uri.path.strip("/") else unquote(uri.path) if not uri.netloc else ""
    if not device.strip("/"):
        raise _wrong(uri, "config.uri_serial")
    options = _options(uri, "config.uri_serial")
    try:
        baud = int(options.pop("baud", "9600"))
        bytesize, stopbits = int(options.pop("bytesize", "8")), int(options.pop("stopbits", "1"))
    except ValueError:
        raise _wrong(uri, "config.uri_serial") from None
    flow, parity = options.pop("flow", "none"), options.pop("parity", "none")
    if options or baud not in BAUDS or bytesize not in (7, 8) or stopbits not in (1, 2):
        raise _wrong(uri, "config.uri_serial")
    if flow not in get_args(Flow) or parity not in get_args(Parity):
        raise _wrong(uri, "config.uri_serial")
    return SerialAddress(device, baud, flow, bytesize, parity, stopbits)  # type: ignore[arg-type]


def usb_address(uri: SplitResult) -> UsbAddress:
    found = re.fullmatch(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})", uri.netloc)
    serial = unquote(uri.path).strip("/")
    if not found or "/" in serial or uri.query:
        raise _wrong(uri, "config.uri_usb")
    return UsbAddress(int(found[1], 16), int(found[2], 16), serial)


def cups_address(uri: SplitResult) -> IppAddress:
    # urlsplit().hostname is in lower case, and names of queues are not.
    named_alone = not uri.path.strip("/")
    queue = unquote(uri.netloc if named_alone else uri.path).strip("/")
    # CUPS's own rule for names (lpadmin): anything printable but space, "/" and "#". With a colon it is a host's port.
    if not queue or uri.query or uri.fragment or re.search(r"[\s/#?@:]", queue):
        raise _wrong(uri, "config.uri_cups")
    host, port = ("", IPP_PORT) if named_alone else _host_and_port(uri, IPP_PORT)
    return IppAddress(f"/printers/{queue}", host, port)


def ipp_address(uri: SplitResult) -> IppAddress:
    host, port = _host_and_port(uri, IPP_PORT)
    if not host or not uri.path.strip("/") or uri.query:
        raise _wrong(uri, "config.uri_ipp")
    return IppAddress(unquote(uri.path), host, port, raw=uri.path.startswith("/printers/"))


def winspool_address(uri: SplitResult) -> WinspoolAddress:
    # Names may have anything but a line's end in them; `\\\\computer\\printer` is another computer's.
    name = unquote(uri.netloc + uri.path).strip("/")
    options = _options(uri, "config.uri_winspool")
    datatype = options.pop("datatype", None)
    if not name.isprintable() or not name.strip("\\") or options or datatype == "" or uri.fragment:
        raise _wrong(uri, "config.uri_winspool")
    return WinspoolAddress(name, datatype or "")


def split(uri: str) -> SplitResult:
    """The parts of a URI. Raises ConfigError."""
    try:
        return urlsplit(uri)
    except ValueError as error:
        raise ConfigError("config.uri", uri=uri, detail=str(error)) from None


def _host_and_port(uri: SplitResult, default: int) -> tuple[str, int]:
    try:
        port = uri.port
    except ValueError as error:
        raise _wrong(uri, "config.uri", detail=str(error)) from None
    if port == 0:
        raise _wrong(uri, "config.uri_host")
    return uri.hostname or "", port or default


def _options(uri: SplitResult, key: str) -> dict[str, str]:
    pairs = parse_qsl(uri.query, keep_blank_values=True)
    if len(dict(pairs)) != len(pairs):
        raise _wrong(uri, key)
    return dict(pairs)


def _wrong(uri: SplitResult, key: str, **parameters: str) -> ConfigError:
    return ConfigError(key, uri=uri.geturl(), **parameters)
