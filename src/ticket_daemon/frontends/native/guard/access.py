"""The rules put together for one caller: is it let in at all, what may it ask for, how often.

It knows settings, origins, tokens, sessions and limits; it does not know sockets or HTTP (it is told what a request
says of itself). It promises that a refusal always has a reason and a line in the audit, that no flood of refusals
floods the log, and that a message's check costs microseconds.
"""

from __future__ import annotations

import enum
import logging
import socket
import time
from collections import Counter, OrderedDict
from collections.abc import Iterable
from typing import Final, NamedTuple

from ticket_daemon.errors import HostRefused, LoginNeeded, OriginRefused, RateLimited, TicketDaemonError, Unauthorized
from ticket_daemon.frontends.native.guard.limits import REMEMBERED, Clock, Places, Rate, client_of
from ticket_daemon.frontends.native.guard.sessions import Lockout, Sessions
from ticket_daemon.frontends.native.guard.tokens import Tokens, digest, is_long
from ticket_daemon.frontends.native.guard.turns import Client, Turns
from ticket_daemon.settings.config import Settings
from ticket_daemon.web.origins import MAX_LENGTH, Hosts, Origins, normal

log = logging.getLogger(__name__)

#: Wrong tokens in a minute from one address; then it has to wait, unless it has shown a right one before.
WRONG_TOKENS_PER_MINUTE: Final = 60
#: Previews that one may ask for where a minute has one ticket: an editor shows what is typed.
PREVIEWS_PER_JOB: Final = 4
#: Lines of one kind that one address may cause in the audit in an hour, and all addresses together; what is more is
#: counted, and the counts are told every TELL_EVERY_S: the addresses that have most each, the others in one line.
REFUSALS_PER_HOUR: Final = 30
ALL_REFUSALS_PER_HOUR: Final = 1000
TELL_EVERY_S: Final = 600.0
TOLD_EACH: Final = 10
#: Refused origins that are kept for whoever wants to pair one.
REFUSED_KEPT: Final = 20
_TOKENS_KEPT: Final = 4096
_HOUR_S: Final = 3600
#: The name under which `auth.token_sha256`, which has none, appears in the audit.
UNNAMED: Final = "token_sha256"


class Need(enum.Enum):
    """What a verb asks of its caller."""

    PRINT = enum.auto()  #: a token, when there are tokens
    MANAGE = enum.auto()  #: a token or a log-in, when there is either
    ADMIN = enum.auto()  #: a log-in when there is a password, else a token when there are tokens; never a foreign page


class Visit(NamedTuple):
    """What a request says of where it comes from."""

    address: str  #: of the other end
    own_address: str  #: at which it arrived
    scheme: str
    host: str | None
    origin: str | None
    fetch_site: str = ""  #: Sec-Fetch-Site
    navigates: bool = False
    changes: bool = False  #: may change something: neither GET nor HEAD, or a WebSocket
    cookie: str | None = None
    on_behalf_of: str | None = None  #: the origin for which the bridge page speaks


