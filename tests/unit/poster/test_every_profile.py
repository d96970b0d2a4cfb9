"""Nothing that a document can say ends as anything but paper or a DocumentError, for any printer."""

from __future__ import annotations

import random
import runpy
from pathlib import Path

import pytest

from ticket_daemon.errors import DocumentError
from ticket_daemon.poster.emulator import UnknownBytes, draw
from ticket_daemon.poster.profile.catalogue import find, names
from ticket_daemon.poster.render import render_ticket

FUZZ = runpy.run_path(str(Path(__file__).parents[3] / "tools/fuzz.py"))
#: Raw bytes are the sender's own; pictures come in parts there.
OURS = [command for command in FUZZ["MORE"] if command["type"] != "raw"]


@pytest.mark.parametrize("name", names())
def test_every_command_prints_on_every_printer_as_that_printer_understands(name: str) -> None:
    profile = find(name)
    assert profile is not None
    for command in OURS:
        document = {"version": "1.1", "profile": {"model": name}, "commands": [command]}
        try:
            ticket = render_ticket(document, profile)
        except DocumentError:
            continue
        paper = draw(ticket.data, profile)
        assert not [event for event in paper.events if isinstance(event, UnknownBytes)]


@pytest.mark.parametrize("seed", range(4))
def test_damaged_documents_are_printed_or_refused(seed: int) -> None:
    rng = random.Random(seed)
    seeds = [{"version": "1.1", "profile": {"model": name}, "commands": FUZZ["MORE"]} for name in names()]
    for _ in range(100):
        FUZZ["try_document"](seeds, rng)
