"""A shop sets itself up from the page: a printer by its address, a test ticket, a token, and everything undone."""

from __future__ import annotations

import asyncio
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from visits import Daemon, Visit

from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter


class BesidePrinter:
    """An emulated printer in a thread: Playwright's interface holds this one's event loop."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._ready.wait(20)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with EmulatedPrinter(find("TM-T20III")) as self.printer:
            self._ready.set()
            await self._stop.wait()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()


@pytest.fixture
def printer() -> Iterator[EmulatedPrinter]:
    beside = BesidePrinter()
    yield beside.printer
    beside.close()


@pytest.fixture
def fresh(browser: Browser, tmp_path: Path) -> Iterator[tuple[Visit, Daemon]]:
    daemon = Daemon(tmp_path)
    daemon.start()
    visit = Visit(browser, daemon.url)
    yield visit, daemon
    visit.close()
    daemon.stop()
    assert visit.errors == []


def written(daemon: Daemon) -> dict[str, Any]:
    return tomllib.loads(daemon.configuration.read_text("utf-8"))


def test_a_printer_is_added_tried_and_removed_from_the_page(
    fresh: tuple[Visit, Daemon], printer: EmulatedPrinter
) -> None:
    visit, daemon = fresh
    page = visit.page
    page.goto(daemon.url)
    page.fill("#add-name", "caja")
    page.fill("#add-address", printer.uri.removeprefix("socket://"))
    page.click("#add-form button")
    page.click("dialog [data-does=yes]")  # a test ticket
    expect(page.locator("#question-title")).to_have_text("¿Salió bien?")
    page.click("dialog [data-does=yes]")
    expect(page.locator("#notice")).to_contain_text("Lista")
    assert written(daemon)["printers"] == [
        {"name": "caja", "uri": printer.uri, "profile": "TM-T20III", "default": True}
    ]
    assert b"caja" in b"".join(printer.received)
    page.goto(f"{daemon.url}/#/service")
    page.click("#configured-list button >> text=Quitar")
    page.click("dialog [data-does=yes]")
    expect(page.locator("#configured-list li")).to_have_count(0)
    assert "printers" not in written(daemon)


def test_a_token_is_shown_once_and_revoked(fresh: tuple[Visit, Daemon]) -> None:
    visit, daemon = fresh
    page = visit.page
    page.goto(f"{daemon.url}/#/service")
    page.fill("#token-name", "caja-1")
    page.click("#token-form button")
    expect(page.locator("#new-token-text")).not_to_be_empty()
    token = page.locator("#new-token-text").inner_text()
    assert token not in str(written(daemon))
    assert [one["name"] for one in written(daemon)["auth"]["tokens"]] == ["caja-1"]
    page.click("#token-list button >> text=Anular")  # the page goes on with the token it was given
    page.click("dialog [data-does=yes]")
    expect(page.locator("#token-list li")).to_have_count(0)
    assert "tokens" not in written(daemon).get("auth", {})


def test_what_would_not_be_taken_is_not_written(fresh: tuple[Visit, Daemon]) -> None:
    visit, daemon = fresh
    page: Page = visit.page
    page.goto(daemon.url)
    page.fill("#add-name", "caja")
    page.fill("#add-address", "carrier-pigeon://roof")
    page.click("#add-form button")
    expect(page.locator("#notice")).to_contain_text("carrier-pigeon")
    visit.errors.clear()  # the browser notes the refusal
    assert written(daemon) == {}
