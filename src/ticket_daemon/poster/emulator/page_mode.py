"""The commands of page mode: when it is entered and left, and where on the page the next thing goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ticket_daemon.poster.emulator.line import Line
from ticket_daemon.poster.emulator.modes import Action, Modes, Tell
from ticket_daemon.poster.emulator.page import Page, PageLine
from ticket_daemon.poster.emulator.roll import Roll
from ticket_daemon.poster.escpos import Command, page
from ticket_daemon.poster.profile.model import Profile

#: Things that are looked at to print or clear pages: so many, and so many more for each byte that came. A page of five
#: thousand things can be asked for again with two bytes.
_FREE_WORK: Final = 100_000
_WORK_PER_BYTE: Final = 20
#: ESC T: 0 to 3, written in two ways.
_DIRECTIONS: Final = {n + base: n for n in range(4) for base in (0, 48)}


class PageMode:
    """Standard mode until it is entered. `print_on` is told where everything goes: onto the roll or the page."""

    def __init__(
        self, profile: Profile, roll: Roll, line: Line, modes: Modes, ignored: Tell,
        print_on: Callable[[Roll | Page, Line], None],
    ) -> None:  # fmt: skip
        self._profile = profile
        self._roll = roll
        self._standard = self._line = line
        self._modes = modes
        self._ignored = ignored
        self._print_on = print_on
        self._page: Page | None = None
        self._work = 0

    @property
    def entered(self) -> bool:
        return self._page is not None

    def enter(self, _: Command) -> None:
        """ESC L, at the beginning of a line."""
        if self._page is not None:
            return
        dots, standard = self._profile.dots, self._standard
        self._page = Page(self._roll, dots, self._profile.font_a.height)
        self._line = PageLine(self._page, self._roll, dots, standard.spacing, standard.on_printed)
        self._print_on(self._page, self._line)

    def leave(self) -> None:
        """What stands on the page and was not printed is lost."""
        if self._page is not None:
            self._page, self._line = None, self._standard
            self._print_on(self._roll, self._standard)

    def finish(self) -> bool:
        """FF: print the page and leave. False in standard mode."""
        if self._page is None:
            return False
        self._put_on_paper(self._page)
        self.leave()
        return True

    def _affords(self, to: Page) -> bool:
        """Whether one more look at the whole page is within bounds."""
        self._work += to.count
        return self._work <= _FREE_WORK + _WORK_PER_BYTE * self._roll.offset

    def _clear(self, to: Page) -> bool:
        if afforded := self._affords(to):
            to.clear()
        return afforded

    def _put_on_paper(self, to: Page) -> bool:
        if not self._affords(to):
            return False
        to.print()
        if self._standard.on_printed is not None:
            self._standard.on_printed()
        return True

    def _on_page(self, act: Callable[[Page, Any], bool | None]) -> Action:
        """An action that counts in page mode only; False of it: bad parameters."""

        def guarded(command: Any) -> None:
            if self._page is None:
                self._ignored(command, "unsupported")
            elif act(self._page, command) is False:
                self._ignored(command, "bad_parameters")

        return guarded

    def _area(self, to: Page, command: page.PageArea) -> bool:
        x, dx = (round(n * self._modes.unit_x) for n in (command.x, command.dx))
        is_one = to.set_area(x, self._down(command.y), dx, self._down(command.dy))
        if is_one:
            self._line.clear()
        return is_one

    def _direction(self, to: Page, command: page.PageDirection) -> bool:
        if command.n not in _DIRECTIONS:
            return False
        to.turn(_DIRECTIONS[command.n])
        self._line.clear()
        return True

    def _relative(self, to: Page, command: page.RelativeY) -> None:
        to.move_to(to.y + self._down(command.n - 0x10000 if command.n & 0x8000 else command.n))

    def _down(self, n: int) -> int:
        """`n` vertical motion units in dots."""
        return round(n * self._modes.unit_y)

    def actions(self) -> dict[type[Command], Action]:
        """What each command does; ESC L and FF are the machine's, for they count elsewhere too."""
        return {
            page.StandardMode: lambda _: self.leave(),
            page.PrintPage: self._on_page(lambda to, _: self._put_on_paper(to)),
            page.PageArea: self._on_page(self._area),
            page.PageDirection: self._on_page(self._direction),
            page.AbsoluteY: self._on_page(lambda to, command: to.move_to(self._down(command.n))),
            page.RelativeY: self._on_page(self._relative),
            page.Cancel: self._on_page(lambda to, _: self._clear(to)),
        }
