"""From settings to destinations: each printer's address and profile looked at before anything is made of them.

It knows configured printers, addresses and profiles; it does not open links. It promises a destination for every
configured printer, or one error that names the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ticket_daemon.errors import ConfigError, ProfileFileError, UnknownProfileError
from ticket_daemon.poster.profile.catalogue import find, load, nearest
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.printers import Destination, FoundPrinter
from ticket_daemon.settings.config import PrinterSettings, Settings
from ticket_daemon.transport import check_uri


class Configured(NamedTuple):
    """The configured destinations, and the shop's own profiles by name."""

    destinations: tuple[Destination, ...]
    profiles: Mapping[str, Profile]


def configured(settings: Settings) -> Configured:
    """What `settings` say of printers. Raises ConfigError, UnknownProfileError."""
    own = own_profiles(settings)
    return Configured(tuple(_destination(settings, index, own) for index in range(len(settings.printers))), own)


def own_profiles(settings: Settings) -> dict[str, Profile]:
    """The profiles of the shop's own files. Raises ConfigError."""
    own: dict[str, Profile] = {}
    for file in settings.documents.profiles:
        try:
            own |= load(Path(file).read_text("utf-8"))
        except (OSError, UnicodeDecodeError, ProfileFileError) as error:
            detail = error.text(settings.server.lang) if isinstance(error, ProfileFileError) else str(error)
            raise ConfigError("config.unreadable", path="documents.profiles", file=file, detail=detail) from None
    return own


def _destination(settings: Settings, index: int, own: Mapping[str, Profile]) -> Destination:
    printer = settings.printers[index]
    try:
        check_uri(printer.uri)
    except ConfigError as error:
        raise ConfigError(error.key, path=f"printers[{index}].uri", **error.parameters) from None
    if not printer.profile:
        return Destination(printer, None)
    profile = find(printer.profile, own)
    if profile is None:
        near = ", ".join(nearest(printer.profile, extra=own)) or "-"
        raise UnknownProfileError(
            "profile.unknown", path=f"printers[{index}].profile", name=printer.profile, nearest=near
        )
    return Destination(printer, profile)


def installed(found: FoundPrinter) -> Destination | None:
    """A destination for a printer that the system has installed and nobody configured; None where no link leads there.

    A virtual one asks where to save: nobody is there to answer a daemon's printer.
    """
    if found.is_virtual:
        return None
    try:
        check_uri(found.uri)
    except ConfigError:
        return None
    profile = find(found.profile) if found.profile else None
    return Destination(PrinterSettings(found.name, found.uri), profile, is_configured=False)
