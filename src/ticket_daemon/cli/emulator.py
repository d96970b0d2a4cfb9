"""`emulator`: a network receipt printer that draws what it is sent."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ticket_daemon.cli.common import echo, fail, language, says_errors
from ticket_daemon.cli.manual import verb

if TYPE_CHECKING:
    from ticket_daemon.poster.emulator import Paper, Printer
    from ticket_daemon.printers.emulated import EmulatedPrinter

#: Seconds between two looks at the paper.
LOOK_S: Final = 0.25
#: Seconds without print after which a person would tear the paper off.
TORN_OFF_S: Final = 2.0


@verb("emulator", "does.emulator")
@click.option("--host", default="127.0.0.1", show_default=True, help="option.host")
@click.option("--port", type=click.IntRange(0, 65535), default=9100, show_default=True, help="option.free_port")
@click.option("--profile", default="Generic 80mm", show_default=True, help="option.emulated")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), default=Path("tickets"), show_default=True,
    help="option.pictures",
)  # fmt: skip
@click.option("--paper-out-after-lines", type=click.IntRange(1), help="option.paper_out")
@click.option("--slow", type=click.IntRange(1), help="option.slow")
@click.option("--drop-after", type=click.IntRange(1), help="option.drop_after")
@click.option("--mute", is_flag=True, help="option.mute")
@click.option("--offline", is_flag=True, help="option.offline")
@click.option("--cover-open", is_flag=True, help="option.cover_open")
@says_errors
def emulator_command(
    host: str,
    port: int,
    profile: str,
    output: Path,
    paper_out_after_lines: int | None,
    slow: int | None,
    drop_after: int | None,
    mute: bool,
    offline: bool,
    cover_open: bool,
) -> None:
    """Be a network receipt printer until Ctrl+C: every ticket becomes a picture in the folder."""
    from ticket_daemon.cli.tickets import named_profile
    from ticket_daemon.printers.emulated import EmulatedPrinter, Faults

    pictures = _Pictures(output)
    printer = EmulatedPrinter(
        named_profile(profile),
        host=host,
        port=port,
        faults=Faults(bytes_per_second=slow, drop_after=drop_after, mute=mute),
        out_of_paper_after_lines=paper_out_after_lines,
        on_job=pictures.keep,
    )
    if offline or cover_open:
        printer.set_condition(offline=offline, cover_open=cover_open)
    asyncio.run(_serve(printer, pictures))


async def _serve(printer: EmulatedPrinter, pictures: _Pictures) -> None:
    """Until Ctrl+C or SIGTERM."""
    from ticket_daemon import messages

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    if os.name != "nt":  # there Ctrl+C raises KeyboardInterrupt, which asyncio.run turns into an orderly end
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ended.set)
    try:
        await printer.start()
    except OSError as error:
        parameters = {"host": printer.host, "port": printer.port, "detail": error.strerror or str(error)}
        fail(messages.text("start.cannot_listen", language(), **parameters))
    name, uri, folder = printer.printer.profile.name, printer.uri, pictures.folder
    texts = {
        "es": f"{name} en {uri}; los tickets quedan en {folder}. Ctrl+C para terminar.",
        "en": f"{name} at {uri}; the tickets go to {folder}. Ctrl+C ends it.",
    }
    echo(texts[language()])
    try:
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), LOOK_S)
            pictures.look(printer.printer)
    finally:
        await printer.stop()


class _Pictures:
    """Tickets as numbered PNG files; a file that is there already is never written over.

    A ticket ends where the paper is cut, where its connection ends, or, since hosts may hold theirs for days and some
    printers have no cutter, when nothing has been printed for TORN_OFF_S.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            fail(f"{folder}: {error.strerror}", 2)
        self.folder = folder
        paths = (folder / f"ticket-{number:04}.png" for number in itertools.count(1))
        self._free = (path for path in paths if not path.exists())
        self._kept = 0  #: bytes fed to the printer whose paper is saved
        self._in_progress = (0, 0)
        self._unchanged = 0

    def keep(self, paper: Paper) -> None:
        """Save what is new of `paper`, each piece a ticket."""
        from ticket_daemon.poster.emulator import Paper

        for piece in paper.pieces:
            if piece.span[1] > self._kept and (piece.items or piece.lines or piece.marks):
                self._save(Paper(paper.width, paper.paper_mm, paper.dpi, (piece,)))
            self._kept = max(self._kept, piece.span[1])

    def look(self, printer: Printer) -> None:
        """Save what was cut since, and tear off what has been left hanging."""
        for ticket in printer.tickets:
            self.keep(ticket)
        hanging = printer.paper.pieces[0]
        self._unchanged = self._unchanged + 1 if hanging.span == self._in_progress else 0
        self._in_progress = hanging.span
        printed = hanging.items or hanging.lines or hanging.marks
        if printed and self._unchanged * LOOK_S >= TORN_OFF_S and (paper := printer.take()) is not None:
            self.keep(paper)

    def _save(self, ticket: Paper) -> None:
        path = next(self._free)
        try:
            path.write_bytes(ticket.png())
        except OSError as error:
            echo(f"{path}: {error.strerror}", err=True)
            return
        echo(f"{path}: {_summary(ticket)}")


def _summary(paper: Paper) -> str:
    """What happened, in the words of the events."""
    lines = {"es": "líneas", "en": "lines"}[language()]
    events = Counter(type(event).__name__ for event in paper.events)
    return ", ".join([f"{lines}: {len(paper.text)}", *(f"{name}: {count}" for name, count in events.items())])
