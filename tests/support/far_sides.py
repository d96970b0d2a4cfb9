"""What is at the other end of a device file or a serial line in tests: it takes bytes, stops, answers, vanishes."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
import tty
from collections.abc import Callable
from typing import Self

#: Seconds between two looks whether the reading is to end.
TICK_S = 0.02


class Collector:
    """Takes what can be read from `fd`, in a thread; what `answer` makes of each piece is written back."""

    def __init__(self, fd: int, answer: Callable[[bytes], bytes] | None = None) -> None:
        self.received = bytearray()
        self._fd = fd
        self._answer = answer
        self._changed = threading.Condition()
        self._lock = threading.Lock()
        self._reads = threading.Event()
        self._reads.set()
        self._done = threading.Event()
        os.set_blocking(fd, False)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._done.is_set():
            if not self._reads.wait(TICK_S):
                continue
            with self._lock, contextlib.suppress(OSError):
                if self._reads.is_set() and not self._done.is_set():
                    self._take()

    def _take(self) -> None:
        if not select.select([self._fd], [], [], TICK_S)[0]:
            return
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            data = b""
        if not data:  # nobody has it open for writing just now
            self._done.wait(TICK_S)
            return
        with self._changed:
            self.received += data
            self._changed.notify_all()
        if self._answer is not None and (answer := self._answer(data)):
            os.write(self._fd, answer)

    def say(self, data: bytes) -> None:
        """Say something unasked."""
        os.write(self._fd, data)

    def stall(self) -> None:
        """Take nothing from now on."""
        self._reads.clear()
        with self._lock:  # what was being taken has been
            pass

    def resume(self) -> None:
        """Take what comes again."""
        self._reads.set()

    def vanish(self) -> None:
        """End, as a cable that is pulled."""
        if self._done.is_set():
            return
        self._done.set()
        self._thread.join(10)
        os.close(self._fd)

    def wait_for(self, size: int, timeout: float = 20.0) -> bytes:
        """Everything received, once it is at least `size` bytes."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.received) >= size, timeout):
                raise TimeoutError(f"{len(self.received)} of {size} bytes came")
            return bytes(self.received)


class PtyPrinter(Collector):
    """A pseudo-terminal: `path` is the printer's device, for a serial port or a device file; this is the printer."""

    def __init__(self, answer: Callable[[bytes], bytes] | None = None) -> None:
        master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        super().__init__(master, answer)

    def say_stop(self, timeout: float = 20.0) -> None:
        """XOFF, and wait until the kernel has obeyed: it takes it in by and by."""
        self.say(b"\x13")
        end = time.monotonic() + timeout
        while select.select([], [self._slave], [], 0)[1]:
            if time.monotonic() > end:
                raise TimeoutError("the kernel did not obey XOFF")
            time.sleep(0.005)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.vanish()
        os.close(self._slave)
