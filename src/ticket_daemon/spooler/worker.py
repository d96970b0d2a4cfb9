"""One worker per destination: takes the jobs of one queue to one printer, one after the other.

It knows its queue's order, its link and what the link's outcome means for a job; it does not know clients or other
printers. It promises that a job is marked as printing, on disk, before its first byte leaves; that a job whose link
never opened, or whose printer said it could not print, has certainly not begun; that `confirmed` is the printer's own
word; and that one whose link broke in between is held, never repeated or called a success.

    next -> link open? -> printer ready? -> start (commit) -> write -> settled, confirmed? -> finish
                                              (committed together with the next start)

The next start waits until the last ticket is settled: a crash leaves one job per printer in doubt, never two.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from ticket_daemon.errors import LinkError, StorageUnavailable
from ticket_daemon.poster.profile.catalogue import recognise
from ticket_daemon.printers.destination import OFFLINE, Destination, Destinations
from ticket_daemon.queue import Job, JobEvent, JobState, Queue
from ticket_daemon.settings.config import PrinterSettings
from ticket_daemon.spooler.identify import identify_unless
from ticket_daemon.spooler.policy import IN_DOUBT, ErrorPolicy, Verdict, printing_s, stopped_behind
from ticket_daemon.spooler.stand_in import StandIn
from ticket_daemon.spooler.talk import ANSWER_S, HARMLESS, Talk, process_id
from ticket_daemon.transport import Link, LinkBroken

log = logging.getLogger(__name__)

Sleep = Callable[[float], Coroutine[Any, Any, None]]
Clock = Callable[[], int]
Timer = Callable[[], float]

#: Pause after the storage failed, so that a full disk is not asked a thousand times a second.
STORAGE_PAUSE_S: Final = 1.0
#: A silent link with nothing to do is let go after this, so that other programs can reach the printer.
IDLE_CLOSE_S: Final = 15.0
#: How often a printer that can tell is asked how it is: a change is to be known within a second.
ASK_S: Final = 0.8
#: How often a printer is asked what it is, where tickets come in between.
ASK_WHAT: Final = 3
#: How long a printer that says it is well may leave a ticket unconfirmed before the outcome counts as unknown.
CONFIRM_S: Final = 60.0
#: Questions without an answer after which a printer that told its state before counts as gone.
SILENCES: Final = 3
#: Jobs in doubt of which a late word is still believed; the oldest are forgotten first.
MAX_DOUBTFUL: Final = 256
#: Starts of one job that have process ids of their own.
_STARTS: Final = 8

_ENDS: Final = {"sent": JobEvent.SEND, "spooled": JobEvent.SPOOL}


class Worker:
    """Prints one destination's jobs in order. `ways` are how its printer may answer, by its profile."""

    def __init__(
        self,
        destination: Destination,
        destinations: Destinations,
        link: Link,
        ways: tuple[str, ...],
        queue: Queue,
        stand_in: StandIn,
        clock: Clock,
        timer: Timer,
        sleep: Sleep,
    ) -> None:
        self.destination = destination
        self.link = link
        link.heard = self._heard
        self._ways = ways
        self._destinations = destinations
        self._queue = queue
        self._stand_in = stand_in
        self._clock = clock  #: ms since 1970, for what is kept
        self._timer = timer  #: seconds that never go back, for how long something takes
        self._sleep = sleep
        self._policy = ErrorPolicy(destination.settings)
        self._stopping = asyncio.Event()
        self._resting = False  #: the machine goes to sleep: nothing is begun
        self._stale = False  #: it has slept: what the link knew is of before
        self._bell = queue.bell(destination.name)
        self._talk: Talk | None = None
        self._down_since: float | None = None
        self._standing_since: float | None = None  #: it says that it cannot print, since then
        self._attempt = 0
        self._refused_since: float | None = None  #: the link opens and takes no byte since then
        self._refusals = 0
        #: The job (`seq`, `waits_since`) at the head while the link is down, and since when (s).
        self._first: tuple[int, int, float] = (0, 0, 0.0)
        self._asked_what = 0  #: how often the printer was asked what it is
        self._doubtful: dict[bytes, Job] = {}  #: by process id: what the printer may yet confirm
        self._unsaved: list[tuple[Job, Verdict]] = []
        self._printing_s = 0.0  #: how long the printer may print on when it has taken the last job's bytes
        self._unsettled: Job | None = None  #: under way: its bytes leave, or have left and are not known to be taken

    def stop(self) -> None:
        """Finish the job in hand and take no other."""
        self._stopping.set()
        self._bell.set()

    def rest(self) -> None:
        """The machine is about to sleep: finish the job in hand, let go of the printer and begin no other."""
        self._resting = self._stale = True
        self._bell.set()

    def wake(self) -> None:
        """The machine is awake: go on over a link that is opened anew."""
        self._resting, self._stale = False, True
        self._bell.set()

    def doubt(self, job: Job) -> None:
        """A job of an earlier run whose outcome is not known: the printer may still say that it is out."""
        while len(self._doubtful) >= MAX_DOUBTFUL:
            del self._doubtful[next(iter(self._doubtful))]
        self._doubtful[process_id(_number(job))] = job

    def _no_longer_doubtful(self, job: Job) -> None:
        """A person has had it printed again: what the printer may yet say of its earlier start is not this one's."""
        self._doubtful = {name: doubtful for name, doubtful in self._doubtful.items() if doubtful.seq != job.seq}

    @property
    def doubtful(self) -> list[Job]:
        """The jobs of which the printer may yet say that they are out."""
        return list(self._doubtful.values())

    def adopt(self, settings: PrinterSettings) -> None:
        """Go on with other patience, or as the default destination or not: nothing of the way to the printer."""
        self.destination.settings = settings
        self._policy = ErrorPolicy(settings)

    async def run(self) -> None:
        """Work until stopped. Cancelling it is the hard way: a job in the middle is then held."""
        try:
            while not self._stopping.is_set():
                await self._turn()
            await self._settle()
        finally:
            if self._unsettled is not None:
                hold = Verdict(JobEvent.HOLD, IN_DOUBT)
                self._conclude(Verdict(JobEvent.SPOOL) if self.link.handed_over else hold)
            await self._close()

    async def _turn(self) -> None:
        """One step: save what could not be saved, or print the next job, or wait for one."""
        try:
            if self._stale:
                await self._sleep_through()
            elif self._unsaved:
                await self._save_again()
            elif job := self._queue.head(self.destination.name):
                await self._one(job)
            elif self._unsettled is not None:
                await self._settle()
            else:
                await self._idle()
        except StorageUnavailable as error:
            log.error("storage_unavailable", extra={"printer": self.destination.name, "detail": error.text()})
            await self._pause(STORAGE_PAUSE_S)
        except LinkBroken as error:  # between jobs: nothing is lost, the next one opens the link again
            log.info("link_lost", extra={"printer": self.destination.name, "detail": error.text()})
            await self._close()
        except Exception:  # the edge of the task: a mistake of ours must not silence a printer for good
            log.exception("worker_failed", extra={"printer": self.destination.name})
            if self._unsettled is not None:
                self._conclude(Verdict(JobEvent.HOLD, IN_DOUBT))
            await self._close()
            await self._pause(STORAGE_PAUSE_S)

    async def _one(self, job: Job) -> None:
        await self._settle()
        if job.expires_at is not None and self._clock() >= job.expires_at:
            await self._queue.expire(job, self.destination.stopped_by)
        elif await self._opened(job) and await self._ready():
            await self._print(job)

    async def _sleep_through(self) -> None:
        """Nothing is under way while the machine sleeps, so nothing is in doubt when it wakes."""
        await self._settle()
        await self._close()
        while self._resting and not self._stopping.is_set():
            self._bell.clear()
            await self._bell.wait()
        self._stale = False

    # --- nothing to do ---

    async def _idle(self) -> None:
        """Wait for a job, watching the printer meanwhile where it can tell how it is."""
        wait: float | None = None
        if self._nameless and not self.link.is_open:
            wait = await self._get_to_know()
        elif (self.link.tells or (self.link.two_way and "dle_eot" in self._ways)) and not self.link.is_open:
            wait = ASK_S if await self._open() is None else self._policy.pause(self._attempt)
        elif self._watches:
            await self._look()
            wait = ASK_S
        else:
            self._report(state="stopped" if self.destination.status.reasons else "idle")
            wait = IDLE_CLOSE_S if self.link.is_open else None
        if not await self._rung(wait) and self.link.is_open and not self._watches:
            await self._close()

    @property
    def _nameless(self) -> bool:
        """Whether nobody said what the printer is, and it has not been asked."""
        return (
            self.link.two_way
            and self._asked_what < ASK_WHAT
            and self.destination.profile is None
            and not self.link.ways
        )

    async def _get_to_know(self) -> float:
        """Ask what the printer is while nothing waits, and go by the profile of that name; seconds until the next step.

        A printer that is not reached is asked when it is; one that does not say is not asked again. A ticket that comes
        meanwhile goes before.
        """
        if await self._reached() is not None:
            return self._policy.pause(self._attempt)
        self._bell.clear()
        if self._queue.head(self.destination.name) or self._stopping.is_set():
            return 0.0
        self._asked_what += 1
        identity = await identify_unless(self.link, self._bell)
        if self._bell.is_set():  # the link stays open for the ticket that came; an answer that is late is read away
            await self._begin_talk()
            return 0.0
        self._asked_what = ASK_WHAT
        if identity is not None and identity.name:
            self.destination.model = identity.name
            self.destination.detected = recognise(identity.name, self._destinations.profiles)
        profile = self.destination.profile
        self._ways = profile.status if profile else ()
        extra = {"printer": self.destination.name, "model": self.destination.model}
        log.info("printer_said_what_it_is", extra=extra | {"profile": profile.name if profile else ""})
        await self._begin_talk()
        return 0.0

    @property
    def _watches(self) -> bool:
        return self.link.tells or (self._talk is not None and self._talk.can_tell_status)

    async def _look(self) -> tuple[str, ...]:
        """Ask the printer, or the system's spooler, how it is and pass it on. Raises LinkBroken when none answers."""
        talk = self._talk
        reasons = await (talk.reasons() if talk is not None and talk.can_tell_status else self.link.reasons())
        if reasons is None:
            raise LinkBroken("link.no_answer", sent=0, port=self.link.port, seconds=ASK_S)
        self._heard(reasons)
        return reasons

    def _heard(self, reasons: tuple[str, ...]) -> None:
        stopped = not HARMLESS.issuperset(reasons)
        if not stopped:
            self._standing_since = None
        elif self._standing_since is None:
            self._standing_since = self._timer()
        printing = self._queue.is_printing(self.destination.name)
        self._report(state="stopped" if stopped else "processing" if printing else "idle", reasons=reasons, known=True)

    # --- getting ready ---

    async def _opened(self, job: Job) -> bool:
        """Whether the link is open. While it is not, the job waits in the queue: nothing of it has begun."""
        if self.link.is_open and not (self._talk and self._talk.ended.is_set()):
            return True
        await self._close()
        error = await self._open()
        if error is None:
            return True
        assert self._down_since is not None
        await self._not_printed(job, error, self._down_since, self._attempt)
        return False

    async def _not_printed(self, job: Job, error: LinkError, since: float, attempt: int) -> None:
        """Nothing of a job could be sent: try again after a while, have another printer take it, or give it up."""
        await self._relieve(since)
        head = self._queue.head(self.destination.name)
        if head is None or head.seq != job.seq:
            return
        gave_up = False
        for waiting in self._queue.lane(self.destination.name):
            if verdict := self._policy.not_opened(error, min(self._waited(waiting), self._timer() - since)):
                gave_up = True
                await self._queue.finish(waiting, verdict.event, verdict.reason, only=JobState.QUEUED)
        if not gave_up:
            await self._pause(self._policy.pause(attempt))

    async def _relieve(self, since: float) -> None:
        """The printer cannot print `since` then: whoever has waited long enough goes to the one that stands in."""
        if not self.destination.settings.fallback:
            return
        for job in self._queue.lane(self.destination.name):
            if self._stopping.is_set():
                return
            expired = job.expires_at is not None and self._clock() >= job.expires_at
            if not expired and self._policy.is_over(min(self._waited(job), self._timer() - since)):
                await self._stand_in.take(job)

    def _waited(self, job: Job) -> float:
        """Seconds since it was accepted; of the job at the head, at least those that it has been there."""
        head = self._queue.head(self.destination.name)
        return self._age(job) if job is head else (self._clock() - job.waits_since) / 1000

    def _age(self, job: Job) -> float:
        """Seconds that a job at the head has been there: one that came late gets its own full patience.

        At least as long as it has been seen at the head, so that a clock set back does not make it wait for ever.
        """
        if self._first[:2] != (job.seq, job.waits_since):
            self._first = (job.seq, job.waits_since, self._timer())
        return max((self._clock() - job.waits_since) / 1000, self._timer() - self._first[2])

    async def _open(self) -> LinkError | None:
        """Open the link and find out what the printer can say; what went wrong, if anything did."""
        return await self._reached(self._begin_talk)

    async def _reached(self, then: Callable[[], Awaitable[None]] | None = None) -> LinkError | None:
        """Open the link, do `then` if anything, and take note of whether the printer is there."""
        try:
            await self.link.open()
            if then is not None:
                await then()
        except LinkError as error:
            await self._close()
            self._attempt += 1
            if self._down_since is None:
                self._down_since, self._attempt = self._timer(), 0
                log.warning("printer_offline", extra={"printer": self.destination.name, "detail": error.text()})
            self._report(state="stopped", reasons=(OFFLINE,), known=True)
            return error
        if self._down_since is not None:
            log.info("printer_back", extra={"printer": self.destination.name})
            self._down_since = None
        if not self._watches:
            self._report(reasons=(), known=True)
        return None

    async def _begin_talk(self) -> None:
        if not self.link.two_way:
            return
        self._talk = Talk(self.link, self._ways, self._heard)
        self._talk.begin()
        await self._talk.try_out()
        self._take_reported(self._talk.reported)

    def _take_reported(self, identities: set[bytes]) -> None:
        """Confirm the jobs in doubt of which the printer has now said that they are out."""
        for identity in self._doubtful.keys() & identities:
            job = self._doubtful.pop(identity)
            log.info("confirmed_late", extra={"printer": self.destination.name, "job": job.id})
            self._save(job, Verdict(JobEvent.CONFIRM))

    async def _ready(self) -> bool:
        """Whether the printer says it can print. While it cannot, its queue stands still and says why."""
        if not self._watches:
            return True
        if await self._can_print(await self._look()):
            return True
        await self._pause(ASK_S)
        return False

    async def _can_print(self, reasons: tuple[str, ...]) -> bool:
        """Whether a printer that says this can print. While it cannot, those who have waited long enough move."""
        if HARMLESS.issuperset(reasons):
            return True
        await self._relieve(self._standing_since or self._timer())
        return False

    # --- printing ---

    async def _print(self, job: Job) -> None:
        """Print a job. Its start is committed together with the outcome of the one before it."""
        begun = await self._queue.start(job)
        if begun is None:
            return
        if not self._unsaved and self.link.is_open:
            self._report(state="processing")
            await self._deliver(begun.job, begun.data)
        else:  # the last outcome is not saved, or the printer has gone: this one has not begun
            await self._put_back(begun.job)

    async def _deliver(self, job: Job, data: bytes) -> None:
        """Send a job's bytes and find out what can be known of them."""
        answered: asyncio.Future[None] | None = None
        question = b""
        if self._talk is not None and self._talk.can_confirm:
            question, answered = self._talk.ask_when_printed(_number(job))
        self._unsettled = job
        self._printing_s = printing_s(data, self.destination.profile)
        self._no_longer_doubtful(job)
        try:
            await self.link.write(data + question)
        except LinkBroken as error:
            await self._broken(error)
            return
        self._refused_since = None
        try:
            if answered is not None:
                self._conclude(await self._confirmed(answered))
            else:
                await self.link.end_job()
        except LinkBroken as error:
            error.sent = len(data)  # whatever broke now, the ticket had been handed over
            await self._broken(error)

    async def _settle(self) -> None:
        """Wait until the last job's bytes are taken, and conclude it. When cancelled it is as before."""
        if self._unsettled is None:
            return
        try:
            await self._taken()
            stopped_by = await self._stopped_behind()
        except LinkBroken as error:
            error.sent = max(error.sent, 1)
            await self._broken(error)
        else:
            hold = Verdict(JobEvent.HOLD, stopped_behind(stopped_by))
            self._conclude(hold if stopped_by else Verdict(_ENDS[self.link.assurance]))

    async def _stopped_behind(self) -> tuple[str, ...]:
        """What stopped a printer that cannot confirm while it printed what it had taken; () when nothing did.

        One that can tell how it is is asked until it must have printed all of it. Raises LinkBroken.
        """
        talk = self._talk
        if talk is None or not talk.can_tell_status or talk.can_confirm:
            return ()
        ends, silent = self._timer() + self._printing_s, 0
        while True:
            reasons = await talk.reasons()
            silent = silent + 1 if reasons is None else 0
            if talk.ended.is_set() or silent >= SILENCES:
                raise LinkBroken("link.no_answer", sent=1, port=self.link.port, seconds=silent * ANSWER_S)
            if reasons is not None:
                self._heard(reasons)
                if not HARMLESS.issuperset(reasons):
                    return reasons
                if (left := ends - self._timer()) <= 0:
                    return ()
                await self._sleep(min(ASK_S, left))

    async def _taken(self) -> None:
        """Until the far side has every byte. A printer that can tell is asked meanwhile why it takes so long."""
        if self._talk is None or not self._talk.can_tell_status:
            await self.link.settled()
            return
        taken = asyncio.ensure_future(self.link.settled())
        try:
            while not (await asyncio.wait({taken}, timeout=ASK_S))[0]:
                await self._seems_well()
            taken.result()
        finally:
            if not taken.cancel():
                taken.exception()  # looked at: what it said no longer matters

    async def _broken(self, error: LinkBroken) -> None:
        """The link broke with a job under way."""
        job = self._unsettled
        assert job is not None
        detail = {"printer": self.destination.name, "job": job.id, "sent": error.sent, "detail": error.text()}
        log.warning("link_broken", extra=detail)
        verdict = self._policy.broken(error)
        if verdict.event is JobEvent.RETRY:
            self._unsettled = None
            await self._close()
            await self._put_back(job)
            if self._refused_since is None:
                self._refused_since, self._refusals = self._timer(), 0
            await self._not_printed(job, error, self._refused_since, self._refusals)
            self._refusals += 1
        else:
            if verdict.event is JobEvent.HOLD:
                self.doubt(job)
            self._conclude(verdict)
        await self._close()

    async def _confirmed(self, answered: asyncio.Future[None]) -> Verdict:
        """Wait for the printer's word. It may take as long as somebody needs to bring paper; silence may not.

        While bytes are on their way a question waits behind them: how long that may last the link itself decides, by
        its lack of progress, so that a long ticket on a slow printer is not given up.
        """
        assert self._talk is not None
        taken: asyncio.Future[None] | None = None
        well_since = self._timer()
        try:
            while True:
                done, _ = await asyncio.wait({answered}, timeout=ASK_S)
                if done and not answered.cancelled():
                    return Verdict(JobEvent.CONFIRM)
                if done or self._talk.ended.is_set():
                    raise LinkBroken("link.broken", sent=1, port=self.link.port, detail="EOF")
                taken = taken or asyncio.ensure_future(self.link.settled())
                if not await self._seems_well() or not taken.done():
                    well_since = self._timer()
                if taken.done():
                    taken.result()
                if self._timer() - well_since >= CONFIRM_S:
                    raise LinkBroken("link.unconfirmed", sent=1, port=self.link.port, seconds=CONFIRM_S)
        finally:
            if taken is not None and not taken.cancel():
                taken.exception()  # looked at: what it said no longer matters

    async def _seems_well(self) -> bool:
        """Whether the printer does not say that it cannot print; one that says nothing may be busy printing."""
        reasons = await self._talk.reasons() if self._talk is not None and self._watches else None
        if reasons is None:
            return True
        self._heard(reasons)
        return await self._can_print(reasons)

    # --- what became of it ---

    def _conclude(self, verdict: Verdict) -> None:
        """Have the outcome of the job under way committed, without waiting: the next start joins the transaction."""
        job, self._unsettled = self._unsettled, None
        assert job is not None
        self._save(job, verdict)

    def _save(self, job: Job, verdict: Verdict) -> None:
        def saved(future: asyncio.Future[Job | None]) -> None:
            if not future.cancelled() and future.exception() is not None:
                self._unsaved.append((job, verdict))

        self._queue.finish(job, verdict.event, verdict.reason).add_done_callback(saved)

    async def _put_back(self, job: Job) -> None:
        """A job that has not begun after all is the first of its queue again, before any other is looked at."""
        self._unsaved.append((job, Verdict(JobEvent.RETRY)))
        await self._save_again()

    async def _save_again(self) -> None:
        """What came out of a job and could not be saved is saved before another one is begun."""
        job, verdict = self._unsaved[0]
        await self._queue.finish(job, verdict.event, verdict.reason)
        del self._unsaved[0]

    # --- small things ---

    async def _close(self) -> None:
        talk, self._talk = self._talk, None
        if talk is not None:
            await talk.end()
        await self.link.close()

    async def _rung(self, seconds: float | None) -> bool:
        """Wait for a job or a stop, at most so long; whether there was one."""
        self._bell.clear()
        if self._queue.head(self.destination.name) or self._stopping.is_set():
            return True
        late = False

        def give_up() -> None:
            nonlocal late
            late = True
            self._bell.set()

        timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, give_up)
        try:
            await self._bell.wait()
        finally:
            if timer is not None:
                timer.cancel()
        return not late

    async def _pause(self, seconds: float) -> None:
        """Sleep, but not beyond a stop."""
        sleeping = asyncio.ensure_future(self._sleep(seconds))
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            stopping.cancel()

    def _report(self, **fields: object) -> None:
        self._destinations.report(self.destination, **fields)


def _number(job: Job) -> int:
    """What the printer is to call this start of a job by: a job that was released is not confirmed by its past."""
    return job.seq * _STARTS + job.attempts % _STARTS
