"""What Windows' flags and calls mean, on a spooler in memory."""

from __future__ import annotations

import sys

import pytest

from support.windows_spooler import FakeSpooler
from ticket_daemon.machine.windows import spooler
from ticket_daemon.machine.windows.spooler import (
    CHUNK,
    Abandoned,
    InstalledPrinter,
    JobState,
    Progress,
    datatype,
    installed_printers,
    job_state,
    known_name,
    nearest_names,
    print_document,
    reasons,
)
from ticket_daemon.machine.windows.winspool import INVALID_HANDLE, JobInfo, PrinterInfo, SpoolerError, Winspool

CAJA = PrinterInfo("Caja", port="USB001", driver="EPSON TM-T20III Receipt", comment="mostrador", location="entrada")


def test_installed_printers_are_told_with_port_driver_and_default() -> None:
    fax = PrinterInfo("Fax", attributes=0x4000)
    share = PrinterInfo(r"\\server\cocina", attributes=0x18, jobs=2)
    listed = installed_printers(FakeSpooler(fax, CAJA, share, default="Caja"))
    assert [printer.name for printer in listed] == [r"\\server\cocina", "Caja", "Fax"]
    assert listed[1] == InstalledPrinter(
        "Caja", "USB001", "EPSON TM-T20III Receipt", is_default=True, comment="mostrador", location="entrada"
    )
    assert (listed[0].is_network, listed[0].is_shared, listed[0].jobs) == (True, True, 2)
    assert listed[2].is_fax


@pytest.mark.skipif(sys.platform == "win32", reason="there is one on Windows")
def test_a_system_without_windows_spooler_says_so() -> None:
    with pytest.raises(SpoolerError, match="no Windows spooler"):
        Winspool()


@pytest.mark.parametrize(
    ("attributes", "status", "jobs", "words"),
    [
        (0, 0, 0, ()),
        (0x400, 0, 0, ("offline",)),
        (0x400, 0x80, 0, ("offline",)),
        (0, 0x1, 0, ("paused",)),
        (0, 0x1 | 0x80, 0, ("paused", "offline")),
        (0, 0x10, 1, ("media-empty",)),
        (0, 0x400000 | 0x2, 3, ("error", "cover-open")),
        (0, 0x400 | 0x200, 1, ()),  # prints, busy
    ],
)
def test_flags_become_the_fields_words(attributes: int, status: int, jobs: int, words: tuple[str, ...]) -> None:
    assert reasons(PrinterInfo("x", attributes=attributes, status=status, jobs=jobs)) == words


def test_a_trouble_left_over_from_the_last_job_stops_nothing() -> None:
    assert reasons(PrinterInfo("x", status=0x10, jobs=0)) == ()


def test_a_name_is_found_whatever_its_case_and_spelled_as_windows_does() -> None:
    api = FakeSpooler(CAJA)
    assert known_name("CAJA", api) == "Caja"
    assert known_name("Cajas", api) is None
    assert known_name(r"\\server\cocina", api) == r"\\server\cocina"


def test_the_nearest_names_are_offered() -> None:
    api = FakeSpooler(PrinterInfo("EPSON TM-T20III Receipt"), PrinterInfo("Microsoft Print to PDF"))
    assert nearest_names("epson tm t20", api)[0] == "EPSON TM-T20III Receipt"


@pytest.mark.parametrize(("attributes", "word"), [(0x0, "RAW"), (0x2, "XPS_PASS"), (0x1, "RAW"), (0x807, "XPS_PASS")])
def test_bytes_are_called_what_the_printers_driver_expects(attributes: int, word: str) -> None:
    api = FakeSpooler(CAJA)
    api.drivers["Caja"] = attributes
    assert datatype(api.open("Caja"), api) == word


def test_a_driver_that_cannot_say_what_it_is_gets_raw() -> None:
    api = FakeSpooler(CAJA)
    api.fail("driver_attributes", 1797)
    assert datatype(api.open("Caja"), api) == "RAW"


