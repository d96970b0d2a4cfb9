"""The console of a Windows machine."""

from __future__ import annotations

import io
import sys
import threading

import pytest

from ticket_daemon.machine.windows import console


@pytest.mark.parametrize("event", [2, 5, 6])
def test_closing_the_window_stops_and_waits_for_the_end(event: int) -> None:
    stopping = threading.Event()
    closing = console.Closing(stopping.set)
    answered: list[bool] = []
    windows = threading.Thread(target=lambda: answered.append(closing.asked(event)))
    windows.start()
    assert stopping.wait(10)
    assert answered == []  # with the answer Windows would end the program
    closing.ended()
    windows.join(10)
    assert answered == [True]


def test_ctrl_c_is_left_to_pythons_own_signals() -> None:
    stopped: list[bool] = []
    assert not console.Closing(lambda: stopped.append(True)).asked(0)
    assert stopped == []


def test_a_pipe_carries_utf8_in_both_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO("ñ €".encode()), encoding="cp1252"))
    console.speak_utf8()
    assert sys.stdin.read() == "ñ €"
    assert (sys.stdout.encoding, sys.stderr.encoding) == ("utf-8", "utf-8")
