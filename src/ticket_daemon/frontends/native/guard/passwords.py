"""The dashboard's password: made into a hash, and compared with it.

It knows argon2 and its cost; it does not know who tries. It promises that one comparison runs at a time, in a thread of
its own, so that however many are asked for, tickets have the other threads and processors.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ticket_daemon.concurrency_limit import Turnstile

log = logging.getLogger(__name__)

#: The least that the OWASP Password Storage Cheat Sheet asks of argon2id: 19 MiB, two passes, one lane; some 30 ms.
_MEMORY_KIB: Final = 19 * 1024
_PASSES: Final = 2
_LANES: Final = 1
#: Comparisons that may wait for the one that runs.
WAITING: Final = 4
#: Characters of a password that are looked at at all.
MAX_LENGTH: Final = 1024
MIN_LENGTH: Final = 8


def hash_of(password: str) -> str:
    """What the configuration keeps of a password."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES).hash(password)


def _is(password: str, wanted: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error

    try:
        return PasswordHasher().verify(wanted, password)
    except ValueError:  # no hash at all; whoever tries is not told: that there is no way in is the technician's to know
        log.error("password_hash_unusable")
        return False
    except Argon2Error:
        return False


class Passwords:
    """Compares, one at a time."""

    def __init__(self) -> None:
        self._turnstile = Turnstile(1, WAITING)
        self._thread: ThreadPoolExecutor | None = None

    async def verify(self, password: str, wanted: str) -> bool:
        """Whether `password` is the one whose hash is `wanted`. Raises RateLimited when too many wait."""
        async with self._turnstile:
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, "password")
            return await asyncio.get_running_loop().run_in_executor(self._thread, _is, password[:MAX_LENGTH], wanted)
