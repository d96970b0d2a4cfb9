"""The servers that are measured, each as a process of its own, and the printer they print to."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

EXAMPLE = (
    '{"version":"1.0","profile":{"model":"80mm EC-PM-80250","paper_width":80},"commands":[{"type":"text","data":'
    '{"content":{"text":"TICKET DE PRUEBA","align":"center","content_style":{"bold":true,"size":"2x2"}}}},'
    '{"type":"cut","data":{"mode":"partial"}}]}'
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def process(*command: str, port: int, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server as a process, ready when it listens."""
    started = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environ}
    )
    try:
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if time.monotonic() > deadline or started.poll() is not None:
                raise RuntimeError(f"{command} did not come up")
            time.sleep(0.01)
        yield started
    finally:
        started.terminate()
        started.wait(15)


@contextlib.contextmanager
def sink() -> Iterator[int]:
    """A TCP printer that takes everything and says nothing; its port."""
    port = free_port()
    with process("-m", "benchmarks.sink", str(port), port=port):
        yield port


@contextlib.contextmanager
def echo_server(mode: str) -> Iterator[int]:
    """A bare aiohttp WebSocket server; `mode` "echo" sends each message back, "answers" an ack and a result."""
    port = free_port()
    with process("-m", "benchmarks.echo", mode, str(port), port=port):
        yield port


@contextlib.contextmanager
def daemon(
    *printer_ports: int, level: str = "info", database: Path | None = None
) -> Iterator[tuple[int, subprocess.Popen[bytes], Path]]:
    """The daemon with a TCP printer at each port; its own port, process and data directory.

    `database` is moved there for it to begin with.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if database is not None:
            shutil.move(database, Path(folder) / "queue.db")
        config = Path(folder) / "config.toml"
        lines = ["[queue]", "capacity = 10000", "[limits]", "jobs_per_minute = 0", "[log]", f'level = "{level}"']
        for index, printer_port in enumerate(printer_ports):
            lines += ["[[printers]]", f'name = "p{index}"', f'uri = "socket://127.0.0.1:{printer_port}"']
            lines += ["default = true"] if index == 0 else []
        config.write_text("\n".join(lines) + "\n")
        port = free_port()
        command = ("-m", "ticket_daemon", "run", "--env", "test", "--config", str(config), "--port", str(port))
        with process(*command, "--data-dir", folder, port=port) as started:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health").read()
            yield port, started, Path(folder)
