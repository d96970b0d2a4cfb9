"""The Python clients, one contract over both, against the daemon as its users start it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from lines import CRASH_AT, config, free_port, stood_in

from support.daemon_process import daemon_process
from support.tcp_printer import TcpPrinter
from ticket_daemon.client import AsyncClient, Client, NoAnswer, Refused, Unreachable
from ticket_daemon.errors import DocumentError
from ticket_daemon.poster import Ticket
from ticket_daemon.poster.render import render_ticket

SALE = Ticket("Generic 80mm").text("VENTA 1001").cut()
MORE = Ticket("Generic 80mm").text("VENTA 1002").cut()
SALE_BYTES = render_ticket(SALE.document()).data
WITHIN_S = 30.0

#: Begins a call of the client under test: `call("print", SALE, id="1")` gives its future.
Call = Callable[..., "Future[Any]"]


@contextlib.contextmanager
def plain(url: str, token: str | None = None) -> Iterator[Call]:
    client = Client(url, token)
    with ThreadPoolExecutor(8) as threads:
        yield lambda name, *args, **named: threads.submit(getattr(client, name), *args, **named)


@contextlib.contextmanager
def asynchronous(url: str, token: str | None = None) -> Iterator[Call]:
    """An AsyncClient with an event loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    client = AsyncClient(url, token)

    def call(name: str, *args: Any, **named: Any) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(getattr(client, name)(*args, **named), loop)

    call("__aenter__").result(WITHIN_S)
    try:
        yield call
    finally:
        call("__aexit__", None, None, None).result(WITHIN_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WITHIN_S)
        loop.close()


Kind = Callable[..., contextlib.AbstractContextManager[Call]]


@pytest.fixture(params=[plain, asynchronous], ids=["plain", "async"])
def kind(request: pytest.FixtureRequest) -> Kind:
    chosen: Kind = request.param
    return chosen


def test_a_ticket_prints_and_the_call_says_so(tmp_path: Path, kind: Kind) -> None:
    acks: list[Any] = []
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer.uri)) as daemon:
        with kind(daemon.url) as call:
            first = call("print", SALE, id="1001", on_ack=acks.append).result(WITHIN_S)
            again = call("print", SALE.json(), id="1001", on_ack=acks.append).result(WITHIN_S)
        received = printer.wait_for(len(SALE_BYTES))
    assert (first.id, first.is_printed, first.is_final, first.state, first.printer) == (
        "1001",
        True,
        True,
        "sent",
        "caja",
    )
    assert again == first
    assert [(ack.duplicate, ack.printer) for ack in acks] == [(False, "caja"), (True, "caja")]
    assert received == SALE_BYTES


@pytest.mark.parametrize(
    "document", [SALE, SALE.document(), SALE.json(), SALE.json().encode(), json.loads(SALE.json())],
    ids=["ticket", "document", "text", "bytes", "dict"],
)  # fmt: skip
def test_a_document_may_come_in_any_form(tmp_path: Path, kind: Kind, document: Any) -> None:
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer.uri)) as daemon:
        with kind(daemon.url) as call:
            assert call("print", document).result(WITHIN_S).is_printed
        assert printer.wait_for(len(SALE_BYTES)) == SALE_BYTES


def test_refusals_are_errors_with_code_and_place(tmp_path: Path, kind: Kind) -> None:
    faulty = {"version": "1.0", "profile": {"model": "x"}, "commands": [{"type": "feed", "data": {"lines": 256}}]}
    with daemon_process(tmp_path) as daemon, kind(daemon.url) as call:
        for document, named, code in (
            (faulty, {}, "invalid_document"),
            (SALE, {"printer": "nadie"}, "unknown_printer"),
        ):
            with pytest.raises(Refused) as refused:
                call("print", document, **named).result(WITHIN_S)
            assert refused.value.code == code
        with pytest.raises(DocumentError):
            call("print", "{").result(WITHIN_S)
        call("print", SALE, id="one").result(WITHIN_S)
        with pytest.raises(Refused) as refused:
            call("print", MORE, id="one").result(WITHIN_S)
        assert refused.value.code == "id_conflict"
        with pytest.raises(Refused) as refused:
            call("print", faulty, id="two").result(WITHIN_S)
        assert refused.value.path == "commands[0].data.lines"
        assert str(refused.value).startswith("VALIDATION: commands[0].data.lines: ")
        with pytest.raises(Refused) as refused:
            call("print", Ticket().text("x" * (11 << 20))).result(WITHIN_S)
        assert refused.value.code == "too_large"
        assert call("print", SALE).result(WITHIN_S).is_printed


def test_a_token_is_sent_and_missed(tmp_path: Path, kind: Kind) -> None:
    settings = '[auth]\ntoken_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"\n'
    with daemon_process(tmp_path, config=settings) as daemon:
        with kind(daemon.url) as call, pytest.raises(Refused) as refused:
            call("print", SALE).result(WITHIN_S)
        assert refused.value.code == "unauthorized"
        with kind(daemon.url, "test") as call:
            assert call("print", SALE, id="1").result(WITHIN_S).is_printed
            assert call("job", "1").result(WITHIN_S).state == "confirmed"


