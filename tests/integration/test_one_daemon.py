"""One daemon only: a second one on the same data directory or port says so, prints nothing, and leaves."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from support.client import client, ticket
from support.daemon_process import daemon_process
from support.tcp_printer import TcpPrinter
from ticket_daemon.errors import AlreadyRunning
from ticket_daemon.machine import instance_lock as claims
from ticket_daemon.queue import NewJob, Queue

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="/proc, users")
NOBODY = 65534


def started(folder: Path, port: int = 0, config: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ticket_daemon", "run", "--env", "test", "--port", str(port)]
    command += ["--data-dir", str(folder), *(["--config", str(config)] if config else [])]
    environ = {**os.environ, "LC_ALL": "en"}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environ)
    assert "Traceback" not in ended.stderr
    return ended


def test_second_daemon_on_the_same_data_names_the_first(tmp_path: Path) -> None:
    with daemon_process(tmp_path) as daemon:
        ended = started(tmp_path)
        assert ended.returncode == 1
        assert str(tmp_path) in ended.stderr
        assert f"process {daemon.process.pid}" in ended.stderr
        assert daemon.health()["status"] == "ok"


def test_lock_of_a_daemon_that_was_killed_is_in_nobodys_way(tmp_path: Path) -> None:
    with daemon_process(tmp_path) as daemon:
        daemon.kill()
        assert (tmp_path / "daemon.lock").exists()
    with daemon_process(tmp_path) as daemon:
        assert daemon.health()["status"] == "ok"


@linux_only
def test_port_of_another_program_is_refused_with_its_name(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        ended = started(tmp_path, other.getsockname()[1])
    assert ended.returncode == 1
    assert f"pid {os.getpid()}" in ended.stderr


def test_second_daemon_on_the_same_port_prints_nothing_of_its_own_queue(tmp_path: Path) -> None:
    async def fill() -> None:
        queue = Queue(tmp_path / "two" / "queue.db", 10, lambda: 1)
        await queue.open()
        await queue.submit(NewJob("waits", "caja", b"d", b"{}", b"<waits>", 1))
        await queue.close()

    (tmp_path / "two").mkdir()
    asyncio.run(fill())
    with TcpPrinter() as printer, daemon_process(tmp_path / "one") as daemon:
        config = tmp_path / "two" / "config.toml"
        config.write_text(f'[[printers]]\nname = "caja"\nuri = "{printer.uri}"\n')
        ended = started(tmp_path / "two", daemon.port, config)
        assert ended.returncode == 1
        assert str(daemon.port) in ended.stderr
        assert bytes(printer.received) == b""


@linux_only
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be another user")
def test_data_of_another_user_is_refused_by_name(tmp_path: Path) -> None:
    with daemon_process(tmp_path) as daemon:
        assert daemon.health()["status"] == "ok"
        for folder in (tmp_path, *tmp_path.parents):
            with contextlib.suppress(OSError):
                folder.chmod(folder.stat().st_mode | 0o055)
        script = (
            "import os, sys; from pathlib import Path; from ticket_daemon.machine import instance_lock as claims\n"
            f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
            "try: claims.hold(Path(sys.argv[1]) / 'daemon.lock')\n"
            "except Exception as error: print(type(error).__name__, error)"
        )
        ended = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, timeout=30
        )
        assert ended.stdout.startswith("AlreadyRunning"), ended.stderr
        assert str(tmp_path) in ended.stdout


@linux_only
def test_who_listens_is_known_of_ones_own_processes_and_empty_otherwise() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert claims.who_listens(port).endswith(f"pid {os.getpid()}")
    assert claims.who_listens(port) == ""


def test_lock_is_held_until_it_is_closed(tmp_path: Path) -> None:
    first = claims.hold(tmp_path / "daemon.lock")
    with pytest.raises(AlreadyRunning):
        claims.hold(tmp_path / "daemon.lock")
    first.close()
    claims.hold(tmp_path / "daemon.lock").close()


async def test_first_daemon_goes_on_printing_while_others_try(tmp_path: Path) -> None:
    with TcpPrinter() as printer:
        config = f'[[printers]]\nname = "caja"\nuri = "{printer.uri}"\ndefault = true\n'
        with daemon_process(tmp_path, config=config) as daemon:
            async with client(daemon.url) as pos:
                tries = [asyncio.to_thread(started, tmp_path) for _ in range(2)]
                tickets = [pos.print(ticket(f"t{n}"), id=f"t{n}") for n in range(1)]
                (_, result), *ended = await asyncio.gather(*tickets, *tries)
                assert result["status"] == "success"
                assert [end.returncode for end in ended] == [1, 1]
