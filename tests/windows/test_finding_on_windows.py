"""Printers that Windows has installed and nobody configured: listed, printed on, and looked at by the doctor."""

from __future__ import annotations

import json
from pathlib import Path

from support.client import EXAMPLE, client
from support.windows_daemon import windows_daemon
from support.wine import Wine, windows_path


async def test_an_installed_printer_is_listed_and_printed_on_without_configuration(
    windows: Wine, tmp_path: Path
) -> None:
    port = tmp_path / "mostrador.bin"
    windows.add_printer("EPSON TM-T20III Mostrador", str(port))
    with windows_daemon(windows, tmp_path / "data", "") as daemon:
        async with client(daemon.url) as shop:
            listed = await shop.until_answer({"tipo": "get_printers"}, "printers")
            document = {**EXAMPLE, "profile": {"model": "epson tm-t20iii mostrador"}}
            ack, result = await shop.print(document)
    found = next(one for one in listed["printers"] if one["name"] == "EPSON TM-T20III Mostrador")
    assert (found["configured"], found["usable"], found["source"]) == (False, True, "windows")
    assert (found["printer_type"], found["profile"]) == ("thermal", "TM-T20III")
    assert found["uri"] == "winspool://EPSON%20TM-T20III%20Mostrador"
    assert (ack["printer"], result["state"]) == ("EPSON TM-T20III Mostrador", "spooled")
    assert port.read_bytes()


def test_the_doctor_names_a_printer_that_windows_does_not_have(windows: Wine, tmp_path: Path) -> None:
    windows.add_printer("Cocina", str(tmp_path / "cocina.bin"))
    file = tmp_path / "shop.toml"
    file.write_text('[[printers]]\nname = "cocina"\nuri = "winspool://Cocinaa"\n', "utf-8")
    command = ("-m", "ticket_daemon", "doctor", "--json", "--config", windows_path(file))
    code, output = windows.run_python(*command, "--data-dir", windows_path(tmp_path), "--url", "http://127.0.0.1:9")
    found = {one["code"]: one for one in json.loads(output[output.index("{") :])["findings"]}
    assert code == 1
    assert "Cocina" in found["name-mismatch"]["text"]
    assert {"config-ok", "daemon-not-running", "data-ok", "clock-ok"} <= set(found)
