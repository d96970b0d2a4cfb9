"""What every link promises, tried on each of them with real parts: TCP, files, FIFOs, ptys, the virtual printer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from support.rigs import RIGS, MakeRig
from support.tcp_printer import TcpPrinter
from ticket_daemon.errors import ConfigError, LinkError
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.transport import SCHEMES, LinkBroken, check_uri, make_link

PROFILE = generic(80)
EVERY_BYTE = bytes(range(256)) * 40
#: More than any far side takes while it stands still.
TOO_MUCH = bytes(8 << 20)

each_link = pytest.mark.parametrize("make", RIGS.values(), ids=RIGS)


def test_every_scheme_is_tried_here() -> None:
    assert {name.split()[0] for name in RIGS} == set(SCHEMES)


@each_link
async def test_every_byte_arrives_as_it_was_in_order(make: MakeRig, tmp_path: Path) -> None:
    async with make(tmp_path) as rig:
        await rig.link.open()
        assert rig.link.is_open
        await rig.link.write(EVERY_BYTE)
        await rig.link.settled()
        await rig.link.end_job()
        assert await asyncio.to_thread(rig.arrived, len(EVERY_BYTE)) == EVERY_BYTE
        await rig.link.close()


@each_link
async def test_jobs_follow_each_other_whole(make: MakeRig, tmp_path: Path) -> None:
    jobs = [bytes([65 + n]) * (1000 + n) for n in range(5)]
    async with make(tmp_path) as rig:
        for job in jobs:
            if not rig.link.is_open:
                await rig.link.open()
            await rig.link.write(job)
            await rig.link.settled()
            await rig.link.end_job()
        assert await asyncio.to_thread(rig.arrived, sum(map(len, jobs))) == b"".join(jobs)
        await rig.link.close()


@each_link
async def test_it_can_be_closed_at_any_time_and_opened_again(make: MakeRig, tmp_path: Path) -> None:
    async with make(tmp_path) as rig:
        await rig.link.close()
        await rig.link.open()
        await rig.link.write(b"one")
        await rig.link.settled()
        assert await asyncio.to_thread(rig.arrived, 3) == b"one"
        await rig.link.close()
        await rig.link.close()
        assert not rig.link.is_open
        await rig.link.open()
        await rig.link.write(b"two")
        await rig.link.settled()
        assert await asyncio.to_thread(rig.arrived, 6) == b"onetwo"
        await rig.link.close()


@each_link
async def test_it_can_be_closed_while_its_answers_are_awaited(make: MakeRig, tmp_path: Path) -> None:
    async with make(tmp_path) as rig:
        await rig.link.open()
        if rig.link.two_way:
            reading = asyncio.create_task(rig.link.read())
            await asyncio.sleep(0)
            reading.cancel()
            await asyncio.wait([reading])
        await rig.link.close()
        assert not rig.link.is_open


@each_link
async def test_it_names_the_place_people_know(make: MakeRig, tmp_path: Path) -> None:
    async with make(tmp_path) as rig:
        assert rig.link.port


@each_link
async def test_what_it_can_is_what_it_says_it_can(make: MakeRig, tmp_path: Path) -> None:
    async with make(tmp_path) as rig:
        can = rig.link.capabilities
        await rig.link.open()
        assert rig.link.two_way <= can.two_way
        assert rig.link.tells or can.status != "spooler"
        assert (rig.link.assurance == "spooled") == (can.confirmation == "spooler")
        await rig.link.close()


@each_link
async def test_what_cannot_be_opened_says_so_with_nothing_sent(make: MakeRig, tmp_path: Path) -> None:
    async with make(tmp_path) as rig:
        if rig.absent is None:
            return
        link = rig.absent
        with pytest.raises(LinkError) as caught:
            await link.open()
        assert not isinstance(caught.value, LinkBroken)
        assert caught.value.code == "printer_offline"
        assert not link.is_open
        await link.close()


@each_link
async def test_a_far_side_that_takes_nothing_is_given_up_and_the_bytes_are_in_doubt(
    make: MakeRig, tmp_path: Path
) -> None:
    async with make(tmp_path) as rig:
        if rig.stall is None:
            return
        rig.link._stall_s = 0.2  # type: ignore[attr-defined]
        await rig.link.open()
        rig.stall()
        with pytest.raises(LinkBroken) as caught:
            await rig.link.write(TOO_MUCH)
        assert 0 <= caught.value.sent <= len(TOO_MUCH)
        assert caught.value.key == "link.stalled"
        await rig.link.close()
        assert not rig.link.is_open


@each_link
async def test_a_far_side_that_vanishes_is_a_broken_link_with_its_bytes_in_doubt(make: MakeRig, tmp_path: Path) -> None:
    async with make(tmp_path) as rig:
        if rig.stall is None or rig.vanish is None:
            return
        await rig.link.open()
        await rig.link.write(b"x")
        await rig.link.settled()
        await asyncio.to_thread(rig.arrived, 1)
        rig.stall()
        writing = asyncio.create_task(rig.link.write(TOO_MUCH))
        await asyncio.wait([writing], timeout=0.05)
        await asyncio.to_thread(rig.vanish)
        with pytest.raises(LinkBroken) as caught:
            await writing
        assert caught.value.sent > 0
        assert caught.value.key == "link.broken"
        await rig.link.close()
        assert not rig.link.is_open


@pytest.mark.parametrize("after_s", [0.0, 0.001, 0.01])
@each_link
async def test_never_more_arrives_than_the_failure_says_may_have_left(
    make: MakeRig, tmp_path: Path, after_s: float
) -> None:
    """What a worker may repeat (`sent` is 0) has certainly not been printed, not even its beginning."""
    async with make(tmp_path) as rig:
        if rig.vanish is None:
            return
        await rig.link.open()
        writing = asyncio.create_task(rig.link.write(TOO_MUCH))
        await asyncio.wait([writing], timeout=after_s)
        await asyncio.to_thread(rig.vanish)
        await asyncio.wait([writing])
        error = writing.exception()
        sent = error.sent if isinstance(error, LinkBroken) else len(TOO_MUCH)
        assert error is None or isinstance(error, LinkBroken)
        assert len(rig.arrived(0)) <= sent
        await rig.link.close()


@each_link
async def test_a_far_side_that_has_vanished_takes_nothing_more(make: MakeRig, tmp_path: Path) -> None:
    async with make(tmp_path) as rig:
        if rig.vanish is None:
            return
        await rig.link.open()
        await rig.link.write(b"x")
        await rig.link.settled()
        await asyncio.to_thread(rig.arrived, 1)
        await asyncio.to_thread(rig.vanish)
        async with asyncio.timeout(20):
            while rig.link.is_open:
                try:
                    await rig.link.write(b"y")
                    await rig.link.settled()
                except LinkBroken:
                    break
        await rig.link.close()


async def test_a_slow_far_side_is_waited_for_as_long_as_it_moves() -> None:
    with TcpPrinter(reads=False) as printer:
        link = make_link(printer.uri, PROFILE)
        await link.open()
        writing = asyncio.create_task(link.write(EVERY_BYTE * 100))
        await asyncio.to_thread(printer.wait_for_connection)
        printer.start_reading()
        await writing
        assert await asyncio.to_thread(printer.wait_for, len(EVERY_BYTE) * 100) == EVERY_BYTE * 100
        await link.close()


async def test_a_closed_connection_between_jobs_is_noticed_before_the_next() -> None:
    with TcpPrinter() as printer:
        link = make_link(printer.uri, PROFILE)
        await link.open()
        await asyncio.to_thread(printer.wait_for_connection)
        printer.drop()
        async with asyncio.timeout(10):
            while link.is_open:
                await asyncio.wait([asyncio.ensure_future(link.read())])
        await link.close()


@pytest.mark.parametrize(
    ("uri", "key"),
    [
        ("gopher://x", "config.uri_scheme"),
        ("socket://", "config.uri_host"),
        ("socket://host:99999", "config.uri"),
        ("socket://host:0", "config.uri_host"),
        ("socket://[::1", "config.uri"),
        ("file:///", "config.uri_path"),
        ("serial://", "config.uri_serial"),
        ("serial://COM3?baud=fast", "config.uri_serial"),
        ("serial://COM3?baud=0", "config.uri_serial"),
        ("serial://COM3?flow=dtr", "config.uri_serial"),
        ("serial://COM3?parity=mark", "config.uri_serial"),
        ("serial://COM3?bytesize=9", "config.uri_serial"),
        ("serial://COM3?stopbits=3", "config.uri_serial"),
        ("serial://COM3?speed=9600", "config.uri_serial"),
        ("serial://COM3?baud=9600&baud=19200", "config.uri_serial"),
        ("serial://host/dev/ttyS0", "config.uri_serial"),
        ("usb://04b8", "config.uri_usb"),
        ("usb://4b8:e15", "config.uri_usb"),
        ("usb://04b8:0e15/a/b", "config.uri_usb"),
        ("usb://04b8:0e15?serial=1", "config.uri_usb"),
        ("cups://", "config.uri_cups"),
        ("cups://host:631/", "config.uri_cups"),
        ("cups://host/two/parts", "config.uri_cups"),
        ("cups://a%20b", "config.uri_cups"),
        ("cups://host:99999/q", "config.uri"),
        ("ipp://host", "config.uri_ipp"),
        ("ipp:///ipp/print", "config.uri_ipp"),
        ("", "config.uri_scheme"),
    ],
)
def test_an_address_no_link_could_be_made_of_is_refused(uri: str, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_uri(uri)
    assert caught.value.key == key


async def test_a_socket_that_closes_while_its_bytes_are_awaited_is_a_broken_link_and_nothing_else() -> None:
    for _ in range(5):
        with TcpPrinter(reads=False) as printer:
            link = make_link(printer.uri, PROFILE)
            await link.open()
            await link.write(bytes(60_000))
            settling = asyncio.create_task(link.settled())
            await asyncio.to_thread(printer.wait_for_connection)
            printer.drop()
            await link.close()
            with pytest.raises(LinkBroken):
                await settling
