"""The printer's state machine: each command changes the modes, the line, or the paper.

It knows what every command of docs/escpos.md does; it does not know streams, answers or pictures of paper. It promises
that any command with any parameters leaves it standing, and that what has no effect is told as an event.

Dots: motion units are dots of the head unless GS P says otherwise. Epson's rules of the line hold: ESC a, margins,
cuts, pictures and symbols count only at its beginning.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from ticket_daemon.poster.emulator.defined import Defined
from ticket_daemon.poster.emulator.events import Beep, DrawerKick, Event, Ignored, IgnoredReason, UnknownBytes
from ticket_daemon.poster.emulator.figures import Figures
from ticket_daemon.poster.emulator.lettering import KANJI_CODES, Lettering
from ticket_daemon.poster.emulator.line import Line
from ticket_daemon.poster.emulator.macro import Macro
from ticket_daemon.poster.emulator.modes import THREE_WAYS, Action, Modes
from ticket_daemon.poster.emulator.page import Page
from ticket_daemon.poster.emulator.page_mode import PageMode
from ticket_daemon.poster.emulator.roll import Roll
from ticket_daemon.poster.escpos import Command, Parsed, Unknown, definitions, mechanics, page, status, symbols
from ticket_daemon.poster.escpos import characters as letters
from ticket_daemon.poster.escpos import graphics as images
from ticket_daemon.poster.escpos.symbols import Barcode
from ticket_daemon.poster.profile.model import Profile

#: Bytes of an unknown run that are kept to be shown.
UNKNOWN_KEPT: Final = 64
#: ESC B: the unit lies between 50 and 100 ms by maker (docs/escpos.md).
_ESC_B_UNIT_MS: Final = 100
_FULL_CUTS: Final = frozenset((0, 48, 65, 97, 103))
_PARTIAL_CUTS: Final = frozenset((1, 49, 66, 98, 104))
_PINS: Final = {0: 0, 48: 0, 1: 1, 49: 1}
#: Answered elsewhere, or settings that no drawing shows, or nothing to do: CR without automatic line feed.
_QUIET: Final = (
    letters.CarriageReturn, letters.CharacterEffects, letters.Unidirectional,
    letters.KanjiFont, letters.SelectColor, letters.Smoothing,
    mechanics.PanelButtons, mechanics.PaperEndSensors, mechanics.StopSensors, mechanics.PrintSpeed,
    mechanics.SelectPeripheral, mechanics.Realtime, status.RealtimeStatus, status.RealtimeRequest, status.AutoStatus,
    status.TransmitStatus, status.TransmitId, status.Response,
)  # fmt: skip

#: What heads of pins know nothing of. Source: TM-U220A and TM-U230 specifications, whose lists have none of these.
_THERMAL: Final[tuple[type[Command], ...]] = (
    images.RasterImage, images.Graphics, images.LargeGraphics, images.TallImage, letters.Smoothing,
    letters.CharacterEffects, *symbols.COMMANDS,
    *(command for command in page.COMMANDS if command is not page.FormFeed),
)  # fmt: skip
#: Bytes by which a printer knows a command.
_KNOWN_BY: Final = 2
#: ESC r: whether it is the second.
_COLORS: Final = {0: False, 48: False, 1: True, 49: True}


class Machine:
    """One printer, from commands to a roll of paper."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.roll = Roll(profile.cutter_distance)
        self.line = Line(self.roll, profile.dots, profile.line_spacing)
        self._modes = Modes(profile, self._ignored)
        self._letters = Lettering(profile)
        self._defined = Defined()
        self._macro = Macro()
        self._pages = PageMode(profile, self.roll, self.line, self._modes, self._ignored, self._print_on)
        self._figures = Figures(profile, self.roll, self.line, self._ignored)
        self._offset = 0
        # Commands without an action (page mode, macros, NV memory …) are told as unsupported.
        self._actions: defaultdict[type[Command], Action] = defaultdict(lambda: self._unsupported)
        self._actions.update(self._modes.actions())
        self._actions.update(self._figures.actions())
        self._actions.update(self._pages.actions())
        self._actions.update(self._own_actions())
        self._actions.update(dict.fromkeys(_QUIET, _nothing))
        if profile.colors > 1:
            self._actions[letters.SelectColor] = self._color
        self._actions.update(dict.fromkeys(_lacking(profile), self._as_letters))

    def execute(self, parsed: Parsed) -> None:
        """Do one command."""
        self._offset = parsed.offset
        self.roll.offset = parsed.offset + parsed.length
        self._macro.keep(parsed.command)
        self._actions[type(parsed.command)](parsed.command)

    def note(self, event: Event) -> None:
        """Something happened that no command of the machine's did."""
        self.roll.note(event)

    def clear(self) -> None:
        """DLE ENQ 2, DLE DC4 8: the line buffer is emptied."""
        self.line.clear()

    def _print_on(self, roll: Roll | Page, line: Line) -> None:
        """Everything goes there from now on."""
        self.line = line
        self._figures.print_on(roll, line)

    def _initialize(self, _: Command) -> None:
        self._pages.leave()
        self._defined.reset()
        self.line.reset()
        self._modes.reset()
        self._letters.reset()
        self._figures.reset()

    def _ignored(self, command: Command, reason: IgnoredReason) -> None:
        self.note(Ignored(command.NAME, self._offset, reason))

    def _unsupported(self, command: Command) -> None:
        self._ignored(command, "unsupported")

    def _as_letters(self, command: Command) -> None:
        """The printer does not know it: what comes after its two first bytes is read as characters."""
        self._unsupported(command)
        self._print(letters.Print(bytes(byte for byte in command.encode()[_KNOWN_BY:] if byte >= 0x20)))

    def _bit_image(self, command: images.BitImage) -> None:
        if self.profile.impact and command.m not in (0, 1):
            self._as_letters(command)
        else:
            self._figures.bit_image(command)

    def _color(self, command: letters.SelectColor) -> None:
        if command.n not in _COLORS:
            self._ignored(command, "bad_parameters")
            return
        self._modes.set(second=_COLORS[command.n])
        self.line.second = _COLORS[command.n]

    def _unknown(self, command: Unknown) -> None:
        """Told once for bytes side by side."""
        last = self.roll.last_event()
        if isinstance(last, UnknownBytes) and last.offset + len(last.data) == self._offset:
            self.roll.replace_last(UnknownBytes(last.offset, (last.data + command.data)[:UNKNOWN_KEPT]))
        else:
            self.note(UnknownBytes(self._offset, command.data[:UNKNOWN_KEPT]))

    # --- characters and lines ---

    def _print(self, command: letters.Print) -> None:
        for text, kanji in self._letters.decode(command.data):
            own = () if kanji else self._defined.own(self._modes.font)
            self.line.put(text, self._modes.look(kanji), own)

    def _line_feed(self, _: Command) -> None:
        if self.line.empty and not self._pages.entered:
            self.roll.read("")
        self.line.print()

    def _form_feed(self, _: Command) -> None:
        """In standard mode it only prints what waits."""
        if not self._pages.finish() and not self.line.empty:
            self.line.print()

    # --- macros ---

    def _macro_mark(self, _: Command) -> None:
        self._macro.mark()

    def _macro_run(self, command: mechanics.MacroRun) -> None:
        commands = self._macro.run(command.r)
        if not commands:
            self._ignored(command, "nothing_stored")
        for one in commands:
            if not isinstance(one, (mechanics.MacroMark, mechanics.MacroRun)):
                self._actions[type(one)](one)

    def _tab(self, _: Command) -> None:
        stop = next((stop for stop in self._modes.tabs if stop > self.line.x), None)
        if stop is not None:
            self.line.move(stop)

    def _absolute(self, command: letters.AbsolutePosition) -> None:
        self.line.move(round(command.n * self._modes.unit_x))

    def _relative(self, command: letters.RelativePosition) -> None:
        n = command.n - 0x10000 if command.n & 0x8000 else command.n
        self.line.move(self.line.x + round(n * self._modes.unit_x))

    def _feed_lines(self, command: letters.FeedLines) -> None:
        self.line.print(command.n * self.line.spacing)

    def _feed_dots(self, command: letters.FeedDots) -> None:
        self.line.print(self._down(command.n))

    def _reverse(self, command: letters.ReverseFeed) -> None:
        self.line.print(0)
        self.roll.feed(-self._down(command.n))

    def _reverse_lines(self, command: letters.ReverseLines) -> None:
        self.line.print(0)
        self.roll.feed(-command.n * self.line.spacing)

    def _line_start(self, command: letters.LineStart) -> None:
        if command.n in (0, 48):
            self.line.clear()
        elif command.n in (1, 49) and not self.line.empty:
            self.line.print(0)

    def _line_spacing(self, command: letters.LineSpacing) -> None:
        self.line.spacing = self._down(command.n)

    def _default_spacing(self, _: Command) -> None:
        self.line.spacing = self.profile.line_spacing

    def _down(self, n: int) -> int:
        """`n` vertical motion units in dots."""
        return round(n * self._modes.unit_y)

    # --- letters ---

    def _define(self, command: definitions.DefineCharacters) -> None:
        if not self._defined.define(command, self._modes.font):
            self._ignored(command, "bad_parameters")

    def _forget_defined(self, command: definitions.CancelDefined) -> None:
        self._defined.forget(command.n, self._modes.font)

    def _code_page(self, command: letters.SelectCodePage) -> None:
        if not self._letters.select_page(command.n):
            self._ignored(command, "unsupported")

    def _international(self, command: letters.InternationalSet) -> None:
        if not self._letters.select_set(command.n):
            self._ignored(command, "bad_parameters")

    def _kanji(self, command: Command) -> None:
        self._letters.kanji = isinstance(command, letters.EnterKanji)

    def _kanji_code(self, command: letters.KanjiCode) -> None:
        self._letters.kanji_code = KANJI_CODES.get(command.n, self._letters.kanji_code)

    # --- only at the beginning of a line ---

    def _at_start(self, act: Action) -> Action:
        """The action, which mid-line is ignored and told."""

        def guarded(command: Any) -> None:
            if self.line.at_start:
                act(command)
            else:
                self._ignored(command, "not_at_line_start")

        return guarded

    def _justify(self, command: letters.Justify) -> None:
        self.line.justify = THREE_WAYS.get(command.n, self.line.justify)

    def _upside_down(self, command: letters.UpsideDown) -> None:
        self.line.upside_down = bool(command.n & 1)

    def _left_margin(self, command: letters.LeftMargin) -> None:
        self.line.margin = min(round(command.n * self._modes.unit_x), self.profile.dots - 1)

    def _print_width(self, command: letters.PrintWidth) -> None:
        self.line.area = round(command.n * self._modes.unit_x) or self.profile.dots

    def _barcode(self, command: Barcode) -> None:
        """Mid-line the printer does not take GS k for a command: its bytes fall through as characters."""
        if self.line.at_start:
            self._figures.barcode(command)
            return
        self._ignored(command, "not_at_line_start")
        fallen = bytes(byte for byte in command.encode()[len(Barcode.PREFIX) :] if byte >= 0x20)
        self._print(letters.Print(fallen))

    # --- cutter, drawer, sound ---

    def _cut(self, command: mechanics.Cut) -> None:
        known = command.m in _FULL_CUTS or command.m in _PARTIAL_CUTS
        if known and command.n is not None:
            self.roll.feed(self.profile.cutter_distance + self._down(command.n))
        if known and self.profile.cutter != "none":
            self.roll.cut("full" if command.m in _FULL_CUTS else "partial")
        else:
            self._ignored(command, "unsupported" if known else "bad_parameters")

    def _old_cut(self, command: Command) -> None:
        if self.profile.cutter == "none":
            self._unsupported(command)
        else:
            self.roll.cut("partial")

    def _pulse(self, command: mechanics.Pulse) -> None:
        if command.m not in _PINS:
            self._ignored(command, "bad_parameters")
            return
        on = command.t1 * 2
        self.note(DrawerKick(_PINS[command.m], on, max(on, command.t2 * 2)))  # off shorter than on: off = on

    def _beep(self, command: mechanics.Beep) -> None:
        self.note(Beep(command.n, command.t * _ESC_B_UNIT_MS))

    def _buzzer(self, command: mechanics.Buzzer) -> None:
        data = command.data
        if len(data) == 4 and data[0] == 48:
            self.note(Beep(data[2], data[3] * 100))
        elif len(data) == 5 and data[0] == 97:
            self.note(Beep(data[2], data[3] * 100, data[4] * 100))
        else:
            self._ignored(command, "bad_parameters")

    def _own_actions(self) -> dict[type[Command], Action]:
        start = self._at_start
        return {
            Unknown: self._unknown,
            letters.Print: self._print,
            letters.LineFeed: self._line_feed,
            page.FormFeed: self._form_feed,
            page.PageMode: start(self._pages.enter),
            definitions.UseDefined: self._defined.use,
            definitions.DefineCharacters: self._define,
            definitions.CancelDefined: self._forget_defined,
            mechanics.MacroMark: self._macro_mark,
            mechanics.MacroRun: self._macro_run,
            letters.Tab: self._tab,
            letters.Initialize: self._initialize,
            letters.Justify: start(self._justify),
            letters.SelectCodePage: self._code_page,
            letters.InternationalSet: self._international,
            letters.UpsideDown: start(self._upside_down),
            letters.FeedLines: self._feed_lines,
            letters.FeedDots: self._feed_dots,
            letters.ReverseFeed: self._reverse,
            letters.ReverseLines: self._reverse_lines,
            letters.LineStart: self._line_start,
            letters.DefaultLineSpacing: self._default_spacing,
            letters.LineSpacing: self._line_spacing,
            letters.AbsolutePosition: self._absolute,
            letters.RelativePosition: self._relative,
            letters.LeftMargin: start(self._left_margin),
            letters.PrintWidth: start(self._print_width),
            letters.EnterKanji: self._kanji,
            letters.LeaveKanji: self._kanji,
            letters.KanjiCode: self._kanji_code,
            mechanics.Cut: start(self._cut),
            mechanics.CutOnePoint: start(self._old_cut),
            mechanics.CutThreePoints: start(self._old_cut),
            mechanics.Pulse: self._pulse,
            mechanics.Beep: self._beep,
            mechanics.Buzzer: self._buzzer,
            Barcode: self._barcode,
            images.BitImage: self._bit_image,
        }


def _lacking(profile: Profile) -> list[type[Command]]:
    """The commands of this program that the printer does not know."""
    lacking: list[type[Command]] = list(_THERMAL) if profile.impact else []
    if profile.largest_size == 2:
        lacking.append(letters.CharacterSize)
    if not profile.inverse:
        lacking.append(letters.Inverse)
    return lacking


def _nothing(_: Command) -> None:
    """Without effect on paper."""
