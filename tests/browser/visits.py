"""A real daemon as a process, and visits to its page that notice what a page must not do.

It knows how to start, wait for and stop `ticket-daemon run`, and how to watch a page for script errors, breaches of the
Content-Security-Policy and requests to anywhere else; it does not know what the page shows.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

START_WITHIN_S = 30
STOP_WITHIN_S = 15
SETTLED_WITHIN_S = 20
WIDE = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}

#: Runs in every page before its own scripts; init scripts are not subject to the page's policy.
WITNESS = """
window.breaches = [];
addEventListener("securitypolicyviolation", (event) =>
  window.breaches.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


class Nobody:
    """A network printer's address at which nobody answers: whoever knocks is turned away."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))  # bound and not listening, so that nobody else takes it
        self.uri = f"socket://127.0.0.1:{self._socket.getsockname()[1]}"

    def close(self) -> None:
        self._socket.close()


class Daemon:
    """`ticket-daemon run --env test` on a free port of loopback."""

    def __init__(self, directory: Path, configuration: str = "") -> None:
        self.directory = directory
        self.configuration = directory / "ticket-daemon.toml"
        self.configuration.write_text(configuration, encoding="utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "ticket_daemon", "run", "--env", "test"]
        command += ["--port", str(self.port), "--data-dir", str(self.directory / "data")]
        command += ["--config", str(self.configuration)]
        # Nothing of the caller's own settings, nor of this machine's printers; and many tickets in little time is what
        # these tests do for a living.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TICKET_DAEMON_")}
        environment = {**inherited, "TICKET_DAEMON_LIMITS_JOBS_PER_MINUTE": "0", "TICKET_DAEMON_DISCOVERY_SOURCES": ""}
        with (self.directory / "output.txt").open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        self._wait_until_healthy()

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON that the daemon answers, over HTTP."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def send(self, job_id: str, *words: str, printer: str | None = None, **fields: Any) -> None:
        """A ticket with a line for each of `words`, from somebody who is not the page."""
        lines = [{"type": "text", "data": {"content": line}} for line in words or (job_id,)]
        document = {"version": "1.0", "profile": {"model": "Generic 80mm"}, "commands": [*lines, {"type": "cut"}]}
        self.ask("POST", "/api/v1/jobs", {"id": job_id, "datos": document, "printer": printer, **fields})

    def until_settled(self, job_id: str) -> None:
        """Wait until a job has ended or is held."""
        end = time.monotonic() + SETTLED_WITHIN_S
        while self.ask("GET", f"/api/v1/jobs/{job_id}")["state"] in ("queued", "printing"):
            assert time.monotonic() < end, job_id
            time.sleep(0.05)  # another process prints: nothing here can be waited on

    def clear(self) -> None:
        """Cancel what waits or is held."""
        for job in self.ask("GET", "/api/v1/jobs?pending=true&limit=1000")["jobs"]:
            with contextlib.suppress(HTTPError):  # printed meanwhile
                self.ask("DELETE", f"/api/v1/jobs/{job['id']}")

    def _wait_until_healthy(self) -> None:
        assert self.process is not None
        end = time.monotonic() + START_WITHIN_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=2):
                    return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)  # another process is starting: nothing here can be waited on
        said = (self.directory / "output.txt").read_text(errors="replace")
        self.stop()
        pytest.fail(f"the daemon did not become healthy; it said:\n{said}")


class Visit:
    """One page on its own, and what it did that a page must not do."""

    def __init__(self, browser: Browser, url: str, **context: Any) -> None:
        self.url = url
        self.context = browser.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **context})
        self.context.add_init_script(WITNESS)
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.may_fail: list[str] = []  #: parts of addresses whose failure is no error of the page's
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._hear)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda link: self.requests.append(link.url))

    def open(self, view: str = "") -> Page:
        """The page at one of its views ("" is the counter), connected and told of the printers."""
        self.page.goto(f"{self.url}/#/{view}")
        self.page.wait_for_selector("#link[data-state=connected]")
        self.page.wait_for_selector("#printers .card", state="attached")
        return self.page

    def _hear(self, message: ConsoleMessage) -> None:
        expected = any(part in message.location["url"] for part in self.may_fail)
        if message.type == "error" and not expected:
            self.errors.append(message.text)

    def close(self) -> None:
        breaches = self.page.evaluate("window.breaches")
        self.context.close()
        assert breaches == []
        elsewhere = [url for url in self.requests if not url.startswith((self.url, "data:", "blob:"))]
        assert [url for url in elsewhere if not url.startswith(self.url.replace("http", "ws"))] == []
