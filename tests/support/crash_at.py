"""`python crash_at.py STEPS WHEN run …`: the ticket-daemon command, which dies hard at one point of its work.

STEPS are names of CALLS with commas between them; when they have been called in that order, the process kills itself
`before` the last call, `after` it, or, of a write, when `half` the bytes are with the printer. A name given twice means
its second call.
The daemon's own code knows nothing of this: its functions are wrapped from outside.
"""

from __future__ import annotations

import functools
import inspect
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from ticket_daemon.frontends.native.app import Outbox
from ticket_daemon.frontends.native.audience import Audience
from ticket_daemon.queue.store import Store
from ticket_daemon.spooler.stand_in import StandIn
from ticket_daemon.spooler.talk import Talk
from ticket_daemon.transport.raw_socket import SocketLink
from ticket_daemon.verbs import Verbs

#: What can be named, and where it is.
CALLS: dict[str, tuple[type, str]] = {
    "ticket": (Verbs, "ticket"),
    "insert": (Store, "insert"),
    "start": (Store, "start"),
    "move": (Store, "move"),
    "reroute": (Store, "reroute"),
    "made": (StandIn, "_made_for"),
    "commit": (Store, "commit"),
    "say": (Outbox, "put"),
    "write": (SocketLink, "write"),
    "settled": (SocketLink, "settled"),
    "ask": (Talk, "ask_when_printed"),
    "tell": (Audience, "job_changed"),
}


def die() -> None:
    """As in a power cut: nothing is finished, flushed or told."""
    os.kill(os.getpid(), signal.SIGKILL)


class Plan:
    """The steps still to come."""

    def __init__(self, steps: list[str], when: str) -> None:
        self._steps = steps
        self._when = when

    def due(self, name: str, when: str) -> bool:
        """Whether the end has come. Steps before the last count when they have been done."""
        if self._steps[0] != name:
            return False
        if len(self._steps) == 1:
            return when == self._when
        if when == "after":
            del self._steps[0]
        return False


def wrap(owner: type, attribute: str, name: str, plan: Plan) -> None:
    """Put the plan around a function."""
    original: Callable[..., Any] = getattr(owner, attribute)

    def before() -> None:
        if plan.due(name, "before"):
            die()

    def after() -> None:
        if plan.due(name, "after"):
            die()

    if inspect.iscoroutinefunction(original):

        @functools.wraps(original)
        async def slow(self: Any, *arguments: Any) -> Any:
            before()
            if plan.due(name, "half"):
                await original(self, arguments[0][: len(arguments[0]) // 2])
                await SocketLink.settled(self)
                die()
            result = await original(self, *arguments)
            after()
            return result

        setattr(owner, attribute, slow)
    else:

        @functools.wraps(original)
        def fast(self: Any, *arguments: Any, **named: Any) -> Any:
            before()
            result = original(self, *arguments, **named)
            after()
            return result

        setattr(owner, attribute, fast)


def main() -> None:
    steps, when = sys.argv[1].split(","), sys.argv[2]
    del sys.argv[1:3]
    plan = Plan(steps, when)
    for name in set(steps):
        wrap(*CALLS[name], name, plan)

    from ticket_daemon.cli import main as command

    command()


if __name__ == "__main__":
    main()
