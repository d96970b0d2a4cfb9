"""What an operation is given, and what it hands back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from ticket_daemon.frontends.native.audience import Audience, Listener
from ticket_daemon.frontends.native.desk import Desk
from ticket_daemon.frontends.native.guard.access import Caller, Need
from ticket_daemon.frontends.native.overview import Overview
from ticket_daemon.frontends.native.upkeep import Upkeep
from ticket_daemon.queue import Job
from ticket_daemon.verbs import Verbs, owner_of


class Services(NamedTuple):
    """What operations work with."""

    verbs: Verbs
    overview: Overview
    audience: Audience
    upkeep: Upkeep
    desk: Desk
    lang: str


class Call(NamedTuple):
    """Who asks, and how."""

    caller: Caller
    token: str | None
    by: str = ""  #: who asks, for the audit
    listener: Listener | None = None  #: of a WebSocket: who can be told of what comes later
    headers: Mapping[str, str] = {}  #: of an HTTP request
    body: tuple[str, bytes] | None = None  #: a ticket that is no JSON: its format, and the bytes

    @property
    def owner(self) -> str:
        """Whose jobs these are, where several tokens have each their own; "" for who manages all."""
        return owner_of(self.by) if self.caller.is_one_of_several(self.by) else ""

    def allowed(self, need: Need) -> str:
        """Who asks, for the audit. Raises Unauthorized, RateLimited."""
        return self.caller.authorize(self.token, need)


class File(NamedTuple):
    """An answer over HTTP that is no JSON of ours."""

    body: bytes
    content_type: str
    headers: Mapping[str, str] = {}


class Reply(NamedTuple):
    """What is answered. Over HTTP `file` goes before `answer`."""

    answer: Struct | None = None
    more: tuple[Struct, ...] = ()  #: sent behind it, over a WebSocket
    watch: Job | None = None  #: a WebSocket is told of its end
    file: File | None = None
    status: int | None = None  #: of HTTP, where it is not the route's own
