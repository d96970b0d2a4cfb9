"""`winspool://Printer%20Name`: a printer of Windows, through its driver's queue, as RAW documents.

It knows the order of a document's life in Windows' spooler; it does not know tickets. It promises one document per
write, ended only when it is whole; that no call of the spooler, which may take as long as it likes, stops anybody else,
and that one which does not come back is noticed; and that a job is followed to its end where the spooler can tell.

What was handed over before something broke is in doubt, never repeated: Windows may print while it still spools.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from ticket_daemon.errors import LinkError
from ticket_daemon.machine.windows import spooler
from ticket_daemon.machine.windows.winspool import (
    ACCESS_DENIED,
    INVALID_PRINTER_NAME,
    RPC_CALL_FAILED,
    RPC_SERVER_UNAVAILABLE,
    PrintApi,
    SpoolerError,
    Winspool,
)
from ticket_daemon.transport.addresses import WinspoolAddress
from ticket_daemon.transport.base import OPEN_TIMEOUT_S, STALL_S, Capabilities, Link, LinkBroken

log = logging.getLogger(__name__)

T = TypeVar("T")

#: Pauses (seconds) between looks at a job in Windows' queue, each twice the one before: a ticket is gone in a moment.
FIRST_LOOK_S: Final = 0.05
LAST_LOOK_S: Final = 0.5
#: A job that does not move for so long, with nothing said to be wrong, is given up: as long as a printer that says it
#: is well may leave a ticket unconfirmed.
FOLLOW_S: Final = 60.0
#: Errors that mean something a person can mend, and the sentence for each.
_SENTENCES: Final = {
    INVALID_PRINTER_NAME: "link.spooler_unknown",
    ACCESS_DENIED: "link.spooler_denied",
    RPC_SERVER_UNAVAILABLE: "link.spooler_stopped",
    RPC_CALL_FAILED: "link.spooler_stopped",
}


class WinspoolLink(Link):
    """One installed printer. `api` stands in for Windows in tests."""

    assurance = "spooled"
    capabilities = Capabilities("shared", False, "spooler", "spooler")
    tells = True

    def __init__(self, address: WinspoolAddress, api: PrintApi | None = None, stall_s: float = STALL_S) -> None:
        self._address = address
        self._given = api
        self._api: PrintApi | None = None
        self._stall_s = stall_s
        self._open_s = OPEN_TIMEOUT_S
        self._follow_s = FOLLOW_S
        self._handle: int | None = None
        self._datatype = spooler.RAW
        self._look: spooler.JobState | None = None  #: the last one at the document under way
        self._job: int | None = None  #: the last document's, until it is known to have ended
        self._call: Call[Any] | None = None  #: what a thread is at
        self.port = address.name

    @property
    def is_open(self) -> bool:
        return self._handle is not None

    # --- life ---

    async def open(self) -> None:
        await self.close()
        try:
            opened = await self._run(self._opened, self._open_s, self._late)
        except SpoolerError as error:
            raise await self._explained(error) from error
        except TimeoutError:
            raise LinkError("link.spooler_silent", port=self.port, seconds=self._open_s) from None
        self._handle, self._datatype = opened

    def _opened(self) -> tuple[int, str]:
        """Find the printer by its name and open it. Runs in a thread."""
        api = self._api = self._api or self._given or Winspool()
        name = spooler.known_name(self._address.name, api)
        if name is None:
            raise SpoolerError("OpenPrinter", INVALID_PRINTER_NAME)
        handle = api.open(name)
        return handle, self._address.datatype or spooler.datatype(handle, api)

    def _late(self, opened: tuple[int, str]) -> None:
        """Nobody waits for this printer any more. Runs in a thread."""
        assert self._api is not None
        self._api.close(opened[0])

    async def _explained(self, error: SpoolerError) -> LinkError:
        """The error in a person's words; a name that is not there with those that are."""
        key = _SENTENCES.get(error.number, "link.cannot_open")
        near = ""
        if error.number == INVALID_PRINTER_NAME and (api := self._api) is not None:
            try:
                names = await self._run(lambda: spooler.nearest_names(self.port, api), self._open_s)
                near = ", ".join(names) or "-"
            except (SpoolerError, TimeoutError) as lookup:
                near = str(lookup) or "-"
        return LinkError(key, port=self.port, nearest=near, detail=error.detail)

    async def close(self) -> None:
        handle, self._handle = self._handle, None
        self._job, self.handed_over = None, False
        if handle is None or self._is_stuck:  # a call that does not come back has the handle; Windows ends it with us
            return
        api = self._known_api
        try:
            await self._run(lambda: api.close(handle), self._open_s)
        except (SpoolerError, TimeoutError) as error:
            log.info("link_lost", extra={"port": self.port, "detail": str(error)})

    # --- a ticket ---

    async def write(self, data: bytes) -> None:
        assert self._handle is not None
        api, handle, kind, progress = self._known_api, self._handle, self._datatype, spooler.Progress()
        try:
            self._job = await self._run(
                lambda: spooler.print_document(api, handle, kind, data, progress),
                self._stall_s,
                steps=lambda: progress.steps,
            )
        except SpoolerError as error:
            key = _SENTENCES.get(error.number, "link.broken")
            raise LinkBroken(key, sent=progress.offered, port=self.port, nearest="-", detail=error.detail) from error
        except TimeoutError:
            self._handle = None  # the thread has it
            raise LinkBroken("link.stalled", sent=progress.offered, port=self.port, seconds=self._stall_s) from None
        finally:
            progress.abandoned = True
        self._look = progress.look
        self.handed_over = True

    async def settled(self) -> None:
        """Follow the document to its end in Windows' queue, telling what is in its way.

        Where something is said to be in the way it is waited for, however long: a person has to come.
        """
        if self._job is None:
            return
        pause, still, before = FIRST_LOOK_S, 0.0, spooler.JobState()
        while (state := await self._job_state()).end is None:
            if state.reasons != before.reasons:
                self.heard(state.reasons)
            if state.reasons or state.progress != before.progress:
                still = 0.0
            elif still >= self._follow_s:
                self._job, self.handed_over = None, False
                raise LinkBroken("link.spooler_stuck", sent=1, port=self.port, seconds=self._follow_s)
            before = self._look = state
            await asyncio.sleep(pause)
            still += pause
            pause = min(2 * pause, LAST_LOOK_S)
        self._job, self.handed_over = None, False
        if state.end != "done":
            key = "link.spooler_deleted" if state.end == "deleted" else "link.spooler_lost"
            raise LinkBroken(key, sent=1, port=self.port)

    async def _job_state(self) -> spooler.JobState:
        """How the document under way is."""
        api, handle, job, last = self._known_api, self._handle, self._job, self._look
        if handle is None or job is None:
            return spooler.JobState(end="unknown")
        try:
            return await self._run(lambda: spooler.job_state(api, handle, job, last), self._open_s)
        except TimeoutError:
            raise LinkBroken("link.spooler_silent", sent=1, port=self.port, seconds=self._open_s) from None

    async def reasons(self) -> tuple[str, ...] | None:
        api, handle = self._known_api, self._handle
        if handle is None or self._is_stuck:
            return None
        try:
            return spooler.reasons(await self._run(lambda: api.printer(handle), self._open_s))
        except SpoolerError as error:
            key = _SENTENCES.get(error.number, "link.broken")
            raise LinkBroken(key, sent=0, port=self.port, nearest="-", detail=error.detail) from error
        except TimeoutError:
            return None

    # --- threads ---

    @property
    def _known_api(self) -> PrintApi:
        api = self._api or self._given
        assert api is not None, "opened before"
        return api

    @property
    def _is_stuck(self) -> bool:
        return self._call is not None and not self._call.is_over

    async def _run(
        self,
        function: Callable[[], T],
        patience_s: float,
        late: Callable[[T], object] | None = None,
        steps: Callable[[], int] = int,
    ) -> T:
        """Run `function` in a thread, one at a time for each printer; TimeoutError when it does not move for so long.

        `steps` tells whether it moves. `late` is called with a result that nobody waits for any more.
        """
        if self._call is not None and not self._call.is_over:
            async with asyncio.timeout(patience_s):
                await self._call.done.wait()
        call = Call(function, late)
        self._call = call
        seen = steps()
        try:
            while True:
                try:
                    async with asyncio.timeout(patience_s):
                        await call.done.wait()
                    return call.result()
                except TimeoutError:
                    if seen == (seen := steps()):
                        raise
        finally:
            call.leave()


