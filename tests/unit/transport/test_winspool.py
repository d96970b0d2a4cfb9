"""Windows printers as links, on a spooler in memory that does what wine's cannot: tell, pause, abort, hang."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator

import pytest

from support.windows_spooler import FakeSpooler
from ticket_daemon.errors import ConfigError, LinkError
from ticket_daemon.machine.windows.winspool import JobInfo, PrinterInfo, SpoolerError
from ticket_daemon.transport import LinkBroken, check_uri
from ticket_daemon.transport.addresses import WinspoolAddress, split, winspool_address
from ticket_daemon.transport.winspool import WinspoolLink

PRINTING, PAPER_OUT, PRINTED, DELETED = 0x10, 0x40, 0x80, 0x100


@pytest.fixture
def api() -> FakeSpooler:
    return FakeSpooler(PrinterInfo("Caja"), PrinterInfo("Cocina"))


@pytest.fixture
async def link(api: FakeSpooler) -> AsyncIterator[WinspoolLink]:
    link = WinspoolLink(WinspoolAddress("Caja"), api, stall_s=0.2)
    link._open_s = 0.2
    await link.open()
    yield link
    await link.close()


# --- addresses ---


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("winspool://EPSON%20TM-T20III%20Receipt", "EPSON TM-T20III Receipt"),
        ("winspool://EPSON TM-T20", "EPSON TM-T20"),
        ("winspool://Impresora%20de%20la%20Ca%C3%B1a", "Impresora de la Caña"),
        ("winspool://%5C%5Cserver%5Ccocina", r"\\server\cocina"),
        (r"winspool://\\server\cocina", r"\\server\cocina"),
        ("winspool://POS-80%20%28copia%201%29", "POS-80 (copia 1)"),
        ("winspool://A%2FB%3AC%23D", "A/B:C#D"),
        ("winspool:///Caja", "Caja"),
    ],
)
def test_a_printers_name_stands_in_its_address(uri: str, name: str) -> None:
    assert winspool_address(split(uri)) == WinspoolAddress(name)


def test_the_datatype_can_be_said() -> None:
    assert winspool_address(split("winspool://Caja?datatype=XPS_PASS")) == WinspoolAddress("Caja", "XPS_PASS")


@pytest.mark.parametrize("uri", ["winspool://", "winspool:///", "winspool://Caja?datatype=", "winspool://Caja?x=1"])
def test_an_address_without_a_name_or_with_unknown_settings_is_refused(uri: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_uri(uri)
    assert caught.value.key == "config.uri_winspool"


# --- opening ---


async def test_an_unknown_name_is_answered_with_the_nearest(api: FakeSpooler) -> None:
    with pytest.raises(LinkError) as caught:
        await WinspoolLink(WinspoolAddress("Cajas"), api).open()
    assert caught.value.key == "link.spooler_unknown"
    assert caught.value.parameters["nearest"].startswith("Caja")
    assert api.open_handles == 0


@pytest.mark.parametrize(
    ("number", "key"),
    [
        (5, "link.spooler_denied"),
        (1722, "link.spooler_stopped"),
        (1726, "link.spooler_stopped"),
        (2, "link.cannot_open"),
    ],
)
async def test_what_keeps_a_printer_from_being_opened_is_said_in_a_persons_words(
    api: FakeSpooler, number: int, key: str
) -> None:
    api.fail("open", number)
    with pytest.raises(LinkError) as caught:
        await WinspoolLink(WinspoolAddress("Caja"), api).open()
    assert caught.value.key == key
    assert not isinstance(caught.value, LinkBroken)


async def test_a_printer_that_does_not_open_in_time_is_silent_and_closed_when_it_comes_late(api: FakeSpooler) -> None:
    come = threading.Event()
    api.trouble["open"] = lambda: come.wait(10)
    link = WinspoolLink(WinspoolAddress("Caja"), api)
    link._open_s = 0.05
    with pytest.raises(LinkError) as caught:
        await link.open()
    assert caught.value.key == "link.spooler_silent"
    with pytest.raises(LinkError):  # it is not asked a second time while the first call has not come back
        await link.open()
    assert api.calls.count("open") == 1
    come.set()
    assert link._call is not None
    await link._call.done.wait()
    assert api.open_handles == 0


# --- printing ---


async def test_each_ticket_is_one_document_of_its_own(link: WinspoolLink, api: FakeSpooler) -> None:
    for ticket in (b"one", b"two"):
        await link.write(ticket)
        await link.end_job()
        await link.settled()
    assert api.documents == [("Caja", "RAW", b"one"), ("Caja", "RAW", b"two")]


async def test_a_document_that_never_began_has_sent_nothing(link: WinspoolLink, api: FakeSpooler) -> None:
    api.fail("start_document", 5)
    with pytest.raises(LinkBroken) as caught:
        await link.write(b"ticket")
    assert caught.value.sent == 0


@pytest.mark.parametrize("function", ["write", "end_document"])
async def test_a_document_that_broke_is_in_doubt(link: WinspoolLink, api: FakeSpooler, function: str) -> None:
    api.fail(function, 1726)
    with pytest.raises(LinkBroken) as caught:
        await link.write(b"ticket")
    assert caught.value.sent == len(b"ticket")
    assert caught.value.key == "link.spooler_stopped"
    assert not link.handed_over


async def test_a_call_that_does_not_come_back_is_noticed_and_stops_nobody_else(
    link: WinspoolLink, api: FakeSpooler
) -> None:
    come = threading.Event()
    api.trouble["end_document"] = lambda: come.wait(10)
    with pytest.raises(LinkBroken) as caught:
        await link.write(b"ticket")
    assert caught.value.key == "link.stalled"
    assert caught.value.sent == len(b"ticket")
    assert not link.is_open
    come.set()


async def test_a_document_that_hangs_in_the_middle_is_aborted_when_it_comes_back(
    link: WinspoolLink, api: FakeSpooler
) -> None:
    come = threading.Event()

    def write() -> None:
        come.wait(10)

    api.trouble["write"] = write
    with pytest.raises(LinkBroken):
        await link.write(b"ticket")
    assert link._call is not None
    call = link._call
    come.set()
    await call.done.wait()
    assert api.documents == []
    assert api.aborted == [b"ticket"]


async def test_a_slow_document_is_waited_for_as_long_as_it_moves(link: WinspoolLink, api: FakeSpooler) -> None:
    api.trouble["write"] = lambda: time.sleep(0.15)
    await link.write(bytes(64 * 1024 * 4))
    assert len(api.documents[0][2]) == 64 * 1024 * 4


# --- to the end ---


async def handed_over(link: WinspoolLink, api: FakeSpooler, status: int) -> int:
    """A ticket that stands in Windows' queue; its job's number."""
    api.jobs = _Every(status)
    await link.write(b"ticket")
    assert link._job is not None
    number = link._job
    api.jobs = {number: JobInfo(status)}
    return number


class _Every(dict[int, JobInfo]):
    """Any job, in one state."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self._status = status

    def __contains__(self, _: object) -> bool:
        return True

    def __getitem__(self, _: int) -> JobInfo:
        return JobInfo(self._status)


