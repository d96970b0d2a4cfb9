"""The locked versions are those that `pyproject.toml` allows, with hashes, and from no machine's own package index."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def wanted() -> list[Requirement]:
    lines = [*PROJECT["dependencies"], *(line for extra in PROJECT["optional-dependencies"].values() for line in extra)]
    return [requirement for requirement in map(Requirement, lines) if requirement.name != PROJECT["name"]]


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_every_dependency_is_locked_at_a_version_that_is_allowed(requirement: Requirement) -> None:
    text = (ROOT / "requirements" / "dev.txt").read_text("utf-8")
    pins = re.findall(r"^([\w.-]+)==([^ ;\\]+)", text, re.MULTILINE)
    version = {canonicalize_name(name): version for name, version in pins}[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version, prereleases=True), "python3 dev.py lock"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_everything_locked_has_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    pins = re.findall(r"^[\w.-]+==.*(?:\n +--hash=.*)*", text, re.MULTILINE)
    assert pins
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []


def test_node_packages_are_from_the_public_registry() -> None:
    packages = json.loads((ROOT / "clients" / "javascript" / "package-lock.json").read_text("utf-8"))["packages"]
    resolved = [package["resolved"] for package in packages.values() if "resolved" in package]
    assert [url for url in resolved if not url.startswith("https://registry.npmjs.org/")] == []
