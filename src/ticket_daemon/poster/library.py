"""A document to bytes, and to a picture, in one call each.

It knows the renderer, the emulator and profiles by name; it does not know files, printers' addresses or jobs. It
promises that the picture is drawn from the very bytes that `render` returns, and that importing it loads neither
Pillow nor the emulator.
"""

from __future__ import annotations

from ticket_daemon.errors import UnknownProfileError
from ticket_daemon.poster.document import Source
from ticket_daemon.poster.profile.catalogue import find, nearest
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render import render_ticket


def render(document: Source, profile: Profile | str | None = None) -> bytes:
    r"""The bytes that print `document`, ready to be sent to the printer.

    `document` is JSON (text or bytes), a mapping with the same content, or a `Document`. `profile` says what the
    printer can do: a model's name or a `Profile`. Without it the document's own `profile.model` decides, and a model
    that nobody knows means a generic printer of the document's paper width.

    The same document and profile give the same bytes. What the sender should know though the ticket prints (a field
    that does not exist, a missing cutter) is in the `warnings` of `render_ticket`.

    >>> hello = '{"type": "text", "data": {"content": "Hola, ¿qué tal?"}}'
    >>> render('{"version": "1.0", "profile": {"model": "TM-T20III"}, "commands": [%s]}' % hello)
    b'\x1b@\x1bt\x10\x1bR\x00Hola, \xbfqu\xe9 tal?\n'

    Raises DocumentError, with the place of the first fault, and UnknownProfileError.

    >>> render({"version": "1.0", "profile": {"model": "TM-T20III"}, "commands": [{"type": "feed", "data": {}}]})
    Traceback (most recent call last):
    ticket_daemon.errors.DocumentError: VALIDATION: commands[0].data.lines: the required field 'lines' is missing
    """
    return render_ticket(document, find_profile(profile) if isinstance(profile, str) else profile).data


def preview(document: Source, profile: Profile | str | None = None) -> bytes:
    r"""A PNG of the paper that `render(document, profile)` prints: one pixel for each dot of the printer, with the
    paper's borders, its cuts, and marks where the drawer or the buzzer is used.

    The picture is drawn from the bytes by an emulated printer, which never sees the document.

    >>> page = {"version": "1.0", "profile": {"model": "Generic 58mm"}, "commands": [{"type": "cut", "data": {}}]}
    >>> preview(page)[:4]
    b'\x89PNG'

    Raises what `render` raises.
    """
    from ticket_daemon.poster.emulator import draw  # Pillow, only when somebody looks

    rendered = render_ticket(document, find_profile(profile) if isinstance(profile, str) else profile)
    return draw(rendered.data, rendered.profile).png()


def find_profile(name: str) -> Profile:
    """The profile of the printer model called `name`; letter case and punctuation do not matter.

    >>> printer = find_profile("epson tm t20iii")
    >>> printer.name, printer.dots, printer.columns("A")
    ('TM-T20III', 576, 48)

    Raises UnknownProfileError, which names the likest.
    """
    profile = find(name)
    if profile is None:
        raise UnknownProfileError("profile.unknown", name=name, nearest=", ".join(nearest(name)) or "-")
    return profile
