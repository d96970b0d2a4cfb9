"""Document + Profile -> commands -> bytes."""

from ticket_daemon.poster.render.ticket import Rendered, render_ticket

__all__ = ["Rendered", "render_ticket"]
