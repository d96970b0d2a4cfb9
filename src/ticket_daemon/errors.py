"""The whole error tree: what can go wrong, as types with a code, a text for a person and, where there is one, a path.

It knows kinds of trouble and their codes (the wire's words); it does not know sockets, files or who is told. It
promises that whoever catches one can answer with `code`, `text(lang)` and `path` alone, never by reading the
sentence.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ticket_daemon import messages


class TicketDaemonError(Exception):
    """Root of the tree.

    `key` names the sentence in the catalogue, `path` the place in the document (`commands[3].data.align`) or the
    configuration (`printers[0].uri`). `category` is the word that v1 clients split a message on, or "" where
    they expect none.
    """

    code: ClassVar[str] = "internal"
    category: str = ""
    retryable: ClassVar[bool] = False

    def __init__(self, key: str, /, *, path: str | None = None, **parameters: Any) -> None:
        super().__init__(key)
        self.key = key
        self.path = path
        self.parameters = parameters

    def text(self, lang: str = "en") -> str:
        """The sentence for a person, with the place it speaks of and the v1 category word before it."""
        sentence = messages.text(self.key, lang, **self.parameters)
        if self.path:
            sentence = f"{self.path}: {sentence}"
        return f"{self.category}: {sentence}" if self.category else sentence

    def __str__(self) -> str:
        return self.text("en")


# --- documents ---


class DocumentError(TicketDaemonError):
    """The document cannot be printed as it stands; `path` says where."""

    code = "invalid_document"
    category = "VALIDATION"

    def __init__(self, key: str, /, *, path: str | None = None, category: str | None = None, **parameters: Any) -> None:
        super().__init__(key, path=path, **parameters)
        if category is not None:
            self.category = category


class UnknownProfileError(TicketDaemonError):
    """No printer profile has that name."""

    code = "invalid_document"
    category = "VALIDATION"
