"""The daemon: puts the parts together, starts them in order, stops them in reverse.

It knows every part and the order of their lives; it does not know what any of them does. It promises that nothing is
accepted before the queue is open, that stopping finishes the jobs in hand, keeps the rest and takes at most 10 s, and
that a second daemon on the same data directory or port says so and does not start.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
import os
import signal
import ssl
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import msgspec
from aiohttp import web

from ticket_daemon import __version__, frontends, presenters
from ticket_daemon.errors import (
    AlreadyRunning,
    ConfigError,
    ProgramGone,
    StorageFull,
    StorageUnavailable,
    TicketDaemonError,
)
from ticket_daemon.fleet.membership import Membership
from ticket_daemon.formats import Formats
from ticket_daemon.frontends.native.app import Server
from ticket_daemon.frontends.native.audience import Audience
from ticket_daemon.frontends.native.guard import pairing
from ticket_daemon.frontends.native.guard.access import Gate
from ticket_daemon.frontends.native.guard.door import Door
from ticket_daemon.frontends.native.metrics import Fleet, Metrics, Sources
from ticket_daemon.frontends.native.overview import Overview
from ticket_daemon.frontends.native.setup import SetUp
from ticket_daemon.frontends.native.upkeep import Diagnosis, Reloaded, Scanned, Symptom, Upkeep
from ticket_daemon.machine import instance_lock as claims
from ticket_daemon.machine import program_files
from ticket_daemon.machine.program_files import ProgramFiles
from ticket_daemon.printers import Destination, Destinations, Discovery
from ticket_daemon.printers.destination import NotLookedYet
from ticket_daemon.printers.discovery import sources
from ticket_daemon.queue import Job, JobState, Queue
from ticket_daemon.queue.spool import KEPT_BYTES
from ticket_daemon.settings.config import Settings, changed, differences, taken
from ticket_daemon.settings.disclosure import disclosed
from ticket_daemon.spooler import Spooler
from ticket_daemon.spooler.configured import configured, installed
from ticket_daemon.transport.descriptors import raise_limit
from ticket_daemon.verbs import Verbs

if TYPE_CHECKING:
    from ticket_daemon.frontends.native.guard.certificate import Certificate

log = logging.getLogger(__name__)

DATABASE: Final = "queue.db"
LOCK: Final = "daemon.lock"
DAY_MS: Final = 86_400_000
#: Of so many newest jobs the doctor counts those that are held.
HELD_AMONG: Final = 1000
PRUNE_EVERY_S: Final = 3600.0
#: How often the queue's size is looked at; from what size on finished jobs are forgotten sooner, and never sooner than.
MEASURE_EVERY_S: Final = 30.0
CROWDED_BYTES: Final = KEPT_BYTES // 2
LEAST_KEPT_MS: Final = 60_000
#: How often the certificate's files are looked at, for one that was renewed.
CERTIFICATE_EVERY_S: Final = 60.0
#: How often a sealed executable looks whether its files are still there.
FILES_EVERY_S: Final = 5.0
#: How often a queue that could not be opened for want of room is tried again.
REOPEN_EVERY_S: Final = 2.0


def now_ms() -> int:
    """The wall clock in ms since 1970."""
    return time.time_ns() // 1_000_000


class Daemon:
    """One running daemon. `again` reads the settings again, for a reload; with a text, as if it stood in the file."""

    def __init__(
        self, settings: Settings, clock: Callable[[], int] = now_ms, again: Callable[..., Settings] | None = None
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._again = again
        self._reloading = asyncio.Lock()
        self._reloads: set[asyncio.Task[None]] = set()
        self._lock: IO[str] | None = None
        self._runner: web.AppRunner | None = None
        self._chores: list[asyncio.Task[None]] = []
        self._certificate: Certificate | None = None
        self._fleet = Membership(settings.fleet)
        self._stop = asyncio.Event()
        self._gone: Path | None = None
        self.port = settings.server.port
        self.destinations = Destinations(*configured(settings))
        self.queue = Queue(settings.data_dir / DATABASE, settings.queue.capacity, clock, settings.queue.total_capacity)
        self.formats = Formats(settings)
        self.spooler = Spooler(
            self.destinations, self.queue, self.formats, clock, allow_raw=settings.documents.allow_raw
        )
        self.discovery = Discovery(sources(settings.discovery.sources), time.monotonic)
        self.destinations.installed = self._installed
        self.destinations.installed_names = self._installed_names
        self.verbs = Verbs(
            settings, self.queue, self.destinations, self.formats, clock, self._engage, self.discovery.looked
        )
        self.audience = Audience(settings.server.lang)
        self.overview = Overview(
            settings, self.queue, self.destinations, self._port_of, lambda: self.spooler.is_running, clock,
            lambda: self._certificate.health(_now()) if self._certificate is not None else None,
            lambda: self.discovery.snapshot, self._fleet.health, lambda: self._gone,
        )  # fmt: skip
        self.gate = Gate(settings, pairing.load(settings.data_dir))
        self.door = Door(self.gate)
        self.metrics = self._metrics()
        upkeep = Upkeep(
            reload=self.reload, look=self._look_around, doctor=self._examine, scan=_scan, metrics=self.metrics.written
        )
        room = frontends.Room(settings, self.verbs, self.gate, self.door, clock, self._tls)
        self._frontends = frontends.wanted(room)
        routes = [route for frontend in self._frontends for route in frontend.routes()]
        setup = SetUp(lambda: self.settings, self._would_be, self.reload)
        self.server = Server(self.verbs, self.overview, self.audience, upkeep, self.gate, setup, routes)

    @property
    def url(self) -> str:
        """The page's address, for a person on this machine."""
        host = self.settings.server.host
        host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        scheme = "https" if self.settings.server.tls_cert and not self.settings.server.tls_port else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}/"

    def _tls(self) -> ssl.SSLContext | None:
        return self._certificate.context if self._certificate is not None else None

    def _metrics(self) -> Metrics:
        """The figures for `/metrics`, and what counts them."""
        figures = self.overview.figures
        self.queue.time_commits(figures.commit_s.observe)
        self.verbs.acked = figures.ack_s.observe
        self.destinations.listen(figures.printer_changed)
        return Metrics(
            Sources(
                env=self.settings.env, started_ms=self._clock(), clock=self._clock, figures=figures, queue=self.queue,
                destinations=self.destinations, link_open=self._link_open,
                connections=lambda: self.server.connections, is_running=lambda: self.spooler.is_running,
                database=self.settings.data_dir / DATABASE,
                fleet=lambda: Fleet(*now) if (now := self._fleet.figures()) else None,
            )
        )  # fmt: skip

    # --- life ---

    async def start(self) -> None:
        """Lock, open the queue, start printing, listen. Raises AlreadyRunning, ConfigError, StorageUnavailable."""
        self._make_folder()
        self._certificate = _certificate(self.settings)
        self._lock = claims.hold(self.settings.data_dir / LOCK)
        log.info("configuration", extra={"audit": True, **disclosed(self.settings)})
        try:
            doubtful = await self._open_queue()
        except StorageFull:  # the shop sees why nothing prints, and it goes on by itself when there is room
            doubtful = []
            self._chores.append(asyncio.create_task(self._open_later()))
        self.queue.listen(self.overview.job_changed)
        self.queue.listen(_note)
        self.queue.listen(self.audience.job_changed)
        self.destinations.listen(self.audience.printer_changed)
        self.discovery.listen(lambda _: self.audience.printers_changed(self.overview.printers()))
        await self._listen()  # before anything prints: where the port is taken, another daemon may be at work
        self.spooler.start(doubtful)
        for frontend in self._frontends:
            await frontend.start()
        self._fleet.join(self.verbs, self.queue, self.destinations, self._clock, self.overview.figures.refused)
        self._chores.append(asyncio.create_task(self._prune()))
        if (program := program_files.folder()) is not None:
            self._chores.append(asyncio.create_task(self._watch_files(ProgramFiles(program))))
        if self.settings.discovery.every_s:
            self._chores.append(asyncio.create_task(self.discovery.run(self.settings.discovery.every_s)))
        log.info(
            "started",
            extra={"version": __version__, "env": self.settings.env, "url": self.url, "waiting": self.queue.current,
                   "printers": [d.name for d in self.destinations]},
        )  # fmt: skip

    def _make_folder(self) -> None:
        folder = self.settings.data_dir
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            detail = error.strerror or str(error)
            raise StorageUnavailable("storage.cannot_open", file=str(folder), detail=detail) from None

    async def _open_queue(self) -> list[Job]:
        """Take up what the last run left; the jobs of which nobody knows what came out."""
        doubtful = await self.queue.open()
        await self._engage_awaited()
        strangers = await self.queue.hold_strangers([destination.name for destination in self.destinations])
        for job in (*doubtful, *strangers):
            code = job.reason.code if job.reason else ""
            log.warning("job_held", extra={"job": job.id, "printer": job.destination, "code": code})
        return doubtful

    async def _open_later(self) -> None:
        """Try until the disk has room for the queue; the log has heard of it once."""
        while True:
            await asyncio.sleep(REOPEN_EVERY_S)
            with contextlib.suppress(StorageUnavailable):
                self.spooler.doubt(await self._open_queue())
                return

    async def run(
        self, started: Callable[[Daemon], None] = lambda _: None, stopping: Callable[[], None] = lambda: None
    ) -> None:
        """Start, work until a signal or `stop`, stop; `started` and `stopping` are called in between."""
        self._catch_signals()  # first of all: a stop may be asked for while it starts
        raise_limit()
        try:
            await self.start()
            started(self)
            await self._stop.wait()
        finally:
            stopping()
            await self.close()
        if self._gone is not None and program_files.is_one_file():
            raise ProgramGone("program.gone", file=str(self._gone))

    def is_healthy(self) -> bool:
        """Whether a new start would mend nothing: every worker is at work. A full disk is no reason for one."""
        return self.spooler.is_running

    def stop(self) -> None:
        """Make `run` end."""
        self._stop.set()

    def power(self, awake: bool) -> None:
        """The machine goes to sleep, or has woken."""
        log.info("machine_wakes" if awake else "machine_sleeps")
        (self.spooler.wake if awake else self.spooler.rest)()

    async def close(self) -> None:
        """Stop listening, finish the jobs in hand, commit, let go. Safe after a start that failed."""
        log.info("stopping")
        for chore in self._chores:
            chore.cancel()
        await self.discovery.close()
        self.door.shut()
        await asyncio.gather(*(frontend.stop() for frontend in self._frontends))
        # Beside each other, as each may take long; what still comes from afar meanwhile is kept like the rest.
        await asyncio.gather(self._fleet.leave(), self.spooler.stop())
        await self.server.close_all()
        if self._runner is not None:
            await self._runner.cleanup()
        await self.door.close()
        await self.queue.close()
        await asyncio.to_thread(self.formats.close)
        if self._lock is not None:
            self._lock.close()
        log.info("stopped")

    async def _examine(self) -> Diagnosis:
        """What the doctor finds, seen from here."""
        from ticket_daemon.doctor import worst
        from ticket_daemon.doctor.inside import Inside, examine_inside

        around = Inside(
            self.settings,
            tuple(self.destinations),
            self.url.rstrip("/"),
            msgspec.to_builtins(self.overview.health()),
            {one.name: one.status for one in self.overview.printers().printers if not one.source},
            sum(job.state is JobState.HELD for job in await self.queue.recent(HELD_AMONG)),
            await self.discovery.looked(),
        )
        findings = await examine_inside(around)
        lang = self.settings.server.lang
        symptoms = tuple(
            Symptom(code=f.code, severity=f.severity, subject=f.subject, message=f.text(lang), advice=f.advice(lang))
            for f in findings
        )
        return Diagnosis(status=worst(findings), findings=symptoms)

    # --- printers that the system has ---

    def _installed(self, name: str) -> Destination | None:
        if not self.discovery.has_looked:
            raise NotLookedYet
        found = self.discovery.snapshot.installed(name)
        return installed(found) if found is not None else None

    def _installed_names(self) -> list[str]:
        return [found.name for found in self.discovery.snapshot.printers if found.is_installed]

    def _engage(self, destination: Destination) -> None:
        """Print on an installed printer that a ticket named, from now on."""
        self.spooler.add(destination)
        log.info("printer_engaged", extra={"printer": destination.name, "uri": destination.settings.uri})
        self.audience.printers_changed(self.overview.printers())

    async def _engage_awaited(self) -> None:
        """At the start: the installed printers that tickets of the last run wait for."""
        awaited = [name for name in self.queue.awaited if name not in self.destinations]
        if awaited:
            await self.discovery.looked()
        for name in awaited:
            destination = self._installed(name)
            if destination is not None and destination.name == name:
                self.spooler.add(destination)

    async def _look_around(self) -> None:
        await self.discovery.refresh(network=True, force=True)

    # --- other printers while it runs ---

    def _would_be(self, text: str) -> None:
        """Whether the daemon would take this configuration. Raises ConfigError, UnknownProfileError."""
        if self._again is None:
            raise ConfigError("config.no_reload")
        configured(self._again(text=text))

    async def reload(self) -> Reloaded:
        """Read the configuration again and take its printers; connections, jobs and unchanged printers go on.

        Raises ConfigError and UnknownProfileError, and everything is as before then.
        """
        async with self._reloading:
            try:
                if self._again is None:
                    raise ConfigError("config.no_reload")
                settings = await asyncio.to_thread(self._again)
                destinations, profiles = await asyncio.to_thread(configured, settings)
            except TicketDaemonError as error:
                log.error("reload_refused", extra={"audit": True, "detail": error.text()})
                raise
            self.destinations.profiles = profiles
            change = await self.spooler.apply(destinations)
            keys, restart = changed(self.settings, settings), differences(self.settings, settings)
            self.settings = taken(self.settings, settings)
            self.gate.apply(self.settings)
            await self.server.let_go()
            log.info(
                "reloaded",
                extra={"audit": True, "added": change.added, "removed": change.removed, "changed": change.changed,
                       "needs_restart": restart, "keys": keys},
            )  # fmt: skip
            if change.added or change.removed or change.changed:
                self.audience.printers_changed(self.overview.printers())
            return Reloaded(added=change.added, removed=change.removed, changed=change.changed, needs_restart=restart)

    def _reload_soon(self) -> None:
        """SIGHUP: nobody waits for the answer, which is in the log."""

        async def reload() -> None:
            try:
                await self.reload()
            except TicketDaemonError:
                pass  # the log has it
            except Exception:  # the edge of a task
                log.exception("reload_failed")

        task = asyncio.create_task(reload(), name="reload")
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def _listen(self) -> None:
        server = self.settings.server
        self._runner = web.AppRunner(self.server.application(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        tls = self._tls()
        self.port = await self._open_door(self._runner, server.port, None if server.tls_port else tls)
        if server.tls_port:
            await self._open_door(self._runner, server.tls_port, tls)
        if self._certificate is not None:
            self._chores.append(asyncio.create_task(self._watch(self._certificate)))

    async def _open_door(self, runner: web.AppRunner, port: int, tls: ssl.SSLContext | None) -> int:
        """Listen at `port`; the port it became. Raises AlreadyRunning."""
        host = self.settings.server.host
        try:
            return await self.door.listen(runner, host, port, reuse=os.name != "nt", tls=tls)
        except OSError as error:
            if not _in_use(error):
                detail = error.strerror or str(error)
                raise AlreadyRunning("start.cannot_listen", host=host, port=port, detail=detail) from None
            who = await asyncio.to_thread(claims.who_listens, port)
            key = "start.port_taken_by" if who else "start.port_taken"
            raise AlreadyRunning(key, host=host, port=port, who=who) from None

    async def _watch(self, certificate: Certificate) -> None:
        """Look at the certificate's end, and whether it was renewed."""
        while True:
            await asyncio.to_thread(certificate.look, _now())
            await asyncio.sleep(CERTIFICATE_EVERY_S)

    def _catch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        if threading.current_thread() is not threading.main_thread():
            return  # a Windows service: the service control manager asks it to stop
        if sys.platform == "win32":
            for name in (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK):
                signal.signal(name, lambda *_: loop.call_soon_threadsafe(self.stop))
        else:
            for name in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(name, self.stop)
            loop.add_signal_handler(signal.SIGHUP, self._reload_soon)

    async def _prune(self) -> None:
        """Forget old jobs now and then, younger ones where they crowd; a storage in trouble is tried again later."""
        due = 0.0
        while True:
            with contextlib.suppress(Exception):  # the committer has logged it
                keep = self.settings.queue.keep_days * DAY_MS
                now = asyncio.get_running_loop().time()
                if now >= due:
                    due = now + PRUNE_EVERY_S
                    await self._forget(keep)
                while await self.queue.measure() > CROWDED_BYTES and keep > LEAST_KEPT_MS:
                    keep //= 2
                    await self._forget(keep)
            await asyncio.sleep(MEASURE_EVERY_S)

    async def _forget(self, age_ms: int) -> None:
        gone = await self.queue.prune(self._clock() - age_ms)
        if gone:
            log.info("pruned", extra={"jobs": gone})

    async def _watch_files(self, files: ProgramFiles) -> None:
        """Notice that files of the program have gone. A one-file build ends then: a new start unpacks them again."""
        while True:
            gone = await asyncio.to_thread(files.missing)
            if gone is not None and gone != self._gone:
                log.error("program_gone", extra={"file": str(gone)})
                if program_files.is_one_file():
                    self.stop()
            self._gone = gone
            await asyncio.sleep(FILES_EVERY_S)

    def _link_open(self, name: str) -> bool | None:
        link = self.spooler.link(name)
        return link.is_open if link else None

    def _port_of(self, name: str) -> str:
        link = self.spooler.link(name)
        return link.port if link else ""


async def _scan(network: str) -> Scanned:
    """Look for port 9100 in a network."""
    from ticket_daemon.printers.discovery.scan import scan

    where, printers = await scan(network)
    return Scanned(network=where, printers=tuple(map(presenters.found_entry, printers)))


def _note(job: Job) -> None:
    """One line in the log for each job that ended, fewer words for the steps between."""
    if job.is_settled:
        extra = {"job": job.id, "printer": job.destination, "state": str(job.state), "ms": job.duration_ms}
        if job.reason is not None:
            extra["code"] = job.reason.code
        log.log(logging.INFO if job.is_printed else logging.WARNING, "job_ended", extra=extra)
    elif log.isEnabledFor(logging.DEBUG):
        log.debug("job_" + job.state, extra={"job": job.id, "printer": job.destination})


def _certificate(settings: Settings) -> Certificate | None:
    """The certificate of the configuration, if it has one. Raises ConfigError."""
    if not settings.server.tls_cert:
        return None
    from ticket_daemon.frontends.native.guard.certificate import Certificate

    return Certificate(Path(settings.server.tls_cert), Path(settings.server.tls_key))


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _in_use(error: OSError) -> bool:
    import errno

    return error.errno in (errno.EADDRINUSE, errno.EACCES if os.name == "nt" else errno.EADDRINUSE)
