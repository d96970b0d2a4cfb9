"""The log read from its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.frontends.native import log_lines
from ticket_daemon.frontends.native.log_lines import Choice, mark, newest

FILE_NAME = "TicketServicio.log"


def write(path: Path, *lines: dict[str, Any]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")


def line(number: int, level: str = "info", **fields: Any) -> dict[str, Any]:
    return {"time": "2026-01-09T12:00:00.000Z", "level": level, "event": "job_ended", "n": number, **fields}


def numbers(directory: Path, **choice: Any) -> list[int]:
    return [json.loads(bytes(found))["n"] for found in newest(directory / FILE_NAME, Choice(**choice))]


def test_newest_come_first_and_go_on_in_the_files_before(tmp_path: Path) -> None:
    write(tmp_path / FILE_NAME, line(5), line(6))
    write(tmp_path / f"{FILE_NAME}.1", line(3), line(4))
    write(tmp_path / f"{FILE_NAME}.2", line(1), line(2))
    assert numbers(tmp_path) == [6, 5, 4, 3, 2, 1]
    assert numbers(tmp_path, limit=3) == [6, 5, 4]


def test_tenth_file_is_older_than_the_second(tmp_path: Path) -> None:
    for number in range(1, 11):
        write(tmp_path / f"{FILE_NAME}.{number}", line(number))
    assert numbers(tmp_path) == list(range(1, 11))


def test_lines_are_chosen_by_level_text_and_audit(tmp_path: Path) -> None:
    write(
        tmp_path / FILE_NAME,
        line(1, "debug"),
        line(2, "warning", printer="Caja Ñandú"),
        line(3, "error"),
        line(4, audit=True),
    )
    assert numbers(tmp_path, level="warning") == [3, 2]
    assert numbers(tmp_path, text="ñandú") == [2]
    assert numbers(tmp_path, audit=True) == [4]
    assert numbers(tmp_path, audit=True, level="warning") == []


def test_torn_and_foreign_lines_are_left_out(tmp_path: Path) -> None:
    whole = json.dumps(line(1)).encode()
    (tmp_path / FILE_NAME).write_bytes(whole + b'\n{"level":"in\nno json\n\xff\xfe\n[]\n{"level":"loud"}\n\n' + whole)
    assert numbers(tmp_path) == [1, 1]


def test_no_log_has_no_lines_and_no_mark(tmp_path: Path) -> None:
    assert newest(tmp_path / FILE_NAME, Choice()) == []
    assert mark(tmp_path / FILE_NAME) == ""


def test_mark_changes_with_every_line(tmp_path: Path) -> None:
    write(tmp_path / FILE_NAME, line(1))
    before = mark(tmp_path / FILE_NAME)
    assert mark(tmp_path / FILE_NAME) == before
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write("x\n")
    assert mark(tmp_path / FILE_NAME) != before


@given(st.lists(st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"")), max_size=30), st.integers(1, 50))
def test_backwards_is_forwards_reversed_however_the_blocks_fall(lines: list[bytes], block: int) -> None:
    import tempfile

    lines = [text for text in lines if text]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        path.write_bytes(b"".join(text + b"\n" for text in lines))
        before = log_lines._BLOCK
        try:
            log_lines._BLOCK = block  # type: ignore[misc]
            assert list(log_lines._backwards(path)) == lines[::-1]
        finally:
            log_lines._BLOCK = before  # type: ignore[misc]
