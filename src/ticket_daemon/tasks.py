"""Ending a task of one's own.

It knows asyncio; it does not know what the task does. It promises that a cancellation of the caller while it waits is
not taken for the task's: who swallows it goes on for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any


async def end(task: asyncio.Task[Any]) -> None:
    """Cancel `task` and wait until it has ended. Raises what it ended with, its own cancellation apart."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
