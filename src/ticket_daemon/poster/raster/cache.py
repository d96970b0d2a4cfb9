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
        self._entries: OrderedDict[Hashable, bytes] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> bytes | None:
        """The bytes kept under `key`, which are now the last used."""
        found = self._entries.pop(key, None)
        if found is not None:
            self._entries[key] = found
        return found

    def put(self, key: Hashable, value: bytes) -> None:
        """Keep `value`; one larger than the whole cache is not kept."""
        cost = len(value) + ENTRY_COST
        if cost > self.limit:
            return
        before = self._entries.pop(key, None)
        if before is not None:
            self.size -= len(before) + ENTRY_COST
        self._entries[key] = value
        self.size += cost
        while self.size > self.limit:
            _, dropped = self._entries.popitem(last=False)
            self.size -= len(dropped) + ENTRY_COST
