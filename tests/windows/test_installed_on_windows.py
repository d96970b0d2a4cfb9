"""What a shop gets: the sealed executable and its installer, made under wine and really installed there."""

from __future__ import annotations

import importlib.util
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from support.client import EXAMPLE, client
from support.windows_daemon import WindowsProcess
from support.wine import ROOT, TOOLS, Wine, windows_path
from ticket_daemon.poster.library import render_ticket

#: A build is quick (20 s) on a machine that has nothing else to do, and this one may have.
pytestmark = [pytest.mark.timeout(900, func_only=True), pytest.mark.xdist_group("sealed on Windows")]

NAME = "TicketServicioTest"
WAIT_S = 60.0


@pytest.fixture(scope="session")
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


@pytest.fixture(scope="session")
def executable(windows: Wine, port: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sealed executable, as `ticket-daemon build` makes it on Windows."""
    folder = tmp_path_factory.mktemp("dist")
    command = ("-m", "ticket_daemon", "build", "--env", "test", "--port", str(port), "--output", windows_path(folder),
               "--folder")  # fmt: skip
    code, output = windows.run_python(*command, timeout=800)
    assert code == 0, output
    return folder / "ticket-daemon" / "ticket-daemon.exe"


@pytest.fixture(scope="session")
def installer(executable: Path) -> Path:
    if shutil.which("makensis") is None:
        pytest.skip("needs NSIS: apt-get install --no-install-recommends nsis")
    return make_installer().make(executable, "test", executable.parents[1])  # type: ignore[no-any-return]


def make_installer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_installer", TOOLS / "make_installer.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def until(wanted: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not wanted():
        assert time.monotonic() < deadline
        time.sleep(0.05)


#: Our own program in netsh's place, and not wine's, which does nothing.
OUR_NETSH = {"WINEDLLOVERRIDES": "mscoree,mshtml=;netsh.exe=n"}


def shop_config(printer: str) -> str:
    return f'[[printers]]\nname = "{printer}"\nuri = "winspool://{printer}"\ndefault = true\n'


def end(windows: Wine) -> None:
    """End the executable, however it was started."""
    windows.run("taskkill", "/F", "/IM", "ticket-daemon.exe")


async def test_the_sealed_executable_prints_and_shows_its_seal(
    windows: Wine, executable: Path, port: int, tmp_path: Path
) -> None:
    paper = tmp_path / "paper.bin"
    windows.add_printer("Sellada", str(paper))
    (tmp_path / "shop.toml").write_text(shop_config("Sellada"), "utf-8")
    arguments = ("--config", windows_path(tmp_path / "shop.toml"), "--data-dir", windows_path(tmp_path / "data"))
    with WindowsProcess(windows, executable, "run", *arguments) as daemon:
        assert daemon.port == port
        assert json.loads(daemon.get("/health"))["build"]["service"] == NAME
        async with client(daemon.url) as shop:
            _, result = await shop.print(EXAMPLE)
            assert result["state"] == "spooled"
    end(windows)
    assert paper.read_bytes() == render_ticket(EXAMPLE).data


def test_what_is_sealed_cannot_be_changed(windows: Wine, executable: Path) -> None:
    code, output = windows.run(executable, "run", "--port", "9999")
    assert code == 1
    assert "server.port" in output


async def test_the_installer_leaves_a_service_that_prints_and_takes_it_away_again(
    windows: Wine, installer: Path, port: int, tmp_path: Path
) -> None:
    paper, netsh = tmp_path / "paper.bin", windows.drive / "windows" / "system32" / "netsh.exe"
    windows.add_printer("Instalada", f"|cat >>'{paper}'")
    (tmp_path / "shop.toml").write_text(shop_config("Instalada"), "utf-8")
    netsh.unlink()
    subprocess.run(["makensis", "-V1", f"-DOUTPUT={netsh}", str(ROOT / "tests" / "support" / "netsh.nsi")], check=True)

    config = windows_path(tmp_path / "shop.toml")
    assert windows.run(installer, "/S", "/FIREWALL=1", f"/CONFIG={config}", timeout=300, environ=OUR_NETSH)[0] == 0
    program = windows.drive / "Program Files" / NAME
    assert (program / "ticket-daemon.exe").exists()
    asked = (windows.drive / "netsh.txt").read_text("utf-16-le")
    assert rf'program="C:\Program Files\{NAME}\ticket-daemon.exe"' in asked
    assert "add rule" in asked
    listed = windows.done("reg", "query", rf"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\{NAME}")
    assert "QuietUninstallString" in listed

    async with client(f"http://127.0.0.1:{port}") as shop:
        _, result = await shop.print(EXAMPLE)
        assert result["state"] == "spooled"
    assert paper.read_bytes() == render_ticket(EXAMPLE).data

    # A newer version over this one: the service stops, its queue and configuration stay, it runs again.
    assert windows.run(installer, "/S", timeout=300)[0] == 0
    async with client(f"http://127.0.0.1:{port}") as shop:
        jobs = await shop.until_answer({"tipo": "get_jobs"}, "jobs")
        assert [job["state"] for job in jobs["jobs"]] == ["spooled"]

    assert windows.run(program / "uninstall.exe", "/S", timeout=300, environ=OUR_NETSH)[0] == 0
    until(lambda: not program.exists())  # the uninstaller goes on from a copy of itself
    assert "delete rule" in (windows.drive / "netsh.txt").read_text("utf-16-le").splitlines()[-1]
    assert windows.run("reg", "query", rf"HKLM\System\CurrentControlSet\Services\{NAME}")[0] != 0
    left = windows.drive / "ProgramData" / NAME
    assert {"config.toml", "queue.db", f"{NAME}.log"} <= {path.name for path in left.iterdir()}


async def test_an_upgrade_that_fails_leaves_the_version_before_running(
    windows: Wine, installer: Path, executable: Path, port: int, tmp_path: Path
) -> None:
    windows.add_printer("Instalada", f"|cat >>'{tmp_path / 'paper.bin'}'")
    (tmp_path / "shop.toml").write_text(shop_config("Instalada"), "utf-8")
    assert windows.run(installer, "/S", f"/CONFIG={windows_path(tmp_path / 'shop.toml')}", timeout=300)[0] == 0
    program = windows.drive / "Program Files" / NAME
    before = (program / "ticket-daemon.exe").read_bytes()

    (broken := tmp_path / "broken").mkdir()  # a build that cannot even start
    shutil.copy(executable, broken)
    spoilt = make_installer().make(broken / executable.name, "test", tmp_path)
    assert windows.run(spoilt, "/S", timeout=300)[0] == 2

    assert (program / "ticket-daemon.exe").read_bytes() == before
    assert (program / "_internal").is_dir()
    assert not (program / "previous").exists()
    async with client(f"http://127.0.0.1:{port}") as shop:
        _, result = await shop.print(EXAMPLE)
        assert result["state"] == "spooled"
    assert windows.run(program / "uninstall.exe", "/S", "/PURGE=1", timeout=300)[0] == 0
    until(lambda: not program.exists())
    assert not (windows.drive / "ProgramData" / NAME).exists()


def test_an_installer_that_cannot_finish_says_so(windows: Wine, installer: Path, tmp_path: Path) -> None:
    shutil.rmtree(windows.drive / "ProgramData" / NAME, ignore_errors=True)  # a configuration that is there is kept
    missing = windows_path(tmp_path / "nowhere.toml")
    assert windows.run(installer, "/S", f"/CONFIG={missing}", r"/D=C:\Otra carpeta", timeout=300)[0] == 2
    assert not (windows.drive / "Otra carpeta").exists()
    assert windows.run("reg", "query", rf"HKLM\System\CurrentControlSet\Services\{NAME}")[0] != 0