async def test_a_job_is_followed_until_windows_has_printed_it(link: WinspoolLink, api: FakeSpooler) -> None:
    number = await handed_over(link, api, PRINTING)
    assert link.handed_over
    settling = asyncio.create_task(link.settled())
    await looks(api, 3)
    assert not settling.done()
    api.jobs[number] = JobInfo(PRINTED)
    await settling
    assert not link.handed_over


async def test_a_job_without_paper_is_waited_for_and_says_why(link: WinspoolLink, api: FakeSpooler) -> None:
    heard: list[tuple[str, ...]] = []
    link.heard = heard.append
    link._follow_s = 0.0
    number = await handed_over(link, api, PRINTING | PAPER_OUT)
    settling = asyncio.create_task(link.settled())
    await looks(api, 3)
    api.jobs[number] = JobInfo(PRINTING)
    await looks(api, 1)
    del api.jobs[number]
    await settling
    assert heard == [("media-empty",), ()]


async def test_a_job_that_does_not_move_is_given_up_and_in_doubt(link: WinspoolLink, api: FakeSpooler) -> None:
    link._follow_s = 0.1
    await handed_over(link, api, PRINTING)
    with pytest.raises(LinkBroken) as caught:
        await link.settled()
    assert caught.value.key == "link.spooler_stuck"
    assert caught.value.sent > 0


