"""What each operation does: `operations.OPERATIONS` says who may ask for it, and where."""

from __future__ import annotations

import asyncio
import base64
import time
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from ticket_daemon import messages, presenters, wire
from ticket_daemon.errors import UnknownPrinter
from ticket_daemon.frontends.native import log_lines
from ticket_daemon.frontends.native.call import Call, File, Reply, Services
from ticket_daemon.frontends.native.desk import MAX_BURST, LogLines
from ticket_daemon.frontends.native.guard.access import Need
from ticket_daemon.verbs import DOCUMENT, Order, is_open_to

# --- requests that come over HTTP only ---


class Nothing(Struct, frozen=True):
    """Nothing is asked but the thing itself."""


class PrinterRequest(Struct, frozen=True):
    """A printer."""

    name: str


class PaperRequest(Struct, frozen=True):
    """A job."""

    id: str


class BurstRequest(Struct, frozen=True):
    """How many test tickets."""

    name: str
    count: Annotated[int, Meta(ge=1, le=MAX_BURST)] = 10


class ScanRequest(Struct, frozen=True):
    """Where to look."""

    network: Annotated[str, Meta(description="As 192.168.1.0/24; this machine's own without it.")] = ""


class OriginRefusedHealth(Struct, frozen=True):
    """What a page hears of the daemon's health whose origin is not allowed."""

    status: str
    origin_allowed: bool = False


# --- tickets and jobs ---


def order_of(asked: wire.TicketRequest, call: Call) -> Order:
    """The ticket that is asked for."""
    kind, body = call.body or (asked.format or DOCUMENT, asked.body)
    return Order(body, asked.id or None, asked.printer, asked.ttl_s, asked.copies, format=kind, owner=call.owner)


async def ticket(services: Services, asked: wire.TicketRequest, call: Call) -> Reply:
    """Print a document. (A WebSocket's session does this by itself: its acks keep their order.)"""
    offered = await services.verbs.submit(order_of(asked, call))
    answer = presenters.ack(offered.accepted, offered.warnings, services.lang, offered.reasons)
    return Reply(answer, status=200 if offered.accepted.duplicate else None)


async def job(services: Services, asked: wire.JobRequest, call: Call) -> Reply:
    """How a job stands."""
    found, history = await services.verbs.story(asked.id, call.owner)
    return Reply(presenters.job_answer(found, services.lang, history), watch=found if asked.watch else None)


async def jobs(services: Services, asked: wire.JobsRequest, call: Call) -> Reply:
    """The newest jobs, or those that have not ended."""
    verbs = services.verbs
    found = verbs.pending(asked.limit) if asked.pending else await verbs.recent(asked.limit)
    found = [one for one in found if is_open_to(one, call.owner)]
    return Reply(presenters.jobs_answer(found, services.lang, pending=asked.pending))


async def cancel(services: Services, asked: wire.CancelRequest, call: Call) -> Reply:
    """Do not print a job that has not begun."""
    return Reply(presenters.job_answer(await services.verbs.cancel(asked.id, call.by, call.owner), services.lang))


async def hold(services: Services, asked: wire.HoldRequest, call: Call) -> Reply:
    """Keep a waiting job back until it is released."""
    return Reply(presenters.job_answer(await services.verbs.hold(asked.id, call.by, call.owner), services.lang))


async def release(services: Services, asked: wire.ReleaseRequest, call: Call) -> Reply:
    """Let a held job go on."""
    released = await services.verbs.release(asked.id, call.by, call.owner, open_drawer=asked.open_drawer)
    return Reply(presenters.job_answer(released, services.lang))


async def reprint(services: Services, asked: wire.ReprintRequest, call: Call) -> Reply:
    """Print a job once more, as a new job."""
    accepted = await services.verbs.reprint(
        asked.id, asked.new_id, call.by, call.owner, banner=asked.banner, open_drawer=asked.open_drawer
    )
    return Reply(presenters.ack(accepted, (), services.lang), watch=accepted.job)


async def paper(services: Services, asked: PaperRequest, call: Call) -> Reply:
    """What a job's bytes print."""
    return Reply(file=File(await services.verbs.paper(asked.id, call.owner), "image/png"))


async def preview(services: Services, asked: wire.PreviewRequest, call: Call) -> Reply:
    """What a document would look like on paper."""
    png, width, height, warnings = await services.verbs.shown(asked.body, asked.printer, asked.format or DOCUMENT)
    texts = tuple(warning.text(services.lang) for warning in warnings)
    picture = base64.b64encode(png).decode("ascii")
    answer = wire.Preview(job_id=asked.id, png=picture, width=width, height=height, warnings=texts)
    return Reply(answer, file=File(png, "image/png"))


