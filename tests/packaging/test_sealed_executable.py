"""The sealed executable: started with an empty environment it prints a ticket, and nothing changes what is sealed."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.client import client, ticket
from support.packages import TOKEN, build
from support.tcp_printer import TcpPrinter

pytestmark = pytest.mark.timeout(600)
START_TIMEOUT_S = 60.0


class Running:
    """The executable while it runs, as `ticket-daemon run`, with nothing in its environment but a home."""

    def __init__(self, executable: Path, home: Path, *arguments: str, **environ: str) -> None:
        self.home = home
        self.process = subprocess.Popen(
            [str(executable), *arguments],
            env={"HOME": str(home), **environ}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            encoding="utf-8",
        )  # fmt: skip
        self.output: list[str] = []
        self.url = ""
        self._announced = threading.Event()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        assert self._announced.wait(START_TIMEOUT_S), self.output
        assert self.url, self.output

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.output.append(line)
                if found := re.search(r"(http://127\.0\.0\.1:\d+)/ (?:en|in)", line):
                    self.url = found[1]
                    self._announced.set()
        self._announced.set()

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/health", timeout=START_TIMEOUT_S) as answer:
            said: dict[str, Any] = json.load(answer)
            return said

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(START_TIMEOUT_S)
        self._reading.join(START_TIMEOUT_S)
        return code


@contextlib.contextmanager
def running(executable: Path, home: Path, *arguments: str, **environ: str) -> Iterator[Running]:
    made = Running(executable, home, *arguments, **environ)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.stop()


def said(executable: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    ended = subprocess.run(
        [str(executable), *arguments], env={"LC_ALL": "en", **environ}, capture_output=True, text=True, timeout=60
    )
    assert "Traceback" not in ended.stderr
    return ended


async def test_started_without_a_word_it_says_where_the_page_is_and_prints_a_ticket(
    either: Path, tmp_path: Path
) -> None:
    import aiohttp

    with TcpPrinter() as printer:
        config = tmp_path / "shop.toml"
        config.write_text(f'[[printers]]\nname = "caja"\nuri = "{printer.uri}"\ndefault = true\n')
        with running(either, tmp_path, "run", "--config", str(config)) as daemon:
            async with aiohttp.ClientSession() as session:
                async with session.get(f"{daemon.url}/health") as answer:
                    health = await answer.json()
                async with session.get(f"{daemon.url}/") as answer:
                    assert "<html" in await answer.text()
                async with session.get(f"{daemon.url}/static/app.js") as answer:
                    assert answer.status == 200
            build = health["build"]
            assert (build["env"], build["sealed"], build["service"]) == ("test", True, "CajaSellada")
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", build["date"])
            assert re.fullmatch(r"\d\d:\d\d:\d\d", build["time"])
            assert health["queue"]["capacity"] == 17
            async with client(daemon.url) as pos:
                refused = await pos.ask({"tipo": "ticket", "id": "no", "datos": ticket("x")})
                assert refused["code"] == "unauthorized"
                order = {"tipo": "ticket", "id": "yes", "datos": ticket("SELLADO"), "auth_token": TOKEN}
                assert (await pos.ask(order))["tipo"] == "ack"
                result = await pos.until(lambda a: a["tipo"] == "result")
                assert result["status"] == "success"
            assert b"SELLADO" in printer.received
            assert daemon.stop() == 0
    log = tmp_path / ".local" / "share" / "ticket-daemon" / "test" / "logs" / "CajaSellada.log"
    events = [json.loads(line)["event"] for line in log.read_text("utf-8").splitlines()]
    assert events[-1] == "stopped"
    assert TOKEN not in log.read_text("utf-8")


def test_double_click_starts_the_daemon(executable: Path, tmp_path: Path) -> None:
    with running(executable, tmp_path) as daemon:
        assert daemon.url
        assert daemon.stop() == 0


def test_everything_it_draws_with_is_inside(either: Path, tmp_path: Path) -> None:
    """Profiles, code pages, symbols, pictures, fonts' map and the emulator's cells: a preview takes them all."""
    document = {
        "version": "1.1", "profile": {"model": "TM-T20III"},
        "commands": [
            {"type": "text", "data": {"content": {"text": "ñ € 漢字"}}},
            {"type": "qr", "data": {"data": "x"}},
            {"type": "datamatrix", "data": {"data": "x"}},
            {"type": "cut", "data": {}},
        ],
    }  # fmt: skip
    (tmp_path / "t.json").write_text(json.dumps(document), "utf-8")
    ended = said(either, "preview", str(tmp_path / "t.json"), "-o", str(tmp_path / "t.png"))
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "t.png").read_bytes().startswith(b"\x89PNG")


def test_version_says_what_is_sealed(executable: Path) -> None:
    shown = said(executable, "--version").stdout
    assert "sealed build of 20" in shown
    assert "CajaSellada: test, 127.0.0.1:0, queue 17, log info, token" in shown


@pytest.mark.parametrize(
    ("arguments", "environ", "key", "source"),
    [
        (["--env", "prod"], {}, "env", "--env"),
        (["--port", "8766"], {}, "server.port", "--port"),
        (["--host", "0.0.0.0"], {}, "server.host", "--host"),
        (["--log-level", "debug"], {}, "log.level", "--log-level"),
        ([], {"TICKET_DAEMON_ENV": "prod"}, "env", "TICKET_DAEMON_ENV"),
        ([], {"TICKET_DAEMON_QUEUE_CAPACITY": "100000"}, "queue.capacity", "TICKET_DAEMON_QUEUE_CAPACITY"),
        ([], {"TICKET_DAEMON_AUTH_TOKEN_SHA256": "0" * 64}, "auth.token_sha256", "TICKET_DAEMON_AUTH_TOKEN_SHA256"),
    ],
)
def test_what_tries_to_change_a_sealed_value_is_named_and_refused(
    executable: Path, tmp_path: Path, arguments: list[str], environ: dict[str, str], key: str, source: str
) -> None:
    ended = said(executable, "run", "--data-dir", str(tmp_path), *arguments, **environ)
    assert ended.returncode == 1
    assert key in ended.stderr
    assert source in ended.stderr
    assert not (tmp_path / "queue.db").exists()


def test_file_beside_it_cannot_change_a_sealed_value_either(executable: Path, tmp_path: Path) -> None:
    copy = tmp_path / executable.name
    os.link(executable, copy)
    (tmp_path / "config.toml").write_text('[auth]\ntoken_sha256 = ""\n')
    ended = said(copy, "run", "--data-dir", str(tmp_path / "data"))
    assert ended.returncode == 1
    assert str(tmp_path / "config.toml") in ended.stderr
    assert "auth.token_sha256" in ended.stderr


def test_module_on_the_path_cannot_take_the_seals_place(executable: Path, tmp_path: Path) -> None:
    (tmp_path / "_ticket_daemon_seal.py").write_text("raise SystemExit('another seal')\n")
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit('another seal')\n")
    ended = said(executable, "--version", PYTHONPATH=str(tmp_path), PYTHONHOME=str(tmp_path))
    assert "CajaSellada" in ended.stdout


def test_token_is_not_in_the_file(executable: Path) -> None:
    data = executable.read_bytes()
    assert TOKEN.encode() not in data
    assert TOKEN.encode("utf-16-le") not in data


def test_one_file_build_whose_unpacked_files_are_cleaned_away_says_so_and_ends(
    executable: Path, tmp_path: Path
) -> None:
    """A service manager starts it again, which unpacks them again."""
    with running(executable, tmp_path, TMPDIR=str(tmp_path)) as daemon:
        (unpacked,) = tmp_path.glob("_MEI*")
        (unpacked / "ticket_daemon/poster/profile/data/epson.toml").unlink()
        assert daemon.process.wait(START_TIMEOUT_S) == 1
        daemon.stop()
    assert "epson.toml" in daemon.output[-1]
    assert "carpeta temporal" in daemon.output[-1]


def test_folder_build_whose_files_are_gone_says_so_in_its_health(in_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(in_folder.parent, tmp_path / "program", symlinks=True)
    with running(tmp_path / "program" / in_folder.name, tmp_path) as daemon:
        gone = tmp_path / "program/_internal/ticket_daemon/poster/profile/data/epson.toml"
        gone.unlink()
        while (health := daemon.health())["status"] == "ok":
            time.sleep(0.05)
        assert health["program"] == {"status": "error", "missing": str(gone)}
        assert daemon.stop() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="seen on Linux")
def test_built_again_of_the_same_source_it_is_the_same_to_the_bit(executable: Path, tmp_path: Path) -> None:
    build(tmp_path / "again")
    assert (tmp_path / "again" / executable.name).read_bytes() == executable.read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="systemd")
def test_service_that_it_would_install_is_its_own(executable: Path) -> None:
    unit = said(executable, "install", "--dry-run").stdout
    assert "# /etc/systemd/system/CajaSellada.service" in unit
    assert f"ExecStart={executable} run --service --env test" in unit
    assert "StateDirectory=CajaSellada" in unit
    assert "NotifyAccess=all" in unit


@pytest.mark.skipif(os.name == "nt", reason="systemd")
def test_folder_build_is_one_process_to_its_service_manager(in_folder: Path) -> None:
    assert "NotifyAccess=main" in said(in_folder, "install", "--dry-run").stdout
