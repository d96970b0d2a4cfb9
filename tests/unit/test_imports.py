"""What a verb does not need it does not load: a terminal answers at once, and so does what asks every few seconds."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("aiohttp", "asyncio", "sqlite3", "PIL", "argon2", "uvloop", "ticket_daemon.poster", "ticket_daemon.daemon")
NOBODY = "http://127.0.0.1:9"
#: Runs the verb whatever becomes of it, then names what it loaded of the modules behind the first `--`.
LOADED = """
import sys
split = sys.argv.index("--", 1)
wanted, sys.argv[1:] = sys.argv[1:split], sys.argv[split + 1:]
from ticket_daemon.cli import main
try:
    main()
except SystemExit:
    pass
print("\\n" + " ".join(name for name in wanted if name in sys.modules))
"""


def loaded(verb: str, *modules: str) -> list[str]:
    command = [sys.executable, "-c", LOADED, *modules, "--", *verb.split()]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "Traceback" not in said.stderr
    return said.stdout.splitlines()[-1].split()


@pytest.mark.parametrize(
    "verb",
    [
        "--version",
        "token generate",
        "build --help",
        "install --dry-run --env test",
        f"health --url {NOBODY}",
        f"status --url {NOBODY}",
        f"reload --url {NOBODY}",
    ],
)
def test_small_verbs_load_no_server_no_database_and_no_pictures(verb: str) -> None:
    assert loaded(verb, *HEAVY) == []


def test_version_loads_no_library_but_the_command_lines() -> None:
    assert loaded("--version", "msgspec", "ssl", "click") == ["click"]


def test_a_program_that_uses_the_client_loads_neither_renderer_nor_queue() -> None:
    asked = "import sys; from ticket_daemon.client import AsyncClient, Client; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    heavy = (
        "sqlite3",
        "ticket_daemon.poster",
        "ticket_daemon.queue",
        "ticket_daemon.printers",
        "ticket_daemon.settings",
    )
    assert [name for name in loaded if name.startswith(heavy)] == []
