"""What a client was told, beside what is on the paper, for every trouble at every moment on every kind of printer.

    .venv/bin/python tools/truth_matrix.py [--write]

prints one table (`--write`: into docs/truth.md). Exit code 1 when a cell says success without whole paper though the
printer could have told, prints twice, loses a ticket, or leaves the client without a word.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, NamedTuple

from msgspec.structs import replace

from ticket_daemon.formats import Formats
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.poster.render import render_ticket
from ticket_daemon.printers import Destination, Destinations
from ticket_daemon.printers.emulated import EmulatedPrinter, Faults
from ticket_daemon.queue import Job, NewJob, Queue
from ticket_daemon.settings.config import PrinterSettings, Settings
from ticket_daemon.spooler import Spooler

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "truth.md"
LINES: Final = 8
MODEL: Final = "TM-T20III"
#: Kinds of network printers: what they can say.
PRINTERS: Final[dict[str, tuple[str, ...]]] = {
    "confirms each ticket": ("dle_eot", "process_id"),
    "tells its state only": ("dle_eot",),
    "says nothing": (),
}
#: Seconds that a printer is away before its ticket is held, and that a cell may take.
RETRY_S: Final = 1
CELL_S: Final = 40.0
#: After the trouble is over nothing may come out by itself that was held: so long is looked.
LOOK_S: Final = 1.0
UNKNOWABLE: Final = "sent, nobody can know"
BAD: Final = ("false success", "double", "lost", "untold")
DOCUMENT: Final = {
    "version": "1.0",
    "profile": {"model": MODEL},
    "commands": [{"type": "text", "data": {"content": f"line {n}"}} for n in range(LINES)] + [{"type": "cut"}],
}


class Trouble(NamedTuple):
    """One kind at one moment: how it is brought about, and how it is ended."""

    moment: str
    kind: str
    begin: Callable[[EmulatedPrinter, int], Awaitable[None] | None]
    end: Callable[[EmulatedPrinter], Awaitable[None] | None]
    later: bool = False  #: begins when the ticket has ended


def _condition(**changes: bool) -> Callable[[EmulatedPrinter, int], None]:
    return lambda printer, _: printer.set_condition(**changes)


def _well(printer: EmulatedPrinter) -> None:
    printer.printer.out_of_paper_after_lines = None
    printer.set_faults(Faults())
    printer.set_condition(paper_out=False, cover_open=False)


def _paper_ends(printer: EmulatedPrinter, lines: int) -> None:
    printer.printer.out_of_paper_after_lines = lines


def _cut(share: float) -> Callable[[EmulatedPrinter, int], None]:
    return lambda printer, length: printer.set_faults(Faults(reset_after=max(1, round(length * share))))


TROUBLES: Final = (
    Trouble("never", "none", lambda *_: None, _well),
    Trouble("before open", "off", lambda printer, _: printer.refuse(), lambda printer: printer.listen()),
    Trouble("before the first byte", "no paper", _condition(paper_out=True), _well),
    Trouble("before the first byte", "cover open", _condition(cover_open=True), _well),
    Trouble("in the middle", "paper ends", lambda printer, _: _paper_ends(printer, 3), _well),
    Trouble("in the middle", "cable", _cut(0.5), _well),
    Trouble("after the last byte", "paper ends", lambda printer, _: _paper_ends(printer, LINES), _well),
    Trouble("after the last byte", "cable", _cut(1.0), _well),
    Trouble("before the answer", "silent", lambda printer, _: printer.set_faults(Faults(mute=True)), _well),
    Trouble("after the answer", "no paper", _condition(paper_out=True), _well, later=True),
    Trouble("after the answer", "off", lambda printer, _: printer.refuse(), lambda printer: printer.listen(), True),
)


class Cell(NamedTuple):
    """What came of one trouble."""

    printer: str
    trouble: Trouble
    told: str  #: everything the client heard, in its order
    on_paper: int  #: whole tickets on paper when it was told how the job ended
    whole: int  #: the same when the trouble was over
    verdict: str


def now_ms() -> int:
    """Ms since 1970."""
    return time.time_ns() // 1_000_000


async def cell(name: str, trouble: Trouble, folder: Path) -> Cell:
    """Print one ticket in that trouble, end the trouble, look at what was told and at the paper."""
    known = find(MODEL)
    assert known is not None
    profile, data = replace(known, status=PRINTERS[name]), render_ticket(DOCUMENT).data
    heard: list[str] = []
    changed = asyncio.Event()

    def hear(what: str) -> None:
        heard.append(what)
        changed.set()

    async def until(done: Callable[[], bool]) -> None:
        async with asyncio.timeout(CELL_S):
            while not done():
                changed.clear()
                await changed.wait()

    async with EmulatedPrinter(profile) as printer:
        destination = Destination(PrinterSettings("caja", printer.uri, MODEL, default=True, retry_s=RETRY_S), profile)
        destinations, queue = Destinations([destination]), Queue(folder / "queue.db", 100, now_ms)
        spooler = Spooler(destinations, queue, Formats(Settings()), now_ms)
        ended: list[Job] = []

        def moved(job: Job) -> None:
            if job.is_settled:
                ended.append(job)
            hear(str(job.state))

        queue.listen(moved)

        def looked(at: Destination) -> None:
            if at.status.reasons:
                hear(" ".join(at.status.reasons))

        destinations.listen(looked)
        if not trouble.later:
            await _done(trouble.begin(printer, len(data)))
        spooler.start(await queue.open())
        await queue.submit(NewJob("one", "caja", b"d", b"{}", data, now_ms()))
        # A printer that stands still is told of, and its ticket waits: only a person ends that.
        await until(lambda: bool(ended) or any(why in heard for why in ("media-empty", "cover-open")))
        await asyncio.sleep(LOOK_S)  # what was taken may still be on its way to the paper
        told_before, on_paper = bool(ended), _whole(printer)
        if trouble.later:
            await _done(trouble.begin(printer, len(data)))
        await _done(trouble.end(printer))
        await until(lambda: bool(ended))
        await asyncio.sleep(LOOK_S)
        on_paper = on_paper if told_before else _whole(printer)
        await spooler.stop()
        await queue.close()
        whole = _whole(printer)
    return Cell(name, trouble, " → ".join(heard), on_paper, whole, _verdict(name, ended, heard, on_paper, whole))


async def _done(what: Awaitable[None] | None) -> None:
    if what is not None:
        await what


def _whole(printer: EmulatedPrinter) -> int:
    pieces = ([line for line in ticket.paper.text if line.startswith("line ")] for ticket in printer.tickets)
    return sum(len(lines) == LINES for lines in pieces)


def _verdict(name: str, ended: list[Job], heard: list[str], on_paper: int, whole: int) -> str:
    if not ended:
        return "untold" if len(heard) < 2 else "lost"
    job = ended[-1]
    if whole > 1:
        return "double"
    if job.is_printed and not on_paper:
        return UNKNOWABLE if job.state == "sent" and not PRINTERS[name] else "false success"
    if not job.is_printed and job.reason is None:
        return "untold"
    return "true"


def page(cells: list[Cell]) -> str:
    """docs/truth.md."""
    totals = Counter(cell.verdict for cell in cells)
    lines = [
        "# What an answer is worth",
        "",
        "Made by `tools/truth_matrix.py`: an emulated printer behind real TCP is put into trouble at each moment of a",
        "ticket's way, the trouble is ended, and what the client was told is compared with the paper.",
        "",
        f"**{len(cells)} cells; " + ", ".join(f"{kind}: {totals[kind]}" for kind in BAD) + ".**",
        f"Besides, {totals[UNKNOWABLE]} cells end *sent* before the ticket is whole on paper, at a printer that says",
        "nothing: *sent* means that the printer took every byte, and no more than that.",
        "",
        "| printer | moment | trouble | told, in its order | whole when told | whole in the end | verdict |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(f"| {' | '.join(map(str, _row(cell)))} |" for cell in cells),
        "",
        "Serial, USB, CUPS and Windows links, killed daemons, full disks and clocks that are set are tried by tests",
        "([contributing.md](contributing.md#crashes)); they are not in this table.",
        "",
    ]
    return "\n".join(lines)


def _row(cell: Cell) -> tuple[object, ...]:
    trouble = cell.trouble
    return cell.printer, trouble.moment, trouble.kind, cell.told, cell.on_paper, cell.whole, cell.verdict


async def matrix() -> list[Cell]:
    """Every cell, a few at a time."""
    some = asyncio.Semaphore(4)

    async def one(name: str, trouble: Trouble) -> Cell:
        async with some:
            with tempfile.TemporaryDirectory() as folder:
                return await cell(name, trouble, Path(folder))

    return await asyncio.gather(*(one(name, trouble) for name, trouble in itertools.product(PRINTERS, TROUBLES)))


def main() -> int:
    cells = asyncio.run(matrix())
    text = page(cells)
    if "--write" in sys.argv[1:]:
        PAGE.write_text(text, "utf-8")
    print(text)
    return int(any(cell.verdict in BAD for cell in cells))


if __name__ == "__main__":
    sys.exit(main())