async def test_a_job_that_somebody_deleted_in_windows_is_in_doubt(link: WinspoolLink, api: FakeSpooler) -> None:
    await handed_over(link, api, DELETED)
    with pytest.raises(LinkBroken) as caught:
        await link.settled()
    assert caught.value.key == "link.spooler_deleted"


async def test_following_can_be_cut_short_and_taken_up_again(link: WinspoolLink, api: FakeSpooler) -> None:
    number = await handed_over(link, api, PRINTING)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await link.settled()
    assert link.handed_over
    api.jobs[number] = JobInfo(PRINTED)
    await link.settled()
    assert not link.handed_over


async def test_a_spooler_that_cannot_tell_leaves_the_ticket_in_doubt(link: WinspoolLink, api: FakeSpooler) -> None:
    api.fail("job", 50)
    await link.write(b"ticket")
    with pytest.raises(LinkBroken) as caught:
        await link.settled()
    assert caught.value.key == "link.spooler_lost"
    assert caught.value.sent > 0


async def test_a_spooler_that_is_restarted_under_a_ticket_leaves_it_in_doubt(
    link: WinspoolLink, api: FakeSpooler
) -> None:
    await handed_over(link, api, PRINTING | PAPER_OUT)
    settling = asyncio.create_task(link.settled())
    await looks(api, 1)
    api.fail("job", 1722)
    with pytest.raises(LinkBroken) as caught:
        await settling
    assert caught.value.key == "link.spooler_lost"


async def looks(api: FakeSpooler, more: int) -> None:
    """Until the job has been looked at so many times more."""
    wanted = api.calls.count("job") + more
    async with asyncio.timeout(10):
        while api.calls.count("job") < wanted:
            await asyncio.sleep(0.01)


# --- status ---


async def test_the_spooler_tells_how_the_printer_is(link: WinspoolLink, api: FakeSpooler) -> None:
    assert await link.reasons() == ()
    api.change("Caja", status=0x1)
    assert await link.reasons() == ("paused",)
    api.change("Caja", status=0, attributes=0x400)
    assert await link.reasons() == ("offline",)


async def test_a_spooler_that_was_stopped_is_a_broken_link_with_nothing_sent(
    link: WinspoolLink, api: FakeSpooler
) -> None:
    api.fail("printer", 1722)
    with pytest.raises(LinkBroken) as caught:
        await link.reasons()
    assert caught.value.sent == 0
    assert caught.value.key == "link.spooler_stopped"


async def test_a_question_that_does_not_come_back_is_an_unknown_state(link: WinspoolLink, api: FakeSpooler) -> None:
    come = threading.Event()
    api.trouble["printer"] = lambda: come.wait(10)
    assert await link.reasons() is None
    come.set()


async def test_closing_lets_go_of_the_printer_even_when_windows_objects(api: FakeSpooler) -> None:
    link = WinspoolLink(WinspoolAddress("Caja"), api)
    await link.open()
    assert api.open_handles == 1
    await link.close()
    assert api.open_handles == 0
    await link.open()

    def refuse() -> None:
        raise SpoolerError("ClosePrinter", 6)

    api.trouble["close"] = refuse
    await link.close()
    assert not link.is_open