class Caller:
    """One connection's or request's rights."""

    __slots__ = ("_gate", "address", "client", "foreign", "origin", "refusal", "session")

    def __init__(self, gate: Gate, address: str, origin: str | None, *, foreign: bool) -> None:
        self._gate = gate
        self.address = address
        self.client = client_of(address)
        self.origin = origin
        self.foreign = foreign  #: a page of another origin than the daemon's own
        self.session: str | None = None
        self.refusal: TicketDaemonError | None = None

    def authorize(self, token: str | None, need: Need = Need.PRINT) -> str:
        """Who asks, for the audit: "token:NAME", "session" or the address. Raises Unauthorized, RateLimited."""
        gate = self._gate
        if self.session is not None and gate.sessions.left(self.session):
            return "session"
        name = gate.token_name(token, self.client) if gate.tokens else None
        if need is Need.ADMIN:
            return self._administer(name)
        if name is not None:
            return f"token:{name}"
        if gate.tokens or (need is Need.MANAGE and gate.has_password):
            gate.refused("token_refused", self.client, given=bool(token))
            raise Unauthorized("message.unauthorized")
        return self.client

    def _administer(self, token_name: str | None) -> str:
        gate = self._gate
        if not self.foreign and not gate.has_password and (token_name or not gate.tokens):
            return f"token:{token_name}" if token_name else self.client
        gate.refused("log_in_needed", self.client)
        raise LoginNeeded("message.login_needed")

    def mistaken(self, code: str) -> None:
        """Count a message that was none."""
        self._gate.refused("message_refused", self.client, code=code)

    def is_one_of_several(self, by: str) -> bool:
        """Whether `by`, as `authorize` named it, is a token beside others: its jobs are its own."""
        return by.startswith("token:") and len(self._gate.tokens) > 1

    def turns(self) -> Client:
        """The turns that all connections of this client share."""
        return self._gate.turns.of(self.client)

    def spend_job(self, by: str) -> None:
        """Count a job of `by`, as `authorize` named it. Raises RateLimited."""
        self._spend(self._gate.jobs, "message.rate_limited", by)

    def spend_preview(self, by: str) -> None:
        """Count a preview of `by`. Raises RateLimited."""
        self._spend(self._gate.previews, "message.previews_limited", by)

    def _spend(self, rate: Rate, key: str, by: str) -> None:
        gate = self._gate
        # Tills may share a token, and programs a machine: neither spends what another one has.
        seconds = rate.take(f"{by} {self.client}" if by.startswith("token:") else self.client)
        if seconds:
            gate.refused("rate_limited", self.client, by=by)
            raise RateLimited(key, retry_after_s=seconds, limit=rate.per_minute)


