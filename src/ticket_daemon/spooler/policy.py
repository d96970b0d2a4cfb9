"""What is done when something goes wrong: how long to try, and what becomes of the job then."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from msgspec import Struct

from ticket_daemon.errors import TicketDaemonError
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.queue import JobEvent, Reason
from ticket_daemon.settings.config import PrinterSettings
from ticket_daemon.transport import JobRefused, LinkBroken

#: Pauses between attempts to open a link, in seconds; the last one repeats.
PAUSES_S: Final = (0.25, 0.5, 1.0, 2.0, 3.0)
IN_DOUBT: Final = Reason("unknown_outcome", "job.unknown_outcome")


#: What a printer may still have to print when it has taken the last byte: the usual receive buffer, in bytes.
BUFFER_BYTES: Final = 4096
#: Paper that leaves a slow thermal printer, and an impact one, in a second (mm); makers name 100 to 300, and 20 to 30.
THERMAL_MM_S: Final = 100
IMPACT_MM_S: Final = 20
#: Thermal heads have 180 or 203 dots an inch, impact heads about half.
_THERMAL_DPI: Final = 150
#: For the cut, and for what a printer needs to notice that its paper has ended.
_NOTICED_S: Final = 0.3
_LONGEST_S: Final = 5.0
_MM_PER_INCH: Final = 25.4


def printing_s(data: bytes, profile: Profile | None) -> float:
    """Seconds that a printer may still be printing when it has taken all of `data`."""
    profile = profile or generic(80)
    tail = data[-BUFFER_BYTES:]
    rows = tail.count(b"\n") * profile.line_spacing + len(tail) / (profile.dots / 8)
    speed = THERMAL_MM_S if profile.dpi >= _THERMAL_DPI else IMPACT_MM_S
    return min(_LONGEST_S, _NOTICED_S + rows / profile.dpi * _MM_PER_INCH / speed)


def stopped_behind(reasons: Collection[str]) -> Reason:
    """Why nobody knows how much of a ticket is out: its printer took all of it and stopped then."""
    for reason, word in (("cover-open", "cover"), ("media-empty", "paper")):
        if reason in reasons:
            return Reason("unknown_outcome", f"job.stopped_behind_{word}")
    return Reason("unknown_outcome", "job.stopped_behind_stopped", {"reasons": ", ".join(reasons)})


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
