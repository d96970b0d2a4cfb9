"""The service: its state, the doctor's findings, the burst test."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect
from visits import Visit


@pytest.fixture
def service(visit: Visit) -> Page:
    return visit.open("service")


def test_state_and_figures_are_shown(service: Page) -> None:
    expect(service.locator("#service-state .answer-state")).to_have_text("Todo en orden")
    expect(service.locator("#service-facts")).to_contain_text("pruebas")
    expect(service.locator("#queue-numbers")).to_have_text("0 / 100")


def test_round_trip_is_measured(service: Page) -> None:
    service.click("#ping")
    expect(service.locator("#ping-result")).to_have_text(re.compile(r"^\d+(\.\d)? ms$"))


# --- the doctor ---


def test_without_a_doctor_there_is_no_diagnosis(visit: Visit) -> None:
    visit.page.route("**/api/v1/doctor", lambda route: route.fulfill(status=404, body="{}"))
    page = visit.open("service")
    expect(page.locator("#service-state .answer-state")).to_be_visible()
    expect(page.locator("#doctor")).to_be_hidden()


# --- the burst ---


def test_burst_is_asked_about_and_no_means_nothing(service: Page) -> None:
    requests: list[str] = []
    service.on("request", lambda request: requests.append(request.url))
    service.fill("#burst-count", "40")
    service.click("#burst-start")
    expect(service.locator(".question")).to_contain_text("¿Imprimir 40 tickets?")
    expect(service.locator(".question")).to_contain_text("virtual")
    service.keyboard.press("Escape")
    expect(service.locator(".question")).to_have_count(0)
    assert not [url for url in requests if url.endswith("/burst")]


def test_burst_prints_as_many_as_agreed_and_tells_how_far_it_is(service: Page) -> None:
    service.fill("#burst-count", "12")
    service.click("#burst-start")
    with service.expect_response("**/burst") as answered:
        service.locator(".question [data-does=yes]").click()
    assert len(answered.value.json()["ids"]) == 12
    assert json.loads(answered.value.request.post_data or "") == {"count": 12}
    expect(service.locator("#burst-note")).to_contain_text(re.compile(r"^12 de 12 impresos · \d+\.\d s$"))
    assert service.locator("#burst-progress").evaluate("bar => bar.value / bar.max") == 1


@pytest.mark.parametrize("count", ["0", "101", ""])
def test_burst_of_another_size_is_not_even_asked_about(service: Page, count: str) -> None:
    service.fill("#burst-count", count)
    service.click("#burst-start")
    assert service.locator("#burst-count").evaluate("input => !input.validity.valid")
    expect(service.locator(".question")).to_have_count(0)
