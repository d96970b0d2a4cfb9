"""What is known of printers that are there: looked for every so often, kept meanwhile, told when it changes.

It knows when to look and who wants to hear of it; where is the sources' business. It promises that asking never waits
for a device unless asked to, that a source which hangs delays no other and is not asked twice at a time, and that
nothing found is lost because another source failed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from ticket_daemon.errors import NotLooked
from ticket_daemon.printers.discovery.found import FoundPrinter, Source

log = logging.getLogger(__name__)

#: Seconds that an answer counts as fresh.
FRESH_S: Final = 30.0
#: Seconds a source may take before the others' findings are told without it.
SOURCE_S: Final = 5.0
#: Sources that ask the whole network: only when somebody looks, never by themselves.
ON_REQUEST: Final = frozenset(("mdns",))


class Missing(Struct, frozen=True):
    """A source that could not look, and why."""

    source: str
    why: NotLooked

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Missing) and (self.source, str(self.why)) == (other.source, str(other.why))

    def __hash__(self) -> int:
        return hash((self.source, str(self.why)))


class Snapshot(Struct, frozen=True):
    """What was found, at one time."""

    printers: tuple[FoundPrinter, ...] = ()
    missing: tuple[Missing, ...] = ()

    def installed(self, name: str) -> FoundPrinter | None:
        """The operating system's printer of that name: exact, then ignoring case."""
        known = [printer for printer in self.printers if printer.is_installed]
        exact = next((printer for printer in known if printer.name == name), None)
        return exact or next((printer for printer in known if printer.name.casefold() == name.casefold()), None)


Listener = Callable[[Snapshot], None]


class Discovery:
    """All sources together."""

    def __init__(self, sources: Mapping[str, Source], timer: Callable[[], float]) -> None:
        self._sources = sources
        self._timer = timer
        self._found: dict[str, list[FoundPrinter]] = {}
        self._missing: dict[str, NotLooked] = {}
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._looked_at: dict[str, float] = {}
        self._listeners: list[Listener] = []
        self._told = Snapshot()
        self._first = asyncio.Event()

    # --- asking ---

    @property
    def snapshot(self) -> Snapshot:
        """What is known now."""
        return self._told

    @property
    def has_looked(self) -> bool:
        """Whether this machine has been looked at since the start."""
        return self._first.is_set() or not self._sources

    async def looked(self) -> Snapshot:
        """What is known, once this machine has been looked at."""
        if not self.has_looked:
            await self.refresh()
        return self._told

    async def refresh(self, *, network: bool = False, force: bool = False) -> Snapshot:
        """Look again at what is older than 30 s (`force`: at all); `network` also asks around."""
        now = self._timer()
        wanted = [name for name in self._sources if network or name not in ON_REQUEST]
        stale = [n for n in wanted if force or n not in self._looked_at or now - self._looked_at[n] >= FRESH_S]
        tasks = [self._looking.get(name) or self._look(name) for name in stale]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=SOURCE_S)
            for name, task in self._looking.items():
                if task in late:
                    self._missing[name] = NotLooked("discovery.slow", seconds=SOURCE_S)
        self._first.set()
        self._tell()
        return self._told

    def listen(self, listener: Listener) -> None:
        """Have `listener(snapshot)` called when other printers are there than before."""
        self._listeners.append(listener)

    async def run(self, every_s: float) -> None:
        """Look every so often, until cancelled."""
        while True:
            try:
                await self.refresh(force=True)
            except Exception:  # the edge of a task: looking again later is better than never
                log.exception("discovery_failed")
            await asyncio.sleep(every_s)

    async def close(self) -> None:
        """Stop looking."""
        tasks = list(self._looking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- looking ---

    def _look(self, name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(self._one(name), name=f"looking at {name}")
        self._looking[name] = task
        return task

    async def _one(self, name: str) -> None:
        try:
            found = await self._sources[name]()
        except NotLooked as why:
            self._missing[name] = why
            self._found.pop(name, None)
        except Exception as error:  # the edge of a task: one source's mistake must not hide the others' printers
            log.exception("discovery_failed", extra={"source": name})
            self._missing[name] = NotLooked("discovery.failed", detail=str(error) or type(error).__name__)
        else:
            self._missing.pop(name, None)
            self._found[name] = found
        finally:
            self._looked_at[name] = self._timer()
            self._looking.pop(name, None)

    def _tell(self) -> None:
        missing = tuple(Missing(name, self._missing[name]) for name in self._sources if name in self._missing)
        snapshot = Snapshot(_merged([self._found.get(name, []) for name in self._sources]), missing)
        changed = snapshot.printers != self._told.printers
        before, self._told = self._told, snapshot
        if not changed:
            return
        was, now = ({(p.source, p.name) for p in s.printers} for s in (before, snapshot))
        if was != now:
            extra = {"appeared": sorted(n for _, n in now - was), "gone": sorted(n for _, n in was - now)}
            log.info("printers_changed", extra=extra)
        for listener in self._listeners:
            listener(snapshot)


def _merged(lists: list[list[FoundPrinter]]) -> tuple[FoundPrinter, ...]:
    """All of them, each device once: what an earlier source found is not found again by a later one."""
    kept: list[FoundPrinter] = []
    seen: set[str] = set()
    for printer in (printer for found in lists for printer in found):
        addresses = {printer.uri, *printer.same_as} - {""}
        if addresses & seen:
            continue
        seen |= addresses
        kept.append(printer)
    return tuple(kept)
