"""The daemon's figures for Prometheus: `GET /metrics`.

It knows the names and labels of what is told (docs/metrics.md lists them); it does not know how it is counted. It
promises label sets with an end (configured printers, states, the program's own codes), that the figures of one answer
are of one moment, and that nothing is imported or written down before somebody asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from ticket_daemon import __version__, errors
from ticket_daemon.frontends.native.figures import PRINT_S, Distribution, Figures
from ticket_daemon.printers import Destinations
from ticket_daemon.printers.destination import OFFLINE, PrinterStatus
from ticket_daemon.queue import JobState, Queue

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric

PREFIX: Final = "ticket_daemon_"
#: Label of jobs whose printer is not configured any more: one series, however many names there were.
GONE: Final = "(not configured)"
#: What a printer may complain of; whatever else one says counts as `other`.
REASONS: Final = (
    "offline", "paused", "cover-open", "media-empty", "media-jam", "media-low", "drawer-open", "error", "other",
)  # fmt: skip
STATES: Final = ("idle", "processing", "stopped")
#: Codes that are no error's but a job's.
_JOB_CODES: Final = ("expired", "cancelled", "held", "unknown_outcome", "printer_error", "cover_open", "media_empty")
_OTHER: Final = "other"
#: What stands beside a database while it is open.
_PARTS: Final = ("", "-wal", "-shm")


class Printer(NamedTuple):
    """One printer (or all that are no longer configured) at one moment."""

    name: str
    jobs: Mapping[JobState, int]  #: those that have not ended
    states: Mapping[JobState, int]
    reasons: Mapping[str, int]
    retries: int
    stood_in: int
    lost: int
    printed: Distribution
    status: PrinterStatus | None = None
    link_open: bool | None = None


class Fleet(NamedTuple):
    """The link to the fleet's server, where there is one, and how many tickets came over it."""

    connected: bool
    tickets: int


class Moment(NamedTuple):
    """Everything at one moment."""

    env: str
    started_s: float
    uptime_s: float
    waiting: int
    capacity: int
    connections: int
    storage_ok: bool
    workers_ok: bool
    ack: Distribution
    commit: Distribution
    refusals: Mapping[str, int]
    printers: tuple[Printer, ...]
    database: Path
    fleet: Fleet | None = None


class Sources(NamedTuple):
    """Where the figures are found."""

    env: str
    started_ms: int
    clock: Callable[[], int]
    figures: Figures
    queue: Queue
    destinations: Destinations
    link_open: Callable[[str], bool | None]
    connections: Callable[[], int]
    is_running: Callable[[], bool]
    database: Path
    fleet: Callable[[], Fleet | None] = lambda: None


