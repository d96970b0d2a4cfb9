"""A backend's tickets at a real NATS server: handed over once, waited for over lost connections, never mixed up.

A stand-in says what a shop says (the real one has tests of its own, and one of it is at the end).
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from support.client import ticket
from support.daemon_process import daemon_process
from support.nats_server import NatsServer, nats_server
from support.stand_in_shop import error, job_event, result, shop, stand_in_shop
from ticket_daemon.client.outcome import Outcome
from ticket_daemon.errors import DocumentError, FleetRefused, FleetUnavailable, NoResult, QueueFull, Refused, TooLarge
from ticket_daemon.fleet import Fleet, Gone, handing, names, reading, sending, streams
from ticket_daemon.fleet.shapes import HeldJob, Shop, ShopPrinter

PATIENCE_S = 60.0
PAGE = Path(__file__).resolve().parents[2] / "docs" / "fleet.md"
DOCUMENT = ticket("hola")
OTHER = ticket("adiós")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    with nats_server(tmp_path / "nats") as running:
        yield running


async def quick(seconds: float) -> None:
    await asyncio.sleep(seconds / 20)


@contextlib.asynccontextmanager
async def a_fleet(server: NatsServer, *stores: str, **options: Any) -> AsyncIterator[Fleet]:
    async with Fleet(server.url, **({"sleep": quick} | options)) as fleet:
        await fleet.set_up()
        for store in stores or ("lima",):
            await fleet.admit(store)
        yield fleet


async def until_waiting(fleet: Fleet, count: int, store: str = "lima") -> None:
    """Return when the server keeps so many tickets."""
    async with asyncio.timeout(PATIENCE_S):
        while await fleet.waiting(store) != count:
            await asyncio.sleep(0)


# --- what becomes of a ticket ---


async def test_ticket_is_printed_and_its_result_told(server: NatsServer) -> None:
    async with a_fleet(server) as fleet, stand_in_shop(server) as lima:
        end = await fleet.print("lima", "Caja 1", DOCUMENT, "a", ttl_s=60, copies=2, timeout=PATIENCE_S)
        assert end == Outcome("a", "confirmed", "caja", "confirmed")
        assert lima.jobs["a"] == (DOCUMENT, "Caja 1", 2)
        assert await fleet.result("lima", "a") == end
        assert [type(one.news).__name__ for one in await fleet.history("lima", "a")] == ["JobNews", "Result"]
        assert await fleet.result("lima", "nobody's") is None


async def test_ticket_without_an_id_gets_one(server: NatsServer) -> None:
    async with a_fleet(server) as fleet, stand_in_shop(server) as lima:
        ends = [await fleet.print("lima", "", DOCUMENT, timeout=PATIENCE_S) for _ in range(2)]
        assert [end.id for end in ends] == lima.taken
        assert len(set(lima.taken)) == 2


async def test_held_ticket_ends_the_waiting(server: NatsServer) -> None:
    async with a_fleet(server) as fleet, stand_in_shop(server) as lima:
        lima.answers["a"] = "held"
        end = await fleet.print("lima", "caja", DOCUMENT, "a", timeout=PATIENCE_S)
        assert (end.state, end.code, end.is_final) == ("held", "unknown_outcome", False)


async def test_refusal_has_the_shops_code_and_path(server: NatsServer) -> None:
    async with a_fleet(server) as fleet, stand_in_shop(server) as lima:
        lima.answers["a"] = "unknown_printer"
        for ask in (lambda: fleet.print("lima", "bar", DOCUMENT, "a"), lambda: fleet.result("lima", "a")):
            with pytest.raises(Refused, match="refused: unknown_printer") as caught:
                await ask()
            assert (caught.value.code, caught.value.path) == ("unknown_printer", "printer")


async def test_same_id_with_other_content_is_refused_and_the_first_stands(server: NatsServer) -> None:
    async with a_fleet(server) as fleet, stand_in_shop(server):
        await fleet.print("lima", "caja", DOCUMENT, "a", timeout=PATIENCE_S)
        for document, printer in ((OTHER, "caja"), (DOCUMENT, "bar")):
            with pytest.raises(Refused) as caught:
                await fleet.print("lima", printer, document, "a", timeout=PATIENCE_S)
            assert caught.value.code == "id_conflict"
        assert (await fleet.print("lima", "caja", DOCUMENT, "a", timeout=PATIENCE_S)).is_printed
        assert (await fleet.result("lima", "a")) == Outcome("a", "confirmed", "caja", "confirmed")


async def test_what_is_said_of_another_ticket_of_that_id_is_not_taken_for_ours(server: NatsServer) -> None:
    async with a_fleet(server) as fleet:
        async with stand_in_shop(server, takes=False) as lima:
            ours = asyncio.create_task(fleet.print("lima", "caja", DOCUMENT, "a", timeout=PATIENCE_S))
            await until_waiting(fleet, 1)
            await lima.say(error("a", "id_conflict"), "lima.a.another")
            await lima.say(result("a"))
        async with stand_in_shop(server, jobs={"a": "something else"}):
            with pytest.raises(Refused) as caught:
                await ours
        assert caught.value.code == "id_conflict"


async def test_ticket_that_cannot_be_is_not_sent(server: NatsServer) -> None:
    async with a_fleet(server) as fleet:
        with pytest.raises(DocumentError):
            await fleet.print("lima", "caja", "no document")
        for store, job_id in (("li.ma", "a"), ("lima", "x" * 256), ("lima", "")):
            with pytest.raises(ValueError):
                await fleet.print(store, "caja", DOCUMENT, job_id)
        with pytest.raises(TooLarge):
            await fleet.print("lima", "caja", ticket("x" * 2_000_000))
        assert await fleet.waiting("lima") == 0


# --- what comes between ---


async def test_ticket_waits_for_a_shop_that_is_not_there(server: NatsServer) -> None:
    async with a_fleet(server) as fleet:
        with pytest.raises(NoResult) as caught:
            await fleet.print("lima", "caja", DOCUMENT, "a", timeout=0.2)
        assert (caught.value.job_id, caught.value.accepted, caught.value.code) == ("a", True, "no_answer")
        assert await fleet.waiting("lima") == 1
        async with stand_in_shop(server) as lima:
            again = await fleet.print("lima", "caja", DOCUMENT, caught.value.job_id, timeout=PATIENCE_S)
            assert again.is_printed
            assert lima.taken == ["a"]


async def test_server_killed_and_restarted_while_a_ticket_is_waited_for(server: NatsServer) -> None:
    async with a_fleet(server) as fleet:
        prints = [asyncio.create_task(fleet.print("lima", "caja", DOCUMENT, id)) for id in ("a", None)]
        await until_waiting(fleet, 2)
        server.restart()
        async with stand_in_shop(server) as lima, asyncio.timeout(PATIENCE_S):
            assert all(end.is_printed for end in await asyncio.gather(*prints))
            assert len(lima.taken) == 2


async def test_result_that_came_while_there_was_no_connection_is_found(server: NatsServer) -> None:
    may_come_back = asyncio.Event()

    async def held_off(_: float) -> None:
        await may_come_back.wait()

    async with a_fleet(server, sleep=held_off) as fleet:
        prints = [asyncio.create_task(fleet.print("lima", "caja", DOCUMENT, id)) for id in ("a", "b", None)]
        await until_waiting(fleet, 3)
        server.restart()
        async with stand_in_shop(server) as lima, asyncio.timeout(PATIENCE_S):
            lima.answers["b"] = "invalid_document"
            async with Fleet(server.url) as another:
                await until_waiting(another, 0)
            may_come_back.set()
            first, refused, third = await asyncio.gather(*prints, return_exceptions=True)
        assert isinstance(first, Outcome)
        assert isinstance(third, Outcome)
        assert isinstance(refused, Refused)
        assert refused.code == "invalid_document"


async def test_ticket_asked_for_while_the_server_is_away_is_sent_when_it_is_back(server: NatsServer) -> None:
    async with a_fleet(server) as fleet:
        server.kill()
        with pytest.raises(NoResult) as caught:
            await fleet.print("lima", "caja", DOCUMENT, "b", timeout=0.2)
        assert caught.value.accepted is not True
        waiting = asyncio.create_task(fleet.print("lima", "caja", DOCUMENT, "a"))
        server.start()
        async with stand_in_shop(server), asyncio.timeout(PATIENCE_S):
            assert (await waiting).is_printed


async def test_ticket_is_stored_once_however_often_it_is_published(
    server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's receipt is lost at first: published again, under the same message id."""
    kept, real = [], handing._published

    async def without_receipt(*arguments: Any) -> Any:
        kept.append(await real(*arguments))
        return kept[-1] if len(kept) > 1 else None

    monkeypatch.setattr(handing, "_published", without_receipt)
    async with a_fleet(server) as fleet:
        assert await fleet.publish("lima", "caja", DOCUMENT, "a", timeout=PATIENCE_S) == "a"
        assert [ack.duplicate for ack in kept] == [None, True]
        assert await fleet.waiting("lima") == 1


