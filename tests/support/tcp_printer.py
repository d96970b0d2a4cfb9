"""Printers as TCP listeners that keep every byte."""

from __future__ import annotations

import contextlib
import socket
import threading

#: DLE EOT 1: how the daemon begins to ask a printer what it is.
WHO_ARE_YOU = b"\x10\x04\x01"


class TcpPrinter:
    """Listens on loopback in a thread of its own and takes what comes; or, told so, takes nothing at all."""

    def __init__(self, *, reads: bool = True, port: int = 0) -> None:
        self.received = bytearray()
        self.connections = 0
        self._changed = threading.Condition()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # A small buffer, as a printer has: what it does not read soon stands still.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._listener.bind(("127.0.0.1", port))
        self._listener.listen()
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._reads = threading.Event()
        if reads:
            self._reads.set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def uri(self) -> str:
        return f"socket://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            with self._changed:
                self.connections += 1
                self._changed.notify_all()
            threading.Thread(target=self._take, args=(connection,), daemon=True).start()

    def _take(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while self._reads.wait() and (data := connection.recv(65536)):
                data = data.removeprefix(WHO_ARE_YOU)  # before any ticket, of a printer without a profile
                with self._changed:
                    self.received += data
                    self._changed.notify_all()
        connection.close()

    def start_reading(self) -> None:
        """From now on take what comes."""
        self._reads.set()

    def stall(self) -> None:
        """Take nothing from now on, but what is being taken already."""
        self._reads.clear()

    def wait_for(self, size: int, timeout: float = 30.0) -> bytes:
        """Everything received, once it is at least `size` bytes."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.received) >= size, timeout):
                raise TimeoutError(f"{len(self.received)} of {size} bytes came")
            return bytes(self.received)

    def wait_until_has(self, *parts: bytes, timeout: float = 30.0) -> bytes:
        """Everything received, once all of `parts` are in it: a result may be told before the bytes are read here."""
        with self._changed:
            if not self._changed.wait_for(lambda: all(part in self.received for part in parts), timeout):
                raise TimeoutError(f"{parts} did not all come")
            return bytes(self.received)

    def wait_for_connection(self, timeout: float = 30.0) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: self.connections > 0, timeout):
                raise TimeoutError("nobody connected")

    def drop(self) -> None:
        """Cut every connection, as a pulled cable is noticed."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                connection.shutdown(socket.SHUT_RDWR)
                connection.close()
        self._open.clear()

    def close(self) -> None:
        self._reads.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> TcpPrinter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
