"""Telling systemd how the daemon is: sd_notify(3), spoken over its socket without a library.

It knows the datagrams and when the watchdog wants one; it does not know what health is. It promises to be silent
where nobody listens, and that the watchdog is fed from the event loop only while `healthy` says so: a loop that hangs
or a worker that died has the daemon started anew.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

#: A second chance within the watchdog's time, as sd_watchdog_enabled(3) advises.
SIGNS_PER_PERIOD = 2


class Notifier:
    """The service manager's ear; deaf when there is none."""

    def __init__(self, address: str = "", watchdog_s: float = 0.0) -> None:
        self._address = address
        self.watchdog_s = watchdog_s  #: 0: none is wanted

    @classmethod
    def of(cls, environ: Mapping[str, str], pid: int) -> Notifier:
        """What the variables NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID say to the process `pid`."""
        address = environ.get("NOTIFY_SOCKET", "")
        wanted = environ.get("WATCHDOG_USEC", "")
        # A one-file executable's daemon is the child of the process that systemd knows.
        meant = environ.get("WATCHDOG_PID", "") in ("", str(pid), str(os.getppid()))
        return cls(address, int(wanted) / 1e6 if wanted.isdigit() and meant else 0.0)

    def tell(self, *lines: str) -> None:
        """Send assignments such as "READY=1"; what cannot be sent is logged and changes nothing."""
        if not self._address or not hasattr(socket, "AF_UNIX"):
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
                ear.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            log.warning("notify_failed", extra={"detail": str(error)})

    async def feed(self, healthy: Callable[[], bool]) -> None:
        """Give the watchdog its sign of life, for as long as the daemon is healthy. Runs until cancelled."""
        if not self.watchdog_s:
            return
        was_healthy = True
        while True:
            if is_healthy := healthy():
                self.tell("WATCHDOG=1")
            elif was_healthy:
                log.error("watchdog_starves")
            was_healthy = is_healthy
            await asyncio.sleep(self.watchdog_s / SIGNS_PER_PERIOD)
