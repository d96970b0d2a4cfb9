"""Everything that can be asked for, one row each; WebSocket, HTTP and their descriptions are made from the rows."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from msgspec import Struct

from ticket_daemon import wire
from ticket_daemon.frontends.native import actions, log_lines
from ticket_daemon.frontends.native.call import Call, Reply, Services
from ticket_daemon.frontends.native.desk import Burst, LogLines
from ticket_daemon.frontends.native.guard.access import Caller, Need
from ticket_daemon.frontends.native.upkeep import Diagnosis, Reloaded, Scanned
from ticket_daemon.poster.profile.model import Profile

PNG: Final = "image/png"
JSON_LINES: Final = "application/x-ndjson"
FIGURES: Final = "text/plain"


class Route(NamedTuple):
    """Where an operation is over HTTP. Fields of the request that are in braces come from the path."""

    method: str
    path: str
    good: Mapping[int, str]  #: status -> what it means; the first is the usual one
    file: str | None = None  #: the content type of an answer that is no JSON of ours
    unused: tuple[str, ...] = ()  #: fields of the request that mean nothing over HTTP

    @property
    def has_body(self) -> bool:
        """Whether fields come in a body, else in the query."""
        return self.method == "post"


class Operation(NamedTuple):
    """One row. `need`: who may ask, None for everybody."""

    name: str
    request: type[Struct]  #: a kind of `wire.Request` comes over the WebSocket too
    run: Callable[
        [Services, Any, Call], Reply | Coroutine[Any, Any, Reply]
    ]  #: one that waits for nothing is answered in turn
    need: Need | None
    answers: tuple[type[Struct], ...] = ()  #: the first is HTTP's
    route: Route | None = None
    errors: tuple[str, ...] = ()  #: besides those that follow from need, spends and route
    spends: Callable[[Caller, str], None] | None = None  #: what it counts against: jobs or previews a minute
    in_turn: bool = False  #: it waits for the queue: one at a time for each client, so that a flood delays no ticket

    @property
    def is_message(self) -> bool:
        """Whether it comes over the WebSocket."""
        return issubclass(self.request, wire.Request)

    @property
    def waits(self) -> bool:
        """Whether it waits for something, and others may be answered meanwhile."""
        return inspect.iscoroutinefunction(self.run)

    async def reply(self, services: Services, asked: Struct, call: Call) -> Reply:
        """Run it, and wait for what it waits for."""
        found = self.run(services, asked, call)
        return found if isinstance(found, Reply) else await found

    def takes_turn(self, asked: Struct) -> bool:
        """Whether this one waits for the client's turn. Looking for printers takes seconds, and others do not wait."""
        return self.in_turn and not getattr(asked, "look", False)

    def permit(self, call: Call) -> Call:
        """The call, with who asks. Raises Unauthorized, RateLimited."""
        if self.need is None:
            return call
        by = call.allowed(self.need)
        if self.spends:
            self.spends(call.caller, by)
        return call._replace(by=by)


_QUEUE: Final = ("storage_unavailable", "shutting_down")
_JOB: Final = ("unknown_job", *_QUEUE)
_TRY: Final = ("unknown_printer", "invalid_document", "queue_full", *_QUEUE)
_ON_DISK: Final = MappingProxyType({202: "Accepted: the job that does it is on disk."})

