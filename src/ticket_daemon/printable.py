"""Text on a terminal: nothing in it that could steer the terminal, and no line that its sender made."""

from __future__ import annotations


def printable(text: str) -> str:
    """`text` on one line: control and format characters, other spaces and half characters as their numbers."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    """As JSON writes it, so that escaped JSON is the same JSON."""
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def printable_lines(text: str) -> str:
    """The same for what we wrote in several lines ourselves."""
    return "\n".join(map(printable, text.split("\n")))
