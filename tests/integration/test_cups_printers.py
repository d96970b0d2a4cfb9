"""Printers behind CUPS, with a real cupsd: jobs followed to their end, and what the queue says of itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from support.cups_server import CupsServer, cups_server, paper
from support.daemon_process import daemon_process
from support.shop import Shop
from support.tcp_printer import TcpPrinter
from ticket_daemon.errors import LinkError
from ticket_daemon.settings.config import PrinterSettings
from ticket_daemon.transport import JobRefused, LinkBroken, cups
from ticket_daemon.transport.addresses import IppAddress
from ticket_daemon.transport.cups import CupsLink

PATIENCE_S = 20.0


@pytest.fixture(scope="module")
def server() -> Iterator[CupsServer]:
    with cups_server() as running:
        yield running


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A queue's name for each test, so that they do not meet."""
    return f"q{abs(hash(request.node.name)) % 10**8}"


@pytest.fixture
def printer(server: CupsServer, name: str) -> Path:
    return server.queue(name)


def link_to(server: CupsServer, name: str) -> CupsLink:
    return CupsLink(IppAddress(f"/printers/{name}"), sockets=[str(server.socket)])


@asynccontextmanager
async def shop(folder: Path, server: CupsServer, name: str, **more: object) -> AsyncIterator[Shop]:
    uri = f"cups://127.0.0.1:{server.port}/{name}"
    here = Shop(folder, PrinterSettings("caja", uri, default=True, **more))  # type: ignore[arg-type]
    await here.start()
    try:
        yield here
    finally:
        await here.stop()


