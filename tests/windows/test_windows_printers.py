"""Printers as Windows' spooler (wine's) tells of them."""

from __future__ import annotations

import json
from pathlib import Path

from support.client import client
from support.windows_daemon import windows_daemon
from support.wine import Wine, windows_path

LIST = """
import msgspec, sys
from ticket_daemon.machine.windows.spooler import installed_printers
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


async def test_a_daemon_shows_the_printers_windows_has_and_adds_one(windows: Wine, tmp_path: Path) -> None:
    paper = tmp_path / "paper.bin"
    windows.add_printer("EPSON TM-T20III Receipt", str(paper))
    config = tmp_path / "data" / "config.toml"
    with windows_daemon(windows, tmp_path / "data") as daemon:
        async with client(daemon.url) as shop:
            answer = await shop.until_answer({"tipo": "get_printers"}, "printers")
        found = next(entry for entry in answer["printers"] if entry["name"] == "EPSON TM-T20III Receipt")
        assert found["port"] == str(paper)
        command = ("printers", "add", found["name"], "--config", windows_path(config), "--url", daemon.url)
        code, output = windows.run_python("-m", "ticket_daemon", *command, environ={"LANG": "en_US"})
        assert code == 0, output
        assert "winspool://EPSON%20TM-T20III%20Receipt" in config.read_text("utf-8")


def test_the_doctor_names_a_windows_printer_that_is_not_there(windows: Wine, tmp_path: Path) -> None:
    windows.add_printer("Barra", str(tmp_path / "bar.bin"))
    config = tmp_path / "config.toml"
    config.write_text('[[printers]]\nname = "horno"\nuri = "winspool://Barras"\n', "utf-8")
    code, output = windows.run_python(
        "-m", "ticket_daemon", "doctor", "--env", "test", "--json", "--config", windows_path(config),
        environ={"LANG": "en_US"},
    )  # fmt: skip
    assert code == 1
    found = {finding["code"]: finding["text"] for finding in json.loads(output)["findings"]}
    assert "Alike: Barra" in found["name-mismatch"]
