"""docs/profiles.md names every printer, field and code page map there is."""

from __future__ import annotations

import runpy
import tomllib
from importlib import resources
from pathlib import Path

import msgspec
import pytest

from ticket_daemon.poster.profile.catalogue import find, load, names
from ticket_daemon.poster.profile.model import Profile

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs/profiles.md").read_text("utf-8")


def test_the_table_is_that_of_the_profiles() -> None:
    tool = runpy.run_path(str(ROOT / "tools/profiles_table.py"))
    assert tool["page"](PAGE) == PAGE, "run python tools/profiles_table.py"


@pytest.mark.parametrize("field", [field.name for field in msgspec.structs.fields(Profile) if field.name != "name"])
def test_every_field_is_described(field: str) -> None:
    assert f"`{field}`" in PAGE


def test_the_example_on_the_page_loads() -> None:
    example = PAGE.partition("```toml\n")[2].partition("```")[0]
    own = load("\n".join(line.strip() for line in example.splitlines()))
    assert list(own) == ["Acme 3000"]
    assert own["Acme 3000"].dots == 576


def test_every_map_is_used_or_named() -> None:
    text = resources.files("ticket_daemon.poster.profile").joinpath("data/code_page_maps.toml").read_text("utf-8")
    used = [found.code_pages for name in names() if (found := find(name)) is not None]
    unused = {name for name, pages in tomllib.loads(text).items() if pages not in used}
    assert unused <= {"epson-t85"}