async def until(condition: object) -> None:
    """Until `condition()` holds: CUPS is another program, and tells nobody of its steps."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.02)


# --- jobs ---


async def test_tickets_are_spooled_when_cups_has_printed_them(
    tmp_path: Path, server: CupsServer, name: str, printer: Path
) -> None:
    async with shop(tmp_path, server, name) as here:
        for n in range(5):
            await here.submit(f"t{n}")
        for n in range(5):
            assert await here.until(f"t{n}", "spooled", "held", "failed") == "spooled"
    lines = [line for line in paper(printer).split(b"\n") if b"UN TACO" in line]
    assert [line[line.index(b"UN TACO") :] for line in lines] == [b"UN TACO t%d" % n for n in range(5)]


async def test_a_ticket_is_not_spooled_before_its_job_has_ended(
    tmp_path: Path, server: CupsServer, name: str, printer: Path
) -> None:
    (printer / "wait").touch()
    async with shop(tmp_path, server, name) as here:
        await here.submit("one")
        await here.until("one", "printing")
        await until(lambda: name in server.run("lpstat", "-o"))
        assert here.history["one"][-1] == "printing"
        (printer / "wait").unlink()
        assert await here.until("one", "spooled", "held") == "spooled"


async def test_no_paper_is_told_while_the_job_waits_for_it_and_forgotten_after(
    tmp_path: Path, server: CupsServer, name: str, printer: Path
) -> None:
    (printer / "say").write_text("STATE: +media-empty-error\n")
    (printer / "unsay").write_text("STATE: -media-empty-error\n")
    (printer / "wait").touch()
    async with shop(tmp_path, server, name) as here:
        await here.submit("one")
        await here.until_status("media-empty")
        assert here.statuses[-1].state == "stopped"
        (printer / "wait").unlink()
        assert await here.until("one", "spooled", "held") == "spooled"
        await here.until_status()


async def test_a_job_cancelled_in_cups_before_it_began_has_failed(
    tmp_path: Path, server: CupsServer, name: str, printer: Path
) -> None:
    link = link_to(server, name)
    await link.open()
    (printer / "wait").touch()  # the first occupies the printer, so the second waits in CUPS
    await link.write(b"first")
    other = link_to(server, name)
    await other.open()
    await other.write(b"second")
    server.run("cancel", f"{name}-{other._job}")
    with pytest.raises(JobRefused) as caught:
        await other.settled()
    assert caught.value.key == "link.job_cancelled"
    (printer / "wait").unlink()
    await link.settled()
    assert paper(printer) == b"first"
    await link.close()
    await other.close()


async def test_a_job_cancelled_in_cups_while_it_prints_is_in_doubt(
    tmp_path: Path, server: CupsServer, name: str, printer: Path
) -> None:
    (printer / "say").write_text("STATE: +media-low-report\n")
    (printer / "wait").touch()
    async with shop(tmp_path, server, name) as here:
        await here.submit("one")
        await here.until_status("media-low")  # so the backend runs
        server.run("cancel", "-a", name)
        assert await here.until("one", "held", "spooled", "failed") == "held"


async def test_a_job_that_the_backend_gives_up_is_in_doubt(
    tmp_path: Path, server: CupsServer, name: str, printer: Path
) -> None:
    (printer / "fail").write_text("1")
    async with shop(tmp_path, server, name) as here:
        await here.submit("one")
        assert await here.until("one", "held", "spooled", "failed") == "held"
    assert paper(printer) == b""


async def test_a_job_that_cups_has_is_spooled_when_the_daemon_stops(
    tmp_path: Path, server: CupsServer, name: str, printer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ticket_daemon.spooler.spooler.DRAIN_S", 0.2)
    (printer / "wait").touch()
    async with shop(tmp_path, server, name) as here:
        await here.submit("one")
        await here.until("one", "printing")
        await until(lambda: name in server.run("lpstat", "-o"))
    assert here.history["one"][-1] == "spooled"
    (printer / "wait").unlink()
    await until(lambda: b"UN TACO one" in paper(printer))


# --- the queue ---


async def test_a_queue_that_is_stopped_is_paused_and_gets_no_job_until_it_goes_on(
    tmp_path: Path, server: CupsServer, name: str, printer: Path
) -> None:
    server.run("cupsdisable", name)
    async with shop(tmp_path, server, name) as here:
        await here.until_status("paused")
        await here.submit("one")
        await here.until("one", "queued")
        server.run("cupsenable", name)
        assert await here.until("one", "spooled", "held") == "spooled"
        await here.until_status()


async def test_a_queue_that_takes_no_jobs_is_paused_too(
    tmp_path: Path, server: CupsServer, name: str, printer: Path
) -> None:
    link = link_to(server, name)
    await link.open()
    assert await link.reasons() == ()
    server.run("cupsreject", name)
    assert await link.reasons() == ("paused",)
    with pytest.raises(LinkBroken) as caught:
        await link.write(b"no")
    assert caught.value.sent == 0
    assert not isinstance(caught.value, JobRefused)
    server.run("cupsaccept", name)
    assert await link.reasons() == ()
    await link.close()


async def test_a_job_that_somebody_holds_in_cups_shows_as_paused(
    tmp_path: Path, server: CupsServer, name: str, printer: Path
) -> None:
    server.run("lpadmin", "-p", name, "-o", "job-hold-until-default=indefinite")
    async with shop(tmp_path, server, name) as here:
        await here.submit("one")
        await here.until_status("paused")
        held = server.run("lpstat", "-o", name).split()[0]
        server.run("lp", "-i", held, "-H", "resume")
        assert await here.until("one", "spooled", "held") == "spooled"


async def test_what_an_earlier_job_left_behind_keeps_no_ticket_waiting(
    tmp_path: Path, server: CupsServer, name: str, printer: Path
) -> None:
    (printer / "say").write_text("STATE: +offline-report,media-empty-error\n")
    link = link_to(server, name)
    await link.open()
    await link.write(b"one")
    await link.settled()
    (printer / "say").unlink()
    assert "media-empty" in " ".join((await link._printer_state()).words("printer-state-reasons"))
    assert await link.reasons() == ()
    await link.close()


async def test_a_queue_that_is_not_there_names_itself(server: CupsServer) -> None:
    with pytest.raises(LinkError) as caught:
        await link_to(server, "Cocina").open()
    assert caught.value.key == "link.no_queue"
    assert "Cocina" in caught.value.text("es")


async def test_names_of_queues_keep_their_case(server: CupsServer) -> None:
    printer = server.queue("TM-T20_Caja")
    link = link_to(server, "TM-T20_Caja")
    await link.open()
    await link.write(b"x")
    await link.settled()
    assert paper(printer) == b"x"
    await link.close()


async def test_a_document_cups_cannot_take_is_refused_for_good(
    server: CupsServer, name: str, printer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = link_to(server, name)
    await link.open()
    monkeypatch.setattr(cups, "RAW_FORMAT", "model/gltf-binary")
    with pytest.raises(JobRefused):
        await link.write(b"x")
    await link.close()


# --- CUPS itself ---


async def test_without_cups_the_printer_is_offline_and_the_ticket_prints_when_it_is_back(tmp_path: Path) -> None:
    with cups_server() as server:
        printer = server.queue("Caja")
        server.stop()
        async with shop(tmp_path, server, "Caja") as here:
            await here.until_status("offline")
            await here.submit("one")
            await asyncio.to_thread(server.start)
            assert await here.until("one", "spooled", "held", "failed") == "spooled"
        assert paper(printer).count(b"UN TACO one") == 1


async def test_a_cups_that_is_started_anew_keeps_its_job_and_is_followed_on(tmp_path: Path) -> None:
    with cups_server() as server:
        printer = server.queue("Caja")
        server.run("lpadmin", "-p", "Caja", "-o", "job-hold-until-default=indefinite")
        async with shop(tmp_path, server, "Caja") as here:
            await here.submit("one")
            await here.until_status("paused")
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)
            held = server.run("lpstat", "-o", "Caja").split()[0]
            server.run("lp", "-i", held, "-H", "resume")
            assert await here.until("one", "spooled", "held", "failed") == "spooled"
        assert paper(printer).count(b"UN TACO one") == 1


async def test_a_job_that_cups_loses_when_it_is_killed_is_in_doubt(tmp_path: Path) -> None:
    with cups_server(saves_after_s=3600) as server:
        printer = server.queue("Caja")
        (printer / "wait").touch()
        async with shop(tmp_path, server, "Caja") as here:
            await here.submit("one")
            await here.until("one", "printing")
            await until(lambda: "Caja" in server.run("lpstat", "-o"))
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
            await asyncio.to_thread(server.queue, "Caja")
            assert await here.until("one", "spooled", "held", "failed") == "held"


async def test_a_cups_that_keeps_no_history_has_printed_what_it_has_forgotten(tmp_path: Path) -> None:
    with cups_server(history=False) as server:
        printer = server.queue("Caja")
        async with shop(tmp_path, server, "Caja") as here:
            for n in range(3):
                await here.submit(f"t{n}")
                assert await here.until(f"t{n}", "spooled", "held", "failed") == "spooled"
        assert paper(printer).count(b"UN TACO") == 3


async def test_a_queue_that_is_removed_takes_its_job_with_it(
    tmp_path: Path, server: CupsServer, name: str, printer: Path
) -> None:
    (printer / "say").write_text("STATE: +media-low-report\n")
    (printer / "wait").touch()
    async with shop(tmp_path, server, name) as here:
        await here.submit("one")
        await here.until_status("media-low")  # so the backend runs
        server.run("lpadmin", "-x", name)
        assert await here.until("one", "spooled", "held", "failed") == "held"
        await here.until_status("offline")
    (printer / "wait").unlink()


async def test_a_server_that_never_answers_has_the_ticket_in_doubt(server: CupsServer) -> None:
    with TcpPrinter() as silent:
        link = CupsLink(IppAddress("/printers/Caja", "127.0.0.1", silent.port), stall_s=0.2)
        link._session = aiohttp.ClientSession(connector=link._connector())
        with pytest.raises(LinkBroken) as caught:
            await link.write(b"ticket")
        assert (caught.value.key, caught.value.sent) == ("link.no_answer", len(b"ticket"))
        await link.close()


async def test_what_is_no_ipp_server_says_so(tmp_path: Path) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=403)

    application = web.Application()
    application.router.add_post("/{path:.*}", refuse)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    with pytest.raises(LinkError) as caught:
        await CupsLink(IppAddress("/printers/Caja", "127.0.0.1", runner.addresses[0][1])).open()
    assert caught.value.key == "link.http"
    assert caught.value.parameters["status"] == 403
    await runner.cleanup()


async def test_a_paused_queue_is_told_to_clients_in_the_list_of_printers(
    tmp_path: Path, server: CupsServer, name: str, printer: Path
) -> None:
    server.run("cupsdisable", name)
    config = f'[[printers]]\nname = "caja"\nuri = "cups://127.0.0.1:{server.port}/{name}"\ndefault = true\n'
    with daemon_process(tmp_path, config=config) as daemon:

        def status() -> str:
            listed = json.loads(daemon.get("/api/v1/printers")[1])["printers"]
            return str(next(entry["status"] for entry in listed if entry["name"] == "caja"))

        await until(lambda: status() == "paused")
        assert daemon.health()["status"] == "degraded"
        server.run("cupsenable", name)
        await until(lambda: status() == "ready")
