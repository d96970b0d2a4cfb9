"""What the `print` call of a QZ page becomes, in every notation that pages use."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.frontends.qz.jobs import MAX_BYTES, MAX_ELEMENTS, MAX_TICKETS, Ticket, lenient_base64, tickets
from ticket_daemon.frontends.qz.messages import Refused

PNG = base64.b64encode(b"a picture").decode()


def draw(file: bytes, printer: str, threshold: int | None) -> bytes:
    return f"<{file.decode()} {threshold}>".encode()


def made(*data: Any, printer: Any = "caja", **options: Any) -> list[Ticket]:
    asked = {"printer": {"name": printer} if isinstance(printer, str) else printer, "options": options, "data": data}
    return tickets(json.dumps(asked).encode(), draw)


def body(*data: Any, **options: Any) -> bytes:
    (ticket,) = made(*data, **options)
    assert ticket.format == "printer"
    return ticket.body


@pytest.mark.parametrize(
    ("element", "bytes_"),
    [
        ("Hola\n", b"Hola\n"),
        ({"type": "raw", "format": "command", "flavor": "plain", "data": "x"}, b"x"),
        ({"type": "raw", "format": "plain", "data": "x"}, b"x"),
        ({"type": "raw", "format": "BASE64", "data": "G0A="}, b"\x1b@"),
        ({"type": "raw", "format": "command", "flavor": "base64", "data": "G0A"}, b"\x1b@"),
        ({"type": "raw", "format": "HEX", "data": "x1Bx40"}, b"\x1b@"),
        ({"type": "raw", "format": "command", "flavor": "hex", "data": "0x1B, 0x40"}, b"\x1b@"),
        (
            {
                "type": "raw",
                "format": "XML",
                "data": "<a><v7:Image>G0A=</v7:Image></a>",
                "options": {"xmlTag": "v7:Image"},
            },
            b"\x1b@",
        ),
        ({"type": "raw", "format": "image", "flavor": "base64", "data": PNG}, b"<a picture 127>"),
        (
            {"type": "raw", "format": "image", "flavor": "base64", "data": PNG, "options": {"quantization": "dither"}},
            b"<a picture None>",
        ),
        ({"data": "x"}, b"x"),
    ],
)
def test_raw_data_of_every_notation_becomes_the_printers_bytes(element: Any, bytes_: bytes) -> None:
    assert body(element) == bytes_


@pytest.mark.parametrize(
    ("encoding", "bytes_"),
    [
        (None, "ñ€".encode()),
        ("UTF-8", "ñ€".encode()),
        ("Cp1252", b"\xf1\x80"),
        ("windows-1252", b"\xf1\x80"),
        ("ISO-8859-1", b"\xf1?"),
        ("IBM858", b"\xa4\xd5"),
        ("Cp858", b"\xa4\xd5"),
        ({"from": None, "to": "IBM00858"}, b"\xa4\xd5"),
    ],
)
def test_plain_text_is_encoded_by_the_name_that_java_has_for_it(encoding: Any, bytes_: bytes) -> None:
    assert body("ñ€", encoding=encoding) == bytes_


@pytest.mark.parametrize(
    "name",
    ["GBK", "GB18030", "Big5", "x-windows-950", "Shift_JIS", "windows-31j", "EUC-KR", "x-windows-949", "EUC-JP",
     "ISO-2022-JP", "KOI8-R", "TIS-620", "x-windows-874", "IBM437", "IBM850", "Cp866", "x-IBM737", "windows-1251",
     "ISO-8859-15", "US-ASCII", "UTF-16LE", "x-MacRoman", "MacRoman", "latin1"],
)  # fmt: skip
def test_encodings_of_receipt_software_are_known(name: str) -> None:
    assert body("x", encoding=name)


def test_bytes_are_converted_only_where_the_page_says_what_they_are() -> None:
    element = {"type": "raw", "format": "command", "flavor": "base64", "data": base64.b64encode("ñ".encode()).decode()}
    assert body(element, encoding="Cp1252") == "ñ".encode()
    assert body(element, encoding={"from": "UTF-8", "to": "Cp1252"}) == b"\xf1"


def test_raw_escape_bytes_labelled_base64_print_nothing_that_was_not_sent() -> None:
    """An addon for Odoo sends its drawer command so, and then once more as text."""
    drawer = "\x1bp\x00\x19\xfa"
    label = {"type": "raw", "format": "command", "flavor": "base64", "data": drawer}
    assert body(label, drawer, encoding="ISO-8859-1").endswith(drawer.encode("latin-1"))


@given(st.binary(max_size=200))
def test_base64_is_read_back_however_it_was_broken_into_lines(data: bytes) -> None:
    text = base64.b64encode(data).decode()
    assert lenient_base64("\r\n ".join(text)) == data
    assert lenient_base64(text.rstrip("=")) == data
    assert lenient_base64(base64.urlsafe_b64encode(data).decode()) == data


@given(st.text(max_size=200))
def test_no_text_at_all_breaks_the_base64_reader(text: str) -> None:
    lenient_base64(text)


def test_copies_and_the_jobs_name_are_taken() -> None:
    (ticket,) = made("x", copies=3, jobName="Venta 7")
    assert (ticket.copies, ticket.name) == (3, "Venta 7")
    assert made("x", copies=0)[0].copies == 1


def test_a_spool_option_makes_a_ticket_of_each_part() -> None:
    found = made("A\x0cB\x0cC\x0c", spool={"size": 2, "end": "\x0c"})
    assert [ticket.body for ticket in found] == [b"A\x0cB\x0c", b"C\x0c"]
    assert [ticket.body for ticket in made("A\x0cB", endOfDoc="\x0c", perSpool=1)] == [b"A\x0c", b"B"]


@pytest.mark.parametrize(
    ("element", "kind"),
    [
        ({"type": "pixel", "format": "image", "flavor": "base64", "data": PNG}, "picture"),
        ({"type": "IMAGE", "format": "BASE64", "data": PNG}, "picture"),
        ({"type": "pixel", "format": "pdf", "flavor": "base64", "data": PNG}, "pdf"),
        ({"type": "PDF", "format": "base64", "data": PNG}, "pdf"),
        ({"type": "pixel", "format": "html", "flavor": "plain", "data": "<p>Hola"}, "html"),
    ],
)
def test_pixel_data_is_a_ticket_of_its_format(element: Any, kind: str) -> None:
    assert [ticket.format for ticket in made(element)] == [kind]


@pytest.mark.parametrize(
    ("data", "printer", "words"),
    [
        ([], "caja", "Message is empty"),
        (["x"], None, "A printer must be specified"),
        (["x"], {"name": None}, "A printer must be specified"),
        (["x"], {"host": "10.0.0.1", "port": 9100}, "Printing to host '10.0.0.1' is not permitted"),
        (["x"], {"file": "/tmp/x"}, "Printing to file is not permitted"),
        ([{"type": "raw", "format": "FILE", "data": "/etc/passwd"}], "caja", "not permitted"),
        ([{"type": "raw", "format": "image", "data": "http://127.0.0.1:8766/x.png"}], "caja", "not permitted"),
        ([{"type": "pixel", "format": "pdf", "flavor": "file", "data": "http://x"}], "caja", "not permitted"),
        ([{"type": "HTML", "format": "FILE", "data": "http://x"}], "caja", "not permitted"),
        ([{"type": "raw", "format": "hex", "data": "1B4"}], "caja", "hexadecimal"),
        ([{"type": "raw", "format": "command", "data": 7}], "caja", "must be text"),
        (["x"] * (MAX_ELEMENTS + 1), "caja", str(MAX_ELEMENTS)),
        (["x" * (MAX_BYTES + 1)], "caja", str(MAX_BYTES)),
    ],
)
def test_what_cannot_print_is_refused_in_words(data: list[Any], printer: Any, words: str) -> None:
    with pytest.raises(Refused, match=words):
        made(*data, printer=printer)


def test_no_call_makes_more_tickets_than_the_bound() -> None:
    with pytest.raises(Refused, match=str(MAX_TICKETS)):
        made("x;" * (MAX_TICKETS + 1), spool={"end": ";"})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda kids: st.lists(kids) | st.dictionaries(st.text(), kids),
    )
)
def test_any_parameters_are_tickets_or_refused(params: Any) -> None:
    with contextlib.suppress(Refused):
        tickets(json.dumps(params).encode(), draw)
