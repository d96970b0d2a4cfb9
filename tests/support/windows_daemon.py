"""The daemon as a Windows process, with its clients on this side."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from support.wine import Wine, windows_path

START_TIMEOUT_S = 60.0


class WindowsProcess:
    """A program under wine that is the daemon, once it listens."""

    def __init__(self, wine: Wine, *command: str | Path) -> None:
        self.port = 0
        self.output: list[str] = []
        self.process = wine.start(*command)
        self._announced = threading.Event()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        if not self._announced.wait(START_TIMEOUT_S) or not self.port:
            self.kill()
            raise RuntimeError("the daemon did not come up:\n" + "".join(self.output))

    def __enter__(self) -> WindowsProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.kill()

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

    def get(self, path: str) -> bytes:
        with contextlib.closing(urllib.request.urlopen(self.url + path, timeout=20)) as answer:
            body: bytes = answer.read()
            return body

    def kill(self) -> None:
        """Pull the plug."""
        self.process.kill()
        self.process.wait()
        self._reading.join(10)


class WindowsDaemon(WindowsProcess):
    """`ticket-daemon run` of the sources, on a free port."""

    def __init__(self, wine: Wine, data_dir: Path, config: str = "", *arguments: str) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        (data_dir / "config.toml").write_text(config, "utf-8")
        self.data_dir = data_dir
        super().__init__(
            wine, wine.python, "-m", "ticket_daemon", "run", "--env", "test", "--port", "0",
            "--data-dir", windows_path(data_dir), "--config", windows_path(data_dir / "config.toml"), *arguments,
        )  # fmt: skip

    @property
    def log(self) -> list[dict[str, object]]:
        """The log file's lines."""
        (file,) = (self.data_dir / "logs").glob("*.log")
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@contextlib.contextmanager
def windows_daemon(wine: Wine, data_dir: Path, config: str = "", *arguments: str) -> Iterator[WindowsDaemon]:
    """The daemon for the length of a block."""
    with WindowsDaemon(wine, data_dir, config, *arguments) as daemon:
        yield daemon
