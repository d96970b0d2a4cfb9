"""A shop that says without end what became of tickets: its key got out, or it has gone mad."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from nats.aio.client import Client as Nats
from nats.js.errors import APIError

from support.fleet_server import Rig, fleet_server
from ticket_daemon.fleet import Fleet, names, streams
from ticket_daemon.poster import Ticket

DISK = 24 << 20
BOUND = 4 << 20
PIECE = 64 << 10
#: As short as a refusal can be.
NEWS = b'{"tipo":"error","status":"error","mensaje":"","code":"x"}'
LIMA, CUSCO = "lima", "cusco"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    def small(text: str, _: Path) -> str:
        assert text.count("jetstream {") == 1
        return text.replace("jetstream {", f"jetstream {{ max_file_store: {DISK},")

    with fleet_server(tmp_path, f"{LIMA}\n{CUSCO}\n", edit=small) as running:
        yield running


def backend(rig: Rig) -> Fleet:
    return Fleet(rig.hub.url, str(rig.folder / "backend.nk"))


async def flood(mad: Nats) -> None:
    """Twice what the disk holds, each under another id."""
    js = mad.jetstream(timeout=10)
    for first in range(0, 2 * DISK // PIECE, 8):
        pieces = (js.publish(names.result(LIMA, f"{first}-{n}"), bytes(PIECE)) for n in range(8))
        await asyncio.gather(*pieces, return_exceptions=True)


async def test_a_flood_without_a_bound_fills_the_disk_for_everybody(rig: Rig) -> None:
    """Why there is a bound: where this does not fail any more, it need not be."""
    async with backend(rig) as fleet, rig.shop(LIMA) as mad, rig.shop(CUSCO) as other:
        await fleet.set_up()
        await fleet.admit(CUSCO)
        await flood(mad)
        with pytest.raises(APIError):
            await other.jetstream().publish(names.result(CUSCO, "1"), b"{}")


async def test_a_flood_of_one_shop_keeps_neither_anothers_results_nor_its_tickets_from_arriving(rig: Rig) -> None:
    async with backend(rig) as fleet, rig.shop(LIMA) as mad, rig.shop(CUSCO) as other:
        await fleet.set_up(results_bytes=BOUND)
        await fleet.admit(CUSCO)
        flooding = asyncio.create_task(flood(mad))
        js, news = other.jetstream(), fleet.events(CUSCO, after=0)
        told, number = 0, 0
        while not flooding.done() or told < 10:
            await js.publish(names.result(CUSCO, str(told)), NEWS)
            event = await anext(news)
            assert event.id == str(told)
            assert event.number > number
            number = event.number
            await fleet.publish(CUSCO, f"caja{told}", Ticket().text("hola").cut(), timeout=10)
            told += 1
        await flooding
        await news.aclose()  # type: ignore[attr-defined]  # an asynchronous generator
        async with rig.backend() as nats:
            state = (await nats.jetstream().stream_info(names.RESULTS)).state
            assert state.bytes <= BOUND
            assert state.last_seq >= 2 * DISK // PIECE + told
        assert await fleet.waiting(CUSCO) == told


async def test_bound_of_results_stays_until_another_is_given(rig: Rig) -> None:
    async with backend(rig) as fleet, rig.backend() as nats:
        for given, is_there in ((None, streams.UNBOUNDED), (BOUND, BOUND), (None, BOUND), (2 * BOUND, 2 * BOUND)):
            await fleet.set_up(results_bytes=given)
            config = (await nats.jetstream().stream_info(names.RESULTS)).config
            assert config.max_bytes == is_there
