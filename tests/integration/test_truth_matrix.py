"""Every cell of the truth matrix: no false success, nothing twice, nothing lost, nobody left without a word."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(240)
async def test_what_a_client_is_told_is_true_in_every_trouble_at_every_moment() -> None:
    spec = importlib.util.spec_from_file_location("truth_matrix", ROOT / "tools" / "truth_matrix.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    cells = await tool.matrix()
    assert len(cells) == len(tool.PRINTERS) * len(tool.TROUBLES)
    assert [cell for cell in cells if cell.verdict in tool.BAD] == []
