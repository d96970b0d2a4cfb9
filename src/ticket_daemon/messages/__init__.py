"""The one catalogue of texts that people read, in Spanish and English.

It knows keys and sentences; it does not know who says them or how they travel. It promises that every key has
both languages with the same placeholders (a test holds it to that), and that a text is always returned: a
missing parameter shows as `{name}` rather than hiding the message that mattered.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from ticket_daemon.messages import (
    clients,
    conversation,
    desk,
    discovery,
    doctor,
    documents,
    fleet,
    jobs,
    links,
    manual,
    options,
    printers,
    security,
    service,
    settings,
    update,
    verbs,
    windows,
)

LANGUAGES: Final = ("es", "en")

#: key -> (Spanish, English): one file per room that says it.
CATALOGUE: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    clients.TEXTS
    | conversation.TEXTS
    | desk.TEXTS
    | discovery.TEXTS
    | doctor.TEXTS
    | documents.TEXTS
    | fleet.TEXTS
    | jobs.TEXTS
    | links.TEXTS
    | manual.TEXTS
    | options.TEXTS
    | printers.TEXTS
    | security.TEXTS
    | service.TEXTS
    | settings.TEXTS
    | update.TEXTS
    | verbs.TEXTS
    | windows.TEXTS
)


class Phrase(NamedTuple):
    """A catalogue text as a parameter of another, put into words when the language is known."""

    key: str
    parameters: Mapping[str, Any] = MappingProxyType({})

    def __hash__(self) -> int:
        return hash(self.key)


#: Characters of one parameter that are shown: it may be a client's own text, of any length.
MAX_SHOWN: Final = 400


class _Missing(str):
    """The name of a parameter that was not given, whatever format was asked for."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return str(self)


class _Shown(dict[str, Any]):
    """Parameters for a text; one that is missing shows its own name."""

    def __missing__(self, key: str) -> str:
        return _Missing("{" + key + "}")


def text(key: str, lang: str = "en", /, **parameters: Any) -> str:
    """The sentence for `key` in `lang` ("es" or "en"; any other means English)."""
    spanish, english = CATALOGUE[key]
    shown = _Shown(parameters)
    for name, value in parameters.items():
        if isinstance(value, Phrase):
            shown[name] = text(value.key, lang, **value.parameters)
        elif isinstance(value, str) and len(value) > MAX_SHOWN:
            shown[name] = value[:MAX_SHOWN] + "…"
    return (spanish if lang == "es" else english).format_map(shown)
