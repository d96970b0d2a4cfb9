"""What a job is: what came in, and how it stands."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import msgspec
from msgspec import Struct

from ticket_daemon import messages
from ticket_daemon.queue.states import FINAL, PRINTED, SETTLED, JobState


class Reason(Struct, frozen=True):
    """Why a job stands as it does: an error code of the wire and a catalogue text with its parameters."""

    code: str
    key: str
    parameters: dict[str, Any] = {}

    def text(self, lang: str) -> str:
        """The sentence for a person."""
        return messages.text(self.key, lang, **self.parameters)


#: In the order in which a person would deal with them.
_EXPIRED_BY: Final = (("offline", "offline"), ("cover-open", "cover"), ("media-empty", "paper"))


def expired(reasons: Collection[str] = (), key: str = "job.expired_queue") -> Reason:
    """Why a job was not begun in time: what its printer suffers from, else what `key` says."""
    for reason, word in _EXPIRED_BY:
        if reason in reasons:
            return Reason("expired", f"job.expired_{word}")
    if reasons:
        return Reason("expired", "job.expired_stopped", {"reasons": ", ".join(reasons)})
    return Reason("expired", key)


class NewJob(Struct, frozen=True):
    """A ticket on its way into the queue: rendered, not yet committed.

    `digest` tells content apart from other content under the same id; times are ms since 1970. `remote`: whoever sent
    it is far away, so that each change waits in the outbox until he is told.
    """

    id: str
    destination: str
    digest: bytes
    document: bytes
    data: bytes
    submitted_at: int
    expires_at: int | None = None
    reprint_of: str | None = None
    copies: int = 1
    remote: bool = False
    format: str = "document"  #: what `document` is a body of
    origin: str = ""  #: the frontend and the site or program it came from
    owner: str = ""  #: a digest that names the client it came from, so that others leave it alone
    simulated: bool = False  #: for a printer that only draws
    further: bytes | None = None  #: what each copy behind the first prints (`printed`)

    @property
    def size(self) -> int:
        """Bytes that are kept of it."""
        return len(self.document) + len(self.data) + len(self.further or b"")


def printed(data: bytes, copies: int, further: bytes | None) -> bytes:
    """All that a printer gets of a job: `data`, and behind it each further copy.

    `further` is what these print, b"" where that is `data` again; None where `data` holds every copy.
    """
    return data if further is None else data + (further or data) * (copies - 1)


class Payload(Struct, frozen=True):
    """What a job prints: its body and the body's format, the printer's bytes, how many copies (see `printed`)."""

    document: bytes
    data: bytes
    copies: int
    format: str = "document"
    further: bytes | None = None

    @property
    def printed(self) -> bytes:
        """All that the printer gets."""
        return printed(self.data, self.copies, self.further)


class Job(Struct, frozen=True):
    """A job in the queue. `seq` is its place in the order of acceptance; times are ms since 1970.

    `moved_from` is the destination it was accepted for, where another prints it. `remote`: its changes go into the
    outbox.
    """

    seq: int
    id: str
    destination: str
    state: JobState
    submitted_at: int
    updated_at: int
    attempts: int = 0
    started_at: int | None = None
    expires_at: int | None = None
    reason: Reason | None = None
    reprint_of: str | None = None
    moved_from: str | None = None
    remote: bool = False
    origin: str = ""
    owner: str = ""
    queued_at: int | None = None  #: when it was last let into the queue (released, moved), if not `submitted_at`
    simulated: bool = False

    @property
    def waits_since(self) -> int:
        """When it came into the queue in which it waits."""
        return self.submitted_at if self.queued_at is None else self.queued_at

    @property
    def is_final(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in FINAL

    @property
    def is_printed(self) -> bool:
        """Whether `success` may be said of it."""
        return self.state in PRINTED

    @property
    def is_settled(self) -> bool:
        """Whether a result is due: it ended, or it waits for a person."""
        return self.state in SETTLED

    @property
    def duration_ms(self) -> int:
        """From acceptance to the last change."""
        return max(0, self.updated_at - self.submitted_at)


def changed(job: Job, **fields: Any) -> Job:
    """`job` with other values in some fields."""
    return msgspec.structs.replace(job, **fields)
