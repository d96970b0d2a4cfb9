"""What anybody may read is there to be read."""

from __future__ import annotations

from importlib import resources

from ticket_daemon.frontends.native import public


def test_the_client_for_web_pages_is_among_the_programs_files() -> None:
    module = (resources.files("ticket_daemon.web") / public.CLIENT).read_text("utf-8")
    for name in ("connect", "diagnose", "newId", "class Ticket", "class TicketError", "class Daemon"):
        assert name in module
