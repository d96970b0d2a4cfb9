"""`ticket-daemon calibrate` and `ticket-daemon emulator` as their users run them: processes, sockets and files."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.daemon_process import daemon_process
from support.readers import zxing
from ticket_daemon.poster.calibration import calibration
from ticket_daemon.poster.emulator import draw
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.poster.render import render_ticket

TICKET = b"\x1b@CAF\x82 DE PRUEBA\nsegunda l\xa1nea\n\x1bd\x04\x1dVB\x00"
TIMEOUT_S = 30.0
#: Bytes by which a stalled printer has stopped the sender: its buffer of 64 KiB and what the kernels hold between.
MORE_THAN_IT_TAKES = 8 << 20


def verb(*arguments: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("TICKET_DAEMON_")} | {"LC_ALL": f"{lang}.UTF-8"}
    command = [sys.executable, "-X", "utf8", "-m", "ticket_daemon", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environ, timeout=TIMEOUT_S)


# --- emulator ---


class Emulator:
    """`ticket-daemon emulator` on a free port."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        command = [sys.executable, "-u", "-X", "utf8", "-m", "ticket_daemon", "emulator", "--port", "0"]
        self.folder = folder
        self.process = subprocess.Popen(
            [*command, "--output", str(folder), *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            env={**os.environ, "LC_ALL": "en.UTF-8"},
        )  # fmt: skip
        assert self.process.stdout is not None
        self.first = self.process.stdout.readline()
        found = re.search(r"socket://127\.0\.0\.1:(\d+)", self.first)
        assert found, self.first + self.process.stdout.read()
        self.port = int(found.group(1))

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S)

    def print(self, data: bytes) -> str:
        """Send a job on a connection of its own; the line that the emulator says about it."""
        with self.connect() as link:
            link.sendall(data)
        return self.line()

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


@contextlib.contextmanager
def emulator(folder: Path, *arguments: str) -> Iterator[Emulator]:
    running = Emulator(folder, *arguments)
    watchdog = threading.Timer(TIMEOUT_S, running.process.kill)
    watchdog.start()
    try:
        yield running
    finally:
        watchdog.cancel()
        running.process.kill()
        running.process.communicate()


def test_each_ticket_is_a_picture_in_the_folder(tmp_path: Path) -> None:
    with emulator(tmp_path / "out", "--profile", "TM-T20III") as printer:
        assert "TM-T20III" in printer.first
        said = printer.print(TICKET)
        assert "ticket-0001.png: lines: 2, Cut: 1" in said
        printer.print(TICKET.replace(b"segunda", b"tercera") + b"open\n")
        assert "ticket-0003.png: lines: 1" in printer.line()
    profile = find("TM-T20III")
    assert profile is not None
    assert (tmp_path / "out" / "ticket-0001.png").read_bytes() == draw(TICKET, profile).png()
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_pictures_of_an_earlier_run_are_kept(tmp_path: Path) -> None:
    (tmp_path / "ticket-0001.png").write_bytes(b"mine")
    with emulator(tmp_path) as printer:
        assert "ticket-0002.png" in printer.print(TICKET)
    assert (tmp_path / "ticket-0001.png").read_bytes() == b"mine"


def test_it_answers_as_a_printer_and_a_question_alone_makes_no_picture(tmp_path: Path) -> None:
    with emulator(tmp_path) as printer:
        with printer.connect() as link:
            link.sendall(b"\x10\x04\x01")
            assert link.recv(16) == b"\x12"
        assert "ticket-0001.png" in printer.print(TICKET)