class Call(Generic[T]):
    """A function at work in a thread of its own, which keeps nobody from ending the program.

    asyncio's own threads are few and waited for at the end; a spooler that hangs would use them up.
    """

    def __init__(self, function: Callable[[], T], late: Callable[[T], object] | None = None) -> None:
        self._function = function
        self._late = late
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._left = False
        self._taken = False
        self._results: list[T] = []
        self._error: BaseException | None = None
        self.is_over = False
        self.done = asyncio.Event()
        threading.Thread(target=self._work, name="winspool", daemon=True).start()

    def _work(self) -> None:
        try:
            self._results.append(self._function())
        except BaseException as error:  # noqa: BLE001 - passed on to whoever waits
            self._error = error
        with self._lock:
            self.is_over = True
            left = self._left
        if left:
            self._clean_up()
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile: nobody is there to be told
            self._loop.call_soon_threadsafe(self.done.set)

    def result(self) -> T:
        """What it answered, or what it raised."""
        self._taken = True
        if self._error is not None:
            raise self._error
        return self._results[0]

    def leave(self) -> None:
        """Nobody waits any more; a result that comes yet, or that was not looked at, is cleaned up."""
        with self._lock:
            self._left = not self._taken
            over = self.is_over
        if over and self._left:
            self._clean_up()

    def _clean_up(self) -> None:
        if self._late is not None and self._results:
            with contextlib.suppress(SpoolerError):
                self._late(self._results[0])
