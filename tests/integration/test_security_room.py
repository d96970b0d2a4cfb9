"""What tickets take of the processor and the disk is bounded, and nobody else waits for it."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from support.client import EXAMPLE, client
from support.inside import running
from ticket_daemon import daemon as life
from ticket_daemon import verbs
from ticket_daemon.queue import spool


async def test_a_full_bound_takes_no_more_tickets_and_still_knows_those_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as daemon, client(daemon.url.rstrip("/")) as till:
        await till.print(EXAMPLE, id="before")
        monkeypatch.setattr(spool, "KEPT_BYTES", 1000)
        refused = await till.ask({"tipo": "ticket", "id": "after", "datos": EXAMPLE})
        assert refused["code"] == "storage_unavailable"
        assert (await till.ask({"tipo": "ticket", "id": "before", "datos": EXAMPLE}))["tipo"] == "ack"
        await till.until(lambda a: a["tipo"] == "result")
        monkeypatch.undo()
        await till.print(EXAMPLE, id="after")


async def test_a_disk_that_is_nearly_full_keeps_its_reserve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path) as daemon, client(daemon.url.rstrip("/")) as till:
        monkeypatch.setattr(spool, "RESERVE_BYTES", 1 << 60)
        assert (await till.ask({"tipo": "ticket", "datos": EXAMPLE}))["code"] == "storage_unavailable"


async def test_finished_tickets_are_forgotten_sooner_where_they_crowd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "CROWDED_BYTES", 1)
    monkeypatch.setattr(life, "LEAST_KEPT_MS", 1)
    monkeypatch.setattr(life, "MEASURE_EVERY_S", 0.01)
    async with running(tmp_path) as daemon, client(daemon.url.rstrip("/")) as till:
        await till.print(EXAMPLE, id="old")
        async with asyncio.timeout(20):
            while (await till.ask({"tipo": "job", "id": "old"})).get("code") != "unknown_job":
                pass


async def test_a_short_document_that_is_costly_is_not_rendered_in_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is rendered, another till's ticket is accepted."""
    where: list[tuple[str | None, str]] = []
    drawn = verbs.Verbs._prepare

    def seen(self: verbs.Verbs, order: verbs.Order, ticket: verbs.Ticket) -> verbs.Prepared:
        where.append((order.id, threading.current_thread().name))
        return drawn(self, order, ticket)

    monkeypatch.setattr(verbs.Verbs, "_prepare", seen)
    costly = {**EXAMPLE, "commands": [{"type": "text", "data": {"content": "字" * 9000}}]}
    async with (
        running(tmp_path) as daemon,
        client(daemon.url.rstrip("/")) as thief,
        client(daemon.url.rstrip("/")) as c,
    ):
        await thief.send({"tipo": "ticket", "id": "costly", "datos": costly})
        await c.print(EXAMPLE, id="sale")
        await thief.until(lambda a: a["tipo"] in ("ack", "error"))
    assert "costly" in [job_id for job_id, _ in where]
    assert ("costly", "MainThread") not in where
