"""A Windows console: text in and out of pipes, the person's language, the X of its window."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable
from typing import Any, Final

# Why Windows ends a console program (wincon.h).
_CLOSE, _LOGOFF, _SHUTDOWN = 2, 5, 6
#: Windows ends the program 5 s after the X, whatever it does.
GRACE_S: Final = 4.5
#: Primary language of a language identifier (winnt.h).
_PRIMARY: Final = 0x3FF
_ENGLISH: Final = 0x09


def speak_utf8() -> None:
    """Pipes and files carry UTF-8, not the machine's old code page; a console window takes every character anyway."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            stream.reconfigure(encoding="utf-8", errors="replace")


def is_english() -> bool:
    """Whether the user's Windows speaks English."""
    if sys.platform != "win32":
        return False
    import ctypes

    return bool(ctypes.windll.kernel32.GetUserDefaultUILanguage() & _PRIMARY == _ENGLISH)


class Closing:
    """The window is closed, or the user logs off: an orderly stop, for as long as Windows lets it take."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._ended = threading.Event()
        self._routine: Any = None

    def asked(self, event: int) -> bool:
        """Windows asks, in a thread of its own; with the answer it ends the program. False: not ours to handle."""
        if event not in (_CLOSE, _LOGOFF, _SHUTDOWN):
            return False
        self._stop()
        self._ended.wait(GRACE_S)
        return True

    def ended(self) -> None:
        """The stop is done."""
        self._ended.set()

    def listen(self) -> None:
        """From now on be asked; nothing on other systems, where the terminal sends a signal."""
        if sys.platform != "win32":
            return
        import ctypes

        # Kept: Windows has only its address.
        self._routine = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)(self.asked)
        ctypes.windll.kernel32.SetConsoleCtrlHandler(self._routine, True)
