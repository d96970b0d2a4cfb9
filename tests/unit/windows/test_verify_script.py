"""`verify.ps1`, which no machine here can run: it parses, and what it asks of the daemon exists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "tools" / "windows" / "verify.ps1"
TEXT = SCRIPT.read_text("utf-8")


def test_it_is_sound_powershell() -> None:
    tree_sitter = pytest.importorskip("tree_sitter", reason="pip install tree-sitter tree-sitter-powershell")
    powershell = pytest.importorskip("tree_sitter_powershell", reason="pip install tree-sitter-powershell")
    parser = tree_sitter.Parser(tree_sitter.Language(powershell.language()))
    assert not parser.parse(TEXT.encode()).root_node.has_error


def test_old_powershell_reads_it_in_every_code_page() -> None:
    assert TEXT.isascii()


def test_paths_that_it_asks_for_are_the_daemons() -> None:
    described = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))["paths"]
    asked = {re.sub(r"\$\w+", "{id}", path) for path in re.findall(r'"\$Url(/[^"]*)"', TEXT)}
    assert {"/health", "/api/v1/jobs", "/api/v1/jobs/{id}"} == asked
    assert asked <= set(described)


def test_every_function_is_called_and_every_call_has_its_function() -> None:
    functions = set(re.findall(r"^function ([\w-]+)", TEXT, re.MULTILINE))
    for name in functions:
        assert len(re.findall(rf"(?<![\w-]){name}(?![\w-])", TEXT)) > 1, name
