"""What every link promises, tried on each of them with real parts: TCP, files, FIFOs, a pty, the virtual printer."""

from __future__ import annotations

import asyncio
import os
import sys
import tty
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from support.tcp_printer import TcpPrinter
from ticket_daemon.errors import ConfigError, LinkError
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.transport import SCHEMES, Link, LinkBroken, check_uri, make_link

PROFILE = generic(80)
EVERY_BYTE = bytes(range(256)) * 40


class Rig(NamedTuple):
    """A link and the far side of it: what has arrived, once it is `size` bytes."""

    link: Link
    arrived: Callable[[int], bytes]


@asynccontextmanager
async def socket_rig(_: Path) -> AsyncIterator[Rig]:
    with TcpPrinter() as printer:
        yield Rig(make_link(printer.uri, PROFILE), printer.wait_for)


@asynccontextmanager
async def file_rig(folder: Path) -> AsyncIterator[Rig]:
    path = folder / "a printer's file.bin"
    yield Rig(make_link(path.as_uri(), PROFILE), lambda _: path.read_bytes())


@asynccontextmanager
async def fifo_rig(folder: Path) -> AsyncIterator[Rig]:
    if sys.platform == "win32":
        pytest.skip("FIFOs are not Windows'")
    path = folder / "fifo"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    async with _collected(reading) as arrived:
        yield Rig(make_link(path.as_uri(), PROFILE), arrived)


@asynccontextmanager
async def device_rig(_: Path) -> AsyncIterator[Rig]:
    """A pty stands for a character device such as /dev/usb/lp0."""
    if sys.platform == "win32":
        pytest.skip("ptys are not Windows'")
    master, slave = os.openpty()
    tty.setraw(slave)
    path = Path(os.ttyname(slave))
    async with _collected(master) as arrived:
        yield Rig(make_link(path.as_uri(), PROFILE), arrived)
    os.close(slave)


@asynccontextmanager
async def _collected(fd: int) -> AsyncIterator[Callable[[int], bytes]]:
    """Reads `fd` in a thread; the function waits for that many bytes."""
    import threading

    taken, changed, done = bytearray(), threading.Condition(), threading.Event()
    os.set_blocking(fd, False)

    def read() -> None:
        import select

        while not done.is_set():
            if select.select([fd], [], [], 0.05)[0]:
                try:
                    data = os.read(fd, 65536)
                except OSError:
                    data = b""
                if data:
                    with changed:
                        taken.extend(data)
                        changed.notify_all()
                else:
                    done.wait(0.01)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()

    def arrived(size: int) -> bytes:
        with changed:
            changed.wait_for(lambda: len(taken) >= size, 20)
            return bytes(taken)

    yield arrived
    done.set()
    await asyncio.to_thread(thread.join)
    os.close(fd)


@asynccontextmanager
async def virtual_rig(_: Path) -> AsyncIterator[Rig]:
    from ticket_daemon.transport.virtual import VirtualLink

    link = make_link("virtual://tester", PROFILE)
    assert isinstance(link, VirtualLink)
    got = bytearray()
    feed = link.printer.feed

    def keeping(data: bytes) -> bytes:
        got.extend(data)
        return feed(data)

    link.printer.feed = keeping  # type: ignore[method-assign]
    yield Rig(link, lambda _: bytes(got))


MakeRig = Callable[[Path], AbstractAsyncContextManager[Rig]]
RIGS: dict[str, MakeRig] = {
    "socket": socket_rig,
    "file": file_rig,
    "file fifo": fifo_rig,
    "file device": device_rig,
    "virtual": virtual_rig,
}
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
        assert await asyncio.to_thread(rig.arrived, 6) == b"onetwo"
        await rig.link.close()


@each_link
async def test_it_names_the_place_people_know(make: MakeRig, tmp_path: Path) -> None:
    async with make(tmp_path) as rig:
        assert rig.link.port


@pytest.mark.parametrize("uri", ["socket://127.0.0.1:{closed}", "file:///nonexistent/folder/printer"])
async def test_what_cannot_be_opened_says_so_with_nothing_sent(uri: str) -> None:
    gone = TcpPrinter()
    gone.close()
    link = make_link(uri.format(closed=gone.port), PROFILE)
    with pytest.raises(LinkError) as caught:
        await link.open()
    assert not isinstance(caught.value, LinkBroken)
    assert caught.value.code == "printer_offline"
    assert not link.is_open


@pytest.mark.parametrize("name", ["socket", "file fifo"])
async def test_a_far_side_that_takes_nothing_is_given_up_and_the_bytes_are_in_doubt(name: str, tmp_path: Path) -> None:
    big = bytes(8 << 20)
    if name == "socket":
        with TcpPrinter(reads=False) as printer:
            await _stalls(make_link(printer.uri, PROFILE), big)
    else:
        path = tmp_path / "fifo"
        os.mkfifo(path)
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        await _stalls(make_link(path.as_uri(), PROFILE), big)
        os.close(fd)


async def _stalls(link: Link, data: bytes) -> None:
    link._stall_s = 0.2  # type: ignore[attr-defined]
    await link.open()
    with pytest.raises(LinkBroken) as caught:
        await link.write(data)
    assert 0 < caught.value.sent <= len(data)
    assert caught.value.key == "link.stalled"
    await link.close()


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


async def test_a_dropped_connection_is_noticed_and_its_bytes_are_in_doubt() -> None:
    with TcpPrinter(reads=False) as printer:
        link = make_link(printer.uri, PROFILE)
        await link.open()
        writing = asyncio.create_task(link.write(bytes(8 << 20)))
        await asyncio.to_thread(printer.wait_for_connection)
        printer.drop()
        with pytest.raises(LinkBroken) as caught:
            await writing
        assert caught.value.sent > 0
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
        ("file:///", "config.uri_path"),
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
