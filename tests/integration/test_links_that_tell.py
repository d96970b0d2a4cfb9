"""What the worker makes of links whose system knows how the printer is and follows jobs to their end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from support.shop import Shop
from ticket_daemon.queue import JobState
from ticket_daemon.settings.config import PrinterSettings
from ticket_daemon.transport import JobRefused, Link, LinkBroken


class Scripted(Link):
    """A link to a spooler that does as the test says."""

    assurance = "spooled"
    tells = True

    def __init__(self) -> None:
        self.port = "scripted"
        self.now: tuple[str, ...] | None = ()
        self.written: list[bytes] = []
        self.end = asyncio.Event()
        self.refusal: JobRefused | None = None
        self.opened = 0
        self._open = False

    @property
    def is_open(self) -> bool:
        return self._open

    async def open(self) -> None:
        self._open = True
        self.opened += 1

    async def reasons(self) -> tuple[str, ...] | None:
        return self.now

    async def write(self, data: bytes) -> None:
        self.written.append(data)
        self.handed_over = True

    async def settled(self) -> None:
        await self.end.wait()
        self.handed_over = False
        if self.refusal is not None:
            raise self.refusal

    async def close(self) -> None:
        self._open = False


@asynccontextmanager
async def shop(folder: Path, monkeypatch: pytest.MonkeyPatch, link: Link) -> AsyncIterator[Shop]:
    monkeypatch.setattr("ticket_daemon.spooler.spooler.make_link", lambda *_: link)
    here = Shop(folder, PrinterSettings("caja", "virtual://scripted", default=True))
    await here.start()
    try:
        yield here
    finally:
        await here.stop()


async def test_a_paused_printer_is_given_no_job_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = Scripted()
    link.now = ("paused",)
    link.end.set()
    async with shop(tmp_path, monkeypatch, link) as here:
        await here.until_status("paused")
        assert here.statuses[-1].state == "stopped"
        await here.submit("one")
        await here.until("one", "queued")
        assert link.written == []
        link.now = ()
        assert await here.until("one", "spooled") == "spooled"
        await here.until_status()
        assert len(link.written) == 1


async def test_what_a_link_hears_while_it_follows_a_job_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = Scripted()
    async with shop(tmp_path, monkeypatch, link) as here:
        await here.submit("one")
        await here.until("one", "printing")
        link.heard(("media-empty",))
        await here.until_status("media-empty")
        link.end.set()
        await here.until("one", "spooled")


async def test_a_job_the_spooler_refused_before_it_began_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = Scripted()
    link.refusal = JobRefused("link.broken", port="scripted", detail="")
    link.end.set()
    async with shop(tmp_path, monkeypatch, link) as here:
        await here.submit("one")
        await here.until("one", "failed")
        job = await here.queue.find("one")
        assert job is not None
        assert job.reason is not None
        assert job.reason.code == "printer_error"


async def test_a_job_the_spooler_has_is_spooled_when_the_daemon_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ticket_daemon.spooler.spooler.DRAIN_S", 0.1)
    link = Scripted()
    async with shop(tmp_path, monkeypatch, link) as here:
        await here.submit("one")
        await here.until("one", "printing")
    assert here.history["one"][-1] == JobState.SPOOLED


async def test_a_spooler_that_says_nothing_any_more_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = Scripted()
    silences = iter([None])

    async def reasons() -> tuple[str, ...] | None:
        return next(silences, ())

    link.reasons = reasons  # type: ignore[method-assign]
    link.end.set()
    async with shop(tmp_path, monkeypatch, link) as here:
        await here.submit("one")
        await here.until("one", "spooled")
        assert link.opened >= 2


def test_a_refusal_says_that_nothing_was_sent() -> None:
    error = JobRefused("link.broken", port="x", detail="y")
    assert isinstance(error, LinkBroken)
    assert error.sent == 0
