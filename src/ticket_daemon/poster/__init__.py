"""Receipts for thermal printers: a document in, ESC/POS bytes or a picture of the paper out.

>>> from ticket_daemon.poster import Ticket, render
>>> ticket = Ticket("TM-T20III").text("Hola", bold=True).cut()
>>> render(ticket.document()) == ticket.render()
True

It does no input or output, reads no clock and keeps nothing but caches: use it from any program, thread or event loop.
The names below are its face; what is not among them may change. docs/library.md shows how to use them.
"""

# `render` is also the name of a package here. It is imported before the function takes its name, and for good: Python
# sets a package's attribute when the submodule is imported for the first time only.
from ticket_daemon.errors import DocumentError, ProfileFileError, TicketDaemonError, UnknownProfileError
from ticket_daemon.poster.builder import Ticket, cell, style
from ticket_daemon.poster.document import Document, Warned, decode, encode
from ticket_daemon.poster.library import find_profile, preview, render
from ticket_daemon.poster.profile.catalogue import load as load_profiles
from ticket_daemon.poster.profile.catalogue import names as profile_names
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render.ticket import Rendered, render_ticket

__all__ = [
    "Document",
    "DocumentError",
    "Profile",
    "ProfileFileError",
    "Rendered",
    "Ticket",
    "TicketDaemonError",
    "UnknownProfileError",
    "Warned",
    "cell",
    "decode",
    "encode",
    "find_profile",
    "load_profiles",
    "preview",
    "profile_names",
    "render",
    "render_ticket",
    "style",
]
