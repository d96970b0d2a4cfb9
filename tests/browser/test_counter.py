"""The counter: did it print, how are the printers, who waits; and what a person can do about it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from visits import Daemon, Nobody, Visit

KITCHEN = "cocina"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """One with the virtual printer and a kitchen's that is switched off."""
    nobody = Nobody()
    printer = f'[[printers]]\nname = "{KITCHEN}"\nuri = "{nobody.uri}"\nprofile = "TM-T20III"\nretry_s = 3600\n'
    daemon = Daemon(tmp_path_factory.mktemp("daemon"), printer)
    daemon.start()
    yield daemon
    daemon.stop()
    nobody.close()


@pytest.fixture
def counter(visit: Visit, daemon: Daemon) -> Iterator[Page]:
    yield visit.open()
    daemon.clear()


def card(page: Page, printer: str) -> Locator:
    return page.locator(f'#printers .card[data-printer="{printer}"]')


def queue(page: Page) -> Locator:
    return card(page, KITCHEN).locator(".card-queue li .job-id")


def answer(page: Page, yes: bool = True) -> None:
    page.locator(f".question [data-does={'yes' if yes else 'no'}]").click()


# --- did it print? ---


def test_newest_ticket_is_answered_in_large_words(counter: Page, daemon: Daemon) -> None:
    daemon.send("venta-1", "TOTAL 40.50")
    state = counter.locator("#verdict .answer-state")
    expect(state).to_have_text("Impreso")
    expect(counter.locator("#verdict")).to_contain_text("venta-1")
    expect(counter.locator("#verdict")).to_contain_text("la impresora confirmó que salió")
    assert float(state.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) >= 24
    expect(counter.locator("#verdict-said")).to_contain_text("Impreso")
    expect(counter.locator("#papers .slip[data-job=venta-1] img")).to_be_visible()


def test_a_ticket_that_waits_is_said_to_wait_and_why(counter: Page, daemon: Daemon) -> None:
    daemon.send("comanda-espera", printer=KITCHEN)
    expect(counter.locator("#verdict .answer-state")).to_have_text("En cola")
    expect(counter.locator("#verdict")).to_contain_text(f"{KITCHEN}: fuera de línea")
    expect(counter.locator("#alerts")).to_contain_text("un ticket espera")


def test_before_the_first_ticket_the_page_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    daemon.start()
    try:
        visit = Visit(browser, daemon.url)
        page = visit.open()
        expect(page.locator("#verdict")).to_contain_text("Listo para el primer ticket")
        page.locator("#verdict [data-does=write]").click()
        expect(page.locator("#editor")).to_be_visible()
        visit.close()
        assert visit.errors == []
    finally:
        daemon.stop()


# --- printers ---


def test_printers_show_name_state_and_advice_in_words(counter: Page) -> None:
    expect(card(counter, "virtual").locator(".printer-state")).to_have_text("Lista")
    expect(card(counter, "virtual")).to_contain_text("predeterminada")
    expect(card(counter, KITCHEN).locator(".printer-state")).to_have_text("Fuera de línea")
    expect(card(counter, KITCHEN)).to_contain_text("Revise que esté encendida")
    expect(card(counter, KITCHEN)).to_contain_text("TM-T20III")


