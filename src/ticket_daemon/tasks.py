"""Ending tasks.

The caller's own cancellation, while it waits, is not mistaken for the task's; a task whose libraries swallow a
cancellation is cancelled again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, Final

#: How long a task has to end before it is told again: some need a moment to end in good order.
AGAIN_S: Final = 0.5


async def end(task: asyncio.Task[Any]) -> None:
    """Cancel `task` and wait until it has ended. Raises what it ended with, its own cancellation apart."""
    while not task.done():
        task.cancel()
        # `asyncio.wait_for` of Python 3.11 may swallow a cancellation that comes together with what it waited for.
        await asyncio.wait({task}, timeout=AGAIN_S)
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error


async def first_of(*works: Coroutine[Any, Any, Any]) -> None:
    """Do all of them until one ends; raises what one of them raised."""
    running = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in running:
            with contextlib.suppress(Exception):  # raised below
                await end(task)
    for task in running:
        if not task.cancelled():
            task.result()
