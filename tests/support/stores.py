"""A store as a twin to compare with."""

from __future__ import annotations

from ticket_daemon.queue.job import NewJob
from ticket_daemon.queue.store import Inserted, Store


class InTables(Store):
    """Keeps no job in memory: each change is made in the tables."""

    def insert(self, new: NewJob) -> Inserted:
        inserted = super().insert(new)
        self._flush()
        return inserted
