"""Counting, and writing it down with label sets that have an end."""

from __future__ import annotations

import bisect
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from ticket_daemon.frontends.native.figures import ACK_S, COMMIT_S, PRINT_S, Figures, Histogram
from ticket_daemon.frontends.native.metrics import GONE, Metrics, Sources
from ticket_daemon.printers import Destination, Destinations
from ticket_daemon.queue import Job, JobState, NewJob, Queue, Reason
from ticket_daemon.settings.config import PrinterSettings

START_MS = 1_768_000_000_000


def job(destination: str, state: JobState, **more: object) -> Job:
    return Job(1, "a", destination, state, START_MS, START_MS + 1500, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("bounds", [ACK_S, PRINT_S, COMMIT_S])
@given(seconds=st.lists(st.floats(0, 10_000), max_size=30))
def test_a_histogram_counts_each_once_in_the_first_bucket_that_holds_it(
    bounds: tuple[float, ...], seconds: list[float]
) -> None:
    histogram = Histogram(bounds)
    for each in seconds:
        histogram.observe(each)
    taken = histogram.taken()
    assert sum(taken.counts) == len(seconds)
    assert taken.total == pytest.approx(sum(seconds))
    for index, bound in enumerate(bounds):
        assert sum(taken.counts[: index + 1]) == bisect.bisect_right(sorted(seconds), bound)


def test_bounds_rise() -> None:
    for bounds in (ACK_S, PRINT_S, COMMIT_S):
        assert list(bounds) == sorted(set(bounds))


def test_printing_begun_again_is_a_retry_and_begun_once_is_none() -> None:
    figures = Figures()
    figures.job_changed(job("caja", JobState.PRINTING, attempts=1))
    assert figures.printers["caja"].retries == 0
    figures.job_changed(job("caja", JobState.PRINTING, attempts=2))
    assert figures.printers["caja"].retries == 1


def test_going_offline_is_counted_once_however_often_it_is_told() -> None:
    figures = Figures()
    destinations = Destinations([Destination(PrinterSettings("caja", "virtual://x"), None)])
    destinations.listen(figures.printer_changed)
    (caja,) = destinations
    for reasons in (("offline",), ("offline", "error"), (), ("offline",)):
        destinations.report(caja, reasons=reasons, known=True)
    assert figures.printers["caja"].lost == 2


def test_nothing_of_prometheus_is_loaded_with_the_daemon() -> None:
    program = "import sys, ticket_daemon.daemon; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


async def told(figures: Figures, folder: Path, *jobs: NewJob) -> dict[tuple[str, ...], float]:
    """What a scrape says: (name, label values …) -> value."""
    queue = Queue(folder / "queue.db", 10, lambda: START_MS)
    await queue.open()
    for new in jobs:
        await queue.submit(new)
    destinations = Destinations([Destination(PrinterSettings("caja", "virtual://x"), None)])
    sources = Sources(
        "test", START_MS, lambda: START_MS + 2000, figures, queue, destinations, lambda _: None, lambda: 3,
        lambda: True, folder / "queue.db",
    )  # fmt: skip
    body, _ = await Metrics(sources).written("")
    await queue.close()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


async def test_printers_that_are_not_configured_share_one_series(tmp_path: Path) -> None:
    figures = Figures()
    for name in ("old", "older", "caja"):
        figures.job_changed(job(name, JobState.SENT))
    waiting = [NewJob(i, i, b"", b"{}", b"", START_MS) for i in ("gone1", "gone2")]
    values = await told(figures, tmp_path, *waiting)
    assert values["ticket_daemon_job_changes_total", "caja", "sent"] == 1
    assert values["ticket_daemon_job_changes_total", GONE, "sent"] == 2
    assert values["ticket_daemon_jobs", GONE, "queued"] == 2
    assert values["ticket_daemon_print_seconds_sum", GONE] == pytest.approx(3.0)
    assert {labels[1] for labels in values if labels[0] == "ticket_daemon_jobs"} == {"caja", GONE}


async def test_codes_and_reasons_that_are_not_the_programs_own_count_as_other(tmp_path: Path) -> None:
    figures = Figures()
    for code in ("queue_full", "surprise", "another"):
        figures.refused(code)
    figures.job_changed(job("caja", JobState.FAILED, reason=Reason("odd", "job.cancelled")))
    figures.job_changed(job("caja", JobState.EXPIRED, reason=Reason("expired", "job.expired")))
    values = await told(figures, tmp_path)
    assert values["ticket_daemon_refusals_total", "queue_full"] == 1
    assert values["ticket_daemon_refusals_total", "other"] == 2
    assert values["ticket_daemon_refusals_total", "unknown_printer"] == 0
    assert values["ticket_daemon_job_troubles_total", "other", "caja"] == 1
    assert values["ticket_daemon_job_troubles_total", "expired", "caja"] == 1


async def test_a_printer_of_which_nothing_is_known_is_neither_online_nor_offline(tmp_path: Path) -> None:
    values = await told(Figures(), tmp_path)
    assert not [key for key in values if key[0] in ("ticket_daemon_printer_online", "ticket_daemon_link_open")]
    assert values["ticket_daemon_printer_state", "caja", "idle"] == 1
    assert values["ticket_daemon_connections",] == 3
    assert values["ticket_daemon_uptime_seconds",] == 2
    assert values["ticket_daemon_database_size_bytes",] > 0
