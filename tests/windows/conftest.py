"""The Windows side, really run: a genuine Windows Python under wine, in a prefix of this test process's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.wine import Wine, ready, wine


@pytest.fixture(scope="session")
def windows() -> Iterator[Wine]:
    made = ready()
    if not isinstance(made, Path):
        reason = f"Windows tests need wine: {made}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with wine(made) as running:
        yield running
