"""Bytes back to commands: the laws of the parser."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_daemon.poster.escpos import COMMANDS, Command, Parsed, Parser, Unknown, definitions, memory, page, parse
from ticket_daemon.poster.escpos import characters as c
from ticket_daemon.poster.escpos import graphics as g
from ticket_daemon.poster.escpos import mechanics as me
from ticket_daemon.poster.escpos import symbols as y
from ticket_daemon.poster.escpos.base import ByteCommand, FunctionCommand, WordCommand

BYTE = st.integers(0, 255)
WORD = st.integers(0, 65535)


def sized(count: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=count, max_size=count)


def images(words: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[int, int, bytes]]:
    return st.tuples(words, words).flatmap(
        lambda xy: st.tuples(st.just(xy[0]), st.just(xy[1]), sized(xy[0] * xy[1] * 8))
    )


SMALL = st.integers(0, 3)
REALTIME = {1: 2, 2: 2, 3: 5, 7: 1, 8: 7}
OWN: Mapping[type[Command], st.SearchStrategy[Command]] = {
    c.Print: st.builds(c.Print, st.lists(st.integers(0x20, 0xFF), min_size=1).map(bytes)),
    c.SetTabs: st.builds(c.SetTabs, st.lists(st.integers(1, 255), max_size=32).map(bytes)),
    c.MotionUnits: st.builds(c.MotionUnits, BYTE, BYTE),
    c.KanjiSpacing: st.builds(c.KanjiSpacing, BYTE, BYTE),
    page.PageArea: st.builds(page.PageArea, WORD, WORD, WORD, WORD),
    definitions.DefineCharacters: st.tuples(st.integers(1, 4), st.integers(0x20, 0xFF)).flatmap(
        lambda y_c1: st.lists(
            st.integers(0, 12).flatmap(lambda x: sized(x * y_c1[0])), min_size=1, max_size=min(4, 0x100 - y_c1[1])
        ).map(lambda drawn: definitions.DefineCharacters(*y_c1, y_c1[1] + len(drawn) - 1, tuple(drawn)))
    ),
    definitions.DefineKanji: st.builds(definitions.DefineKanji, BYTE, BYTE, sized(72)),
    definitions.CancelKanji: st.builds(definitions.CancelKanji, BYTE, BYTE),
    memory.WriteMemory: st.builds(memory.WriteMemory, BYTE, st.integers(0, 2**32 - 1), st.binary(max_size=40)),
    memory.ReadMemory: st.builds(memory.ReadMemory, BYTE, st.integers(0, 2**32 - 1), WORD),
    memory.ResetCounter: st.builds(memory.ResetCounter, BYTE, WORD),
    memory.TransmitCounter: st.builds(memory.TransmitCounter, BYTE, WORD),
    g.WindowsBitmap: st.builds(
        g.WindowsBitmap, BYTE, BYTE, BYTE, sized(2), BYTE, BYTE,
        st.binary(max_size=40).map(lambda rest: b"BM" + (len(rest) + 6).to_bytes(4, "little") + rest),
    ),
    g.TallImage: st.tuples(SMALL, SMALL).flatmap(
        lambda xy: st.builds(g.TallImage, BYTE, st.just(xy[0]), st.just(xy[1]), sized(xy[0] * xy[1]))
    ),
    me.Cut: st.builds(me.Cut, st.sampled_from([0, 1, 48, 49])) | st.builds(me.Cut, st.sampled_from([65, 66]), BYTE),
    me.Pulse: st.builds(me.Pulse, BYTE, BYTE, BYTE),
    me.Realtime: BYTE.flatmap(lambda fn: st.builds(me.Realtime, st.just(fn), sized(REALTIME.get(fn, 0)))),
    me.Beep: st.builds(me.Beep, BYTE, BYTE),
    me.MacroRun: st.builds(me.MacroRun, BYTE, BYTE, BYTE),
    g.RasterImage: st.tuples(SMALL, SMALL).flatmap(
        lambda xy: st.builds(g.RasterImage, BYTE, st.just(xy[0]), st.just(xy[1]), sized(xy[0] * xy[1]))
    ),
    g.LargeGraphics: st.builds(g.LargeGraphics, st.binary(max_size=300)),
    g.BitImage: st.tuples(st.sampled_from([0, 1, 32, 33]), SMALL).flatmap(
        lambda mn: st.builds(g.BitImage, st.just(mn[0]), st.just(mn[1]), sized(mn[1] * (3 if mn[0] > 1 else 1)))
    ),
    g.DefineDownloadedImage: images(SMALL).map(lambda image: g.DefineDownloadedImage(*image)),
    g.DefineStoredImages: st.builds(g.DefineStoredImages, st.lists(images(SMALL), max_size=3).map(tuple)),
    g.PrintStoredImage: st.builds(g.PrintStoredImage, BYTE, BYTE),
    y.Barcode: st.builds(y.Barcode, st.integers(0, 64), st.lists(st.integers(1, 255), max_size=30).map(bytes))
    | st.builds(y.Barcode, st.integers(65, 255), st.binary(max_size=255)),
}  # fmt: skip


def examples_of(kind: type[Command]) -> st.SearchStrategy[Command]:
    if kind in OWN:
        return OWN[kind]
    if issubclass(kind, ByteCommand):
        return st.builds(kind, BYTE)
    if issubclass(kind, WordCommand):
        return st.builds(kind, WORD)
    if issubclass(kind, FunctionCommand):
        return st.builds(kind, st.binary(max_size=300))
    assert not kind.__struct_fields__, f"{kind.__name__} needs a strategy of its own"
    return st.builds(kind)


ANY_COMMAND = st.one_of(*(examples_of(kind) for kind in (*COMMANDS, c.Print)))
LEADS = st.sampled_from([b"\x1b", b"\x1d", b"\x1c", b"\x10", b"\x1b(", b"\x1d(k", b"\x1bc", b"\x1d8", b"\n", b"\0"])
STREAMS = st.lists(ANY_COMMAND.map(lambda command: command.encode()) | LEADS | st.binary(max_size=8), max_size=8).map(
    b"".join
)


@given(ANY_COMMAND)
def test_parse_after_encode_gives_the_command_back(command: Command) -> None:
    data = command.encode()
    assert parse(data) == [Parsed(command, 0, len(data))]


@given(st.lists(ANY_COMMAND.filter(lambda command: not isinstance(command, c.Print)), max_size=6))
def test_commands_one_after_the_other_come_back_in_order(commands: list[Command]) -> None:
    assert [parsed.command for parsed in parse(b"".join(c.encode() for c in commands))] == commands


def assert_accounted_for(parsed: list[Parsed], data: bytes) -> None:
    position = 0
    for command, offset, length in parsed:
        assert offset == position
        assert length > 0
        assert command.encode() == data[offset : offset + length]
        position += length
    assert position == len(data)


@given(STREAMS | st.binary())
def test_every_byte_comes_out_once_in_order(data: bytes) -> None:
    assert_accounted_for(parse(data), data)


def joined(parsed: list[Parsed]) -> list[Parsed]:
    """Characters that a cut parted are put together again."""
    whole: list[Parsed] = []
    for item in parsed:
        last = whole[-1] if whole else None
        if last is not None and isinstance(last.command, c.Print) and isinstance(item.command, c.Print):
            both = c.Print(last.command.data + item.command.data)
            whole[-1] = Parsed(both, last.offset, last.length + item.length)
        else:
            whole.append(item)
    return whole


@given(STREAMS, st.lists(st.integers(0, 200), max_size=6))
def test_cut_anywhere_it_is_the_same(data: bytes, cuts: list[int]) -> None:
    parser = Parser()
    found: list[Parsed] = []
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for start, end in itertools.pairwise(edges):
        found += parser.feed(data[start:end])
    found += parser.finish()
    assert joined(found) == parse(data)


@given(STREAMS)
def test_byte_by_byte_it_is_the_same(data: bytes) -> None:
    parser = Parser()
    found = [item for byte in data for item in parser.feed(bytes((byte,)))] + parser.finish()
    assert joined(found) == parse(data)
    assert parser.pending == 0


@pytest.mark.parametrize(
    ("hexa", "expected"),
    [
        ("00", [("unknown", 0, 1)]),
        ("41 07 42", [("characters", 0, 1), ("unknown", 1, 1), ("characters", 2, 1)]),
        ("1B FF 41", [("unknown", 0, 2), ("characters", 2, 1)]),
        ("1D 28 7A 03 00 01 02 03 41", [("unknown", 0, 8), ("characters", 8, 1)]),
        ("1B 63 7A", [("unknown", 0, 2), ("characters", 2, 1)]),
    ],
)
def test_unknown_bytes_are_named_with_their_offset(hexa: str, expected: list[tuple[str, int, int]]) -> None:
    assert [(command.NAME, offset, length) for command, offset, length in parse(bytes.fromhex(hexa))] == expected


@pytest.mark.parametrize("hexa", ["1B", "1B 70 00", "1D 76 30 00 02 00 02 00 61", "1D 28 6B FF FF 31", "1D 6B 02 31"])
def test_command_without_its_end_waits_and_then_is_unknown(hexa: str) -> None:
    data = bytes.fromhex(hexa)
    parser = Parser()
    assert parser.feed(b"\n" + data) == [Parsed(c.LineFeed(), 0, 1)]
    assert parser.pending == len(data)
    assert parser.finish() == [Parsed(Unknown(data), 1, len(data))]
    assert parser.finish() == []
    assert parser.feed(b"\n") == [Parsed(c.LineFeed(), 1 + len(data), 1)]


def test_characters_do_not_wait_for_the_lines_end() -> None:
    assert Parser().feed(b"Total") == [Parsed(c.Print(b"Total"), 0, 5)]


@pytest.mark.parametrize("head", [b"\x1d8L\0\0\x20\0", b"\x1bD"])
def test_a_command_that_never_ends_costs_what_its_bytes_cost(head: bytes) -> None:
    """Two megabytes in eight thousand pieces: each piece is looked at once."""
    parser, copied = Parser(), 0
    parser.feed(head)
    read = parser._read

    def counted(buffer: bytes) -> list[Parsed]:
        nonlocal copied
        copied += len(buffer)
        return read(buffer)

    parser._read = counted  # type: ignore[method-assign]
    for _ in range(8000):
        assert parser.feed(b"\x41" * 250) == []
    assert parser.pending == len(head) + 2_000_000
    assert copied < 10_000
