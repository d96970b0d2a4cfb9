"""The log: one line per record whatever is in it, rotation, and nothing that could steer a terminal."""

from __future__ import annotations

import io
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.machine import logs

FILE_NAME = "TicketServicioTest.log"
TEXTS = st.text(st.characters()) | st.sampled_from(
    [
        "\n12:00:00 info     job_ended state=sent",
        "\x1b[2J",
        "\x9b2J",
        "\u2028x",
        "\x85x",
        "\ud800",
        'a" state="sent',
        "",
    ]
)


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


def record(event: str = "job_ended", error: BaseException | None = None, **fields: Any) -> logging.LogRecord:
    trace = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("ticket_daemon.spooler.worker", logging.INFO, "", 0, event, None, trace)
    made.created = 1_768_000_000.5
    vars(made).update(fields)
    return made


def raised(text: str) -> BaseException:
    try:
        raise RuntimeError(text)
    except RuntimeError as error:
        return error


def steers(text: str) -> bool:
    return any(not char.isprintable() for char in text)


def test_json_line() -> None:
    assert json.loads(logs.JsonLines().format(record(job="pos-1", state="sent", ms=12, path=Path("/x")))) == {
        "time": "2026-01-09T23:06:40.500Z",
        "level": "info",
        "event": "job_ended",
        "logger": "spooler.worker",
        "job": "pos-1",
        "state": "sent",
        "ms": 12,
        "path": str(Path("/x")),
    }


def test_readable_line() -> None:
    line = logs.Readable().format(record(job="pos 1", state="sent"))
    assert line.endswith(' info     job_ended job="pos 1" state=sent')
    assert line[2] == line[5] == ":"


def test_traceback_stays_inside_the_json_line() -> None:
    line = logs.JsonLines().format(record(error=raised("no\npaper")))
    assert "\n" not in line
    assert "RuntimeError: no\npaper" in json.loads(line)["error"]


@given(TEXTS, TEXTS)
def test_json_is_one_line_with_the_fields_it_was_given(event: str, value: str) -> None:
    line = logs.JsonLines().format(record(event.replace("%", "%%"), note=value, error=raised(value)))
    assert len(line.splitlines()) == 1
    assert not any(char in line for char in "\x1b\x7f\x85\x9b\u2028\u2029")
    found = json.loads(line)
    if "\ud800" <= max(value + event, default="") <= "\udfff" or any("\ud800" <= c <= "\udfff" for c in value + event):
        return  # half a character cannot be written: its escape stands there instead
    assert found["note"] == value
    assert found["event"] == event.replace("%", "%%")


@given(TEXTS)
def test_half_a_character_does_not_lose_the_record(value: str) -> None:
    line = logs.JsonLines().format(record(note=value + "\ud800"))
    assert json.loads(line)["level"].strip("'") == "info"
    assert "ud800" in line


@given(TEXTS, TEXTS)
def test_readable_record_is_one_line_that_cannot_steer_a_terminal(event: str, value: str) -> None:
    line = logs.Readable().format(record(event.replace("%", "%%"), job=value))
    assert not steers(line)
    assert len(line.splitlines()) == 1


@given(TEXTS)
def test_lines_of_a_traceback_cannot_be_taken_for_records(value: str) -> None:
    head, *trace = logs.Readable().format(record(error=raised(value))).split("\n")
    assert not steers(head)
    assert trace
    assert all(line.startswith("    ") and not steers(line) for line in trace)


@given(TEXTS)
def test_value_cannot_look_like_another_field(value: str) -> None:
    line = logs.Readable().format(record(job=value, state="failed"))
    before, _, rest = line.partition(" job=")
    assert before.endswith("job_ended")
    assert rest.endswith(" state=failed")
    shown = rest.removesuffix(" state=failed")
    if shown.startswith('"'):
        assert shown.endswith('"')
        inner = shown[1:-1].replace("\\\\", "")
        assert '"' not in inner.replace('\\"', "")
    else:
        assert not set(shown) & set(' ="')


@given(st.dictionaries(st.text("abc_", min_size=1, max_size=5), TEXTS, max_size=3), TEXTS)
def test_line_of_the_file_is_shown_as_safely(fields: dict[str, str], error: str) -> None:
    line = {"time": "2026-01-09T00:26:40.500Z", "level": "info", "event": "x", "logger": "y", **fields, "error": error}
    head, *trace = logs.readable(line).split("\n")
    assert not steers(head)
    assert head.startswith("2026-01-09T00:26:40.500Z info     x")
    assert all(not steers(shown) and (shown.startswith("    ") or not shown) for shown in trace)


def test_set_up_writes_json_to_the_file_and_readable_lines_to_the_terminal(
    root: logging.Logger, tmp_path: Path
) -> None:
    terminal = io.StringIO()
    logs.set_up("debug", tmp_path / "logs" / FILE_NAME, 5, 5, terminal)
    logging.getLogger("ticket_daemon.spooler").info("job_ended", extra={"job": "1"})
    logging.getLogger("ticket_daemon.spooler").debug("detail")
    lines = (tmp_path / "logs" / FILE_NAME).read_text("utf-8").splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["job_ended", "detail"]
    assert terminal.getvalue().endswith("job_ended job=1\n")
    assert "detail" not in terminal.getvalue()
    assert not root.propagate


def test_level_is_obeyed(root: logging.Logger, tmp_path: Path) -> None:
    logs.set_up("warning", tmp_path / FILE_NAME, 5, 5, io.StringIO())
    root.info("quiet")
    root.warning("loud")
    (line,) = (tmp_path / FILE_NAME).read_text("utf-8").splitlines()
    assert json.loads(line)["event"] == "loud"


def test_setting_up_again_does_not_write_twice(root: logging.Logger, tmp_path: Path) -> None:
    logs.set_up("info", tmp_path / FILE_NAME, 5, 5, io.StringIO())
    terminal = io.StringIO()
    logs.set_up("info", tmp_path / FILE_NAME, 5, 5, terminal)
    root.info("once")
    assert len((tmp_path / FILE_NAME).read_text("utf-8").splitlines()) == 1
    assert terminal.getvalue().count("once") == 1


def test_without_a_directory_there_is_no_file(root: logging.Logger) -> None:
    logs.set_up("info", None, 5, 5, io.StringIO())
    assert len(root.handlers) == 1


def test_file_rotates_while_running_and_only_some_are_kept(root: logging.Logger, tmp_path: Path) -> None:
    logs.set_up("info", tmp_path / FILE_NAME, 1, 2, io.StringIO())
    root.handlers[1].setLevel(logging.CRITICAL)  # the terminal need not see these
    for number in range(45):
        root.info("filler", extra={"number": number, "text": "x" * 100_000})
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [FILE_NAME, FILE_NAME + ".1", FILE_NAME + ".2"]
    assert all(path.stat().st_size <= logs.MIB for path in tmp_path.iterdir())
    last = (tmp_path / FILE_NAME).read_text("utf-8").splitlines()[-1]
    assert json.loads(last)["number"] == 44


def test_a_rotation_that_fails_loses_no_line_and_disturbs_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows another program that has the log open keeps it from being renamed."""
    logs.set_up("info", tmp_path / FILE_NAME, 1, 2, io.StringIO())
    log = logging.getLogger("ticket_daemon.test")
    monkeypatch.setattr(os, "rename", lambda *_: (_ for _ in ()).throw(PermissionError("in use")))
    for number in range(30):
        log.info("filling", extra={"number": number, "text": "x" * 100_000})
    written = (tmp_path / FILE_NAME).read_text("utf-8")
    assert [json.loads(line)["number"] for line in written.splitlines()] == list(range(30))
