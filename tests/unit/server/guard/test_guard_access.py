from __future__ import annotations

import pytest

from ticket_daemon.errors import LoginNeeded, OriginRefused, Unauthorized
from ticket_daemon.frontends.native.guard.access import Gate, Need, Visit
from ticket_daemon.frontends.native.guard.tokens import digest
from ticket_daemon.settings import config

OWN = "http://127.0.0.1:8766"


def gate(**auth: object) -> Gate:
    return Gate(config.load("test", None, {}, {"auth": auth} if auth else {}), clock=lambda: 1000.0)


def visit(**said: object) -> Visit:
    values = {"address": "10.0.0.9", "own_address": "127.0.0.1", "scheme": "http", "host": "127.0.0.1:8766"}
    return Visit(**{**values, "origin": None, **said})  # type: ignore[arg-type]


def test_a_cookie_counts_only_for_the_daemons_own_page() -> None:
    g = gate(dashboard_password_hash="x")
    cookie = g.sessions.begin()
    own = {"cookie": cookie, "origin": OWN}
    assert g.meet(visit(**own)).session == cookie
    assert g.meet(visit(**own, changes=True)).session == cookie
    assert g.meet(visit(cookie=cookie)).session == cookie, "a link typed by a person"
    assert g.meet(visit(cookie=cookie, changes=True)).session is None, "nobody says who asks for a change"
    assert g.meet(visit(cookie=cookie, changes=True, fetch_site="same-origin")).session == cookie
    assert g.meet(visit(cookie=cookie, origin="http://127.0.0.1:3000")).session is None, "cookies know no ports"
    assert g.meet(visit(cookie=cookie, origin=OWN, on_behalf_of="http://localhost:1")).session is None
    assert g.meet(visit(cookie=cookie, fetch_site="same-site", navigates=True)).session is None


@pytest.mark.parametrize(
    ("auth", "allowed"),
    [
        ({}, {Need.PRINT, Need.MANAGE, Need.ADMIN}),
        ({"dashboard_password_hash": "x"}, {Need.PRINT}),
        ({"token_sha256": digest("t")}, set()),
        ({"token_sha256": digest("t"), "dashboard_password_hash": "x"}, set()),
    ],
)
def test_what_a_program_without_a_token_may_ask_for(auth: dict[str, str], allowed: set[Need]) -> None:
    caller = gate(**auth).meet(visit())
    assert {need for need in Need if may(caller, None, need)} == allowed


def test_what_a_token_and_a_log_in_may_ask_for() -> None:
    g = gate(token_sha256=digest("t"), dashboard_password_hash="x")
    caller = g.meet(visit())
    assert {need for need in Need if may(caller, "t", need)} == {Need.PRINT, Need.MANAGE}
    logged_in = g.meet(visit(origin=OWN, cookie=g.sessions.begin()))
    assert {need for need in Need if may(logged_in, None, need)} == set(Need)
    assert {need for need in Need if may(gate(token_sha256=digest("t")).meet(visit()), "t", need)} == set(Need)


def test_a_foreign_page_never_administers_even_where_all_is_open() -> None:
    caller = gate().meet(visit(origin="http://localhost:5173"))
    assert may(caller, None, Need.MANAGE)
    with pytest.raises(LoginNeeded):
        caller.authorize(None, Need.ADMIN)


def may(caller: object, token: str | None, need: Need) -> bool:
    try:
        caller.authorize(token, need)  # type: ignore[attr-defined]
    except Unauthorized:
        return False
    return True


def test_new_settings_keep_counts_and_end_sessions_of_another_password() -> None:
    g = gate(dashboard_password_hash="x", token_sha256=digest("old"))
    session = g.sessions.begin()
    g.jobs.take("a")
    g.origins.add("https://paired.example")
    g.apply(config.load("test", None, {}, {"auth": {"dashboard_password_hash": "x", "token_sha256": digest("new")}}))
    assert g.sessions.left(session) > 0
    assert may(g.meet(visit()), "new", Need.PRINT)
    assert not may(g.meet(visit()), "old", Need.PRINT)
    assert g.meet(visit(origin="https://paired.example")).refusal is None
    g.apply(config.load("test", None, {}, {"auth": {"dashboard_password_hash": "y"}}))
    assert g.sessions.left(session) == 0
    assert "a" in g.jobs._buckets


def test_refused_origins_are_remembered_for_whoever_wants_to_pair_one_and_bounded() -> None:
    g = gate()
    for number in range(100):
        assert isinstance(g.meet(visit(origin=f"https://s{number}.example")).refusal, OriginRefused)
    assert list(g.refused_origins)[-1] == "https://s99.example"
    assert len(g.refused_origins) == 20
