"""What somebody who looks after many shops sees: a row for each, the most urgent first, counts, search.

It knows what shops say of themselves and what of it asks for a person; it does not know NATS, pages or clocks (each
moment is given, in seconds since 1970). It promises that the counts are those of the rows whatever came in which order,
that the order of urgency is total, and that a shop that was seen once stays.
"""

from __future__ import annotations

import datetime
import unicodedata
from bisect import bisect_left, insort
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from ticket_daemon.fleet.shapes import Shop, ShopPrinter
from ticket_daemon.fleet.streams import THERE_S

#: Kinds of problems that need a person, the most pressing first: what stops every ticket, what stops one, what may be
#: no more than a shop that is closed.
URGENT: Final = ("storage", "full", "held", "stopped", "silent")
#: Those that will need one.
SOON: Final = ("nearly_full", "attention")
_RANK: Final = {kind: rank for rank, kind in enumerate((*URGENT, *SOON))}
_WELL: Final = len(_RANK)
#: Which problems a filter is about; "" is every shop.
FILTERS: Final[Mapping[str, frozenset[str]]] = {
    "urgent": frozenset(URGENT),
    "held": frozenset(("held",)),
    "stopped": frozenset(("stopped",)),
    "silent": frozenset(("silent",)),
    "full": frozenset(("storage", "full")),
    "soon": frozenset(SOON),
}
#: A queue this full is said to be nearly so, as on the shop's own page.
NEARLY_FULL: Final = 0.8
#: Problems of a shop that its row names; of more it says only how many they are.
PROBLEMS_SHOWN: Final = 3
#: Characters of what a disk fails of.
SENTENCE: Final = 200
#: Jobs of a shop whose last change is kept.
JOBS_KEPT: Final = 12
#: Printers of a shop that its own view shows.
PRINTERS_SHOWN: Final = 100


class Problem(Struct, frozen=True, omit_defaults=True):
    """One thing that needs a person, or soon will. `since` is when it is known to have been so, in seconds."""

    kind: str
    printer: str = ""
    job: str = ""
    code: str = ""
    reasons: tuple[str, ...] = ()
    count: int = 0  #: jobs that wait, or that are held and not named
    since: float | None = None


class Row(Struct, frozen=True, omit_defaults=True):
    """One shop in the list. `heard` stands where it is silent: when it last was not."""

    store: str
    problems: tuple[Problem, ...] = ()
    more: int = 0  #: problems that are not named
    current: int = 0
    capacity: int = 0
    held: int = 0
    stopped: int = 0  #: printers
    soon: bool = False  #: something will soon need a person, whatever does already
    printers: int = 0
    heard: float | None = None
    there: bool = True


class SeenJob(Struct, frozen=True, omit_defaults=True):
    """The last change of a job that was heard of. `at` is RFC 3339."""

    id: str
    state: str
    printer: str = ""
    code: str = ""
    at: str = ""
    text: str = ""  #: the shop's own sentence


class ShopView(Struct, frozen=True, omit_defaults=True):
    """One shop by itself, as it was last heard."""

    store: str
    there: bool
    heard: float | None = None
    version: str = ""
    since: str = ""
    storage: str = ""
    problems: tuple[Problem, ...] = ()
    current: int = 0
    capacity: int = 0
    held: int = 0
    printers: tuple[ShopPrinter, ...] = ()
    jobs: tuple[SeenJob, ...] = ()  #: newest first


class Counts(Struct, frozen=True):
    """Of all shops: those that are there and those that are not, and what needs a person."""

    shops: int = 0
    there: int = 0
    silent: int = 0
    urgent: int = 0  #: shops that need a person
    soon: int = 0  #: shops where something soon will
    held: int = 0  #: jobs
    stopped: int = 0  #: printers
    full: int = 0  #: shops whose queue is full or whose disk fails
    printers: int = 0


class Wish(Struct, frozen=True):
    """Which rows somebody wants to see: words that all stand in them, one of FILTERS or "", at most so many."""

    words: str = ""
    show: str = ""
    limit: int = 100


class _Known:
    """What is kept of one shop."""

    def __init__(self, store: str) -> None:
        self.shop: Shop | None = None
        self.heard: float | None = None
        self.until = 0.0
        self.there = False
        self.problems: tuple[Problem, ...] = (Problem("silent"),)
        self.said: tuple[Problem, ...] = ()  #: the problems it last spoke of itself
        self.row = _row(store, None, self.problems, heard=None)
        self.text = folded(store)
        self.jobs: OrderedDict[str, SeenJob] = OrderedDict()


