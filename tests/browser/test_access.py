"""The page for everybody: both languages, light and dark, a phone, a keyboard, a screen reader; and its policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from visits import PHONE, Daemon, Nobody, Visit

import ticket_daemon.web

SPANISH, ENGLISH = "es", "en"
VIEWS = ("", "tickets", "editor", "log", "service")
LONG_NAME = "Barra del patio y terraza 2026"
#: axe's own words for what keeps somebody out or hinders them much.
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A shop on a bad day: a printer off, a long name, tickets that wait, are held, have failed."""
    nobody = Nobody()
    printers = "".join(
        f'[[printers]]\nname = "{name}"\nuri = "{nobody.uri}"\nprofile = "TM-T20III"\nretry_s = {retry}\n'
        'on_failure = "fail"\n'
        for name, retry in ((LONG_NAME, 3600), ("Cocina", 0))
    )
    daemon = Daemon(tmp_path_factory.mktemp("daemon"), printers)
    daemon.start()
    daemon.send("venta-con-un-id-tan-largo-que-no-cabe-en-ningun-renglon-de-ninguna-pantalla", "TOTAL 99.00")
    for number in range(6):
        daemon.send(f"barra-{number}", printer=LONG_NAME)
    daemon.ask("POST", "/api/v1/jobs/barra-1/hold")
    daemon.send("fallido", printer="Cocina")
    yield daemon
    daemon.stop()
    nobody.close()


def spoken() -> set[str]:
    """The keys that the page's modules say by name."""
    modules = Path(ticket_daemon.web.__file__).parent.glob("*.js")
    # The page of many shops has texts of its own (test_fleet_page.py).
    sources = [path.read_text("utf-8") for path in modules if not path.name.startswith("fleet")]
    return {key for source in sources for key in re.findall(r"""\bt\("([a-z_.]+)"[,)]""", source)}


# --- language and looks ---


def test_language_switch_changes_the_page_and_is_kept(page: Page) -> None:
    page.select_option("#language", ENGLISH)
    expect(page.locator("#link-text")).to_have_text("Connected")
    expect(page.locator("html")).to_have_attribute("lang", ENGLISH)
    expect(page.locator("#send")).to_contain_text("Print")
    expect(page.locator(".nav")).to_contain_text("Counter")
    page.reload()
    expect(page.locator("#link-text")).to_have_text("Connected")
    expect(page.locator("html")).to_have_attribute("lang", ENGLISH)


def test_both_languages_have_every_text_with_the_same_gaps(page: Page) -> None:
    texts = page.evaluate("import('/static/i18n.js').then((module) => module.TEXTS)")
    named = page.evaluate(
        """() => [...document.querySelectorAll("[data-t], [data-t-label], [data-t-placeholder]")]
             .flatMap((e) => [e.dataset.t, e.dataset.tLabel, e.dataset.tPlaceholder]).filter(Boolean)"""
    )
    assert set(named) | spoken() <= set(texts)
    for key, pair in texts.items():
        assert len(pair) == 2, key
        assert all(pair), key
        assert len({frozenset(re.findall(r"\{(\w+)\}", words)) for words in pair}) == 1, key


