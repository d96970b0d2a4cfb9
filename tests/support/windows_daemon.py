"""The daemon as a Windows process, with its clients on this side."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from support.wine import Wine, windows_path

START_TIMEOUT_S = 60.0


class WindowsDaemon:
    """`ticket-daemon run` under wine, on a free port."""

    def __init__(self, wine: Wine, data_dir: Path, config: str = "", *arguments: str) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        (data_dir / "config.toml").write_text(config, "utf-8")
        self.data_dir = data_dir
        self.port = 0
        self.output: list[str] = []
        self.process = wine.start(
            wine.python, "-m", "ticket_daemon", "run", "--env", "test", "--port", "0",
            "--data-dir", windows_path(data_dir), "--config", windows_path(data_dir / "config.toml"), *arguments,
        )  # fmt: skip
        self._announced = threading.Event()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        if not self._announced.wait(START_TIMEOUT_S) or not self.port:
            self.kill()
            raise RuntimeError("the daemon did not come up:\n" + "".join(self.output))

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.output.append(line.decode("utf-8", "replace"))
                if found := re.search(r"started .*url=http://127\.0\.0\.1:(\d+)/", self.output[-1]):
                    self.port = int(found.group(1))
                    self._announced.set()
        self._announced.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> list[dict[str, object]]:
        """The log file's lines."""
        (file,) = (self.data_dir / "logs").glob("*.log")
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()]

    def get(self, path: str) -> bytes:
        with contextlib.closing(urllib.request.urlopen(self.url + path, timeout=20)) as answer:
            body: bytes = answer.read()
            return body

    def kill(self) -> None:
        """Pull the plug."""
        self.process.kill()
        self.process.wait()
        self._reading.join(10)


@contextlib.contextmanager
def windows_daemon(wine: Wine, data_dir: Path, config: str = "", *arguments: str) -> Iterator[WindowsDaemon]:
    """The daemon for the length of a block."""
    daemon = WindowsDaemon(wine, data_dir, config, *arguments)
    try:
        yield daemon
    finally:
        if daemon.process.poll() is None:
            daemon.kill()