# --- daemons that die ---


def test_a_daemon_killed_after_the_ack_prints_once_and_the_call_ends(tmp_path: Path, kind: Kind) -> None:
    port, arguments = free_port(), ("--port", str(free_port()))
    settings, acked = config(f"socket://127.0.0.1:{port}"), threading.Event()
    with daemon_process(tmp_path, *arguments, config=settings) as daemon, kind(daemon.url) as call:
        ended = call("print", SALE, id="1001", on_ack=lambda _: acked.set())
        assert acked.wait(WITHIN_S)
        daemon.kill()
        with TcpPrinter(port=port) as printer, daemon_process(tmp_path, *arguments, config=settings):
            assert ended.result(WITHIN_S).is_printed
            assert printer.wait_for(len(SALE_BYTES)) == SALE_BYTES


@pytest.mark.parametrize(
    ("kind", "steps", "when"),
    [
        (plain, "insert", "before"),
        (plain, "insert,commit", "after"),
        (asynchronous, "insert", "before"),
        (asynchronous, "insert,commit", "after"),
        (asynchronous, "commit,say", "before"),
    ],
)
def test_a_daemon_that_dies_around_the_ack_prints_once(tmp_path: Path, kind: Kind, steps: str, when: str) -> None:
    port, arguments = free_port(), ("--port", str(free_port()))
    settings = config(f"socket://127.0.0.1:{port}")
    with (
        daemon_process(tmp_path, *arguments, config=settings, program=(CRASH_AT, steps, when)) as dying,
        kind(dying.url) as call,
    ):
        ended = call("print", SALE, id="1001")
        dying.process.wait(30)
        with TcpPrinter(port=port) as printer, daemon_process(tmp_path, *arguments, config=settings) as daemon:
            assert ended.result(WITHIN_S).is_printed
            assert len(call("jobs").result(WITHIN_S)) == 1
            assert daemon.health()["status"] == "ok"
            assert printer.wait_for(len(SALE_BYTES)) == SALE_BYTES


def test_a_ticket_asked_for_before_the_daemon_runs_prints_when_it_does(tmp_path: Path, kind: Kind) -> None:
    port = free_port()
    with kind(f"http://127.0.0.1:{port}") as call, TcpPrinter() as printer:
        with pytest.raises(NoAnswer) as given_up:
            call("print", MORE, id="0", timeout=0.1).result(WITHIN_S)
        assert given_up.value.accepted is False
        ended = call("print", SALE, id="1001")
        with daemon_process(tmp_path, "--port", str(port), config=config(printer.uri)):
            assert ended.result(WITHIN_S).is_printed
            assert [job.job_id for job in call("jobs").result(WITHIN_S)] == ["1001"]
            assert printer.wait_for(len(SALE_BYTES)) == SALE_BYTES


def test_a_held_ticket_ends_the_call_unless_the_final_outcome_is_wanted(tmp_path: Path, kind: Kind) -> None:
    port, acked = free_port(), threading.Event()
    settings = config(f"socket://127.0.0.1:{port}")
    with daemon_process(tmp_path, config=settings) as daemon, kind(daemon.url) as call:
        final = call("print", SALE, id="1", final_only=True, on_ack=lambda _: acked.set())
        assert acked.wait(WITHIN_S)
        assert call("hold", "1").result(WITHIN_S).state == "held"
        held = call("wait", "1").result(WITHIN_S)
        assert (held.state, held.is_printed, held.is_final, held.code) == ("held", False, False, "held")
        assert call("release", "1").result(WITHIN_S).state == "queued"
        with TcpPrinter(port=port) as printer:
            assert final.result(WITHIN_S).is_printed
            assert printer.wait_for(len(SALE_BYTES)) == SALE_BYTES


# --- full queues and impatient callers ---


def test_a_full_queue_is_waited_for_within_the_callers_time(tmp_path: Path, kind: Kind) -> None:
    port, acked = free_port(), threading.Event()
    settings = config(f"socket://127.0.0.1:{port}", more="[queue]\ncapacity = 1")
    with daemon_process(tmp_path, config=settings) as daemon, kind(daemon.url) as call:
        first = call("print", SALE, id="1", on_ack=lambda _: acked.set())
        assert acked.wait(WITHIN_S)
        second = call("print", MORE, id="2")
        with pytest.raises(NoAnswer) as given_up:
            call("print", MORE, id="3", timeout=0.3).result(WITHIN_S)
        assert given_up.value.accepted is False
        with pytest.raises(NoAnswer) as given_up:
            call("wait", "1", timeout=0.1).result(WITHIN_S)
        assert given_up.value.accepted is True
        with TcpPrinter(port=port) as printer:
            assert first.result(WITHIN_S).is_printed
            assert second.result(WITHIN_S).is_printed
            printer.wait_until_has(b"VENTA 1001", b"VENTA 1002")
        assert [job.job_id for job in call("jobs").result(WITHIN_S)] == ["2", "1"]


# --- verbs ---


