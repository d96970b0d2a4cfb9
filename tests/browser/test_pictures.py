"""The docs' pictures, taken of a shop that is at work; each is looked at by whoever changes the page.

They are kept in docs/images when TICKET_DAEMON_SCREENSHOTS is set, else thrown away.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from visits import PHONE, Daemon, Nobody, Visit

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "images"
#: A picture with nothing on it is smaller than this.
LEAST_BYTES = 15_000


def receipt(folio: str, total: str, *rows: tuple[str, str, str]) -> dict[str, Any]:
    """A grocer's receipt as a point of sale would send it."""

    def line(words: str, align: str = "left", **style: Any) -> dict[str, Any]:
        return {"type": "text", "data": {"content": {"text": words, "align": align, "content_style": style}}}

    columns = [("Cant", 4, "right"), ("Producto", 29, "left"), ("Importe", 10, "right")]
    table = {
        "definition": {"columns": [{"name": name, "width": width, "align": align} for name, width, align in columns]},
        "rows": [list(row) for row in rows],
    }
    return {
        "version": "1.0",
        "profile": {"model": "Generic 80mm"},
        "commands": [
            line("ABARROTES DOÑA CHELO", "center", bold=True, size="1x2"),
            line("Calle Niños Héroes 23, Zapopan, Jal.", "center"),
            line(f"Folio {folio}", "center"),
            {"type": "separator", "data": {}},
            {"type": "table", "data": table},
            {"type": "separator", "data": {}},
            line(f"TOTAL  ${total}", "right", bold=True, size="2x2"),
            {"type": "feed", "data": {"lines": 1}},
            line("¡Gracias por su compra!", "center", bold=True),
            {"type": "cut", "data": {}},
        ],
    }


MILK, BREAD, EGGS = ("2", "Leche entera 1 L", "57.00"), ("1", "Pan de caja", "48.50"), ("1", "Huevo 18 pz", "59.00")
SALES = {
    "caja1-0041": receipt("A-0041", "48.50", BREAD),
    "caja1-0042": receipt("A-0042", "164.50", MILK, BREAD, EGGS),
    "caja1-0043": receipt("A-0043", "116.00", MILK, EGGS),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """The counter prints, the kitchen is switched off, and one of its tickets is on hold."""
    nobody = Nobody()
    printers = (
        '[[printers]]\nname = "Caja"\nuri = "virtual://caja"\nprofile = "TM-T20III"\ndefault = true\n'
        f'[[printers]]\nname = "Cocina"\nuri = "{nobody.uri}"\nprofile = "TM-T88V"\nretry_s = 3600\n'
        '[[printers]]\nname = "virtual"\nuri = "virtual://virtual"\n'
    )
    daemon = Daemon(tmp_path_factory.mktemp("daemon"), printers)
    daemon.start()
    *earlier, last = SALES
    for job_id in earlier:
        daemon.ask("POST", "/api/v1/jobs", {"id": job_id, "datos": SALES[job_id]})
    for number in range(1, 6):
        daemon.send(f"comanda-{number:02}", "Mesa 7", "2 Taco al pastor", "1 Agua de jamaica", printer="Cocina")
    daemon.ask("POST", "/api/v1/jobs/comanda-03/hold")
    daemon.ask("POST", "/api/v1/jobs", {"id": last, "datos": SALES[last]})
    yield daemon
    daemon.stop()
    nobody.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = PICTURES if os.environ.get("TICKET_DAEMON_SCREENSHOTS") else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def prepare(page: Page, view: str) -> None:
    """Have the view show what the picture is about."""
    if view == "":
        expect(page.locator("#papers img")).to_have_count(3)
        expect(page.locator("#alerts")).to_contain_text("Cocina")
    elif view == "tickets":
        expect(page.locator("#jobs tr")).to_have_count(8)
    elif view == "editor":
        expect(page.locator("#proof-image")).to_be_visible()
    elif view == "log":
        expect(page.locator("#journal li")).not_to_have_count(0)
    elif view == "ticket":
        page.locator('#jobs tr[data-job="caja1-0043"] [data-does=look]').click()
        expect(page.locator("#sheet-picture img")).to_be_visible()
        expect(page.locator("#sheet-history li")).to_have_count(3)
    else:
        expect(page.locator("#service-facts div")).not_to_have_count(0)
        expect(page.locator("#findings li")).not_to_have_count(0)


@pytest.mark.parametrize(
    ("name", "view", "language", "scheme", "phone"),
    [
        ("page-es", "", "es", "light", False),
        ("counter-en", "", "en", "dark", False),
        ("counter-phone", "", "es", "light", True),
        ("tickets-es", "tickets", "es", "light", False),
        ("ticket-es", "ticket", "es", "light", False),
        ("editor-es", "editor", "es", "light", False),
        ("log-es", "log", "es", "light", False),
        ("service-es", "service", "es", "light", False),
    ],
)
def test_picture_for_the_docs_can_be_taken(
    browser: Browser, shop: Daemon, folder: Path, name: str, view: str, language: str, scheme: str, phone: bool
) -> None:
    visit = Visit(browser, shop.url, color_scheme=scheme, **({"viewport": PHONE} if phone else {}))
    page = visit.open("tickets" if view == "ticket" else view)
    page.select_option("#language", language)
    prepare(page, view)
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(0, 0)
    page.screenshot(path=folder / f"{name}.png")
    assert (folder / f"{name}.png").stat().st_size > LEAST_BYTES
    visit.close()
    assert visit.errors == []
