"""The error tree: each with a code of the wire, a sentence in both languages, and where there is one a place."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ticket_daemon import errors
from ticket_daemon.errors import ConfigError, DocumentError, LinkError, QueueFull, TicketDaemonError

#: protocol.md's words, and those of set-up and of clients, which no wire carries.
WIRE_CODES = {
    "invalid_json", "invalid_message", "unknown_type", "missing_datos", "invalid_document", "unknown_printer",
    "unauthorized", "rate_limited", "queue_full", "id_conflict", "unknown_job", "not_cancellable", "too_large",
    "storage_unavailable", "shutting_down", "printer_offline", "printer_error", "media_empty", "cover_open", "expired",
    "cancelled", "unknown_outcome", "internal", "origin_refused", "host_refused", "unsupported_media_type", "not_found",
    "method_not_allowed", "too_slow", "unknown_format",
}  # fmt: skip
SET_UP_CODES = {
    "unreachable", "no_answer", "tls_error", "service_error", "build_error", "invalid_config", "invalid_profiles",
    "already_running", "not_looked", "fleet_unavailable", "fleet_refused", "update_error", "program_gone",
}  # fmt: skip
CATEGORIES = {
    "VALIDATION", "PRINTER", "QR", "BARCODE", "TABLE", "RAW", "IMAGE", "COMMAND", "JSON", "AUDIT", "EXECUTION", "ERROR",
    "",
}  # fmt: skip


def tree(root: type[TicketDaemonError]) -> Iterator[type[TicketDaemonError]]:
    yield root
    for kind in root.__subclasses__():
        yield from tree(kind)


@pytest.mark.parametrize("kind", list(tree(TicketDaemonError)), ids=lambda kind: kind.__name__)
def test_every_kind_has_a_code_and_a_category_that_clients_know(kind: type[TicketDaemonError]) -> None:
    assert kind.code in WIRE_CODES | SET_UP_CODES
    assert kind.category in CATEGORIES
    assert re.search(r"\.$", (kind.__doc__ or kind.code + ".").strip().splitlines()[0])


def test_codes_that_only_a_type_can_tell_belong_to_one_type() -> None:
    codes = [kind.code for kind in tree(TicketDaemonError) if "code" in vars(kind)]
    twice = {code for code in codes if codes.count(code) > 1}
    assert twice <= {"invalid_document", "printer_error"}  # a ticket refused on the way is a printer's trouble too


def test_text_has_the_category_the_place_and_the_sentence() -> None:
    error = DocumentError("raw.hex_odd", path="commands[3].data.hex", category="RAW")
    assert error.text("es") == (
        "RAW: commands[3].data.hex: hay un número impar de dígitos hexadecimales; cada byte lleva dos"
    )
    assert str(error) == error.text("en")
    assert (error.code, error.path) == ("invalid_document", "commands[3].data.hex")


def test_text_without_a_place_or_a_category() -> None:
    assert QueueFull("queue.full", retry_after_s=2).text("es") == "Cola llena, reintente"
    assert QueueFull("queue.full").retryable


def test_document_error_is_of_validation_unless_said_otherwise() -> None:
    assert DocumentError("document.no_commands").text("es").startswith("VALIDATION: ")
    assert DocumentError.category == "VALIDATION"


def test_configuration_error_names_the_file_first() -> None:
    error = ConfigError("config.token_format", path="auth.token_sha256", file="daemon.toml")
    assert error.text("en").startswith("daemon.toml: auth.token_sha256: ")


def test_link_error_can_be_tried_again() -> None:
    assert LinkError("link.broken", port="x", detail="y").retryable
    assert not DocumentError("raw.empty").retryable


def test_every_kind_is_caught_by_the_root() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert all(issubclass(kind, TicketDaemonError) for kind in kinds)
