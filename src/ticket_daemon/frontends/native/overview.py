"""The state of everything: status, printers, health. Nothing here waits for disk or printer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ticket_daemon import __version__, messages, presenters, wire
from ticket_daemon.frontends.native.figures import Figures
from ticket_daemon.printers import Destinations, FoundPrinter, Snapshot
from ticket_daemon.queue import Job, JobState, Queue
from ticket_daemon.settings.config import Settings

PortOf = Callable[[str], str]


class Overview:
    """Answers about the whole."""

    def __init__(
        self,
        settings: Settings,
        queue: Queue,
        destinations: Destinations,
        port_of: PortOf,
        is_running: Callable[[], bool],
        clock: Callable[[], int],
        tls: Callable[[], wire.TlsHealth | None] = lambda: None,
        found: Callable[[], Snapshot] = Snapshot,
        fleet: Callable[[], wire.FleetHealth | None] = lambda: None,
        missing: Callable[[], Path | None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._queue = queue
        self._destinations = destinations
        self._port_of = port_of
        self._is_running = is_running
        self._clock = clock
        self._tls = tls
        self._found = found
        self._fleet = fleet
        self._missing = missing
        self._started = clock()
        self._processed = 0
        self._failed = 0
        self.figures = Figures()

    def job_changed(self, job: Job) -> None:
        """Count it."""
        self.figures.job_changed(job)
        if job.is_printed:
            self._processed += 1
        elif job.state in (JobState.FAILED, JobState.EXPIRED):
            self._failed += 1

    def status(self) -> wire.Status:
        """The queue and each printer's state."""
        current, capacity = self._queue.current, self._queue.places(self._destinations.counted)
        lines = tuple(
            wire.PrinterLine(
                d.name, d.status.state, d.status.reasons, self._queue.waiting(d.name),
                self._queue.taken(d.name), self._queue.capacity,
            )
            for d in self._destinations
        )  # fmt: skip
        text = messages.text("status.summary", self._settings.server.lang, current=current, capacity=capacity)
        return wire.Status(status="ok", current=current, capacity=capacity, message=text, printers=lines)

    def printers(self) -> wire.Printers:
        """Every printer, those that nobody configured behind the others, and the whole in one line."""
        found = self._found()
        entries = (
            *(presenters.printer_entry(d, self._port_of(d.name)) for d in self._destinations),
            *(presenters.found_entry(one) for one in self._unconfigured(found)),
        )
        missing = presenters.not_looked(found, self._settings.server.lang)
        return wire.Printers(status="ok", printers=entries, summary=presenters.summary(entries), not_looked=missing)

    def _unconfigured(self, found: Snapshot) -> list[FoundPrinter]:
        """What was found and is no destination, by address or by name."""
        uris = {destination.settings.uri.casefold() for destination in self._destinations}
        return [
            one
            for one in found.printers
            if self._destinations.get(one.name) is None
            and not uris & {address.casefold() for address in (one.uri, *one.same_as)}
        ]

    def printer_news(self) -> list[wire.PrinterNews]:
        """Each printer's state, as a change would tell it."""
        return [presenters.printer_news(d) for d in self._destinations]

    def health(self) -> wire.Health:
        """What `/health` says; `degraded` while printing is possible and something is wrong, `error` when it is not."""
        current, capacity = self._queue.current, self._queue.places(self._destinations.counted)
        summary = self.printers().summary
        uptime = (self._clock() - self._started) // 1000
        running, tls, missing = self._is_running(), self._tls(), self._missing()
        if not running or missing:
            status = "error"
        elif self._queue.trouble or summary.status != "ok" or (tls is not None and tls.status != "ok"):
            status = "degraded"
        else:
            status = "ok"
        trouble = self._queue.trouble
        return wire.Health(
            status=status,
            queue=wire.QueueHealth(
                current,
                capacity,
                round(100 * current / capacity, 1),
                tuple(
                    wire.PrinterQueue(d.name, self._queue.taken(d.name), self._queue.capacity)
                    for d in self._destinations
                ),
            ),
            worker=wire.WorkerHealth(running, self._processed, self._failed),
            printers=summary,
            storage=wire.StorageHealth("error" if trouble else "ok", trouble or ""),
            build=self._build(),
            uptime=uptime,
            uptime_seconds=uptime,
            tls=tls,
            fleet=self._fleet(),
            program=wire.ProgramHealth("error", str(missing)) if missing else None,
        )

    def _build(self) -> wire.Build:
        settings, seal = self._settings, self._settings.seal
        if seal is None:
            return wire.Build(settings.env, "", "", __version__, service=settings.service_name)
        return wire.Build(seal.env, seal.date, seal.time, seal.version, seal.commit, True, seal.service_name)
