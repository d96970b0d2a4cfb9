#!/usr/bin/env python3
"""Make the Windows installer of a sealed build's folder.

    python tools/windows/make_installer.py dist/ticket-daemon/ticket-daemon.exe --env prod --output dist

What is said here has to be what was said to `ticket-daemon build --folder`. Needs NSIS 3: `makensis` of Debian's
package `nsis`, or from nsis.sourceforge.io on Windows.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "src"))

from ticket_daemon import __version__  # noqa: E402
from ticket_daemon.machine.service.spec import DISPLAY_NAMES  # noqa: E402
from ticket_daemon.settings.config import SERVICE_NAMES  # noqa: E402

#: NSIS' own name for a 64-bit installer: Debian's has it, the official NSIS makes 32-bit ones, which do as well.
TARGETS = ("amd64-unicode", "x86-unicode")


def make(executable: Path, env: str, output: Path, service: str = "", *, sign: str = "") -> Path:
    """The installer's path. `sign`: a command that signs the file named behind it, for set-up and uninstaller.

    Raises CalledProcessError when NSIS refuses, FileNotFoundError when it is not there.
    """
    service = service or SERVICE_NAMES[env]
    made = output.absolute() / f"{service}-{__version__}-setup.exe"
    output.mkdir(parents=True, exist_ok=True)
    values = {
        "FOLDER": str(executable.absolute().parent),
        "OUTPUT": str(made),
        "SERVICE": service,
        "TITLE": DISPLAY_NAMES[env] if service == SERVICE_NAMES[env] else service,
        "VERSION": __version__,
        "TARGET": next(name for name in TARGETS if has_target(name)),
        "LICENCE": str(ROOT / "LICENSE"),
        "ICON": str(ROOT / "src" / "ticket_daemon" / "builder" / "data" / "ticket-daemon.ico"),
        "SIDE": str(HERE / "installer.bmp"),
    }
    if sign:
        values["SIGN"] = sign
    defines = [f"-D{name}={value}" for name, value in values.items()]
    subprocess.run(
        [makensis(), "-V2", "-WX", "-INPUTCHARSET", "UTF8", *defines, str(HERE / "installer.nsi")], check=True
    )
    return made


def makensis() -> str:
    found = shutil.which("makensis") or shutil.which("makensis", path=r"C:\Program Files (x86)\NSIS")
    if found is None:
        raise FileNotFoundError("makensis is not there: apt-get install nsis, or nsis.sourceforge.io")
    return found


def has_target(name: str) -> bool:
    """Whether this NSIS makes such installers; every one makes 32-bit ones."""
    return name == TARGETS[-1] or any(
        (folder / "Plugins" / name).is_dir() for folder in (Path("/usr/share/nsis"), Path(makensis()).parent)
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("executable", type=Path, help="what `ticket-daemon build --folder` made on Windows")
    parser.add_argument("--env", choices=sorted(SERVICE_NAMES), required=True, help="as it was built")
    parser.add_argument("--service-name", default="", help="as it was built, where another name was given")
    parser.add_argument("--sign", default="", help="a command that signs the file whose path is put behind it")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder for the installer")
    given = parser.parse_args()
    try:
        sys.stdout.write(f"{make(given.executable, given.env, given.output, given.service_name, sign=given.sign)}\n")
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        sys.exit(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
