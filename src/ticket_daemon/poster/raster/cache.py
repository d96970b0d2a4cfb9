"""A cache of finished bytes, bounded by their size.

It knows keys, bytes and which were used last; it does not know what they mean. It promises to hold at most `limit`
bytes (keys and a fixed cost for each entry included) and to forget what was used longest ago first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

#: Bytes charged for an entry beside its value: the key, the objects and the dictionary's slot, roughly.
ENTRY_COST: Final = 512


class BytesCache:
    """Least recently used out first. `size` is what is charged now, in bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._entries: OrderedDict[Hashable, tuple[bytes, int]] = OrderedDict()  # value, cost

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> bytes | None:
        """The bytes kept under `key`, which are now the last used."""
        found = self._entries.get(key)
        if found is None:
            return None
        self._entries.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, value: bytes, key_bytes: int = 0) -> None:
        """Keep `value`; one larger than the whole cache is not kept. `key_bytes` is what a large key takes itself."""
        cost = len(value) + key_bytes + ENTRY_COST
        if cost > self.limit:
            return
        _, before = self._entries.pop(key, (b"", 0))
        self._entries[key] = (value, cost)
        self.size += cost - before
        while self.size > self.limit:
            _, (_, dropped) = self._entries.popitem(last=False)
            self.size -= dropped
