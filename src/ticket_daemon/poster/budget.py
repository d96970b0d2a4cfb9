"""How much work one ticket may ask for: counted where it is done, refused by name and number when it runs out.

The limits are far above any receipt (a hundred metres of paper), and low enough that no ticket costs more than some
seconds. Counts depend on the ticket and its profile alone, never on what a cache holds.
"""

from __future__ import annotations

from typing import Final

from ticket_daemon.poster.document.model import Fault

#: What is counted, by the catalogue's key for too much of it -> how much of it a ticket may have.
LIMITS: Final = {
    "budget.characters": 1_000_000,  # of text to lay out
    "budget.lines": 20_000,  # of text and tables
    "budget.cells": 100_000,  # of tables and rows of columns, empty ones included
    "budget.drawn": 50_000,  # characters drawn as dots, for no code page has them
    "budget.modules": 2_000_000,  # of symbols drawn here, black and white; some sixty of the largest QR
    "budget.pixels": 64_000_000,  # of pictures as they come
    "budget.dots": 64_000_000,  # of pictures as they print
    "budget.raw": 1 << 20,  # bytes of the sender's own, which are read command by command
    "budget.bytes": 16 << 20,  # for the printer
}

#: Warnings told for one ticket; how many more there are is told last.
MAX_WARNINGS: Final = 100


class Budget:
    """What is left of each kind."""

    def __init__(self) -> None:
        self.left = dict(LIMITS)

    def line(self, characters: int) -> None:
        """Take a line of so many characters."""
        left = self.left
        left["budget.lines"] -= 1
        left["budget.characters"] -= characters
        if left["budget.lines"] < 0 or left["budget.characters"] < 0:
            kind = "budget.lines" if left["budget.lines"] < 0 else "budget.characters"
            raise Fault(kind, limit=f"{LIMITS[kind]:,}")

    def spend(self, kind: str, amount: int, field: str = "") -> None:
        """Take `amount` of `kind`. Raises Fault at `field` when there is less."""
        left = self.left[kind] - amount
        if left < 0:
            raise Fault(kind, field, limit=f"{LIMITS[kind]:,}")
        self.left[kind] = left

    @property
    def spent(self) -> dict[str, int]:
        """What was taken of each kind."""
        return {kind: limit - self.left[kind] for kind, limit in LIMITS.items()}
