"""The blocking client, over HTTP with the standard library alone. For news of changes use AsyncClient."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Final, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from ticket_daemon.client.http import exchange
from ticket_daemon.client.outcome import (
    FINAL,
    HELD,
    PASSES_IN_S,
    PASSING,
    PAUSES_S,
    Content,
    Outcome,
    Source,
    body,
    outcome,
    refused,
)
from ticket_daemon.errors import NoAnswer, Refused, Unreachable
from ticket_daemon.wire import answers, requests

#: Seconds between looks at a job that has not ended: soon at first, since most tickets are quick.
LOOKS_S: Final = (0.02, 0.04, 0.08, 0.15, 0.25)
_REFUSALS_FROM: Final = 300

#: A request is given this long at least, however little time is left.
_MOMENT_S: Final = 0.05

A = TypeVar("A", bound=msgspec.Struct)
OnAck = Callable[[answers.Ack], object]


class Client:
    """Talks to the daemon at `url`. Every call opens a connection of its own, so there is nothing to close.

    Calls that only ask raise Refused or Unreachable at once; `print`, `reprint` and `wait` try on until `timeout`.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8766",
        token: str | None = None,
        *,
        request_timeout: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`token`: the shop's, where one is set; `request_timeout`: seconds for each single request. Raises ValueError
        for a URL that is not http:// or https://."""
        if not url.startswith(("http://", "https://")):
            raise ValueError(url)
        self._clock = clock
        self._sleep = sleep
        self._url = url.rstrip("/")
        self._token = token
        self._request_timeout = request_timeout

    # --- tickets ---

    def print(
        self,
        document: Source | Content,
        *,
        id: str | None = None,
        printer: str | None = None,
        ttl_s: float | None = None,
        copies: int = 1,
        on_ack: OnAck | None = None,
        timeout: float | None = None,
        final_only: bool = False,
    ) -> Outcome:
        """Print a document; what became of it. `id` is the ticket's identity: the same one is never printed twice.

        `ttl_s`: seconds after which it must not print any more. `on_ack` is called when it is on the daemon's disk.
        `timeout`: seconds to wait at most, without limit where it is None. A ticket that is held for a person ends the
        waiting, unless `final_only`. Raises Refused, NoAnswer (its `accepted` says whether the daemon has the ticket),
        DocumentError from a Ticket with a fault.
        """
        job_id = id or str(uuid.uuid4())
        body = _ticket(job_id, document, printer, ttl_s, copies)
        return self._submit("/api/v1/jobs", body, job_id, on_ack, timeout, final_only)

    def submit(
        self,
        document: Source | Content,
        *,
        id: str | None = None,
        printer: str | None = None,
        ttl_s: float | None = None,
        copies: int = 1,
    ) -> answers.Ack:
        """Hand a document over, in one try, and do not wait for the outcome. Raises Refused, Unreachable."""
        return self._ask("/api/v1/jobs", answers.Ack, _ticket(id, document, printer, ttl_s, copies))

    def reprint(
        self,
        id: str,
        *,
        new_id: str | None = None,
        banner: bool = False,
        open_drawer: bool = False,
        on_ack: OnAck | None = None,
        timeout: float | None = None,
        final_only: bool = False,
    ) -> Outcome:
        """Print a job once more, as a new job; `banner` says so on the paper. Else as `print`."""
        made = new_id or str(uuid.uuid4())
        request = requests.ReprintRequest(id=id, new_id=made, banner=banner, open_drawer=open_drawer)
        body = msgspec.json.encode(request)
        return self._submit(_path(id, "/reprint"), body, made, on_ack, timeout, final_only)

    def submit_again(
        self, id: str, *, new_id: str | None = None, banner: bool = False, open_drawer: bool = False
    ) -> answers.Ack:
        """Have a job printed once more, in one try, and do not wait for the outcome. Raises Refused, Unreachable."""
        request = requests.ReprintRequest(id=id, new_id=new_id, banner=banner, open_drawer=open_drawer)
        return self._ask(_path(id, "/reprint"), answers.Ack, msgspec.json.encode(request))

    def wait(self, id: str, *, timeout: float | None = None, final_only: bool = False) -> Outcome:
        """What becomes of a job that was accepted before. Raises Refused, NoAnswer."""
        return self._await_end(id, self._patience(timeout), final_only)

    # --- jobs and printers ---

    def job(self, id: str) -> answers.JobAnswer:
        """How a job stands, with its history. Raises Refused, Unreachable, as do all that follow."""
        return self._get(_path(id), answers.JobAnswer)

    def jobs(self, limit: int = 50, *, pending: bool = False) -> tuple[answers.JobAnswer, ...]:
        """The newest jobs, newest first; `pending`: those that have not ended, in the order of their queues."""
        asked = {"limit": limit, **({"pending": "true"} if pending else {})}
        return self._get(f"/api/v1/jobs?{urlencode(asked)}", answers.Jobs).jobs

    def cancel(self, id: str) -> answers.JobAnswer:
        """Do not print a job that waits or is held."""
        return self._ask(_path(id), answers.JobAnswer, method="DELETE")

    def hold(self, id: str) -> answers.JobAnswer:
        """Keep a waiting job back."""
        return self._ask(_path(id, "/hold"), answers.JobAnswer, b"{}")

    def release(self, id: str, *, open_drawer: bool = False) -> answers.JobAnswer:
        """Let a held job go on."""
        body = msgspec.json.encode(requests.ReleaseRequest(id=id, open_drawer=open_drawer))
        return self._ask(_path(id, "/release"), answers.JobAnswer, body)

    def printers(self) -> answers.Printers:
        """Every printer, and the whole in one line."""
        return self._get("/api/v1/printers", answers.Printers)

    def health(self) -> answers.Health:
        """How the daemon is."""
        return self._get("/health", answers.Health)

    def preview(self, document: Source | Content, *, printer: str | None = None) -> bytes:
        """A PNG of what a document would look like on paper."""
        request = requests.PreviewRequest(**body(document), printer=printer)
        return self._exchange("/api/v1/preview", msgspec.json.encode(request))

    def paper(self, id: str) -> bytes:
        """A PNG of what a job's bytes print."""
        return self._exchange(_path(id, "/paper.png"))

    # --- trying on ---

    def _patience(self, timeout: float | None) -> _Patience:
        return _Patience(timeout, self._clock, self._sleep)

    def _submit(
        self,
        path: str,
        body: bytes,
        job_id: str,
        on_ack: OnAck | None,
        timeout: float | None,
        final_only: bool,
    ) -> Outcome:
        patience = self._patience(timeout)
        accepted: bool | None = False
        while True:
            try:
                ack = self._ask(path, answers.Ack, body, timeout=patience.left(self._request_timeout))
                break
            except Unreachable as away:
                accepted = None if away.sent else accepted
                patience.wait_for_it(job_id, accepted)
            except Refused as refusal:
                if refusal.code not in PASSING:
                    raise
                patience.wait(refusal.retry_after_s or PASSES_IN_S, job_id, accepted)
        if on_ack is not None:
            on_ack(ack)
        return self._await_end(job_id, patience, final_only)

    def _await_end(self, job_id: str, patience: _Patience, final_only: bool) -> Outcome:
        looks = _each_then_last(LOOKS_S)
        while True:
            try:
                job = self._ask(_path(job_id), answers.JobAnswer, timeout=patience.left(self._request_timeout))
            except Unreachable:
                patience.wait_for_it(job_id, accepted=True)
                continue
            if job.state in FINAL or (job.state == HELD and not final_only):
                return outcome(job)
            patience.came_back()
            patience.wait(next(looks), job_id, accepted=True)

    # --- one request ---

    def _get(self, path: str, kind: type[A]) -> A:
        return self._ask(path, kind)

    def _ask(
        self, path: str, kind: type[A], body: bytes | None = None, *, method: str | None = None,
        timeout: float | None = None,
    ) -> A:  # fmt: skip
        return msgspec.json.decode(self._exchange(path, body, method=method, timeout=timeout), type=kind)

    def _exchange(
        self, path: str, body: bytes | None = None, *, method: str | None = None, timeout: float | None = None
    ) -> bytes:
        status, answer = exchange(
            self._url + path, body, self._token, self._request_timeout if timeout is None else timeout, method
        )
        if status < _REFUSALS_FROM:
            return answer
        try:
            raise refused(msgspec.json.decode(answer, type=answers.Error))
        except msgspec.MsgspecError:
            raise Unreachable(self._url, f"HTTP {status}", sent=True) from None


