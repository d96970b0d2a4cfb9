"""The list of tickets, and all about one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from visits import Daemon, Nobody, Visit

BAR = "barra"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    nobody = Nobody()
    printer = f'[[printers]]\nname = "{BAR}"\nuri = "{nobody.uri}"\nprofile = "TM-T20III"\nretry_s = 3600\n'
    daemon = Daemon(tmp_path_factory.mktemp("daemon"), printer)
    daemon.start()
    for job_id in ("v-1", "v-2", "v-3"):
        daemon.send(job_id, "TOTAL 8.00")
        daemon.until_settled(job_id)
    yield daemon
    daemon.stop()
    nobody.close()


@pytest.fixture
def tickets(visit: Visit, daemon: Daemon) -> Iterator[Page]:
    yield visit.open("tickets")
    daemon.clear()


def ids(page: Page) -> list[str]:
    return page.locator("#jobs .job-id").all_text_contents()


def test_list_is_full_when_the_page_opens_newest_first(tickets: Page) -> None:
    expect(tickets.locator("#jobs tr")).not_to_have_count(0)
    expect(tickets.locator('#jobs tr[data-job="v-3"] .state')).to_have_text("Impreso")
    shown = [one for one in ids(tickets) if one.startswith("v-")]
    assert shown == ["v-3", "v-2", "v-1"]


def test_list_is_filtered_by_words_state_and_printer(tickets: Page, daemon: Daemon) -> None:
    daemon.send("espera-1", printer=BAR)
    expect(tickets.locator('#jobs tr[data-job="espera-1"]')).to_be_visible()
    tickets.select_option("#jobs-state", "open")
    expect(tickets.locator("#jobs .job-id")).to_have_text(["espera-1"])
    tickets.select_option("#jobs-state", "")
    tickets.select_option("#jobs-printer", BAR)
    expect(tickets.locator('#jobs tr[data-job="v-1"]')).to_have_count(0)
    tickets.select_option("#jobs-printer", "")
    tickets.fill("#jobs-filter", "V-2")
    expect(tickets.locator("#jobs .job-id")).to_have_text(["v-2"])
    tickets.fill("#jobs-filter", "nada de esto")
    expect(tickets.locator("#jobs-empty")).to_have_text("Ningún ticket es así.")
    expect(tickets.locator("#jobs-table")).to_be_hidden()


def test_ticket_shows_its_paper_and_what_became_of_it(tickets: Page) -> None:
    tickets.locator('#jobs tr[data-job="v-1"] [data-does=look]').click()
    expect(tickets.locator("#sheet-title")).to_have_text("v-1")
    picture = tickets.locator("#sheet-picture img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 300
    expect(tickets.locator("#sheet-history li")).to_have_count(3)
    expect(tickets.locator("#sheet-history li").last).to_contain_text("Impreso")
    tickets.keyboard.press("Escape")
    expect(tickets.locator("#sheet")).to_be_hidden()
    expect(tickets.locator('#jobs tr[data-job="v-1"] [data-does=look]')).to_be_focused()


def test_open_ticket_follows_what_becomes_of_it(tickets: Page, daemon: Daemon) -> None:
    daemon.send("sigue", printer=BAR)
    tickets.locator('#jobs tr[data-job="sigue"] [data-does=look]').click()
    expect(tickets.locator("#sheet-state")).to_contain_text("En cola")
    tickets.locator("#sheet-acts [data-does=hold]").click()
    expect(tickets.locator("#sheet-state")).to_contain_text("Retenido")
    expect(tickets.locator("#sheet-history li").last).to_contain_text("alguien lo retuvo")
    daemon.ask("DELETE", "/api/v1/jobs/sigue")
    expect(tickets.locator("#sheet-state")).to_contain_text("Cancelado")
    expect(tickets.locator("#sheet-acts [data-does=reprint]")).to_be_visible()


def test_held_tickets_are_one_click_from_the_counter(tickets: Page, daemon: Daemon) -> None:
    for job_id in ("duda-1", "duda-2"):
        daemon.send(job_id, printer=BAR)
        daemon.ask("POST", f"/api/v1/jobs/{job_id}/hold")
    tickets.goto(tickets.url.split("#")[0] + "#/")
    expect(tickets.locator("#alerts")).to_contain_text("2 tickets esperan a que alguien decida")
    tickets.locator("#alerts [data-does=show]").click()
    expect(tickets.locator("#jobs-heading")).to_be_focused()
    expect(tickets.locator("#jobs .job-id")).to_have_text(["duda-2", "duda-1"])


def test_reprint_names_the_ticket_it_came_from(tickets: Page, daemon: Daemon) -> None:
    daemon.ask("POST", "/api/v1/jobs/v-2/reprint", {"new_id": "v-2-otra"})
    expect(tickets.locator('#jobs tr[data-job="v-2-otra"]')).to_contain_text("reimpresión de v-2")
