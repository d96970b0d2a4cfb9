"""The log: the daemon's own and this page's messages, filtered, live and saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from visits import Daemon, Visit


@pytest.fixture
def log(visit: Visit) -> Page:
    return visit.open("log")


# --- the daemon's ---


def test_daemons_log_is_there_and_new_lines_come_by_themselves(log: Page, daemon: Daemon) -> None:
    expect(log.locator("#journal")).to_contain_text("El servicio arrancó")
    daemon.send("en-el-registro")
    line = log.locator("#journal li", has_text="en-el-registro")
    expect(line.first).to_contain_text("Ticket impreso")
    line.first.locator("summary").click()
    expect(line.first.locator("pre")).to_contain_text('"event": "job_ended"')


def test_lines_are_chosen_by_level_words_and_audit(log: Page, daemon: Daemon) -> None:
    daemon.send("para-auditar")
    daemon.until_settled("para-auditar")
    daemon.ask("POST", "/api/v1/jobs/para-auditar/reprint", {})
    log.check("#journal-audit")
    expect(log.locator("#journal li", has_text="para-auditar")).to_have_count(1)
    expect(log.locator("#journal li").first).to_contain_text("auditoría")
    log.uncheck("#journal-audit")
    log.fill("#journal-text", "para-auditar")
    expect(log.locator("#journal li", has_text="El servicio arrancó")).to_have_count(0)
    expect(log.locator("#journal li").first).to_contain_text("para-auditar")
    log.select_option("#journal-level", "error")
    expect(log.locator("#journal-empty")).to_be_visible()
    log.select_option("#journal-level", "debug")
    expect(log.locator("#journal")).to_contain_text("Ticket en cola")


def test_chosen_lines_are_saved_as_a_file(log: Page, daemon: Daemon) -> None:
    daemon.send("para-guardar")
    log.fill("#journal-text", "para-guardar")
    expect(log.locator("#journal li").first).to_contain_text("para-guardar")
    with log.expect_download() as download:
        log.click("#journal-export")
    assert download.value.suggested_filename.endswith(".jsonl")
    lines = [json.loads(line) for line in Path(download.value.path()).read_text("utf-8").splitlines()]
    assert {line.get("job") for line in lines} == {"para-guardar"}
    assert [line["event"] for line in lines if line["level"] != "debug"] == ["job_ended"]


def test_an_opened_line_stays_open_while_others_come(log: Page, daemon: Daemon) -> None:
    log.fill("#journal-text", "started")
    expect(log.locator("#journal li", has_not_text="El servicio arrancó")).to_have_count(0)
    expect(log.locator("#journal li")).not_to_have_count(0)
    log.locator("#journal summary").first.click()
    expect(log.locator("#journal pre")).to_be_visible()
    log.fill("#journal-text", "")
    daemon.send("mientras-tanto")
    expect(log.locator("#journal")).to_contain_text("mientras-tanto")
    expect(log.locator("#journal pre")).to_be_visible()


def test_a_daemon_that_is_gone_is_said_where_lines_would_be(visit: Visit, log: Page) -> None:
    visit.may_fail.append("/api/v1/log")
    log.route("**/api/v1/log?*", lambda route: route.abort())
    log.fill("#journal-text", "x")
    expect(log.locator("#journal-empty")).to_contain_text("No hay conexión")
    log.unroute("**/api/v1/log?*")


# --- the page's messages ---


def test_messages_show_both_directions_and_are_filtered(page: Page) -> None:
    page.click("#send")
    page.click(".nav a[href='#/log']")
    expect(page.locator("#messages li[data-kind=ticket][data-direction=sent]")).to_have_count(1)
    expect(page.locator("#messages li[data-kind=result][data-direction=received]")).to_have_count(1)
    page.fill("#log-filter", "queued")
    expect(page.locator("#messages li[data-kind=result]")).to_have_count(0)
    page.fill("#log-filter", "")
    page.click("#log-clear")
    expect(page.locator("#messages li")).to_have_count(0)


def test_messages_are_saved_without_the_token(page: Page) -> None:
    page.click("#settings summary")
    page.fill("#token", "secreto-de-prueba")
    page.keyboard.press("Escape")
    page.click("#send")
    page.click(".nav a[href='#/log']")
    expect(page.locator("#messages li[data-kind=ticket]")).to_have_count(1)
    with page.expect_download() as download:
        page.click("#log-export")
    exported = Path(download.value.path()).read_text(encoding="utf-8")
    lines = [json.loads(line) for line in exported.splitlines()]
    assert {line["direction"] for line in lines} == {"sent", "received"}
    assert "secreto-de-prueba" not in exported
    assert page.evaluate("Object.values(localStorage).join()").find("secreto") == -1
