"""A printer that cannot print and the one that stands in for it: what is told, and what is on which paper.

The daemon runs in this process with emulated printers behind real TCP, so that a test can change how a printer is.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from support.client import Client, client
from ticket_daemon.daemon import Daemon
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.poster.render import render_ticket
from ticket_daemon.printers.emulated import EmulatedPrinter, Faults
from ticket_daemon.settings import config as configuration

WIDE, NARROW = "TM-T20III", "Generic 58mm"
ENDED = ("confirmed", "sent")


def emulated(profile: str) -> EmulatedPrinter:
    found = find(profile)
    assert found is not None
    return EmulatedPrinter(found)


def configured(caja: EmulatedPrinter, barra: EmulatedPrinter, more: str = "", there: str = WIDE, back: str = "") -> str:
    return (
        f'[limits]\njobs_per_minute = 0\n[[printers]]\nname = "caja"\nuri = "{caja.uri}"\nprofile = "{WIDE}"\n'
        f'retry_s = 0\nfallback = "barra"\n{more}\n'
        f'[[printers]]\nname = "barra"\nuri = "{barra.uri}"\nprofile = "{there}"\nretry_s = 0\n{back}\n'
    )


@contextlib.asynccontextmanager
async def running(folder: Path, config: str) -> AsyncIterator[Daemon]:
    (folder / "config.toml").write_text(config, "utf-8")
    daemon = Daemon(configuration.load("test", folder / "config.toml", {}, {"server": {"port": 0}}, folder))
    await daemon.start()
    try:
        yield daemon
    finally:
        await daemon.close()


@contextlib.asynccontextmanager
async def shop(
    folder: Path, *, more: str = "", there: str = WIDE, back: str = ""
) -> AsyncIterator[tuple[EmulatedPrinter, EmulatedPrinter, Daemon, Client]]:
    """`caja`, `barra` that stands in for it, the daemon, and a client that follows jobs and printers."""
    async with (
        emulated(WIDE) as caja,
        emulated(there) as barra,
        running(folder, configured(caja, barra, more, there, back)) as daemon,
        client(daemon.url.rstrip("/")) as pos,
    ):
        await pos.ask({"tipo": "subscribe", "topics": ["jobs", "printers"]})
        yield caja, barra, daemon, pos


def order(job_id: str, *commands: dict[str, Any], lines: int = 1, **fields: Any) -> dict[str, Any]:
    texts = [{"type": "text", "data": {"content": f"ticket {job_id}. {n}"}} for n in range(lines)]
    document = {"version": "1.0", "profile": {"model": WIDE}, "commands": [*texts, *commands, {"type": "cut"}]}
    return {"tipo": "ticket", "id": job_id, "printer": "caja", "datos": document, **fields}


async def result(pos: Client, job_id: str) -> dict[str, Any]:
    for heard in pos.heard:
        if heard["tipo"] == "result" and heard["id"] == job_id:
            return heard
    return await pos.until(lambda a: a["tipo"] == "result" and a["id"] == job_id)


async def is_told(pos: Client, printer: str, *reasons: str) -> None:
    await pos.until(lambda a: a["tipo"] == "printer_status" and a["printer"] == printer and a["reasons"] == [*reasons])


def on_paper(printer: EmulatedPrinter) -> list[str]:
    texts = [text for paper in (*printer.printer.tickets, printer.printer.paper) for text in paper.text]
    return [found for text in texts for found in re.findall(r"ticket (\w+)\. 0", text)]


async def test_tickets_of_a_printer_that_is_off_come_out_at_the_other_in_their_order(tmp_path: Path) -> None:
    async with shop(tmp_path) as (caja, barra, daemon, pos):
        await caja.refuse()
        for job_id in "abc":
            await pos.send(order(job_id))
        results = [await result(pos, job_id) for job_id in "abc"]
        assert [(r["printer"], r["moved_from"]) for r in results] == [("barra", "caja")] * 3
        assert all(r["state"] in ENDED for r in results)
        assert on_paper(barra) == ["a", "b", "c"]
        moves = [a for a in pos.heard if a["tipo"] == "job_event" and a["id"] == "a" and a.get("moved_from")]
        assert (moves[0]["state"], moves[0]["printer"]) == ("queued", "barra")
        job = await pos.until_answer({"tipo": "job", "id": "a"}, "job")
        assert (job["printer"], job["moved_from"]) == ("barra", "caja")
        change = next(change for change in job["history"] if change.get("code") == "moved")
        assert (change["state"], change["moved_from"], change["moved_to"]) == ("queued", "caja", "barra")
        assert daemon.queue.current == 0
        async with aiohttp.ClientSession() as http, http.get(f"{daemon.url}metrics") as answer:
            assert 'ticket_daemon_stood_in_total{printer="barra"} 3.0' in await answer.text()
        await caja.listen()
        await pos.send(order("d"))
        assert (await result(pos, "d"))["printer"] == "caja"
        assert on_paper(caja) == ["d"], "what moved stays where it printed"


async def test_a_ticket_is_made_anew_for_other_paper(tmp_path: Path) -> None:
    async with shop(tmp_path, there=NARROW) as (caja, _, daemon, pos):
        await caja.refuse()
        asked = order("a", {"type": "text", "data": {"content": "x" * 40}})
        document = asked["datos"]
        await pos.send(asked)
        assert (await result(pos, "a"))["printer"] == "barra"
        payload = await daemon.queue.payload("a")
        assert payload is not None
        assert payload.data == render_ticket(document, find(NARROW)).data
        assert payload.data != render_ticket(document, find(WIDE)).data


async def test_a_printer_without_paper_is_relieved_and_prints_what_comes_later(tmp_path: Path) -> None:
    async with shop(tmp_path) as (caja, barra, _, pos):
        caja.set_condition(paper_out=True)
        await is_told(pos, "caja", "media-empty")
        await pos.send(order("a"))
        assert (await result(pos, "a"))["printer"] == "barra"
        caja.set_condition(paper_out=False)
        await is_told(pos, "caja")
        await pos.send(order("b"))
        answer = await result(pos, "b")
        assert answer["printer"] == "caja"
        assert "moved_from" not in answer
        assert (on_paper(caja), on_paper(barra)) == (["b"], ["a"])


async def test_paper_that_runs_out_in_a_ticket_keeps_that_ticket_and_lets_the_next_ones_go(tmp_path: Path) -> None:
    async with shop(tmp_path) as (caja, barra, _, pos):
        caja.printer.out_of_paper_after_lines = 10
        await pos.send(order("long", lines=30))
        await pos.send(order("next"))
        assert (await result(pos, "next"))["printer"] == "barra"
        caja.printer.out_of_paper_after_lines = None
        caja.set_condition(paper_out=False)
        finished = await result(pos, "long")
        assert (finished["printer"], finished["state"]) == ("caja", "confirmed")
        assert (on_paper(caja), on_paper(barra)) == (["long"], ["next"])


async def test_what_cannot_be_printed_there_stays_and_says_so(tmp_path: Path) -> None:
    wide = {"type": "barcode", "data": {"symbology": "code39", "data": "ABCDEFGHIJKLMNO", "width": 2}}
    async with shop(tmp_path, there=NARROW) as (caja, barra, _, pos):
        caja.set_condition(paper_out=True)
        await is_told(pos, "caja", "media-empty")
        await pos.send(order("wide", wide))
        await pos.send(order("small"))
        assert (await result(pos, "small"))["printer"] == "barra", "those behind it are not kept back"
        job = await pos.until_answer({"tipo": "job", "id": "wide"}, "job")
        assert (job["state"], job["printer"], "moved_from" in job) == ("queued", "caja", False)
        assert [change.get("code") for change in job["history"]] == [None, "stand_in_refused"], "said once"
        caja.set_condition(paper_out=False)
        assert (await result(pos, "wide"))["printer"] == "caja"
        assert (on_paper(caja), on_paper(barra)) == (["wide"], ["small"])


async def test_a_ticket_that_may_be_on_paper_in_part_never_moves(tmp_path: Path) -> None:
    async with shop(tmp_path) as (caja, barra, _, pos):
        await pos.send(order("first"))
        await result(pos, "first")
        caja.set_faults(Faults(reset_after=2000))
        await pos.send(order("long", lines=200))
        assert (await result(pos, "long"))["code"] == "unknown_outcome"
        caja.set_faults(Faults())
        await caja.stop()  # its connection too, which may be there again by now
        await is_told(pos, "caja", "offline")
        pos.heard.clear()
        await pos.send({"tipo": "release", "id": "long"})
        await pos.send({"tipo": "job", "id": "long", "watch": True})
        answer = await pos.until(lambda a: a["tipo"] == "job_event" and a["state"] == "held")
        assert (answer["id"], answer["printer"], answer["code"]) == ("long", "caja", "printer_offline")
        assert on_paper(barra) == []


async def test_a_ticket_moves_once_and_is_then_held_where_it_is(tmp_path: Path) -> None:
    async with shop(tmp_path, back='fallback = "caja"') as (caja, barra, _, pos):
        await caja.refuse()
        await barra.refuse()
        await pos.send(order("a"))
        answer = await result(pos, "a")
        assert (answer["state"], answer["code"]) == ("held", "printer_offline")
        assert (on_paper(caja), on_paper(barra)) == ([], [])


async def test_nothing_moves_to_a_printer_that_cannot_print_either(tmp_path: Path) -> None:
    async with shop(tmp_path) as (caja, barra, _, pos):
        caja.set_condition(cover_open=True)
        barra.set_condition(paper_out=True)
        await is_told(pos, "barra", "media-empty")
        await pos.send(order("a"))
        await pos.send(order("b"))
        caja.set_condition(cover_open=False)
        assert (await result(pos, "a"))["printer"] == "caja"
        assert (await result(pos, "b"))["printer"] == "caja"
        assert (on_paper(caja), on_paper(barra)) == (["a", "b"], [])


async def test_what_a_person_holds_does_not_move_until_it_is_released(tmp_path: Path) -> None:
    async with shop(tmp_path) as (caja, barra, daemon, pos):
        barra.set_condition(paper_out=True)
        await is_told(pos, "barra", "media-empty")
        caja.set_condition(paper_out=True)
        await is_told(pos, "caja", "media-empty")
        await pos.send(order("a"))
        await pos.until_answer({"tipo": "hold", "id": "a"}, "job")
        assert (daemon.queue.waiting("caja"), daemon.queue.current) == (0, 0)
        barra.set_condition(paper_out=False)
        await is_told(pos, "barra")
        await pos.until_answer({"tipo": "release", "id": "a"}, "job")
        await pos.until(lambda a: a["tipo"] == "job_event" and a["state"] in ENDED and a["printer"] == "barra")
        assert (on_paper(caja), on_paper(barra)) == ([], ["a"])


async def test_a_reprint_of_what_moved_comes_out_where_it_did(tmp_path: Path) -> None:
    async with shop(tmp_path) as (caja, barra, _, pos):
        await caja.refuse()
        await pos.send(order("a"))
        await result(pos, "a")
        await caja.listen()
        ack = await pos.until_answer({"tipo": "reprint", "id": "a", "new_id": "again"}, "ack")
        assert ack["printer"] == "barra"
        assert (await result(pos, "again"))["printer"] == "barra"
        assert on_paper(barra) == ["a", "a"]


async def test_a_stand_in_may_be_named_while_the_daemon_runs(tmp_path: Path) -> None:
    async with emulated(WIDE) as caja, emulated(WIDE) as barra:
        whole = configured(caja, barra).replace("retry_s = 0", "retry_s = 3600", 1)
        (tmp_path / "config.toml").write_text(whole.replace('fallback = "barra"', ""), "utf-8")

        def settings() -> configuration.Settings:
            return configuration.load("test", tmp_path / "config.toml", {}, {"server": {"port": 0}}, tmp_path)

        daemon = Daemon(settings(), again=settings)
        await daemon.start()
        try:
            async with client(daemon.url.rstrip("/")) as pos:
                await pos.ask({"tipo": "subscribe", "topics": ["printers"]})
                caja.set_condition(paper_out=True)
                await is_told(pos, "caja", "media-empty")
                await pos.send(order("a"))
                (tmp_path / "config.toml").write_text(configured(caja, barra), "utf-8")
                change = await daemon.reload()
                assert (change.added, change.removed, change.changed) == ((), (), ())
                assert (await result(pos, "a"))["printer"] == "barra"
        finally:
            await daemon.close()
