"""Ports by their Windows names, COM and LPT, as wine maps them: to a pseudo-terminal and to a file."""

from __future__ import annotations

from pathlib import Path

from support.far_sides import PtyPrinter
from support.wine import Wine

PRINT = """
import asyncio, sys
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.transport import make_link

async def main(uri):
    link = make_link(uri, generic(80))
    await link.open()
    print(link.port)
    await link.write(b"ticket on " + link.port.encode())
    await link.settled()
    if link.two_way:
        print((await link.read()).hex())
    await link.end_job()
    await link.close()

asyncio.run(main(sys.argv[1]))
"""

OPEN = """
import asyncio, sys
from ticket_daemon.errors import LinkError
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.transport import make_link

async def main(uri):
    link = make_link(uri, generic(80))
    try:
        await link.open()
    except LinkError as error:
        print(error.key)

asyncio.run(main(sys.argv[1]))
"""


#: Windows gives a port to one program at a time; wine gives it to everybody, so Windows' answer is put in its place.
TAKEN = (
    """
import os, serial
def taken(self):
    raise serial.SerialException("could not open port")
def denied(*_):
    raise PermissionError(13, "Permission denied")
serial.Serial.open, os.open = taken, denied
"""
    + OPEN
)


def device(windows: Wine, name: str, target: str) -> None:
    """What wine's `name` is on this system."""
    (windows.prefix / "dosdevices" / name).symlink_to(target)


def test_a_ticket_goes_to_a_parallel_port(windows: Wine, tmp_path: Path) -> None:
    paper = tmp_path / "lpt"
    paper.write_bytes(b"")
    device(windows, "lpt3", str(paper))
    assert windows.done(windows.python, "-c", PRINT, "file:///LPT3").split() == [r"\\.\LPT3"]
    assert paper.read_bytes() == rb"ticket on \\.\LPT3"


def test_a_ticket_goes_to_a_serial_port_and_its_answer_comes_back(windows: Wine) -> None:
    with PtyPrinter(lambda data: b"\x12" if b"COM7" in data else b"") as far:
        device(windows, "com7", far.path)
        assert windows.done(windows.python, "-c", PRINT, "serial://COM7?baud=19200").split() == ["COM7", "12"]
        assert bytes(far.received) == b"ticket on COM7"


def test_a_port_that_is_not_there_says_so(windows: Wine) -> None:
    assert windows.done(windows.python, "-c", OPEN, "serial://COM98").split() == ["link.no_device"]
    assert windows.done(windows.python, "-c", OPEN, "file:///LPT9").split() == ["link.cannot_open"]


def test_a_port_that_another_program_has_says_so(windows: Wine) -> None:
    assert windows.done(windows.python, "-c", TAKEN, "serial://COM8").split() == ["link.in_use"]
