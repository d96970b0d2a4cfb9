"""Tickets from afar by a real NATS server: taken once, in order, told of until it is heard, whatever stops meanwhile.

The daemon runs in this process with an emulated printer behind real TCP, so that a test can change how a printer is.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from support.client import client, ticket
from support.daemon_process import daemon_process
from support.far_backend import PATIENCE_S, FarBackend, far_backend
from support.nats_server import NatsServer, nats_server
from ticket_daemon.daemon import Daemon
from ticket_daemon.fleet import fetching, letters, names, shop, streams
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter, Faults
from ticket_daemon.settings import config as configuration
from ticket_daemon.spooler import spooler

PROFILE = "TM-T20III"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    with nats_server(tmp_path / "nats") as running:
        yield running


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that is lost is sought again soon; how long the pauses grow is `PAUSES_S`' own affair."""
    monkeypatch.setattr(shop, "PAUSES_S", (0.1,))


def printer() -> EmulatedPrinter:
    profile = find(PROFILE)
    assert profile is not None
    return EmulatedPrinter(profile)


def configured(server: NatsServer, caja: EmulatedPrinter, more: str = "") -> str:
    return (
        f'[limits]\njobs_per_minute = 0\n[fleet]\nurl = "{server.url}"\nstore = "lima"\n{more}\n'
        f'[[printers]]\nname = "caja"\nuri = "{caja.uri}"\nprofile = "{PROFILE}"\nretry_s = 600\n'
    )


@contextlib.asynccontextmanager
async def running(folder: Path, config: str) -> AsyncIterator[Daemon]:
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(config, "utf-8")
    daemon = Daemon(configuration.load("test", folder / "config.toml", {}, {"server": {"port": 0}}, folder))
    await daemon.start()
    try:
        yield daemon
    finally:
        await daemon.close()


@contextlib.asynccontextmanager
async def a_shop(
    server: NatsServer, folder: Path, more: str = ""
) -> AsyncIterator[tuple[FarBackend, EmulatedPrinter, Daemon]]:
    async with (
        printer() as caja,
        far_backend(server) as backend,
        running(folder / "shop", configured(server, caja, more)) as daemon,
    ):
        yield backend, caja, daemon


def on_paper(caja: EmulatedPrinter) -> list[str]:
    texts = [text for paper in (*caja.printer.tickets, caja.printer.paper) for text in paper.text]
    return [found for text in texts for found in re.findall(r"ticket (\S+)", text)]


def document(job_id: str) -> dict[str, Any]:
    return ticket(f"ticket {job_id}")


async def test_ticket_from_afar_is_printed_confirmed_and_told_of(server: NatsServer, tmp_path: Path) -> None:
    async with a_shop(server, tmp_path) as (backend, caja, _):
        await backend.send("venta 7/á", document("7"))
        result = await backend.result("venta 7/á")
        assert (result["status"], result["state"], result["printer"]) == ("success", "confirmed", "caja")
        assert backend.states("venta 7/á") == ["queued", "printing", "confirmed"]
        assert on_paper(caja) == ["7"]
        await backend.all_taken()


async def test_what_was_sent_while_the_shop_was_closed_comes_out_in_order(server: NatsServer, tmp_path: Path) -> None:
    ids = [f"n{number}" for number in range(30)]
    async with far_backend(server) as backend, printer() as caja:
        for job_id in ids:
            await backend.send(job_id, document(job_id))
        await backend.send("old", document("old"), ttl_s=0.001)
        async with running(tmp_path / "shop", configured(server, caja)):
            for job_id in ids:
                assert (await backend.result(job_id))["state"] == "confirmed"
            assert (await backend.result("old"))["state"] == "expired", "its time counts from when it was published"
        assert on_paper(caja) == ids


