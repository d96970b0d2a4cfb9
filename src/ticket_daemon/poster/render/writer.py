"""The bytes of one ticket as they grow: styles, lines and the printer's state between commands.

It knows what state the printer is in and what to send to change it; it does not know documents' commands. It promises
to send only what changes, to know nothing after raw bytes (and so to set everything anew), and to end at a line's
start in normal style.

A line is gathered in spans until it is complete, because where no code page has one of its characters the whole line
is drawn as a raster: a printer cannot mix both on one line.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Hashable, Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from ticket_daemon.poster.budget import MAX_WARNINGS, Budget
from ticket_daemon.poster.clusters import MAX_CLUSTER, may_be_overlong, stream_safe
from ticket_daemon.poster.document import Warned
from ticket_daemon.poster.document.model import PLAIN, SIZES, Fault, Style
from ticket_daemon.poster.escpos import Command
from ticket_daemon.poster.escpos.characters import (
    AbsolutePosition,
    CharacterSize,
    Emphasis,
    EnterKanji,
    FeedDots,
    FeedLines,
    Initialize,
    InternationalSet,
    Inverse,
    Justify,
    LeaveKanji,
    LineFeed,
    Print,
    PrintMode,
    SelectFont,
    Tab,
    Underline,
)
from ticket_daemon.poster.escpos.graphics import BitImage, RasterImage
from ticket_daemon.poster.escpos.page import FormFeed
from ticket_daemon.poster.escpos.symbols import Barcode
from ticket_daemon.poster.layout.encoding import Encoder
from ticket_daemon.poster.layout.width import columns
from ticket_daemon.poster.layout.wrap import expand_tabs, wrap
from ticket_daemon.poster.printer_data import Admission, Screen, encoded
from ticket_daemon.poster.profile.model import Profile

JUSTIFY: Final = {align: Justify(n).encode() for n, align in enumerate(("left", "center", "right"))}
LF: Final = b"\n"

#: C0 but line feed and tab, DEL, C1, and characters that only steer other software's line breaking.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\u2060\ufeff\ud800-\udfff]")


class Span(NamedTuple):
    """Text in one style, without line feeds."""

    text: str
    style: Style


def _print_mode(style: Style) -> tuple[bytes, ...]:
    """All of a look in one ESC !, and the thickness that it has no bit for."""
    width, height = SIZES[style.size]
    bits = (style.font == "B", 0, 0, style.bold, height > 1, width > 1, 0, style.underline == "1pt")
    thick = Underline(2).encode() if style.underline == "2pt" else b""
    return (PrintMode(sum(1 << place for place, bit in enumerate(bits) if bit)).encode() + thick,)


def _look(style: Style) -> tuple[bytes, ...]:
    width, height = SIZES[style.size]
    return (
        SelectFont(1 if style.font == "B" else 0).encode(),
        CharacterSize((width - 1) << 4 | (height - 1)).encode(),
        Emphasis(int(style.bold)).encode(),
        Underline(int(str(style.underline)[0])).encode(),
        Inverse(int(style.inverse)).encode(),
    )


@functools.lru_cache(2048)
def _transition(before: Style | None, after: Style, size_command: str) -> bytes:
    """What to send to go from one look to another; everything when the one before is not known."""
    look = _look if size_command == "gs_exclamation" else _print_mode
    wanted = look(after)
    known = look(before) if before is not None else (b"",) * len(wanted)
    return b"".join(new for old, new in zip(known, wanted, strict=True) if old != new)


def _takes_wide(style: Style) -> bool:
    """Whether multi-byte characters have that look: they are 24 dots wide in any font, and ESC - is not for them."""
    return style.font == "A" and str(style.underline)[0] == "0"


#: After these there is something on the printer's line; after those the line is empty.
_OPENING: Final = (Print, Tab, BitImage)
_CLOSING: Final = (LineFeed, FormFeed, Initialize, FeedLines, FeedDots, RasterImage, Barcode)


def _leaves_open(commands: Sequence[Command], was_open: bool) -> bool:
    """Whether the printer's line has something on it after `commands`."""
    is_open = was_open
    for command in commands:
        is_open = isinstance(command, _OPENING) or (is_open and not isinstance(command, _CLOSING))
    return is_open


