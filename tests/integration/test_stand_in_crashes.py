"""The daemon dies between every two steps of a move to the printer that stands in, and is started again.

By then the ticket's own printer is back: the moment at which a ticket could come out at both. Whatever the instant,
each ticket is on one paper, once, in turn; what had certainly not begun prints, what may have begun is held.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from test_crash_points import (
    CRASH_AT,
    IDS,
    ONE_WAY,
    PRINTED,
    TWO_WAY,
    asked_again,
    emulated,
    on_paper,
    restarted,
    until_it_dies,
)

from support.daemon_process import DaemonProcess


class Point(NamedTuple):
    """Where it dies, and where the first ticket is then: with its own printer, the stand-in, or "held" there."""

    steps: str
    when: str
    first: str


POINTS = [
    Point("made", "before", "caja"),
    Point("made", "after", "caja"),
    Point("reroute", "before", "caja"),
    Point("reroute", "after", "caja"),
    Point("reroute,commit", "before", "caja"),
    Point("reroute,commit", "after", "barra"),
    Point("reroute,tell", "before", "barra"),
    Point("reroute,tell", "after", "barra"),
    Point("reroute,start", "before", "barra"),
    Point("reroute,start", "after", "barra"),
    Point("reroute,start,commit", "before", "barra"),
    Point("reroute,start,commit", "after", "held"),
    Point("reroute,start,write", "before", "held"),
    Point("reroute,start,write", "half", "held"),
    Point("reroute,start,write", "after", "held"),
    Point("reroute,start,move,commit", "after", "barra"),
    Point("reroute,reroute,commit", "before", "anywhere"),  # the second ticket's; the first may print meanwhile
    Point("reroute,reroute,commit", "after", "anywhere"),
]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("there", [ONE_WAY, TWO_WAY], ids=["one-way", "two-way"])
@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"{point.when}-{point.steps.replace(',', '-')}")
async def test_a_crash_in_a_move_prints_each_ticket_at_one_printer_only(
    tmp_path: Path, point: Point, there: str
) -> None:
    async with emulated(TWO_WAY) as caja, emulated(there) as barra:
        config = (
            f'[limits]\njobs_per_minute = 0\n[[printers]]\nname = "caja"\nuri = "{caja.uri}"\nprofile = "{TWO_WAY}"\n'
            f'retry_s = 0\nfallback = "barra"\n[[printers]]\nname = "barra"\nuri = "{barra.uri}"\nprofile = "{there}"\n'
        )
        await caja.refuse()
        first_run = await asyncio.to_thread(
            lambda: DaemonProcess(tmp_path, config=config, program=(CRASH_AT, point.steps, point.when))
        )
        acked = await until_it_dies(first_run)
        await caja.listen()
        async with restarted(tmp_path) as daemon:
            acks, results = await asked_again(daemon.url.rstrip("/"))
        at_caja, at_barra = on_paper(caja, "BEGIN"), on_paper(barra, "BEGIN")
        ended = {"caja": on_paper(caja, "END"), "barra": on_paper(barra, "END")}

    assert all(acks[job_id]["duplicate"] for job_id in acked), "an acked ticket was forgotten"
    begun = at_caja + at_barra
    assert len(begun) == len(set(begun)), "something was begun twice"
    assert at_caja == sorted(at_caja), "out of turn"
    assert at_barra == sorted(at_barra), "out of turn"
    for job_id in IDS:
        answer = results[job_id]
        if answer["state"] in PRINTED:
            assert job_id in ended[answer["printer"]], "the result names another printer than the one with the paper"
        else:
            assert (answer["state"], answer["code"]) == ("held", "unknown_outcome")
            assert point.first in ("held", "anywhere") or job_id != "a"
        assert answer.get("moved_from") == ("caja" if answer["printer"] == "barra" else None)
    if point.first == "held":
        assert (results["a"]["state"], results["a"]["printer"]) == ("held", "barra")
    elif point.first != "anywhere":
        assert (results["a"]["state"] in PRINTED, results["a"]["printer"]) == (True, point.first)
