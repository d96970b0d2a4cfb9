"""`cups://queue`, `cups://host:port/queue`, `ipp://host/path`: printers behind CUPS, or behind IPP of their own.

It knows queues, the jobs in them and what CUPS says of its printers; it does not know what the bytes mean. It promises
that a ticket is one raw job which is followed to its end; that one which was refused, cancelled or given up before it
began says so with nothing printed; and that what CUPS merely remembers of an earlier job is not told as the present.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import aiohttp

from ticket_daemon.errors import LinkError
from ticket_daemon.transport import ipp
from ticket_daemon.transport.addresses import IppAddress
from ticket_daemon.transport.base import OPEN_TIMEOUT_S, STALL_S, Capabilities, JobRefused, Link, LinkBroken
from ticket_daemon.transport.ipp import JobState, Operation, Response, Status, Tag

#: Where the CUPS of this machine listens (Debian, Fedora, macOS), before its TCP port is tried.
LOCAL_SOCKETS: Final = ("/run/cups/cups.sock", "/var/run/cups/cups.sock", "/private/var/run/cupsd")
RAW_FORMAT: Final = "application/vnd.cups-raw"
#: Of an IPP printer that is not CUPS: it looks at the bytes itself (RFC 8011, 5.1.10).
ANY_FORMAT: Final = "application/octet-stream"
#: Seconds between two looks at a job: soon at first, since a ticket is short, then less and less often.
FIRST_LOOK_S: Final = 0.02
LAST_LOOK_S: Final = 0.5
LOOKS_GROW: Final = 1.5
#: A job that takes longer than this has its printer's reasons told.
TELL_AFTER_S: Final = 0.5
#: Answers that mean "not now" rather than "never".
_LATER: Final = frozenset((Status.NOT_FOUND, Status.TEMPORARY, Status.NOT_ACCEPTING, Status.BUSY))

#: printer-state-reasons (RFC 8011, 5.4.12, and CUPS' own) without their -error, -warning or -report -> our words.
REASONS: Final = {
    "media-empty": "media-empty",
    "media-needed": "media-empty",
    "media-low": "media-low",
    "media-jam": "media-jam",
    "cover-open": "cover-open",
    "door-open": "cover-open",
    "interlock-open": "cover-open",
    "offline": "offline",
    "shutdown": "offline",
    "timed-out": "offline",
    "paused": "paused",
    "moving-to-paused": "paused",
    "hold-new-jobs": "paused",
}
_HARMLESS: Final = ("media-low",)
_STATE: Final = ("printer-state", "printer-state-reasons", "printer-is-accepting-jobs")
_JOB: Final = ("job-state", "job-state-reasons", "time-at-processing")


def reasons_in_our_words(words: Iterable[str]) -> tuple[str, ...]:
    """printer-state-reasons as what stands on the wire; what has no word of ours and stops the printer is `error`."""
    found: list[str] = []
    for word in words:
        stem, _, severity = word.rpartition("-")
        name = stem if severity in ("error", "warning", "report") else word
        if name in REASONS:
            found.append(REASONS[name])
        elif severity == "error" and name != word:
            found.append("error")
    return tuple(dict.fromkeys(found))


def present_reasons(printer: Response) -> tuple[str, ...]:
    """What keeps a printer with no job from printing, and what is harmless.

    Backends speak only while a job runs: of one that failed for want of paper the words stay, after the paper came.
    So they count only while CUPS itself has stopped the printer.
    """
    reasons = reasons_in_our_words(printer.words("printer-state-reasons"))
    accepts = printer.attributes.get("printer-is-accepting-jobs", [True])[:1] != [False]
    harmless = tuple(reason for reason in reasons if reason in _HARMLESS)
    if printer.number("printer-state") == ipp.PRINTER_STOPPED:
        return reasons if reasons != harmless else (*harmless, "paused")
    return harmless if accepts else (*harmless, "paused")


class CupsLink(Link):
    """One queue."""

    capabilities = Capabilities("shared", False, "spooler", "spooler")
    assurance = "spooled"
    tells = True

    def __init__(self, address: IppAddress, stall_s: float = STALL_S, sockets: Iterable[str] = LOCAL_SOCKETS) -> None:
        self._address = address
        self._stall_s = stall_s
        self._sockets = tuple(sockets)
        self._session: aiohttp.ClientSession | None = None
        self._job: int | None = None
        self._held = False  #: somebody holds the job in CUPS
        self._was_away = False  #: CUPS did not answer once while the job was in it
        host = address.host or "localhost"
        host = f"[{host}]" if ":" in host else host
        self._url = f"http://{host}:{address.port}{address.path}"
        self._printer = f"ipp://{host}:{address.port}{address.path}"
        self._queue = address.path.rpartition("/")[2]
        self.port = f"{host}:{address.port}{address.path}" if address.host else f"CUPS {self._queue}"

    @property
    def is_open(self) -> bool:
        return self._session is not None

    async def open(self) -> None:
        await self.close()
        self._session = aiohttp.ClientSession(connector=self._connector())
        try:
            await self._printer_state()
        except LinkBroken as error:
            await self.close()
            raise LinkError(error.key, **error.parameters) from None

    def _connector(self) -> aiohttp.BaseConnector:
        # A connection for each request: of one that was kept and dropped nobody can say whether the ticket was taken.
        if not self._address.host:
            for path in self._sockets:
                if Path(path).is_socket():
                    return aiohttp.UnixConnector(path, force_close=True)
        return aiohttp.TCPConnector(force_close=True)

    # --- requests ---

    async def _ask(self, message: bytes, size: int = 0) -> Response:
        """What CUPS answers; `size` bytes of a ticket are in the message. Raises LinkBroken."""
        assert self._session is not None
        headers = {"Content-Type": ipp.CONTENT_TYPE}
        patience_s = self._stall_s if size else OPEN_TIMEOUT_S
        timeout = aiohttp.ClientTimeout(total=patience_s, connect=OPEN_TIMEOUT_S)
        try:
            async with self._session.post(
                self._url, data=io.BytesIO(message), headers=headers, timeout=timeout
            ) as answer:
                if answer.status != 200:
                    # Nothing was read as IPP, so nothing was taken: 401, 403, 404 or an upgrade to TLS.
                    raise LinkBroken("link.http", sent=0, port=self.port, status=answer.status)
                return ipp.read(await answer.read())
        except aiohttp.ConnectionTimeoutError:
            raise LinkBroken("link.no_answer", sent=0, port=self.port, seconds=OPEN_TIMEOUT_S) from None
        except aiohttp.ClientConnectorError as error:
            detail = error.os_error.strerror or str(error.os_error)
            raise LinkBroken("link.no_spooler", sent=0, port=self.port, detail=detail) from None
        except TimeoutError:
            raise LinkBroken("link.no_answer", sent=size, port=self.port, seconds=patience_s) from None
        except (aiohttp.ClientError, OSError, ipp.IppFault) as error:
            raise LinkBroken("link.broken", sent=size, port=self.port, detail=str(error) or "EOF") from None

    async def _printer_state(self) -> Response:
        answer = await self._ask(
            ipp.request(Operation.GET_PRINTER_ATTRIBUTES, self._printer, ipp.wanted(_STATE)),
        )
        if answer.status == Status.NOT_FOUND:
            raise LinkBroken("link.no_queue", sent=0, port=self.port, queue=self._queue)
        if not answer.is_well:
            raise LinkBroken("link.ipp", sent=0, port=self.port, status=f"{answer.status:04X}")
        return answer

    async def reasons(self) -> tuple[str, ...]:
        return present_reasons(await self._printer_state())

    # --- a job ---

    async def write(self, data: bytes) -> None:
        document = RAW_FORMAT if self._address.raw else ANY_FORMAT
        more = ((Tag.NAME, "job-name", "Ticket"), (Tag.FORMAT, "document-format", document))
        plain = ((Tag.KEYWORD, "job-sheets", "none"),) if self._address.raw else ()
        answer = await self._ask(ipp.request(Operation.PRINT_JOB, self._printer, more, plain) + data, len(data))
        if answer.status in _LATER:
            raise LinkBroken("link.ipp", sent=0, port=self.port, status=f"{answer.status:04X}")
        if not answer.is_well:
            raise JobRefused("link.job_refused", port=self.port, status=f"{answer.status:04X}")
        self._job, self._was_away = answer.number("job-id"), False
        self.handed_over = True

    async def settled(self) -> None:
        """Until the job has ended, however long CUPS needs; meanwhile its printer's reasons are told."""
        if self._job is None:
            raise LinkBroken("link.broken", sent=1, port=self.port, detail="closed")
        look, followed, silent = FIRST_LOOK_S, 0.0, 0.0
        while not await self._has_ended(self._job):
            await asyncio.sleep(look)
            followed, look = followed + look, min(look * LOOKS_GROW, LAST_LOOK_S)
            try:
                if followed >= TELL_AFTER_S:
                    await self._tell()
                silent = 0.0
            except LinkBroken:  # CUPS is being started anew, perhaps: it keeps its jobs
                silent += look
                if silent >= self._stall_s:
                    raise
        self._job, self.handed_over = None, False

    async def _has_ended(self, job: int) -> bool:
        """Raises JobRefused or LinkBroken when it ended otherwise than printed."""
        number = (Tag.INTEGER, "job-id", str(job))
        try:
            answer = await self._ask(
                ipp.request(Operation.GET_JOB_ATTRIBUTES, self._printer, (number, *ipp.wanted(_JOB))),
            )
        except LinkBroken:
            self._was_away = True
            return False  # `_tell` will find the same, and counts
        state = answer.number("job-state")
        if state == JobState.COMPLETED:
            return True
        if answer.status == Status.NOT_FOUND:
            await self._has_forgotten()
            return True
        if state in (JobState.CANCELED, JobState.ABORTED):
            self._job, self.handed_over = None, False
            key = "link.job_cancelled" if state == JobState.CANCELED else "link.job_aborted"
            if answer.number("time-at-processing") is None:
                raise JobRefused(key, port=self.port)
            raise LinkBroken(key, sent=1, port=self.port)
        self._held = state == JobState.HELD
        return False

    async def _has_forgotten(self) -> None:
        """Whether CUPS forgets jobs that have ended (PreserveJobHistory No), this one among them.

        It also loses what it took shortly before it was killed (it saves its jobs every 30 s): raises LinkBroken then.
        """
        if not self._was_away:
            ended = ((Tag.KEYWORD, "which-jobs", "completed"), (Tag.INTEGER, "limit", "1"))
            answer = await self._ask(ipp.request(Operation.GET_JOBS, self._printer, ended))
            if answer.is_well and "job-id" not in answer.attributes:
                return
        self._job, self.handed_over = None, False
        raise LinkBroken("link.job_lost", sent=1, port=self.port)

    async def _tell(self) -> None:
        reasons = reasons_in_our_words((await self._printer_state()).words("printer-state-reasons"))
        self.heard((*reasons, "paused") if self._held and "paused" not in reasons else reasons)

    async def close(self) -> None:
        session, self._session = self._session, None
        self._job, self.handed_over, self._held = None, False, False
        if session is not None:
            await session.close()
