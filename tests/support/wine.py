"""Windows under wine: a prefix of the test's own, programs run in it, printers known to its spooler.

It knows processes and the prefix; it does not know the daemon. It promises that a prefix shares nothing with another
but program files, and that nothing is left running when it is closed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools" / "windows"
NULL = subprocess.DEVNULL
RUN_TIMEOUT_S = 60.0


def wine_python() -> ModuleType:
    """The project's script that makes a Windows Python."""
    spec = importlib.util.spec_from_file_location("wine_python", TOOLS / "wine_python.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def windows_path(path: Path) -> str:
    """How a program under wine calls a file of this system."""
    return "Z:" + str(path.resolve()).replace("/", "\\")


class Wine:
    """A prefix, with a Windows Python that sees this project's sources."""

    def __init__(self, made: Path, prefix: Path, environ: dict[str, str]) -> None:
        self.prefix = prefix
        self.python = made / "python" / "python.exe"
        self.environ = environ | {"PYTHONPATH": windows_path(ROOT / "src")}
        _set_for_services(prefix, {"PYTHONPATH": self.environ["PYTHONPATH"]})
        # The first process of a prefix leaves services behind that keep its output open: it is one that has none.
        self._keeper = subprocess.Popen(
            ["wine", str(self.python), "-c", "import time; time.sleep(3600)"],
            env=self.environ, stdin=NULL, stdout=NULL, stderr=NULL, start_new_session=True,
        )  # fmt: skip
        subprocess.run(["wine", str(self.python), "-c", ""], env=self.environ, stdin=NULL, stdout=NULL, stderr=NULL)

    @property
    def drive(self) -> Path:
        """Where C: is."""
        return self.prefix / "drive_c"

    def start(self, *command: str | Path, environ: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """A program of this prefix; its output is a pipe, without which Windows' Python does not start."""
        return subprocess.Popen(
            ["wine", *map(str, command)], env=self.environ | (environ or {}),
            stdin=NULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *command: str | Path, timeout: float = RUN_TIMEOUT_S, **options: Any) -> tuple[int, str]:
        """Run a program to its end: exit code and output."""
        process = self.start(*command, **options)
        try:
            output, _ = process.communicate(timeout=timeout)
        finally:
            process.kill()
        return process.returncode, output.decode("utf-8", "replace").replace("\r\n", "\n")

    def run_python(self, *arguments: str | Path, **options: Any) -> tuple[int, str]:
        return self.run(self.python, *arguments, **options)

    def done(self, *command: str | Path, **options: Any) -> str:
        """The output of a program that must not fail."""
        code, output = self.run(*command, **options)
        assert code == 0, f"{command}: exit code {code}\n{output}"
        return output

    def add_printer(self, name: str, port: str, attributes: int = 0, *, default: bool = False) -> None:
        """Make a printer known to the spooler. `port`: a path that takes its bytes, or `|command` that reads them."""
        options = ["--default"] if default else []
        self.done(self.python, windows_path(TOOLS / "add_printer.py"), name, port, str(attributes), *options)

    def close(self) -> None:
        """End everything that runs in the prefix."""
        self._keeper.kill()
        subprocess.run(["wineserver", "-k"], env=self.environ, stdin=NULL, stdout=NULL, stderr=NULL)
        subprocess.run(["wineserver", "-w"], env=self.environ, stdin=NULL, stdout=NULL, stderr=NULL, timeout=30)
        self._keeper.wait(10)


def _set_for_services(prefix: Path, variables: dict[str, str]) -> None:
    """Variables of the system's environment: services do not inherit those of whoever starts wine.

    They are read when the prefix starts, so they are put into the registry's file. This wine tells services the folder
    "Public" for PROGRAMDATA: it is made the same.
    """
    file = prefix / "system.reg"
    text = file.read_text("utf-8").replace(_PUBLIC, _PUBLIC.replace("users\\\\Public", "ProgramData"))
    before, found, after = text.partition(_ENVIRONMENT)
    assert found, _ENVIRONMENT
    stamp, _, values = after.partition("\n")
    lines = [f'"{name}"="{value}"'.replace("\\", "\\\\") for name, value in variables.items()]
    file.write_text("\n".join([before + _ENVIRONMENT + stamp, *lines, values]), "utf-8")


_ENVIRONMENT = r"[System\\CurrentControlSet\\Control\\Session Manager\\Environment]"
_PUBLIC = r'"Public"=str(2):"C:\\users\\Public"'


@contextlib.contextmanager
def wine(made: Path) -> Iterator[Wine]:
    """A prefix of one's own for the length of a block. Program files are links to those of the kept one."""
    folder = Path(tempfile.mkdtemp(prefix="prefix-", dir=made.parent))
    prefix = folder / "prefix"
    shutil.copytree(made / "prefix", prefix, symlinks=True, copy_function=_link_large)
    try:
        running = Wine(made, prefix, wine_python().environment(prefix))
        try:
            yield running
        finally:
            running.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


LARGE = 64 * 1024


def _link_large(source: str, target: str) -> None:
    """Copy what may be written to; link the program files, which are 700 MB."""
    if source.endswith((".dll", ".exe", ".sys", ".ttf", ".nls", ".drv")) and os.path.getsize(source) >= LARGE:
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def ready() -> Path | str:
    """The directory of the Windows Python; or how to get it."""
    if sys.platform != "linux":
        return "wine runs on Linux"
    script = wine_python()
    command: str | None = script.missing()
    if command is not None:
        return command
    made: Path = script.make()
    return made
