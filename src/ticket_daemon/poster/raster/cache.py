"""Caches bounded by the bytes of what they hold: least recently used out first."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

#: Bytes charged for an entry beside its value: the key, the objects and the dictionary's slot, roughly.
ENTRY_COST: Final = 512

V = TypeVar("V")


class SizedCache(Generic[V]):
    """Holds at most `limit` bytes, keys and a fixed cost for each entry included. `size` is what is charged now."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._entries: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()  # value, cost

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> V | None:
        """What is kept under `key`, which is now the last used."""
        found = self._entries.get(key)
        if found is None:
            return None
        with contextlib.suppress(KeyError):  # another thread has just dropped it
            self._entries.move_to_end(key)
        return found[0]

    def keep(self, key: Hashable, value: V, size: int) -> None:
        """Keep `value`, which takes `size` bytes with its key; one larger than the whole cache is not kept."""
        cost = size + ENTRY_COST
        if cost > self.limit:
            return
        _, before = self._entries.pop(key, (value, 0))
        self._entries[key] = (value, cost)
        self.size += cost - before
        while self.size > self.limit and self._entries:
            _, (_, dropped) = self._entries.popitem(last=False)
            self.size -= dropped

    def made(self, key: Hashable, make: Callable[[], V], size: Callable[[V], int]) -> V:
        """What is kept under `key`, made and kept where there is nothing."""
        found = self.get(key)
        if found is None:
            found = make()
            self.keep(key, found, size(found))
        return found


class BytesCache(SizedCache[bytes]):
    """Of finished bytes."""

    def put(self, key: Hashable, value: bytes, key_bytes: int = 0) -> None:
        """Keep `value`; `key_bytes` is what a large key takes itself."""
        self.keep(key, value, len(value) + key_bytes)
