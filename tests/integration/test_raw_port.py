"""Programs that print to an IP address and port 9100 print through the daemon."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from escpos.printer import Network

from clients.javascript import PACKAGE, needs_node
from support.daemon_process import DaemonProcess
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter

ANSWER_S = 20.0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Rig:
    """A daemon between port 9100 and an emulated printer."""

    def __init__(self, daemon: DaemonProcess, printer: EmulatedPrinter, port: int) -> None:
        self.daemon = daemon
        self.printer = printer
        self.port = port

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def send(self, data: bytes) -> bytes:
        """Send a ticket as most programs do: write, close, wait for the other side; what was answered."""
        reader, writer = await self.connect()
        writer.write(data)
        writer.write_eof()
        async with asyncio.timeout(ANSWER_S):
            answered = await reader.read()
        writer.close()
        return answered

    async def on_paper(self, *texts: bytes) -> bytes:
        """Everything the printer received, once all of `texts` are in it."""
        async with asyncio.timeout(ANSWER_S):
            while not all(text in b"".join(self.printer.received) for text in texts):
                await asyncio.sleep(0.02)
        return b"".join(self.printer.received)


@contextlib.asynccontextmanager
async def rig(folder: Path, more: str = "", top: str = "", at: str = "") -> AsyncIterator[Rig]:
    at = at or f"127.0.0.1:{free_port()}"
    port = int(at.rpartition(":")[2])
    async with EmulatedPrinter(find("TM-T20III")) as printer:
        config = (
            f'{top}\n[[printers]]\nname = "caja"\nuri = "{printer.uri}"\nprofile = "TM-T20III"\ndefault = true\n'
            f'listen = "{at}"\n{more}\n'
        )
        daemon = await asyncio.to_thread(DaemonProcess, folder, config=config)
        try:
            yield Rig(daemon, printer, port)
        finally:
            await asyncio.to_thread(daemon.terminate)


async def test_a_ticket_ends_with_its_connection_and_prints_whole_once(tmp_path: Path) -> None:
    async with rig(tmp_path / "data") as here:
        await here.send(b"\x1b@Hola, puerto 9100\n\x1dV\x42\x00")
        assert (await here.on_paper(b"9100")).count(b"Hola, puerto 9100") == 1


async def test_a_connection_that_stays_open_brings_ticket_after_ticket(tmp_path: Path) -> None:
    async with rig(tmp_path / "data") as here:
        _, writer = await here.connect()
        for number in range(3):
            writer.write(b"ticket %d\n\x1dV\x00" % number)
            await here.on_paper(b"ticket %d" % number)
        writer.close()


async def test_what_a_client_asks_is_answered_with_the_real_printers_state(tmp_path: Path) -> None:
    async with rig(tmp_path / "data") as here:
        reader, writer = await here.connect()
        for answer in (b"\x12", b"\x72"):
            async with asyncio.timeout(ANSWER_S):
                while True:
                    writer.write(b"\x10\x04\x04")
                    if await reader.readexactly(1) == answer:
                        break
            here.printer.set_condition(paper_out=True)
        writer.close()


async def test_python_escpos_prints_and_asks_for_paper(tmp_path: Path) -> None:
    async with rig(tmp_path / "data") as here:

        def sale() -> int:
            printer = Network("127.0.0.1", port=here.port, timeout=10)
            printer.text("Venta de python-escpos\n")
            printer.cut()
            status: int = printer.paper_status()
            printer.close()
            return status

        assert await asyncio.to_thread(sale) == 2  # plenty, in its own words
        assert (await here.on_paper(b"python-escpos")).count(b"Venta de python-escpos") == 1


#: Programs that know no other port than 9100 are given a loopback address of their own.
RECEIPTIO_HOST = "127.0.0.91"
NODE = {
    "node-thermal-printer": """
        import { ThermalPrinter, PrinterTypes } from "node-thermal-printer";
        const printer = new ThermalPrinter({ type: PrinterTypes.EPSON, interface: "tcp://HOST:PORT" });
        if (!(await printer.isPrinterConnected())) process.exit(3);
        printer.println("Venta de NAME"); printer.cut(); await printer.execute(); process.exit(0);
        """,
    "receiptio": """
        import * as receiptio from "receiptio";
        const result = await receiptio.print("Venta de NAME", "-d HOST -c 42 -t 15");
        console.log(result); process.exit(result === "success" ? 0 : 3);
        """,
}


@pytest.mark.parametrize("name", NODE)
async def test_programs_in_node_print_through_it(tmp_path: Path, name: str) -> None:
    needs_node(name)
    asks_first = name == "receiptio"
    host, port = (RECEIPTIO_HOST, 9100) if asks_first else ("127.0.0.1", free_port())
    async with rig(tmp_path / "data", at=f"{host}:{port}") as here:
        script = NODE[name].replace("HOST", host).replace("PORT", str(port)).replace("NAME", name)
        node = await asyncio.create_subprocess_exec(
            "node", "--input-type=module", "-e", script, cwd=PACKAGE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        async with asyncio.timeout(3 * ANSWER_S):
            said, _ = await node.communicate()
        assert node.returncode == 0, said.decode()
        assert (await here.on_paper(name.encode())).count(name.encode()) == 1


async def test_a_ticket_over_the_limit_is_refused_with_a_reset_and_prints_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path / "data", top="[server]\nmax_frame_mib = 1") as here:
        with pytest.raises(ConnectionError):
            await here.send(b"x" * (3 << 20))
        await here.send(b"after\n")
        assert b"xxx" not in await here.on_paper(b"after")


async def test_a_daemon_that_dies_in_the_middle_of_a_ticket_has_printed_nothing_of_it(tmp_path: Path) -> None:
    async with rig(tmp_path / "data") as here:
        reader, writer = await here.connect()
        writer.write(b"half a ticket")
        await writer.drain()
        here.daemon.kill()
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        assert b"half" not in b"".join(here.printer.received)
        writer.close()


async def test_one_that_dribbles_delays_nobody(tmp_path: Path) -> None:
    async with rig(tmp_path / "data") as here:
        dribblers = [await here.connect() for _ in range(10)]
        for _, writer in dribblers:
            writer.write(b"d")
        await here.send(b"quick\n")
        await here.on_paper(b"quick")
        for _, writer in dribblers:
            writer.close()


async def test_a_file_moved_into_a_hot_folder_is_printed_and_moved_on(tmp_path: Path) -> None:
    folder = tmp_path / "tickets"
    folder.mkdir()
    async with rig(tmp_path / "data", f'[[folders]]\npath = "{folder}"\nprinter = "caja"') as here:
        (folder / "venta-1.prn").write_bytes(b"from a file\n")
        (folder / "wrong.json").write_text("{}")
        async with asyncio.timeout(ANSWER_S):
            while not ((folder / "done" / "venta-1.prn").exists() and (folder / "failed" / "wrong.json").exists()):
                await asyncio.sleep(0.05)
        assert b"".join(here.printer.received).count(b"from a file") == 1
        assert "version" in (folder / "failed" / "wrong.json.reason.txt").read_text()