def test_jobs_are_steered(tmp_path: Path, kind: Kind) -> None:
    port, acked = free_port(), threading.Event()
    settings = config(f"socket://127.0.0.1:{port}")
    with daemon_process(tmp_path, config=settings) as daemon, kind(daemon.url) as call:
        ended = call("print", SALE, id="a/b", on_ack=lambda _: acked.set())
        assert acked.wait(WITHIN_S)
        assert call("cancel", "a/b").result(WITHIN_S).state == "cancelled"
        assert not ended.result(WITHIN_S).is_printed
        for verb, code in (("cancel", "not_cancellable"), ("hold", "not_cancellable"), ("release", "not_cancellable")):
            with pytest.raises(Refused) as refused:
                call(verb, "a/b").result(WITHIN_S)
            assert refused.value.code == code
        with pytest.raises(Refused) as refused:
            call("job", "nobody").result(WITHIN_S)
        assert refused.value.code == "unknown_job"
        assert [change.state for change in call("job", "a/b").result(WITHIN_S).history] == ["queued", "cancelled"]
        assert [entry.name for entry in call("printers").result(WITHIN_S).printers] == ["caja", "virtual"]
        assert call("preview", SALE).result(WITHIN_S).startswith(b"\x89PNG")
        with TcpPrinter(port=port) as printer:
            again = call("reprint", "a/b", new_id="r", banner=True).result(WITHIN_S)
            assert (again.id, again.is_printed) == ("r", True)
            printer.wait_until_has("REIMPRESIÓN".encode("cp1252"))


def test_a_ticket_that_moved_says_from_where(tmp_path: Path, kind: Kind) -> None:
    with TcpPrinter() as printer:
        settings = stood_in(f"socket://127.0.0.1:{free_port()}", printer.uri)
        with daemon_process(tmp_path, config=settings) as daemon, kind(daemon.url) as call:
            end = call("print", SALE, id="1001").result(WITHIN_S)
            assert (end.is_printed, end.printer, end.moved_from) == (True, "barra", "caja")
            job = call("job", "1001").result(WITHIN_S)
            assert (job.printer, job.moved_from) == ("barra", "caja")
            moved = next(change for change in job.history if change.code == "moved")
            assert (moved.moved_from, moved.moved_to) == ("caja", "barra")
            assert call("print", MORE, id="1002", printer="barra").result(WITHIN_S).moved_from is None


def test_jobs_that_have_not_ended_are_listed_in_their_order(tmp_path: Path, kind: Kind) -> None:
    acked = [threading.Event() for _ in range(3)]
    settings = config(f"socket://127.0.0.1:{free_port()}")
    with daemon_process(tmp_path, config=settings) as daemon, kind(daemon.url) as call:
        for number, event in enumerate(acked):
            call("print", SALE, id=str(number), on_ack=lambda _, event=event: event.set(), timeout=WITHIN_S)
            assert event.wait(WITHIN_S)
        call("cancel", "1").result(WITHIN_S)
        assert [job.job_id for job in call("jobs", pending=True).result(WITHIN_S)] == ["0", "2"]
        assert [job.job_id for job in call("jobs", 1, pending=True).result(WITHIN_S)] == ["0"]
        assert [job.job_id for job in call("jobs").result(WITHIN_S)] == ["2", "1", "0"]
        for job_id in "02":
            call("cancel", job_id).result(WITHIN_S)


async def test_news_come_as_things_happen_and_after_a_restart(tmp_path: Path) -> None:
    arguments = ("--port", str(free_port()))
    async with asyncio.timeout(WITHIN_S), contextlib.AsyncExitStack() as stack:
        with daemon_process(tmp_path, *arguments) as daemon:
            client = await stack.enter_async_context(AsyncClient(daemon.url))
            assert (await client.connected()).protocol == 1
            news = client.news(["jobs"])
            waiting = asyncio.ensure_future(anext(news))
            status = await client.status()
            assert status.capacity == 100
            await client.print(SALE, id="1")
            states = [(await waiting).state]
            while states[-1] != "confirmed":
                states.append((await anext(news)).state)
            assert states == ["queued", "printing", "confirmed"]
        with daemon_process(tmp_path, *arguments):
            await client.print(SALE, id="2")
            assert (await anext(news)).job_id == "2"
            await news.aclose()
            picture = await client.preview(SALE)
            assert (picture.width, picture.warnings) == (576, ())


async def test_leaving_ends_what_waits(tmp_path: Path) -> None:
    async with AsyncClient(f"http://127.0.0.1:{free_port()}") as client:
        waiting = asyncio.ensure_future(client.print(SALE))
        await asyncio.sleep(0)
    with pytest.raises(NoAnswer):
        await waiting


def test_what_asks_once_says_at_once_that_nobody_is_there() -> None:
    client = Client(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable) as away:
        client.submit(SALE)
    assert away.value.sent is False
    assert "ticket-daemon run" in away.value.text("es")


@pytest.mark.parametrize("kind_of_client", [Client, AsyncClient])
def test_an_address_that_is_none_is_refused(kind_of_client: type) -> None:
    with pytest.raises(ValueError, match="ftp"):
        kind_of_client("ftp://shop")
