"""How one gets to the NATS server: address, credentials, TLS, and what its refusals mean.

It knows nats-py and what it raises; it does not know what is said over the connection. It promises that a connection
that is lost is noticed within a minute, that it is never mended behind its user's back (whoever needs it makes a new
one, and so has no state left over), and that the library is loaded by the first who connects.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import ipaddress
import logging
import os
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from ticket_daemon.errors import FleetRefused, FleetUnavailable

if TYPE_CHECKING:
    from nats.aio.client import Client

log = logging.getLogger(__name__)

CONNECT_S: Final = 5
#: Two unanswered pings end a connection: a router that forgot it says nothing (nats-py's own would take four minutes).
PING_S: Final = 20
UNANSWERED_PINGS: Final = 2
LEAVE_S: Final = 2.0
LOOK_S: Final = 1.0
#: How a file of credentials (JWT and seed) begins, and one with a bare nkey seed of a user.
_JWT_FILE: Final = "-----BEGIN NATS USER JWT-----"
_SEED: Final = "SU"


class Access(Struct, frozen=True):
    """Where the server is (several addresses parted by commas), and two files: credentials, and who signed its TLS."""

    url: str
    credentials: str = ""
    ca: str = ""


def need_library() -> None:
    """Raises FleetUnavailable where the NATS library is not installed; for those who would else try for ever."""
    if importlib.util.find_spec("nats") is None:
        raise FleetUnavailable("fleet.no_library")


async def connect(
    access: Access, called: str, inbox: str = "_INBOX", lost: Callable[[], None] = lambda: None
) -> Client:
    """A connection; `lost` is called once it has ended, whoever ended it.

    Raises FleetUnavailable when nobody answers or a file is missing, FleetRefused when the server does not let us in.
    """
    need_library()
    import nats.errors

    from ticket_daemon.fleet.wary import Wary

    async def closed() -> None:
        lost()

    async def trouble(error: Exception) -> None:
        problems.append(error)
        log.info("fleet_link_trouble", extra={"detail": said(error)})

    problems: list[Exception] = []
    options = _credentials(access.credentials) | _tls(access)
    client = Wary(only_tls="tls" in options and not access.url.startswith("wss://"))
    addresses = [address.strip() for address in access.url.split(",")]
    try:
        async with asyncio.timeout(2 * CONNECT_S * len(addresses)):
            await client.connect(
                addresses,
                name=called, inbox_prefix=inbox, allow_reconnect=False, connect_timeout=CONNECT_S, ping_interval=PING_S,
                # Without a limit the first connection is tried for ever, in here, whatever `allow_reconnect` says.
                max_reconnect_attempts=1, reconnect_time_wait=0,
                max_outstanding_pings=UNANSWERED_PINGS, closed_cb=closed, error_cb=trouble, **options,
            )  # fmt: skip
    except asyncio.CancelledError:  # the library leaves its socket open then
        await leave(client)
        raise
    except (nats.errors.Error, OSError, TimeoutError, ValueError) as error:
        await leave(client)
        problems.append(error)
        if any("authorization" in said(problem).lower() for problem in problems):
            raise FleetRefused("fleet.refused", url=shown(access.url)) from None
        told = next((problem for problem in problems if not isinstance(problem, nats.errors.NoServersError)), error)
        raise FleetUnavailable("fleet.unreachable", url=shown(access.url), detail=said(told)) from None
    return client


def _credentials(file: str) -> dict[str, Any]:
    if not file:
        return {}
    try:
        text = Path(file).read_text("utf-8")
    except (OSError, UnicodeError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise FleetUnavailable("fleet.credentials", file=file, detail=detail) from None
    if _JWT_FILE in text:
        return {"user_credentials": file}
    for line in map(str.strip, text.splitlines()):
        if line.startswith(_SEED):
            return {"nkeys_seed_str": line}
    raise FleetUnavailable("fleet.credentials", file=file, detail=f"{_JWT_FILE} / {_SEED}…")


def _tls(access: Access) -> dict[str, Any]:
    if not access.ca and not access.url.startswith(("tls://", "wss://")):
        return {}
    try:
        return {"tls": ssl.create_default_context(cafile=access.ca or None)}
    except (OSError, ssl.SSLError) as error:
        raise FleetUnavailable("fleet.credentials", file=access.ca, detail=str(error)) from None


def shown(url: str) -> str:
    """An address without what could be a password."""
    return ",".join(address.rpartition("@")[2] for address in url.split(","))


def is_in_the_clear(access: Access) -> bool:
    """Whether somebody between could read tickets: no TLS, to a server that is not on this machine."""
    addresses = [urlsplit(address.strip()) for address in access.url.split(",")]
    return not access.ca and any(
        address.scheme not in ("tls", "wss") and not _is_here(address.hostname or "") for address in addresses
    )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_open_to_others(file: str) -> bool:
    """Whether others of this machine may read a file, as far as its mode says it; Windows' modes say nothing."""
    try:
        return os.name != "nt" and bool(file) and Path(file).stat().st_mode & 0o077 != 0
    except OSError:
        return False


async def leave(connection: Client) -> None:
    """End a connection, whatever state it is in, within LEAVE_S."""
    with contextlib.suppress(Exception):  # it is given up; that it could not be ended in good order changes nothing
        # Seen when the server was killed: nats-py waits for ever for the end of a connection that has ended.
        await asyncio.wait_for(connection.close(), LEAVE_S)


async def ended(connection: Client) -> None:
    """Wait until a connection is over. It is looked at now and then: `lost` may hang where `leave` would."""
    while not connection.is_closed:  # noqa: ASYNC110 - it has no event for this
        await asyncio.sleep(LOOK_S)


def said(error: Exception) -> str:
    """What an error says, or at least what it is: some of the library's say nothing."""
    return str(error) or type(error).__name__
