"""HTML: drawn by a browser that the machine has, without network, files or scripts.

The browser is one process that stays warm, spoken to over its DevTools protocol by a thread of this module; each
ticket is a page in a browser context of its own. A browser that hangs or dies is ended, and its ticket refused before
anything of it is accepted.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from ticket_daemon.errors import DocumentError
from ticket_daemon.formats import Options
from ticket_daemon.formats.pages import black_and_white, check_height, from_png, rendered
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.raster.bitmap import Bitmap
from ticket_daemon.poster.render import Rendered

if TYPE_CHECKING:
    from aiohttp import ClientWebSocketResponse

    from ticket_daemon.settings.config import HtmlSettings

log = logging.getLogger(__name__)

T = TypeVar("T")

#: Bytes of one ticket's HTML, pictures and fonts as data: URLs included.
MAX_BYTES: Final = 5 << 20
#: Where a browser is looked for when none is configured.
NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge")
_WINDOWS: Final = (
    r"Microsoft\Edge\Application\msedge.exe",
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
)
_FLAGS: Final = (
    "--headless=new", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
    "--disable-lcd-text", "--font-render-hinting=none", "--hide-scrollbars", "--mute-audio", "--disable-breakpad",
    # No page reaches anything: every host, this machine's own included, is behind a proxy that is not there.
    "--proxy-server=socks5://127.0.0.1:9", "--proxy-bypass-list=<-loopback>", "--disable-file-system",
    "--remote-debugging-port=0", "--remote-allow-origins=http://127.0.0.1",
)  # fmt: skip
START_S: Final = 20.0
#: CSS pixels of an inch.
_CSS_DPI: Final = 96
#: How much wider than the paper a page may be; it is made smaller to fit. A wider one is cut off.
MAX_SHRINK: Final = 4.0
#: Dots of height drawn at once: browsers draw no taller surface.
_BAND: Final = 4096
_BLOCKED: Final = ("http://*", "https://*", "ws://*", "wss://*", "ftp://*", "file://*", "filesystem:*", "blob:*")
#: What is asked of a page once it is drawn: its size, its pictures, and where its page breaks are.
_LOOK: Final = """
(async () => {
  await Promise.race([document.fonts.ready, new Promise((done) => setTimeout(done, 2000))]);
  const root = document.documentElement, all = document.querySelectorAll("*");
  const box = (e) => {
    const r = e.getBoundingClientRect();
    return [r.left, r.top + scrollY, r.right, r.bottom + scrollY];
  };
  const breaks = [];
  if (all.length <= LIMIT) for (const e of all) {
    const style = getComputedStyle(e), edge = box(e);
    if (["page", "always", "left", "right"].includes(style.breakBefore)) breaks.push(edge[1]);
    if (["page", "always", "left", "right"].includes(style.breakAfter)) breaks.push(edge[3]);
  }
  const bottom = Math.max(root.scrollHeight, document.body ? document.body.scrollHeight : 0);
  const shown = document.body ? document.body.getBoundingClientRect().bottom + scrollY : bottom;
  return JSON.stringify({
    elements: all.length, width: root.scrollWidth, height: Math.min(bottom, Math.max(shown + 1, 1)),
    pictures: [...document.querySelectorAll("img, canvas, video")].slice(0, 200).map(box), breaks,
  });
})()
"""
#: Elements of one ticket.
MAX_ELEMENTS: Final = 20_000


class _Page(NamedTuple):
    """A drawn ticket: bands of PNG from top to bottom, boxes of pictures and heights of cuts, in dots."""

    bands: list[bytes]
    pictures: list[tuple[int, int, int, int]]
    cuts: list[int]


def check(body: bytes) -> None:
    """Raises DocumentError for what is too large or no text."""
    if len(body) > MAX_BYTES:
        raise DocumentError("format.too_large", path="contenido", got=len(body), limit=MAX_BYTES)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError("format.not_utf8", path="contenido", offset=error.start) from None


def render(browser: Browser, body: bytes, profile: Profile, _: Options) -> Rendered:
    """The page as the paper shows it; each page break is a cut. Raises DocumentError."""
    page = browser.draw(body.decode("utf-8"), profile.dots, profile.dpi)
    sheets = list(_sheets(page))
    check_height(sum(sheet.height for sheet in sheets), "contenido")
    return rendered(sheets, profile)


def _sheets(page: _Page) -> Iterator[Bitmap]:
    from PIL import Image

    bands = [from_png(band) for band in page.bands]
    whole = Image.new("L", (bands[0].width, sum(band.height for band in bands)), 255)
    top = 0
    for band in bands:
        whole.paste(band, (0, top))
        top += band.height
    dots = black_and_white(whole, page.pictures)
    edges = [0, *sorted({cut for cut in page.cuts if 0 < cut < whole.height}), whole.height]
    for start, end in itertools.pairwise(edges):
        yield Bitmap(dots.width, end - start, dots.rows(start, end - start))


def found(configured: str = "") -> str | None:
    """The browser's program, or None."""
    if configured:
        return configured if Path(configured).exists() or shutil.which(configured) else None
    for name in NAMES:
        if path := shutil.which(name):
            return path
    bases = (os.environ.get(name, "") for name in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData"))
    paths = (Path(base) / path for base in bases if base for path in _WINDOWS)
    return next((str(path) for path in paths if path.exists()), None)


class Browser:
    """The browser, started when the first ticket needs it and ended when none has for a while."""

    def __init__(self, settings: HtmlSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._running: _Running | None = None
        self._idle: asyncio.TimerHandle | None = None

    def draw(self, html: str, dots: int, dpi: int) -> _Page:
        """Draw a page as wide as the paper. Blocks. Raises DocumentError."""
        program = found(self._settings.browser)
        if program is None:
            raise DocumentError("format.needs_browser", path="formato")
        with self._lock:
            return self._await(self._draw(program, html, dots, dpi))

    def close(self) -> None:
        """End the browser and the thread."""
        with self._lock:
            if self._loop is None or self._thread is None:
                return
            self._await(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = self._thread = None

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="html", daemon=True)
            self._thread.start()
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    # --- in the thread ---

    async def _draw(self, program: str, html: str, dots: int, dpi: int) -> _Page:
        if self._idle is not None:
            self._idle.cancel()
        try:
            if self._running is None or not self._running.is_alive:
                await self._end()
                self._running = await asyncio.wait_for(_Running.start(program), START_S)
            async with asyncio.timeout(self._settings.timeout_s):
                return await self._running.page(html, dots, dpi, script=self._settings.script)
        except TimeoutError:
            await self._end()
            seconds = round(self._settings.timeout_s)
            raise DocumentError("format.too_slow", path="contenido", seconds=seconds) from None
        except (OSError, ConnectionError, _Failed) as error:
            await self._end()
            raise DocumentError("format.browser_failed", path="contenido", detail=str(error)[:200]) from None
        finally:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._settings.idle_s, lambda: loop.create_task(self._end()))

    async def _end(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            await running.end()


class _Failed(Exception):
    """The browser said no, or has gone."""


class _Running:
    """One browser process and the line to it."""

    def __init__(self, process: subprocess.Popen[bytes], folder: tempfile.TemporaryDirectory[str]) -> None:
        self._process = process
        self._folder = folder
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._socket: ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None
        self._session: Any = None

    @classmethod
    async def start(cls, program: str) -> _Running:
        """Start the browser and connect to it. Raises OSError, _Failed."""
        folder = tempfile.TemporaryDirectory(prefix="ticket-daemon-html-", ignore_cleanup_errors=True)
        flags = [*_FLAGS, f"--user-data-dir={folder.name}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # as root Chromium's own sandbox does not start
            flags.append("--no-sandbox")
        process = subprocess.Popen(  # noqa: ASYNC220, S603 - in a loop of this module's own; found, or configured
            [program, *flags, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=os.name != "nt",
        )  # fmt: skip
        running = cls(process, folder)
        try:
            await running._connect(Path(folder.name) / "DevToolsActivePort")
        except BaseException:
            await running.end()
            raise
        log.info("browser_started", extra={"program": program})
        return running

    async def _connect(self, announced: Path) -> None:
        import aiohttp

        while True:
            if self._process.poll() is not None:
                raise _Failed(f"exit code {self._process.returncode}")
            with contextlib.suppress(OSError, ValueError):
                port, path = announced.read_text("ascii").split()  # noqa: ASYNC240 - two short lines
                break
            await asyncio.sleep(0.02)
        self._session = aiohttp.ClientSession()
        address = f"ws://127.0.0.1:{int(port)}{path}"
        self._socket = await self._session.ws_connect(address, max_msg_size=0, origin="http://127.0.0.1")
        self._reading = asyncio.create_task(self._read())

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None and self._reading is not None and not self._reading.done()

    async def _read(self) -> None:
        assert self._socket is not None
        async for frame in self._socket:
            message = json.loads(frame.data)
            waiting = self._waiting.pop(message.get("id", 0), None)
            if waiting is None or waiting.done():
                continue
            if "error" in message:
                waiting.set_exception(_Failed(str(message["error"].get("message", ""))))
            else:
                waiting.set_result(message.get("result", {}))
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(_Failed("it has gone"))

    async def _call(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        if self._socket is None or not self.is_alive:
            raise _Failed("it has gone")
        number = next(self._numbers)
        answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answered
        message = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        await self._socket.send_str(json.dumps(message))
        return await answered

    async def page(self, html: str, dots: int, dpi: int, *, script: bool) -> _Page:
        """Draw one page in a context of its own. Raises _Failed, DocumentError."""
        context = (await self._call("Target.createBrowserContext", disposeOnDetach=True))["browserContextId"]
        try:
            target = await self._call("Target.createTarget", url="about:blank", browserContextId=context)
            attached = await self._call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
            return await self._in_session(attached["sessionId"], html, dots, dpi, script=script)
        finally:
            with contextlib.suppress(_Failed):
                await self._call("Target.disposeBrowserContext", browserContextId=context)

    async def _in_session(self, session: str, html: str, dots: int, dpi: int, *, script: bool) -> _Page:
        await self._call("Network.enable", session)
        await self._call("Network.setBlockedURLs", session, urls=list(_BLOCKED))
        await self._call("Emulation.setEmulatedMedia", session, media="print")
        await self._call("Emulation.setScriptExecutionDisabled", session, value=not script)
        width = dots * _CSS_DPI / dpi
        await self._sized(session, width, dots)
        tree = await self._call("Page.getFrameTree", session)
        frame = tree["frameTree"]["frame"]["id"]
        await self._call("Page.setDocumentContent", session, frameId=frame, html=html)
        look = await self._look(session)
        if look["width"] > width + 1:  # made for wider paper, or by somebody who thought in pixels
            width = min(look["width"], width * MAX_SHRINK)
            await self._sized(session, width, dots)
            look = await self._look(session)
        scale = dots / width
        height = round(look["height"] * scale)
        check_height(height, "contenido")
        bands = [
            await self._band(session, top, min(_BAND, height - top), dots, scale) for top in range(0, height, _BAND)
        ]
        pictures = [tuple(round(edge * scale) for edge in box) for box in look["pictures"]]
        cuts = [round(edge * scale) for edge in look["breaks"]]
        return _Page(bands, pictures, cuts)

    async def _sized(self, session: str, width: float, dots: int) -> None:
        """A viewport of `width` CSS pixels that is `dots` dots wide."""
        await self._call(
            "Emulation.setDeviceMetricsOverride", session,
            width=max(1, int(width)), height=100, deviceScaleFactor=dots / width, mobile=False,
        )  # fmt: skip

    async def _look(self, session: str) -> dict[str, Any]:
        expression = _LOOK.replace("LIMIT", str(MAX_ELEMENTS))
        answer = await self._call(
            "Runtime.evaluate", session, expression=expression, awaitPromise=True, returnByValue=True
        )
        if "value" not in answer.get("result", {}):
            raise _Failed("the page could not be measured")
        look: dict[str, Any] = json.loads(answer["result"]["value"])
        if look["elements"] > MAX_ELEMENTS:
            raise DocumentError("format.too_many_elements", path="contenido", got=look["elements"], limit=MAX_ELEMENTS)
        return look

    async def _band(self, session: str, top: int, rows: int, dots: int, scale: float) -> bytes:
        clip = {"x": 0, "y": top / scale, "width": dots / scale, "height": rows / scale, "scale": 1}
        shot = await self._call(
            "Page.captureScreenshot", session, format="png", clip=clip, captureBeyondViewport=True,
            optimizeForSpeed=True,
        )  # fmt: skip
        return base64.b64decode(shot["data"])

    async def end(self) -> None:
        """End the process and everything it started."""
        if self._reading is not None:
            self._reading.cancel()
        if self._session is not None:
            await self._session.close()
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, 9)
        await asyncio.to_thread(self._process.wait)
        self._folder.cleanup()
