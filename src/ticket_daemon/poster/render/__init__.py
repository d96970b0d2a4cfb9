"""Document + Profile -> commands -> bytes."""

from ticket_daemon.poster.render.estimate import estimated_us
from ticket_daemon.poster.render.ticket import Rendered, render_ticket

__all__ = ["Rendered", "estimated_us", "render_ticket"]
