"""`fleet send`, `status`, `watch`, `setup`: what a backend does, from the command line."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from typing import TYPE_CHECKING, Any, TextIO

import click

from ticket_daemon import messages
from ticket_daemon.cli.common import REFUSED, echo, language, read_document, says_errors
from ticket_daemon.cli.fleet import server_options
from ticket_daemon.cli.manual import verb
from ticket_daemon.fleet import Fleet, names, server_config
from ticket_daemon.fleet.connection import Access
from ticket_daemon.wire import MAX_COPIES, MAX_ID, answers

if TYPE_CHECKING:
    from ticket_daemon.fleet import Event
    from ticket_daemon.fleet.shapes import Shop

#: Characters of a store's and of a printer's name in a table; longer ones push the rest aside.
_STORE, _PRINTER = 20, 20
_COLUMNS = (
    "fleet.column.store", "fleet.column.printer", "fleet.column.state", "fleet.column.waiting", "fleet.column.held",
    "fleet.column.said",
)  # fmt: skip


def _fleet(access: Access) -> Fleet:
    return Fleet(access.url, access.credentials, access.ca, called="ticket-daemon fleet")


def _say(key: str, **parameters: Any) -> str:
    return messages.text(key, language(), **parameters)


def _store_name(_: click.Context, __: click.Parameter, given: Any) -> Any:
    """What cannot be a store's name is wrong use."""
    for name in given if isinstance(given, tuple) else (given,):
        if name is not None and not names.STORE.fullmatch(name):
            raise click.BadParameter(_say("config.fleet_store", got=name))
    return given


@verb("send", "does.fleet_send")
@click.argument("store", callback=_store_name)
@click.argument("printer")
@click.argument("document", metavar="FILE")
@click.option("--id", "job_id", help="option.shop_job_id")
@click.option("--ttl", type=click.FloatRange(min=0, min_open=True), help="option.ttl")
@click.option("--copies", type=click.IntRange(1, MAX_COPIES), default=1, show_default=True,
              help="option.copies")  # fmt: skip
@click.option("--no-wait", is_flag=True, help="option.no_wait")
@click.option("--timeout", type=float, default=60.0, show_default=True, help="option.timeout")
@server_options
@says_errors
def send_command(
    store: str,
    printer: str,
    document: str,
    job_id: str | None,
    ttl: float | None,
    copies: int,
    no_wait: bool,
    timeout: float,
    access: Access,
) -> None:
    """Print FILE (JSON, or - for standard input) on PRINTER of STORE; "" leaves the printer to the shop."""
    if job_id is not None and not 0 < len(job_id) <= MAX_ID:
        raise click.BadParameter(_say("message.id_type", path="id", limit=MAX_ID), param_hint="--id")
    read = read_document(document)

    async def send() -> None:
        async with _fleet(access) as fleet:
            if no_wait:
                made = await fleet.publish(store, printer, read, job_id, ttl, copies, timeout)
                echo(_say("fleet.handed_over", id=made))
                return
            end = await fleet.print(store, printer, read, job_id, ttl, copies, timeout)
            echo(f"{end.id}: {end.text} ({end.printer})")
            if not end.is_printed:
                raise SystemExit(REFUSED)

    asyncio.run(send())


@verb("status", "does.fleet_status")
@click.argument("store", required=False, callback=_store_name)
@server_options
@says_errors
def status_command(store: str | None, access: Access) -> None:
    """How the shops are, or one of them: printers, what waits, what waits for a person."""

    async def look() -> bool:
        async with _fleet(access) as fleet:
            there = {shop.store: shop for shop in await fleet.shops()}
            wanted = [store] if store else sorted({*await fleet.stores(), *there})
            _row(*map(_say, _COLUMNS))
            well = True
            for name in wanted:
                if name in there:
                    well = _show_shop(there[name]) and well
                else:
                    absent = _say("fleet.not_there", count=await fleet.waiting(name))
                    echo(f"{name:<{_STORE}} {absent}")
                    well = False
            return well

    if not asyncio.run(look()):
        raise SystemExit(REFUSED)


def _row(store: str, printer: str, state: str, waiting: object, held: object, said: str) -> None:
    echo(f"{store:<{_STORE}} {printer:<{_PRINTER}} {state:<24} {waiting!s:>8} {held!s:>8}  {said}".rstrip())


def _show_shop(shop: Shop) -> bool:
    """Its rows; whether nobody has to go there."""
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(shop.at)
    said = f"{max(age.total_seconds(), 0):.0f} s"
    for printer in shop.printers:
        state = " ".join((printer.state, *printer.reasons))
        _row(shop.store, printer.name, state, printer.waiting, printer.held, said)
    for job in shop.needs:
        echo(f"! {shop.store} {job.printer} {job.id}: {job.code} ({job.since})")
    if shop.storage:
        echo(f"! {shop.store}: {shop.storage}")
    return not shop.held and not shop.storage and all(printer.state != "stopped" for printer in shop.printers)


@verb("watch", "does.fleet_watch")
@click.argument("store", required=False, callback=_store_name)
@click.option("--after", type=click.IntRange(min=0), help="option.after")
@click.option("--json", "as_json", is_flag=True, help="option.event_json")
@server_options
@says_errors
def watch_command(store: str | None, after: int | None, as_json: bool, access: Access) -> None:
    """A line for whatever becomes of a ticket, in all shops or one, as it comes; until Ctrl+C."""
    import msgspec

    async def watch() -> None:
        async with _fleet(access) as fleet:
            async for event in fleet.events(store or "*", after):
                echo(msgspec.json.encode(event).decode() if as_json else _line(event))

    with contextlib.suppress(KeyboardInterrupt):  # the way to end it
        asyncio.run(watch())


def _line(event: Event) -> str:
    if isinstance(event.news, answers.Error):
        return f"{event.number:>8}  {event.store:<{_STORE}} {event.id}  {event.news.code}: {event.news.message}"
    news = event.news
    kind = "=" if isinstance(news, answers.Result) else " "
    text = f"{event.number:>8}{kind} {event.store:<{_STORE}} {event.id}  {news.state:<10} {news.printer}"
    return f"{text}  {news.message}" if news.code and news.message else text


@verb("setup", "does.fleet_setup")
@click.argument("stores", nargs=-1, callback=_store_name)
@click.option("--stores", "listed", type=click.File(encoding="utf-8"), help="option.more_stores")
@click.option("--replicas", default=1, show_default=True, type=click.IntRange(1, 5), help="option.replicas")
@click.option("--results-mib", type=click.IntRange(1), help="option.results_mib")
@server_options
@says_errors
def setup_command(
    stores: tuple[str, ...], listed: TextIO | None, replicas: int, results_mib: int | None, access: Access
) -> None:
    """Make what backends and shops meet at, and have tickets taken for STORES; again to bring it up to date."""

    more = [store.name for store in server_config.stores(listed.read(), listed.name)] if listed else []

    async def make() -> None:
        async with _fleet(access) as fleet:
            await fleet.set_up(replicas, results_mib << 20 if results_mib else None)
            for store in (*stores, *more):
                await fleet.admit(store, replicas)
            known = await fleet.stores()
            echo(_say("fleet.set_up", count=len(known)))
            if not known:
                echo(_say("fleet.no_stores"))

    asyncio.run(make())
