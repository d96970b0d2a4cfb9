"""What somebody far away is to hear of waits on disk until it arrived: each change once, in order, over restarts."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import replace

from ticket_daemon.queue import JobEvent, JobState, NewJob, Queue, Reason


def new(job_id: str, *, remote: bool = True) -> NewJob:
    return NewJob(job_id, "caja", b"d", b"{}", b"\n", 1_000, remote=remote)


async def opened(path: Path) -> Queue:
    queue = Queue(path, 10, lambda: 2_000)
    await queue.open()
    return queue


async def printed(queue: Queue, job_id: str) -> None:
    head = queue.head("caja")
    assert head is not None
    assert head.id == job_id
    begun = await queue.start(head)
    assert begun is not None
    await queue.finish(begun.job, JobEvent.CONFIRM)


async def told(queue: Queue) -> list[tuple[str, JobState]]:
    return [(change.job.id, change.job.state) for change in await queue.outbox(100)]


async def test_each_change_of_a_remote_job_waits_in_order_also_over_a_restart(tmp_path: Path) -> None:
    queue = await opened(tmp_path / "q.db")
    await queue.submit(new("a"))
    await queue.submit(new("here", remote=False))
    await printed(queue, "a")
    await printed(queue, "here")
    await queue.close()
    queue = await opened(tmp_path / "q.db")
    states = [JobState.QUEUED, JobState.PRINTING, JobState.CONFIRMED]
    assert await told(queue) == [("a", state) for state in states]
    assert len({change.mark for change in await queue.outbox(100)}) == 3
    first, *rest = await queue.outbox(100)
    await queue.sent(first.n)
    assert await queue.outbox(100) == rest
    await queue.sent(rest[-1].n)
    assert await queue.outbox(100) == []
    await queue.submit(new("b"))
    (change,) = await queue.outbox(100)
    assert change.n > rest[-1].n, "a number comes once, also after all were taken away"
    await queue.close()


async def test_what_a_kill_left_in_doubt_is_told(tmp_path: Path) -> None:
    queue = await opened(tmp_path / "q.db")
    accepted = await queue.submit(new("a"))
    assert await queue.start(accepted.job) is not None
    await queue.close()  # in the middle of it, as far as the file is concerned
    queue = await opened(tmp_path / "q.db")
    *_, (_, _, job) = await queue.outbox(100)
    assert (job.state, job.reason) == (JobState.HELD, Reason("unknown_outcome", "job.unknown_outcome"))
    await queue.close()


async def test_adopted_job_is_told_as_it_stands_and_from_then_on(tmp_path: Path) -> None:
    queue = await opened(tmp_path / "q.db")
    await queue.submit(new("a", remote=False))
    assert await told(queue) == []
    adopted = await queue.adopt("a")
    assert adopted is not None
    assert adopted.remote
    assert queue.head("caja") == adopted
    await printed(queue, "a")
    assert await told(queue) == [("a", JobState.QUEUED), ("a", JobState.PRINTING), ("a", JobState.CONFIRMED)]
    assert await queue.adopt("a") is not None, "one that has ended is told once more"
    assert (await told(queue))[3:] == [("a", JobState.CONFIRMED)]
    assert await queue.adopt("nobody") is None
    await queue.close()


async def test_a_change_that_cannot_be_read_keeps_no_other_from_being_told(tmp_path: Path) -> None:
    queue = await opened(tmp_path / "q.db")
    await queue.submit(new("a"))
    await queue.submit(new("b"))
    await queue.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "q.db")) as db:
        db.execute("UPDATE outbox SET job = '{broken' WHERE n = 1")
        db.commit()
    queue = await opened(tmp_path / "q.db")
    assert await told(queue) == [("b", JobState.QUEUED)]
    await queue.sent(2)
    assert await queue.outbox(100) == []
    await queue.close()


@pytest.mark.parametrize("steps", [("hold", "release"), ("cancel",), ("reroute",)])
async def test_what_people_and_stand_ins_do_is_told_too(steps: tuple[str, ...], tmp_path: Path) -> None:
    queue = await opened(tmp_path / "q.db")
    job = (await queue.submit(new("a"))).job
    for step in steps:
        match step:
            case "hold":
                await queue.hold("a")
            case "release":
                await queue.release("a", b"shut")
            case "cancel":
                await queue.cancel("a")
            case _:
                assert await queue.reroute(job, "barra", b"other") is not None
    expected = {"hold": JobState.HELD, "release": JobState.QUEUED, "cancel": JobState.CANCELLED}
    states = [expected.get(step, JobState.QUEUED) for step in steps]
    changes = (await queue.outbox(100))[1:]
    assert [change.job.state for change in changes] == states
    assert changes[-1].job == replace(await queue.find("a"), updated_at=changes[-1].job.updated_at)  # type: ignore[type-var]
    await queue.close()
