"""JSON text to bytes beside other engines, on equal receipts; a logo never seen; a thousand tickets.

Processor time, not the wall's, for the machine may be shared. The engines take turns, a batch each, and a ratio is the
median of the rounds' own ratios, so that a busy moment burdens both sides. Every receipt has another number.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from benchmarks import javascript, receipts
from ticket_daemon.poster import render

ROUNDS: Final = 31
OURS, ESCPOS = "ticket-daemon", "python-escpos"
_BATCH: Final = {OURS: 60, ESCPOS: 20}
_JAVASCRIPT_BATCH: Final = 10
_WARM_JAVASCRIPT: Final = 100  # receipts before node's compiler has settled
_NEW_LOGOS: Final = 25
_MANY: Final = 1000
_NUMBERS: Final = itertools.count(1)

#: Microseconds of processor time for one receipt, the median of one batch.
Batch = Callable[[], float]


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _first(count: int) -> int:
    """The first of `count` numbers that no receipt had."""
    return min(itertools.islice(_NUMBERS, count))


def ours(png: bytes | None) -> float:
    # Each document is made just before it is rendered, as one that has just come in.
    documents = (receipts.document(next(_NUMBERS), png) for _ in range(_BATCH[OURS]))
    return _median(_seconds(lambda d=document: render(d)) for document in documents)  # type: ignore[misc]


def python_escpos(make: Callable[[int], bytes]) -> float:
    numbers = itertools.islice(_NUMBERS, _BATCH[ESCPOS])
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # it prints which barcodes it uses
        return _median(_seconds(lambda n=number: make(n)) for number in numbers)  # type: ignore[misc]


def _median(seconds: Iterable[float]) -> float:
    return statistics.median(seconds) * 1e6


def _engines(png: bytes | None, node: javascript.Node | None) -> dict[str, Batch]:
    make = receipts.python_escpos(png)
    engines: dict[str, Batch] = {OURS: lambda: ours(png), ESCPOS: lambda: python_escpos(make)}
    if node is None:
        return engines

    def javascript_batch(name: str) -> Batch:
        node.batch(name, png is not None, _first(_WARM_JAVASCRIPT), _WARM_JAVASCRIPT)
        return lambda: node.batch(name, png is not None, _first(_JAVASCRIPT_BATCH), _JAVASCRIPT_BATCH)

    return engines | {name: javascript_batch(name) for name in javascript.ENGINES}


@contextlib.contextmanager
def _node(receipt: dict[str, object]) -> Iterator[javascript.Node | None]:
    with contextlib.ExitStack() as stack:
        try:
            running = stack.enter_context(javascript.node(receipt))
        except javascript.Missing as why:
            print(f"    without {' and '.join(javascript.ENGINES)}: {why}")
            running = None
        yield running


def beside(title: str, png: bytes | None, node: javascript.Node | None) -> None:
    """All engines in turns: medians, and what part of each one's time is ours."""
    engines = _engines(png, node)
    for batch in engines.values():
        batch()
    rounds = [{name: batch() for name, batch in engines.items()} for _ in range(ROUNDS)]
    print(title)
    for name in engines:
        median = statistics.median(figures[name] for figures in rounds)
        part = statistics.median(figures[OURS] / figures[name] for figures in rounds)
        print(f"    {name:24} {median:8.0f} µs" + (f"   ours is {part:.3f} of it" if name != OURS else ""))


def new_logos() -> None:
    """The receipt with a logo that was never seen, each another one."""
    documents = [receipts.document(number, receipts.logo(number)) for number in range(_NEW_LOGOS + 1)]
    render(documents.pop())  # Pillow is loaded
    times = sorted(_seconds(lambda d=document: render(d)) * 1e3 for document in documents)  # type: ignore[misc]
    print(f"a logo never seen            {statistics.median(times):6.2f} ms, at most {times[-1]:.2f}")


def a_thousand() -> None:
    """A thousand different tickets beside one, and what of them stays in memory."""
    documents = [receipts.document(number) for number in itertools.islice(_NUMBERS, _MANY)]
    times = [_seconds(lambda d=document: render(d)) for document in documents]  # type: ignore[misc]
    print(f"1,000 tickets                {sum(times) / statistics.median(times):6.0f} times one")
    tracemalloc.start()
    for _ in range(2):  # what the caches keep is all traced by then
        _print(receipts.document(number) for number in itertools.islice(_NUMBERS, _MANY))
    gc.collect()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    _print(receipts.document(number) for number in itertools.islice(_NUMBERS, _MANY))
    peak = tracemalloc.get_traced_memory()[1]
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    grown, highest = (after - before) / 1024, (peak - before) / 1024
    print(f"    memory after them        {grown:+6.1f} KiB, at most {highest:+.1f} on the way")


def _print(documents: Iterable[str]) -> None:
    for document in documents:
        render(document)


def main() -> None:
    png = receipts.logo()
    with _node(receipts.plain(png)) as node:
        beside("receipt of 40 lines", None, node)
        beside("the same with a logo of 384x200 dots, seen before", png, node)
    new_logos()
    a_thousand()


if __name__ == "__main__":
    main()