class Board:
    """Every shop that was ever heard of. `changes` counts what somebody who looks could see."""

    def __init__(self, there_s: float = THERE_S) -> None:
        self.there_s = there_s
        self.changes = 0
        self._shops: dict[str, _Known] = {}
        self._order: list[tuple[int, float, str]] = []
        self._counts: Counter[str] = Counter()

    # --- what comes in ---

    def known(self, store: str) -> None:
        """There is such a shop. Until it says something it is silent."""
        self._of(store)

    def said(self, shop: Shop, now: float, age: float = 0.0) -> None:
        """A shop said how it is, `age` seconds ago."""
        known = self._of(shop.store)
        age = min(max(age, 0.0), self.there_s)
        known.heard = now - age
        known.until = max(known.until, known.heard + self.there_s)  # `resumed` may have given it longer
        known.shop = shop
        known.there = True
        known.said = known.problems = problems_of(shop, known.said)
        known.text = folded(" ".join(_searched(shop, known.problems)))
        row = _row(shop.store, shop, known.problems, heard=None)
        if row != known.row:
            self._put(known, row)

    def ended(self, store: str) -> None:
        """Its entry is gone: it said goodbye, or nothing for too long."""
        known = self._of(store)
        if known.there:
            known.there = False
            known.problems = (Problem("silent", since=known.heard),)
            self._put(known, _row(store, known.shop, known.problems, heard=known.heard))

    def passed(self, now: float) -> None:
        """It is `now`: whoever has not said anything for too long is silent."""
        for store, known in self._shops.items():
            if known.there and known.until < now:
                self.ended(store)

    def resumed(self, now: float) -> None:
        """We hear again: who was there has its time anew, since it may have had nobody to say it to either."""
        for known in self._shops.values():
            if known.there:
                known.until = now + self.there_s

    def happened(self, store: str, job: SeenJob) -> None:
        """A job changed. What is older than what is known of it changes nothing."""
        jobs = self._of(store).jobs
        before = jobs.pop(job.id, None)
        jobs[job.id] = before if before is not None and before.at > job.at else job
        if len(jobs) > JOBS_KEPT:
            jobs.popitem(last=False)
        self.changes += 1

    # --- what is seen ---

    @property
    def counts(self) -> Counts:
        """Of all shops."""
        return Counts(**{name: self._counts[name] for name in Counts.__struct_fields__})

    def rows(self) -> Iterator[Row]:
        """Every shop, the most urgent first."""
        return (self._shops[store].row for *_, store in self._order)

    def look(self, wish: Wish) -> tuple[list[Row], int]:
        """The most urgent rows that are as wished, and how many are."""
        if not wish.words and not wish.show:
            return [self._shops[store].row for *_, store in self._order[: wish.limit]], len(self._order)
        words = folded(wish.words).split()
        kinds = FILTERS.get(wish.show)
        found: list[Row] = []
        matching = 0
        for *_, store in self._order:
            known = self._shops[store]
            if kinds is not None and not any(problem.kind in kinds for problem in known.problems):
                continue
            if all(word in known.text for word in words):
                matching += 1
                if matching <= wish.limit:
                    found.append(known.row)
        return found, matching

    def shop(self, store: str) -> ShopView | None:
        """One shop; None when nothing was ever heard of it."""
        known = self._shops.get(store)
        if known is None:
            return None
        jobs = tuple(reversed(known.jobs.values()))
        shop = known.shop
        if shop is None:
            return ShopView(store, there=False, problems=known.problems, jobs=jobs)
        return ShopView(
            store,
            there=known.there,
            heard=known.heard,
            version=shop.version,
            since=shop.since,
            storage=shop.storage,
            problems=known.problems if known.there else (*known.problems, *known.said),
            current=shop.current,
            capacity=shop.capacity,
            held=shop.held,
            printers=shop.printers[:PRINTERS_SHOWN],
            jobs=jobs,
        )

    # --- how it is kept ---

    def _of(self, store: str) -> _Known:
        known = self._shops.get(store)
        if known is None:
            known = self._shops[store] = _Known(store)
            insort(self._order, urgency(known.row))
            self._counts.update(counted(known.row))
            self.changes += 1
        return known

    def _put(self, known: _Known, row: Row) -> None:
        before = urgency(known.row)
        del self._order[bisect_left(self._order, before)]
        self._counts.subtract(counted(known.row))
        known.row = row
        insort(self._order, urgency(row))
        self._counts.update(counted(row))
        self.changes += 1


