"""The daemon itself as a Windows process: a ticket from a client on this side to exact bytes at a Windows printer."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.client import EXAMPLE, Client, client, ticket
from support.windows_daemon import WindowsDaemon, windows_daemon
from support.wine import ROOT, Wine, windows_path
from ticket_daemon.poster.library import render_ticket

WAIT_S = 30.0


def destination(name: str, *lines: str) -> str:
    """A printer's table in the configuration: the Windows printer of the same name."""
    from urllib.parse import quote

    return "\n".join(["[[printers]]", f'name = "{name}"', f'uri = "winspool://{quote(name)}"', *lines, ""])


def rendered(document: dict[str, Any]) -> bytes:
    return render_ticket(document).data


async def until(wanted: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not wanted():
            await asyncio.sleep(0.02)


async def status_of(shop: Client, name: str) -> dict[str, Any]:
    status = await shop.until_answer({"tipo": "status"}, "status")
    found: dict[str, Any] = next(printer for printer in status["printers"] if printer["name"] == name)
    return found


async def test_a_ticket_becomes_exact_bytes_at_the_printers_port(windows: Wine, tmp_path: Path) -> None:
    port = tmp_path / "caja.bin"
    windows.add_printer("EPSON TM-T20III Caña 1", str(port))
    with windows_daemon(windows, tmp_path / "datos de José", destination("EPSON TM-T20III Caña 1")) as daemon:
        async with client(daemon.url) as shop:
            _, result = await shop.print(EXAMPLE, printer="EPSON TM-T20III Caña 1")
            assert result["state"] == "spooled"
        await until(lambda: port.exists() and port.read_bytes() == rendered(EXAMPLE))


async def test_every_byte_value_and_every_ticket_in_order(windows: Wine, tmp_path: Path) -> None:
    port = tmp_path / "orden.bin"
    windows.add_printer("Orden", f"|cat >>'{port}'")
    every = {"type": "raw", "data": {"hex": bytes(range(256)).hex()}}
    documents = [ticket(f"numero {n}") for n in range(20)]
    documents[10]["commands"].append(every)
    with windows_daemon(windows, tmp_path / "data", destination("Orden")) as daemon:
        async with client(daemon.url) as shop:
            for n, document in enumerate(documents):
                await shop.send({"tipo": "ticket", "datos": document, "id": f"t{n}", "printer": "Orden"})
            for n in range(len(documents)):
                await shop.until(lambda a, n=n: a["tipo"] == "result" and a["id"] == f"t{n}")  # type: ignore[misc]
    assert port.read_bytes() == b"".join(map(rendered, documents))


async def test_three_megabytes_arrive_whole(windows: Wine, tmp_path: Path) -> None:
    port = tmp_path / "big.bin"
    windows.add_printer("Grande", str(port))
    lines = [{"type": "raw", "data": {"hex": bytes(range(256)).hex() * 16}}] * 185
    big = {"version": "1.0", "profile": {"model": "Grande"}, "commands": lines}
    with windows_daemon(windows, tmp_path / "data", destination("Grande")) as daemon:
        async with client(daemon.url) as shop:
            _, result = await shop.print(big, copies=4)
            assert result["state"] == "spooled"
    assert len(port.read_bytes()) > 3_000_000
    assert port.read_bytes() == rendered(big) * 4


async def test_a_failing_port_leaves_the_ticket_in_doubt_and_never_prints_it_again(
    windows: Wine, tmp_path: Path
) -> None:
    tries = tmp_path / "tries"
    windows.add_printer("Rota", f"|echo x >>'{tries}'; exit 7")
    with windows_daemon(windows, tmp_path / "data", destination("Rota")) as daemon:
        async with client(daemon.url) as shop:
            _, result = await shop.print(EXAMPLE, printer="Rota")
            assert (result["state"], result["code"]) == ("held", "unknown_outcome")
        assert tries.read_text() == "x\n"
        broken = next(line for line in daemon.log if line["event"] == "link_broken")
        assert broken["sent"] == len(rendered(EXAMPLE))


async def test_a_slow_port_keeps_nobody_else_waiting(windows: Wine, tmp_path: Path) -> None:
    go, quick = tmp_path / "go", tmp_path / "quick.bin"
    windows.add_printer("Lenta", f"|while [ ! -e '{go}' ]; do sleep 0.05; done; cat >'{tmp_path}/slow.bin'")
    windows.add_printer("Rapida", str(quick))
    with windows_daemon(windows, tmp_path / "data", destination("Lenta") + destination("Rapida")) as daemon:
        async with client(daemon.url) as shop:
            slow = await shop.until_answer(
                {"tipo": "ticket", "datos": EXAMPLE, "id": "slow", "printer": "Lenta"}, "ack"
            )
            begun = time.monotonic()
            _, result = await shop.print(EXAMPLE, printer="Rapida")
            assert result["state"] == "spooled"
            assert time.monotonic() - begun < 5
            assert not any(a["tipo"] == "result" and a["id"] == slow["id"] for a in shop.heard)
            go.touch()
            result = await shop.until(lambda a: a["tipo"] == "result" and a["id"] == "slow")
            assert result["state"] == "spooled"
    assert (tmp_path / "slow.bin").read_bytes() == rendered(EXAMPLE)


async def test_an_offline_printer_keeps_its_tickets_until_it_is_back(windows: Wine, tmp_path: Path) -> None:
    port = tmp_path / "off.bin"
    windows.add_printer("Apagada", str(port), 0x400)
    with windows_daemon(windows, tmp_path / "data", destination("Apagada")) as daemon:
        async with client(daemon.url) as shop:
            await shop.until_answer({"tipo": "ticket", "datos": EXAMPLE, "id": "one", "printer": "Apagada"}, "ack")
            async with asyncio.timeout(WAIT_S):
                while (apagada := await status_of(shop, "Apagada"))["state"] != "stopped":
                    await asyncio.sleep(0.05)
            assert (apagada["reasons"], apagada["waiting"]) == (["offline"], 1)
            assert not port.exists()
            windows.add_printer("Apagada", str(port), 0)
            result = await shop.until(lambda a: a["tipo"] == "result" and a["id"] == "one")
            assert result["state"] == "spooled"
    assert port.read_bytes() == rendered(EXAMPLE)


async def test_a_name_windows_does_not_have_is_answered_with_the_nearest(windows: Wine, tmp_path: Path) -> None:
    windows.add_printer("Mostrador", str(tmp_path / "x.bin"))
    config = '[[printers]]\nname = "caja"\nuri = "winspool://Mostradr"\nretry_s = 1\n'
    with windows_daemon(windows, tmp_path / "data", config) as daemon:
        async with client(daemon.url) as shop:
            _, result = await shop.print(EXAMPLE, printer="caja")
            assert result["state"] == "held"
            assert "Mostradr" in result["mensaje"]
            assert "Mostrador" in result["mensaje"]


async def test_killed_and_started_again_it_prints_what_was_acked(windows: Wine, tmp_path: Path) -> None:
    port, data = tmp_path / "later.bin", tmp_path / "data"
    windows.add_printer("Luego", str(port), 0x400)
    with windows_daemon(windows, data, destination("Luego")) as daemon:
        async with client(daemon.url) as shop:
            await shop.until_answer({"tipo": "ticket", "datos": EXAMPLE, "id": "one", "printer": "Luego"}, "ack")
        daemon.kill()
    windows.add_printer("Luego", f"|cat >>'{port}'", 0)
    with windows_daemon(windows, data, destination("Luego")):
        await until(lambda: port.exists() and len(port.read_bytes()) >= len(rendered(EXAMPLE)))
    assert port.read_bytes() == rendered(EXAMPLE)


async def test_a_second_daemon_on_the_same_data_says_so(windows: Wine, tmp_path: Path) -> None:
    with windows_daemon(windows, tmp_path / "data"), pytest.raises(RuntimeError, match="otro Ticket Daemon"):
        WindowsDaemon(windows, tmp_path / "data")


async def test_a_second_daemon_on_the_same_port_says_so(windows: Wine, tmp_path: Path) -> None:
    with (
        windows_daemon(windows, tmp_path / "one") as daemon,
        pytest.raises(RuntimeError, match=str(daemon.port)),
    ):
        WindowsDaemon(windows, tmp_path / "two", "", "--port", str(daemon.port))


NAMELESS = r"""
import sys
from ticket_daemon.cli import main
sys.argv = ["ticket-daemon", "install", "--dry-run", "--config", "C:\\\u6253\u5370.toml"]
main()
"""


def test_a_name_the_consoles_code_page_lacks_comes_out_of_a_pipe_as_it_is(windows: Wine) -> None:
    code, output = windows.run_python("-c", NAMELESS)
    assert code == 0, output
    assert "\u6253\u5370.toml" in output


@pytest.mark.timeout(600, func_only=True)
def test_the_units_that_meet_the_system_hold_on_windows_too(windows: Wine) -> None:
    """Configuration, log, queue and Windows' own parts; the rest is the same on any system."""
    parts = ["test_config.py", "test_logs.py", "queue/test_store.py", "queue/test_interleaving.py",
             "queue/test_migrations.py", "queue/test_states.py", "windows", "transport"]  # fmt: skip
    files = [windows_path(ROOT / "tests" / "unit" / part) for part in parts]
    options = ("-q", "-p", "no:cacheprovider", "-c", windows_path(ROOT / "pyproject.toml"))
    # What a check on Linux has already done need not be there.
    code, output = windows.run_python("-m", "pytest", *options, *files, timeout=500, environ={"TICKETS_TEST_SKIPS": ""})
    assert code == 0, output[-5000:]


async def test_the_page_is_served(windows: Wine, tmp_path: Path) -> None:
    with windows_daemon(windows, tmp_path / "data") as daemon:
        assert b"<html" in daemon.get("/")
        assert b'"status"' in daemon.get("/health")
        with contextlib.suppress(OSError):
            assert daemon.get("/static/app.js")
