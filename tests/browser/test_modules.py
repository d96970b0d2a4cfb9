"""What the page's modules promise by themselves, tried in the browser they are for."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from visits import Visit

BOOK = """
async (news) => {
  const { Book } = await import("/static/book.js");
  const book = new Book();
  for (const one of news) Array.isArray(one) ? book.pending(one) : book.learn(one.id, one);
  return { queue: book.queue("p").map((job) => job.id), held: book.held("p").map((job) => job.id),
           states: Object.fromEntries(book.all.map((job) => [job.id, job.state])), newest: book.newest?.id };
}
"""


@pytest.fixture
def anywhere(visit: Visit) -> Page:
    return visit.open()


def job(job_id: str, state: str = "queued", second: int = 0, **fields: Any) -> dict[str, Any]:
    moment = f"2026-01-09T12:00:{second:02}.000Z"
    return {"id": job_id, "state": state, "printer": "p", "submitted": moment, "at": moment, **fields}


def test_jobs_wait_in_the_order_of_their_queue(anywhere: Page) -> None:
    news = [job("a", second=1), job("b", second=2), job("c", second=3), job("a", "held"), job("a")]
    assert anywhere.evaluate(BOOK, news)["queue"] == ["b", "c", "a"]


def test_what_prints_comes_first_and_what_is_tried_again_keeps_its_place(anywhere: Page) -> None:
    news = [job("a"), job("b"), job("b", "printing")]
    assert anywhere.evaluate(BOOK, news)["queue"] == ["b", "a"]
    assert anywhere.evaluate(BOOK, [job("a"), job("b"), job("a", "printing"), job("a")])["queue"] == ["a", "b"]


def test_the_daemons_list_decides_the_order(anywhere: Page) -> None:
    pending = [job("c", second=3), job("a", second=1), job("h", "held", 2)]
    told = anywhere.evaluate(BOOK, [job("a", second=1), pending])
    assert told["queue"] == ["c", "a"]
    assert told["held"] == ["h"]
    assert told["newest"] == "c"


def test_a_late_message_takes_no_end_back(anywhere: Page) -> None:
    told = anywhere.evaluate(BOOK, [job("a", "confirmed"), job("a", "printing"), job("a")])
    assert told["states"] == {"a": "confirmed"}


CONDITIONS = [
    ({"state": "idle", "status": "ready"}, "good", "printer.idle"),
    ({"state": "processing"}, "busy", "printer.processing"),
    ({"state": "idle", "reasons": ["media-low"]}, "careful", "reason.media-low"),
    ({"state": "stopped", "reasons": ["media-empty", "cover-open"]}, "bad", "reason.cover-open"),
    ({"state": "stopped", "reasons": ["something-new", "offline"]}, "bad", "reason.offline"),
    ({"state": "stopped", "reasons": []}, "bad", "printer.stopped"),
    ({"state": "idle", "status": "unknown"}, "quiet", "printer.unknown"),
    ({"status": "paused"}, "careful", "printer.paused"),
    ({}, "quiet", "printer.unknown"),
]


@pytest.mark.parametrize(("printer", "tone", "word"), CONDITIONS)
def test_the_most_pressing_reason_is_the_word_for_a_printer(
    anywhere: Page, printer: dict[str, Any], tone: str, word: str
) -> None:
    condition = "async (printer) => (await import('/static/printers.js')).condition(printer)"
    found = anywhere.evaluate(condition, printer)
    assert (found["tone"], found["word"]) == (tone, word)


def test_found_printers_are_shown_with_a_button_that_adds_them(anywhere: Page) -> None:
    expect(anywhere.locator("#found")).to_be_hidden()
    found = {
        "name": "EPSON TM-T88V", "port": "usb://EPSON/TM-T88V", "driver": "EPSON TM-T88V", "status": "ready",
        "is_default": False, "is_virtual": False, "printer_type": "thermal", "configured": False,
        "uri": "cups://EPSON%20TM-T88V", "profile": "TM-T88V", "source": "cups", "usable": True,
    }  # fmt: skip
    own = {**found, "name": "virtual", "configured": True, "is_virtual": True, "printer_type": "virtual"}
    answer = {"tipo": "printers", "status": "ok", "printers": [own, found], "summary": {"status": "ok"}}
    anywhere.route("**/api/v1/printers?look=1", lambda route: route.fulfill(json=answer))
    anywhere.click("#printers-refresh")
    row = anywhere.locator("#found-list li")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("cola de CUPS")
    expect(row.get_by_role("button", name="Agregar: EPSON TM-T88V")).to_be_visible()
    expect(anywhere.locator("#printers .card")).to_have_count(1)
    expect(anywhere.locator("#burst-printer option")).to_have_count(1)
