"""What strangers write steers no terminal and forges no line, whichever verb shows it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from support.attacker import request
from support.client import EXAMPLE
from support.daemon_process import DaemonProcess, daemon_process
from ticket_daemon import cli
from ticket_daemon.printable import printable

#: Title, clear, colour (C1), clipboard (OSC 52), right-to-left override, line separator, a line of its own.
HOSTILE = "x\x1b]0;owned\x07\x1b[2J\x9b31m\x1b]52;c;AAAA\x07\u202eevil\u2028\u200f\x7f\U000e0001\nforged line\r"
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    folder = tmp_path_factory.mktemp("daemon")
    name = json.dumps(f"caja{HOSTILE}").replace("\\u2028", "\u2028").replace("\x7f", "\\u007f")
    config = f'[[printers]]\nname = {name}\nuri = "virtual://caja"\ndefault = true\n'
    config += "[limits]\njobs_per_minute = 0\n"
    config = config.replace("\\udb40\\udc01", "\\U000e0001")
    with daemon_process(folder, config=config) as running:
        document = {**EXAMPLE, "profile": {"model": f"m{HOSTILE}"}}
        for job_id, printer in ((f"one{HOSTILE}", None), (f"two{HOSTILE}", f"nobody{HOSTILE}")):
            request(f"{running.url}/api/v1/jobs", "POST", {"id": job_id, "printer": printer, "datos": document})
        (folder / "ticket.json").write_text(json.dumps(document))
        yield running


@pytest.mark.parametrize(
    "verb",
    ["jobs", "job one", "status", "health", "printers", "printers --json", "cancel one", "hold one", "release one",
     "reprint one", "print TICKET", "print TICKET --printer NOBODY", "render TICKET -o OUT --profile NOBODY", "reload",
     "preview TICKET -o OUT", "doctor", "logs -n 200", "logs -n 200 --json"],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["es", "en"])
def test_no_verb_lets_a_strangers_text_steer_the_terminal(daemon: DaemonProcess, verb: str, lang: str) -> None:
    stands_for = {
        "one": f"one{HOSTILE}", "TICKET": str(daemon.data_dir / "ticket.json"), "NOBODY": f"nobody{HOSTILE}",
        "OUT": str(daemon.data_dir / "out"),
    }  # fmt: skip
    arguments = [stands_for.get(word, word) for word in verb.split()]
    if verb.startswith("logs"):
        arguments += ["--data-dir", str(daemon.data_dir)]
    elif not verb.startswith(("render", "preview", "doctor")):
        arguments += ["--url", daemon.url]
    result = CliRunner().invoke(cli.main, arguments, env={"LC_ALL": lang})
    assert not STEERING.search(result.output), result.output
    assert not [line for line in result.output.splitlines() if line.startswith("forged")], result.output


def test_the_daemons_own_terminal_is_not_steered(daemon: DaemonProcess) -> None:
    shown = "".join(daemon.output)
    assert not STEERING.search(shown)
    assert not [line for line in shown.splitlines() if line.startswith("forged")]


def test_every_verb_writes_to_the_terminal_through_echo() -> None:
    """So that the next verb cannot forget it."""
    folder = Path(cli.__file__).parent
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and file.name != "common.py":
                called = ast.unparse(node.func)
                assert called not in ("click.echo", "click.secho", "print", "sys.stdout.write"), (
                    file.name,
                    node.lineno,
                )


@given(st.text())
def test_printable_text_is_one_line_of_printable_characters(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert printable(shown) == shown
