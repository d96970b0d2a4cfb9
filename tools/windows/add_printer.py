"""Run by a Windows Python under wine: make a printer known by the registry keys that wine's spooler reads.

    add_printer.py NAME PORT [ATTRIBUTES] [--default]

PORT is a Unix path that the RAW bytes are written to, or `|shell command` that reads them. ATTRIBUTES is a number of
PRINTER_ATTRIBUTE_… flags (0x400: used offline).
"""

from __future__ import annotations

import sys
import winreg

PRINT = r"System\CurrentControlSet\Control\Print"
DRIVER = "Generic / Text Only"
#: Where a user's default printer stands: "name,driver,port".
DEFAULT = r"Software\Microsoft\Windows NT\CurrentVersion\Windows"


def put(key: winreg.HKEYType, values: dict[str, str | int]) -> None:
    for name, value in values.items():
        winreg.SetValueEx(key, name, 0, winreg.REG_SZ if isinstance(value, str) else winreg.REG_DWORD, value)


def add_printer(name: str, port: str, attributes: int = 0, default: bool = False) -> None:
    machine = winreg.HKEY_LOCAL_MACHINE
    with winreg.CreateKey(machine, rf"{PRINT}\Environments\Windows x64\Drivers\Version-3\{DRIVER}") as key:
        put(key, {"Driver": "wineps.drv", "Configuration File": "wineps.drv", "Data File": "generic.ppd",
                  "Datatype": "RAW", "Version": 3})  # fmt: skip
    with winreg.CreateKey(machine, rf"{PRINT}\Printers\{name}") as key:
        texts = {"Name": name, "Port": port, "Printer Driver": DRIVER, "Print Processor": "WinPrint", "Datatype": "RAW"}
        empty = dict.fromkeys(("Share Name", "Description", "Location", "Parameters", "Separator File"), "")
        numbers = {
            "Attributes": attributes,
            "Status": 0,
            "Priority": 1,
            "Default Priority": 1,
            "StartTime": 0,
            "UntilTime": 0,
        }
        put(key, {**texts, **empty, **numbers})
    if default:
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, DEFAULT) as key:
            put(key, {"Device": f"{name},winspool,{port}"})


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--default"]
    add_printer(words[0], words[1], int(words[2], 0) if len(words) > 2 else 0, "--default" in sys.argv)
