"""The printers: is there one, does the system know it, does it answer, what does it say is the matter.

Each check asks the surroundings and yields findings. A printer that the daemon itself finds ready is not asked again:
it may have room for one conversation only.
"""

from __future__ import annotations

import difflib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ticket_daemon.doctor.finding import Finding, found
from ticket_daemon.doctor.surroundings import Answer, Surroundings, device_of, queue_name
from ticket_daemon.errors import LinkError
from ticket_daemon.messages import Phrase
from ticket_daemon.poster.profile.code_pages import code_page
from ticket_daemon.printers import Destination, Snapshot
from ticket_daemon.spooler.talk import HARMLESS

#: What every receipt in Spanish may need.
LETTERS: Final = "ñÑáéíóúüÁÉÍÓÚÜ¿¡€"
#: The source that knows a destination's scheme.
_SPOOLERS: Final = {"winspool": "windows", "cups": "cups"}
#: A link's trouble, by its text's key -> finding.
_TROUBLE: Final[Mapping[str, str]] = {
    "link.refused": "printer-refused",
    "link.no_answer": "printer-unreachable",
    "link.unknown_host": "printer-unreachable",
    "link.no_permission": "no-permission",
    "link.no_device": "device-gone",
    "link.in_use": "device-in-use",
    "link.no_queue": "name-mismatch",
}


async def any_printer(around: Surroundings) -> AsyncIterator[Finding]:
    """There is a printer, and one for tickets that name none."""
    if around.settings is None:
        return
    real = [destination for destination in around.destinations if not destination.is_virtual]
    if not real and around.settings.env == "prod":
        names = [one.name for one in (await around.found()).printers if one.uri and not one.is_virtual]
        yield found("no-printers", around.config_file, found=", ".join(names[:5]) or "-")
    elif around.settings.default_printer is None:
        yield found("no-default", around.config_file)


async def spooler(around: Surroundings) -> AsyncIterator[Finding]:
    """The operating system's spooler runs and shows this account printers, where a destination goes through it."""
    schemes = {urlsplit(destination.settings.uri).scheme for destination in around.destinations}
    snapshot = await around.found()
    for scheme in sorted(schemes & _SPOOLERS.keys()):
        source = _SPOOLERS[scheme]
        why = next((one.why for one in snapshot.missing if one.source == source), None)
        if why is not None:
            yield found("spooler-stopped", source, detail=Phrase(why.key, why.parameters))
        elif not any(one.source == source for one in snapshot.printers):
            yield found("account-without-printers", around.account(), spooler=source)


async def each_printer(around: Surroundings) -> AsyncIterator[Finding]:
    """Every configured printer: where it hangs, whether it is there, how it is, what it can print."""
    states = await around.states()
    snapshot = await around.found()
    for destination in around.destinations:
        if destination.is_virtual or _source(destination) in {one.source for one in snapshot.missing}:
            continue  # a spooler that cannot be asked has been named already
        finding = await _installed(around, destination, snapshot) or _device(around, destination)
        if finding is not None:
            yield finding
        elif states.get(destination.name) == "ready":
            yield found("printer-ok", destination.name)
        else:
            yield _judged(around, destination, await around.ask(destination))
        for more in _profile(destination):
            yield more


# --- where it hangs ---


def _source(destination: Destination) -> str:
    """The source that knows a destination's queue; "" where the system's spooler has no part in it."""
    return _SPOOLERS.get(urlsplit(destination.settings.uri).scheme, "")


async def _installed(around: Surroundings, destination: Destination, snapshot: Snapshot) -> Finding | None:
    """Trouble that the operating system's list of printers shows."""
    name = queue_name(destination)
    source = _source(destination)
    if not name or not source or name.startswith("\\\\"):
        return None
    known = {one.name: one for one in snapshot.printers if one.source == source}
    if not known:
        return None  # `spooler` has said why
    printer = known.get(name) or next((one for one in known.values() if one.name.casefold() == name.casefold()), None)
    if printer is None:
        near = difflib.get_close_matches(name.casefold(), {one.casefold(): one for one in known}, 3, 0.0)
        names = [one for folded in near for one in known if one.casefold() == folded]
        return found("name-mismatch", destination.name, name=name, nearest=", ".join(names) or "-")
    ports = await around.ports()
    if ports is not None and printer.port and ports.isdisjoint(printer.port.split(",")):
        return found("stale-port", destination.name, port=printer.port)
    if printer.status in ("paused", "offline"):
        return found(f"printer-{printer.status}", destination.name)
    return None


def _device(around: Surroundings, destination: Destination) -> Finding | None:
    """Trouble that a device file shows without being opened."""
    device = device_of(destination)
    if device and not Path(device).exists():
        return found("device-gone", destination.name, port=device)
    parts = urlsplit(destination.settings.uri)
    if parts.scheme == "file" and not device:
        why = around.can_write(Path(parts.path).parent)
        return (
            found("printer-link", destination.name, detail=why) if why else found("printer-unasked", destination.name)
        )
    return None


# --- how it is ---


def _judged(around: Surroundings, destination: Destination, answer: Answer) -> Finding:
    name = destination.name
    if answer.trouble is not None:
        return _trouble(around, name, answer.trouble)
    if answer.silent:
        return found("printer-silent", name, uri=destination.settings.uri)
    if answer.reasons is None:
        return found("printer-unasked", name)
    if HARMLESS.issuperset(answer.reasons):
        return found("printer-ok", name)
    for reason in ("paused", "offline"):
        if reason in answer.reasons:
            return found(f"printer-{reason}", name)
    return found("printer-trouble", name, reasons=", ".join(answer.reasons))


def _trouble(around: Surroundings, name: str, trouble: LinkError) -> Finding:
    code = _TROUBLE.get(trouble.key, "printer-link")
    port = str(trouble.parameters.get("port") or trouble.parameters.get("host") or "")
    detail = Phrase(trouble.key, trouble.parameters)
    facts = {"port": port, "detail": detail, "account": around.account(), "name": port, "nearest": "-"}
    return found(code, name, **facts, group=trouble.parameters.get("group", "lp"))


# --- what it can print ---


def _profile(destination: Destination) -> list[Finding]:
    profile = destination.profile
    if profile is None:
        return [found("profile-unknown", destination.name)]
    pages = [code_page(page) for page in profile.code_pages]
    missing = "".join(letter for letter in LETTERS if not any(letter in page for page in pages))
    return [found("code-page", destination.name, profile=profile.name, letters=missing)] if missing else []
