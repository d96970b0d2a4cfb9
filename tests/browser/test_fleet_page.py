"""The page of many shops in a real browser, served by the command as a process, from a real NATS server."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from test_access import DOUBLE_IDS, FAINT, NAMELESS, axe
from test_pictures import LEAST_BYTES, PICTURES
from visits import PHONE, Visit

import ticket_daemon.web
from support.chain import Chain, ago, chain, held, shop, stopped
from support.nats_server import NatsServer, nats_server
from ticket_daemon.fleet.shapes import Shop, ShopPrinter

PATIENCE_S = 60.0
CAJA, COCINA = ShopPrinter("Caja", "idle", (), 0, 0), ShopPrinter("Cocina", "idle", (), 0, 0)
PRINTING = ShopPrinter("Caja", "processing", (), 2, 0)
LOW = ShopPrinter("Caja", "idle", ("media-low",), 0, 0)


def morning() -> list[Shop]:
    """A chain as it is on a morning: most is well."""
    lima = held("venta-20261122-0041", "venta-20261122-0044", seconds=1515)
    return [
        shop("lima-centro", CAJA, stopped("Cocina", "media-empty", waiting=4), at=ago(400), **lima),
        shop("cusco-plaza", CAJA, COCINA, **held("venta-7731", code="held", seconds=4000)),
        shop("gdl-minerva", CAJA, stopped("Barra", "cover-open", waiting=2), at=ago(150)),
        shop("mty-sur", stopped("Caja", "offline", waiting=7), COCINA, at=ago(2900)),
        shop("cdmx-roma", CAJA, COCINA, current=100, at=ago(70)),
        shop("puebla-angelopolis", LOW, COCINA, at=ago(900)),
        shop("merida-paseo", PRINTING, COCINA, ShopPrinter("Barra", "idle", (), 0, 0), current=84, at=ago(40)),
        *(shop(f"tienda-{number:03}", CAJA, COCINA) for number in range(1, 31)),
    ]


class Shops:
    """The chain and the command that shows it; what happens there happens on a loop of its own."""

    def __init__(self, folder: Path, server: NatsServer) -> None:
        self.server = server
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._chain = chain(server)
        self.chain: Chain = self._wait(self._chain.__aenter__())
        self.say(*morning(), shop("tijuana-otay"))
        self._output = (folder / "output.txt").open("w")
        command = [sys.executable, "-m", "ticket_daemon", "fleet", "dashboard", "--url", server.url, "--port", "0"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._output, text=True)
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        self.url = re.findall(r"http://[\d.:]+", said)[0]

    def _wait(self, work: Awaitable[Any]) -> Any:
        async def bounded() -> Any:
            return await asyncio.wait_for(work, PATIENCE_S)

        return asyncio.run_coroutine_threadsafe(bounded(), self._loop).result(PATIENCE_S)

    def do(self, act: Callable[[Chain], Awaitable[Any]]) -> None:
        """Have something happen in the chain."""
        self._wait(act(self.chain))

    def say(self, *shops: Shop) -> None:
        self.do(lambda chain: chain.say(*shops))

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=PATIENCE_S)
        self._output.close()
        self._wait(self._chain.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[Shops]:
    with nats_server(tmp_path / "nats") as server:
        made = Shops(tmp_path, server)
        made.do(lambda chain: chain.leave("tijuana-otay"))
        yield made
        made.stop()


@pytest.fixture
def visit(browser: Browser, shops: Shops) -> Iterator[Visit]:
    visit = Visit(browser, shops.url)
    yield visit
    visit.close()
    assert visit.errors == []


def opened(visit: Visit, path: str = "") -> Page:
    """The page, showing shops."""
    visit.page.goto(f"{visit.url}/{path}")
    expect(visit.page.locator("#nats")).to_have_attribute("data-state", "connected")
    expect(visit.page.locator("#shop .answer" if path else "#shops > li").first).to_be_visible()
    return visit.page


def stores(page: Page) -> list[str]:
    return page.locator("#shops .shop-name").all_text_contents()


def test_what_needs_a_person_stands_first_and_says_why(visit: Visit) -> None:
    page = opened(visit)
    expect(page.locator("#shops-count")).to_have_text("38")
    assert stores(page)[:6] == ["cdmx-roma", "cusco-plaza", "lima-centro", "mty-sur", "gdl-minerva", "tijuana-otay"]
    expect(page.locator("#verdict .answer-state")).to_have_text("6 tiendas necesitan a alguien")
    row = page.locator("[data-store=lima-centro]")
    expect(row).to_contain_text("Hay que decidir")
    expect(row).to_contain_text("venta-20261122-0041")
    expect(row).to_contain_text("no se sabe cuánto salió")
    expect(row).to_contain_text("desde hace 25 min")
    expect(row).to_contain_text("Sin papel")
    expect(row).to_contain_text("Cocina")
    assert page.title() == "(6) Tiendas"


def test_news_is_seen_at_once_and_a_shop_that_goes_falls_silent(visit: Visit, shops: Shops) -> None:
    page = opened(visit)
    shops.say(shop("tienda-017", stopped("Caja", "media-jam", waiting=1)))
    expect(page.locator("[data-store=tienda-017]")).to_contain_text("Papel atascado")
    expect(page.locator("#verdict .answer-state")).to_have_text("7 tiendas necesitan a alguien")
    shops.say(shop("tienda-017", CAJA, COCINA))
    expect(page.locator("[data-store=tienda-017]")).to_contain_text("En orden")
    shops.do(lambda chain: chain.leave("lima-centro"))
    expect(page.locator("[data-store=lima-centro]")).to_contain_text("En silencio")
    expect(page.locator("[data-store=lima-centro]")).to_contain_text("no se la oye desde hace un momento")


def test_one_shop_shows_its_printers_its_held_tickets_and_the_last_ones(visit: Visit, shops: Shops) -> None:
    page = opened(visit)
    page.locator(".shop-name", has_text="lima-centro").click()
    expect(page.locator("#shop-heading")).to_have_text("lima-centro")
    expect(page.locator("[data-printer=Cocina]")).to_contain_text("Ponga un rollo nuevo")
    expect(page.locator("#shop .problem[data-kind=held]")).to_have_count(2)
    shops.do(lambda chain: chain.tell("lima-centro", "venta-45", "confirmed"))
    expect(page.locator(".last-jobs li")).to_contain_text("Impreso")
    page.go_back()
    expect(page.locator("#shops > li").first).to_be_visible()
    page.goto(f"{visit.url}/#/shop/ninguna")
    expect(page.locator("#shop")).to_contain_text("no se sabe nada")


def test_everything_can_be_done_with_the_keyboard(visit: Visit) -> None:
    page = opened(visit)
    page.keyboard.press("/")
    expect(page.locator("#words")).to_be_focused()
    page.keyboard.type("TIENDA-02")
    expect(page.locator("#shops > li")).to_have_count(10)
    expect(page.locator("#shops-count")).to_have_text("10")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".shop-name", has_text="tienda-021")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#shop-heading")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#shops > li")).to_have_count(10)
    page.fill("#words", "nada de esto")
    expect(page.locator("#shops-empty")).to_be_visible()
    page.fill("#words", "")
    tile = page.locator("[data-does=show-stopped]")
    tile.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#shops > li")).to_have_count(3)
    expect(tile).to_have_attribute("aria-pressed", "true")
    expect(tile).to_be_focused()


def test_the_focus_stays_with_a_shop_while_the_list_moves(visit: Visit, shops: Shops) -> None:
    page = opened(visit)
    page.locator(".shop-name", has_text="tienda-020").focus()
    shops.say(shop("tienda-020", CAJA, COCINA, storage="database or disk is full"))
    expect(page.locator("#shops > li").first).to_have_attribute("data-store", "tienda-020")
    expect(page.locator(".shop-name", has_text="tienda-020")).to_be_focused()


def test_a_lost_server_is_told_the_last_picture_kept_and_all_comes_back(visit: Visit, shops: Shops) -> None:
    page = opened(visit)
    shops.server.kill()
    expect(page.locator("#nats-gone")).to_be_visible()
    expect(page.locator("#nats-gone")).to_contain_text("esto es lo último que se supo")
    expect(page.locator("#verdict .answer-state")).to_have_text("6 tiendas necesitan a alguien")
    assert "saturate" in page.locator("#main").evaluate("main => getComputedStyle(main).filter")
    shops.server.start()
    expect(page.locator("#nats-gone")).to_be_hidden()
    expect(page.locator("#nats")).to_have_attribute("data-state", "connected")


@pytest.mark.parametrize("screen", ["wide", "phone"])
@pytest.mark.parametrize(("language", "scheme"), [("es", "light"), ("en", "dark")])
def test_it_is_readable_named_and_fits(browser: Browser, shops: Shops, language: str, scheme: str, screen: str) -> None:
    visit = Visit(browser, shops.url, color_scheme=scheme, **({"viewport": PHONE} if screen == "phone" else {}))
    page = opened(visit)
    page.select_option("#language", language)
    for path in ("", "#/shop/lima-centro", "#/shop/tijuana-otay"):
        opened(visit, path)
        for script in (NAMELESS, DOUBLE_IDS, FAINT):
            assert page.evaluate(script) == [], path
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        untranslated = r"\b(fleet|problem|shop|nats|link|code|reason|state)\.[a-z_]+"
        assert re.findall(untranslated, page.locator("body").inner_text()) == []
    visit.close()
    assert visit.errors == []


def test_both_languages_have_every_text_with_the_same_gaps(visit: Visit) -> None:
    page = opened(visit)
    texts = page.evaluate("import('/static/i18n.js').then((i18n) => i18n.TEXTS)")
    own = page.evaluate("import('/static/texts-fleet.js').then((texts) => texts.FLEET)")
    for spanish, english in own.values():
        assert re.findall(r"\{\w+\}", spanish) == re.findall(r"\{\w+\}", english)
    sources = [path.read_text("utf-8") for path in Path(ticket_daemon.web.__file__).parent.glob("fleet*.*")]
    said = {
        key
        for source in sources
        for key in re.findall(r"""(?:\bt\(|counting\(|data-t(?:-\w+)?=)"([a-z_.]+)"[,) >]""", source)
    }
    assert {key for key in said if key not in texts and key not in own and f"{key}_one" not in own} == set()


def test_ten_thousand_shops_are_a_page_like_any_other(browser: Browser, shops: Shops) -> None:
    shops.do(lambda chain: chain.say_all([shop(f"s-{number:05}", CAJA, COCINA) for number in range(10_000)]))
    visit = Visit(browser, shops.url)
    page = opened(visit)
    expect(page.locator("[data-does='show-'] .tile-count")).to_have_text("10.038", timeout=PATIENCE_S * 1000)
    expect(page.locator("#shops > li")).to_have_count(100)
    page.fill("#words", "s-0421")
    expect(page.locator("#shops-count")).to_have_text("10")
    page.fill("#words", "")
    page.click("#shops-more")
    expect(page.locator("#shops > li")).to_have_count(200)
    shops.say(shop("s-09999", stopped("Caja", "offline")))
    expect(page.locator("[data-store=s-09999]")).to_contain_text("Fuera de línea")
    visit.close()
    assert visit.errors == []


def test_policy_forbids_inline_code_and_other_hosts(visit: Visit) -> None:
    answer = visit.page.goto(visit.url)
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    expect(visit.page.locator("#shops > li").first).to_be_visible()


def test_picture_for_the_docs_can_be_taken(visit: Visit, tmp_path: Path) -> None:
    page = opened(visit)
    expect(page.locator("#shops-count")).to_have_text("38")
    page.mouse.move(0, 0)
    path = (PICTURES if os.environ.get("TICKET_DAEMON_SCREENSHOTS") else tmp_path) / "fleet-es.png"
    page.screenshot(path=path)
    assert path.stat().st_size > LEAST_BYTES