class _Patience:
    """How long a caller waits, and how long until the next try."""

    def __init__(self, timeout: float | None, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._until = None if timeout is None else clock() + timeout
        self._pauses = _each_then_last(PAUSES_S)

    def left(self, most: float) -> float:
        """Seconds for one request."""
        return most if self._until is None else min(most, max(_MOMENT_S, self._until - self._clock()))

    def wait(self, seconds: float, job_id: str, accepted: bool | None) -> None:
        """Wait before the next try. Raises NoAnswer when the time is over."""
        if self._until is not None:
            left = self._until - self._clock()
            if left <= 0:
                raise NoAnswer(job_id, accepted)
            seconds = min(seconds, left)
        self._sleep(seconds)

    def wait_for_it(self, job_id: str, accepted: bool | None) -> None:
        """Wait for a daemon that is away, longer each time. Raises NoAnswer."""
        self.wait(next(self._pauses), job_id, accepted)

    def came_back(self) -> None:
        """The daemon is there again."""
        self._pauses = _each_then_last(PAUSES_S)


def _each_then_last(values: tuple[float, ...]) -> Iterator[float]:
    return itertools.chain(values, itertools.repeat(values[-1]))


def _ticket(id: str | None, document: Source | Content, printer: str | None, ttl_s: float | None, copies: int) -> bytes:
    return msgspec.json.encode(
        requests.TicketRequest(id=id, **body(document), printer=printer, ttl_s=ttl_s, copies=copies)
    )


def _path(job_id: str, verb: str = "") -> str:
    return f"/api/v1/jobs/{quote(job_id, safe='')}{verb}"