async def test_ticket_that_the_server_lost_with_its_power_is_handed_over_again(server: NatsServer) -> None:
    async with a_fleet(server) as fleet:
        prints = [asyncio.create_task(fleet.print("lima", "caja", DOCUMENT, id)) for id in ("a", "b", None)]
        await until_waiting(fleet, 3)
        async with stand_in_shop(server, takes=False) as lima:
            for number in (1, 3):  # what it had not written to its disk
                await lima.js.delete_msg(names.stream("lima"), number)
        server.restart()
        async with asyncio.timeout(PATIENCE_S):
            async with Fleet(server.url) as another:
                await until_waiting(another, 3)
            async with stand_in_shop(server) as lima:
                assert all(end.is_printed for end in await asyncio.gather(*prints))
                assert len(lima.taken) == len(set(lima.taken)) == 3


async def test_two_hundred_tickets_at_once_from_two_processes_each_get_their_own_result(server: NatsServer) -> None:
    both = ("lima", "cusco")
    async with a_fleet(server, *both) as fleet, a_fleet(server, *both) as other:
        shops = stand_in_shop(server, "lima"), stand_in_shop(server, "cusco")
        async with shops[0] as lima, shops[1] as cusco:
            for number in range(0, 100, 7):
                cusco.answers[f"t{number}"] = "held"
            ids = [f"t{number}" for number in range(100)]
            async with asyncio.timeout(PATIENCE_S):
                here, there = await asyncio.gather(
                    asyncio.gather(*(fleet.print("lima", "caja", DOCUMENT, id) for id in ids)),
                    asyncio.gather(*(other.print("cusco", "caja", DOCUMENT, id) for id in ids)),
                )
            assert [end.id for end in here] == [end.id for end in there] == ids
            assert {end.state for end in here} == {"confirmed"}
            assert [end.state for end in there] == [cusco.answers.get(id, "confirmed") for id in ids]
            assert (sorted(lima.taken), sorted(cusco.taken)) == (sorted(ids), sorted(ids))


