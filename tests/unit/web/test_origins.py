from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.web.origins import Hosts, Origins, is_loopback, name_of, normal

OWN = "http://127.0.0.1:8766"


@pytest.mark.parametrize(
    ("origin", "one_spelling"),
    [
        ("https://POS.Example.mx/", "https://pos.example.mx"),
        ("https://pos.example.mx:443", "https://pos.example.mx"),
        ("http://pos.example.mx:0080", "http://pos.example.mx"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("chrome-extension://abcdef", "chrome-extension://abcdef"),
        ("null", "null"),
    ],
)
def test_spellings_of_one_origin_are_one(origin: str, one_spelling: str) -> None:
    assert normal(origin) == one_spelling


@pytest.mark.parametrize(
    "origin",
    ["", "*", "https://*.example.mx", "https://a@b", "https://a/b", "https://a?b", "https://a b", "https://",
     "a.example", "https://a:port", "https://a:1:2", "file://", "https://a\\b", "//a", "https://" + "a" * 400],
)  # fmt: skip
def test_what_is_no_origin_is_none(origin: str) -> None:
    assert normal(origin) is None


@given(st.text())
def test_any_text_is_judged_and_nothing_but_what_is_listed_is_allowed(text: str) -> None:
    origins = Origins(("https://pos.example.mx",), (), loopback_pages=False)
    if origins.allows(text, OWN):
        assert normal(text) in ("https://pos.example.mx", OWN)
    Hosts("caja-1", ()).accepts(text, "192.168.1.5")


@pytest.mark.parametrize(
    ("host", "name"),
    [("LocalHost:8766", "localhost"), ("[::1]:80", "::1"), ("a.b.", "a.b"), ("127.0.0.1:", "127.0.0.1"),
     ("[::1]", "::1"), ("a:b", ""), ("localhost:1; x", ""),
     ("[::1].evil.com", ""), ("127.0.0.1%evil.com", ""), ("[::1%x]", "")],
)  # fmt: skip
def test_a_host_headers_name(host: str, name: str) -> None:
    assert name_of(host) == name


@pytest.mark.parametrize("name", ["localhost", "pos.localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_names_of_this_machine(name: str) -> None:
    assert is_loopback(name)


@pytest.mark.parametrize(
    "name", ["localhost.example", "127.0.0.1.example", "10.0.0.1", "::", "0.0.0.0", "notlocalhost"]
)
def test_names_of_other_machines(name: str) -> None:
    assert not is_loopback(name)


def test_an_address_is_a_name_of_ours_only_where_the_connection_arrived() -> None:
    hosts = Hosts("Caja-1.tienda.mx", ("[fd00::5]:8766", "tickets.example.mx"))
    for host in (
        "caja-1.tienda.mx:8766",
        "caja-1",
        "CAJA-1.local",
        "192.168.1.5:8766",
        "fd00::5",
        "tickets.example.mx",
    ):
        assert hosts.accepts(host if ":" not in host or "." in host else f"[{host}]", "::ffff:192.168.1.5"), host
    for host in ("192.168.1.6", "caja-2", "example.mx", "", "tickets.example.mx.evil.example"):
        assert not hosts.accepts(host, "192.168.1.5"), host


def test_a_paired_origin_is_allowed_until_it_is_taken_back() -> None:
    origins = Origins((), (), loopback_pages=False)
    assert not origins.allows("https://a.example", OWN)
    assert origins.add("https://a.example")
    assert not origins.add("https://a.example")
    assert origins.allows("https://A.example:443/", OWN)
    assert origins.remove("https://a.example")
    assert not origins.remove("https://a.example")
    assert not origins.allows("https://a.example", OWN)


def test_a_file_of_the_disk_is_allowed_only_where_that_is_written_down() -> None:
    assert not Origins((), (), loopback_pages=True).allows("null", OWN)
    assert Origins(("null",), (), loopback_pages=False).allows("null", OWN)
