"""Who may use a device file: the group that a person has to be in.

It knows owners of files; it does not know links. It promises an answer that can be shown, "?" where there is none.
"""

from __future__ import annotations

import sys
from pathlib import Path


def group_of(device: str) -> str:
    """The name of the group that a device file belongs to, "lp" or "dialout" for instance."""
    if sys.platform == "win32":
        return "?"
    try:
        return Path(device).group()
    except (OSError, KeyError, ValueError):
        return "?"
