"""The emulated network printer: its port, its answers and every fault it can be told to have."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ticket_daemon.poster.emulator import Paper
from ticket_daemon.poster.profile.model import Profile
from ticket_daemon.printers.emulated import EmulatedPrinter, Faults

PROFILE = Profile("Network 80mm")
STATUS, PROCESS_ID, PRINTED = b"\x10\x04\x01", b"\x1d(H\x06\x0000abcd", b"\x37\x22abcd\x00"


@asynccontextmanager
async def connected(
    printer: EmulatedPrinter,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(printer.host, printer.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def until_read(printer: EmulatedPrinter, count: int) -> None:
    async with asyncio.timeout(30):
        while sum(map(len, printer.received)) < count:
            await asyncio.sleep(0.005)


async def no_wait(_: float) -> None:
    await asyncio.sleep(0)


async def test_bytes_become_tickets_and_questions_get_answers() -> None:
    async with EmulatedPrinter(PROFILE) as printer, connected(printer) as (reader, writer):
        writer.write(b"one\n\x1dV\x00two\n\x1dV\x01" + PROCESS_ID + STATUS)
        assert await reader.readexactly(8) == PRINTED + b"\x12"
        assert [(ticket.data, ticket.paper.text) for ticket in printer.tickets] == [
            (b"one\n\x1dV\x00", ["one"]), (b"two\n\x1dV\x01", ["two"]),
        ]  # fmt: skip
        assert printer.uri == f"socket://127.0.0.1:{printer.port}"


async def test_each_connection_is_recorded_by_itself() -> None:
    async with EmulatedPrinter(PROFILE) as printer:
        for data in (b"first\n", b"second\n"):
            async with connected(printer) as (_, writer):
                writer.write(data)
                await writer.drain()
            await until_read(printer, len(data))
            async with asyncio.timeout(30):
                while data not in printer.received:
                    await asyncio.sleep(0)
        assert printer.received == [b"first\n", b"second\n"]


async def test_a_job_is_handed_out_when_its_connection_ends() -> None:
    jobs: asyncio.Queue[Paper] = asyncio.Queue()
    async with EmulatedPrinter(PROFILE, on_job=jobs.put_nowait) as printer:
        _, writer = await asyncio.open_connection(printer.host, printer.port)
        writer.write(b"whole job\n")
        writer.close()
        assert (await asyncio.wait_for(jobs.get(), 5)).text == ["whole job"]


async def test_refusing_and_listening_again_on_the_same_port() -> None:
    async with EmulatedPrinter(PROFILE, refuse=True) as printer:
        with pytest.raises(OSError):
            await asyncio.open_connection(printer.host, printer.port)
        port = printer.port
        await printer.listen()
        async with connected(printer) as (reader, writer):
            writer.write(STATUS)
            assert await reader.readexactly(1) == b"\x12"
            await printer.refuse()
            assert await reader.read() == b""
        with pytest.raises(OSError):
            await asyncio.open_connection(printer.host, port)


async def test_never_reading_makes_the_host_wait() -> None:
    async with EmulatedPrinter(PROFILE, faults=Faults(never_read=True)) as printer, connected(printer) as (_, writer):
        writer.write(b"x" * (8 << 20))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.drain(), 0.2)
        assert printer.received == [b""]
        printer.set_faults(Faults())
        await asyncio.wait_for(writer.drain(), 20)
        await until_read(printer, 7 << 20)


async def test_reading_slowly_takes_a_piece_for_each_tick() -> None:
    ticks: list[float] = []

    async def counted(seconds: float) -> None:
        ticks.append(seconds)
        await asyncio.sleep(0)

    async with (
        EmulatedPrinter(PROFILE, faults=Faults(bytes_per_second=200), sleep=counted) as printer,
        connected(printer) as (_, writer),
    ):
        writer.write(b"x" * 100)
        await until_read(printer, 100)
    assert sum(ticks) >= 100 / 200
    assert len(ticks) >= 10


async def test_dropping_the_line_after_so_many_bytes() -> None:
    async with (
        EmulatedPrinter(PROFILE, faults=Faults(drop_after=10)) as printer,
        connected(printer) as (reader, writer),
    ):
        writer.write(b"x" * 10)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        assert printer.received == [b"x" * 10]


async def test_resetting_the_line_after_so_many_bytes() -> None:
    async with (
        EmulatedPrinter(PROFILE, faults=Faults(reset_after=10)) as printer,
        connected(printer) as (reader, writer),
    ):
        writer.write(b"x" * 10)
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(), 5)
        assert printer.received == [b"x" * 10]


async def test_paper_out_in_the_middle_and_a_new_roll() -> None:
    async with EmulatedPrinter(PROFILE, out_of_paper_after_lines=1) as printer, connected(printer) as (reader, writer):
        writer.write(b"\x1da\xff")
        assert await reader.readexactly(4) == b"\x10\x00\x00\x00"
        writer.write(b"one\ntwo\n\x1dV\x00" + PROCESS_ID)
        assert await reader.readexactly(4) == b"\x18\x00\x0c\x00"
        writer.write(STATUS)
        assert await reader.readexactly(1) == b"\x1a"
        assert printer.tickets == []
        printer.set_condition(paper_out=False)
        assert await reader.readexactly(4 + 7) == b"\x10\x00\x00\x00" + PRINTED
        assert printer.tickets[0].paper.text == ["one", "two"]


async def test_an_open_cover_fills_the_buffer_and_then_the_host_waits() -> None:
    async with EmulatedPrinter(PROFILE) as printer:
        printer.set_condition(cover_open=True)
        async with connected(printer) as (_, writer):
            line = b"x" * 47 + b"\n"
            writer.write(line * 170_000)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(writer.drain(), 0.2)
            assert printer.printer.room == 0
            assert len(printer.received[0]) == printer.printer.buffer_bytes
            printer.set_condition(cover_open=False)
            await until_read(printer, 1 << 20)


async def test_answers_can_be_late_and_keep_their_order() -> None:
    waits: list[float] = []

    async def counted(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)

    async with (
        EmulatedPrinter(PROFILE, faults=Faults(answer_delay=3.0), sleep=counted) as printer,
        connected(printer) as (reader, writer),
    ):
        writer.write(STATUS)
        assert await reader.readexactly(1) == b"\x12"
        writer.write(PROCESS_ID)
        assert await reader.readexactly(7) == PRINTED
    assert waits == [3.0, 3.0]


async def test_answers_can_be_nonsense() -> None:
    async with (
        EmulatedPrinter(PROFILE, faults=Faults(nonsense=b"\xff\x00")) as printer,
        connected(printer) as (reader, writer),
    ):
        writer.write(STATUS)
        assert await reader.readexactly(2) == b"\xff\x00"


async def test_a_mute_printer_prints_and_says_nothing() -> None:
    async with EmulatedPrinter(PROFILE, faults=Faults(mute=True)) as printer, connected(printer) as (reader, writer):
        writer.write(b"printed\n\x1dV\x00" + STATUS)
        await until_read(printer, 14)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.05)
        assert printer.tickets[0].paper.text == ["printed"]


async def test_many_hosts_at_once_and_an_orderly_end() -> None:
    async with EmulatedPrinter(PROFILE, sleep=no_wait) as printer:
        streams = [await asyncio.open_connection(printer.host, printer.port) for _ in range(8)]
        for reader, writer in streams:
            writer.write(STATUS)
            assert await reader.readexactly(1) == b"\x12"
        await printer.stop()
        for reader, writer in streams:
            assert await reader.read() == b""
            writer.close()
