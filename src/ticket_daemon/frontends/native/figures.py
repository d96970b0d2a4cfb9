"""What is counted while the daemon works: plain numbers, added up in the event loop without a lock.

A name that is not a configured printer's makes no series of its own (`metrics` sees to that when it reads).
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final, NamedTuple

from ticket_daemon.printers.destination import OFFLINE, Destination
from ticket_daemon.queue import Job, JobState

#: Upper bounds in seconds. An ack is a rendering and a commit: milliseconds, and seconds on a disk in trouble.
ACK_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
#: A print is a second or two of paper, and hours where nobody puts in a roll.
PRINT_S: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
#: A commit is one append and one sync.
COMMIT_S: Final = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class Distribution(NamedTuple):
    """What a histogram held at one moment: how many fell into each bucket, the last one unbounded; their sum."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float


class Histogram:
    """How often something took how long."""

    __slots__ = ("_bounds", "_counts", "_total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._total = 0.0

    def observe(self, seconds: float) -> None:
        """Count one. It falls into the first bucket whose bound it does not exceed."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._total += seconds

    def taken(self) -> Distribution:
        """The figures as they are now."""
        return Distribution(self._bounds, tuple(self._counts), self._total)


class PrinterFigures:
    """One printer's counts since the start."""

    __slots__ = ("is_offline", "lost", "print_s", "reasons", "retries", "states", "stood_in")

    def __init__(self) -> None:
        self.states = dict.fromkeys(JobState, 0)  #: how often a job came into each state
        self.reasons: dict[str, int] = {}  #: by error code: jobs that failed, expired, were cancelled or held
        self.retries = 0  #: printing begun again
        self.print_s = Histogram(PRINT_S)  #: from acceptance to printed
        self.stood_in = 0  #: jobs printed for another printer
        self.lost = 0  #: how often it went offline
        self.is_offline = False


class Figures:
    """All counts since the start."""

    def __init__(self) -> None:
        self.printers: dict[str, PrinterFigures] = {}
        self.refusals: dict[str, int] = {}
        self.ack_s = Histogram(ACK_S)  #: from a whole message to its ack
        self.commit_s = Histogram(COMMIT_S)

    def job_changed(self, job: Job) -> None:
        """A change of a job was committed."""
        figures = self.printers.get(job.destination) or self._printer(job.destination)
        figures.states[job.state] += 1
        if job.is_printed:
            figures.print_s.observe(job.duration_ms / 1000)
            figures.stood_in += job.moved_from is not None
        elif job.state is JobState.PRINTING:
            figures.retries += job.attempts > 1
        elif job.reason is not None:
            figures.reasons[job.reason.code] = figures.reasons.get(job.reason.code, 0) + 1

    def printer_changed(self, destination: Destination) -> None:
        """A printer's state is another one."""
        offline = OFFLINE in destination.status.reasons
        figures = self.printers.get(destination.name) or self._printer(destination.name)
        if offline is not figures.is_offline:
            figures.is_offline = offline
            figures.lost += offline

    def refused(self, code: str) -> None:
        """A client was told an error."""
        self.refusals[code] = self.refusals.get(code, 0) + 1

    def _printer(self, name: str) -> PrinterFigures:
        figures = self.printers[name] = PrinterFigures()
        return figures
