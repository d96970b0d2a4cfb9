"""Printers as Windows' spooler (wine's) tells of them."""

from __future__ import annotations

import json
from pathlib import Path

from support.wine import Wine

LIST = """
import msgspec, sys
from ticket_daemon.windows.spooler import installed_printers
sys.stdout.buffer.write(msgspec.json.encode(installed_printers()))
"""


def test_printers_are_listed_with_port_driver_default_and_state(windows: Wine, tmp_path: Path) -> None:
    windows.add_printer("Caja del Rincón 1", str(tmp_path / "caja.bin"), default=True)
    windows.add_printer("Apagada", str(tmp_path / "off.bin"), 0x400)
    listed = {printer["name"]: printer for printer in json.loads(windows.done(windows.python, "-c", LIST))}
    caja = listed["Caja del Rincón 1"]
    assert caja["port"] == str(tmp_path / "caja.bin")
    assert caja["driver"] == "Generic / Text Only"
    assert caja["is_default"]
    assert caja["reasons"] == []
    assert listed["Apagada"]["reasons"] == ["offline"]
    assert not listed["Apagada"]["is_default"]
