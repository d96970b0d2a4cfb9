#!/usr/bin/env python3
"""One command for each thing a newcomer does; it prepares what it needs first.

    python dev.py run     start the daemon in the test environment with its virtual printer
    python dev.py test    run every test (arguments go on to pytest)
                          --quick: the core's laws alone, in less than a minute
                          --newest, --oldest: with the newest release of every dependency, or the
                          oldest that pyproject.toml allows, in an environment of its own
    python dev.py check   lint, types and import floors
    python dev.py bench   the benchmarks (arguments: which ones)
    python dev.py set-up  the environment alone
    python dev.py release all files of a release, in dist/ (--help says with which options)
    python dev.py lock    write requirements/ again, with the newest releases

It needs Python 3.11 or later and the package index, nothing else: a private environment is made in
`.venv` on first use, from the versions and hashes in `requirements/`, and brought up to date when they change.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "ticket-daemon-set-up"

#: What is installed for which command: `run` needs the program alone.
LOCKS = {"run": "run"}
DEV = "dev"
#: What `test --quick` runs: the laws of the engine, the queue, the wire and the formats.
QUICK = ("tests/unit/poster/escpos", "tests/unit/poster/layout", "tests/unit/queue/test_model.py",
         "tests/unit/queue/test_store.py", "tests/unit/queue/test_states.py", "tests/unit/test_wire.py",
         "tests/unit/formats", "tests/unit/frontends", "tests/integration/test_ticket_path.py")  # fmt: skip


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


def set_up(lock: str) -> None:
    """Install what `requirements/LOCK.txt` names, by its hashes, and this project beside it."""
    locked = ROOT / "requirements" / f"{lock}.txt"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + locked.read_bytes()).hexdigest() + f" {lock}"
    have = STAMP.read_text().splitlines() if STAMP.exists() else []
    if PYTHON.exists() and (wanted in have or (lock != DEV and have and have[0].endswith(f" {DEV}"))):
        return
    make_environment()
    say(f"installing what requirements/{lock}.txt names (a minute the first time)")
    pip = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    steps = (
        [*pip, "--require-hashes", "-r", locked],
        [*pip, "--no-deps", "--no-build-isolation", "-e", ROOT],
    )
    for step in steps:
        if subprocess.run(step, cwd=ROOT).returncode != 0:
            sys.exit("The package index could not be reached or refused a package; its message stands above.")
    STAMP.write_text(wanted + "\n")


def other_environment(which: str) -> Path:
    """An environment with the newest or the oldest dependencies; its Python."""
    folder = ROOT / f".venv-{which}"
    python = folder / PYTHON.relative_to(VENV)
    uv = SCRIPTS / ("uv.exe" if os.name == "nt" else "uv")
    resolution = "highest" if which == "newest" else "lowest-direct"
    say(f"making {folder.name} with the {which} dependencies")
    subprocess.run([uv, "venv", "-q", "--clear", "--python", PYTHON, folder], check=True)
    subprocess.run(
        [uv, "pip", "install", "-q", "-p", python, "--resolution", resolution, "-e", f"{ROOT}[dev]", "pip>=24"],
        check=True,
    )
    return python


def lock(_: list[str]) -> int:
    """Resolve every dependency for every system, and write it down with its hashes."""
    uv = SCRIPTS / ("uv.exe" if os.name == "nt" else "uv")
    resolve = [uv, "pip", "compile", "-q", "--universal", "--generate-hashes", "--no-header", "--upgrade"]
    everything, program, sealed = "requirements/dev.txt", "requirements/run.txt", "requirements/release.txt"
    extras = [word for extra in ("build", "discovery", "fast", "fleet", "tls", "usb") for word in ("--extra", extra)]
    return max(
        call(*resolve, "--all-extras", "pyproject.toml", "-o", everything),
        call(*resolve, "--extra", "fast", "--extra", "editable", "-c", everything, "pyproject.toml", "-o", program),
        call(*resolve, *extras, "-c", everything, "pyproject.toml", "-o", sealed),
    )


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
    python = PYTHON
    for which in ("newest", "oldest"):
        if f"--{which}" in arguments:
            arguments.remove(f"--{which}")
            python = other_environment(which)
    if "--quick" in arguments:
        arguments = [*(argument for argument in arguments if argument != "--quick"), *QUICK]
    workers = [] if any(a.startswith("-n") for a in arguments) else ["-n", "auto", "--dist", "loadgroup"]
    return call(python, "-m", "pytest", *workers, *arguments)


def check(_: list[str]) -> int:
    steps = (
        (PYTHON, "-m", "ruff", "check", "."),
        (PYTHON, "-m", "ruff", "format", "--check", "."),
        (PYTHON, "-m", "mypy"),
        (PYTHON, "-m", "mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/win32"),
        (SCRIPTS / ("lint-imports.exe" if os.name == "nt" else "lint-imports"),),
        (SCRIPTS / ("actionlint.exe" if os.name == "nt" else "actionlint"),),
    )
    with ThreadPoolExecutor(2) as pool:  # two cores are what a small machine has
        asked = pool.submit(audit)
        return max([*pool.map(said_whole, steps), asked.result()])


def said_whole(step: tuple[str | Path, ...]) -> int:
    """Run one of several at the same time; its output comes in one piece."""
    done = subprocess.run([str(part) for part in step], cwd=ROOT, capture_output=True, text=True)
    print(f"{done.stdout}{done.stderr}", end="", flush=True)
    return done.returncode


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


def ready(_: list[str]) -> int:
    return 0  # main has made the environment


def release(arguments: list[str]) -> int:
    return call(PYTHON, "tools/release.py", *arguments)


def main() -> int:
    commands = {
        "run": run,
        "test": test,
        "check": check,
        "bench": bench,
        "lock": lock,
        "release": release,
        "set-up": ready,
    }
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        print(__doc__)
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    if sys.version_info < (3, 11):
        sys.exit(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}.")
    set_up(LOCKS.get(sys.argv[1], DEV))
    return commands[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
