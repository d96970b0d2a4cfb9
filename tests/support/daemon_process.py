"""The installed command, started as its users start it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

START_TIMEOUT_S = 30.0


class DaemonProcess:
    """`ticket-daemon run` on a free port; `program` is what stands in for the command."""

    def __init__(
        self,
        data_dir: Path,
        *arguments: str,
        config: str | None = None,
        env: str = "test",
        program: Sequence[str] = ("-m", "ticket_daemon"),
        discovery: str = "",
    ) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, *program, "run", "--env", env, "--port", "0"]
        command += ["--data-dir", str(data_dir), *arguments]
        if config is not None:
            (data_dir / "config.toml").write_text(config, "utf-8")
            command += ["--config", str(data_dir / "config.toml")]
        self.data_dir = data_dir
        environ = {k: v for k, v in os.environ.items() if not k.startswith("TICKET_DAEMON_")}
        if config is None or "[limits]" not in config:  # many tickets in little time is what tests do for a living
            environ["TICKET_DAEMON_LIMITS_JOBS_PER_MINUTE"] = "0"
        # What hangs on the machine that runs the tests is no part of them.
        environ["TICKET_DAEMON_DISCOVERY_SOURCES"] = discovery
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environ, text=True, encoding="utf-8"
        )
        self.output: list[str] = []
        self._announced = threading.Event()
        self.port = 0
        self.scheme = "http"
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        if not self._announced.wait(START_TIMEOUT_S) or not self.port:
            self.kill()
            raise RuntimeError("the daemon did not come up:\n" + "".join(self.output))

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.output.append(line)
                if found := re.search(r"(https?)://127\.0\.0\.1:(\d+)/ (?:en|in)", line):
                    self.scheme, self.port = found.group(1), int(found.group(2))
                    self._announced.set()
        self._announced.set()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def log(self) -> list[dict[str, object]]:
        """The log file's lines."""
        (file,) = (self.data_dir / "logs").glob("*.log")
        lines = file.read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def get(self, path: str) -> tuple[int, bytes]:
        with contextlib.closing(urllib.request.urlopen(self.url + path, timeout=10)) as answer:
            return answer.status, answer.read()

    def health(self) -> dict[str, object]:
        return json.loads(self.get("/health")[1])  # type: ignore[no-any-return]

    def terminate(self, timeout: float = 15.0) -> int:
        """Ask it to stop; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout)
        self._reading.join(timeout)
        return code

    def kill(self) -> None:
        """Pull the plug."""
        self.process.kill()
        self.process.wait()
        self._reading.join(10)


@contextlib.contextmanager
def daemon_process(
    data_dir: Path,
    *arguments: str,
    config: str | None = None,
    env: str = "test",
    program: Sequence[str] = ("-m", "ticket_daemon"),
    discovery: str = "",
) -> Iterator[DaemonProcess]:
    """The daemon for the length of a block."""
    daemon = DaemonProcess(data_dir, *arguments, config=config, env=env, program=program, discovery=discovery)
    try:
        yield daemon
    finally:
        if daemon.process.poll() is None:
            daemon.kill()
