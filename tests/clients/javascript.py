"""Node as a process beside the tests: a module of a few lines, its printed values, one JSON line each.

It knows where the client and its tools are; it does not know what is tried. It promises that a script which fails,
or is silent for too long, fails its test with what it said.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "src" / "ticket_daemon" / "web" / "client.js"
PACKAGE = ROOT / "clients" / "javascript"
TOOLS = PACKAGE / "node_modules"
ANSWER_WITHIN_S = 30.0

#: What every script begins with: the client, a WebSocket for older nodes, and `say`.
_HEAD = f"""
import * as client from {json.dumps(CLIENT.as_uri())};
import WebSocket from "ws";
const {{ connect, diagnose, newId, Ticket, TicketError }} = client;
const say = (value) => console.log(JSON.stringify(value));
const url = process.env.DAEMON;
"""


def needs_node(*tools: str) -> None:
    """Skip where node or what it needs is not there."""
    missing = [] if shutil.which("node") else ["node: apt install nodejs npm"]
    if any(not (TOOLS / tool).exists() for tool in tools):
        missing.append("its tools: npm --prefix clients/javascript ci")
    if missing:
        pytest.skip(f"these tests need {' and '.join(missing)}")


class Node:
    """One running script."""

    def __init__(self, script: str, url: str) -> None:
        command = ["node", "--input-type=module", "-e", _HEAD + script]
        self._process = subprocess.Popen(
            command, cwd=PACKAGE, env={**os.environ, "DAEMON": url.replace("http", "ws") + "/ws"},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        self._said: queue.Queue[str | None] = queue.Queue()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._said.put(line)
        self._said.put(None)

    def heard(self) -> Any:
        """The next value that the script says."""
        try:
            line = self._said.get(timeout=ANSWER_WITHIN_S)
        except queue.Empty:
            raise TimeoutError(f"the script said nothing within {ANSWER_WITHIN_S} s") from None
        if line is None:
            self._process.wait(10)
            assert self._process.stderr is not None
            raise AssertionError(f"the script ended: {self._process.stderr.read()}")
        return json.loads(line)

    def end(self) -> None:
        """Wait until it has ended by itself, without an error."""
        assert self._process.wait(ANSWER_WITHIN_S) == 0, self._process.stderr and self._process.stderr.read()

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reading.join(10)
        if self._process.stderr is not None:
            self._process.stderr.close()


@contextlib.contextmanager
def node(script: str, url: str) -> Iterator[Node]:
    """A script for the length of a block."""
    needs_node("ws")
    running = Node(script, url)
    try:
        yield running
    finally:
        running.close()