def test_theme_can_be_chosen_and_is_kept(page: Page) -> None:
    page.click("#settings summary")
    page.select_option("#theme", "dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


NAMELESS = """
() => [...document.querySelectorAll("button, input, select, textarea, summary, a, meter, img, [role=group]")]
  .filter((e) => {
    if (e.tagName === "IMG") return !e.hasAttribute("alt") || (!e.alt && e.closest("a"));
    const ids = (e.getAttribute("aria-labelledby") ?? "").split(" ");
    const by = ids.map((id) => document.getElementById(id)?.textContent);
    const names = [e.getAttribute("aria-label"), ...by, ...[...(e.labels ?? [])].map((l) => l.textContent)];
    if (["BUTTON", "SUMMARY", "A"].includes(e.tagName)) names.push(e.textContent, e.querySelector("img")?.alt);
    return !names.some((name) => name?.trim()) && !e.closest("[hidden]");
  })
  .map((e) => e.outerHTML.slice(0, 120))
"""

DOUBLE_IDS = """
() => { const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
        return ids.filter((id, index) => ids.indexOf(id) !== index); }
"""

#: Every visible text's contrast with the colour behind it. WCAG 2: 4.5, large text 3; controls that are off are exempt.
FAINT = """
() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = channels(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility() || e.disabled || e.closest(":disabled") || e.tagName === "TEXTAREA") continue;
    if (e.tagName === "OPTION" || e.classList.contains("hidden")) continue;
    const style = getComputedStyle(e), [a, b] = [light(channels(style.color)), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} ${e.outerHTML.slice(0, 80)}`);
  }
  return faint;
}
"""


def axe(page: Page) -> list[str]:
    """What axe-core finds that is serious, in a line each; it comes in by the browser's tools, past the policy."""
    page.evaluate(resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {rule['help']}: {rule['nodes'][0]['html'][:160]}"
        for rule in found["violations"]
        if rule["impact"] in SERIOUS
    ]


def test_axe_would_say_so(visit: Visit) -> None:
    page = visit.open()
    assert axe(page) == []
    page.evaluate("document.getElementById('verdict').append(document.createElement('button'))")
    assert [line.partition(":")[0] for line in axe(page)] == ["button-name"]


@pytest.mark.parametrize("screen", ["wide", "phone"])
@pytest.mark.parametrize(
    ("language", "scheme"), [(SPANISH, "light"), (ENGLISH, "dark"), (ENGLISH, "light"), (SPANISH, "dark")]
)
def test_every_view_is_readable_named_and_fits_on_a_bad_day(
    browser: Browser, troubled: Daemon, language: str, scheme: str, screen: str
) -> None:
    context: dict[str, Any] = {"color_scheme": scheme, **({"viewport": PHONE} if screen == "phone" else {})}
    visit = Visit(browser, troubled.url, **context)
    page = visit.open()
    page.select_option("#language", language)
    for view in VIEWS:
        page.goto(f"{troubled.url}/#/{view}")
        settle(page, view)
        assert page.evaluate(NAMELESS) == [], view
        assert page.evaluate(DOUBLE_IDS) == [], view
        assert page.evaluate(FAINT) == [], view
        assert axe(page) == [], view
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, view
    visit.close()
    assert visit.errors == []


def settle(page: Page, view: str) -> None:
    """Wait until the view shows what there is."""
    wanted = {
        "": "#alerts:not([hidden])", "tickets": "#jobs tr[data-state=failed]", "editor": "#proof-image:not([hidden])",
        "log": "#journal li", "service": "#service-facts div",
    }  # fmt: skip
    page.wait_for_selector(wanted[view])
    if view == "":
        page.wait_for_selector("#papers img")
    if view == "editor":
        page.fill("#editor", '{"version": "1.0", "commands": [{"type": "feed", "data": {"lines": -1}}]}')
        page.wait_for_selector("#lens:not([hidden])")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dialogs_are_as_good(browser: Browser, troubled: Daemon, scheme: str) -> None:
    visit = Visit(browser, troubled.url, color_scheme=scheme, viewport=PHONE)
    page = visit.open("tickets")
    page.locator('#jobs tr[data-job="barra-1"] [data-does=look]').click()
    expect(page.locator("#sheet-picture img")).to_be_visible()
    expect(page.locator("#sheet-history li")).to_have_count(2)
    assert axe(page) == []
    page.locator("#sheet-acts [data-does=reprint]").click()
    expect(page.locator(".question")).to_be_visible()
    assert axe(page) == []
    assert page.evaluate(FAINT) == []
    page.keyboard.press("Escape")
    expect(page.locator(".question")).to_have_count(0)
    expect(page.locator("#sheet")).to_be_visible()
    page.keyboard.press("Escape")
    visit.close()
    assert visit.errors == []


# --- the keyboard ---


def test_desk_can_be_reached_with_the_keyboard_and_shows_focus(page: Page) -> None:
    wanted = {"language", "sample", "tidy", "live", "editor", "send", "preview", "printer"}
    seen: set[str] = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e.closest(".editor") ?? e);
                 return [e.id, s.outlineStyle]; }"""
        )
        if focused[0] in wanted:
            assert focused[1] != "none", focused[0]
        seen.add(focused[0])
    assert wanted <= seen


def test_a_ticket_is_held_and_released_with_the_keyboard_alone(browser: Browser, troubled: Daemon) -> None:
    visit = Visit(browser, troubled.url)
    page = visit.open()
    row = page.locator('.card-queue [data-job="barra-0"] [data-does=hold]')
    expect(row).to_be_visible()
    for _ in range(80):
        page.keyboard.press("Tab")
        if row.evaluate("button => button === document.activeElement"):
            break
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    release = page.locator('.card-held [data-job="barra-0"] [data-does=release]')
    expect(release).to_be_visible()
    release.focus()
    page.keyboard.press("Space")
    expect(page.locator('.card-held [data-job="barra-0"]')).to_have_count(0)
    visit.close()
    assert visit.errors == []


def test_going_to_a_view_moves_the_focus_to_its_heading_and_back_works(visit: Visit) -> None:
    page = visit.open()
    page.focus(".nav a[href='#/log']")
    page.keyboard.press("Enter")
    expect(page.locator("#journal-heading")).to_be_focused()
    expect(page.locator(".nav a[aria-current]")).to_have_text("Registro")
    expect(page.locator("#printers")).to_be_hidden()
    page.go_back()
    expect(page.locator("#printers")).to_be_visible()
    page.keyboard.press("Tab")
    page.reload()
    page.keyboard.press("Tab")
    expect(page.locator("#skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#verdict-heading")).to_be_focused()


def test_phone_shows_the_views_at_the_thumb(browser: Browser, daemon: Daemon) -> None:
    visit = Visit(browser, daemon.url, viewport=PHONE, has_touch=True)
    page = visit.open()
    links = page.locator(".nav a").evaluate_all("links => links.map((link) => link.getBoundingClientRect().toJSON())")
    assert len(links) == len(VIEWS)
    for box in links:
        assert box["bottom"] > PHONE["height"] - 4
        assert box["width"] >= 44
        assert box["height"] >= 44
    page.locator(".nav a[href='#/tickets']").tap()
    expect(page.locator("#jobs-heading")).to_be_visible()
    visit.close()
    assert visit.errors == []


# --- the policy, and the first paint ---


def test_policy_forbids_inline_code_and_other_hosts(visit: Visit) -> None:
    answer = visit.page.goto(visit.url)
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_first_paint_comes_at_once(visit: Visit) -> None:
    page = visit.open()
    page.reload()
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    # The aim is 200 ms on a till that does nothing else (see the benchmark `paint`); a test machine shares its cores.
    assert page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") < 1500


def test_a_page_that_is_opened_again_asks_for_none_of_its_files(visit: Visit) -> None:
    visit.open()
    visit.page.goto("about:blank")
    visit.open()
    fetched = visit.page.evaluate(
        "performance.getEntriesByType('resource').filter((file) => file.name.includes('/static/') && file.transferSize)"
        ".map((file) => file.name)"
    )
    assert fetched == []
