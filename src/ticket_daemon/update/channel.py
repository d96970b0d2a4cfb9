"""Where releases come from: a web address, or a folder such as a file share."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from ticket_daemon.errors import UpdateError
from ticket_daemon.update.manifest import MAX_LIST, NAME, SIGNATURE, File, Manifest, read

#: Seconds without a byte.
PATIENCE_S: Final = 30.0
_CHUNK: Final = 256 * 1024


def system_name() -> str:
    """This system as lists of releases call it: `linux-x86_64`, `windows-amd64`."""
    return f"{sys.platform.replace('win32', 'windows')}-{platform.machine().lower()}"


class Channel:
    """`https://…/folder`, or a folder of this machine or network. A list is believed by its signature alone."""

    def __init__(self, where: str, key: str) -> None:
        if where.startswith("http://"):
            raise UpdateError("update.no_https", where=where)
        self._where = where.rstrip("/")
        self._key = key

    def manifest(self) -> Manifest:
        """Raises UpdateError."""
        return read(self._small(NAME), self._small(SIGNATURE), self._key)

    def fetch(self, file: File, folder: Path) -> Path:
        """Bring a release's file into `folder`, whole and as the list says it is. Raises UpdateError."""
        path, digest, size = folder / file.name, hashlib.sha256(), 0
        handle, unfinished = tempfile.mkstemp(dir=folder, prefix="unfinished-")
        try:
            with os.fdopen(handle, "wb") as written, self._open(file.name) as source:
                while data := source.read(_CHUNK):
                    size += len(data)
                    if size > file.size:
                        break
                    digest.update(data)
                    written.write(data)
                os.fsync(written.fileno())
            if size != file.size or digest.hexdigest() != file.sha256:
                raise UpdateError("update.bad_file", file=file.name)
            Path(unfinished).replace(path)
        except OSError as error:
            raise UpdateError("update.not_fetched", where=f"{self._where}/{file.name}", detail=str(error)) from None
        finally:
            Path(unfinished).unlink(missing_ok=True)
        return path

    def _small(self, name: str) -> bytes:
        try:
            with self._open(name) as source:
                data = source.read(MAX_LIST + 1)
        except OSError as error:
            raise UpdateError("update.not_fetched", where=f"{self._where}/{name}", detail=str(error)) from None
        if len(data) > MAX_LIST:
            raise UpdateError("update.bad_list", detail=f"{name}: > {MAX_LIST}")
        return data

    @contextlib.contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        """Raises OSError."""
        if self._where.startswith("https://"):
            with urllib.request.urlopen(f"{self._where}/{name}", timeout=PATIENCE_S) as answer:  # noqa: S310 - https
                yield answer
        else:
            with (Path(self._where.removeprefix("file://")) / name).open("rb") as file:
                yield file
