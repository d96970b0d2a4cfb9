"""What every link to a printer promises, whatever it is made of.

It knows bytes and whether they were taken; it does not know tickets, jobs or policies. It promises: `open` fails with
nothing sent; `settled` returns when the far side has taken every byte, as far as this kind of link can see, and
a failure says whether any byte may have left; one job's bytes are never mixed with another's; `close` always
succeeds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Final, Literal

from ticket_daemon.errors import LinkError

#: What can be said of a job when the link took its last byte and nobody confirmed it.
Assurance = Literal["sent", "spooled"]

OPEN_TIMEOUT_S: Final = 5.0
#: A link that takes no byte for so long is given up. A printer that is only slow takes some; one without paper may
#: take none until a person comes, which is why this is longer than a roll change.
STALL_S: Final = 120.0


class LinkBroken(LinkError):
    """The link failed after it was open. `sent` bytes may have reached the printer; 0 means certainly none did."""

    def __init__(self, key: str, /, *, sent: int, **parameters: Any) -> None:
        super().__init__(key, **parameters)
        self.sent = sent


class Link(ABC):
    """A way for bytes to reach one printer; used by one worker at a time."""

    assurance: ClassVar[Assurance] = "sent"
    two_way: ClassVar[bool] = False  #: answers of the printer can be read
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

    async def end_job(self) -> None:
        """What is to be done between two jobs."""
        return

    @abstractmethod
    async def close(self) -> None:
        """Let go of the printer; safe to call at any time."""
