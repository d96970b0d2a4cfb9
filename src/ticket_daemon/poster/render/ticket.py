"""Document + Profile -> bytes.

It knows the order of a document's commands; it does not know where the document came from or where the bytes go. It
promises the same bytes every time for the same document and profile, all of them or a DocumentError with the path.
"""

from __future__ import annotations

from msgspec import Struct

from ticket_daemon.errors import DocumentError
from ticket_daemon.poster.document import Document, Source, Warned, decode
from ticket_daemon.poster.document.decode import CATEGORIES
from ticket_daemon.poster.document.model import Fault, RawCommand
from ticket_daemon.poster.profile.catalogue import requested
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.poster.render.commands import RENDERERS
from ticket_daemon.poster.render.writer import Writer


class Rendered(Struct, frozen=True):
    """A finished ticket: the printer's bytes, the profile they are for, and what the sender should know."""

    data: bytes
    profile: Profile
    warnings: tuple[Warned, ...]


def render_ticket(
    source: Source, profile: Profile | None = None, *, allow_raw: bool | None = True, with_pulse: bool = True
) -> Rendered:
    """Render a document (JSON text or bytes, a mapping, or a Document) for `profile`.

    `profile` is what the destination's printer can do; what the document's own profile says beside its model goes
    over it. Without it the document's model decides. `allow_raw`: what `raw` commands may hold, True whatever they do,
    None what a ticket needs (docs/document.md), False no such command. `with_pulse` false leaves out what opens the
    drawer.

    Raises DocumentError (code `invalid_document`) with the path of the first fault.
    """
    document, warnings = decode(source)
    wanted, overrides = requested(document.profile, profile)
    writer = Writer(wanted, allow_raw=bool(allow_raw), with_pulse=with_pulse)
    for index, command in enumerate(document.commands):
        kind = type(command)
        if kind is not RawCommand and writer.foreign is not None:
            _end_raw(writer, document, index - 1)
        writer.path = f"commands[{index}]"
        if kind is RawCommand and allow_raw is False:
            raise DocumentError("raw.forbidden", path=writer.path, category="RAW")
        try:
            RENDERERS[kind](command.data, writer)
        except Fault as fault:
            raise _located(fault, document, index) from None
    if writer.foreign is not None:
        _end_raw(writer, document, len(document.commands) - 1)
    return Rendered(writer.finish(), wanted, (*warnings, *overrides, *writer.warnings))


def _end_raw(writer: Writer, document: Document, last: int) -> None:
    """The command at `last` is the last of those raw ones that stand together."""
    try:
        writer.end_raw()
    except Fault as fault:
        raise _located(fault, document, last) from None


def _located(fault: Fault, document: Document, index: int) -> DocumentError:
    tag = str(document.commands[index].__struct_config__.tag)
    path = f"commands[{index}].data" + (f".{fault.field}" if fault.field else "")
    return DocumentError(fault.key, path=path, category=CATEGORIES.get(tag, "VALIDATION"), **fault.parameters)