def test_a_printer_out_of_paper_is_told_live_and_in_words(browser: Browser, tmp_path: Path) -> None:
    arguments = ["--port", "0", "--profile", "TM-T20III", "--paper-out-after-lines", "12"]
    command = [sys.executable, "-m", "ticket_daemon", "emulator", *arguments, "--output", str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as emulator:
        assert emulator.stdout is not None
        said = ""
        while not (found := re.search(r":(\d{4,5})\b", said)):
            said = emulator.stdout.readline()
            assert said, "the emulator ended"
        printer = f'name = "caja"\nuri = "socket://127.0.0.1:{found.group(1)}"\nprofile = "TM-T20III"\ndefault = true\n'
        daemon = Daemon(tmp_path, f"[[printers]]\n{printer}")
        daemon.start()
        try:
            visit = Visit(browser, daemon.url)
            page = visit.open()
            expect(card(page, "caja").locator(".printer-state")).to_have_text("Lista")
            daemon.send("largo", *["renglón"] * 20)
            expect(card(page, "caja").locator(".printer-state")).to_have_text("Sin papel", timeout=20_000)
            expect(card(page, "caja")).to_contain_text("Ponga un rollo nuevo")
            visit.close()
            assert visit.errors == []
        finally:
            daemon.stop()
            emulator.terminate()


def test_test_ticket_prints_and_the_card_says_so(counter: Page) -> None:
    card(counter, "virtual").locator("[data-does=test]").click()
    expect(counter.locator("#notice")).to_contain_text("Ticket de prueba enviado")
    expect(card(counter, "virtual").locator(".last")).to_contain_text("Impreso")
    expect(counter.locator("#verdict .job-id")).to_contain_text("test-")


@pytest.mark.parametrize("what", ["drawer", "calibration"])
def test_drawer_and_calibration_are_asked_about_first(counter: Page, daemon: Daemon, what: str) -> None:
    requests: list[str] = []
    counter.on("request", lambda request: requests.append(request.url))
    card(counter, "virtual").locator(f"[data-does={what}]").click()
    answer(counter, yes=False)
    expect(counter.locator(".question")).to_have_count(0)
    assert not [url for url in requests if url.endswith(what)]
    card(counter, "virtual").locator(f"[data-does={what}]").click()
    answer(counter)
    expect(counter.locator("#verdict .job-id")).to_contain_text(f"{what}-")
    expect(counter.locator("#verdict .answer-state")).to_have_text("Impreso")


# --- the queue ---


def test_queue_shows_who_waits_in_order_and_all_when_asked(counter: Page, daemon: Daemon) -> None:
    for number in range(1, 8):
        daemon.send(f"c-{number}", printer=KITCHEN)
    expect(card(counter, KITCHEN)).to_contain_text("7 en cola")
    expect(queue(counter)).to_have_text(["c-1", "c-2", "c-3"])
    card(counter, KITCHEN).locator("[data-does=more]").click()
    expect(queue(counter)).to_have_text([f"c-{number}" for number in range(1, 8)])
    card(counter, KITCHEN).locator("[data-does=more]").click()
    expect(queue(counter)).to_have_count(3)


def test_hold_keeps_a_ticket_back_and_release_puts_it_last(counter: Page, daemon: Daemon) -> None:
    for name in ("uno", "dos"):
        daemon.send(name, printer=KITCHEN)
    row = card(counter, KITCHEN).locator('[data-job="uno"]')
    row.locator("[data-does=hold]").click()
    held = card(counter, KITCHEN).locator('.card-held [data-job="uno"]')
    expect(held).to_contain_text("alguien lo retuvo")
    expect(counter.locator("#alerts")).to_contain_text("Un ticket espera a que alguien decida")
    assert counter.title().startswith("(1)")
    held.locator("[data-does=release]").click()
    expect(queue(counter)).to_have_text(["dos", "uno"])
    expect(card(counter, KITCHEN).locator(".card-held")).to_be_hidden()
    counter.reload()
    expect(queue(counter)).to_have_text(["dos", "uno"])


def test_cancelling_is_asked_about_and_ends_the_ticket(counter: Page, daemon: Daemon) -> None:
    daemon.send("fuera", printer=KITCHEN)
    button = card(counter, KITCHEN).locator('[data-job="fuera"] [data-does=cancel]')
    button.click()
    expect(counter.locator(".question")).to_contain_text("no se imprimirá")
    answer(counter, yes=False)
    expect(queue(counter)).to_have_text(["fuera"])
    button.click()
    answer(counter)
    expect(queue(counter)).to_have_count(0)
    assert daemon.ask("GET", "/api/v1/jobs/fuera")["state"] == "cancelled"


def test_what_can_no_longer_be_done_is_said_in_words(visit: Visit, counter: Page, daemon: Daemon) -> None:
    visit.may_fail.append("/hold")
    daemon.send("tarde", printer=KITCHEN)
    expect(queue(counter)).to_have_text(["tarde"])
    counter.route("**/api/v1/jobs/tarde/hold", lambda route: (daemon.clear(), route.continue_()))
    card(counter, KITCHEN).locator("[data-does=hold]").click()
    expect(counter.locator("#notice.bad")).to_contain_text("Ya no se puede")


def test_a_hundred_waiting_tickets_stay_usable(counter: Page, daemon: Daemon) -> None:
    daemon.ask("POST", f"/api/v1/printers/{KITCHEN}/burst", {"count": 99})
    expect(card(counter, KITCHEN)).to_contain_text("99 en cola")
    card(counter, KITCHEN).locator("[data-does=more]").click()
    expect(queue(counter)).to_have_count(99)
    assert card(counter, KITCHEN).evaluate("e => e.offsetHeight") < 900
    counter.reload()
    expect(card(counter, KITCHEN)).to_contain_text("99 en cola")


# --- reprint ---


def test_reprint_has_its_banner_and_leaves_the_drawer_shut_unless_asked(counter: Page, daemon: Daemon) -> None:
    daemon.send("original", "TOTAL 12.00")
    expect(counter.locator("#verdict .job-id")).to_have_text("original")
    counter.locator("#verdict [data-does=reprint]").click()
    expect(counter.get_by_label("Con la línea REIMPRESIÓN arriba")).to_be_checked()
    expect(counter.get_by_label("Abrir también el cajón")).not_to_be_checked()
    with counter.expect_request("**/original/reprint") as asked:
        answer(counter)
    assert json.loads(asked.value.post_data or "") == {"banner": True, "open_drawer": False}
    expect(counter.locator("#verdict .job-id")).not_to_have_text("original")
    expect(counter.locator("#verdict .answer-state")).to_have_text("Impreso")
    new = counter.locator("#verdict .job-id").text_content()
    heights = [
        counter.locator(f'#papers [data-job="{job_id}"] img').evaluate("image => image.naturalHeight")
        for job_id in (new, "original")
    ]
    assert heights[0] > heights[1]  # the banner's line


def test_reprint_can_be_without_banner_and_with_the_drawer(counter: Page, daemon: Daemon) -> None:
    daemon.send("otra", "TOTAL 12.00")
    expect(counter.locator("#verdict .job-id")).to_have_text("otra")
    counter.locator("#verdict [data-does=reprint]").click()
    counter.get_by_label("Con la línea REIMPRESIÓN arriba").uncheck()
    counter.get_by_label("Abrir también el cajón").check()
    with counter.expect_request("**/otra/reprint") as asked:
        answer(counter)
    assert json.loads(asked.value.post_data or "") == {"banner": False, "open_drawer": True}
    expect(counter.locator("#verdict .answer-state")).to_have_text("Impreso")


# --- live, and after a reload ---


def test_what_another_page_does_is_seen_at_once(browser: Browser, counter: Page, daemon: Daemon) -> None:
    daemon.send("visto", printer=KITCHEN)
    other = Visit(browser, daemon.url)
    card(other.open(), KITCHEN).locator('[data-job="visto"] [data-does=hold]').click()
    expect(card(counter, KITCHEN).locator(".card-held")).to_contain_text("visto")
    other.close()


def test_after_a_reload_tickets_and_papers_are_there_again(counter: Page, daemon: Daemon) -> None:
    daemon.send("recordado", "TOTAL 7.00")
    expect(counter.locator('#papers [data-job="recordado"]')).to_be_visible()
    counter.reload()
    expect(counter.locator("#verdict .job-id")).to_have_text("recordado")
    expect(counter.locator('#papers [data-job="recordado"] img')).to_be_visible()


def test_focus_stays_where_it_was_while_news_come(counter: Page, daemon: Daemon) -> None:
    daemon.send("primero", printer=KITCHEN)
    hold = card(counter, KITCHEN).locator('[data-job="primero"] [data-does=hold]')
    hold.focus()
    daemon.send("segundo", printer=KITCHEN)
    daemon.send("venta-foco")
    expect(queue(counter)).to_have_count(2)
    expect(counter.locator("#verdict .job-id")).to_have_text("venta-foco")
    expect(hold).to_be_focused()


def test_focus_goes_to_the_next_ticket_when_its_own_goes_away(counter: Page, daemon: Daemon) -> None:
    for name in ("f-1", "f-2"):
        daemon.send(name, printer=KITCHEN)
    expect(queue(counter)).to_have_count(2)
    row = card(counter, KITCHEN).locator('.card-queue [data-job="f-1"] [data-does=hold]')
    row.focus()
    counter.keyboard.press("Enter")
    expect(queue(counter)).to_have_text(["f-2"])
    expect(card(counter, KITCHEN).locator('.card-queue [data-job="f-2"] [data-does=hold]')).to_be_focused()
    counter.keyboard.press("Enter")
    expect(queue(counter)).to_have_count(0)
    expect(card(counter, KITCHEN)).to_be_focused()


def test_what_ended_while_the_daemon_was_gone_is_known_after_it_is_back(browser: Browser, tmp_path: Path) -> None:
    nobody = Nobody()
    kitchen = f'[[printers]]\nname = "{KITCHEN}"\nuri = "{nobody.uri}"\nretry_s = 3600\n'
    daemon = Daemon(tmp_path, kitchen)
    daemon.start()
    try:
        visit = Visit(browser, daemon.url)
        page = visit.open()
        daemon.send("pendiente", printer=KITCHEN)
        expect(queue(page)).to_have_text(["pendiente"])
        page.context.set_offline(True)  # the page hears nothing of what follows
        daemon.stop()
        expect(page.locator("#gone")).to_be_visible()
        daemon.start()
        daemon.clear()
        page.context.set_offline(False)
        expect(page.locator("#link")).to_have_attribute("data-state", "connected", timeout=20_000)
        expect(queue(page)).to_have_count(0)
        expect(page.locator("#verdict .answer-state")).to_have_text("Cancelado")
        visit.close()
    finally:
        daemon.stop()
        nobody.close()
