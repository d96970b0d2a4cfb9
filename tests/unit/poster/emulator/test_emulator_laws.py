"""Laws: any bytes leave it standing, pieces make no difference, and no claim costs memory or time."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ticket_daemon.poster.emulator import Printer, UnknownBytes, draw
from ticket_daemon.poster.escpos import COMMANDS
from ticket_daemon.poster.profile.model import Profile

PROFILE = Profile("Any", code_pages={"PC437": 0, "WPC1252": 16, "PC850": 2}, cutter_distance=40)

KANJI = Profile("Kanji", code_pages={"PC437": 0}, kanji=True, cutter_distance=40)
PINS = Profile("Pins", size_command="esc_exclamation", inverse=False, strip_rows=8, row_dots=2, image="column")

prefixes = st.sampled_from([command.PREFIX for command in COMMANDS if command.PREFIX])
small = st.binary(max_size=12)
two_way = st.sampled_from(
    [b"\x10\x04\x01", b"\x10\x04\x04", b"\x1dr\x01", b"\x1da\xff", b"\x1d(H\x06\x0000abcd", b"\x1dIA", b"\x10\x05\x02",
     b"\x10\x14\x01\x00\x02", b"\x1b=\x00", b"\x1b=\x01", b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"]
)  # fmt: skip
likely = st.sampled_from(
    [b"text and more\n", b"\n", b"\x1b@", b"\x1dV\x00", b"\x1d(k\x03\x001Q0", b"\x1d(k\x05\x001P0ab"]
)
#: What keeps something for later: pages, characters of the sender's own, macros, Kanji pairs.
keeping = st.sampled_from(
    [b"\x1bL", b"\x0c", b"\x1b\x0c", b"\x1bS", b"\x18", b"\x1bW\x10\0\x08\0\x80\0\x70\0", b"\x1bT\x00", b"\x1bT\x01",
     b"\x1bT\x02", b"\x1bT\x03", b"\x1d$\x20\0", b"\x1b$\x10\0", b"\x1d\\\xf8\xff", b"more words", b"\x1b*\x01\x02\0ab",
     b"\x1b&\x03AB\x02abcdef\x01ghi", b"\x1b%\x01", b"\x1b%\x00", b"\x1b?A", b"AB", b"\x1bM\x01",
     b"\x1d:", b"\x1d^\x02\0\0", b"\x1c&", b"\x1c.", b"\x30\x21\xb0", b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"]
)  # fmt: skip
streams = st.lists(st.one_of(st.tuples(prefixes, small).map(b"".join), small, two_way, likely), max_size=25).map(
    b"".join
)


@given(streams)
@settings(max_examples=300, deadline=None)
def test_any_bytes_leave_it_standing(data: bytes) -> None:
    paper = draw(data, PROFILE)
    assert paper.height >= 0
    assert isinstance(paper.text, list)


@given(streams)
@settings(max_examples=60, deadline=None)
def test_any_paper_can_be_drawn(data: bytes) -> None:
    paper = draw(data, PROFILE)
    if paper.height < 3000:
        assert paper.png().startswith(b"\x89PNG")
        assert len(paper.bitmap().data) == paper.height * 72


@given(
    st.one_of(streams, st.lists(st.one_of(keeping, keeping, likely, small), max_size=25).map(b"".join)),
    st.lists(st.integers(1, 40), min_size=1, max_size=8),
    st.sampled_from([None, 1, 2, 3]),
    st.sampled_from([PROFILE, KANJI, PINS]),
)
@settings(max_examples=600, deadline=None)
@example(b"\n \n\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08\n", [1], None, PROFILE)
@example(b"\n \n\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08\n", [1], 1, PROFILE)
def test_pieces_make_no_difference(data: bytes, sizes: list[int], lines: int | None, profile: Profile) -> None:
    whole = Printer(profile, out_of_paper_after_lines=lines)
    pieces = Printer(profile, out_of_paper_after_lines=lines)
    answers, at, turn = b"", 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        answers += pieces.feed(data[at : at + size])
        at, turn = at + size, turn + 1
    assert whole.feed(data) == answers
    assert whole.set_condition(paper_out=False) == pieces.set_condition(paper_out=False)
    assert whole.finish().pieces == pieces.finish().pieces


@given(streams)
@settings(max_examples=100, deadline=None)
def test_byte_by_byte_is_all_at_once(data: bytes) -> None:
    whole, single = Printer(PROFILE), Printer(PROFILE)
    assert whole.feed(data) == b"".join(single.feed(data[at : at + 1]) for at in range(len(data)))
    assert whole.finish().pieces == single.finish().pieces


@pytest.mark.parametrize(
    ("claim", "blocks"),
    [
        (b"\x1dv0\x00\xff\xff\xff\xff", 2048), (b"\x1d8L\xff\xff\xff\x7f0p", 2048),
        (b"\x1cq\xff\xff\xff\xff\xff", 2048), (b"\x1d*\xff\xff", 140), (b"\x1b*\x21\xff\xff", 60),
        (b"\x1d(L\xff\xff0p\x01\x011\xff\xff\xff\xff", 20),
    ],
)  # fmt: skip
def test_claims_of_gigabytes_cost_no_memory(claim: bytes, blocks: int) -> None:
    printer = Printer(PROFILE)
    block = b"\x1dr\x01data\n" * 512
    tracemalloc.start()
    printer.feed(b"before\n" + claim)
    for _ in range(blocks):  # of 4 KiB, all of them questions
        printer.feed(block)
    assert printer.paper.height >= 0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 << 20


def test_a_claim_that_is_not_believed_is_skipped_to_its_last_byte() -> None:
    printer = Printer(PROFILE)
    size = 0x0100 * 0x5000  # 5 MiB
    printer.feed(b"before\n\x1dv0\x00\x00\x01\x00\x50")
    for _ in range(size // 4096):
        printer.feed(b"\x55" * 4096)
    printer.feed(b"after\n\x01")
    assert printer.paper.text == ["before", "after"]
    assert printer.paper.events == (
        UnknownBytes(7, b"\x1dv0\x00\x00\x01\x00\x50"), UnknownBytes(7 + 8 + size + 6, b"\x01"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "endless",
    [
        b"\x1b3\xff\x1bd\xff",
        b"x\x1b$\x00\x00",
        b"\x1bK\xffx\n",
        b"\x1bp\x00\x01\x01",
        b"\n",
        b"\x01a",
        b"\x1b*\x21\x01\x00abc",
    ],
)
def test_endless_repetition_is_bounded(endless: bytes) -> None:
    printer = Printer(PROFILE)
    tracemalloc.start()
    for _ in range(12):
        printer.feed(endless * 1000)
        printer.paper.height  # noqa: B018 - has the bytes looked at
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200 << 20


def test_bytes_that_ask_nothing_are_kept_unread() -> None:
    printer = Printer(PROFILE)
    job = b"\x1b@" + b"line of a receipt\n" * 40 + b"\x1dV\x42\x00"
    printer.feed(job)
    assert not printer._commands
    assert printer._unread == job


@pytest.mark.parametrize("size", [1, 7, 1023, 1024, 1025, 5000])
def test_a_list_that_never_ends_is_given_up_at_the_same_byte_in_any_pieces(size: int) -> None:
    data = b"\x1bD" + b"\x05" * 2000 + b"text\n\x03\x02"
    printer = Printer(PROFILE)
    for at in range(0, len(data), size):
        printer.feed(data[at : at + size])
        printer.paper.height  # noqa: B018 - has the bytes looked at
    assert printer.paper.text == ["text"]
    first, *_, last = printer.paper.events
    assert isinstance(first, UnknownBytes)
    assert isinstance(last, UnknownBytes)
    assert (first.offset, last.offset + len(last.data)) == (0, len(data))
