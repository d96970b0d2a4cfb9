"""What `/metrics` costs: tickets per second with a scrape every second beside none, in the same run and daemon.

Stretches with and without scrapes take turns, so that both see the same machine; the order within a pair changes too.
A scrape a second is fifteen times what docs/monitoring/prometheus.yml asks for. Beside it, of one scrape and of
counting one ticket, the processor time itself: a share of one per cent is less than a shared machine's noise.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
import urllib.request
from pathlib import Path

import aiohttp

from benchmarks import daemon, load, servers
from ticket_daemon.frontends.native.figures import Figures
from ticket_daemon.queue import Job, JobState

PAIRS = 10
CONNECTIONS, PRINTERS = 8, 4
#: Tickets of a stretch, for each connection: about two seconds' worth on a small machine.
EACH = 150
SCRAPE_EVERY_S = 1.0
USUAL_S = 15.0
SCRAPES = 200
COUNTED = 200_000


def processor_s(pid: int) -> float:
    """Processor seconds of a process so far (Linux: proc(5), utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _scrape(url: str) -> None:
    async with aiohttp.ClientSession() as http:
        while True:
            async with http.get(url) as answer:
                assert answer.status == 200
                await answer.read()
            await asyncio.sleep(SCRAPE_EVERY_S)


async def stretch(port: int, *, scraped: bool) -> float:
    """Tickets per second."""
    scraping = asyncio.create_task(_scrape(f"http://127.0.0.1:{port}/metrics")) if scraped else None
    try:
        tickets = daemon.message(daemon.example, PRINTERS)
        return (await load.run(port, CONNECTIONS, EACH, tickets, answers=2, greets=True)).rate
    finally:
        if scraping is not None:
            scraping.cancel()


def one_scrape(port: int, pid: int) -> float:
    """The daemon's processor seconds for one scrape."""
    url = f"http://127.0.0.1:{port}/metrics"
    before = processor_s(pid)
    for _ in range(SCRAPES):
        urllib.request.urlopen(url).read()
    return (processor_s(pid) - before) / SCRAPES


def counting_one_ticket() -> float:
    """Seconds to count what happens to one ticket: three changes, an ack and two commits."""
    figures = Figures()
    changes = [
        Job(1, "a", "p0", state, 0, 900, attempts=1) for state in (JobState.QUEUED, JobState.PRINTING, JobState.SENT)
    ]
    begun = time.process_time()
    for _ in range(COUNTED):
        for job in changes:
            figures.job_changed(job)
        figures.ack_s.observe(0.002)
        figures.commit_s.observe(0.001)
        figures.commit_s.observe(0.001)
    return (time.process_time() - begun) / COUNTED


def main() -> None:
    with servers.sink() as printer, servers.daemon(*[printer] * PRINTERS) as (port, started, _):
        asyncio.run(stretch(port, scraped=False))
        rates: dict[bool, list[float]] = {False: [], True: []}
        processor: dict[bool, list[float]] = {False: [], True: []}
        for pair in range(PAIRS):
            for scraped in (False, True) if pair % 2 else (True, False):
                before = processor_s(started.pid)
                rates[scraped].append(asyncio.run(stretch(port, scraped=scraped)))
                processor[scraped].append((processor_s(started.pid) - before) / (CONNECTIONS * EACH))
        scrape_s = one_scrape(port, started.pid)
    without, with_scrapes = (statistics.median(rates[scraped]) for scraped in (False, True))
    quotients = sorted(b / a for a, b in zip(rates[False], rates[True], strict=True))
    counting_s, each_s = counting_one_ticket(), statistics.median(processor[False])
    quotients_s = sorted(b / a for a, b in zip(processor[False], processor[True], strict=True))
    dearer = statistics.median(quotients_s) - 1
    slower, share = statistics.median(quotients) - 1, scrape_s / USUAL_S
    print(f"not scraped            {without:7.0f} tickets/s, {each_s * 1e3:.2f} ms of the daemon's processor each")
    changes = f"{slower:+.1%}; processor {dearer:+.1%} (medians of pairs)"
    print(f"scraped each second    {with_scrapes:7.0f} tickets/s, {changes}")
    print(f"one scrape             {scrape_s * 1e3:7.2f} ms of processor: {share:.3%} of it every {USUAL_S:.0f} s")
    print(f"counting one ticket    {counting_s * 1e6:7.2f} µs of processor: {counting_s / each_s:.2%} of a ticket")


if __name__ == "__main__":
    main()
