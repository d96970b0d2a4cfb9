"""The entry of a sealed executable: as the command, and by double click, where it runs and keeps its console."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command; without a word after it (a double click), the daemon."""
    from ticket_daemon.cli import main as command

    clicked = len(sys.argv) == 1
    if clicked:
        sys.argv.append("run")
    try:
        command()
    except SystemExit as end:
        if clicked and end.code:
            _keep_console()
        raise
    except Exception:  # noqa: BLE001 - the edge of the program: said as Python would, then the console is kept
        sys.excepthook(*sys.exc_info())
        if clicked:
            _keep_console()
        raise SystemExit(1) from None
    raise SystemExit(0)


def _keep_console() -> None:
    """Let a person read why it ended: Windows shuts a console that was opened for a program when that ends."""
    if sys.platform != "win32":
        return
    import ctypes

    from ticket_daemon import messages
    from ticket_daemon.cli.common import language
    from ticket_daemon.machine.program_files import is_one_file

    own = 2 if is_one_file() else 1  # one that unpacks, and this one
    processes = (ctypes.c_uint * (own + 1))()
    if 0 < ctypes.windll.kernel32.GetConsoleProcessList(processes, len(processes)) <= own:
        sys.stderr.write(messages.text("build.press_enter", language()))
        sys.stderr.flush()
        sys.stdin.readline()
