"""How bytes reach a printer: one link class per URI scheme, in an explicit table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import SplitResult

from msgspec import Struct

from ticket_daemon.errors import ConfigError
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.transport import addresses
from ticket_daemon.transport.base import Capabilities, JobRefused, Link, LinkBroken


def _socket(address: addresses.SocketAddress, _: Profile) -> Link:
    from ticket_daemon.transport.raw_socket import SocketLink

    return SocketLink(address)


def _file(path: str, _: Profile) -> Link:
    from ticket_daemon.transport.device_file import FileLink

    return FileLink(path)


def _serial(address: addresses.SerialAddress, _: Profile) -> Link:
    from ticket_daemon.transport.serial import SerialLink

    return SerialLink(address)


def _usb(address: addresses.UsbAddress, _: Profile) -> Link:
    from ticket_daemon.transport.usb import UsbLink

    return UsbLink(address)


def _cups(address: addresses.IppAddress, _: Profile) -> Link:
    from ticket_daemon.transport.cups import CupsLink

    return CupsLink(address)


def _virtual(name: str, profile: Profile) -> Link:
    from ticket_daemon.transport.virtual import VirtualLink

    return VirtualLink(name, profile)


def _winspool(address: addresses.WinspoolAddress, _: Profile) -> Link:
    from ticket_daemon.transport.winspool import WinspoolLink

    return WinspoolLink(address)


class Scheme(Struct, frozen=True):
    """How addresses of a scheme are read, and what link is made of one."""

    read: Callable[[SplitResult], Any]
    make: Callable[[Any, Profile], Link]


SCHEMES: Final[dict[str, Scheme]] = {
    "socket": Scheme(addresses.socket_address, _socket),
    "serial": Scheme(addresses.serial_address, _serial),
    "file": Scheme(addresses.file_path, _file),
    "usb": Scheme(addresses.usb_address, _usb),
    "cups": Scheme(addresses.cups_address, _cups),
    "ipp": Scheme(addresses.ipp_address, _cups),
    "winspool": Scheme(addresses.winspool_address, _winspool),
    "virtual": Scheme(addresses.virtual_name, _virtual),
}


def _read(uri: str) -> tuple[Scheme, Any]:
    parts = addresses.split(uri)
    scheme = SCHEMES.get(parts.scheme)
    if scheme is None:
        raise ConfigError("config.uri_scheme", uri=uri, schemes=", ".join(f"{s}://" for s in SCHEMES))
    return scheme, scheme.read(parts)


def check_uri(uri: str) -> None:
    """Raise ConfigError when no link could be made of `uri`."""
    _read(uri)


def make_link(uri: str, profile: Profile) -> Link:
    """The link for a printer's URI. Raises ConfigError."""
    scheme, address = _read(uri)
    return scheme.make(address, profile)


__all__ = ["SCHEMES", "Capabilities", "JobRefused", "Link", "LinkBroken", "check_uri", "make_link"]