@pytest.mark.parametrize("ttl_s", [None, 60], ids=["swallowed by the server", "told again by the shop"])
async def test_backend_that_starts_again_hears_of_the_same_id(server: NatsServer, ttl_s: float | None) -> None:
    """Another `ttl_s` is another message of the same job: as one that comes after the server forgot the first."""
    async with stand_in_shop_later(server) as begin:
        async with a_fleet(server) as fleet:
            lima = await begin()
            await fleet.print("lima", "caja", DOCUMENT, "a", timeout=PATIENCE_S)
        async with a_fleet(server) as fleet:
            end = await fleet.print("lima", "caja", DOCUMENT, "a", ttl_s, timeout=PATIENCE_S)
            assert end == Outcome("a", "confirmed", "caja", "confirmed")
            assert list(lima.jobs) == ["a"]
            assert lima.taken == ["a"] * (2 if ttl_s else 1)


@contextlib.asynccontextmanager
async def stand_in_shop_later(server: NatsServer) -> AsyncIterator[Any]:
    """A shop that begins when the streams are there, and outlives the backend."""
    async with contextlib.AsyncExitStack() as stack:
        yield lambda: stack.enter_async_context(stand_in_shop(server))


async def test_more_than_may_wait_for_a_printer_is_refused(server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "WAITING_PER_PRINTER", 3)
    async with a_fleet(server) as fleet:
        ids = [await fleet.publish("lima", "caja", DOCUMENT) for _ in range(3)]
        with pytest.raises(QueueFull) as caught:
            await fleet.print("lima", "caja", DOCUMENT)
        assert caught.value.parameters["retry_after_s"] > 0
        await fleet.publish("lima", "bar", DOCUMENT)  # another printer has room
        async with stand_in_shop(server) as lima:
            await until_waiting(fleet, 0)
            assert lima.taken[:3] == ids
            assert (await fleet.print("lima", "caja", DOCUMENT, timeout=PATIENCE_S)).is_printed


