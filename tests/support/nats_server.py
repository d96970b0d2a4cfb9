"""A NATS server of the test's own: Debian's nats-server with JetStream, a folder and a port to itself.

It can be killed and started again on the same port with the same streams, as a server in a data centre is.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

NATS_SERVER = shutil.which("nats-server") or next((p for p in ("/usr/sbin/nats-server",) if Path(p).exists()), None)
HOW_TO_GET_IT = "the tests of many shops need it: apt-get install -y --no-install-recommends nats-server"
START_S = 20.0


class NatsServer:
    """One server. `config` is more of its configuration file; with `jetstream=False` it keeps nothing.

    Or one with a whole configuration `file` of its own, that listens on `port`.
    """

    def __init__(
        self, folder: Path, config: str = "", *, jetstream: bool = True, file: Path | None = None, port: int = 0
    ) -> None:
        if NATS_SERVER is None:
            pytest.skip(HOW_TO_GET_IT)
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = port or free_port()
        self._file = file or folder / "nats.conf"
        if file is None:
            lines = [f'listen: "127.0.0.1:{self.port}"', config]
            if jetstream:
                lines.append(f'jetstream {{ store_dir: "{folder / "streams"}" }}')
            self._file.write_text("\n".join(lines), "utf-8")
        self.log: list[str] = []
        self.start()

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; returns when it takes connections."""
        assert NATS_SERVER is not None
        self.process = subprocess.Popen(
            [NATS_SERVER, "--config", str(self._file)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._ready = threading.Event()
        self._came_up = False
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        if not self._ready.wait(START_S) or not self._came_up:
            self.kill()
            raise RuntimeError("nats-server did not come up:\n" + "".join(self.log[-30:]))

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.log.append(line)
                if re.search(r"Server is ready|Reloaded server configuration", line):
                    self._came_up = True
                    self._ready.set()
        self._ready.set()

    def reload(self) -> None:
        """Have it read its configuration again; returns when it has."""
        self._ready.clear()
        self._came_up = False
        self.process.send_signal(signal.SIGHUP)
        if not self._ready.wait(START_S) or not self._came_up:
            raise RuntimeError("nats-server did not reload:\n" + "".join(self.log[-30:]))

    def stop(self) -> None:
        """End it in good order."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(START_S)
        self._reading.join(START_S)

    def kill(self) -> None:
        """Pull the plug."""
        self.process.kill()
        self.process.wait()
        self._reading.join(START_S)

    def restart(self) -> None:
        """Pull the plug and start it again."""
        self.kill()
        self.start()


def free_port() -> int:
    """A port that nobody listens on, below those that systems hand out: it is still free after a restart."""
    while True:
        port = 12_000 + secrets.randbelow(20_000)  # `random` may be at the same place in another process
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def nats_server(folder: Path, config: str = "", *, jetstream: bool = True) -> Iterator[NatsServer]:
    """The server for the length of a block."""
    server = NatsServer(folder, config, jetstream=jetstream)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()
