"""The version resource of a Windows executable: what Explorer shows under Properties, Details."""

from __future__ import annotations

import re
from typing import Final

from ticket_daemon.settings.seal import Seal

PUBLISHER: Final = "The Ticket Daemon developers"
#: VS_VERSION_INFO in PyInstaller's notation. 040904B0: English (United States), Unicode.
_TEXT: Final = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, OS=0x40004, fileType=1),
  kids=[
    StringFileInfo([StringTable("040904B0", [
{strings}
    ])]),
    VarFileInfo([VarStruct("Translation", [0x0409, 1200])]),
  ],
)
"""


def text(seal: Seal, program: str) -> str:
    """The file that PyInstaller's `--version-file` reads."""
    numbers = tuple(int(part) for part in re.findall(r"\d+", seal.version)[:3])
    strings = {
        "CompanyName": PUBLISHER,
        "FileDescription": "Ticket Daemon",
        "FileVersion": seal.version,
        "InternalName": program,
        "LegalCopyright": f"{PUBLISHER}, MIT",
        "OriginalFilename": f"{program}.exe",
        "ProductName": f"Ticket Daemon ({seal.service_name})",
        "ProductVersion": f"{seal.version} {seal.commit}".strip(),
    }
    lines = ",\n".join(f"      StringStruct({name!r}, {value!r})" for name, value in strings.items())
    return _TEXT.format(numbers=(*numbers, *(0,) * (4 - len(numbers))), strings=lines)
