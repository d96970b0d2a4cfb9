"""Jobs in a real SQLite file: what goes in, what may move, what stays after reopening."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from ticket_daemon.queue.job import Job, NewJob, Payload, Reason
from ticket_daemon.queue.schema import MIGRATIONS
from ticket_daemon.queue.states import FINAL, TRANSITIONS, JobEvent, JobState
from ticket_daemon.queue.store import Started, Store

S, E = JobState, JobEvent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "queue.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """In a transaction."""
    opened = Store.open(path)
    opened.begin()
    yield opened
    with contextlib.suppress(sqlite3.ProgrammingError):  # closed by the test
        opened.close()


def new(job_id: str = "a", destination: str = "caja", digest: bytes = b"d", at: int = 1_000) -> NewJob:
    return NewJob(job_id, destination, digest, b'{"version":"1.0"}', b"\x1b@data\x00\xff", at)


#: Events that lead from the queue to each state.
WAYS = {
    S.QUEUED: (),
    S.PRINTING: (E.START,),
    S.HELD: (E.HOLD,),
    S.CONFIRMED: (E.START, E.CONFIRM),
    S.SENT: (E.START, E.SEND),
    S.SPOOLED: (E.START, E.SPOOL),
    S.FAILED: (E.FAIL,),
    S.EXPIRED: (E.EXPIRE,),
    S.CANCELLED: (E.CANCEL,),
}


def led_to(store: Store, state: JobState, job_id: str = "a", at: int = 2_000) -> Job:
    seq = store.insert(new(job_id)).job.seq
    for event in WAYS[state]:
        if event is E.START:
            assert store.start(seq, at) is not None
        else:
            assert store.move(seq, event, at) is not None
    found = store.find(job_id)
    assert found is not None
    assert found.state is state
    return found


# --- going in ---


@pytest.mark.parametrize(
    ("copies", "further", "on_paper"), [(1, None, b"a"), (3, None, b"a"), (3, b"", b"aaa"), (3, b"b", b"abb")]
)
def test_copies_are_a_number_until_the_job_starts(
    store: Store, copies: int, further: bytes | None, on_paper: bytes
) -> None:
    job = store.insert(replace(new(), data=b"a", copies=copies, further=further)).job
    payload = store.payload("a")
    assert payload is not None
    assert payload.printed == on_paper
    started = store.start(job.seq, 2_000)
    assert started is not None
    assert started.data == on_paper


def test_jobs_are_rows_that_any_program_can_read(store: Store, path: Path) -> None:
    store.insert(replace(new(), origin="epos https://pos.example", owner="0123"))
    store.commit()
    store.close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        (row,) = db.execute("SELECT id, destination, state, origin, owner FROM jobs").fetchall()
    assert row == ("a", "caja", "queued", "epos https://pos.example", "0123")


def test_new_job_is_queued_as_it_was_given(store: Store) -> None:
    given = replace(new(), expires_at=9_000, reprint_of="old")
    inserted = store.insert(given)
    assert (inserted.is_new, inserted.same) == (True, True)
    job = inserted.job
    assert job == store.find("a")
    assert (job.id, job.destination, job.state, job.attempts) == ("a", "caja", S.QUEUED, 0)
    assert (job.submitted_at, job.updated_at, job.expires_at, job.reprint_of) == (1_000, 1_000, 9_000, "old")
    assert store.payload("a") == Payload(b'{"version":"1.0"}', b"\x1b@data\x00\xff", 1)


def test_jobs_are_numbered_in_the_order_they_came(store: Store) -> None:
    seqs = [store.insert(new(name)).job.seq for name in "cab"]
    assert seqs == sorted(seqs)
    assert [job.id for job in store.unfinished()] == ["c", "a", "b"]


def test_same_id_with_the_same_content_is_the_same_job(store: Store) -> None:
    first = store.insert(new()).job
    again = store.insert(replace(new(at=5_000), destination="other"))
    assert (again.is_new, again.same, again.job) == (False, True, first)


def test_same_id_with_other_content_is_told_apart(store: Store) -> None:
    first = store.insert(new()).job
    again = store.insert(new(digest=b"other"))
    assert (again.is_new, again.same, again.job) == (False, False, first)
    assert len(list(store.unfinished())) == 1


def test_duplicate_of_a_job_that_has_ended_tells_how_it_ended(store: Store) -> None:
    ended = led_to(store, S.SENT)
    assert store.insert(new()).job == ended


def test_number_after_pruning_still_follows_those_that_wait(store: Store) -> None:
    waiting = store.insert(new("b")).job
    led_to(store, S.SENT)
    assert store.prune(10_000, 0, 10).gone == 1
    assert store.insert(new("c")).job.seq > waiting.seq


def test_id_may_hold_any_text(store: Store) -> None:
    for job_id in ("ñ€漢", "'; DROP TABLE jobs; --", "a\x00b", " ", "x" * 255):
        assert store.insert(new(job_id)).is_new
        found = store.find(job_id)
        assert found is not None
        assert found.id == job_id


def test_unknown_id_is_nothing(store: Store) -> None:
    assert store.find("x") is None
    assert store.payload("x") is None


# --- moving ---


def test_a_job_whose_time_is_over_never_starts(store: Store) -> None:
    job = store.insert(replace(new(), expires_at=2_000)).job
    assert store.start(job.seq, 2_000) is None
    assert store.start(job.seq, 1_999) is not None


def test_start_gives_the_bytes_and_counts_the_attempt(store: Store) -> None:
    job = store.insert(new()).job
    started = store.start(job.seq, 2_000)
    found = store.find("a")
    assert found is not None
    assert started == Started(found, b"\x1b@data\x00\xff")
    assert (found.state, found.attempts, found.started_at, found.updated_at) == (S.PRINTING, 1, 2_000, 2_000)


@pytest.mark.parametrize("state", sorted(set(JobState) - {S.QUEUED}))
def test_only_a_queued_job_starts(store: Store, state: JobState) -> None:
    job = led_to(store, state)
    assert store.start(job.seq, 3_000) is None
    assert store.find("a") == job


def test_start_after_a_retry_counts_again_and_forgets_the_reason(store: Store) -> None:
    job = led_to(store, S.PRINTING)
    store.move(job.seq, E.RETRY, 3_000, Reason("printer_offline", "link.broken", {"port": "p", "detail": "d"}))
    assert store.start(job.seq, 4_000) is not None
    found = store.find("a")
    assert found is not None
    assert (found.attempts, found.reason, found.started_at) == (2, None, 4_000)


@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize("event", sorted(set(JobEvent) - {E.START, E.MOVE, E.RESEND}))
def test_job_moves_as_the_table_allows_and_in_no_other_way(store: Store, state: JobState, event: JobEvent) -> None:
    job = led_to(store, state)
    moved = store.move(job.seq, event, 3_000)
    if (state, event) in TRANSITIONS:
        assert moved is not None
        assert (moved.state, moved.updated_at) == (TRANSITIONS[state, event], 3_000)
        assert store.find("a") == moved
    else:
        assert moved is None
        assert store.find("a") == job


def test_reason_is_kept_with_its_parameters(store: Store) -> None:
    job = store.insert(new()).job
    reason = Reason("printer_offline", "link.no_answer", {"port": "h:9100", "seconds": 2.5})
    moved = store.move(job.seq, E.FAIL, 2_000, reason)
    assert moved is not None
    assert moved.reason == reason
    found = store.find("a")
    assert found is not None
    assert found.reason == reason
    assert "2.5 s" in reason.text("es")


def test_move_of_a_job_that_is_not_there_is_nothing(store: Store) -> None:
    assert store.move(99, E.FAIL, 1) is None
    assert store.start(99, 1) is None


# --- to another destination ---


@pytest.mark.parametrize("state", JobState)
def test_only_a_queued_job_is_rerouted(store: Store, state: JobState) -> None:
    job = led_to(store, state)
    moved = store.reroute(job, "barra", b"other bytes", 3_000)
    if (state, E.MOVE) not in TRANSITIONS:
        assert moved is None
        assert store.find("a") == job
        return
    assert moved is not None
    assert moved == store.find("a")
    assert (moved.state, moved.destination, moved.moved_from, moved.updated_at) == (S.QUEUED, "barra", "caja", 3_000)
    payload = store.payload("a")
    assert payload is not None
    assert payload.data == b"other bytes"


def test_a_rerouted_job_starts_at_its_new_destination_and_no_longer_at_the_old_one(store: Store) -> None:
    job = store.insert(new()).job
    assert store.reroute(job, "barra", b"other", 2_000) is not None
    assert store.start(job.seq, 3_000, "caja") is None
    started = store.start(job.seq, 3_000, "barra")
    assert started is not None
    assert (started.job.destination, started.data) == ("barra", b"other")


def test_a_job_is_rerouted_once(store: Store) -> None:
    moved = store.reroute(store.insert(new()).job, "barra", b"x", 2_000)
    assert moved is not None
    assert store.reroute(moved, "caja", b"y", 3_000) is None


def test_a_job_to_which_anything_happened_meanwhile_is_not_rerouted(store: Store) -> None:
    seen = store.insert(new()).job
    store.move(seen.seq, E.HOLD, 2_000, Reason("held", "job.held"))
    released = store.move(seen.seq, E.RELEASE, 3_000)
    assert store.reroute(seen, "barra", b"x", 4_000) is None
    assert released is not None
    assert store.reroute(released, "barra", b"x", 4_000) is not None, "held by a person: nothing of it was printed"


def test_a_job_of_which_something_may_be_on_paper_is_never_rerouted(store: Store) -> None:
    job = led_to(store, S.PRINTING)
    store.move(job.seq, E.HOLD, 3_000, Reason("unknown_outcome", "job.unknown_outcome"))
    released = store.move(job.seq, E.RELEASE, 4_000)
    assert released is not None
    assert store.reroute(released, "barra", b"x", 5_000) is None


def test_a_job_that_was_put_back_with_certainty_is_rerouted(store: Store) -> None:
    retried = store.move(led_to(store, S.PRINTING).seq, E.RETRY, 3_000)
    assert retried is not None
    assert store.reroute(retried, "barra", b"x", 4_000) is not None


@pytest.mark.parametrize("names", [("caja", "barra"), ("caja del fondo", 'la "otra"'), ("a\nb", " ñ€ ")])
def test_the_journal_tells_from_where_to_where(store: Store, names: tuple[str, str]) -> None:
    here, there = names
    job = store.insert(new(destination=here)).job
    store.reroute(job, there, b"x", 2_000)
    store.note(job.seq, 2_500, "stand_in_refused")
    store.start(job.seq, 3_000)
    assert store.journal("a") == [
        (1_000, S.QUEUED, None, None),
        (2_000, S.QUEUED, "moved", names),
        (2_500, S.QUEUED, "stand_in_refused", None),
        (3_000, S.PRINTING, None, None),
    ]


# --- reading ---


def test_unfinished_are_those_that_have_not_ended(store: Store) -> None:
    for state in JobState:
        led_to(store, state, str(state))
    assert {job.id for job in store.unfinished()} == {str(state) for state in set(JobState) - FINAL}


def test_recent_are_the_newest_first(store: Store) -> None:
    for name in "abc":
        store.insert(new(name))
    assert [job.id for job in store.recent(2)] == ["c", "b"]


# --- forgetting ---


def test_prune_forgets_only_what_has_ended_long_ago(store: Store) -> None:
    for state in JobState:
        led_to(store, state, f"old {state}", at=2_000)
    led_to(store, S.SENT, "new", at=5_000)
    assert store.prune(5_000, 0, 100).gone == len(FINAL)
    kept = {job.id for job in store.recent(100)}
    assert kept == {"new", "old queued", "old printing", "old held"}


def test_prune_leaves_nothing_of_a_job(store: Store) -> None:
    for state in JobState:
        led_to(store, state, state)
    store.prune(9_000, 0, 100)
    left = [job.seq for job in reversed(store.recent(100))]
    assert [seq for (seq,) in store._db.execute("SELECT seq FROM tickets ORDER BY seq")] == left
    assert [job.seq for job in store.unfinished()] == left


def test_prune_goes_some_at_a_time(store: Store) -> None:
    for number in range(5):
        led_to(store, S.SENT, str(number))
    gone, last, more = 0, 0, True
    stretches = []
    while more:
        gone, last, more = store.prune(9_000, last, 2)
        stretches.append(gone)
    assert stretches == [2, 2, 1, 0]


def test_prune_gets_past_old_jobs_that_have_not_ended(store: Store) -> None:
    for number in range(4):
        led_to(store, S.HELD, f"held {number}")
    led_to(store, S.SENT, "ended")
    first = store.prune(9_000, 0, 2)
    assert first == (0, 2, True)
    assert store.prune(9_000, first.last, 3).gone == 1


def test_prune_looks_no_further_than_the_first_stretch_of_young_jobs(store: Store) -> None:
    led_to(store, S.SENT, "old", at=1_000)
    store.insert(new("young", at=20_000))
    assert not store.prune(9_000, 0, 10).more


def test_job_that_went_back_and_forth_is_unfinished_until_it_ends(store: Store) -> None:
    seq = led_to(store, S.PRINTING).seq
    for event, left in ((E.RETRY, 1), (E.HOLD, 1), (E.RELEASE, 1), (E.CANCEL, 0)):
        assert store.move(seq, event, 3_000) is not None
        assert len(list(store.unfinished())) == left


# --- the file ---


def test_everything_is_there_after_reopening(store: Store, path: Path) -> None:
    job = led_to(store, S.PRINTING)
    store.insert(new("b"))
    store.commit()
    store.close()
    again = Store.open(path)
    assert [j.id for j in again.unfinished()] == ["a", "b"]
    assert again.find("a") == job
    assert again.payload("b") == Payload(b'{"version":"1.0"}', b"\x1b@data\x00\xff", 1)
    again.close()


def test_rolled_back_transaction_leaves_no_trace(store: Store) -> None:
    store.insert(new("kept"))
    store.commit()
    store.begin()
    store.insert(new("gone"))
    store.rollback()
    store.rollback()  # when there is none, nothing happens
    assert store.find("gone") is None
    assert store.find("kept") is not None


def test_committed_transaction_outlives_the_connection_and_an_open_one_does_not(store: Store, path: Path) -> None:
    store.insert(new("kept"))
    store.commit()
    store.begin()
    store.insert(new("gone"))
    store.close()
    again = Store.open(path)
    assert again.find("kept") is not None
    assert again.find("gone") is None
    again.close()


def test_new_file_has_the_newest_schema(store: Store, path: Path) -> None:
    store.close()
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    db.close()


def test_old_file_is_brought_up_to_date_and_keeps_its_jobs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Store.open(path)
    first.begin()
    first.insert(new())
    first.commit()
    first.close()
    steps = (*MIGRATIONS, "ALTER TABLE jobs ADD COLUMN extra TEXT NOT NULL DEFAULT 'x'")
    monkeypatch.setattr("ticket_daemon.queue.store.MIGRATIONS", steps)
    for _ in range(2):  # the second time there is nothing to do
        again = Store.open(path)
        assert again.find("a") is not None
        again.close()
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone() == (len(steps),)
    assert db.execute("SELECT extra FROM jobs").fetchall() == [("x",)]
    db.close()


def test_commits_are_safe_on_disk(store: Store) -> None:
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_file_that_is_no_database_is_an_error(path: Path) -> None:
    path.write_bytes(b"this is not a database, whatever its name says" * 50)
    with pytest.raises(sqlite3.DatabaseError):
        Store.open(path)
