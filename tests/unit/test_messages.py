"""The catalogue: two languages that say the same, every key used, every used key there."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ticket_daemon
from ticket_daemon import messages
from ticket_daemon.machine.service import ServiceState
from ticket_daemon.messages import CATALOGUE, MAX_SHOWN, Phrase
from ticket_daemon.queue import JobState

SOURCES = sorted(Path(ticket_daemon.__file__).parent.rglob("*.py"))
CODE = "\n".join(path.read_text("utf-8") for path in SOURCES if path.parent.name != "messages")
ROOMS = {key.partition(".")[0] for key in CATALOGUE}
#: Anything in the code that looks like a key of one of the catalogue's rooms.
MENTIONED = set(re.findall(rf'"((?:{"|".join(sorted(ROOMS))})\.[a-z][a-z0-9_.]*[a-z0-9])"', CODE))
#: Keys that the code puts together: f"job.state.{state}".
COMPOSED = {f"job.state.{state}" for state in JobState} | {f"service.state.{state}" for state in ServiceState}
COMPOSED |= {key for key in CATALOGUE if key.startswith(("verb.", "job.expired", "job.stopped_behind"))}
#: Look like keys and are none: places in a document or the configuration, and names of files.
NOT_KEYS = {
    "profile.model",
    "profile.code_table",
    "client.js",
    "update.json.sig",
    "fleet.url",
    "fleet.store",
    "printers.find",
    "printers.detail",
} | {
    key for key in MENTIONED if key.endswith((".py", ".toml", ".json", ".png", ".bin", ".db", ".html", ".pem", ".key"))
}  # fmt: skip


def placeholders(sentence: str) -> set[tuple[str | None, str | None]]:
    return {(name, spec) for _, name, spec, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("key", CATALOGUE)
def test_both_languages_have_the_same_placeholders(key: str) -> None:
    spanish, english = CATALOGUE[key]
    assert spanish
    assert english
    assert placeholders(spanish) == placeholders(english)


@pytest.mark.parametrize("key", CATALOGUE)
def test_every_sentence_can_be_said_even_without_its_parameters(key: str) -> None:
    for lang in ("es", "en"):
        said = messages.text(key, lang)
        for name, _ in placeholders(CATALOGUE[key][0]):
            assert f"{{{name}}}" in said


@pytest.mark.parametrize("key", sorted(MENTIONED - NOT_KEYS))
def test_every_key_used_is_in_the_catalogue(key: str) -> None:
    assert key in CATALOGUE


@pytest.mark.parametrize("key", sorted(CATALOGUE))
def test_every_key_of_the_catalogue_is_used(key: str) -> None:
    assert key in MENTIONED | COMPOSED


def test_every_state_of_a_job_has_a_text() -> None:
    assert set(CATALOGUE) >= COMPOSED


def test_spanish_is_said_for_es_and_english_for_anything_else() -> None:
    assert messages.text("job.queued", "es") == "Ticket en cola"
    assert messages.text("job.queued", "en") == messages.text("job.queued", "fr") == "Ticket queued"


def test_full_queue_says_what_v1_clients_know() -> None:
    assert messages.text("queue.full", "es") == "Cola llena, reintente"


def test_phrase_is_put_into_the_language_of_its_sentence() -> None:
    expected = Phrase("kind.or", {"first": Phrase("kind.text"), "second": Phrase("kind.list")})
    assert messages.text("document.out_of_range", "es", expected=expected) == "se esperaba un texto o una lista"
    assert messages.text("document.out_of_range", "en", expected=expected) == "expected a text or a list"


def test_parameter_that_is_too_long_is_cut() -> None:
    said = messages.text("json.invalid", "en", detail="x" * 10_000)
    assert "x" * MAX_SHOWN + "…" in said
    assert len(said) < 2 * MAX_SHOWN


@given(st.sampled_from(sorted(CATALOGUE)), st.text(), st.sampled_from(["es", "en"]))
def test_what_a_parameter_holds_is_never_read_as_a_format(key: str, value: str, lang: str) -> None:
    names = {name: value for name, spec in placeholders(CATALOGUE[key][0]) if not spec and name}
    said = messages.text(key, lang, **names)
    for _ in names:
        assert value[:MAX_SHOWN] in said