@pytest.mark.parametrize(
    ("option", "asked", "answer"),
    [("--offline", b"\x10\x04\x01", b"\x1a"), ("--cover-open", b"\x10\x04\x02", b"\x16")],
)
def test_in_trouble_it_says_so_and_takes_no_more_than_its_buffer(
    tmp_path: Path, option: str, asked: bytes, answer: bytes
) -> None:
    with emulator(tmp_path, option) as printer, printer.connect() as link:
        link.sendall(asked)
        assert link.recv(16) == answer
        link.settimeout(0.2)
        with pytest.raises(TimeoutError):
            link.sendall(b"line of text\n" * (MORE_THAN_IT_TAKES // 13))
    assert list(tmp_path.iterdir()) == []


def test_what_no_blade_cuts_is_torn_off_while_the_host_holds_its_connection(tmp_path: Path) -> None:
    with emulator(tmp_path, "--profile", "58mm PT-210") as printer, printer.connect() as link:
        for number in (1, 2):
            link.sendall(b"\x1b@no cutter\n\n\n")
            assert f"ticket-000{number}.png: lines: 3" in printer.line()


def test_the_paper_ends_after_so_many_lines(tmp_path: Path) -> None:
    with emulator(tmp_path, "--paper-out-after-lines", "3") as printer:
        with printer.connect() as link:
            link.sendall(b"one\ntwo\nthree\nfour\nfive\n\x10\x04\x04")
            assert link.recv(16) == b"\x72"
        assert "lines: 3" in printer.line()


def test_a_slow_one_takes_its_time(tmp_path: Path) -> None:
    with emulator(tmp_path, "--slow", "20000") as printer:
        begun = time.monotonic()
        printer.print(b"line of text\n" * 800)  # 10,400 bytes
        assert time.monotonic() - begun > 0.4


def test_a_dropped_connection_is_dropped(tmp_path: Path) -> None:
    with emulator(tmp_path, "--drop-after", "6", "--mute") as printer:
        with printer.connect() as link:
            link.sendall(b"one\n\x10\x04")
            assert link.recv(16) == b""
        assert "lines: 1" in printer.line()


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with emulator(tmp_path) as printer:
        printer.print(TICKET)
        printer.process.send_signal(number)
        assert printer.process.wait(TIMEOUT_S) == 0
        assert printer.line() == ""


def test_a_taken_port_and_an_unknown_profile_are_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = verb("emulator", "--port", port, "--output", str(tmp_path))
    assert (done.returncode, "cannot listen" in done.stderr) == (1, True)
    done = verb("emulator", "--profile", "TM-T2OIII", "--output", str(tmp_path))
    assert (done.returncode, "TM-T20III" in done.stderr) == (1, True)


# --- calibrate ---


def test_calibrate_draws_and_writes_bytes_without_a_daemon(tmp_path: Path) -> None:
    png, binary = tmp_path / "c.png", tmp_path / "c.bin"
    profile = find("58mm PT-210")
    assert profile is not None
    assert verb("calibrate", "--profile", "58mm PT-210", "-o", str(png)).returncode == 0
    assert verb("calibrate", "--profile", "pt210", "-o", str(binary), lang="es").returncode == 0
    assert len(zxing(png.read_bytes())) == 3
    assert binary.read_bytes() == render_ticket(calibration(profile, "es"), profile).data
    assert draw(binary.read_bytes(), profile).text[0].strip() == "CALIBRACIÓN"


def test_calibrate_into_a_file_needs_a_profile(tmp_path: Path) -> None:
    done = verb("calibrate", "-o", str(tmp_path / "c.png"))
    assert (done.returncode, "--profile" in done.stderr) == (2, True)


def test_calibrate_prints_for_the_profile_of_the_destination(tmp_path: Path) -> None:
    profile = find("TM-m30")
    assert profile is not None
    with emulator(tmp_path / "paper", "--profile", "TM-m30") as printer:
        uri = f"socket://127.0.0.1:{printer.port}"
        config = f'[[printers]]\nname = "caja"\nuri = "{uri}"\nprofile = "TM-m30"\ndefault = true\n'
        with daemon_process(tmp_path / "data", config=config) as daemon:
            for arguments in (("--printer", "CAJA"), ()):
                done = verb("calibrate", *arguments, "--url", daemon.url)
                assert done.returncode == 0, done.stdout + done.stderr
                assert "png" in printer.line()
            unknown = verb("calibrate", "--printer", "cajon", "--url", daemon.url)
            assert (unknown.returncode, "caja" in unknown.stderr) == (1, True)
    expected = draw(render_ticket(calibration(profile, "en"), profile).data, profile).png()
    assert sorted(path.name for path in (tmp_path / "paper").iterdir()) == ["ticket-0001.png", "ticket-0002.png"]
    assert (tmp_path / "paper" / "ticket-0001.png").read_bytes() == expected


def test_calibrate_without_a_daemon_says_that_there_is_none() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        assert verb("calibrate", "--url", f"http://127.0.0.1:{port}").returncode == 3