def problems_of(shop: Shop, before: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """What of a shop needs a person or soon will, the most pressing first; `before` is what it was, for since when."""
    at = moment(shop.at)
    first = {(problem.kind, problem.printer): problem.since for problem in before if not problem.job}

    def since(kind: str, printer: str = "") -> float | None:
        return first.get((kind, printer), at)

    found: list[Problem] = []
    if shop.storage:
        found.append(Problem("storage", code=shop.storage[:SENTENCE], since=since("storage")))
    if shop.capacity:
        fullness = shop.current / shop.capacity
        kind = "full" if fullness >= 1 else "nearly_full" if fullness >= NEARLY_FULL else ""
        if kind:
            found.append(Problem(kind, count=shop.current, since=since(kind)))
    found += (
        Problem("held", printer=job.printer, job=job.id, code=job.code, since=moment(job.since)) for job in shop.needs
    )
    if shop.held > len(shop.needs):
        found.append(Problem("held", count=shop.held - len(shop.needs)))
    for printer in shop.printers:
        kind = "stopped" if printer.state == "stopped" else "attention" if printer.reasons else ""
        if kind:
            reasons, start = printer.reasons, since(kind, printer.name)
            found.append(Problem(kind, printer=printer.name, reasons=reasons, count=printer.waiting, since=start))
    return tuple(sorted(found, key=_pressing))


def _pressing(problem: Problem) -> tuple[int, float, str, str]:
    return _RANK[problem.kind], _or_last(problem.since), problem.printer, problem.job


def _or_last(since: float | None) -> float:
    return float("inf") if since is None else since


def urgency(row: Row) -> tuple[int, float, str]:
    """What rows are ordered by: the most pressing kind, what has waited longest in it, the store's name.

    Of silent shops the one lost last comes first: the others have been looked at, or are closed.
    """
    if not row.problems:
        return _WELL, 0.0, row.store
    first = row.problems[0]
    waited = _or_last(first.since)
    if first.kind == "silent":
        waited = -first.since if first.since is not None else waited
    return _RANK[first.kind], waited, row.store


def counted(row: Row) -> dict[str, int]:
    """What a row adds to the counts."""
    kind = row.problems[0].kind if row.problems else ""
    return {
        "shops": 1,
        "there": int(row.there),
        "silent": int(not row.there),
        "urgent": int(kind in URGENT),
        "soon": int(row.soon),
        "held": row.held if row.there else 0,
        "stopped": row.stopped,
        "full": int(kind in ("storage", "full")),  # nothing stands before these two
        "printers": row.printers,
    }


def _row(store: str, shop: Shop | None, problems: tuple[Problem, ...], *, heard: float | None) -> Row:
    there = not problems or problems[0].kind != "silent"
    named, more = problems[:PROBLEMS_SHOWN], len(problems[PROBLEMS_SHOWN:])
    if shop is None:
        return Row(store, named, there=False, heard=heard)
    return Row(
        store,
        named,
        more=more,
        current=shop.current,
        capacity=shop.capacity,
        held=shop.held,
        stopped=sum(problem.kind == "stopped" for problem in problems),
        soon=any(problem.kind in SOON for problem in problems),
        printers=len(shop.printers) if there else 0,
        heard=heard,
        there=there,
    )


def _searched(shop: Shop, problems: tuple[Problem, ...]) -> Iterator[str]:
    """What the search looks in."""
    yield shop.store
    for printer in shop.printers:
        yield printer.name
    for problem in problems:
        yield problem.job
        yield problem.code
        yield from problem.reasons


def folded(text: str) -> str:
    """A text as it is searched: without capitals and accents, which nobody types."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text)
    return "".join(character for character in apart if not unicodedata.combining(character)).casefold()


def moment(text: str) -> float | None:
    """RFC 3339 as seconds since 1970; None for what is none."""
    try:
        return datetime.datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None