# --- how it is ---


def ping(services: Services, asked: wire.PingRequest, call: Call) -> Reply:
    """Is anybody there?"""
    return Reply(wire.Pong(job_id=asked.id, status="ok"))


def status(services: Services, asked: wire.StatusRequest, call: Call) -> Reply:
    """How full the queue is and how the printers are."""
    return Reply(services.overview.status())


def subscribe(services: Services, asked: wire.SubscribeRequest, call: Call) -> Reply:
    """Be told of changes as they happen; of jobs only who may manage them."""
    if "jobs" in asked.topics:
        call.allowed(Need.MANAGE)
    topics = tuple(topic for topic in wire.TOPICS if topic in asked.topics)
    if call.listener is not None:
        services.audience.subscribe(call.listener, topics)
    text = messages.text("server.subscribed", services.lang, topics=", ".join(topics) or "-")
    news = services.overview.printer_news() if "printers" in topics else ()
    return Reply(wire.Info(status="connected", message=text), more=tuple(news))


def health(services: Services, asked: Nothing, call: Call) -> Reply:
    """How the daemon is."""
    found = services.overview.health()
    return Reply(found if call.caller.refusal is None else OriginRefusedHealth(found.status))


async def printers(services: Services, asked: wire.PrintersRequest, call: Call) -> Reply:
    """Every printer."""
    await (services.upkeep.look() if asked.look else services.verbs.looked())
    return Reply(services.overview.printers())


def profile(services: Services, asked: PrinterRequest, call: Call) -> Reply:
    """What a printer can do."""
    destination = services.desk.destination(asked.name)
    if destination.profile is None:
        raise UnknownPrinter("printer.no_profile", name=destination.name)
    return Reply(destination.profile)


async def metrics(services: Services, asked: Nothing, call: Call) -> Reply:
    """The figures for Prometheus, in the form that it accepts."""
    return Reply(file=File(*await services.upkeep.metrics(call.headers.get("Accept", ""))))


# --- the daemon itself ---


async def scan(services: Services, asked: ScanRequest, call: Call) -> Reply:
    """Who listens on port 9100 in a network."""
    return Reply(await services.upkeep.scan(asked.network))


async def reload(services: Services, asked: Nothing, call: Call) -> Reply:
    """Take the configuration's printers as they are now."""
    return Reply(await services.upkeep.reload())


async def doctor(services: Services, asked: Nothing, call: Call) -> Reply:
    """What may keep it from printing, and what to do."""
    return Reply(await services.upkeep.doctor())


def _log_of(services: Services, asked: log_lines.Choice) -> Path:
    """The audit's own file where only its lines are asked for: it reaches further back."""
    settings = services.verbs.settings
    return settings.audit_file if asked.audit and settings.audit_file.exists() else settings.log_file


async def log(services: Services, asked: log_lines.Choice, call: Call) -> Reply:
    """Lines of the daemon's log; 304 when none was added since the asker's `ETag`."""
    file = _log_of(services, asked)
    tag = log_lines.mark(file)
    headers = {"ETag": f'"{tag}"', "Cache-Control": "no-store"}
    if tag and f'"{tag}"' in call.headers.get("If-None-Match", ""):
        return Reply(file=File(b"", "application/json", headers), status=304)
    found = await asyncio.to_thread(log_lines.newest, file, asked)
    return Reply(file=File(msgspec.json.encode(LogLines("ok", found)), "application/json", headers))


async def log_file(services: Services, asked: log_lines.FileChoice, call: Call) -> Reply:
    """Lines of the daemon's log as a file to keep, oldest first as in the log."""
    found = await asyncio.to_thread(log_lines.newest, _log_of(services, asked), asked)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    headers = {
        "Content-Disposition": f'attachment; filename="ticket-daemon-{stamp}.jsonl"',
        "Cache-Control": "no-store",
    }
    body = b"".join(bytes(line) + b"\n" for line in reversed(found))
    return Reply(file=File(body, "application/x-ndjson; charset=utf-8", headers))


# --- what a technician tries at a printer ---


async def test(services: Services, asked: PrinterRequest, call: Call) -> Reply:
    """Print a test ticket."""
    return Reply(await services.desk.test(asked.name))


async def drawer(services: Services, asked: PrinterRequest, call: Call) -> Reply:
    """Open the drawer."""
    return Reply(await services.desk.drawer(asked.name))


async def calibration(services: Services, asked: PrinterRequest, call: Call) -> Reply:
    """Print the calibration ticket."""
    return Reply(await services.desk.calibration(asked.name))


async def burst(services: Services, asked: BurstRequest, call: Call) -> Reply:
    """Print many test tickets at once."""
    return Reply(await services.desk.burst(asked.name, asked.count))
