"""Two JavaScript engines to compare with, run by node from a folder outside of the tree.

It knows how they are installed (npm, once, into the user's cache) and asked; what they print is receipts.py's. It
promises a sentence instead of figures where node, npm or the package registry are not there.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import platformdirs

ENGINES: Final = {"receipt-printer-encoder": "encoder", "receiptline": "receiptline"}
_PACKAGES: Final = ("@point-of-sale/receipt-printer-encoder@4.0.1", "receiptline@4.0.4")
_PROGRAM: Final = Path(__file__).with_name("engines.mjs")
_INSTALL_S: Final = 120


class Missing(Exception):
    """They cannot be run here; the text says why."""


def _installed() -> Path:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Missing("node or npm is not there")
    folder = platformdirs.user_cache_path("ticket-daemon-bench")
    done = folder / "installed.txt"
    wanted = "\n".join(_PACKAGES)
    if not done.exists() or done.read_text("utf-8") != wanted:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}', "utf-8")
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", *_PACKAGES]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_INSTALL_S)
        except (subprocess.SubprocessError, OSError) as fault:
            raise Missing(f"npm could not install them ({fault})") from None
        done.write_text(wanted, "utf-8")
    return folder


class Node:
    """A running node that makes receipts when asked."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def batch(self, engine: str, logo: bool, first: int, count: int) -> float:
        """Microseconds of processor time for one receipt, the median of `count`."""
        self.send({"engine": ENGINES[engine], "logo": logo, "first": first, "count": count})
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{engine} failed; its message stands above")
        return float(json.loads(answer)["us"])

    def send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()


@contextlib.contextmanager
def node(receipt: dict[str, Any]) -> Iterator[Node]:
    """Node with the engines, given the receipt's data. Raises Missing."""
    command = ["node", str(_PROGRAM), str(_installed())]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        running = Node(process)
        running.send(receipt)
        yield running
        assert process.stdin is not None
        process.stdin.close()
