"""How much one client may do: jobs in a minute, connections, lines in the log.

It knows keys (a token's name, an address) and the time it is given; it does not know sockets or messages. It promises
that whoever reconnects finds the count where it was, and that memory stays bounded however many clients come.
"""

from __future__ import annotations

import functools
import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from ticket_daemon.web.origins import address_of, is_loopback

Clock = Callable[[], float]

MINUTE_S: Final = 60.0
#: Clients that are remembered; who has been silent longest is forgotten first (some 200 bytes each).
REMEMBERED: Final = 4096
#: One customer of an IPv6 provider has at least this network to himself (RFC 6177), so its addresses are one client.
_IPV6_NETWORK_BITS: Final = 64


@functools.lru_cache(REMEMBERED)
def client_of(address: str) -> str:
    """What an address is counted under: IPv4 as it is, IPv6 as its /64 network."""
    parsed = address_of(address)
    if isinstance(parsed, ipaddress.IPv6Address) and not parsed.is_loopback:
        return str(ipaddress.IPv6Network((parsed, _IPV6_NETWORK_BITS), strict=False))
    return str(parsed) if parsed is not None else address


class Rate:
    """So many in a minute for each key, as a bucket that fills evenly: after a pause a minute's worth at once.

    `period_s`: in so many seconds, where it is no minute.
    """

    def __init__(self, per_minute: int, clock: Clock, remembered: int = REMEMBERED, period_s: float = MINUTE_S) -> None:
        self.per_minute = per_minute
        self._period_s = period_s
        self._clock = clock
        self._remembered = remembered
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key -> (left, when)

    def take(self, key: str) -> int:
        """Count one. 0 when it is within the limit, else the whole seconds until it will be."""
        if not self.per_minute:
            return 0
        now = self._clock()
        left = self._left(key, now)
        self._buckets[key] = (left - 1 if left >= 1 else left, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)
        return self._wait(left)

    def wait(self, key: str) -> int:
        """The whole seconds until one more is within the limit; counts nothing."""
        return self._wait(self._left(key, self._clock())) if self.per_minute else 0

    def _left(self, key: str, now: float) -> float:
        left, when = self._buckets.get(key, (float(self.per_minute), now))
        return min(self.per_minute, left + max(0.0, now - when) * self.per_minute / self._period_s)

    def _wait(self, left: float) -> int:
        return 0 if left >= 1 else max(1, math.ceil((1 - left) * self._period_s / self.per_minute))


class Places:
    """Connections: so many in all, so many for each client. This machine's own are never crowded out by others'."""

    def __init__(self, total: int, each: int) -> None:
        self.total = total
        self.each = each
        self._taken: dict[str, int] = {}
        self._others = 0

    def enter(self, client: str) -> bool:
        """Take a place; False when there is none."""
        near = is_loopback(client)
        mine = self._taken.get(client, 0)
        if mine >= self.each or (not near and self._others >= self.total):
            return False
        self._taken[client] = mine + 1
        self._others += not near
        return True

    def is_full_for(self, client: str) -> bool:
        """Whether this client has as many as one may have: room for it can come from its own only."""
        return self._taken.get(client, 0) >= self.each

    def leave(self, client: str) -> None:
        """Give a place back."""
        left = self._taken.get(client, 0) - 1
        if left > 0:
            self._taken[client] = left
        else:
            self._taken.pop(client, None)
        self._others -= not is_loopback(client)
