"""The daemon inside the test's process, where a test may pass the time and look at the parts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from ticket_daemon.daemon import Daemon
from ticket_daemon.settings import config as configuration

TIMEOUT_S = 20.0


@contextlib.asynccontextmanager
async def running(folder: Path, **sections: dict[str, Any]) -> AsyncIterator[Daemon]:
    """The daemon in this process, where a test may pass the time."""
    flags = {"server": {"port": 0}, "limits": {"jobs_per_minute": 0}, **sections}
    daemon = Daemon(configuration.load("test", None, {}, flags, folder))
    await daemon.start()
    try:
        yield daemon
    finally:
        await daemon.close()


def pass_time(daemon: Daemon, seconds: float) -> None:
    """Have the daemon look after its connections as it would so many seconds from now."""
    daemon.door.sweep(asyncio.get_running_loop().time() + seconds)


async def seen(condition: Any) -> None:
    """Wait until the daemon, in the same loop, has noticed something."""
    async with asyncio.timeout(TIMEOUT_S):
        while not condition():
            await asyncio.sleep(0)
