"""Code 128's choice of sets: the shortest way to write a text in sets A, B and C.

It knows the three sets and what a change between them costs; it does not know bars, dots or GS1's rules. It promises
the fewest symbols possible, and the same way told twice: as symbol values, and as a printer's GS k wants them.

Sets: A is 00h-5Fh, B is 20h-7Fh, C is pairs of digits; all have FNC1. A path is found from the text's end to its
beginning, keeping for each set the cheapest rest (dynamic programming over place and set).
"""

from __future__ import annotations

from typing import Final, NamedTuple

#: What stands for FNC1 in a text given here. No set has the character itself.
FNC1: Final = "\uf1f1"

_SHIFT, _FNC1 = 98, 102
_START: Final = {"A": 103, "B": 104, "C": 105}
_SWITCH: Final = {"A": 101, "B": 100, "C": 99}

#: Tried in this order where two ways are equally short.
_SETS: Final = ("C", "B", "A")
_NEVER: Final = 1 << 30


class Written(NamedTuple):
    """`values` are symbol values from the start on (no check, no stop); `escaped` is the data of GS k 73."""

    values: tuple[int, ...]
    escaped: bytes


class _Step(NamedTuple):
    """From a place in a set: `cost` in symbols to the end, the set changed to first, characters taken, shift."""

    cost: int
    change: str
    take: int
    shift: bool


def write(text: str) -> Written:
    """The shortest way to write `text` (00h to 7Fh and FNC1, at least one character)."""
    plan = _plan(text)
    current = min(_SETS, key=lambda name: plan[0][name].cost)
    values, escaped = [_START[current]], bytearray(b"{" + current.encode())
    place = 0
    while place < len(text):
        step = plan[place][current]
        if step.change != current:
            current = step.change
            values.append(_SWITCH[current])
            escaped += b"{" + current.encode()
        if step.shift:
            values.append(_SHIFT)
            escaped += b"{S"
        taken = text[place : place + step.take]
        values.append(_value(taken))
        escaped += _escape(taken)
        place += step.take
    return Written(tuple(values), bytes(escaped))


def _plan(text: str) -> list[dict[str, _Step]]:
    """For each place and set, the best next step."""
    plan = [{name: _Step(0, name, 0, False) for name in _SETS}]
    beyond = plan[0]  # two places on, for a pair of digits
    for place in range(len(text) - 1, -1, -1):
        after = plan[-1]
        stay = {name: _stay(text, place, name, after, beyond) for name in _SETS}
        plan.append({name: _best(name, stay) for name in _SETS})
        beyond = after
    plan.reverse()
    return plan


def _stay(text: str, place: int, name: str, after: dict[str, _Step], beyond: dict[str, _Step]) -> _Step:
    """The cost of writing the next symbol without changing the set for good."""
    character = text[place]
    if character == FNC1:
        return _Step(1 + after[name].cost, name, 1, False)
    if name == "C":
        pair = text[place : place + 2]
        if len(pair) == 2 and pair.isdecimal():
            return _Step(1 + beyond[name].cost, name, 2, False)
        return _Step(_NEVER, name, 1, False)
    shift = not (character < "\x60" if name == "A" else character >= " ")
    return _Step(1 + shift + after[name].cost, name, 1, shift)


def _best(name: str, stay: dict[str, _Step]) -> _Step:
    best = stay[name]
    for other in _SETS:
        if other != name and stay[other].cost + 1 < best.cost:
            best = stay[other]._replace(cost=stay[other].cost + 1)
    return best


def _value(taken: str) -> int:
    """The symbol value; one formula serves sets A and B where each has the character."""
    if taken == FNC1:
        return _FNC1
    if len(taken) == 2:
        return int(taken)
    code = ord(taken)
    return code - 32 if code >= 32 else code + 64


def _escape(taken: str) -> bytes:
    """As GS k 73 has it: a pair of digits is one byte 0 to 99; a brace is doubled. Source: APG 351."""
    if taken == FNC1:
        return b"{1"
    if len(taken) == 2:
        return bytes((int(taken),))
    return b"{{" if taken == "{" else taken.encode("ascii")
