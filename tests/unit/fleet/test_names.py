"""Names at the NATS server: whatever a printer or a job is called, its subject is valid and leads back to it alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.fleet import names
from ticket_daemon.settings import rules

ANY_NAME = st.text(st.characters(exclude_categories=["Cs"]), max_size=255)
#: What a part of a subject and a key of a bucket may be made of (the rules of keys are the narrower ones).
VALID = re.compile(r"[-/_=a-zA-Z0-9]+")


@given(ANY_NAME)
def test_every_name_has_a_valid_part_of_its_own(name: str) -> None:
    part = names.part(name)
    assert VALID.fullmatch(part)
    assert names.name(part) == name


@given(st.text(alphabet="=0123456789ABCDEFabcdef.é", min_size=1, max_size=12))
def test_what_no_name_leads_to_is_refused(part: str) -> None:
    try:
        name = names.name(part)
    except ValueError:
        return
    assert names.part(name) == part


def test_a_longest_id_still_fits_the_line_of_the_protocol() -> None:
    longest = names.result("s" * 64, "€" * 255)
    assert len(longest) < 4096 - 512, "NATS' control line holds 4 kB: the subject, an inbox and two sizes"


@pytest.mark.parametrize(
    ("printer", "subject"),
    [("caja", "tickets.s.caja"), ("Caja 1", "tickets.s.Caja=201"), ("", "tickets.s.="), ("a.b", "tickets.s.a=2Eb")],
)
def test_subjects_are_as_documented(printer: str, subject: str) -> None:
    assert names.ticket("s", printer) == subject
    assert names.printer(subject) == printer


def test_result_leads_back_to_store_and_job() -> None:
    assert names.job(names.result("lima-2", "venta/7.1 ñ")) == ("lima-2", "venta/7.1 ñ")


def test_configuration_and_subjects_agree_on_what_a_store_may_be_called() -> None:
    assert rules._STORE.pattern == names.STORE.pattern


def test_stream_of_tickets_leads_back_to_its_store_and_no_other_stream_does() -> None:
    assert names.store_of(names.stream("lima-2")) == "lima-2"
    assert [names.store_of(other) for other in (names.RESULTS, f"KV_{names.SHOPS}", "TICKETS")] == ["", "", ""]
