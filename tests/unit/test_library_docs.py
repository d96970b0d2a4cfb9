"""docs/library.md: its examples are run, in their order, as a reader would."""

from __future__ import annotations

import doctest
import inspect
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from ticket_daemon import poster

PAGE = Path(__file__).resolve().parents[2] / "docs" / "library.md"
TEXT = PAGE.read_text("utf-8")


class Connection:
    """A printer in the network that takes everything."""

    received = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def sendall(self, data: bytes) -> None:
        self.received += data


def test_examples_do_what_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    printer = Connection()
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: printer)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    assert blocks
    names: dict[str, Any] = {}
    runner = doctest.DocTestRunner(verbose=False)
    for number, block in enumerate(blocks):
        if block.startswith(">>>"):
            example = doctest.DocTestParser().get_doctest(block, names, f"block {number}", str(PAGE), 0)
            runner.run(example, clear_globs=False)
            names = example.globs
        else:
            exec(compile(block, f"{PAGE.name} block {number}", "exec"), names)
    assert runner.summarize().failed == 0
    assert printer.received == names["data"]
    assert (tmp_path / "ticket.png").read_bytes() == names["picture"]


def test_every_call_of_the_builder_is_shown() -> None:
    calls = {name for name, _ in inspect.getmembers(poster.Ticket, inspect.isfunction) if not name.startswith("_")}
    assert calls - set(re.findall(r"`(\w+)\(", TEXT)) == set()


def test_names_shown_are_public() -> None:
    lines = re.findall(r"from ticket_daemon\.poster import (.*)", TEXT)
    imported = set(re.findall(r"\w+", " ".join(lines)))
    assert imported
    assert imported <= set(poster.__all__)
