"""`print by`: begun in time or never printed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

from support.shop import Shop
from ticket_daemon.formats import Formats
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter
from ticket_daemon.queue import JobState
from ticket_daemon.settings.config import PrinterSettings, Settings
from ticket_daemon.verbs import Order, Verbs


def now() -> int:
    return time.time_ns() // 1_000_000


def verbs(shop: Shop) -> Verbs:
    return Verbs(Settings(), shop.queue, shop.destinations, Formats(Settings()), now)


def order(text: bytes) -> Order:
    return Order(text, printer="caja", format="printer")


@contextlib.asynccontextmanager
async def shop_with_printer(folder: Path) -> AsyncIterator[tuple[Shop, EmulatedPrinter]]:
    async with EmulatedPrinter(find("TM-T20III")) as printer:
        shop = Shop(folder, PrinterSettings("caja", printer.uri, "TM-T20III", default=True))
        await shop.start()
        try:
            yield shop, printer
        finally:
            await shop.stop()


async def test_a_ticket_that_begins_in_time_is_answered_with_its_outcome(tmp_path: Path) -> None:
    async with shop_with_printer(tmp_path) as (shop, _printer):
        job = await verbs(shop).print_by(order(b"total\n"), now() + 10_000, now() + 20_000)
        assert job.state is JobState.CONFIRMED


async def test_a_ticket_that_does_not_begin_in_time_never_prints(tmp_path: Path) -> None:
    async with shop_with_printer(tmp_path) as (shop, printer):
        printer.set_condition(cover_open=True)
        late = await verbs(shop).print_by(order(b"late\n"), now() + 300, now() + 10_000)
        assert late.state is JobState.EXPIRED
        printer.set_condition(cover_open=False)
        retry = await verbs(shop).print_by(order(b"retry\n"), now() + 10_000, now() + 20_000)
        assert retry.state is JobState.CONFIRMED
        received = b"".join(printer.received)
        assert b"retry" in received
        assert b"late" not in received


async def test_the_same_id_again_is_the_same_outcome(tmp_path: Path) -> None:
    async with shop_with_printer(tmp_path) as (shop, printer):
        asked = order(b"once\n")._replace(id="sale-1")
        first = await verbs(shop).print_by(asked, now() + 10_000, now() + 20_000)
        again = await verbs(shop).print_by(asked, now() + 10_000, now() + 20_000)
        assert again == first
        assert b"".join(printer.received).count(b"once") == 1
