"""The link to the fleet's server on the shop's own page: a real daemon, a real NATS server that comes and goes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from test_access import DOUBLE_IDS, FAINT, NAMELESS, axe
from visits import PHONE, Daemon, Visit

from support.nats_server import NatsServer, nats_server

#: Milliseconds: the daemon tries again after pauses that grow, and each of them has its share of chance.
BACK_MS = 60_000


class Joined:
    """A shop called `lima`, and the server that it fetches its tickets from."""

    def __init__(self, folder: Path, server: NatsServer) -> None:
        self.server = server
        self.daemon = Daemon(folder, f'[fleet]\nurl = "{server.url}"\nstore = "lima"\n')
        self.daemon.start()

    def set_up(self) -> None:
        """Have the server take tickets for the shop, as who runs it does."""
        command = [sys.executable, "-m", "ticket_daemon", "fleet", "setup", "lima", "--url", self.server.url]
        subprocess.run(command, check=True, capture_output=True, timeout=60)


@pytest.fixture
def joined(tmp_path: Path) -> Iterator[Joined]:
    with nats_server(tmp_path / "nats") as server:
        made = Joined(tmp_path, server)
        yield made
        made.daemon.stop()


@pytest.fixture
def afar(browser: Browser, joined: Joined) -> Iterator[Page]:
    """The shop's counter."""
    visit = Visit(browser, joined.daemon.url)
    yield visit.open()
    visit.close()
    assert visit.errors == []


def stands(page: Page, words: str) -> None:
    """Wait until the view of the service says so."""
    expect(page.locator("#afar .answer-state")).to_have_text(words, timeout=BACK_MS)


def test_the_view_of_the_service_says_which_server_as_which_shop_and_why_not(afar: Page, joined: Joined) -> None:
    afar.goto(f"{joined.daemon.url}/#/service")
    stands(afar, "Sin conexión")
    expect(afar.locator("#afar")).to_contain_text("fleet setup")  # nobody has prepared anything for this shop yet
    joined.set_up()
    stands(afar, "Conectado")
    expect(afar.locator("#afar dl")).to_contain_text("lima")
    expect(afar.locator("#afar dl")).to_contain_text(joined.server.url)
    expect(afar.locator("#afar dl")).not_to_contain_text("Por qué")
    afar.select_option("#language", "en")
    stands(afar, "Connected")
    expect(afar.locator("#afar dl")).to_contain_text("This shop is called")
    joined.server.kill()
    stands(afar, "Not connected")
    expect(afar.locator("#afar dl")).to_contain_text("Why")
    joined.server.start()
    stands(afar, "Connected")


def test_the_counter_says_that_nothing_comes_from_afar_and_shows_why(afar: Page, joined: Joined) -> None:
    alert = afar.locator("#alerts", has_text="tickets a distancia")
    expect(alert).to_be_visible(timeout=BACK_MS)
    joined.daemon.send("venta-1")  # the shop's own tickets print all the same
    joined.daemon.until_settled("venta-1")
    alert.get_by_role("button", name="Ver por qué").click()
    expect(afar.locator("#service-heading")).to_be_focused()
    expect(afar.locator("#afar")).to_be_visible()
    joined.set_up()
    stands(afar, "Conectado")
    afar.go_back()
    expect(alert).to_be_hidden()


def test_a_shop_by_itself_is_told_nothing_of_it_and_asks_once(visit: Visit) -> None:
    page = visit.open()
    page.wait_for_load_state("networkidle")
    assert [url.removeprefix(visit.url) for url in visit.requests].count("/health") == 1
    page.goto(f"{visit.url}/#/service")
    expect(page.locator("#service-facts")).to_contain_text("pruebas")
    expect(page.locator("#afar")).to_be_hidden()
    expect(page.locator("#alerts")).to_be_hidden()


@pytest.mark.parametrize("screen", ["wide", "phone"])
@pytest.mark.parametrize(("language", "scheme"), [("es", "light"), ("en", "dark")])
def test_it_is_readable_named_and_fits_connected_or_not(
    browser: Browser, joined: Joined, tmp_path: Path, language: str, scheme: str, screen: str
) -> None:
    visit = Visit(browser, joined.daemon.url, color_scheme=scheme, **({"viewport": PHONE} if screen == "phone" else {}))
    page = visit.open()
    page.select_option("#language", language)
    expect(page.locator("#alerts")).to_be_visible(timeout=BACK_MS)
    for name, view in (("counter-lost", ""), ("lost", "service"), ("connected", "service")):
        if name == "connected":
            joined.set_up()
        page.goto(f"{joined.daemon.url}/#/{view}")
        if view:
            expect(page.locator(f"#afar .answer.{'good' if name == 'connected' else 'careful'}")).to_be_visible(
                timeout=BACK_MS
            )
            page.locator("#afar").scroll_into_view_if_needed()
        for script in (NAMELESS, DOUBLE_IDS, FAINT):
            assert page.evaluate(script) == [], name
        assert axe(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        page.screenshot(path=tmp_path / f"afar-{name}-{language}-{screen}.png")
    visit.close()
    assert visit.errors == []
