"""What a ticket becomes when it is made anew for the printer that stands in."""

from __future__ import annotations

import pytest

from ticket_daemon.errors import TicketDaemonError
from ticket_daemon.formats import Formats, Options, all_copies
from ticket_daemon.poster.escpos import parse
from ticket_daemon.poster.escpos.mechanics import Pulse
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.queue.job import Payload, printed
from ticket_daemon.settings.config import Settings
from ticket_daemon.spooler.stand_in import _made_anew

FORMATS = Formats(Settings())
SALE = {
    "version": "1.0",
    "profile": {"model": "TM-T20III"},
    "commands": [{"type": "text", "data": {"content": "total"}}, {"type": "pulse", "data": {}}, {"type": "cut"}],
}


def profile(name: str) -> Profile:
    found = find(name)
    assert found is not None
    return found


def waiting(*, copies: int = 1, with_pulse: bool = True) -> Payload:
    ticket = FORMATS.read("document", SALE)
    first, further = all_copies(ticket, profile("TM-T20III"), copies, Options(with_pulse=with_pulse))
    return Payload(ticket.body, first.data, copies, further=further)


def pulses(data: bytes) -> int:
    return sum(isinstance(found.command, Pulse) for found in parse(data))


@pytest.mark.parametrize("copies", [1, 3])
def test_the_drawer_opens_once_with_the_ticket_wherever_it_prints(copies: int) -> None:
    data, further = _made_anew(waiting(copies=copies), profile("Generic 58mm"), {}, FORMATS, allow_raw=True)
    made = printed(data, copies, further)
    assert pulses(made) == 1
    assert made.count(b"total") == copies


def test_a_ticket_that_would_leave_the_drawer_shut_leaves_it_shut_there_too() -> None:
    made, _ = _made_anew(waiting(with_pulse=False), profile("Generic 58mm"), {}, FORMATS, allow_raw=True)
    assert pulses(made) == 0
    assert b"total" in made


def test_raw_bytes_that_are_no_longer_allowed_are_not_made_anew() -> None:
    raw = {**SALE, "commands": [{"type": "raw", "data": {"hex": "1b40"}}]}
    payload = Payload(FORMATS.read("document", raw).body, b"\x1b@", 1)
    with pytest.raises(TicketDaemonError):
        _made_anew(payload, profile("Generic 58mm"), {}, FORMATS, allow_raw=False)
