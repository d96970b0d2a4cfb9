"""The tasks of the original's Taskfile, run by Task itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.packages import ROOT

TASK = Path(sys.executable).with_name("task.exe" if os.name == "nt" else "task")
TASKS = ("run", "build-console", "install", "uninstall", "logs", "open", "status", "health")

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not TASK.exists(), reason="Task: pip install go-task-bin"),
]


def task(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [str(TASK), "--dir", str(ROOT), *words]
    return subprocess.run(command, env=os.environ | environ, capture_output=True, text=True, timeout=500)


@pytest.mark.parametrize("name", TASKS)
def test_task_is_there_and_calls_what_exists(name: str) -> None:
    shown = task("--dry", name, "--", "--some-option")
    assert shown.returncode == 0, shown.stderr
    assert "--some-option" in shown.stderr
    verb = "dev.py run" if name == "run" else f"ticket-daemon{'.exe' if os.name == 'nt' else ''} {name}"
    assert verb in shown.stderr
