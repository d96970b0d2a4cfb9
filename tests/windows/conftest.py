"""The Windows side, really run: a genuine Windows Python under wine, in a prefix of this test process's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.wine import Wine, ready, wine


@pytest.fixture(scope="session")
def windows() -> Iterator[Wine]:
    made = ready()
    if not isinstance(made, Path):
        pytest.skip(f"Windows tests need wine: {made}")
    with wine(made) as running:
        yield running


#: Seconds for a test here. Making the Windows Python or a prefix is not the test's own time.
LIMIT_S = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(LIMIT_S, func_only=True))