async def test_the_same_ticket_again_is_one_print_and_its_result_is_told_again(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_shop(server, tmp_path) as (backend, caja, daemon):
        body = json.dumps({"tipo": "ticket", "id": "a", "datos": document("a")}).encode()
        await backend.publish("caja", body, "first")
        await backend.result("a")
        before = len(backend.heard)
        await backend.publish("caja", body, "again")
        await backend.until(lambda h: h in backend.heard[before:] and h.answer["tipo"] == "result")
        assert backend.heard[-1].answer["state"] == "confirmed"
        other = json.dumps({"tipo": "ticket", "id": "a", "datos": document("other")}).encode()
        await backend.publish("caja", other, "not the same")
        refused = await backend.error("a")
        assert refused.answer["code"] == "id_conflict"
        assert refused.headers[names.REFUSED] == "not the same"
        async with client(daemon.url.rstrip("/")) as pos:  # the shop's own page may ask with the same id
            ack = await pos.ask({"tipo": "ticket", "id": "a", "printer": "caja", "datos": document("a")})
            assert (ack["tipo"], ack["duplicate"]) == ("ack", True)
        assert on_paper(caja) == ["a"]


async def test_a_job_of_the_shops_own_that_a_backend_sends_too_is_told_to_both(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_shop(server, tmp_path) as (backend, caja, daemon), client(daemon.url.rstrip("/")) as pos:
        caja.set_condition(paper_out=True)
        await pos.ask({"tipo": "ticket", "id": "a", "printer": "caja", "datos": document("a")})
        await backend.send("a", document("a"))
        await backend.until(lambda h: h.id == "a")
        caja.set_condition(paper_out=False)
        assert (await backend.result("a"))["state"] == "confirmed"
        assert (await pos.until(lambda a: a["tipo"] == "result"))["state"] == "confirmed"
        assert on_paper(caja) == ["a"]


async def test_what_can_never_print_is_refused_with_its_reason_and_holds_nobody_up(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_shop(server, tmp_path) as (backend, caja, _):
        broken = document("x") | {"commands": [{"type": "text", "data": {"content": "x", "align": "sideways"}}]}
        await backend.send("bad", broken)
        await backend.send("elsewhere", document("x"), printer="nobody")
        await backend.publish("caja", b"\xff\x00 no JSON", "garbage")
        await backend.publish("caja", b'{"tipo":"status","id":"s"}', "no ticket")
        body = {"tipo": "ticket", "id": "two", "printer": "barra", "datos": document("x")}
        await backend.publish("caja", json.dumps(body).encode(), "two printers")
        await backend.send("good", document("good"))
        assert (await backend.result("good"))["state"] == "confirmed"
        told = {h.headers.get(names.REFUSED): h.answer for h in backend.heard if h.answer["tipo"] == "error"}
        assert {of: answer["code"] for of, answer in told.items()} == {
            "lima.bad": "invalid_document", "lima.elsewhere": "unknown_printer", "garbage": "invalid_json",
            "no ticket": "unknown_type", "two printers": "invalid_message",
        }  # fmt: skip
        assert told["lima.bad"]["path"] == "commands[0].data.align"
        await backend.all_taken()
        assert on_paper(caja) == ["good"]


async def test_a_ticket_without_an_id_is_one_job_however_often_it_comes(server: NatsServer, tmp_path: Path) -> None:
    async with a_shop(server, tmp_path) as (backend, caja, _):
        await backend.publish("caja", json.dumps({"tipo": "ticket", "datos": document("a")}).encode())
        found = await backend.until(lambda h: h.answer["tipo"] == "result")
        assert re.fullmatch(r"nats-\d+-1", found.id)
        assert on_paper(caja) == ["a"]


async def test_a_full_queue_takes_the_rest_later_and_in_order(server: NatsServer, tmp_path: Path) -> None:
    ids = [f"n{number}" for number in range(8)]
    async with a_shop(server, tmp_path, "[queue]\ncapacity = 3") as (backend, caja, daemon):
        caja.set_condition(paper_out=True)
        for job_id in ids:
            await backend.send(job_id, document(job_id))
        async with client(daemon.url.rstrip("/")) as pos:
            await pos.ask({"tipo": "subscribe", "topics": ["jobs"]})
            await backend.until(lambda h: h.id == "n2")
            refused = await pos.until_answer(
                {"tipo": "ticket", "id": "pos", "printer": "caja", "datos": document("pos")}, "error"
            )
            assert refused["code"] == "queue_full"
        assert await backend.waiting() == len(ids) - 3
        caja.set_condition(paper_out=False)
        for job_id in ids:
            assert (await backend.result(job_id))["state"] == "confirmed"
        assert on_paper(caja) == ids


async def test_results_wait_while_the_server_is_away_and_the_shop_prints_on(server: NatsServer, tmp_path: Path) -> None:
    async with printer() as caja, running(tmp_path / "shop", configured(server, caja)) as daemon:
        async with far_backend(server) as backend:
            caja.set_condition(paper_out=True)
            for job_id in ("a", "b"):
                await backend.send(job_id, document(job_id))
            await backend.all_taken()
        server.kill()
        caja.set_condition(paper_out=False)
        async with client(daemon.url.rstrip("/")) as pos:
            _, result = await pos.print(document("pos"), id="pos", printer="caja")
            assert result["state"] == "confirmed"
            async with aiohttp.ClientSession() as http, http.get(f"{daemon.url}health") as answer:
                health = await answer.json()
        assert health["status"] == "ok", "a shop without its cloud is a shop"
        server.start()
        async with far_backend(server) as backend:
            for job_id in ("a", "b"):
                assert (await backend.result(job_id))["state"] == "confirmed"
                assert backend.states(job_id) == ["queued", "printing", "confirmed"], "each change once"
            assert Counter(h.answer["tipo"] for h in backend.heard) == {"job_event": 6, "result": 2}
        assert on_paper(caja) == ["a", "b", "pos"]


async def test_a_killed_daemon_tells_the_rest_after_its_next_start(server: NatsServer, tmp_path: Path) -> None:
    async with printer() as caja, far_backend(server) as backend:
        config = configured(server, caja)
        with daemon_process(tmp_path / "shop", config=config) as first:
            caja.set_faults(Faults(bytes_per_second=20))
            await backend.send("a", document("a"))
            await backend.send("b", document("b"))
            await backend.until(lambda h: h.id == "a" and h.answer["state"] == "printing")
            await backend.until(lambda h: h.id == "b" and h.answer["state"] == "queued")
            first.kill()
        caja.set_faults(Faults())
        with daemon_process(tmp_path / "shop", config=config):
            held = await backend.until(lambda h: h.id == "a" and h.answer["tipo"] == "result")
            assert (held.answer["state"], held.answer["code"]) in (("held", "unknown_outcome"), ("confirmed", None))
            assert (await backend.result("b"))["state"] == "confirmed"
            await backend.all_taken()
        assert on_paper(caja).count("b") == 1


async def test_shop_says_that_it_is_there_how_it_is_and_that_it_goes(server: NatsServer, tmp_path: Path) -> None:
    async with far_backend(server) as backend, printer() as caja:
        async with running(tmp_path / "shop", configured(server, caja)) as daemon:
            there = await backend.shop(lambda s: s is not None and s.printers[0].state == "idle")
            assert there is not None
            assert (there.store, there.held, [p.name for p in there.printers]) == ("lima", 0, ["caja", "virtual"])
            caja.set_condition(cover_open=True)
            shut = await backend.shop(lambda s: s is not None and "cover-open" in s.printers[0].reasons)
            assert shut is not None
            assert shut.printers[0].state == "stopped"
            await backend.send("a", document("a"))
            await backend.until(lambda h: h.id == "a")
            await daemon.queue.hold("a")
            held = await backend.shop(lambda s: s is not None and s.held == 1)
            assert held is not None
            assert [(job.id, job.printer, job.code) for job in held.needs] == [("a", "caja", "held")]
            assert held.printers[0].held == 1
        await backend.shop(lambda s: s is None)


async def test_a_server_that_is_not_ready_yet_is_waited_for(server: NatsServer, tmp_path: Path) -> None:
    async with printer() as caja, running(tmp_path / "shop", configured(server, caja)) as daemon:
        async with aiohttp.ClientSession() as http:
            fleet: dict[str, str] = {}
            while "fleet setup" not in fleet.get("detail", ""):
                async with http.get(f"{daemon.url}health") as answer:
                    fleet = (await answer.json())["fleet"]
            assert fleet["status"] == "disconnected"
            async with far_backend(server) as backend:
                await backend.send("a", document("a"))
                assert (await backend.result("a"))["state"] == "confirmed"
                async with http.get(f"{daemon.url}metrics") as answer:
                    metrics = await answer.text()
        assert "ticket_daemon_fleet_connected 1.0" in metrics
        assert "ticket_daemon_fleet_tickets_total 1.0" in metrics


async def test_two_daemons_of_one_store_do_not_print_a_ticket_twice(
    server: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "ASK_S", 2.0)  # so long each takes the other for its own last connection
    ids = [f"n{number}" for number in range(20)]
    async with printer() as one, printer() as two, far_backend(server) as backend:
        async with (
            running(tmp_path / "one", configured(server, one)),
            running(tmp_path / "two", configured(server, two)),
        ):
            for job_id in ids:
                await backend.send(job_id, document(job_id))
            for job_id in ids:
                await backend.result(job_id)
        assert sorted(on_paper(one) + on_paper(two)) == sorted(ids)


async def test_a_ticket_that_the_server_sent_into_a_connection_long_gone_is_not_overtaken(
    server: NatsServer, tmp_path: Path
) -> None:
    """A shop changes from one network to another: for the server, its old connection is there and still asks."""
    ids = [f"n{number}" for number in range(4)]
    async with printer() as caja, far_backend(server) as backend:
        await backend.nats.subscribe("_INBOX_lima.old")
        asks = f"$JS.API.CONSUMER.MSG.NEXT.{names.stream('lima')}.{names.consumer('lima')}"
        await backend.nats.publish(asks, b'{"batch":1,"expires":20000000000}', "_INBOX_lima.old")
        async with running(tmp_path / "shop", configured(server, caja)) as daemon:
            await backend.shop(lambda s: s is not None)
            for job_id in ids:
                await backend.send(job_id, document(job_id))
            for job_id in ids:
                assert (await backend.result(job_id))["state"] == "confirmed"
            assert [job.id for job in reversed(await daemon.queue.recent(9))] == ids
        assert on_paper(caja) == ids


async def test_what_a_killed_server_has_again_is_taken_out_and_nothing_else(server: NatsServer, tmp_path: Path) -> None:
    """How many acknowledged tickets come back differs from kill to kill; none of them is printed or stays."""
    ids = [f"n{number}" for number in range(40)]
    async with printer() as caja, running(tmp_path / "shop", configured(server, caja)):
        async with far_backend(server) as backend:
            for job_id in ids:
                await backend.send(job_id, document(job_id))
            await backend.result(ids[-1])
            caja.set_condition(paper_out=True)
            await backend.send("waits", document("waits"))
        server.restart()
        async with far_backend(server, make=False) as backend:
            await backend.listen()
            await streams.mend(backend.js, "lima")
            caja.set_condition(paper_out=False)
            await backend.send("new", document("new"))
            for job_id in ("waits", "new"):
                assert (await backend.result(job_id))["state"] == "confirmed"
            await streams.mend(backend.js, "lima")
            assert await backend.waiting() == 0
        assert on_paper(caja) == [*ids, "waits", "new"]


@pytest.mark.parametrize(
    ("subject", "headers", "code"),
    [
        (b"tickets.lima.\xff\xfe", b"", "invalid_message"),
        (b"tickets.lima.caja", b"Status: 503\r\n", None),
        (b"tickets.lima.caja", b"Status: 100\r\n", None),
        (b"tickets.lima.caja", b"Status: 409\r\n", None),
        (b"tickets.lima.caja", b"no header\r\n\xff: \xff\r\n", None),
    ],
)
async def test_no_subject_and_no_header_of_a_ticket_keeps_the_next_ones_out(
    server: NatsServer, tmp_path: Path, subject: bytes, headers: bytes, code: str | None
) -> None:
    async with a_shop(server, tmp_path) as (backend, caja, _):
        body = json.dumps({"tipo": "ticket", "id": "odd", "datos": document("odd")}).encode()
        await publish_raw(server, subject, headers, body)
        await backend.send("next", document("next"))
        if code is None:
            assert (await backend.result("odd"))["state"] == "confirmed"
        else:
            assert (await backend.error("odd")).answer["code"] == code
        assert (await backend.result("next"))["state"] == "confirmed"
        await backend.all_taken()
        assert on_paper(caja) == ["odd", "next"][code is not None :]


@pytest.mark.parametrize("gone", ["RESULTS", "KV_SHOPS"])
async def test_a_server_that_stores_nothing_of_what_it_is_told_has_its_tickets_printed_and_is_told_later(
    server: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    monkeypatch.setattr(letters, "NOT_STORED_S", 0.1)
    ids = [f"n{number}" for number in range(10)]
    async with printer() as caja, far_backend(server) as backend:
        await backend.js.delete_stream(gone)
        async with running(tmp_path / "shop", configured(server, caja)):
            await backend.publish("caja", b"no ticket", "refused")
            for job_id in ids:
                await backend.send(job_id, document(job_id))
            async with asyncio.timeout(PATIENCE_S):
                while on_paper(caja) != ids:
                    await asyncio.sleep(0.01)
            await streams.make(backend.js)
            await backend.listen()
            for job_id in ids:
                assert (await backend.result(job_id))["state"] == "confirmed"
            refused = await backend.until(lambda h: h.headers.get(names.REFUSED) == "refused")
            assert refused.answer["code"] == "invalid_json"
            await backend.shop(lambda s: s is not None)
            await backend.all_taken()


async def test_a_server_that_hangs_does_not_make_a_stop_longer(
    server: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A printer that takes nothing may have all of a stop's time but a little."""
    monkeypatch.setattr(spooler, "DRAIN_S", 3.0)
    monkeypatch.setattr(shop, "GOODBYE_S", 2.5)
    long = document("long") | {"commands": [{"type": "text", "data": {"content": "x" * 40}}] * 6000}
    async with contextlib.AsyncExitStack() as stack:
        caja = await stack.enter_async_context(printer())
        backend = await stack.enter_async_context(far_backend(server))
        async with running(tmp_path / "shop", configured(server, caja)) as daemon:
            await backend.shop(lambda s: s is not None)
            caja.set_faults(Faults(never_read=True))
            await backend.send("long", long, copies=20)
            await backend.until(lambda h: h.id == "long" and h.answer.get("state") == "printing")
            server.process.send_signal(signal.SIGSTOP)
            begun = time.monotonic()
            await daemon.close()
            took = time.monotonic() - begun
            server.kill()
        assert took < 5.5


async def publish_raw(server: NatsServer, subject: bytes, headers: bytes, body: bytes) -> None:
    """Publish what no library would; returns when the server has it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    block = b"NATS/1.0\r\n" + headers + b"\r\n"
    writer.write(b'CONNECT {"verbose":false,"headers":true}\r\n')
    writer.write(b"HPUB %b %d %d\r\n%b%b\r\nPING\r\n" % (subject, len(block), len(block) + len(body), block, body))
    while await reader.readline() != b"PONG\r\n":
        pass
    writer.close()
    await writer.wait_closed()
