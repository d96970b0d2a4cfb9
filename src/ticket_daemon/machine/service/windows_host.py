"""Inside the service's process on Windows: what the service control manager asks, and what it is told.

It knows controls (stop, shutdown, preshutdown) and states; it does not know what the daemon does. It promises that
"running" is said when the daemon listens and not before, that every way of being asked to stop is the same orderly
stop, and that the event log has each start and stop, and why a start failed.
"""

from __future__ import annotations

import itertools
import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ticket_daemon.errors import TicketDaemonError
from ticket_daemon.machine.service.spec import STOP_S

log = logging.getLogger(__name__)

#: The manager's number for a process that it did not start: a person did, on a console.
_NOT_STARTED_BY_MANAGER: Final = 1063
# States, controls, and which of these are taken (winsvc.h).
STATE_STOPPED: Final = 1
START_PENDING: Final = 2
STOP_PENDING: Final = 3
RUNNING: Final = 4
CONTROL_STOP: Final = 1
CONTROL_SHUTDOWN: Final = 5
CONTROL_PRESHUTDOWN: Final = 15
_CONTROLS: Final = {CONTROL_STOP: "stop", CONTROL_SHUTDOWN: "shutdown", CONTROL_PRESHUTDOWN: "preshutdown"}
#: Power events (winuser.h, PBT_…): whether the machine is awake then. One that nobody announced ends as the others do.
CONTROL_POWER: Final = 0x0D
_SUSPEND, _RESUME, _RESUME_AUTOMATIC = 0x04, 0x07, 0x12
_POWER: Final = {_SUSPEND: False, _RESUME: True, _RESUME_AUTOMATIC: True}
ACCEPTED: Final = 0x001 | 0x004 | 0x040 | 0x100
#: "Look at the service's own code" (ERROR_SERVICE_SPECIFIC_ERROR), and ours.
_SPECIFIC: Final = 1066
_FAILED: Final = 1
#: Numbers of the events: 1 to 1000 have a text in EventCreate.exe.
STARTED, STOPPED, FAILED = 1, 2, 3
#: How long the manager shall wait for the next word while the daemon starts: a large queue is read.
START_HINT_MS: Final = 60_000


class Control:
    """What the manager's thread and the daemon's tell each other."""

    def __init__(self, running: Callable[[], None], stopping: Callable[[], None]) -> None:
        self._running = running
        self._stopping = stopping
        self._lock = threading.Lock()
        self._asked = False
        self._stop: Callable[[], None] | None = None
        self._power: Callable[[bool], None] | None = None

    def attach(self, stop: Callable[[], None], power: Callable[[bool], None] = lambda _: None) -> None:
        """From now on `stop` makes the daemon end; at once, when that was asked for already. Any thread may call it.

        `power` hears whether the machine is awake (True) or about to sleep.
        """
        with self._lock:
            self._stop = stop
            self._power = power
            asked = self._asked
        if asked:
            stop()

    def stop(self) -> None:
        """The machine or a person wants the daemon to end."""
        with self._lock:
            self._asked = True
            stop = self._stop
        self._stopping()
        if stop is not None:
            stop()

    def power(self, awake: bool) -> None:
        """The machine has woken, or is about to sleep."""
        with self._lock:
            power = self._power
        if power is not None:
            power(awake)

    def running(self) -> None:
        """The daemon listens."""
        self._running()

    def stopping(self) -> None:
        """The daemon ends, by itself or because it was asked to."""
        self._stopping()


def host(name: str, work: Callable[[Control], None]) -> bool:
    """Run `work` as the service that the manager has started; False when it was not the manager who did.

    `work` runs in a thread of its own until the service ends; it calls `Control.attach` and `Control.running`. With
    its end the process ends: this returns only when there was no manager.
    """
    if sys.platform != "win32":
        return False
    import pywintypes
    import servicemanager as pywin32

    servicemanager: Any = pywin32  # its stubs leave functions untyped
    servicemanager.Initialize(name, None)
    servicemanager.PrepareToHostSingle(lambda arguments: Hosted(name, work, _teller(name)))
    try:
        servicemanager.StartServiceCtrlDispatcher()
    except pywintypes.error as error:
        if error.winerror == _NOT_STARTED_BY_MANAGER:
            return False
        raise
    return True


