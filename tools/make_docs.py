"""Write the parts of the documentation that are facts of the code: the life of a job, the printer commands, and the
descriptions of the interface (OpenAPI, AsyncAPI, JSON Schemas); and the page's words for a job's states.

    python tools/make_docs.py           write them
    python tools/make_docs.py --check   say which are out of date; exit code 1 when one is

Whole files are written as they are; in `docs/escpos.md` and `docs/printers.md` only what stands between the two marks.
A test holds the files to what is made here, so that documentation cannot fall behind.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from ticket_daemon.frontends.native import described
from ticket_daemon.messages.states import STATES
from ticket_daemon.poster.escpos import (
    COMMANDS,
    Command,
    characters,
    definitions,
    graphics,
    mechanics,
    memory,
    page,
    status,
    symbols,
)
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.queue.states import FINAL, PRINTED, TRANSITIONS, JobEvent, JobState
from ticket_daemon.transport import SCHEMES, make_link

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
BEGIN: Final = "<!-- begin: made by tools/make_docs.py -->"
END: Final = "<!-- end: made by tools/make_docs.py -->"
#: Characters of a line of script.
_WIDTH: Final = 120

S, E = JobState, JobEvent
_WHEN: Final = {
    (S.QUEUED, E.START): "its turn has come and the printer can print; committed before the first byte leaves",
    (S.QUEUED, E.FAIL): "the link stayed shut for `retry_s` and `on_failure` is `fail`",
    (
        S.QUEUED,
        E.EXPIRE,
    ): "`ttl_s` is over; its reason names what kept it: paper, cover, offline, the tickets before it",
    (S.QUEUED, E.CANCEL): "a client cancelled it",
    (S.QUEUED, E.HOLD): "the link stayed shut for `retry_s` and `on_failure` is `hold`, or a person asked",
    (
        S.QUEUED,
        E.MOVE,
    ): "its printer cannot print for `retry_s`, certainly nothing of it was printed: the `fallback` takes it",
    (S.PRINTING, E.CONFIRM): "the printer answered that it has printed",
    (S.PRINTING, E.SEND): "the link took every byte",
    (S.PRINTING, E.SPOOL): "the system's spooler took every byte",
    (S.PRINTING, E.FAIL): "it cannot be printed, and certainly nothing of it was",
    (
        S.PRINTING,
        E.HOLD,
    ): "the link broke, the daemon died or the printer did not confirm: nobody knows what is on paper",
    (S.PRINTING, E.RETRY): "it did not begin after all, the printer was slow or gone: certainly nothing was printed",
    (S.PRINTING, E.EXPIRE): "certainly nothing was printed, and `ttl_s` is over",
    (S.HELD, E.CONFIRM): "the printer says, when it is reached again, that it has printed",
    (S.HELD, E.RELEASE): "a person lets it go on, as the last of its queue",
    (S.HELD, E.CANCEL): "a person gives it up",
    (S.FAILED, E.RESEND): "the same ticket with the same `id` came again, and certainly nothing of it was printed",
    (S.EXPIRED, E.RESEND): "the same",
}


# --- the life of a job ---


def states() -> str:
    """docs/states.md."""
    return "\n".join(
        [
            "# The life of a job",
            "",
            "This page is made by `tools/make_docs.py` from the table in `src/ticket_daemon/queue/states.py`. No job",
            "changes state in a way that is not in it: the same table makes the database's statements.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            f"    [*] --> {JobState.QUEUED}: committed, then acked",
            *(f"    {before} --> {after}: {event}" for (before, event), after in TRANSITIONS.items()),
            *(f"    {state} --> [*]" for state in JobState if state in FINAL),
            "```",
            "",
            "## States",
            "",
            *_table(("state", "what it means", "the client's `result`", "may change again"), _state_rows()),
            "",
            "## Changes",
            "",
            *_table(("from", "event", "to", "when"), _change_rows()),
            "",
        ]
    )


def _state_rows() -> Iterable[Sequence[str]]:
    for state in JobState:
        unsettled = state not in FINAL and state is not JobState.HELD
        told = "–" if unsettled else "`success`" if state in PRINTED else "`error`"
        yield f"`{state}`", STATES[state].docs, told, "no" if state in FINAL else "yes"


def _change_rows() -> Iterable[Sequence[str]]:
    for (before, event), after in TRANSITIONS.items():
        yield f"`{before}`", f"`{event}`", f"`{after}`", _WHEN[before, event]


# --- the printer commands ---

_FAMILIES: Final = (
    ("Characters and lines", characters.COMMANDS),
    ("Page mode", page.COMMANDS),
    ("Characters of the sender's own", definitions.COMMANDS),
    ("Cutter, drawer, buzzer, panel", mechanics.COMMANDS),
    ("Pictures", graphics.COMMANDS),
    ("Barcodes and two-dimensional symbols", symbols.COMMANDS),
    ("Questions to the printer", status.COMMANDS),
    ("What the printer keeps", memory.COMMANDS),
)


def commands() -> str:
    """The list in docs/escpos.md."""
    lines = [BEGIN, "", f"The parser knows {len(COMMANDS)} commands besides plain characters."]
    for title, family in _FAMILIES:
        lines += ["", f"### {title}", "", *_table(("command", "bytes", "notes"), map(_command_row, family))]
    return "\n".join([*lines, "", END])


def _command_row(command: type[Command]) -> Sequence[str]:
    fields = " ".join(f"`{name}`" for name in command.__struct_fields__)
    return command.NAME, f"`{command.PREFIX.hex(' ').upper()}` {fields}".rstrip(), _notes(command)


def _notes(command: type[Command]) -> str:
    """The class's docstring on one line; none where it only has its base's."""
    return " ".join((vars(command).get("__doc__") or "").split())


# --- the links ---

#: Scheme -> (an address of it, what its tests are made of).
_LINKS: Final = {
    "socket": ("socket://192.168.1.50:9100", "real TCP, emulated printers with faults"),
    "serial": (
        "serial:///dev/ttyUSB0?baud=38400&flow=dsrdtr",
        "pseudo-terminals, XOFF in the kernel, COM under wine; no modem lines",
    ),
    "usb": ("usb://04b8:0e15", "pyusb over a bus of the tests' own; no hardware"),
    "cups": ("cups://caja", "a real cupsd"),
    "ipp": ("ipp://192.168.1.50/ipp/print", "a real cupsd; no other IPP printer"),
    "file": ("file:///dev/usb/lp0", "pseudo-terminals, FIFOs, files, LPT under wine"),
    "winspool": ("winspool://EPSON%20TM-T20III", "wine's spooler, and one of the tests' own; no real Windows"),
    "virtual": ("virtual://virtual", "the emulator itself"),
}
_ORDER: Final = {
    "exclusive": "kept; nobody else while the link is open",
    "shared": "kept; others may print between two tickets",
}
_STATUS: Final = {"printer": "the printer, where it answers", "spooler": "the system's spooler", "none": "–"}
_CONFIRMATION: Final = {
    "printer": "`confirmed` by the printer, else `sent`",
    "spooler": "`spooled`: the system's spooler",
    "none": "`sent`",
}


def links() -> str:
    """The table in docs/printers.md."""
    head = (
        "link",
        "for example",
        "order",
        "two-way",
        "who says how it is",
        "who says that a ticket is out",
        "tested with",
    )
    return "\n".join([BEGIN, "", *_table(head, map(_link_row, SCHEMES)), "", END])


def _link_row(scheme: str) -> Sequence[str]:
    address, tested = _LINKS[scheme]
    can = make_link(address, generic(80)).capabilities
    two_way = "yes" if can.two_way else "no"
    about = _ORDER[can.order], two_way, _STATUS[can.status], _CONFIRMATION[can.confirmation]
    return f"`{scheme}://`", f"`{address}`", *about, tested


# --- writing ---


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [line(head), line(["---"] * len(head)), *map(line, rows)]


def _between_marks(old: str, new: str) -> str:
    before, _, rest = old.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + new + after


def page_words() -> str:
    """The states' words for the page's texts."""
    lines = [f"  // {BEGIN[5:-4]}"]
    for part in ("word", "meaning"):
        for state, words in STATES.items():
            key = f'  "{"state" if part == "word" else part}.{state}"'
            spanish, english = (json.dumps(text, ensure_ascii=False) for text in getattr(words, part))
            line = f"{key}: [{spanish}, {english}],"
            lines.append(line if len(line) <= _WIDTH else f"{key}: [\n    {spanish},\n    {english},\n  ],")
    return "\n".join([*lines, f"  // {END[5:-4]}"])


def _in_script(old: str, new: str) -> str:
    before, _, rest = old.partition(f"  // {BEGIN[5:-4]}")
    return before + new + rest.partition(f"  // {END[5:-4]}")[2]


#: File in docs/ -> what it should hold, given what it holds.
PARTS: Final[dict[str, Callable[[str], str]]] = {
    "states.md": lambda _: states(),
    "printers.md": lambda old: _between_marks(old, links()),
    "../src/ticket_daemon/web/texts-shop.js": lambda old: _in_script(old, page_words()),
    "escpos.md": lambda old: _between_marks(old, commands()),
    **{name: lambda _, name=name: described.written(name) for name in described.DESCRIPTIONS},  # type: ignore[misc]
}


def outdated() -> list[str]:
    """The files that do not hold what the code says."""
    return [name for name, make in PARTS.items() if make(_text(name)) != _text(name)]


def _text(name: str) -> str:
    path = DOCS / name
    return path.read_text("utf-8") if path.exists() else ""


def main() -> int:
    late = outdated()
    if "--check" in sys.argv[1:]:
        for name in late:
            print(f"docs/{name} is out of date: python tools/make_docs.py")
        return 1 if late else 0
    for name in late:
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(PARTS[name](_text(name)), "utf-8", newline="\n")
        print(f"docs/{name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
