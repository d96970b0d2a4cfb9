"""What is done when something goes wrong: how long to try, and what becomes of the job then.

It knows a destination's settings and kinds of trouble; it does not know links, queues or time's passing. It promises
that a job of which anything may have been printed is never tried again by itself.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from ticket_daemon.errors import TicketDaemonError
from ticket_daemon.queue import JobEvent, Reason
from ticket_daemon.settings.config import PrinterSettings
from ticket_daemon.transport import JobRefused, LinkBroken

#: Pauses between attempts to open a link, in seconds; the last one repeats.
PAUSES_S: Final = (0.25, 0.5, 1.0, 2.0, 3.0)
IN_DOUBT: Final = Reason("unknown_outcome", "job.unknown_outcome")


class Verdict(Struct, frozen=True):
    """What becomes of a job."""

    event: JobEvent
    reason: Reason | None = None


class ErrorPolicy:
    """One destination's policy."""

    def __init__(self, settings: PrinterSettings) -> None:
        self._settings = settings

    def pause(self, attempt: int) -> float:
        """Seconds to wait after the attempt of that number (from 0) to open the link."""
        return PAUSES_S[min(attempt, len(PAUSES_S) - 1)]

    def is_over(self, waited_s: float) -> bool:
        """Whether a job has waited for a printer that cannot print as long as it is to."""
        return waited_s >= self._settings.retry_s

    def not_opened(self, error: TicketDaemonError, waited_s: float) -> Verdict | None:
        """The link has not opened for so long: None means try again."""
        if not self.is_over(waited_s):
            return None
        event = JobEvent.HOLD if self._settings.on_failure == "hold" else JobEvent.FAIL
        return Verdict(event, Reason(error.code, error.key, error.parameters))

    def broken(self, error: LinkBroken) -> Verdict:
        """The link broke while a job was under way."""
        if isinstance(error, JobRefused):
            return Verdict(JobEvent.FAIL, Reason(error.code, error.key, error.parameters))
        return Verdict(JobEvent.RETRY) if error.sent == 0 else Verdict(JobEvent.HOLD, IN_DOUBT)
