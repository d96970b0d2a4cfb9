"""The service under a real systemd: installed, started, watched, reloaded, stopped and removed by its own verbs.

systemd runs as process 1 of namespaces of its own, with no unit but ours, in front of a copy of the machine's folders
that nobody else sees; nothing of the machine is touched, and what systemd does to the daemon (its user, its sandbox,
its watchdog) is the real thing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.packages import TOKEN

SYSTEMD = Path("/lib/systemd/systemd")
PATIENCE_S = 90.0
NAME = "CajaSellada"
DOCUMENT = {
    "version": "1.1",
    "profile": {"model": "TM-T20III"},
    "commands": [
        {"type": "text", "data": {"content": {"text": "ñ € 漢字"}}},
        {"type": "qr", "data": {"data": "x"}},
        {"type": "datamatrix", "data": {"data": "x"}},
        {"type": "cut", "data": {}},
    ],
}
#: Run as process 1: folders of its own, then systemd. Only the targets that our unit names exist.
BEGIN = """
set -e
mount --make-rprivate /
for folder in /run /var/lib /var/log /opt; do mount -t tmpfs tmpfs $folder; done
mkdir -p /run/etc/upper /run/etc/work /run/units
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work /etc
cp -r "{executable.parent}" /opt/program
ln -s program/ticket-daemon /opt/ticket-daemon
cp "{folder}/t.json" /opt/t.json
for target in begin sysinit basic shutdown network-online multi-user; do
  printf '[Unit]\\nDescription=%s\\nDefaultDependencies=no\\n' $target > /run/units/$target.target
done
mkdir -p /etc/systemd/system/{name}.service.d
printf '[Service]\\nWatchdogSec=8\\n' > /etc/systemd/system/{name}.service.d/soon.conf
export container=test SYSTEMD_UNIT_PATH=/run/units:/etc/systemd/system
exec {systemd} --system --unit=begin.target --show-status=no --log-target=console
"""


def can_have_namespaces() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or not SYSTEMD.exists() or shutil.which("nsenter") is None:
        return False
    trial = "mount --make-rprivate / && mount -t tmpfs tmpfs /run && mkdir /run/u /run/w && " + (
        "mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/u,workdir=/run/w /etc"
    )
    command = ["unshare", "--pid", "--fork", "--mount", "--net", "--cgroup", "sh", "-c", trial]
    return subprocess.run(command, capture_output=True).returncode == 0


pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not can_have_namespaces(), reason="root, systemd and namespaces: apt-get install systemd"),
]


class Machine:
    """What systemd is process 1 of."""

    def __init__(self, pid: int) -> None:
        self._enter = ["nsenter", "-t", str(pid), "-m", "-p", "-n", "-u", "-i"]

    def call(self, *command: str) -> subprocess.CompletedProcess[str]:
        environ = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "en"}
        return subprocess.run([*self._enter, *command], capture_output=True, text=True, timeout=120, env=environ)

    def verb(self, *words: str, code: int = 0) -> str:
        """`ticket-daemon …` in there."""
        ended = self.call("/opt/ticket-daemon", *words)
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    def shown(self) -> dict[str, str]:
        """What systemd says of the service."""
        names = "ActiveState,NRestarts,MainPID,StatusText,Result"
        said = self.call("systemctl", "show", f"{NAME}.service", f"--property={names}").stdout
        return dict(line.split("=", 1) for line in said.splitlines())

    def until(self, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not ready():
            assert time.monotonic() < deadline, self.shown()
            time.sleep(0.1)


@pytest.fixture
def machine(in_folder: Path, tmp_path: Path) -> Iterator[Machine]:
    (tmp_path / "t.json").write_text(json.dumps(DOCUMENT), "utf-8")
    begin = tmp_path / "begin.sh"
    begin.write_text(BEGIN.format(executable=in_folder, folder=tmp_path, name=NAME, systemd=SYSTEMD), "utf-8")
    flags = [
        "--pid",
        "--fork",
        "--mount",
        "--mount-proc",
        "--uts",
        "--ipc",
        "--net",
        "--cgroup",
        "--kill-child=SIGKILL",
    ]
    with (tmp_path / "systemd.log").open("wb") as said:
        outer = subprocess.Popen(["unshare", *flags, "sh", str(begin)], stdout=said, stderr=said)
    try:
        made = Machine(_child(outer.pid))
        made.until(lambda: made.call("systemctl", "is-active", "begin.target").stdout == "active\n")
        yield made
    finally:
        outer.kill()
        outer.wait()


def _child(pid: int) -> int:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            return int(children[0])
        time.sleep(0.05)
    raise TimeoutError("no process 1")


def test_service_lives_its_whole_life_under_systemd(machine: Machine) -> None:
    assert "not installed" in machine.verb("service", "status", code=1)
    machine.verb("install")
    assert "stopped, starts with the machine" in machine.verb("service", "status", code=1)

    machine.verb("start")  # returns when the daemon has said READY=1
    shown = machine.shown()
    assert shown["ActiveState"] == "active"
    assert "running, starts with the machine" in machine.verb("service", "status")
    url = shown["StatusText"].rstrip("/")
    assert url.startswith("http://127.0.0.1:")

    # In its sandbox it prints, draws and reads its configuration again.
    printed = machine.call("env", f"TICKET_DAEMON_TOKEN={TOKEN}", "/opt/ticket-daemon", "print", "/opt/t.json",
                           "--url", url)  # fmt: skip
    assert printed.returncode == 0, printed.stdout + printed.stderr
    assert machine.call("systemctl", "reload", NAME).returncode == 0
    machine.until(lambda: '"reloaded"' in _log(machine))

    # It is nobody, may do nothing special, and others cannot read what it keeps.
    status = machine.call("cat", f"/proc/{shown['MainPID']}/status").stdout
    assert re.search(r"^CapBnd:\s0+$", status, re.MULTILINE)
    assert re.search(r"^NoNewPrivs:\s1$", status, re.MULTILINE)
    assert not re.search(r"^Uid:\s0\s", status, re.MULTILINE)
    assert machine.call("stat", "-c", "%a", f"/var/lib/private/{NAME}").stdout == "700\n"

    # One that hangs is started anew.
    assert machine.call("kill", "-STOP", shown["MainPID"]).returncode == 0
    machine.until(lambda: machine.shown()["NRestarts"] == "1" and machine.shown()["ActiveState"] == "active")
    assert _log(machine).count('"started"') == 2

    machine.verb("stop")
    assert machine.shown()["ActiveState"] == "inactive"
    assert '"stopped"' in _log(machine).splitlines()[-1]
    machine.verb("uninstall")
    assert "not installed" in machine.verb("service", "status", code=1)
    assert machine.call("test", "-e", f"/var/lib/private/{NAME}/queue.db").returncode == 0


def _log(machine: Machine) -> str:
    return machine.call("cat", f"/var/log/private/{NAME}/{NAME}.log").stdout