class Metrics:
    """Answers whoever collects the figures."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def written(self, accept: str) -> tuple[bytes, str]:
        """The figures of now in the form that `accept` asks for, and its content type."""
        return await asyncio.to_thread(_written, self._taken(), accept)

    def _taken(self) -> Moment:
        """Copied in the event loop, where they are counted; writing them down may take its time elsewhere."""
        of = self._sources
        now = of.clock()
        queue, figures = of.queue, of.figures
        return Moment(
            env=of.env, started_s=of.started_ms / 1000, uptime_s=max(0, now - of.started_ms) / 1000,
            waiting=queue.current, capacity=queue.places(of.destinations.counted), connections=of.connections(),
            storage_ok=queue.trouble is None, workers_ok=of.is_running(), ack=figures.ack_s.taken(),
            commit=figures.commit_s.taken(), refusals=dict(figures.refusals), printers=tuple(self._printers()),
            database=of.database, fleet=of.fleet(),
        )  # fmt: skip

    def _printers(self) -> Iterator[Printer]:
        of = self._sources
        unfinished = of.queue.unfinished
        for destination in of.destinations:
            name = destination.name
            status, link_open = destination.status, of.link_open(name)
            yield self._printer(name, [name], unfinished)._replace(status=status, link_open=link_open)
        strangers = ({name for name, _ in unfinished} | set(of.figures.printers)) - {d.name for d in of.destinations}
        if strangers:
            yield self._printer(GONE, strangers, unfinished)

    def _printer(self, label: str, names: Iterable[str], unfinished: Mapping[tuple[str, JobState], int]) -> Printer:
        """The sums over `names`."""
        jobs = dict.fromkeys((JobState.QUEUED, JobState.PRINTING, JobState.HELD), 0)
        states = dict.fromkeys(JobState, 0)
        reasons: dict[str, int] = {}
        retries = stood_in = lost = 0
        counts, total = [0] * (len(PRINT_S) + 1), 0.0
        for name in names:
            for state in jobs:
                jobs[state] += unfinished.get((name, state), 0)
            if (figures := self._sources.figures.printers.get(name)) is None:
                continue
            for state, count in figures.states.items():
                states[state] += count
            for code, count in figures.reasons.items():
                reasons[code] = reasons.get(code, 0) + count
            retries, stood_in, lost = retries + figures.retries, stood_in + figures.stood_in, lost + figures.lost
            printed = figures.print_s.taken()
            counts, total = [a + b for a, b in zip(counts, printed.counts, strict=True)], total + printed.total
        printed_s = Distribution(PRINT_S, tuple(counts), total)
        return Printer(label, jobs, states, reasons, retries, stood_in, lost, printed_s)


# --- writing it down, in a thread ---


class _Told:
    """A collector, in prometheus-client's sense, of one moment."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment

    def collect(self) -> Iterator[Metric]:
        yield from _of_the_daemon(self._moment)
        yield from _of_jobs(self._moment)
        yield from _of_printers(self._moment)


def _written(moment: Moment, accept: str) -> tuple[bytes, str]:
    from prometheus_client import CollectorRegistry, ProcessCollector
    from prometheus_client.exposition import choose_encoder

    registry: CollectorRegistry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(moment))
    ProcessCollector(registry=registry)  # memory, processor time, open files: on Linux, where /proc tells
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


def _of_the_daemon(moment: Moment) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily as Counter
    from prometheus_client.core import GaugeMetricFamily as Gauge
    from prometheus_client.core import InfoMetricFamily as Info

    build = Info(PREFIX + "build", "Which program this is.")
    build.add_metric([], {"version": __version__, "env": moment.env})
    yield build
    for name, text, value in (
        ("start_time_seconds", "When it started, in seconds since 1970.", moment.started_s),
        ("uptime_seconds", "How long it has been running.", moment.uptime_s),
        ("connections", "WebSocket connections.", moment.connections),
        ("storage_ok", "1 while the queue's disk takes what it is given.", moment.storage_ok),
        ("workers_ok", "1 while every printer has its worker.", moment.workers_ok),
        ("queue_jobs", "Places of the queue that are taken.", moment.waiting),
        ("queue_capacity_jobs", "Places that the queue has.", moment.capacity),
        ("database_size_bytes", "The queue's files on the disk.", _size(moment.database)),
    ):
        yield Gauge(PREFIX + name, text, value=value)
    if moment.fleet is not None:
        text = "1 while the link to the fleet's server stands."
        yield Gauge(PREFIX + "fleet_connected", text, value=moment.fleet.connected)
        yield Counter(PREFIX + "fleet_tickets", "Tickets taken from the fleet's server.", value=moment.fleet.tickets)
    yield _histogram("ack_seconds", "From a ticket's message to its ack.", [], [([], moment.ack)])
    yield _histogram("commit_seconds", "One transaction of the queue, on disk.", [], [([], moment.commit)])


