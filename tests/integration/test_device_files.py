"""Device files that are not like others: what cannot be read, what has no end, who may not use them."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from pathlib import Path

import pytest

from support.far_sides import PtyPrinter
from ticket_daemon.errors import LinkError
from ticket_daemon.transport import LinkBroken
from ticket_daemon.transport.descriptors import Descriptor
from ticket_daemon.transport.device_file import FileLink, windows_name

if sys.platform == "win32":
    pytest.skip("these are POSIX' devices", allow_module_level=True)


async def test_a_device_that_answers_stays_open_between_tickets() -> None:
    with PtyPrinter(lambda data: b"\x12" if data else b"") as far:
        link = FileLink(far.path)
        await link.open()
        await link.write(b"\x10\x04\x01")
        assert await link.read() == b"\x12"
        await link.end_job()
        assert link.is_open
        await link.close()


async def test_a_fifo_is_closed_between_tickets_and_never_read(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    link = FileLink(str(path))
    await link.open()
    assert not link.two_way
    await link.write(b"ticket")
    await link.end_job()
    assert not link.is_open
    assert os.read(reading, 100) == b"ticket"
    os.close(reading)


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero"])
async def test_what_never_waits_is_not_listened_to(path: str) -> None:
    link = FileLink(path)
    await link.open()
    assert not link.two_way
    await link.write(b"ticket")
    await link.close()


async def test_a_device_that_is_full_took_nothing() -> None:
    link = FileLink("/dev/full")
    await link.open()
    with pytest.raises(LinkBroken) as caught:
        await link.write(b"ticket")
    assert caught.value.sent == 0
    await link.close()


async def test_a_device_that_cannot_be_read_can_be_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unreadable(self: Descriptor) -> bytes:
        raise OSError(errno.EINVAL, "unidirectional")

    monkeypatch.setattr(Descriptor, "read_some", unreadable)
    with PtyPrinter() as far:
        link = FileLink(far.path)
        await link.open()
        reading = asyncio.create_task(link.read())
        await asyncio.wait([reading], timeout=0.05)
        assert not reading.done()
        assert link.is_open
        await link.write(b"ticket")
        assert await asyncio.to_thread(far.wait_for, 6) == b"ticket"
        reading.cancel()
        await link.close()


async def test_a_device_that_answers_nothing_for_a_while_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([b"", b"", b"\x12"])

    async def idle(self: Descriptor) -> bytes:
        return next(answers)

    monkeypatch.setattr(Descriptor, "read_some", idle)
    monkeypatch.setattr("ticket_daemon.transport.device_file.NOTHING_S", 0)
    with PtyPrinter() as far:
        link = FileLink(far.path)
        await link.open()
        assert await link.read() == b"\x12"
        await link.close()


async def test_a_device_somebody_else_has_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> int:
        raise OSError(errno.EBUSY, "busy")  # what the usblp driver answers to the second who opens it

    with PtyPrinter() as far:
        monkeypatch.setattr(os, "open", busy)
        with pytest.raises(LinkError) as caught:
            await FileLink(far.path).open()
        monkeypatch.undo()
    assert caught.value.key == "link.in_use"


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileLink:
    """A link to a port of Windows', which is a FIFO that nobody reads and that blocks."""
    path = tmp_path / "LPT1"
    os.mkfifo(path)
    keep = os.open(path, os.O_RDWR)
    link = FileLink(str(path), stall_s=0.2)
    monkeypatch.setattr("ticket_daemon.transport.device_file._is_port", lambda _: True)
    monkeypatch.setattr(link, "_is_device", lambda: False)
    link._keep = keep  # type: ignore[attr-defined]
    return link


async def test_a_port_of_windows_that_takes_nothing_is_given_up_and_hangs_nobody(port: FileLink) -> None:
    await port.open()
    with pytest.raises(LinkBroken) as caught:
        await port.write(bytes(1 << 20))
    assert caught.value.key == "link.stalled"
    assert len(os.read(port._keep, 1 << 20)) <= caught.value.sent  # type: ignore[attr-defined]
    async with asyncio.timeout(10):
        await port.close()
    assert not port.is_open


async def test_a_port_of_windows_gets_every_byte_in_order(port: FileLink) -> None:
    data = bytes(range(256)) * 100
    await port.open()
    await port.write(data)
    await port.settled()
    await port.end_job()
    assert os.read(port._keep, len(data)) == data  # type: ignore[attr-defined]
    assert not port.is_open


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/LPT1", r"\\.\LPT1"),
        ("/lpt2", r"\\.\LPT2"),
        ("/COM12", r"\\.\COM12"),
        ("//./LPT1", r"\\.\LPT1"),
        ("/PRN", r"\\.\PRN"),
    ],
)
def test_a_ports_name_is_a_port_wherever_it_stands(path: str, name: str) -> None:
    assert windows_name(path) == name


@pytest.mark.parametrize("path", ["/C:/paper/LPT.bin", "/C:/paper/COM1.txt", "/C:/MYLPT1"])
def test_a_file_that_is_called_like_a_port_is_a_file(path: str) -> None:
    assert not windows_name(path).startswith("\\\\.")