async def test_result_that_was_not_heard_is_looked_up(tmp_path: Path) -> None:
    """The server does not let this backend listen live: only the stream says what became of its tickets."""
    config = """authorization { users: [
        { user: shop, password: s }
        { user: backend, password: b, permissions { subscribe: "_INBOX.>" } }
    ] }"""
    with nats_server(tmp_path / "nats", config) as server:
        shops = server.url.replace("//", "//shop:s@")
        async with Fleet(server.url.replace("//", "//backend:b@"), look_s=0.05) as fleet:
            await fleet.set_up()
            await fleet.admit("lima")
            prints = [asyncio.create_task(fleet.print("lima", "caja", DOCUMENT, id)) for id in ("a", None)]
            async with stand_in_shop(_at(shops)), asyncio.timeout(PATIENCE_S):
                assert all(end.is_printed for end in await asyncio.gather(*prints))


class _at:  # noqa: N801 - as much of a server as a shop needs
    def __init__(self, url: str) -> None:
        self.url = url


# --- what the server does not do ---


async def test_nobody_there_and_wrong_credentials_are_told_at_once(tmp_path: Path, server: NatsServer) -> None:
    server.kill()
    with pytest.raises(FleetUnavailable):
        await Fleet(server.url).__aenter__()
    config = "authorization { user: a, password: b }"
    with nats_server(tmp_path / "closed", config) as closed, pytest.raises(FleetRefused):
        await Fleet(closed.url).__aenter__()


async def test_server_that_lets_nobody_in_any_more_ends_the_waiting(server: NatsServer) -> None:
    async with a_fleet(server) as fleet:
        waiting = asyncio.create_task(fleet.print("lima", "caja", DOCUMENT))
        await until_waiting(fleet, 1)
        server.kill()
        with (server.folder / "nats.conf").open("a") as config:
            config.write("\nauthorization { user: a, password: b }\n")
        server.start()
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(FleetRefused):
                await waiting


async def test_store_without_a_stream_and_server_without_streams_are_told(tmp_path: Path, server: NatsServer) -> None:
    async with a_fleet(server) as fleet:
        with pytest.raises(FleetUnavailable, match="cusco"):
            await fleet.print("cusco", "caja", DOCUMENT)
        assert await fleet.stores() == ["lima"]
    with nats_server(tmp_path / "plain", jetstream=False) as plain:
        async with Fleet(plain.url) as fleet:
            for question in (fleet.print("lima", "caja", DOCUMENT), fleet.shops(), fleet.result("lima", "a")):
                with pytest.raises(FleetUnavailable):
                    await question


async def test_subject_that_is_not_allowed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "STORED_S", 0.2)
    config = 'authorization { users: [{ user: b, password: b, permissions { publish: { deny: "tickets.lima.>" } } }] }'
    with nats_server(tmp_path / "nats", config) as server:
        async with Fleet(server.url.replace("//", "//b:b@")) as fleet:
            await fleet.set_up()
            await fleet.admit("lima")
            with pytest.raises(FleetRefused, match="lima"):
                await fleet.print("lima", "caja", DOCUMENT)


