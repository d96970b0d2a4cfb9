"""The service: its state, the doctor's findings, the burst test."""

from __future__ import annotations

import json
import re
import urllib.request

import pytest
from playwright.sync_api import Page, Route, expect
from visits import Daemon, Visit


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
    visit.may_fail.append("/api/v1/doctor")
    visit.page.route("**/api/v1/doctor", lambda route: route.fulfill(status=404, body="{}"))
    page = visit.open("service")
    expect(page.locator("#service-state .answer-state")).to_be_visible()
    expect(page.locator("#doctor")).to_be_hidden()


def test_the_daemons_own_findings_are_shown(service: Page) -> None:
    expect(service.locator("#findings")).to_contain_text("La configuración se lee bien")
    expect(service.locator("#findings")).to_contain_text("Ticket Daemon")
    expect(service.locator("#doctor-note")).to_contain_text(re.compile(r"Nada que corregir|por corregir"))


FOUND = {
    "status": "problem",
    "findings": [
        {"code": "config-ok", "severity": "ok", "mensaje": "La configuración se lee bien."},
        {"code": "disk-low", "severity": "warning", "mensaje": "Quedan 300 MiB.", "advice": "Borre lo que sobre."},
        {
            "code": "printer-refused", "severity": "problem", "subject": "caja",
            "mensaje": "caja: 192.168.1.50:9100 rechaza la conexión", "advice": "Revise la dirección.",
        },
    ],
}  # fmt: skip


def test_findings_are_shown_the_worst_first_with_what_to_do(visit: Visit) -> None:
    visit.page.route("**/api/v1/doctor", lambda route: route.fulfill(json=FOUND))
    page = visit.open("service")
    expect(page.locator("#doctor-note")).to_contain_text("2 cosas por corregir")
    expect(page.locator("#findings li")).to_have_count(3)
    expect(page.locator("#findings li").first).to_contain_text("Problema: caja: 192.168.1.50:9100 rechaza la conexión")
    expect(page.locator("#findings li").first).to_contain_text("Revise la dirección.")
    expect(page.locator("#findings li").last).to_contain_text("La configuración se lee bien.")
    visit.page.route("**/api/v1/doctor", lambda route: route.fulfill(json={"status": "ok", "findings": []}))
    page.click("#doctor-again")
    expect(page.locator("#doctor-note")).to_contain_text("Nada que corregir")


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


# --- who may print ---

SITES = {
    "configured": ["https://pos.example.mx"],
    "paired": ["https://caja.example.mx"],
    "refused": ["https://nuevo.example.mx"],
    "loopback_pages": True,
}


def test_sites_are_allowed_and_removed_only_after_a_question(visit: Visit) -> None:
    """The daemon's side of it has its own tests; here it is what a person sees and what is asked of the daemon."""
    asked: list[tuple[str, str, str | None]] = []

    def answer(route: Route) -> None:
        request = route.request
        if request.method != "GET":
            asked.append((request.method, request.url.partition("/auth/")[2], request.post_data))
        route.fulfill(json=SITES)

    visit.page.route("**/auth/origins*", answer)
    page = visit.open("service")
    expect(page.locator("#origins-list li")).to_have_count(3)
    expect(page.locator("#origins-list li").first).to_contain_text("Quiso conectarse")
    page.locator("#origins-list [data-does=allow]").click()
    expect(page.locator(".question")).to_contain_text("https://nuevo.example.mx")
    page.locator(".question [data-does=no]").click()
    assert asked == []
    page.locator("#origins-list [data-does=allow]").click()
    page.locator(".question [data-does=yes]").click()
    expect(page.locator("#notice")).to_contain_text("Permitido: https://nuevo.example.mx")
    page.locator("#origins-list [data-does=forbid]").click()
    page.locator(".question [data-does=yes]").click()
    expect(page.locator("#notice")).to_contain_text("Quitado: https://caja.example.mx")
    page.fill("#origin", "https://otro.example.mx")
    page.locator("#origin-form button").click()
    page.locator(".question [data-does=yes]").click()
    expect(page.locator("#origin")).to_have_value("")
    assert asked == [
        ("POST", "origins", '{"origin":"https://nuevo.example.mx"}'),
        ("DELETE", "origins?origin=https%3A%2F%2Fcaja.example.mx", None),
        ("POST", "origins", '{"origin":"https://otro.example.mx"}'),
    ]


def allowed(daemon: Daemon, origin: str) -> bool:
    """Whether the daemon lets a page of that origin in."""
    request = urllib.request.Request(f"{daemon.url}/health", headers={"Origin": origin})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return "origin_allowed" not in json.load(answer)


def test_a_site_that_was_turned_away_is_allowed_with_a_click_and_a_question(visit: Visit, daemon: Daemon) -> None:
    site = "https://recien-llegado.example.mx"
    assert not allowed(daemon, site)
    page = visit.open("service")
    page.get_by_role("button", name=f"Permitir: {site}").click()
    page.locator(".question [data-does=yes]").click()
    expect(page.locator("#origins-list")).to_contain_text("Permitida desde esta página.")
    assert allowed(daemon, site)
    page.get_by_role("button", name=f"Quitar: {site}").click()
    page.locator(".question [data-does=yes]").click()
    expect(page.get_by_role("button", name=f"Quitar: {site}")).to_have_count(0)
    assert not allowed(daemon, site)


def test_log_out_is_offered_to_whoever_is_logged_in(visit: Visit) -> None:
    left: list[str] = []
    visit.page.route("**/auth/session", lambda route: route.fulfill(json={"login_required": True, "logged_in": True}))
    visit.page.route("**/auth/logout", lambda route: (left.append(route.request.method), route.fulfill(json={})))
    visit.page.route("**/login", lambda route: route.fulfill(body="<title>log-in</title>", content_type="text/html"))
    page = visit.open()
    expect(page.locator("#log-out")).to_be_hidden()
    page.click("#settings summary")
    page.click("#log-out")
    page.wait_for_url("**/login")
    assert left == ["POST"]
