"""USB devices of printer class, as Linux shows them under /sys.

It knows sysfs and IEEE 1284 device ids; it does not open devices. It promises one entry for each printer interface,
with the device file where the kernel's own driver has made one, else the usb:// address.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import Final
from urllib.parse import quote

from ticket_daemon.errors import NotLooked
from ticket_daemon.printers.discovery.found import FoundPrinter
from ticket_daemon.printers.discovery.patterns import judge, usb_maker

SYSFS: Final = Path("/sys/bus/usb/devices")
#: bInterfaceClass of printers (USB Device Class Definition for Printing Devices).
_PRINTER_CLASS: Final = "07"
#: An interface's folder: BUS-PORT[.PORT…]:CONFIGURATION.INTERFACE
_INTERFACE: Final = re.compile(r"\d+-[\d.]+:\d+\.\d+")


async def find(devices: Path = SYSFS) -> list[FoundPrinter]:
    """Every USB printer that is plugged in. Raises NotLooked where there is no sysfs."""
    return await asyncio.to_thread(look, devices)


def look(devices: Path) -> list[FoundPrinter]:
    """`find`, for a thread."""
    if not devices.is_dir():
        if sys.platform == "linux":
            return []  # a kernel without USB, as in many containers
        raise NotLooked("discovery.no_usb", detail=sys.platform)
    interfaces = (path for path in sorted(devices.iterdir()) if _INTERFACE.fullmatch(path.name))
    return [_printer(path, devices / path.name.partition(":")[0]) for path in interfaces if _is_printer(path)]


def _is_printer(interface: Path) -> bool:
    return _read(interface / "bInterfaceClass") == _PRINTER_CLASS


def _printer(interface: Path, device: Path) -> FoundPrinter:
    vendor, product = _read(device / "idVendor"), _read(device / "idProduct")
    serial = _read(device / "serial")
    identity = device_id(_read(interface / "ieee1284_id"))
    maker = identity.get("MFG") or _read(device / "manufacturer") or usb_maker(int(vendor or "0", 16))
    model = identity.get("MDL") or _read(device / "product")
    named = model if model.casefold().startswith(maker.casefold()) else f"{maker} {model}".strip()
    usb = f"usb://{vendor}:{product}" + (f"/{quote(serial, safe='')}" if serial else "")
    node = _node(interface)
    judged = judge(model=named or f"{vendor}:{product}")
    known_maker = judged.kind == "unknown" and usb_maker(int(vendor or "0", 16))
    return FoundPrinter(
        name=named or f"USB {vendor}:{product}",
        uri=f"file:///dev/usb/{node}" if node else usb,
        port=f"/dev/usb/{node}" if node else f"USB {vendor}:{product}",
        source="usb",
        kind="thermal" if known_maker else judged.kind,
        model=named,
        profile=judged.profile,
        same_as=(usb,) if node else (),
    )


def _node(interface: Path) -> str:
    """lp0 and the like, where usblp has taken the interface."""
    for folder in ("usbmisc", "usb"):
        for entry in sorted((interface / folder).glob("lp*")):
            return entry.name
    return ""


def _read(path: Path) -> str:
    """A sysfs attribute; "" when the device does not have it, or has just gone."""
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def device_id(text: str) -> dict[str, str]:
    """The keys of an IEEE 1284 device id (`MFG:EPSON;MDL:TM-T20III;…`), in their short form."""
    long = {"MANUFACTURER": "MFG", "MODEL": "MDL", "COMMAND SET": "CMD", "CLASS": "CLS"}
    pairs = (part.partition(":")[::2] for part in text.split(";") if ":" in part)
    keys = {key.strip().upper(): value.strip() for key, value in pairs}
    return {long.get(key, key): value for key, value in keys.items()}
