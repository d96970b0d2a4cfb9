"""Which web pages and which Host names may talk to the daemon.

It knows origins and names as browsers write them; it does not know requests, files or people. It promises that what is
not clearly allowed is not, and that two spellings of one origin are one origin.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Iterable
from typing import Final

#: scheme://host[:port], as RFC 6454 (6.1) writes an origin. No path, no user, no spaces.
_ORIGIN: Final = re.compile(r"([a-z][a-z0-9+.-]*)://(\[[0-9a-f:.]+\]|[^/@?#:\s\[\]\\*]+)(?::(\d{1,5}))?")
_DEFAULT_PORTS: Final = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
#: What a page without an origin of its own says: a sandboxed frame, a file opened from the disk.
OPAQUE: Final = "null"
#: A Host header (RFC 9110 7.2): an address in brackets or a name, then a port. No zone: browsers send none (URL 3.5).
_HOST: Final = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^/@?#:\s\[\]\\*%]+))(?::\d*)?")
#: Answers that are remembered: the same few pages and names come again and again.
_REMEMBERED: Final = 256
#: Longer origins are nobody's (a DNS name has at most 253 characters).
MAX_LENGTH: Final = 300


@functools.lru_cache(_REMEMBERED)
def normal(origin: str) -> str | None:
    """An origin in its one spelling (lower case, no default port, no slash at the end); None when it is none."""
    text = origin.strip().lower().removesuffix("/")
    if text == OPAQUE:
        return OPAQUE
    found = _ORIGIN.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if found is None:
        return None
    scheme, host, port = found.groups()
    number = str(int(port)) if port else _DEFAULT_PORTS.get(scheme)
    if number == _DEFAULT_PORTS.get(scheme):
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{number}"


@functools.lru_cache(_REMEMBERED)
def name_of(host: str) -> str:
    """The name or address in a Host header, without port, brackets or the root's dot, in lower case; "" for no host."""
    found = _HOST.fullmatch(host.strip().lower()) if len(host) <= MAX_LENGTH else None
    if found is None:
        return ""
    address, name = found.groups()
    return str(address) if address else str(name).removesuffix(".")


@functools.lru_cache(_REMEMBERED)
def is_loopback(name: str) -> bool:
    """Whether a name or address always means this machine (RFC 6761 6.3, RFC 1122 3.2.1.3, RFC 4291 2.5.3)."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = address_of(name)
    return address is not None and address.is_loopback


@functools.lru_cache(_REMEMBERED)
def address_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An IP address, IPv4 inside IPv6 as IPv4; None when it is none. The zone of an IPv6 address is left out."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0] if ":" in text else text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


class Hosts:
    """The names under which this daemon answers. A page that reached it under another name has been led here."""

    def __init__(self, machine: str, configured: Iterable[str]) -> None:
        short = machine.lower().partition(".")[0]
        own = (machine.lower(), short, f"{short}.local") if short else ()
        self._names = {"localhost", *own, *filter(None, map(name_of, configured))}

    def accepts(self, host: str, own_address: str) -> bool:
        """Whether a Host header names this daemon; `own_address` is where the connection arrived."""
        name = name_of(host)
        if name in self._names:
            return True
        address = address_of(name)
        return address is not None and (address.is_loopback or address == address_of(own_address))


class Origins:
    """The origins whose pages may talk to the daemon."""

    def __init__(self, configured: Iterable[str], paired: Iterable[str], *, loopback_pages: bool) -> None:
        self._configured = tuple(dict.fromkeys(filter(None, map(normal, configured))))
        self._paired = dict.fromkeys(filter(None, map(normal, paired)))
        self._loopback_pages = loopback_pages

    @property
    def configured(self) -> tuple[str, ...]:
        return self._configured

    @property
    def paired(self) -> tuple[str, ...]:
        return tuple(self._paired)

    def add(self, origin: str) -> bool:
        """Allow `origin` (in its normal spelling); False when it was allowed by pairing already."""
        new = origin not in self._paired
        self._paired[origin] = None
        return new

    def remove(self, origin: str) -> bool:
        """Take a paired origin back; False when it was none."""
        return self._paired.pop(origin, self) is None

    def allows(self, origin: str, own: str) -> bool:
        """Whether pages of `origin` may talk to the daemon, which the browser knows as `own`."""
        asked = normal(origin)
        if asked is None:
            return False
        if asked in self._configured or asked in self._paired:
            return True
        if asked == OPAQUE:
            return False
        scheme, _, host = asked.partition("://")
        if asked == normal(own):
            return True
        return self._loopback_pages and scheme in ("http", "https") and is_loopback(name_of(host))