class Gate:
    """Everything that is known of who may do what."""

    def __init__(self, settings: Settings, paired: Iterable[str] = (), clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._machine = socket.gethostname()
        self._wrong_tokens = Rate(WRONG_TOKENS_PER_MINUTE, clock)
        self._right_tokens: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._lines = Rate(REFUSALS_PER_HOUR, clock, period_s=_HOUR_S)
        self._all_lines = Rate(ALL_REFUSALS_PER_HOUR, clock, period_s=_HOUR_S)
        self._untold: Counter[tuple[str, str]] = Counter()  #: (event, client) -> refusals without a line of their own
        self._told_at = clock()
        self.lockout = Lockout(clock)
        self.refused_origins: OrderedDict[str, None] = OrderedDict()
        self.jobs = Rate(settings.limits.jobs_per_minute, clock)
        self.previews = Rate(settings.limits.jobs_per_minute * PREVIEWS_PER_JOB, clock)
        self.turns = Turns()
        self.places = Places(settings.limits.connections, settings.limits.connections_per_address)
        self.sessions = Sessions(settings.auth.session_hours * _HOUR_S, clock)
        self.settings = settings
        self._read(settings, paired)

    def apply(self, settings: Settings) -> None:
        """Go by new settings. Counts, sessions and paired origins stay; a new password ends every session."""
        if settings.auth.dashboard_password_hash != self.settings.auth.dashboard_password_hash:
            self.sessions.end_all()
        self.jobs.per_minute = settings.limits.jobs_per_minute
        self.previews.per_minute = settings.limits.jobs_per_minute * PREVIEWS_PER_JOB
        self.places.total, self.places.each = settings.limits.connections, settings.limits.connections_per_address
        self.sessions.seconds = settings.auth.session_hours * _HOUR_S
        self._read(settings, self.origins.paired)

    def _read(self, settings: Settings, paired: Iterable[str]) -> None:
        auth = settings.auth
        named = [(token.name, token.sha256) for token in auth.tokens]
        self.settings = settings
        self.tokens = Tokens([*([(UNNAMED, auth.token_sha256)] if auth.token_sha256 else []), *named])
        self.has_password = bool(auth.dashboard_password_hash)
        self.hosts = Hosts(self._machine, settings.server.allowed_hosts)
        self.origins = Origins(settings.server.allowed_origins, paired, loopback_pages=settings.env == "test")

    # --- who comes ---

    def meet(self, visit: Visit) -> Caller:
        """Whoever made a request; `refusal` says why it is not let in, if it is not."""
        own = f"{visit.scheme}://{visit.host or ''}"
        origin = visit.origin
        # The bridge page speaks for another: that one's rights count, not those of the daemon's own page.
        if visit.on_behalf_of is not None and (origin is None or normal(origin) == normal(own)):
            origin = visit.on_behalf_of
        foreign = self._is_foreign(visit, origin, own)
        caller = Caller(self, visit.address, origin, foreign=foreign)
        if visit.host is not None and not self.hosts.accepts(visit.host, visit.own_address):
            caller.refusal = HostRefused("message.host_refused", host=visit.host)
            self.refused("host_refused", caller.client, host=visit.host[:MAX_LENGTH])
        elif origin is not None and not self.origins.allows(origin, own):
            caller.refusal = OriginRefused("message.origin_refused", origin=origin)
            self._remember(origin)
            self.refused("origin_refused", caller.client, origin=origin[:MAX_LENGTH])
        elif origin is None and foreign and not visit.navigates:
            caller.refusal = OriginRefused("message.origin_unsaid")
            self.refused("origin_refused", caller.client, origin="")
        elif not foreign and self._session_counts(visit):
            caller.session = visit.cookie
        return caller

    def still_allows(self, caller: Caller) -> bool:
        """Whether a caller that was let in would be again: its origin may have been taken back since."""
        return not caller.foreign or caller.origin is None or self.origins.allows(caller.origin, "")

    def _is_foreign(self, visit: Visit, origin: str | None, own: str) -> bool:
        if origin is not None:
            return normal(origin) != normal(own)
        return visit.fetch_site in ("cross-site", "same-site")

    def _session_counts(self, visit: Visit) -> bool:
        """A cookie comes along by itself: what changes something must say that the daemon's own page asks."""
        said = visit.origin is not None or visit.fetch_site == "same-origin"
        return self.sessions.left(visit.cookie) > 0 and (said or not visit.changes)

    def _remember(self, origin: str) -> None:
        asked = normal(origin)
        if asked is None:
            return
        self.refused_origins[asked] = None
        self.refused_origins.move_to_end(asked)
        if len(self.refused_origins) > REFUSED_KEPT:
            self.refused_origins.popitem(last=False)

    # --- tokens ---

    def token_name(self, token: str | None, client: str) -> str | None:
        """The name of a token; None when it is wrong. Raises RateLimited for an address that guesses."""
        if not token:
            return None
        given = digest(token)
        name = self.tokens.name_of(given)
        known = (client, given)
        if name is not None and (known in self._right_tokens or is_long(token)):
            return name
        if seconds := self._wrong_tokens.wait(client):
            self.refused("token_guessing", client)
            raise RateLimited("message.too_many_tokens", retry_after_s=seconds)
        if name is None:
            self._wrong_tokens.take(client)
            return None
        self._right_tokens[known] = None
        if len(self._right_tokens) > _TOKENS_KEPT:
            self._right_tokens.popitem(last=False)
        return name

    # --- audit ---

    def refused(self, event: str, client: str, **more: object) -> None:
        """A line in the audit for a refusal; one more in the count when this client causes too many of them."""
        key = f"{event} {client}"
        if self._lines.wait(key) or self._all_lines.wait(""):
            known = (event, client) in self._untold or len(self._untold) < REMEMBERED
            self._untold[event, client if known else ""] += 1
            return
        self._lines.take(key)
        self._all_lines.take("")
        last = bool(self._lines.wait(key))
        log.warning(event, extra={"audit": True, "client": client, **more} | ({"more": "counted"} if last else {}))

    def tell_refused(self, *, now: bool = False) -> None:
        """Lines for the refusals that had none of their own, every TELL_EVERY_S; `now`: at the end."""
        if not self._untold or (self._clock() - self._told_at < TELL_EVERY_S and not now):
            return
        self._told_at = self._clock()
        counts, self._untold = self._untold, Counter()
        for (event, client), count in counts.most_common(TOLD_EACH):
            log.warning("refusals", extra={"audit": True, "what": event, "client": client, "count": count})
        others = counts.most_common()[TOLD_EACH:]
        if others:
            count = sum(count for _, count in others)
            log.warning("refusals", extra={"audit": True, "clients": len(others), "count": count})
