"""The dashboard's sessions, and who has to wait before trying a password again.

It knows session ids by digest, addresses and the time it is given; it does not know passwords, cookies or pages. It
promises that a session ends when its time is over or somebody logs out, that each wrong password makes the pause
longer, and that neither memory nor pauses can be filled up by strangers.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

Clock = Callable[[], float]

_ID_BYTES: Final = 32
#: Sessions at a time: more people than a shop has; then the oldest has to log in again.
MAX_SESSIONS: Final = 100
#: Wrong passwords that cost nothing but the time they took.
FREE_TRIES: Final = 4
#: The first pause in seconds; each further wrong password doubles it, up to the longest.
FIRST_PAUSE_S: Final = 15.0
LONGEST_PAUSE_S: Final = 3600.0
#: Seconds without a wrong password after which an address begins anew.
FORGOTTEN_AFTER_S: Final = 86_400.0
#: Addresses that are remembered.
REMEMBERED: Final = 4096


def _digest(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode("utf-8", "surrogatepass")).digest()


class Sessions:
    """Who is logged in. Ids are kept as digests: memory that leaks opens nothing."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self.seconds = seconds
        self._clock = clock
        self._ends: OrderedDict[bytes, float] = OrderedDict()

    def begin(self) -> str:
        """A new session's id, for its cookie."""
        session_id = secrets.token_urlsafe(_ID_BYTES)
        self._ends[_digest(session_id)] = self._clock() + self.seconds
        while len(self._ends) > MAX_SESSIONS:
            self._ends.popitem(last=False)
        return session_id

    def left(self, session_id: str | None) -> float:
        """Seconds that a session still has; 0 when it has ended or never was."""
        if not session_id:
            return 0.0
        end = self._ends.get(_digest(session_id))
        return max(0.0, end - self._clock()) if end is not None else 0.0

    def end(self, session_id: str) -> None:
        """Log out."""
        self._ends.pop(_digest(session_id), None)

    def end_all(self) -> None:
        """Log everybody out: the password is another one now."""
        self._ends.clear()


class _Tries(NamedTuple):
    wrong: int
    last: float


class Lockout:
    """Growing pauses for each address that gives wrong passwords."""

    def __init__(self, clock: Clock, remembered: int = REMEMBERED) -> None:
        self._clock = clock
        self._remembered = remembered
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def pause(self, client: str) -> float:
        """Seconds that this client still has to wait."""
        tries = self._tries.get(client)
        if tries is None or tries.wrong <= FREE_TRIES:
            return 0.0
        pause: float = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(tries.wrong - FREE_TRIES - 1, 30))
        return max(0.0, tries.last + pause - self._clock())

    def failed(self, client: str) -> float:
        """Count a wrong password; the seconds to wait now."""
        now = self._clock()
        tries = self._tries.get(client)
        if tries is None or now - tries.last > FORGOTTEN_AFTER_S:
            tries = _Tries(0, now)
        self._tries[client] = _Tries(tries.wrong + 1, now)
        self._tries.move_to_end(client)
        if len(self._tries) > self._remembered:
            self._tries.popitem(last=False)
        return self.pause(client)

    def succeeded(self, client: str) -> None:
        """The right password: everything is forgotten."""
        self._tries.pop(client, None)