OPERATIONS: Final = (
    Operation(
        "print", wire.TicketRequest, actions.ticket, Need.PRINT, (wire.Ack, wire.Result),
        Route("post", "/api/v1/jobs", {202: "Accepted: it is on disk.", 200: "This id was accepted before."}),
        ("missing_datos", "id_conflict", *_TRY), spends=Caller.spend_job,
    ),
    Operation(
        "listJobs", wire.JobsRequest, actions.jobs, Need.MANAGE, (wire.Jobs,),
        Route("get", "/api/v1/jobs", {200: "Newest first."}), _QUEUE, in_turn=True,
    ),
    Operation(
        "getJob", wire.JobRequest, actions.job, Need.PRINT, (wire.JobAnswer, wire.Result),
        Route("get", "/api/v1/jobs/{id}", {200: "The job."}, unused=("watch",)), _JOB, in_turn=True,
    ),
    Operation(
        "cancelJob", wire.CancelRequest, actions.cancel, Need.PRINT, (wire.JobAnswer,),
        Route("delete", "/api/v1/jobs/{id}", {200: "It will not print."}), (*_JOB, "not_cancellable"), in_turn=True,
    ),
    Operation(
        "holdJob", wire.HoldRequest, actions.hold, Need.MANAGE, (wire.JobAnswer,),
        Route("post", "/api/v1/jobs/{id}/hold", {200: "It is held."}), (*_JOB, "not_cancellable"), in_turn=True,
    ),
    Operation(
        "releaseJob", wire.ReleaseRequest, actions.release, Need.MANAGE, (wire.JobAnswer,),
        Route("post", "/api/v1/jobs/{id}/release", {200: "It waits for its turn, as the last of its queue."}),
        (*_JOB, "not_cancellable", "unknown_printer"), in_turn=True,
    ),
    Operation(
        "reprintJob", wire.ReprintRequest, actions.reprint, Need.MANAGE, (wire.Ack, wire.Result),
        Route("post", "/api/v1/jobs/{id}/reprint", {202: "Accepted: the new job is on disk."}),
        (*_JOB, "not_cancellable", "unknown_printer", "id_conflict", "queue_full"),
        spends=Caller.spend_job, in_turn=True,
    ),
    Operation(
        "getPaper", actions.PaperRequest, actions.paper, Need.MANAGE,
        route=Route("get", "/api/v1/jobs/{id}/paper.png", {200: "A picture."}, PNG), errors=_JOB,
    ),
    Operation(
        "preview", wire.PreviewRequest, actions.preview, Need.PRINT, (wire.Preview,),
        Route("post", "/api/v1/preview", {200: "A picture."}, PNG, unused=("id",)),
        ("missing_datos", "invalid_document"), spends=Caller.spend_preview,
    ),
    Operation("ping", wire.PingRequest, actions.ping, None, (wire.Pong,)),
    Operation("status", wire.StatusRequest, actions.status, None, (wire.Status,)),
    Operation("subscribe", wire.SubscribeRequest, actions.subscribe, None, (wire.Info,)),
    Operation(
        "health", actions.Nothing, actions.health, None, (wire.Health,),
        Route("get", "/health", {200: "How it is."}),
    ),
    Operation(
        "listPrinters", wire.PrintersRequest, actions.printers, None, (wire.Printers,),
        Route("get", "/api/v1/printers", {200: "The printers."}), in_turn=True,
    ),
    Operation(
        "getProfile", actions.PrinterRequest, actions.profile, None, (Profile,),
        Route("get", "/api/v1/printers/{name}/profile", {200: "Its profile."}), ("unknown_printer",),
    ),
    Operation(
        "scan", actions.ScanRequest, actions.scan, Need.MANAGE, (Scanned,),
        Route("post", "/api/v1/printers/scan", {200: "Printers, perhaps."}), ("invalid_config",),
    ),
    Operation(
        "testPrinter", actions.PrinterRequest, actions.test, Need.MANAGE, (wire.Ack,),
        Route("post", "/api/v1/printers/{name}/test", _ON_DISK), _TRY, spends=Caller.spend_job,
    ),
    Operation(
        "drawerPrinter", actions.PrinterRequest, actions.drawer, Need.MANAGE, (wire.Ack,),
        Route("post", "/api/v1/printers/{name}/drawer", _ON_DISK), _TRY, spends=Caller.spend_job,
    ),
    Operation(
        "calibrationPrinter", actions.PrinterRequest, actions.calibration, Need.MANAGE, (wire.Ack,),
        Route("post", "/api/v1/printers/{name}/calibration", _ON_DISK), _TRY, spends=Caller.spend_job,
    ),
    Operation(
        "burstPrinter", actions.BurstRequest, actions.burst, Need.ADMIN, (Burst,),
        Route("post", "/api/v1/printers/{name}/burst",
              {202: "Those accepted, and how many were refused for want of places."}),
        ("unknown_printer", *_QUEUE),
    ),
    Operation(
        "reload", actions.Nothing, actions.reload, Need.MANAGE, (Reloaded,),
        Route("post", "/api/v1/reload", {200: "What it changed."}), ("invalid_config", "invalid_profiles", *_QUEUE),
    ),
    Operation(
        "doctor", actions.Nothing, actions.doctor, Need.MANAGE, (Diagnosis,),
        Route("get", "/api/v1/doctor", {200: "What was found."}),
    ),
    Operation(
        "log", log_lines.Choice, actions.log, Need.ADMIN, (LogLines,),
        Route("get", "/api/v1/log", {200: "Newest first."}),
    ),
    Operation(
        "exportLog", log_lines.FileChoice, actions.log_file, Need.ADMIN,
        route=Route("get", "/api/v1/log.jsonl", {200: "Oldest first."}, JSON_LINES),
    ),
    Operation(
        "metrics", actions.Nothing, actions.metrics, Need.MANAGE,
        route=Route("get", "/metrics", {200: "The figures, as Prometheus reads them."}, FIGURES),
    ),
)  # fmt: skip

#: Kind of message -> its operation.
BY_REQUEST: Final[Mapping[type[Struct], Operation]] = MappingProxyType(
    {operation.request: operation for operation in OPERATIONS if operation.is_message}
)
