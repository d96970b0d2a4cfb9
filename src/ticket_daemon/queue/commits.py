"""Everything that waits is committed in one transaction (group commit), by one writer at a time.

It knows operations and the store; it does not know what an operation means. It promises that operations take effect
in the order they were given, that none is reported done before it is safely on disk, and that when a commit fails
every operation in it is reported failed and has left no trace.

Who commits: a thread, so that a slow disk delays nobody; or, as long as the disk is quick, the event loop itself at
the end of a turn. Waking a thread and being woken again costs more than a quick disk's sync (measured: 0.2 ms against
0.1 ms on a virtual machine), so the thread takes over only after a commit that was slow, for a second and twice as
long each time it happens again, and for operations that are heavy in themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from ticket_daemon.errors import StorageFull, StorageUnavailable
from ticket_daemon.queue.store import NewerSchema, Store

log = logging.getLogger(__name__)

#: Turns of the event loop that a transaction waits for company. A turn with nothing to do takes microseconds; with many
#: clients each brings several operations, and a sync is paid once for all of them (measured: a third fewer commits).
GATHER_TURNS = 2
#: A commit that takes longer than this makes the thread take over; a person notices a tenth of a second.
SLOW_S = 0.02
#: How long the thread keeps the work after a slow commit: at first (a quick disk has its moments too), and at most.
FIRST_ASIDE_S = 1.0
LAST_ASIDE_S = 60.0

T = TypeVar("T")
Operation = Callable[[Store], Any]
Done = Callable[[Any, StorageUnavailable | None], None]

#: The part of SQLite's result code that names the kind; the rest says which system call (sqlite.org/rescode.html).
PRIMARY_CODE: Final = 0xFF
#: In trouble the disk is tried again so often, also when nobody asks for anything.
AGAIN_S: Final = 1.0
#: Operations after which a transaction takes no more, so that the first of a flood does not wait for the last.
MAX_BATCH = 256


class Committer:
    """Runs operations on the database and reports back in the event loop."""

    def __init__(self, path: Path | str) -> None:
        self._path = path
        self._gathered: list[tuple[Operation, Done]] = []  #: what this turn of the event loop has asked for
        self._heavy = False  #: something in it takes long whatever the disk does
        self._aside = 0  #: batches given to the thread and not yet reported
        self._inline_from = 0.0  #: when the loop may commit by itself again
        self._aside_s = FIRST_ASIDE_S  #: how long it may not, after the next slow commit
        self._waiting: queue.SimpleQueue[list[tuple[Operation, Done]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="queue-commits", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._trying: asyncio.TimerHandle | None = None  #: when the disk is tried again
        self._closing = False
        self._store: Store | None = None
        self.trouble: str | None = None  #: what the last commit failed of; None when it went well
        self.timed: Callable[[float], None] = _unheard  #: hears how long each transaction took (s), in who commits it

    def open(self, recover: Callable[[Store], T]) -> T:
        """Open the database, commit what `recover` does to it, start the thread; what `recover` returned.

        A damaged one is set aside, with its name in the log. Raises StorageUnavailable; StorageFull, which leaves
        everything as it was, where the disk has no room and another try may go well.
        """
        self._loop = asyncio.get_running_loop()
        try:
            store, result = self._opened(recover)
        except NewerSchema as error:
            raise StorageUnavailable("storage.newer", file=str(self._path), detail=str(error)) from error
        except sqlite3.OperationalError as error:
            if not lacks_room(error, Path(self._path)):
                raise StorageUnavailable("storage.cannot_open", file=str(self._path), detail=str(error)) from error
            self._in_trouble(error)
            raise StorageFull("storage.cannot_open", file=str(self._path), detail=str(error)) from error
        self._store = store
        self._recovered()
        self._thread.start()
        return result

    def _opened(self, recover: Callable[[Store], T]) -> tuple[Store, T]:
        try:
            store = Store.open(self._path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            kept = set_aside(Path(self._path))
            log.error("database_set_aside", extra={"kept_as": str(kept), "detail": str(error)})
            store = Store.open(self._path)
        try:
            store.begin()
            result = recover(store)
            store.commit()
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # what it was for is said already
                store.close()
            raise
        return store, result

    async def close(self) -> None:
        """Finish what waits, refuse what comes now, close the database. Safe when it was never opened."""
        if self._store is None:
            return
        self._closing = True
        if self._trying is not None:
            self._trying.cancel()
        self._heavy = True
        self._hand_over()
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)

    def submit(self, operation: Operation, done: Done, *, heavy: bool = False) -> None:
        """Have `operation` run; `done(result, error)` is called in the event loop after its commit.

        All that is asked for within a few turns of the loop goes into one transaction.
        """
        assert self._loop is not None
        if self._store is None or self._closing:  # not opened yet, for want of room; or the thread's alone by now
            refusal = StorageUnavailable("storage.cannot_write", detail=self.trouble or "closed")
            self._loop.call_soon(done, None, refusal)
            return
        if not self._gathered:
            self._loop.call_soon(self._soon, GATHER_TURNS)
        self._gathered.append((operation, done))
        self._heavy |= heavy

    def _soon(self, turns: int) -> None:
        assert self._loop is not None
        if turns:
            self._loop.call_soon(self._soon, turns - 1)
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        batch, self._gathered = self._gathered, []
        heavy, self._heavy = self._heavy, False
        if not batch:
            return
        if heavy or self._aside or time.monotonic() < self._inline_from:
            self._aside += 1
            self._waiting.put(batch)
        else:
            _call(self._timed(batch))
            self._try_again_later()

    def _timed(self, batch: list[tuple[Operation, Done]]) -> list[tuple[Done, Any, StorageUnavailable | None]]:
        begun = time.monotonic()
        reports = self._commit(batch)
        took = time.monotonic() - begun
        if took > SLOW_S:
            if begun - self._inline_from > LAST_ASIDE_S:  # all was well for long
                self._aside_s = FIRST_ASIDE_S
            self._inline_from = begun + took + self._aside_s
            self._aside_s = min(2 * self._aside_s, LAST_ASIDE_S)
        self.timed(took)
        return reports

    async def run(self, operation: Callable[[Store], T], *, heavy: bool = False) -> T:
        """Run `operation` and wait for its commit. Raises StorageUnavailable."""
        assert self._loop is not None
        future: asyncio.Future[T] = self._loop.create_future()

        def done(result: T, error: StorageUnavailable | None) -> None:
            if future.cancelled():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

        self.submit(operation, done, heavy=heavy)
        return await future

    # --- in the thread ---

    def _run(self) -> None:
        assert self._store is not None
        more = True
        while more:
            batch, taken, more = self._gather()
            if batch:
                self._report(self._timed(batch), taken)
        self._store.close()

    def _gather(self) -> tuple[list[tuple[Operation, Done]], int, bool]:
        """What waits now (at least one batch, waiting for it), how many batches that is, whether there may be more."""
        batch: list[tuple[Operation, Done]] = []
        taken = 0
        items = self._waiting.get()
        while items is not None:
            batch += items
            taken += 1
            if len(batch) >= MAX_BATCH:
                return batch, taken, True
            try:
                items = self._waiting.get_nowait()
            except queue.Empty:
                return batch, taken, True
        return batch, taken, False

    def _commit(self, batch: list[tuple[Operation, Done]]) -> list[tuple[Done, Any, StorageUnavailable | None]]:
        assert self._store is not None
        try:
            self._store.begin()
            results = [operation(self._store) for operation, _ in batch]
            is_written = self._store.commit()
        except Exception as error:  # noqa: BLE001 - the edge of the thread: whatever went wrong, nobody may wait for ever
            with contextlib.suppress(sqlite3.Error):  # `begin` tries again
                self._store.rollback()
            self._in_trouble(error)
            failure = StorageUnavailable("storage.cannot_write", detail=str(error))
            return [(done, None, failure) for _, done in batch]
        if is_written:  # to have read says nothing of whether the disk takes anything
            self._recovered()
        return [(done, result, None) for (_, done), result in zip(batch, results, strict=True)]

    def _in_trouble(self, error: Exception) -> None:
        """Say once what the disk does not do."""
        if self.trouble is None:
            log.error("storage_trouble", extra={"detail": str(error)}, exc_info=not isinstance(error, sqlite3.Error))
        self.trouble = str(error)

    def _recovered(self) -> None:
        if self.trouble is not None:
            log.info("storage_recovered")
            self.trouble = None

    def _report(self, reports: list[tuple[Done, Any, StorageUnavailable | None]], taken: int) -> None:
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(self._reported, reports, taken)
        except RuntimeError:  # the loop is closed: the process is ending and nobody is left to tell
            log.debug("nobody_to_tell", extra={"reports": len(reports)})

    def _reported(self, reports: list[tuple[Done, Any, StorageUnavailable | None]], taken: int) -> None:
        self._aside -= taken
        _call(reports)
        self._try_again_later()

    def _try_again_later(self) -> None:
        if self.trouble is not None and self._trying is None and not self._closing:
            assert self._loop is not None
            self._trying = self._loop.call_later(AGAIN_S, self._try_again)

    def _try_again(self) -> None:
        self._trying = None
        if self.trouble is not None:
            self.submit(Store.touch, _tried)


def _tried(_: object, error: StorageUnavailable | None) -> None:
    """The trouble, or its end, has been said where it was found."""


def _unheard(_: float) -> None:
    pass


def lacks_room(error: sqlite3.OperationalError, path: Path) -> bool:
    """Whether a database could not be opened because nothing can be written to its disk, not because of what it is."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & PRIMARY_CODE
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return True
    if code != sqlite3.SQLITE_CANTOPEN:
        return False
    probe = path.with_name(f"{path.name}.room")  # SQLite does not say why it could not make a file
    try:
        probe.write_bytes(b"?")
    except OSError as refused:
        return refused.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
    return False


def set_aside(path: Path) -> Path:
    """Rename a database that cannot be read, and what belongs to it, so that a person can look; its new name."""
    when, again = time.strftime("%Y%m%d-%H%M%S"), 1
    kept = path.with_name(f"{path.stem}.damaged-{when}{path.suffix}")
    while kept.exists():  # the same second, or a clock set back: what was kept before stays
        again += 1
        kept = path.with_name(f"{path.stem}.damaged-{when}-{again}{path.suffix}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(kept.with_name(kept.name + suffix))
    return kept


def _call(reports: list[tuple[Done, Any, StorageUnavailable | None]]) -> None:
    for done, result, error in reports:
        try:
            done(result, error)
        except Exception:  # one listener's mistake must not cost the others their answer
            log.exception("report_failed")
