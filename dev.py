#!/usr/bin/env python3
"""One command for each thing a newcomer does; it prepares what it needs first.

    python dev.py run     start the daemon in the test environment with its virtual printer
    python dev.py test    run every test (arguments go on to pytest)
    python dev.py check   lint, types and import floors
    python dev.py bench   the benchmarks (arguments: which ones)

It needs Python 3.11 or later and the package index, nothing else: a private environment is made in
`.venv` on first use and brought up to date when `pyproject.toml` changes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "ticket-daemon-set-up"

# run needs the program alone; everything else needs the tools of development as well.
EXTRAS = {"run": "fast", "test": "dev", "check": "dev", "bench": "dev"}


def say(text: str) -> None:
    print(f"[dev.py] {text}", flush=True)


def make_environment() -> None:
    """Make `.venv`, also where the system's Python came without ensurepip (Debian splits it off)."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return
    say(f"making a private environment in {VENV}")
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.run([sys.executable, "-m", "virtualenv", "-q", str(VENV)]).returncode != 0:
        sys.exit(
            "This Python can make no environment of its own. On Debian or Ubuntu: apt install python3-venv\n"
            "Elsewhere: python -m pip install virtualenv, then run this command again."
        )


def set_up(extra: str) -> None:
    wanted = f"{hashlib.sha256((ROOT / 'pyproject.toml').read_bytes()).hexdigest()} {extra}"
    have = STAMP.read_text().splitlines() if STAMP.exists() else []
    if wanted in have and PYTHON.exists():
        return
    make_environment()
    say(f"installing what '{extra}' needs (a minute the first time)")
    command = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-e", f"{ROOT}[{extra}]"]
    if subprocess.run(command, cwd=ROOT).returncode != 0:
        sys.exit("The package index could not be reached or refused a package; its message stands above.")
    STAMP.write_text("\n".join([*(line for line in have if line.startswith(wanted[:64])), wanted]) + "\n")


def call(*command: str | Path) -> int:
    child = subprocess.Popen([str(part) for part in command], cwd=ROOT)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # Ctrl+C reaches the child too, which finishes the job in hand; wait for it
            continue


def run(arguments: list[str]) -> int:
    return call(PYTHON, "-m", "ticket_daemon", "run", "--env", "test", *arguments)


def test(arguments: list[str]) -> int:
    workers = [] if any(a.startswith("-n") for a in arguments) else ["-n", "auto", "--dist", "loadgroup"]
    return call(PYTHON, "-m", "pytest", *workers, *arguments)


def check(_: list[str]) -> int:
    steps = (
        (PYTHON, "-m", "ruff", "check", "."),
        (PYTHON, "-m", "ruff", "format", "--check", "."),
        (PYTHON, "-m", "mypy"),
        (PYTHON, "-m", "mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/win32"),
        (SCRIPTS / ("lint-imports.exe" if os.name == "nt" else "lint-imports"),),
    )
    return max([*(call(*step) for step in steps), audit()])


def audit() -> int:
    """Known holes in what is installed. Where their list cannot be reached, that is said and nothing fails."""
    command = [PYTHON, "-m", "pip_audit", "--progress-spinner", "off", "--skip-editable", "-f", "json"]
    asked = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)
    try:
        found = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError):
        lines = asked.stderr.strip().splitlines() or ["it said nothing"]
        say(f"pip-audit could not ask for known holes, so nothing is known of them: {lines[-1][:200]}")
        return 0
    holes = [(item["name"], item["version"], hole) for item in found for hole in item.get("vulns", ())]
    for name, version, hole in holes:
        say(f"{name} {version}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version yet'}")
    unknown = [item["name"] for item in found if "vulns" not in item]
    if len(unknown) == len(found):
        say("pip-audit: this package index knows of no holes in anything, so nothing is known; nothing fails for it")
    else:
        say(f"pip-audit: {len(holes)} holes in {len(found) - len(unknown)} packages; {len(unknown)} it does not know")
    return 1 if holes else 0


def bench(arguments: list[str]) -> int:
    return call(PYTHON, "-m", "benchmarks", *arguments)


def main() -> int:
    commands = {"run": run, "test": test, "check": check, "bench": bench}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        print(__doc__)
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    if sys.version_info < (3, 11):
        sys.exit(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}.")
    set_up(EXTRAS[sys.argv[1]])
    return commands[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
