"""What holds for all tests: no process is left behind, skips say what to install, Hypothesis is deterministic in CI."""

from __future__ import annotations

import os
import re
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A property test has no time limit of its own, since machines differ; pytest-timeout's limit of each test stands.
settings.register_profile("ticket-daemon", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "ticket-daemon")

#: In the environment of every process that a test starts, so that one left behind is found.
MARK = "TICKETS_TEST_SESSION"
#: Seconds for what was told to end to be gone: wine's server stays a moment after its last program.
GRACE_S = 15.0
#: False in pytest's workers, and in a pytest that a test starts.
IS_OUTERMOST = MARK not in os.environ
os.environ.setdefault(MARK, uuid.uuid4().hex)


def _left_behind() -> list[str]:
    """The processes of this test session but for pytest's own (Linux only)."""
    mark = f"{MARK}={os.environ[MARK]}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            # `environ` is that of its start: pytest itself got the mark later, its workers have it.
            if mark in (process / "environ").read_bytes() and "execnet" not in command and command:
                found.append(f"{process.name}: {command[:200]}")
        except OSError:  # ended meanwhile
            continue
    return found


#: A skip that an installation would end.
INSTALLABLE = re.compile(r"\b(apt|apt-get|pip) install\b|\bnpm\b.* ci\b")
#: What `.ci/run` expects of skips: "none" where all parts are installed, "named" where none is; empty for people.
SKIPS = os.environ.get("TICKETS_TEST_SKIPS", "")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Fail a test that was skipped for want of something that should be here, or without saying what to install."""
    made = yield
    report = made.get_result()  # type: ignore[attr-defined]
    if not report.skipped or hasattr(report, "wasxfail") or not SKIPS:
        return
    reason = str(report.longrepr[2])
    if SKIPS == "none" and INSTALLABLE.search(reason):
        report.outcome, report.longrepr = "failed", f"{item.nodeid}: all parts should be here. {reason}"
    elif SKIPS == "named" and not INSTALLABLE.search(reason):
        report.outcome, report.longrepr = "failed", f"{item.nodeid}: says not what to install. {reason}"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if not IS_OUTERMOST:
        return
    until = time.monotonic() + GRACE_S
    while (left := _left_behind()) and time.monotonic() < until:
        time.sleep(0.2)
    if left:
        sys.stderr.write("\n  ".join(["\nThe tests left processes behind:", *left]) + "\n")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