def _of_jobs(moment: Moment) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily as Counter
    from prometheus_client.core import GaugeMetricFamily as Gauge

    refusals = Counter(PREFIX + "refusals", "Errors that clients were told, by code.", labels=["code"])
    for code, count in _known(moment.refusals, refusal_codes()).items():
        refusals.add_metric([code], count)
    yield refusals
    pending = Gauge(PREFIX + "jobs", "Jobs that have not ended.", labels=["printer", "state"])
    changes = Counter(PREFIX + "job_changes", "How often a job came into a state.", labels=["printer", "state"])
    troubles = Counter(PREFIX + "job_troubles", "Jobs that did not print, or wait for a person, by code.",
                       labels=["printer", "code"])  # fmt: skip
    retries = Counter(PREFIX + "retries", "How often a job's printing was begun again.", labels=["printer"])
    stood_in = Counter(PREFIX + "stood_in", "Jobs printed for a printer that could not.", labels=["printer"])
    job_codes = {*refusal_codes(), *_JOB_CODES}
    for printer in moment.printers:
        for state, count in printer.jobs.items():
            pending.add_metric([printer.name, state], count)
        for state, count in printer.states.items():
            changes.add_metric([printer.name, state], count)
        for code, count in _known(printer.reasons, job_codes, all_of_them=False).items():
            troubles.add_metric([printer.name, code], count)
        retries.add_metric([printer.name], printer.retries)
        stood_in.add_metric([printer.name], printer.stood_in)
    yield from (pending, changes, troubles, retries, stood_in)
    printed = [([printer.name], printer.printed) for printer in moment.printers]
    yield _histogram("print_seconds", "From acceptance to printed.", ["printer"], printed)


def _of_printers(moment: Moment) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily as Counter
    from prometheus_client.core import GaugeMetricFamily as Gauge

    state = Gauge(PREFIX + "printer_state", "1 for the state a printer is in.", labels=["printer", "state"])
    reason = Gauge(PREFIX + "printer_reason", "1 for each thing a printer says of itself.",
                   labels=["printer", "reason"])  # fmt: skip
    online = Gauge(PREFIX + "printer_online", "1 while its link opens; absent until that is known.", labels=["printer"])
    link = Gauge(PREFIX + "link_open", "1 while its link is open; one with nothing to do is let go.",
                 labels=["printer"])  # fmt: skip
    lost = Counter(PREFIX + "link_losses", "How often a printer went offline.", labels=["printer"])
    for name, status, link_open, losses in ((p.name, p.status, p.link_open, p.lost) for p in moment.printers):
        if status is None:
            continue
        said = {word if word in REASONS else _OTHER for word in status.reasons}
        for word in STATES:
            state.add_metric([name, word], word == status.state)
        for word in REASONS:
            reason.add_metric([name, word], word in said)
        if status.known:
            online.add_metric([name], OFFLINE not in said)
        if link_open is not None:
            link.add_metric([name], link_open)
        lost.add_metric([name], losses)
    yield from (state, reason, online, link, lost)


def _histogram(name: str, text: str, labels: list[str], rows: Iterable[tuple[list[str], Distribution]]) -> Metric:
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(PREFIX + name, text, labels=labels)
    for values, (bounds, counts, total) in rows:
        reached, buckets = 0, []
        for bound, count in zip((*map(str, bounds), "+Inf"), counts, strict=True):
            reached += count
            buckets.append((bound, reached))
        family.add_metric(values, buckets, total)
    return family


def refusal_codes() -> set[str]:
    """Every code an error of the program has."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return {kind.code for kind in kinds if issubclass(kind, errors.TicketDaemonError)}


def _known(counts: Mapping[str, int], codes: Iterable[str], *, all_of_them: bool = True) -> dict[str, int]:
    """`counts` by the known codes, the rest as `other`; `all_of_them`: also those that did not happen, as 0."""
    known = dict.fromkeys((*sorted(codes), _OTHER), 0)
    for code, count in counts.items():
        known[code if code in known else _OTHER] += count
    return known if all_of_them else {code: count for code, count in known.items() if count}


def _size(database: Path) -> int:
    """Bytes on the disk; a part that is not there, or goes away meanwhile, counts nothing."""
    total = 0
    for part in _PARTS:
        try:
            total += database.with_name(database.name + part).stat().st_size
        except OSError:
            continue
    return total
