"""A CUPS of the test's own: the system's cupsd with folders, socket and port to itself, and a backend that obeys.

Its backend takes a folder for a printer: it says what is in the file `say` (`STATE: +media-empty-error`) on its
standard error, waits while there is a file `wait`, says what is in `unsay`, fails with the number in `fail` if there
is one, and else appends the ticket to `paper`.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

CUPSD = shutil.which("cupsd") or next((p for p in ("/usr/sbin/cupsd",) if Path(p).exists()), None)
HOW_TO_GET_IT = "the tests of CUPS need it: apt-get install -y --no-install-recommends cups cups-client"
SERVER_BIN = Path("/usr/lib/cups")
START_S = 20.0

_BACKEND = """#!/bin/sh
# cups runs it as: job user title copies options [file]; the device URI is in DEVICE_URI
[ $# -eq 0 ] && exit 0
folder="${DEVICE_URI#tester:}"
[ -f "$folder/say" ] && cat "$folder/say" >&2
while [ -f "$folder/wait" ]; do sleep 0.05; done
[ -f "$folder/unsay" ] && cat "$folder/unsay" >&2
[ -f "$folder/fail" ] && exit "$(cat "$folder/fail")"
cat ${6:+"$6"} >> "$folder/paper"
"""

_FILES = """
ServerRoot {root}/etc
ServerBin {root}/bin
CacheDir {root}/cache
StateDir {root}/state
RequestRoot {root}/spool
TempDir {root}/tmp
AccessLog {root}/log/access
ErrorLog {root}/log/error
PageLog {root}/log/page
"""

_SETTINGS = """
Listen 127.0.0.1:{port}
Listen {root}/socket
LogLevel debug
Browsing No
DefaultShared No
ErrorPolicy abort-job
DirtyCleanInterval {saves_after_s}
PreserveJobHistory {history}
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
    Allow all
  </Limit>
</Policy>
"""


class CupsServer:
    """A running cupsd. `queue` adds one, whose printer is the folder that it returns."""

    def __init__(self, *, saves_after_s: int = 0, history: bool = True) -> None:
        if CUPSD is None:
            pytest.skip(HOW_TO_GET_IT)
        # Not pytest's folder: the path of a socket may have some hundred characters, and cupsd's user must get there.
        self.root = Path(tempfile.mkdtemp(prefix="cups-", dir="/tmp"))
        self.root.chmod(0o755)
        self.socket = self.root / "socket"
        self.port = _free_port()
        for name in ("etc", "cache", "state", "spool", "log", "tmp", "bin", "bin/backend"):
            (self.root / name).mkdir(mode=0o755)
        for part in SERVER_BIN.iterdir():
            if part.name != "backend":
                (self.root / "bin" / part.name).symlink_to(part)
        backend = self.root / "bin" / "backend" / "tester"
        backend.write_text(_BACKEND, "utf-8")
        backend.chmod(0o755)
        (self.root / "bin" / "backend" / "socket").symlink_to(SERVER_BIN / "backend" / "socket")
        (self.root / "etc" / "cups-files.conf").write_text(_FILES.format(root=self.root), "utf-8")
        settings = _SETTINGS.format(
            root=self.root,
            port=self.port,
            saves_after_s=saves_after_s,
            history="Yes" if history else "No",
        )
        (self.root / "etc" / "cupsd.conf").write_text(settings, "utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        etc = self.root / "etc"
        self._process = subprocess.Popen(
            [str(CUPSD), "-f", "-c", str(etc / "cupsd.conf"), "-s", str(etc / "cups-files.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.socket))
                return
            time.sleep(0.02)
        raise TimeoutError(f"cupsd did not come up:\n{self.log()}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def kill(self) -> None:
        """As a power cut: what it has not saved is gone."""
        if self._process is not None:
            self._process.kill()
        self.stop()

    def log(self) -> str:
        path = self.root / "log" / "error"
        return path.read_text("utf-8", "replace")[-4000:] if path.exists() else "(no log)"

    def run(self, *command: str) -> str:
        """One of CUPS' own commands, on this server."""
        done = subprocess.run(
            [command[0], "-h", str(self.socket), *command[1:]], capture_output=True, text=True, timeout=30
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr, self.log())
        return done.stdout

    def queue(self, name: str, device: str | None = None) -> Path:
        """A raw queue, to a folder of its own or to a device URI."""
        folder = self.root / f"printer-{name}"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
        self.run("lpadmin", "-p", name, "-E", "-v", device or f"tester:{folder}")
        return folder

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)


@contextlib.contextmanager
def cups_server(*, saves_after_s: int = 0, history: bool = True) -> Iterator[CupsServer]:
    server = CupsServer(saves_after_s=saves_after_s, history=history)
    try:
        yield server
    finally:
        server.close()


def paper(folder: Path) -> bytes:
    """What a queue's printer has printed."""
    path = folder / "paper"
    return path.read_bytes() if path.exists() else b""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