async def test_closing_ends_what_waits(server: NatsServer) -> None:
    async with a_fleet(server) as fleet:
        waiting = asyncio.create_task(fleet.print("lima", "caja", DOCUMENT, "a"))
        await until_waiting(fleet, 1)
    with pytest.raises(NoResult):
        await waiting


# --- events ---


async def test_events_come_in_order_and_once_over_a_restart_of_the_server(server: NatsServer) -> None:
    async with a_fleet(server, "lima", "cusco") as fleet:
        async with stand_in_shop(server, takes=False) as lima:
            await lima.say(job_event("a", "queued"))
            await lima.say({"tipo": "of a later version", "id": "a"})
            await lima.say(error("b", "invalid_document"), "lima.b.x")
        events = fleet.events(after=0)
        seen = [await anext(events) for _ in range(2)]
        coming = asyncio.create_task(anext(events))
        server.restart()
        async with stand_in_shop(server, takes=False) as lima, stand_in_shop(server, "cusco", takes=False) as cusco:
            await cusco.say(result("a"))
            await lima.say(result("a", "held", "unknown_outcome"))
        async with asyncio.timeout(PATIENCE_S):
            seen += [await coming, await anext(events)]
        await events.aclose()
        assert [(one.store, one.id, type(one.news).__name__) for one in seen] == [
            ("lima", "a", "JobNews"), ("lima", "b", "Error"), ("cusco", "a", "Result"), ("lima", "a", "Result"),
        ]  # fmt: skip
        assert seen[1].refused == "lima.b.x"
        later = fleet.events("lima", after=seen[1].number)
        assert await anext(later) == seen[3]
        await later.aclose()


async def test_events_go_on_when_the_server_forgot_who_listens(
    server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BEAT_S", 0.2)
    monkeypatch.setattr(reading, "SILENT_S", 1.0)
    async with a_fleet(server) as fleet, stand_in_shop(server, takes=False) as lima:
        await lima.say(job_event("a", "queued"))
        events = fleet.events(after=0)
        assert (await anext(events)).id == "a"
        coming = asyncio.create_task(anext(events))
        for info in await lima.js.consumers_info(names.RESULTS):
            await lima.js.delete_consumer(names.RESULTS, info.name)
        await lima.say(job_event("b", "queued"))
        async with asyncio.timeout(PATIENCE_S):
            assert (await coming).id == "b"
        await events.aclose()


# --- shops ---


@pytest.fixture
def _short_lived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "THERE_S", 1.0)


async def test_shops_that_are_there_are_listed(server: NatsServer) -> None:
    async with a_fleet(server) as fleet, stand_in_shop(server, takes=False) as any_shop:
        assert await fleet.shops() == []
        for store in ("lima", "cusco"):
            await any_shop.put(shop(store))
        await any_shop.put(shop("lima", held=2))
        assert await fleet.shops() == [shop("cusco"), shop("lima", held=2)]
        assert await fleet.shop("cusco") == shop("cusco")
        await any_shop.remove()
        assert await fleet.shops() == [shop("cusco")]
        assert await fleet.shop("lima") is None


@pytest.mark.usefixtures("_short_lived")
async def test_shop_that_says_nothing_any_more_is_gone(server: NatsServer) -> None:
    async with a_fleet(server) as fleet, stand_in_shop(server, takes=False) as any_shop:
        changes = fleet.watch_shops()
        async with asyncio.timeout(PATIENCE_S):
            coming = asyncio.create_task(anext(changes))
            while not coming.done():  # it may be forgotten before anybody watches
                await any_shop.put(shop("lima"))
                await asyncio.wait({coming}, timeout=0.5)
            assert await coming == shop("lima")
            await any_shop.put(shop("cusco"))
            told = [await anext(changes)]
            while told[-1] != Gone("cusco"):
                told.append(await anext(changes))
            assert [one for one in told if one != shop("lima")] == [shop("cusco"), Gone("lima"), Gone("cusco")]
        await changes.aclose()