class Status(NamedTuple):
    """What is said to the manager (SERVICE_STATUS)."""

    state: int
    accepts: int = 0
    code: int = 0
    own_code: int = 0
    hint_ms: int = 0


class Hosted:
    """The running service, as pywin32's dispatcher wants it: made when the manager starts it, then `SvcRun`."""

    def __init__(
        self,
        name: str,
        work: Callable[[Control], None],
        connect: Callable[[Callable[[int, int, Any], None]], Callable[[Status], None]],
        leave: Callable[[int], None] = os._exit,
    ) -> None:
        self._name = name
        self._work = work
        self._leave = leave
        self._last = Status(START_PENDING, hint_ms=START_HINT_MS)
        self._control = Control(self._running, self._stopping)
        self._tell = connect(self.asked)

    def asked(self, control: int, event: int = 0, data: Any = None) -> None:
        """A control of the manager's, in the manager's thread."""
        del data
        if control in (CONTROL_STOP, CONTROL_SHUTDOWN, CONTROL_PRESHUTDOWN):
            log.info("asked_to_stop", extra={"control": _CONTROLS[control]})
            self._control.stop()
        elif control == CONTROL_POWER:
            if event in _POWER:
                self._control.power(_POWER[event])
        else:  # how it is: what was said last
            self._tell(self._last)

    def SvcRun(self) -> None:  # noqa: N802 - pywin32's name
        self._say(self._last)
        code = 0
        try:
            self._work(self._control)
        except TicketDaemonError as error:
            log.error("start_failed", extra={"detail": error.text()})
            report(self._name, FAILED, error.text(), error=True)
            code = _FAILED
        except BaseException as error:  # the edge of the process: whatever it was, the log and the manager hear of it
            log.exception("service_failed")
            report(self._name, FAILED, repr(error), error=True)
            code = _FAILED
        else:
            report(self._name, STOPPED, f"{self._name} stopped")
        self._say(Status(STATE_STOPPED, code=_SPECIFIC if code else 0, own_code=code))
        # Everything is written and said. A thread that hangs in a driver would keep the process, and with it the port.
        logging.shutdown()
        self._leave(code)

    def _running(self) -> None:
        self._say(Status(RUNNING, accepts=ACCEPTED))
        report(self._name, STARTED, f"{self._name} started")

    def _stopping(self) -> None:
        if self._last.state != STOP_PENDING:
            self._say(Status(STOP_PENDING, hint_ms=STOP_S * 1000))

    def _say(self, status: Status) -> None:
        self._last = status
        self._tell(status)


def _teller(name: str) -> Callable[[Callable[[int, int, Any], None]], Callable[[Status], None]]:
    """How a service is made known to the manager, and how it speaks to it from then on."""

    def connect(asked: Callable[[int, int, Any], None]) -> Callable[[Status], None]:
        import servicemanager
        import win32service as scm

        handle = servicemanager.RegisterServiceCtrlHandler(name, asked, True)
        steps = itertools.count(1)

        def tell(status: Status) -> None:
            step = 0 if status.state in (RUNNING, STATE_STOPPED) else next(steps)
            scm.SetServiceStatus(
                handle,
                (scm.SERVICE_WIN32_OWN_PROCESS, status.state, status.accepts, status.code, status.own_code, step,
                 status.hint_ms),
            )  # fmt: skip

        return tell

    return connect


def report(name: str, number: int, text: str, *, error: bool = False) -> None:
    """One line in Windows' application log; that it cannot be written stops nothing."""
    if sys.platform != "win32":
        return
    import pywintypes
    import win32evtlog

    kind = win32evtlog.EVENTLOG_ERROR_TYPE if error else win32evtlog.EVENTLOG_INFORMATION_TYPE
    try:
        source = win32evtlog.RegisterEventSource(None, name)
        try:
            win32evtlog.ReportEvent(source, kind, 0, number, None, [text], None)
        finally:
            win32evtlog.DeregisterEventSource(source)
    except pywintypes.error as problem:
        log.warning("event_log_failed", extra={"detail": str(problem)})
