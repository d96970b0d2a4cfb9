"""What every link to a printer promises, whatever it is made of.

It knows bytes and whether they were taken; it does not know tickets, jobs or policies. It promises: `open` fails with
nothing sent; `settled` returns when the far side has taken every byte, as far as this kind of link can see, and
a failure says whether any byte may have left; one job's bytes are never mixed with another's; `close` always
succeeds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Final, Literal, NamedTuple

from ticket_daemon.errors import LinkError

#: What can be said of a job when the link took its last byte and nobody confirmed it.
Assurance = Literal["sent", "spooled"]

OPEN_TIMEOUT_S: Final = 5.0
#: A link that takes no byte for so long is given up. A printer that is only slow takes some; one without paper may
#: take none until a person comes, which is why this is longer than a roll change.
STALL_S: Final = 120.0


class Capabilities(NamedTuple):
    """What can be known over a kind of link, at best: the printer's own abilities, its profile's, come on top."""

    #: Jobs of one destination always print in their order. `exclusive`: no other program can print while the link is
    #: open; `shared`: another may, between two jobs.
    order: Literal["exclusive", "shared"]
    #: Answers of the printer can be read.
    two_way: bool
    #: Who can say how the printer is: itself, the system's spooler, or nobody.
    status: Literal["printer", "spooler", "none"]
    #: Who can say that a ticket is out.
    confirmation: Literal["printer", "spooler", "none"]


class LinkBroken(LinkError):
    """The link failed after it was open. `sent` bytes may have reached the printer; 0 means certainly none did."""

    def __init__(self, key: str, /, *, sent: int, **parameters: Any) -> None:
        super().__init__(key, **parameters)
        self.sent = sent


class JobRefused(LinkBroken):
    """The link is well, but this job will not be printed, and certainly nothing of it was."""

    code = "printer_error"
    retryable = False

    def __init__(self, key: str, /, **parameters: Any) -> None:
        super().__init__(key, sent=0, **parameters)


def _nobody(reasons: tuple[str, ...]) -> None:
    del reasons


class Link(ABC):
    """A way for bytes to reach one printer; used by one worker at a time."""

    assurance: ClassVar[Assurance] = "sent"
    capabilities: ClassVar[Capabilities]
    tells: bool = False  #: the system knows how the printer is: `reasons` may be asked while it is open
    two_way: bool = False  #: answers of the printer can be read
    #: Called with what is the matter when the link learns it by itself, while it follows a job to its end.
    heard: Callable[[tuple[str, ...]], None] = staticmethod(_nobody)
    #: The job under way has been taken by somebody who finishes it without us.
    handed_over: bool = False
    ways: tuple[str, ...] = ()  #: how the printer is known to answer, whatever its profile says
    port: str = ""  #: what people call the place: "192.168.1.50:9100", "/dev/usb/lp0"

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """Whether `write` may be called. Notices when the far side has closed."""

    @abstractmethod
    async def open(self) -> None:
        """Connect. Raises LinkError; nothing was sent then."""

    @abstractmethod
    async def write(self, data: bytes) -> None:
        """Hand over `data` and wait until the system has taken it. Raises LinkBroken."""

    async def settled(self) -> None:
        """Wait until the far side has taken all that was written, as far as this link can see. Raises LinkBroken."""
        return

    async def read(self) -> bytes:
        """The next bytes of the printer's answer; b"" when the link has ended. Two-way links only."""
        raise NotImplementedError

    async def reasons(self) -> tuple[str, ...] | None:
        """What the system says is the matter with the printer, in the field's words (nothing: ()); None when it does
        not say. With any of them but the harmless ones no job is begun. Raises LinkBroken."""
        return None

    async def end_job(self) -> None:
        """What is to be done between two jobs."""
        return

    @abstractmethod
    async def close(self) -> None:
        """Let go of the printer; safe to call at any time."""