async def test_shop_that_takes_its_leave_is_gone_also_while_nobody_was_connected(server: NatsServer) -> None:
    async with a_fleet(server) as fleet:
        async with stand_in_shop(server, takes=False) as lima:
            for store in ("lima", "cusco", "puno"):
                await lima.put(shop(store))
            changes = fleet.watch_shops()
            there = [await anext(changes) for _ in range(3)]
            assert there == [shop("lima"), shop("cusco"), shop("puno")]
            await lima.remove()
            assert await anext(changes) == Gone("lima")
        coming = asyncio.create_task(anext(changes))
        server.restart()
        async with stand_in_shop(server, "cusco", takes=False) as cusco:
            await cusco.remove()
            await cusco.put(shop("puno", held=1))
        async with asyncio.timeout(PATIENCE_S):
            changed = [await coming, await anext(changes)]
        assert sorted(changed, key=repr) == [Gone("cusco"), shop("puno", held=1)]
        await changes.aclose()


# --- the command line ---


async def cli(server: NatsServer, *words: str, feed: bytes | None = None) -> tuple[int, str]:
    """Exit code and what was said, on either."""
    process = await start_cli(server, *words)
    async with asyncio.timeout(PATIENCE_S):
        said, _ = await process.communicate(feed)
    assert process.returncode is not None
    return process.returncode, said.decode()


async def start_cli(server: NatsServer, *words: str) -> asyncio.subprocess.Process:
    environment = os.environ | {"TICKET_DAEMON_FLEET_URL": server.url, "LC_ALL": "en_US.UTF-8"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ticket_daemon", "fleet", *words, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=_as_in_a_terminal,
    )  # fmt: skip


