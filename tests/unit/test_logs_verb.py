"""`ticket-daemon logs`: which log, which lines, and following through rotations."""

from __future__ import annotations

import io
import json
import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ticket_daemon.cli import main
from ticket_daemon.cli.logs import Tail
from ticket_daemon.machine import logs, places

NAME = "TicketServicioTest.log"
TIME = "2026-01-09T00:00:00.000Z"
PATIENCE_S = 20.0


def line(number: int, level: str = "info", **more: object) -> str:
    return json.dumps(
        {"time": "2026-01-09T00:00:00.000Z", "level": level, "event": f"e{number}", "logger": "x", **more}
    )


def write(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(f"{text}\n" for text in lines))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with a log of ten lines and an older file of ten, and no service on the machine."""
    for variable in tuple(os.environ):
        if variable.startswith("TICKET_DAEMON_"):
            monkeypatch.delenv(variable)
    nowhere = tmp_path / "machine"
    monkeypatch.setattr(places, "of_service", lambda _: places.Places(nowhere, nowhere, nowhere))
    write(tmp_path / "logs" / f"{NAME}.1", *(line(n) for n in range(10)))
    write(tmp_path / "logs" / NAME, *(line(n, "warning" if n % 5 == 0 else "info") for n in range(10, 20)))
    return tmp_path


def call(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["logs", "--data-dir", str(folder), *arguments], env={"LC_ALL": "en"})


def events(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [json.loads(shown)["event"] for shown in result.output.splitlines()]


def test_last_lines_come_from_older_files_too(folder: Path) -> None:
    assert events(call(folder, "-n", "3", "--json")) == ["e17", "e18", "e19"]
    assert events(call(folder, "-n", "12", "--json")) == [f"e{n}" for n in range(8, 20)]
    assert events(call(folder, "-n", "1000", "--json")) == [f"e{n}" for n in range(20)]
    assert events(call(folder, "-n", "0", "--json")) == []


def test_level_counts_the_lines_that_are_wanted(folder: Path) -> None:
    assert events(call(folder, "-n", "2", "--level", "warning", "--json")) == ["e10", "e15"]
    assert events(call(folder, "-n", "2", "--level", "error", "--json")) == []


def test_audit_shows_audit_lines_alone(folder: Path) -> None:
    write(folder / "logs" / NAME, line(20, audit=True), line(21, audit=False), "torn")
    assert events(call(folder, "--audit", "--json")) == ["e20"]


def test_lines_are_readable_unless_json_is_asked_for(folder: Path) -> None:
    assert call(folder, "-n", "1").output == f"{TIME} info     e19\n"


def test_line_that_is_torn_is_shown_as_it_is(folder: Path) -> None:
    write(folder / "logs" / NAME, '{"time":"2026', "[]")
    assert call(folder, "-n", "2").output == '{"time":"2026\n[]\n'


def test_no_log_says_where_it_was_looked_for(tmp_path: Path) -> None:
    result = call(tmp_path / "none")
    assert result.exit_code == 1
    assert str(tmp_path / "none" / "logs" / NAME) in result.output


def test_configuration_with_a_mistake_does_not_hide_the_log(folder: Path) -> None:
    (folder / "c.toml").write_text("[server]\nport = 'x'\n")
    assert events(call(folder, "-n", "1", "--json", "--config", str(folder / "c.toml"))) == ["e19"]


def test_newer_of_the_services_log_and_ones_own_is_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ticket_daemon.settings import config

    monkeypatch.setattr(config, "default_data_dir", lambda _: folder)
    write(folder / "machine" / NAME, line(99))
    os.utime(folder / "logs" / NAME, (1, 1))
    newest = CliRunner().invoke(main, ["logs", "-n", "1", "--json"])
    assert events(newest) == ["e99"]
    os.utime(folder / "machine" / NAME, (0, 0))
    assert events(CliRunner().invoke(main, ["logs", "-n", "1", "--json"])) == ["e19"]


def test_log_that_may_not_be_read_is_named_and_ones_own_is_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ticket_daemon.settings import config

    monkeypatch.setattr(config, "default_data_dir", lambda _: folder)
    real = Path.stat

    def stat(path: Path, **more: bool) -> os.stat_result:
        if path == folder / "machine" / NAME:
            raise PermissionError(13, "Permission denied")
        return real(path, **more)

    monkeypatch.setattr(Path, "stat", stat)
    shown = CliRunner().invoke(main, ["logs", "-n", "1", "--json"])
    assert json.loads(shown.stdout)["event"] == "e19"
    assert str(folder / "machine" / NAME) in shown.stderr
    monkeypatch.setattr(config, "default_data_dir", lambda _: folder / "none")
    refused = CliRunner().invoke(main, ["logs"])
    assert refused.exit_code == 1
    assert "sudo" in refused.output


# --- following ---


def rotated(path: Path, times: int = 1) -> None:
    for _ in range(times):
        for number in range(8, 0, -1):
            if (aside := path.with_name(f"{path.name}.{number}")).exists():
                aside.rename(path.with_name(f"{path.name}.{number + 1}"))
        path.rename(path.with_name(f"{path.name}.1"))


def test_tail_gives_each_line_once_through_rotations(tmp_path: Path) -> None:
    path = tmp_path / NAME
    tail = Tail(path)
    assert list(tail.lines()) == []
    write(path, "a", "b")
    assert list(tail.lines()) == ["a\n", "b\n"]
    assert list(tail.lines()) == []
    write(path, "c")
    rotated(path)
    assert list(tail.lines()) == ["c\n"]  # between two files
    write(path, "d" * 100)
    assert list(tail.lines()) == ["d" * 100 + "\n"]
    write(path, "e")
    rotated(path)
    write(path, "f")
    rotated(path)
    write(path, "g")
    assert list(tail.lines()) == ["e\n", "f\n", "g\n"]


def test_tail_waits_for_the_end_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(b"whole\nha")
    tail = Tail(path)
    assert list(tail.lines()) == ["whole\n"]
    with path.open("ab") as file:
        file.write(b"lf\n")
    assert list(tail.lines()) == ["half\n"]


def test_tail_begins_anew_in_a_file_that_was_emptied(tmp_path: Path) -> None:
    path = tmp_path / NAME
    write(path, "before")
    tail = Tail(path)
    assert list(tail.lines()) == ["before\n"]
    path.write_text("new\n")
    assert list(tail.lines()) == ["new\n"]


def test_tail_misses_nothing_when_the_file_is_put_aside_between_its_look_and_its_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / NAME
    write(path, "a")
    tail = Tail(path)
    assert list(tail.lines()) == ["a\n"]
    write(path, "b")
    read = Tail._read

    def late(tail: Tail, file: Path) -> list[str] | None:
        monkeypatch.setattr(Tail, "_read", read)
        rotated(path)
        write(path, "c")
        return read(tail, file)

    monkeypatch.setattr(Tail, "_read", late)
    assert list(tail.lines()) == ["b\n", "c\n"]


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger = logging.getLogger("ticket_daemon")
    before = logger.level, logger.propagate, list(logger.handlers)
    logger.handlers.clear()
    yield logger
    for handler in tuple(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    logger.level, logger.propagate = before[:2]
    logger.handlers.extend(before[2])


def test_following_misses_nothing_while_the_log_rotates(tmp_path: Path, root: logging.Logger) -> None:
    logs.set_up("info", tmp_path / "logs" / NAME, 1, 5, io.StringIO())
    root.info("first")
    command = [sys.executable, "-m", "ticket_daemon", "logs", "-f", "--json", "--data-dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        heard: queue.Queue[str] = queue.Queue()

        def listen() -> None:
            assert process.stdout is not None
            for said in process.stdout:
                heard.put(json.loads(said)["event"])

        threading.Thread(target=listen, daemon=True).start()
        try:
            assert heard.get(timeout=PATIENCE_S) == "first"
            for number in range(25):  # two and a half files
                root.info(f"e{number}", extra={"text": "x" * 100_000})
            assert [heard.get(timeout=PATIENCE_S) for _ in range(25)] == [f"e{number}" for number in range(25)]
            assert (tmp_path / "logs" / f"{NAME}.2").exists()
        finally:
            process.kill()


# --- audit ---


def test_audit_lines_are_written_whatever_the_level(tmp_path: Path, root: logging.Logger) -> None:
    logs.set_up("error", tmp_path / NAME, 5, 5, io.StringIO())
    root.info("chatter")
    root.info("evidence", extra={"audit": True})
    (kept,) = (tmp_path / NAME).read_text("utf-8").splitlines()
    assert json.loads(kept)["event"] == "evidence"
