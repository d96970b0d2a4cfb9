"""From the address to the first paint of the page on loopback, beside a page of one line from a bare server.

Time is the browser's own: first-contentful-paint counts from the navigation's start. `live` is when the counter shows
its printers, told over the WebSocket. Cold is a browser that has never seen the page, warm one that opens it again.
Medians of several visits, the pages taking turns, so that what else the machine does hits all alike.
"""

from __future__ import annotations

import os
import shutil
import statistics
from collections import defaultdict

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.servers import daemon, free_port, process

VISITS = 9
CHROMIUM = "/usr/bin/chromium"
PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length > 0"
PAINT_MS = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
LIVE = "() => document.querySelector('#printers .card') && performance.now()"

BARE = """
import sys
from aiohttp import web
async def answer(request):
    return web.Response(text="<!doctype html><title>x</title><p>Ticket", content_type="text/html")
app = web.Application(); app.router.add_get("/", answer)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
"""


def painted(context: BrowserContext, url: str) -> float:
    """Milliseconds to the first paint in a new tab."""
    page = context.new_page()
    page.goto(url)
    page.wait_for_function(PAINTED)
    ms = float(page.evaluate(PAINT_MS))
    page.close()
    return ms


def live(context: BrowserContext, url: str) -> float:
    """Milliseconds until the printers are shown, in a new tab."""
    page = context.new_page()
    page.goto(url)
    ms = float(page.wait_for_function(LIVE).json_value())
    page.close()
    return ms


def round_of_visits(browser: Browser, ours: str, bare: str, times: dict[str, list[float]]) -> None:
    """One visit of each kind."""
    for name, url in (("bare page, cold", bare), ("the page, cold", ours)):
        context = browser.new_context()
        times[name].append(painted(context, url))
        times[name.replace("cold", "warm")].append(painted(context, url))
        if url == ours:
            times["the page, live (warm)"].append(live(context, url))
        context.close()


def main() -> None:
    times: dict[str, list[float]] = defaultdict(list)
    port = free_port()
    executable = shutil.which("chromium") or CHROMIUM
    with (
        daemon() as (ours, _, _),
        process("-c", BARE, str(port), port=port),
        sync_playwright() as playwright,
    ):
        arguments = ["--no-sandbox", "--disable-gpu"] if os.name != "nt" else []
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        painted(browser.new_context(), f"http://127.0.0.1:{port}/")  # the browser's own first page costs extra
        for _ in range(VISITS):
            round_of_visits(browser, f"http://127.0.0.1:{ours}/", f"http://127.0.0.1:{port}/", times)
        browser.close()
    for name, found in times.items():
        print(f"{name:24} {statistics.median(found):6.0f} ms   (from {min(found):.0f} to {max(found):.0f})")
    print("    first paint of the page: aim under 200 ms")
