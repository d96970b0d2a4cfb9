"""The daemon, the browser and the page that the tests here share.

It promises that nothing outlives its test module, because Playwright's synchronous interface holds the thread's event
loop while it is open, and that no page made an error or broke a rule unnoticed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from visits import Daemon, Visit

CHROMIUM = "/usr/bin/chromium"
MISSING = "these tests need Chromium: apt install chromium"
#: Milliseconds that something expected may take: machines that run tests do much else.
expect.set_options(timeout=20_000)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def chromium() -> str | None:
    path = shutil.which("chromium") or CHROMIUM
    return path if Path(path).exists() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser nothing is started for these tests, so that nothing is left running."""
    if chromium() is None:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path_factory.mktemp("daemon"))
    daemon.start()
    yield daemon
    daemon.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, daemon: Daemon) -> Iterator[Visit]:
    visit = Visit(browser, daemon.url)
    yield visit
    visit.close()
    assert visit.errors == []


@pytest.fixture
def page(visit: Visit) -> Page:
    """The desk in Spanish on a cashier's screen, connected."""
    return visit.open("editor")
