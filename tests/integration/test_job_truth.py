"""What the page is told, against printers that misbehave: the emulator as a fault rig behind real TCP.

The parts run in this process, so that a test can change the printer's condition and see what comes of it; nothing
sleeps: every wait is for something that happens.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from support.shop import Shop
from ticket_daemon.formats import Formats
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.printers.emulated import EmulatedPrinter, Faults
from ticket_daemon.queue import JobState
from ticket_daemon.settings.config import PrinterSettings, Settings
from ticket_daemon.spooler import Spooler


@asynccontextmanager
async def shop(
    folder: Path, printer: EmulatedPrinter, profile: str = "TM-T20III", **more: object
) -> AsyncIterator[Shop]:
    settings = PrinterSettings("caja", printer.uri, profile, default=True, **more)  # type: ignore[arg-type]
    running = Shop(folder, settings)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


def printed(printer: EmulatedPrinter) -> list[str]:
    """The first line of each piece that came out."""
    return [next((line for line in ticket.paper.text if line.strip()), "") for ticket in printer.tickets]


def found(profile: str) -> Profile:
    known = find(profile)
    assert known is not None
    return known


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def emulated(profile: str = "TM-T20III", **options: object) -> EmulatedPrinter:
    found = find(profile)
    assert found is not None
    return EmulatedPrinter(found, **options)  # type: ignore[arg-type]


async def test_a_printer_that_can_say_so_confirms_each_ticket(tmp_path: Path) -> None:
    async with emulated() as printer, shop(tmp_path, printer) as here:
        for n in range(5):
            await here.submit(f"n{n}")
        for n in range(5):
            assert await here.until(f"n{n}", "confirmed", "held", "failed", "sent") == "confirmed"
        assert here.history["n0"] == ["queued", "printing", "confirmed"]
        assert [line.split()[-1] for line in printed(printer)] == [f"n{n}" for n in range(5)]


async def test_a_printer_that_cannot_is_only_ever_said_to_have_been_sent_to(tmp_path: Path) -> None:
    async with emulated("Generic 58mm") as printer, shop(tmp_path, printer, "Generic 58mm") as here:
        await here.submit("one")
        assert await here.until("one", "confirmed", "sent", "held") == "sent"


async def test_paper_that_ends_behind_the_last_byte_is_no_success_where_the_printer_can_tell(tmp_path: Path) -> None:
    profile = replace(found("TM-T20III"), status=("dle_eot",))
    async with EmulatedPrinter(profile, out_of_paper_after_lines=3) as printer:
        here = Shop(tmp_path, PrinterSettings("caja", printer.uri, "TM-T20III", default=True))
        next(iter(here.destinations)).configured = profile
        here.spooler = Spooler(here.destinations, here.queue, Formats(Settings()), now_ms)
        await here.start()
        await here.submit("half", lines=8)
        assert await here.until("half", "sent", "held", "confirmed") == "held"
        job = await here.queue.find("half")
        assert job is not None
        assert job.reason is not None
        assert (job.reason.code, "papel" in job.reason.text("es")) == ("unknown_outcome", True)
        await here.stop()


async def test_a_printer_that_tells_only_how_it_is_ends_sent_when_all_is_well(tmp_path: Path) -> None:
    profile = replace(found("TM-T20III"), status=("dle_eot",))
    async with EmulatedPrinter(profile) as printer:
        here = Shop(tmp_path, PrinterSettings("caja", printer.uri, "TM-T20III", default=True))
        next(iter(here.destinations)).configured = profile
        here.spooler = Spooler(here.destinations, here.queue, Formats(Settings()), now_ms)
        await here.start()
        await here.submit("whole", lines=8)
        assert await here.until("whole", "sent", "held", "confirmed") == "sent"
        await here.stop()


async def test_a_profile_that_promises_too_much_is_found_out_and_ends_sent(tmp_path: Path) -> None:
    async with emulated(faults=Faults(mute=True)) as printer, shop(tmp_path, printer) as here:
        await here.submit("one")
        assert await here.until("one", "confirmed", "sent", "held") == "sent"


async def test_an_empty_printer_gets_nothing_says_so_and_prints_when_it_has_paper(tmp_path: Path) -> None:
    async with emulated() as printer, shop(tmp_path, printer) as here:
        printer.set_condition(paper_out=True)
        await here.submit("one")
        await here.until_status("media-empty")
        assert here.history["one"] == ["queued"]
        printer.set_condition(paper_out=False)
        assert await here.until("one", "confirmed", "held", "sent") == "confirmed"
        assert len(printed(printer)) == 1


async def test_time_that_is_over_is_told_though_others_still_wait_before_it(tmp_path: Path) -> None:
    async with emulated() as printer, shop(tmp_path, printer) as here:
        printer.set_condition(paper_out=True)
        await here.until_status("media-empty")
        await here.submit("first")
        await here.submit("second", ttl_ms=1)
        await here.submit("third")
        assert await here.until("second", "expired", "printing") == "expired"
        assert here.history["first"] == ["queued"]
        printer.set_condition(paper_out=False)
        assert await here.until("third", "confirmed", "held") == "confirmed"
        assert [line.split()[-1] for line in printed(printer)] == ["first", "third"]


async def test_paper_that_runs_out_in_the_middle_is_waited_for_and_the_ticket_finishes_once(tmp_path: Path) -> None:
    async with emulated(out_of_paper_after_lines=10) as printer, shop(tmp_path, printer) as here:
        await here.submit("long", lines=30)
        await here.submit("next")
        await here.until_status("media-empty")
        assert here.history["long"][-1] == "printing"
        assert here.history["next"] == ["queued"]
        printer.printer.out_of_paper_after_lines = None
        printer.set_condition(paper_out=False)
        assert await here.until("next", "confirmed", "held", "sent") == "confirmed"
        assert here.history["long"][-1] == "confirmed"
        assert len(printed(printer)) == 2
        whole = [line for line in printer.tickets[0].paper.text if "long" in line]
        assert len(whole) == 30


async def test_an_open_cover_holds_the_queue_and_says_so(tmp_path: Path) -> None:
    async with emulated() as printer, shop(tmp_path, printer) as here:
        printer.set_condition(cover_open=True)
        await here.submit("one")
        await here.until_status("cover-open")
        printer.set_condition(cover_open=False)
        assert await here.until("one", "confirmed", "held", "sent") == "confirmed"


async def test_a_change_between_jobs_is_noticed_without_any_ticket(tmp_path: Path) -> None:
    async with emulated() as printer, shop(tmp_path, printer) as here:
        await here.submit("one")
        await here.until("one", "confirmed")
        printer.set_condition(paper_near_end=True)
        await here.until_status("media-low")
        printer.set_condition(paper_near_end=False, cover_open=True)
        await here.until_status("cover-open")
        printer.set_condition(cover_open=False)
        await here.until_status()


async def test_a_connection_cut_in_the_middle_is_held_and_not_printed_again(tmp_path: Path) -> None:
    async with emulated() as printer, shop(tmp_path, printer) as here:
        await here.submit("first")
        await here.until("first", "confirmed")
        printer.set_faults(Faults(reset_after=2000))
        await here.submit("long", lines=200)
        assert await here.until("long", "confirmed", "held", "sent", "failed") == "held"
        printer.set_faults(Faults())
        await here.submit("after")
        assert await here.until("after", "confirmed", "held", "sent", "failed") == "confirmed"
        assert here.history["long"][-1] == "held"


async def test_a_printer_that_answers_nonsense_is_never_believed(tmp_path: Path) -> None:
    async with emulated(faults=Faults(nonsense=b'\xff\x00?? 7"xxxx\x00')) as printer, shop(tmp_path, printer) as here:
        await here.submit("one")
        assert await here.until("one", "confirmed", "sent", "held", "failed") in ("sent", "held")


async def test_a_slow_printer_is_waited_for(tmp_path: Path) -> None:
    async with emulated(faults=Faults(bytes_per_second=4000)) as printer, shop(tmp_path, printer) as here:
        await here.submit("long", lines=200)
        assert await here.until("long", "confirmed", "held", "sent", "failed") == "confirmed"


async def test_a_printer_switched_off_is_offline_and_its_tickets_print_when_it_is_back(tmp_path: Path) -> None:
    async with emulated() as printer, shop(tmp_path, printer) as here:
        await here.submit("one")
        await here.until("one", "confirmed")
        await printer.refuse()
        await here.until_status("offline")
        await here.submit("two")
        assert here.history["two"] == ["queued"]
        await printer.listen()
        assert await here.until("two", "confirmed", "held", "failed") == "confirmed"
        assert len(printed(printer)) == 2


async def test_an_offline_printer_fails_its_jobs_after_the_patience_it_was_given(tmp_path: Path) -> None:
    async with emulated(refuse=True) as printer, shop(tmp_path, printer, retry_s=0, on_failure="fail") as here:
        await here.submit("one")
        assert await here.until("one", "failed", "held", "confirmed") == "failed"
        job = await here.queue.find("one")
        assert job is not None
        assert job.reason is not None
        assert job.reason.code == "printer_offline"


async def test_a_job_whose_outcome_was_unknown_is_confirmed_when_the_printer_says_so_later(tmp_path: Path) -> None:
    from ticket_daemon.queue import JobEvent, Reason

    async with emulated() as printer, shop(tmp_path, printer) as here:
        printer.set_condition(cover_open=True)
        await here.submit("one")
        await here.until_status("cover-open")
        job = await here.queue.find("one")
        assert job is not None
        assert job.state is JobState.QUEUED
        await here.queue.finish(job, JobEvent.HOLD, Reason("unknown_outcome", "job.unknown_outcome"))
        worker = here.spooler._workers["caja"]
        worker.doubt(job)
        worker._take_reported(set(worker._doubtful))
        assert await here.until("one", "confirmed") == "confirmed"
