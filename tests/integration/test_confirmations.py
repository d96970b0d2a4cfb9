"""The ways a printer can say that a ticket is out, each over a real connection to the emulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter, Faults
from ticket_daemon.spooler.talk import CONFIRMING, Talk
from ticket_daemon.transport import Link, make_link

TICKET = b"".join(b"line %d\n" % n for n in range(30))
WAIT_S = 10.0


@asynccontextmanager
async def talking(*ways: str, **options: object) -> AsyncIterator[tuple[EmulatedPrinter, Link, Talk]]:
    profile = find("TM-T20III")
    assert profile is not None
    async with EmulatedPrinter(profile, **options) as printer:  # type: ignore[arg-type]
        link = make_link(printer.uri, profile)
        await link.open()
        talk = Talk(link, ways, lambda reasons: None)
        talk.begin()
        try:
            await talk.try_out()
            yield printer, link, talk
        finally:
            await talk.end()
            await link.close()


async def until(talk: Talk, reason: str) -> None:
    async with asyncio.timeout(WAIT_S):
        while reason not in (await talk.reasons() or ()):
            pass


@pytest.mark.parametrize("way", CONFIRMING)
async def test_each_ticket_is_confirmed_once_it_is_out(way: str) -> None:
    async with talking(way) as (printer, link, talk):
        for number in range(1, 4):
            question, answered = talk.ask_when_printed(number)
            await link.write(TICKET + b"\x1dV\x00" + question)
            await asyncio.wait_for(answered, WAIT_S)
            assert len(printer.tickets) == number


@pytest.mark.parametrize("way", CONFIRMING)
async def test_a_ticket_that_stands_still_is_not_confirmed_until_there_is_paper(way: str) -> None:
    async with talking(way, out_of_paper_after_lines=10) as (printer, link, talk):
        question, answered = talk.ask_when_printed(1)
        await link.write(TICKET + question)
        await until(talk, "media-empty")
        assert not answered.done()
        printer.printer.out_of_paper_after_lines = None
        printer.set_condition(paper_out=False)
        await asyncio.wait_for(answered, WAIT_S)
        assert [line for line in printer.printer.paper.text if line] == [f"line {n}" for n in range(30)]


async def test_a_change_of_state_is_not_taken_for_the_word_that_a_ticket_is_out() -> None:
    async with talking("asb", out_of_paper_after_lines=10) as (printer, link, talk):
        question, answered = talk.ask_when_printed(1)
        await link.write(TICKET + question)
        await until(talk, "media-empty")
        printer.set_condition(drawer_open=True)
        printer.set_condition(cover_open=True)
        await talk.reasons()  # has been through the line and back: whatever the printer said before has been heard
        assert not answered.done()


async def test_the_best_way_that_the_printer_really_has_is_used() -> None:
    async with talking("gs_r", "asb", "process_id") as (_, _, talk):
        assert talk.ask_when_printed(1)[0].startswith(b"\x1d(H")
    async with talking("gs_r", "asb") as (_, _, talk):
        assert talk.ask_when_printed(1)[0] == b"\x1dr\x01"
    async with talking("asb") as (_, _, talk):
        assert talk.ask_when_printed(1)[0] == b"\x1da\x02\x1da\x00"


async def test_a_printer_that_answers_nothing_is_not_asked_for_confirmations() -> None:
    async with talking("asb", faults=Faults(mute=True)) as (_, _, talk):
        assert not talk.can_confirm
