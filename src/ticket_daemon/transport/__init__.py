"""How bytes reach a printer: one link class per URI scheme, in an explicit table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ticket_daemon.errors import ConfigError
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.transport.base import Capabilities, JobRefused, Link, LinkBroken


def _socket(uri: SplitResult, profile: Profile) -> Link:
    from ticket_daemon.transport.raw_socket import SocketLink

    del profile
    return SocketLink(uri)


def _file(uri: SplitResult, profile: Profile) -> Link:
    from ticket_daemon.transport.device_file import FileLink

    del profile
    return FileLink(uri)


def _virtual(uri: SplitResult, profile: Profile) -> Link:
    from ticket_daemon.transport.virtual import VirtualLink

    return VirtualLink(uri, profile)


SCHEMES: Final[dict[str, Callable[[SplitResult, Profile], Link]]] = {
    "socket": _socket,
    "file": _file,
    "virtual": _virtual,
}


def check_uri(uri: str) -> None:
    """Raise ConfigError when no link could be made of `uri`."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError as error:
        raise ConfigError("config.uri", uri=uri, detail=str(error)) from None
    if parts.scheme not in SCHEMES:
        raise ConfigError("config.uri_scheme", uri=uri, schemes=", ".join(f"{s}://" for s in SCHEMES))
    if parts.scheme == "socket" and (not parts.hostname or port == 0):
        raise ConfigError("config.uri_host", uri=uri)
    if parts.scheme == "file" and not parts.path.strip("/"):
        raise ConfigError("config.uri_path", uri=uri)


def make_link(uri: str, profile: Profile) -> Link:
    """The link for a printer's URI. Raises ConfigError."""
    check_uri(uri)
    parts = urlsplit(uri)
    return SCHEMES[parts.scheme](parts, profile)


__all__ = ["SCHEMES", "Capabilities", "JobRefused", "Link", "LinkBroken", "check_uri", "make_link"]
