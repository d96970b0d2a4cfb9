"""Who may stand in for whom, by the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticket_daemon.errors import ConfigError
from ticket_daemon.settings.config import Settings, load


def loaded(folder: Path, first: str, second: str = "") -> Settings:
    """`caja` and `Barra`, with further lines of each."""
    text = "".join(
        f'[[printers]]\nname = "{name}"\nuri = "virtual://{name}"\n{more}\n'
        for name, more in (("caja", first), ("Barra", second))
    )
    file = folder / "config.toml"
    file.write_text(text, "utf-8")
    return load("test", file, {}, data_dir=folder)


def refused(folder: Path, first: str, second: str = "") -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, first, second)
    return caught.value


def test_two_printers_may_stand_in_for_each_other(tmp_path: Path) -> None:
    settings = loaded(tmp_path, 'fallback = "barra"', 'fallback = "caja"')
    assert [printer.fallback for printer in settings.printers[:2]] == ["barra", "caja"]


def test_a_printer_cannot_stand_in_for_itself(tmp_path: Path) -> None:
    error = refused(tmp_path, 'fallback = "CAJA"')
    assert (error.key, error.path) == ("config.fallback_itself", "printers[0].fallback")


def test_a_stand_in_must_be_a_printer_that_there_is(tmp_path: Path) -> None:
    error = refused(tmp_path, "", 'fallback = "cocina"')
    assert (error.key, error.path) == ("config.fallback_unknown", "printers[1].fallback")
    assert "caja" in error.text("es")
