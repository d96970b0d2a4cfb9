"""Jobs in memory and their log: whatever is done, in whatever order it is written, undone or cut off, it is as if every
change had gone straight into the tables."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from support.stores import InTables
from ticket_daemon.queue import memtable
from ticket_daemon.queue.job import NewJob, Reason
from ticket_daemon.queue.memtable import MemTable
from ticket_daemon.queue.states import JobEvent, JobState
from ticket_daemon.queue.store import Store

IDS = [f"j{n}" for n in range(3)]
STEPS = st.sampled_from(
    [
        "put",
        "put from afar",
        "start",
        "start",
        "start elsewhere",
        *sorted(set(JobEvent) - {JobEvent.START, JobEvent.MOVE}),
    ]
)
ENDS = ["commit", "commit", "commit", "roll back", "roll back", "kill", "close"]
REASON = Reason("printer_offline", "link.no_answer", {"port": "h:9100", "seconds": 2.5})


def new(job_id: str, size: int = 10, *, remote: bool = False) -> NewJob:
    return NewJob(job_id, "caja", b"digest", b"{}", b"x" * size, 1_000, copies=2, remote=remote)


class TwoStores(RuleBasedStateMachine):
    """The same done to a store and to one that writes straight into its tables."""

    @initialize(most=st.sampled_from([1, 3, 100]))
    def open(self, most: int) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(memtable, "MAX_JOBS", most)
        self.patch.setattr(memtable, "KEPT_JOBS", most // 2)
        self.folder = Path(tempfile.mkdtemp())
        self.times = 0
        self.now = 2_000
        self.ours, self.straight = Store.open(self.folder / "0.db"), InTables.open(self.folder / "straight.db")
        self.stores = (self.ours, self.straight)
        self.begin()

    def begin(self) -> None:
        for store in self.stores:
            store.begin()

    def tick(self) -> int:
        self.now += 1
        return self.now

    @rule(steps=st.lists(st.tuples(st.sampled_from(IDS), STEPS), max_size=6), end=st.sampled_from(ENDS))
    def transaction(self, steps: list[tuple[str, JobEvent | str]], end: str) -> None:
        for name, step in steps:
            self.do(name, step)
            self.both_tell_the_same()
        if end == "commit":
            for store in self.stores:
                store.commit()
        elif end == "roll back":
            for store in self.stores:
                store.rollback()
        else:
            self.reopen(kill=end == "kill")
        self.begin()

    def do(self, name: str, step: JobEvent | str) -> None:
        if step in ("put", "put from afar"):
            self.insert(new(name, remote=step == "put from afar"))
            return
        at = self.tick()
        for_both = []
        for store in self.stores:
            seq = self.seq(store, name)
            if isinstance(step, JobEvent):
                moved = store.move(seq, step, at, REASON if step is JobEvent.RETRY else None)
                for_both.append(moved and moved.state)
            else:
                started = store.start(seq, at, "barra" if step == "start elsewhere" else None)
                for_both.append(started and started.data)
        assert for_both[0] == for_both[1]

    def insert(self, given: NewJob) -> None:
        ours, theirs = (store.insert(given) for store in self.stores)
        assert (ours.is_new, ours.same) == (theirs.is_new, theirs.same)

    @rule(name=st.sampled_from(IDS), what=st.sampled_from(["reroute", "adopt", "prune", "look", "long"]))
    def do_something_rare(self, name: str, what: str) -> None:
        """Before which everything goes into the tables."""
        at = self.tick()
        if what == "long":
            self.insert(new(name, memtable.MAX_BYTES))
            return
        for store in self.stores:
            job = store.find(name)
            if what == "reroute" and job is not None:
                store.reroute(job, "barra", b"other", at)
            elif what == "adopt":
                store.adopt(name)
            elif what == "prune":
                store.prune(at, 0, 100)
        if what == "look":
            assert self.tables(self.ours) == self.tables(self.straight)

    def reopen(self, kill: bool) -> None:
        """What was not committed is gone; killed, the file is as a killed daemon leaves it."""
        self.straight.rollback()
        before = self.folder / f"{self.times}.db"
        self.times += kill
        after = self.folder / f"{self.times}.db"
        for part in self.folder.glob(f"{before.name}*") if kill else ():
            shutil.copyfile(part, part.with_name(part.name.replace(before.name, after.name)))
        self.ours.close()
        self.ours = Store.open(after)
        self.stores = (self.ours, self.straight)

    @staticmethod
    def seq(store: Store, name: str) -> int:
        job = store.find(name)
        return job.seq if job else 0

    def told(self, store: Store, name: str) -> object:
        job = store.find(name)
        if job is None:
            return None
        return msgspec.structs.replace(job, seq=0), store.state(job.seq)

    @invariant()
    def both_tell_the_same(self) -> None:
        for name in IDS:
            assert self.told(self.ours, name) == self.told(self.straight, name)

    @staticmethod
    def tables(store: Store) -> object:
        return (
            [job.id for job in store.unfinished()],
            [job.id for job in store.recent(10)],
            {name: (store.journal(name), store.payload(name)) for name in IDS},
            [msgspec.json.decode(job)["state"] for _, _, job in store.outbox(100)],
        )

    def teardown(self) -> None:
        if hasattr(self, "stores"):
            assert self.tables(self.ours) == self.tables(self.straight)
            for store in self.stores:
                store.close()
            self.patch.undo()
            shutil.rmtree(self.folder)


TestTwoStores = TwoStores.TestCase
TestTwoStores.settings = settings(
    max_examples=150, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)


# --- how it is written ---


def rows(path: Path, table: str) -> int:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def killed(path: Path, after: Path) -> Path:
    for suffix in ("", "-wal"):
        shutil.copyfile(path.with_name(path.name + suffix), after.with_name(after.name + suffix))
    return after


def printed(store: Store, name: str, at: int = 2_000) -> None:
    """In three transactions, as it happens."""
    store.begin()
    seq = store.insert(new(name)).job.seq
    store.commit()
    store.begin()
    store.start(seq, at)
    store.commit()
    store.begin()
    store.move(seq, JobEvent.SEND, at)
    store.commit()


def test_a_transaction_is_one_row_until_there_are_many_jobs(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "q.db")
    for n in range(memtable.MAX_JOBS - 1):
        printed(store, f"a{n}")
    left = killed(tmp_path / "q.db", tmp_path / "copy.db")
    assert (rows(left, "redo"), rows(left, "jobs")) == (3 * (memtable.MAX_JOBS - 1), 0)
    printed(store, "last")
    left = killed(tmp_path / "q.db", tmp_path / "copy.db")
    assert rows(left, "jobs") == memtable.MAX_JOBS - 1, "the last one is under way"
    again = Store.open(left)
    assert [(job.id, job.state) for job in again.unfinished()] == []
    found = again.find("last")
    assert found is not None
    assert found.state is JobState.SENT
    again.close()
    store.close()
    assert rows(tmp_path / "q.db", "redo") == 0
    assert rows(tmp_path / "q.db", "jobs") == memtable.MAX_JOBS


def test_jobs_that_wait_for_long_go_into_the_tables_when_they_are_many(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "q.db")
    store.begin()
    for n in range(memtable.MAX_JOBS):
        store.insert(new(f"a{n}"))
    store.commit()
    left = killed(tmp_path / "q.db", tmp_path / "copy.db")
    assert rows(left, "redo") == 0
    assert rows(left, "jobs") == rows(left, "unfinished") == memtable.MAX_JOBS
    store.close()


def test_bytes_count_as_jobs_do(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "q.db")
    store.begin()
    store.insert(new("a", memtable.MAX_BYTES - 100))
    store.insert(new("b", 100))
    store.commit()
    left = killed(tmp_path / "q.db", tmp_path / "copy.db")
    assert (rows(left, "redo"), rows(left, "jobs")) == (0, 2)
    store.close()


class Failing:
    """A connection whose statement number `at` fails."""

    def __init__(self, connection: sqlite3.Connection, at: int) -> None:
        self._connection = connection
        self._left = at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, *what: Any) -> sqlite3.Cursor:
        self._count()
        return self._connection.execute(*what)

    def executemany(self, *what: Any) -> sqlite3.Cursor:
        self._count()
        return self._connection.executemany(*what)

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise sqlite3.OperationalError("no room")


def everything(store: Store) -> object:
    jobs = [(job, store.payload(job.id), store.journal(job.id)) for job in store.recent(100)]
    return jobs, list(store.unfinished()), [(n, job) for n, _, job in store.outbox(100)]


def on_disk(path: Path) -> object:
    """What a start finds there after a kill at this moment."""
    store = Store.open(killed(path, path.with_name("copy.db")))
    try:
        return everything(store)
    finally:
        store.close()


@pytest.mark.parametrize(
    "do",
    [
        pytest.param(lambda store: store.start(3, 3_000), id="one row"),
        pytest.param(lambda store: store.insert(new("d")), id="full, some under way"),
        pytest.param(lambda store: [store.insert(new(name)) for name in "de"], id="full, many under way"),
        pytest.param(lambda store: store.start(store.insert(new("d", remote=True)).job.seq, 3_000), id="from afar"),
        pytest.param(lambda store: store.insert(new("d", memtable.MAX_BYTES)), id="long"),
        pytest.param(lambda store: [store.start(3, 3_000), store.prune(9_000, 0, 10), store.touch()], id="rare"),
    ],
)
def test_a_transaction_that_fails_at_any_of_its_statements_leaves_no_trace_and_goes_well_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, do: Callable[[Store], object]
) -> None:
    monkeypatch.setattr(memtable, "MAX_JOBS", 4)
    monkeypatch.setattr(memtable, "KEPT_JOBS", 2)
    for at in itertools.count(1):
        path = tmp_path / f"{at}.db"
        store = Store.open(path)
        for name in "ab":
            printed(store, name)
        store.begin()
        store.insert(new("waits"))
        store.commit()
        before, connection = everything(store), store._db
        store._db = Failing(connection, at)  # type: ignore[assignment]
        store.begin()
        try:
            do(store)
            store.commit()
        except sqlite3.OperationalError:
            failed = True
            store.rollback()
            store._db = connection
            assert everything(store) == on_disk(path) == before
            store.begin()
            do(store)
            store.commit()
        else:
            failed = False
        store._db = connection
        after = everything(store)
        assert after != before
        assert on_disk(path) == after
        printed(store, "next")
        assert on_disk(path) == everything(store)
        store.close()
        if not failed:
            assert at > 1
            return


def test_a_log_that_is_nonsense_is_a_damaged_database(tmp_path: Path) -> None:
    path = tmp_path / "q.db"
    Store.open(path).close()
    encode = msgspec.msgpack.encode

    def held(because: object) -> bytes:
        reason = {"code": "c", "key": "k", "parameters": {"a": because}}
        return encode([[0, 1, new("a")], [2, 1, "hold", 2, reason]])

    unknown = msgspec.msgpack.Ext(5, b"no value of ours")
    nested = held(0)[:-1] + b"\x91" * 100_000
    late = encode([[0, 1, new("a")], [1, 1, 2**63]])
    for nonsense in (
        b"", b"\xc1", encode([[9, 1]]), encode([[1, 5, 1]]), encode([[0, 1, 2]]), b"x" * 100, 5, "text", late,
        held(unknown), nested,
    ):  # fmt: skip
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("DELETE FROM redo")
            db.execute("INSERT INTO redo (lap, changes) VALUES (0, ?)", (nonsense,))
        with pytest.raises(sqlite3.DatabaseError, match="redo"):
            Store.open(path)


def test_a_change_that_the_table_of_states_does_not_allow_is_a_damaged_log() -> None:
    first = MemTable()
    job = first.put(1, new("a"))
    record = first.get(job.seq)
    assert record is not None
    assert first.start(record, 2_000) is not None
    log = first.log()
    assert log is not None
    again = MemTable()
    again.replay(log)
    with pytest.raises(ValueError, match="printing"):
        again.replay(msgspec.msgpack.encode([[1, 1, 3_000]]))
    assert [one.job for one in again.records()] == [one.job for one in first.records()]
