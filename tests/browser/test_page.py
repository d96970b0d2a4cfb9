"""The link, and the desk where tickets are written: in a real browser, from a real daemon."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect
from visits import Daemon, Visit


def document(*commands: dict[str, Any]) -> str:
    whole = {"version": "1.0", "profile": {"model": "Generic 80mm", "paper_width": 80}, "commands": list(commands)}
    return json.dumps(whole, indent=2)


def text(words: str, **style: Any) -> dict[str, Any]:
    return {"type": "text", "data": {"content": {"text": words, "content_style": style}}}


def line_of(source: str, part: str) -> int:
    return source[: source.index(part)].count("\n") + 1


def print_it(page: Page, source: str) -> None:
    page.fill("#editor", source)
    page.click("#send")


# --- the link and the daemon's state ---


def test_page_tells_that_it_is_connected(page: Page) -> None:
    expect(page.locator("#link-text")).to_have_text("Conectado")
    expect(page.locator("#send")).to_be_enabled()


def test_page_reconnects_after_the_daemon_was_gone(browser: Browser, tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    daemon.start()
    try:
        visit = Visit(browser, daemon.url)
        page = visit.open("editor")
        daemon.stop()
        expect(page.locator("#link")).not_to_have_attribute("data-state", "connected")
        expect(page.locator("#link-text")).to_contain_text("reintento en")
        expect(page.locator("#gone")).to_be_visible()
        expect(page.locator("#send")).to_be_disabled()
        daemon.start()
        page.evaluate("document.getElementById('reconnect').click()")
        expect(page.locator("#link")).to_have_attribute("data-state", "connected", timeout=20_000)
        expect(page.locator("#gone")).to_be_hidden()
        print_it(page, document(text("de vuelta")))
        expect(page.locator("#papers img")).to_have_count(1)
        visit.close()
    finally:
        daemon.stop()


def test_page_of_a_daemon_that_was_upgraded_is_fetched_anew(visit: Visit) -> None:
    versions = ["1.0.0", "2.0.0", "2.0.0"]
    links: list[WebSocketRoute] = []

    def relay(link: WebSocketRoute) -> None:
        version = versions[min(len(links), 2)]
        links.append(link)
        daemon = link.connect_to_server()
        daemon.on_message(lambda frame: link.send(re.sub(r'"version":"[^"]*"', f'"version":"{version}"', str(frame))))

    visit.page.route_web_socket("**/ws", relay)
    page = visit.open("editor")
    expect(page.locator("#version")).to_have_text("1.0.0")
    page.fill("#editor", document(text("a medias")))
    expect(page.locator("#proof-image")).to_have_attribute("alt", re.compile("a medias"))
    with page.expect_event("domcontentloaded"):
        links[0].close(code=1001)
    expect(page.locator("#version")).to_have_text("2.0.0")
    expect(page.locator("#editor")).to_have_value(re.compile("a medias"))


# --- a ticket's way ---


def test_sample_prints_and_its_paper_comes_out(page: Page) -> None:
    page.click("#send")
    expect(page.locator("#outcome")).to_have_class(re.compile("good"))
    expect(page.locator("#verdict .answer-state")).to_have_text(re.compile("Impreso|Enviado"))
    picture = page.locator("#papers img").first
    expect(picture).to_have_attribute("alt", re.compile("TAQUERÍA EL PASTORCITO"))
    assert picture.evaluate("image => image.naturalWidth") > 300


def test_ctrl_enter_prints(page: Page) -> None:
    page.focus("#editor")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#papers img[alt*=TAQUERÍA]")).to_have_count(1)


def test_newest_paper_lies_on_top(page: Page) -> None:
    print_it(page, document(text("primero")))
    expect(page.locator("#papers img").first).to_have_attribute("alt", re.compile("primero"))
    print_it(page, document(text("segundo")))
    expect(page.locator("#papers img").first).to_have_attribute("alt", re.compile("segundo"))


def test_whole_v1_message_is_sent_as_written_and_never_twice(page: Page) -> None:
    page.select_option("#sample", "first")
    page.click("#send")
    expect(page.locator("#verdict .job-id")).to_have_text("pos1-20260109-001")
    printed = page.locator("#papers img[alt*='TICKET DE PRUEBA']")
    expect(printed).to_have_count(1)
    page.click("#send")
    expect(page.locator("#outcome")).to_contain_text("no se imprime dos veces")
    page.click("#outcome button")
    expect(printed).to_have_count(2)


def test_every_sample_is_drawn_without_a_fault(page: Page) -> None:
    samples = page.eval_on_selector_all("#sample option", "options => options.map((option) => option.value)")
    assert len(samples) >= 18
    for sample in samples:
        page.fill("#editor", "")
        expect(page.locator("#fault")).to_be_visible()
        expect(page.locator("#proof")).to_have_class(re.compile("stale"))
        page.select_option("#sample", sample)
        expect(page.locator("#proof"), sample).not_to_have_class(re.compile("stale"))
        expect(page.locator("#proof-image"), sample).to_be_visible()
        expect(page.locator("#fault"), sample).to_be_hidden()


@pytest.mark.parametrize(("wish", "moves"), [("no-preference", True), ("reduce", False)])
def test_paper_slides_out_unless_motion_is_unwanted(browser: Browser, daemon: Daemon, wish: str, moves: bool) -> None:
    visit = Visit(browser, daemon.url, reduced_motion=wish)
    visit.context.add_init_script(
        """const animate = Element.prototype.animate;
           window.slides = 0;
           Element.prototype.animate = function (...how) { window.slides += 1; return animate.apply(this, how); };"""
    )
    page = visit.open("editor")
    page.click("#send")
    expect(page.locator("#papers img[alt*=TAQUERÍA]")).to_have_count(1)
    assert (page.evaluate("window.slides") > 0) == moves
    visit.close()


# --- writing ---


def test_preview_follows_what_is_typed(page: Page) -> None:
    expect(page.locator("#proof-image")).to_be_visible()
    before = page.locator("#proof-image").get_attribute("src")
    page.fill("#editor", document(text("otra cosa")))
    expect(page.locator("#proof-image")).not_to_have_attribute("src", before or "")
    expect(page.locator("#proof-size")).to_contain_text("puntos")
    expect(page.locator("#proof-image")).to_have_attribute("alt", re.compile("otra cosa"))


def test_wrong_value_is_marked_at_its_line(page: Page) -> None:
    source = document(text("bien"), text("mal", bold="tal vez"))
    print_it(page, source)
    line = line_of(source, '"tal vez"')
    expect(page.locator(".gutter .at-fault")).to_have_text(str(line))
    expect(page.locator("#lens")).to_be_visible()
    expect(page.locator("#fault")).to_contain_text(f"Línea {line}")
    expect(page.locator("#fault")).to_contain_text("commands[1].data.content.content_style.bold")
    expect(page.locator("#outcome")).to_contain_text("Rechazado")
    expect(page.locator("#verdict .answer-state")).to_have_text("Rechazado")


def test_wrong_value_is_marked_while_typing(page: Page) -> None:
    source = document({"type": "feed", "data": {"lines": 900}})
    page.fill("#editor", source)
    expect(page.locator(".gutter .at-fault")).to_have_text(str(line_of(source, "900")))


def test_missing_field_is_marked_on_what_misses_it(page: Page) -> None:
    source = document(text("bien"), {"type": "feed", "data": {}})
    print_it(page, source)
    expect(page.locator(".gutter .at-fault")).to_have_text(str(line_of(source, '"data": {}')))


def test_broken_json_is_marked_where_it_breaks(page: Page) -> None:
    print_it(page, '{\n  "version": "1.0",\n  "commands" []\n}')
    expect(page.locator(".gutter .at-fault")).to_have_text("3")
    expect(page.locator("#fault")).to_contain_text("dos puntos")


def test_fault_in_a_whole_message_is_marked_too(page: Page) -> None:
    source = json.dumps({"tipo": "ticket", "datos": json.loads(document(text("x", size="9x9")))}, indent=2)
    print_it(page, source)
    expect(page.locator(".gutter .at-fault")).to_have_text(str(line_of(source, '"9x9"')))


def test_correcting_the_text_takes_the_mark_away(page: Page) -> None:
    print_it(page, document({"type": "feed", "data": {"lines": -1}}))
    expect(page.locator("#fault")).to_be_visible()
    page.fill("#editor", document({"type": "feed", "data": {"lines": 1}}))
    expect(page.locator("#fault")).to_be_hidden()
    expect(page.locator(".gutter .at-fault")).to_have_count(0)


def test_colours_lie_exactly_behind_the_text(page: Page) -> None:
    """The coloured copy must have the size of the real text, or caret and letters would part."""
    page.fill("#editor", document(text("á" * 120), *[text("línea")] * 40))
    sizes = page.evaluate(
        """() => { const area = document.getElementById("editor"), ink = document.getElementById("ink");
             return [area.scrollWidth, ink.scrollWidth, area.scrollHeight, ink.scrollHeight]; }"""
    )
    assert abs(sizes[0] - sizes[1]) <= 12  # the one scrolls past its padding, the other does not
    assert abs(sizes[2] - sizes[3]) <= 1


def test_colours_follow_every_edit(page: Page) -> None:
    same = """() => {
      const rows = [...document.getElementById("ink").children].map((row) => row.textContent.trimEnd());
      const lines = document.getElementById("editor").value.split("\\n").map((line) => line.trimEnd());
      const numbers = document.getElementById("gutter").childElementCount;
      return rows.join("\\n") === lines.join("\\n") && numbers === lines.length;
    }"""
    page.fill("#editor", document(text("uno"), text("dos")))
    page.wait_for_function(same)
    page.focus("#editor")
    for keys in (
        "Control+Home",
        "Enter",
        "ArrowDown",
        "x",
        "Shift+ArrowDown",
        "Delete",
        "Control+z",
        "Control+End",
        "Enter",
        "y",
    ):
        page.keyboard.press(keys)
        page.wait_for_function(same)