def test_a_document_is_written_whole_and_ended_once() -> None:
    api, data = FakeSpooler(CAJA), bytes(range(256)) * 1000
    progress = Progress()
    print_document(api, api.open("Caja"), "RAW", data, progress)
    assert api.documents == [("Caja", "RAW", data)]
    assert progress.offered == len(data)
    assert api.calls.count("write") == -(-len(data) // CHUNK)


def test_what_a_write_did_not_take_is_offered_again() -> None:
    api, data = FakeSpooler(CAJA), bytes(range(256)) * 10
    api.trouble["write"] = lambda: 100
    print_document(api, api.open("Caja"), "RAW", data, Progress())
    assert api.documents[0][2] == data


def test_a_write_that_takes_nothing_ends_in_an_error_instead_of_never() -> None:
    api = FakeSpooler(CAJA)
    api.trouble["write"] = lambda: 0
    with pytest.raises(SpoolerError):
        print_document(api, api.open("Caja"), "RAW", b"ticket", Progress())
    assert api.documents == []


def test_a_document_that_cannot_be_begun_has_offered_nothing() -> None:
    api, progress = FakeSpooler(CAJA), Progress()
    api.fail("start_document", 5)
    with pytest.raises(SpoolerError):
        print_document(api, api.open("Caja"), "RAW", b"ticket", progress)
    assert progress.offered == 0
    assert "abort" not in api.calls


@pytest.mark.parametrize("taken_before", [0, 1])
def test_a_document_that_breaks_is_aborted_and_never_ended(taken_before: int) -> None:
    api, progress = FakeSpooler(CAJA), Progress()

    def write() -> int | None:
        if api.calls.count("write") > taken_before:
            raise SpoolerError("WritePrinter", 112, "the disk is full")
        return None

    api.trouble["write"] = write
    with pytest.raises(SpoolerError, match="disk"):
        print_document(api, api.open("Caja"), "RAW", bytes(3 * CHUNK), progress)
    assert api.documents == []
    assert len(api.aborted) == 1
    assert progress.offered == (taken_before + 1) * CHUNK


def test_a_document_given_up_between_two_writes_is_aborted() -> None:
    api, progress = FakeSpooler(CAJA), Progress()

    def write() -> None:
        progress.abandoned = True

    api.trouble["write"] = write
    with pytest.raises(Abandoned):
        print_document(api, api.open("Caja"), "RAW", bytes(3 * CHUNK), progress)
    assert api.calls.count("write") == 1
    assert api.documents == []
    assert [len(data) for data in api.aborted] == [CHUNK]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0x10, JobState(progress=(0x10, 0), stage="printing")),  # printing
        (0x10 | 0x40, JobState(reasons=("media-empty",), progress=(0x50, 0), stage="printing")),
        (0x1, JobState(reasons=("paused",), progress=(0x1, 0))),
        (0x20 | 0x2, JobState(reasons=("error", "offline"), progress=(0x22, 0))),
        (0x80, JobState(end="done")),
        (0x80 | 0x1000, JobState(end="done")),
        (0x80 | 0x4, JobState(end="done")),  # printed, and being taken out of the list
        (0x2000, JobState(end="done")),
        (0x4, JobState(end="deleted")),
        (0x100 | 0x10, JobState(end="deleted")),
    ],
)
def test_a_jobs_flags_say_how_it_is(status: int, state: JobState) -> None:
    api = FakeSpooler(CAJA)
    api.jobs[7] = JobInfo(status)
    assert job_state(api, api.open("Caja"), 7, None) == state


#: What a job was like at the last look, and what it means that the spooler does not know it any more.
LOOKS = [
    (None, "unknown"),
    (JobState(stage="spooling"), "done"),
    (JobState(stage="spooling", reasons=("media-empty",)), "unknown"),
    (JobState(stage="waiting"), "unknown"),
    (JobState(stage="waiting", reasons=("paused",)), "unknown"),
    (JobState(stage="printing"), "done"),
    (JobState(stage="printing", reasons=("media-empty",)), "unknown"),
    (JobState(stage="printing", reasons=("error", "offline")), "unknown"),
]


@pytest.mark.parametrize(("last", "end"), LOOKS)
def test_a_job_that_left_the_queue_is_done_only_when_it_was_printing_with_nothing_in_its_way(
    last: JobState | None, end: str
) -> None:
    api = FakeSpooler(CAJA)
    assert job_state(api, api.open("Caja"), 7, last).end == end


@pytest.mark.parametrize("number", [5, 6, 1722, 1726, 50, 1801, 8])
@pytest.mark.parametrize("last", [last for last, _ in LOOKS])
def test_a_spooler_that_fails_after_the_hand_over_says_nothing_of_the_ticket(
    last: JobState | None, number: int
) -> None:
    api = FakeSpooler(CAJA)
    handle = api.open("Caja")
    api.fail("job", number)
    api.fail("printer", number)
    assert job_state(api, handle, 7, last).end == "unknown"


@pytest.mark.parametrize(("last", "end"), LOOKS)
def test_a_number_that_a_working_spooler_calls_invalid_is_a_job_that_left_the_queue(
    last: JobState | None, end: str
) -> None:
    api = FakeSpooler(CAJA)
    handle = api.open("Caja")
    api.fail("job", INVALID_HANDLE)
    assert job_state(api, handle, 7, last).end == end


def test_the_title_names_the_program_in_windows_list_of_jobs() -> None:
    assert spooler.TITLE == "Ticket Daemon"