class Writer:
    """Gathers one ticket's bytes for one profile. `with_pulse` false: nothing of it may open the drawer. `allow_raw`
    false: of raw bytes only what a ticket needs."""

    def __init__(self, profile: Profile, *, allow_raw: bool = True, with_pulse: bool = True) -> None:
        self.profile = profile
        self.allow_raw = allow_raw
        self.with_pulse = with_pulse
        self.budget = Budget()
        self._warned: dict[Hashable, Warned] = {}
        self._more_warnings = 0
        self.path = ""  #: of the command being written, for warnings
        self._paper = profile.dots
        self._encoder = Encoder(profile)
        self._out: list[bytes] = []
        self._style: Style | None = PLAIN if profile.default_font == "A" else Style(font=profile.default_font)
        self._all_styles = profile.inverse and profile.largest_size == max(SIZES.values())[0]
        self._align: str | None = "left"
        self._spans: list[Span] = []
        self._used = 0  #: dots of the line being gathered
        self._open = False  #: the printer holds the beginning of a line (raw bytes came in its middle)
        self._line_align = "left"
        self._no_wide = profile.double_byte is None
        self._kanji = profile.kanji  #: the printer may be in multi-byte mode
        self.foreign: Screen | None = None  #: of the raw bytes under way
        self._start()

    def _start(self) -> None:
        self._out.append(Initialize().encode())
        self._set_characters()

    def _set_characters(self) -> None:
        """What bytes mean from here on: one byte a character, the preferred page, ASCII as it stands."""
        # Where multi-byte mode prints text, every page's selection leaves it.
        leave = LeaveKanji().encode() if self._kanji and not self.profile.double_byte else b""
        self._out += leave, self._encoder.start(), InternationalSet(0).encode()

    # --- text ---

    def text(self, text: str, style: Style = PLAIN, align: str = "left") -> None:
        """Add text to the line being gathered; its line feeds end lines. A line's first text sets its alignment."""
        self.budget.spend("budget.characters", len(text))
        if not text.isprintable() or may_be_overlong(text):
            text = self.clean(text)
        if not self._all_styles:
            style = self.possible(style)
        if not self._spans and not self._open:
            self._line_align = align
        if "\n" not in text:
            self._add(text, style, align)
            return
        first, *others = text.split("\n")
        self._add(first, style, align)
        for line in others:
            self.end_line()
            self._line_align = align
            self._add(line, style, align)

    def line(self, text: str, style: Style = PLAIN, align: str = "left") -> None:
        """`text` and the end of its line. Most lines are whole, fit and need no other code page: those go at once."""
        if text.isprintable() and not self._spans and not self._open and self._all_styles:
            width = max(1, self._paper // (self.profile.cell(style.font).width * SIZES[style.size][0]))
            encoded = self._encoder.unswitched(text, wide=self._no_wide or _takes_wide(style))
            if encoded and columns(text) <= width:
                self.budget.line(len(text))
                self._line_align = align
                self._justify(align)
                self._restyle(style)
                self._out += encoded, LF
                return
        self.text(text, style, align)
        self.end_line()

    def possible(self, style: Style) -> Style:
        """`style` as far as this printer has it; what it lacks is told once."""
        if self._all_styles:
            return style
        width, height = SIZES[style.size]
        largest = self.profile.largest_size
        if max(width, height) > largest:
            self.warn("warning.size", path="", size=style.size, largest=f"{largest}x{largest}")
            style = replace(style, size=f"{min(width, largest)}x{min(height, largest)}")
        if style.inverse and not self.profile.inverse:
            self.warn("warning.no_inverse", path="")
            style = replace(style, inverse=False)
        return style

    def clean(self, text: str) -> str:
        """`text` without control characters, so that no text can become a printer command, and without marks beyond
        those that a letter may have."""
        cleaned, removed = _CONTROL.subn("", text.replace("\r\n", "\n"))
        if removed:
            self.warn("warning.control_characters")
        if may_be_overlong(cleaned):
            safe = stream_safe(cleaned)
            if len(safe) < len(cleaned):
                self.warn("warning.marks", limit=MAX_CLUSTER - 1)
            return safe
        return cleaned

    def _add(self, text: str, style: Style, align: str) -> None:
        cell = self.profile.cell(style.font).width * SIZES[style.size][0]
        if "\t" in text:
            text = expand_tabs(text, -(-self._used // cell))
        width = max(1, self._paper // cell)
        room = (self._paper - self._used) // cell
        lines = wrap(text, width, room if room < width else None)
        for index, line in enumerate(lines):
            if index:
                self.end_line()
                self._line_align = align
            self._spans.append(Span(line, style))
        self._used += columns(lines[-1]) * cell

    def end_line(self) -> None:
        """Print the gathered line (an empty one feeds a line)."""
        self.pending(LF)

    def end_open_line(self) -> None:
        """Print the gathered line if there is one."""
        if self._spans or self._open:
            self.pending(LF)

    def pending(self, end: bytes = b"") -> None:
        """Send what is gathered, then `end`; without a line feed the line stays open in the printer."""
        spans, self._spans = self._spans, []
        if not self._open:  # ESC a counts at a line's beginning only
            self._justify(self._line_align)
        mark, page, style_before = len(self._out), self._encoder.mark(), self._style
        for text, style in spans:
            encoded = self._encoder.encode(text, wide=self._no_wide or _takes_wide(style))
            if encoded is None:
                del self._out[mark:]
                self._encoder.back(page)
                self._style = style_before
                self._draw(spans)
                return
            if encoded:
                self._restyle(style)
                self._out.append(encoded)
        if end:
            self.budget.line(0)
            self._out.append(end)
            self._used = 0
        self._open = not end

    def lines(self, lines: list[str], style: Style) -> None:
        """Whole lines that are known to fit, in one go."""
        self.end_open_line()
        self._justify("left")
        self.budget.spend("budget.lines", len(lines), "rows")
        encoded = self._encoder.unswitched("\n".join(lines), wide=self._no_wide or _takes_wide(style))
        if encoded is not None:
            self._restyle(style)
            self._out += encoded, LF
            return
        self._line_align = "left"
        for line in lines:
            self._spans.append(Span(line, style))
            self.end_line()

    def _draw(self, spans: list[Span]) -> None:
        from ticket_daemon.poster.render.drawn import drawn_line  # Pillow and fonts, only where a code page will not do

        self.budget.spend("budget.drawn", sum(len(text) for text, _ in spans))
        data, missing = drawn_line(spans, self.profile)
        self.budget.line(0)
        self.budget.spend("budget.bytes", len(data))
        if missing:
            self.warn("warning.not_drawn", characters=" ".join(missing))
        if self._open:  # a picture wants a line of its own
            self._out.append(LF)
        self._restyle(PLAIN)
        self._out.append(data)
        self._used, self._open = 0, False

    # --- everything else ---

    def command(self, data: bytes) -> None:
        """A command that prints nothing and changes no style. It goes before the line being gathered, which a printer
        would not print before its end either."""
        self._out.append(data)

    @property
    def at_line_start(self) -> bool:
        """Whether nothing stands on the line."""
        return not self._spans and not self._open

    def inline(self, data: bytes) -> None:
        """A command that prints nothing and counts from here on, also in the middle of a line."""
        if self._spans:
            self.pending()
        self._out.append(data)

    def move(self, dots: int) -> None:
        """Go on `dots` from the line's beginning."""
        self.pending()
        self._out.append(AbsolutePosition(dots).encode())
        self._used = dots

    def pending_feed(self, data: bytes) -> None:
        """Print the gathered line with `data`, which feeds, in place of its line feed."""
        if self.at_line_start:
            self._out.append(data)
        else:
            self.pending(data)

    def taken(self) -> bytes:
        """What was written so far, as it stands."""
        return b"".join(self._out)

    def block(self, data: bytes, *, aligned: bool = False) -> None:
        """A command that needs an empty line and normal style; `aligned` when it sets its own alignment."""
        self.budget.spend("budget.bytes", len(data))
        self.end_open_line()
        self._restyle(PLAIN)
        self._out.append(data)
        if aligned:
            self._align = None

    def raw(self, data: bytes, admission: Admission) -> None:
        """Bytes that may leave the printer in any state, and go on with the next raw bytes as one stream; the gathered
        line is sent first, still open. Raises Fault for what is not admitted."""
        if self.foreign is None:
            if self._spans:
                self.pending()
            self.foreign = Screen(with_pulse=self.with_pulse)
        commands = self.foreign.feed(data, admission)
        if self.foreign.asked:
            self.warn("warning.raw_asks")
        self._out.append(encoded(commands))
        self._open = _leaves_open(commands, self._open)
        self._kanji = self._kanji or any(isinstance(command, EnterKanji) for command in commands)

    def end_raw(self) -> None:
        """Raw bytes are over: what the printer makes of bytes is set again. Raises Fault where they end inside a
        command, which would take what follows for its own."""
        assert self.foreign is not None
        if self.foreign.unfinished:
            raise Fault("raw.incomplete", "hex", offset=self.foreign.unfinished_at)
        self.foreign = None
        if not self._open:
            self._used = 0
        self._style = self._align = None
        self._set_characters()

    def _restyle(self, style: Style) -> None:
        if style is not self._style:
            self._out.append(_transition(self._style, style, self.profile.size_command))
            self._style = style

    def _justify(self, align: str) -> None:
        if align != self._align:
            self._out.append(JUSTIFY[align])
            self._align = align

    def warn(self, key: str, *, path: str | None = None, **parameters: object) -> None:
        """Something to tell the sender, once for each place: `path`, else the command being written."""
        place = self.path if path is None else path
        same = (key, place, *sorted(parameters.items()))
        if same in self._warned:
            return
        if len(self._warned) < MAX_WARNINGS:
            self._warned[same] = Warned(key, place, parameters)
        else:
            self._more_warnings += 1

    @property
    def warnings(self) -> tuple[Warned, ...]:
        """What to tell the sender: the first MAX_WARNINGS, and how many more there are."""
        more = (Warned("warning.more", "", {"count": self._more_warnings}),) if self._more_warnings else ()
        return (*self._warned.values(), *more)

    def finish(self) -> bytes:
        """The whole ticket's bytes, ended in a known state."""
        self.end_open_line()
        self._restyle(PLAIN)
        self._justify("left")
        return b"".join(self._out)
