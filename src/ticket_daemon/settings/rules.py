"""What a configuration must hold to beyond each key's type: rules between keys, and the forms of texts.

It knows Settings; it does not know where they came from. It promises that each broken rule names the key to mend.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from ticket_daemon.settings.config import Settings

#: An origin as a page has it; the daemon compares them in one spelling (`web.origins`).
_ORIGIN: Final = re.compile(r"(?i)null|[a-z][a-z0-9+.-]*://[^/@?#*\s\\]+/?")
#: One part of a subject at the NATS server (`fleet.names.STORE`).
_STORE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FLEET_URL: Final = re.compile(r"(nats|tls|ws|wss)://[^/\s,]+")
#: An address of this machine and a port; IPv6 in brackets.
_LISTEN: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]|localhost):[1-9]\d{0,4}")
#: Part of an address, and too long to be guessed.
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{16,200}")
_SHA256: Final = re.compile("[0-9a-fA-F]{64}")


class Broken(NamedTuple):
    """A rule that does not hold: its text, the key to mend, and what fills the text."""

    key: str
    path: str
    parameters: Mapping[str, Any] = MappingProxyType({})


def broken(settings: Settings) -> Iterator[Broken]:
    """The rules that do not hold."""
    yield from _printers(settings)
    yield from _server(settings)
    yield from _auth(settings)
    yield from _fleet(settings)
    yield from _epos(settings)


def _printers(settings: Settings) -> Iterator[Broken]:
    seen: set[str] = set()
    for index, printer in enumerate(settings.printers):
        if printer.name.casefold() in seen:
            yield Broken("config.same_name", f"printers[{index}].name", {"name": printer.name})
        seen.add(printer.name.casefold())
    yield from _stand_ins(settings, seen)
    yield from _listeners(settings)
    defaults = [printer.name for printer in settings.printers if printer.default]
    if len(defaults) > 1:
        yield Broken("config.two_defaults", "printers", {"names": ", ".join(defaults)})


def _listeners(settings: Settings) -> Iterator[Broken]:
    taken: set[str] = set()
    for index, printer in enumerate(settings.printers):
        where = f"printers[{index}].listen"
        if printer.listen and not _LISTEN.fullmatch(printer.listen):
            yield Broken("config.listen_form", where, {"got": printer.listen})
        elif printer.listen in taken:
            yield Broken("config.listen_twice", where, {"got": printer.listen})
        elif printer.listen:
            taken.add(printer.listen)


def _epos(settings: Settings) -> Iterator[Broken]:
    for index, listener in enumerate(settings.epos.listeners):
        if not _LISTEN.fullmatch(listener):
            yield Broken("config.listen_form", f"epos.listeners[{index}]", {"got": listener})
    secrets = [("epos", settings.epos.path_secret)]
    secrets += [(f"printers[{index}]", printer.path_secret) for index, printer in enumerate(settings.printers)]
    for where, secret in secrets:
        if secret and not _SECRET.fullmatch(secret):
            yield Broken("config.path_secret", f"{where}.path_secret")


def _stand_ins(settings: Settings, names: Set[str]) -> Iterator[Broken]:
    """`names` are the printers', with case folded."""
    for index, printer in enumerate(settings.printers):
        where, stand_in = f"printers[{index}].fallback", printer.fallback.casefold()
        if stand_in == printer.name.casefold():
            yield Broken("config.fallback_itself", where, {"name": printer.name})
        elif stand_in and stand_in not in names:
            others = ", ".join(other.name for other in settings.printers if other is not printer) or "-"
            yield Broken("config.fallback_unknown", where, {"name": printer.fallback, "names": others})


def _server(settings: Settings) -> Iterator[Broken]:
    server = settings.server
    for index, origin in enumerate(server.allowed_origins):
        if not _ORIGIN.fullmatch(origin):
            yield Broken("config.origin", f"server.allowed_origins[{index}]", {"got": origin})
    if bool(server.tls_cert) != bool(server.tls_key) or (server.tls_port and not server.tls_cert):
        missing = "tls_key" if server.tls_cert else "tls_cert"
        yield Broken("config.tls_half", f"server.{missing}")


def _auth(settings: Settings) -> Iterator[Broken]:
    auth = settings.auth
    if auth.token_sha256 and not _SHA256.fullmatch(auth.token_sha256):
        yield Broken("config.token_format", "auth.token_sha256")
    seen: set[str] = set()
    for index, token in enumerate(auth.tokens):
        if not _SHA256.fullmatch(token.sha256):
            yield Broken("config.token_format", f"auth.tokens[{index}].sha256")
        if token.name.casefold() in seen:
            yield Broken("config.same_token", f"auth.tokens[{index}].name", {"name": token.name})
        seen.add(token.name.casefold())
    if settings.env == "prod" and not auth.token_sha256 and not auth.tokens:
        yield Broken("config.token_needed", "auth.token_sha256")


def _fleet(settings: Settings) -> Iterator[Broken]:
    fleet = settings.fleet
    if not fleet.url:
        return
    for address in fleet.url.split(","):
        if not _FLEET_URL.fullmatch(address.strip()):
            yield Broken("config.fleet_url", "fleet.url", {"got": address.strip().rpartition("@")[2]})
    if not _STORE.fullmatch(fleet.store):
        yield Broken("config.fleet_store", "fleet.store", {"got": fleet.store})