def _as_in_a_terminal() -> None:
    """A shell lets what it runs in the background ignore Ctrl+C, and all that comes of it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def file(tmp_path: Path) -> str:
    file = tmp_path / "ticket.json"
    file.write_text(json.dumps(DOCUMENT), "utf-8")
    return str(file)


async def test_setup_and_wrong_use_have_their_exit_codes(server: NatsServer, file: str) -> None:
    assert (await cli(server, "send", "lima", "caja", file))[0] == 3
    code, said = await cli(server, "setup", "lima", "cusco")
    assert (code, "2 stores" in said) == (0, True)
    assert (await cli(server, "send", "li.ma", "caja", file))[0] == 2
    assert (await cli(server, "send", "lima", "caja", f"{file}.not"))[0] == 2


async def test_send_says_what_became_of_the_ticket(server: NatsServer, file: str) -> None:
    async with a_fleet(server):
        document = Path(file).read_bytes()
        assert await cli(server, "send", "lima", "caja", "-", "--id", "a", "--no-wait", feed=document) == (
            0, "a: the server has it\n"
        )  # fmt: skip
        assert (await cli(server, "send", "lima", "caja", file, "--id", "a", "--timeout", "0.1"))[0] == 3
        async with stand_in_shop(server) as lima:
            lima.answers |= {"b": "held", "c": "unknown_printer"}
            assert await cli(server, "send", "lima", "caja", file, "--id", "a") == (0, "a: confirmed (caja)\n")
            code, said = await cli(server, "send", "lima", "caja", file, "--id", "b", "--copies", "2", "--ttl", "5")
            assert (code, said, lima.jobs["b"][2]) == (1, "b: held (caja)\n", 2)
            assert await cli(server, "send", "lima", "caja", file, "--id", "c") == (1, "refused: unknown_printer\n")


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["for people", "for programs"])
async def test_watch_has_a_line_for_each_event(server: NatsServer, options: list[str]) -> None:
    async with a_fleet(server), stand_in_shop(server, takes=False) as lima:
        await lima.say(job_event("a", "queued"))
        watching = await start_cli(server, "watch", "lima", "--after", "0", *options)
        assert watching.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            lines = [await watching.stdout.readline()]
            await lima.say(result("a", "held", "unknown_outcome"))
            lines.append(await watching.stdout.readline())
            watching.send_signal(signal.SIGINT)
            assert await watching.communicate() == (b"", None)
        assert watching.returncode == 0
        if options:
            assert [json.loads(line)["news"]["state"] for line in lines] == ["queued", "held"]
        else:
            assert [line.split() for line in lines] == [
                b"1 lima a queued caja".split(), b"2= lima a held caja held".split()
            ]  # fmt: skip


async def test_status_says_what_needs_a_person(server: NatsServer) -> None:
    async with a_fleet(server, "lima", "cusco") as fleet, stand_in_shop(server, takes=False) as any_shop:
        await fleet.publish("cusco", "caja", DOCUMENT)
        await any_shop.put(shop("lima"))
        code, said = await cli(server, "status")
        assert code == 1
        assert [line.split()[:3] for line in said.splitlines()] == [
            ["STORE", "PRINTER", "STATE"], ["cusco", "is", "not"], ["lima", "caja", "idle"]
        ]  # fmt: skip
        assert "1 tickets wait" in said
        assert (await cli(server, "status", "lima"))[0] == 0
        held = HeldJob("a", "caja", "unknown_outcome", shop().at)
        stopped = ShopPrinter("caja", "stopped", ("media-empty",), 3, 0)
        for how, words in (
            (shop(held=1, needs=(held,)), "unknown_outcome"),
            (shop(printers=(stopped,)), "stopped media-empty"),
            (replace(shop(), storage="no space"), "no space"),
        ):
            await any_shop.put(how)
            code, said = await cli(server, "status", "lima")
            assert (code, words in said) == (1, True)


# --- the whole way ---


async def test_example_of_the_docs_does_what_is_said(server: NatsServer, tmp_path: Path) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    here = example.replace("tls://nats.example.com:4222", server.url).replace("/etc/backend.nk", "")
    (tmp_path / "example.py").write_text(here, "utf-8")
    async with a_fleet(server, "lima-centro"), stand_in_shop(server, "lima-centro") as lima:
        await lima.put(shop("lima-centro"))
        running = await asyncio.create_subprocess_exec(
            sys.executable, str(tmp_path / "example.py"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        async with asyncio.timeout(PATIENCE_S):
            said, _ = await running.communicate()
        assert said.decode().splitlines() == ["4711 confirmed caja", "lima-centro 0 ['idle']"]


def test_every_call_is_in_the_docs() -> None:
    calls = {name for name, _ in inspect.getmembers(Fleet, inspect.isfunction) if not name.startswith("_")}
    assert calls - set(re.findall(r"`(\w+)\(", PAGE.read_text("utf-8"))) == set()


async def test_ticket_comes_out_of_a_real_daemon(server: NatsServer, tmp_path: Path) -> None:
    async with a_fleet(server) as fleet:
        config = f'[fleet]\nurl = "{server.url}"\nstore = "lima"\n'
        waiting = asyncio.create_task(fleet.print("lima", "", DOCUMENT, "a"))
        with daemon_process(tmp_path / "shop", config=config) as daemon:
            async with asyncio.timeout(PATIENCE_S):
                assert (await waiting).state == "confirmed"
                with pytest.raises(Refused) as caught:
                    await fleet.print("lima", "", OTHER, "a")
                assert caught.value.code == "id_conflict"
                with pytest.raises(Refused) as caught:
                    await fleet.print("lima", "no such printer", DOCUMENT)
                assert caught.value.code == "unknown_printer"
                changes = fleet.watch_shops("lima")
                there = await anext(changes)
                assert isinstance(there, Shop)
                daemon.terminate()
                while not isinstance(change := await anext(changes), Gone):
                    pass
                assert change == Gone("lima")
                await changes.aclose()


def test_what_both_ends_share_does_not_load_the_library() -> None:
    code = "import sys, ticket_daemon.fleet.names, ticket_daemon.fleet.backend; sys.exit('nats' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=PATIENCE_S).returncode == 0
    assert names.REFUSED
